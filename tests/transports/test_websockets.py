"""What only the transport over websockets does: managers, a thread, silence, back-pressure."""

from __future__ import annotations

import contextlib
import gzip
import importlib.util
import os
import socket
import sys
import threading
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Protocol

import pytest
import urllib3
from websockets.client import ClientProtocol
from websockets.protocol import State
from websockets.uri import parse_uri

from orderlists import HandshakeRefused, InvalidSetting, MissingExtra, TransportError
from orderlists_transports import websockets as module
from orderlists_transports._urllib3_pool import leave_connections_to_parent
from orderlists_transports._websockets_connection import WebsocketsConnection
from orderlists_transports.conformance._servers.http import Peer, Server, answer, reply
from orderlists_transports.conformance._servers.websocket import (
    BINARY,
    PING,
    PONG,
    WebSocketPeer,
    close_frame,
    echo,
    frame,
    hold,
    refusing,
    serving,
)
from orderlists_transports.websockets import WebsocketsTransport

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    from orderlists_transports.conformance._servers.tls import Tls

SOON = 0.1
MEBIBYTE = 1024 * 1024


class Serve(Protocol):
    def __call__(
        self, script: Callable[[Peer], None], tls: ssl.SSLContext | None = None
    ) -> Server: ...


@pytest.fixture
def serve() -> Iterator[Serve]:
    with contextlib.ExitStack() as servers:

        def start(script: Callable[[Peer], None], tls: ssl.SSLContext | None = None) -> Server:
            server = Server(script, tls)
            servers.callback(server.close)
            return server

        yield start


def tunnel_to(server: Server) -> Callable[[Peer], None]:
    """Return the script of a proxy that leads everywhere to one place."""

    def script(peer: Peer) -> None:
        peer.receive()
        port = int(server.origin.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as there:
            peer.write(reply(b"", status=200).replace(b"Content-Length: 0\r\n", b""))
            back = threading.Thread(target=_pump, args=(there, peer), daemon=True)
            back.start()
            while data := peer.read_some():
                there.sendall(data)
            there.shutdown(socket.SHUT_RDWR)
            back.join()

    return script


def _pump(there: socket.socket, peer: Peer) -> None:
    with contextlib.suppress(OSError):
        while data := there.recv(65536):
            peer.write(data)


def test_a_proxy_that_is_handed_in_leads_there(serve: Serve, tls: Tls) -> None:
    server = serve(serving(echo), tls.server)
    proxy = serve(tunnel_to(server))
    manager = urllib3.ProxyManager(proxy.origin, ssl_context=tls.client)
    transport = WebsocketsTransport(server.origin, manager=manager)
    connection = transport.connect("/ws-api/v3", timeout=5)
    connection.send("{}", timeout=5)
    assert connection.receive(timeout=5) == "{}"
    transport.close()
    assert [each.method for each in proxy.received] == ["CONNECT"]
    assert [each.target for each in server.received] == ["/ws-api/v3"]


def test_a_proxy_that_opens_no_tunnel_is_no_connection(serve: Serve) -> None:
    proxy = serve(refusing(reply(status=407)))
    manager = urllib3.ProxyManager(proxy.origin)
    transport = WebsocketsTransport("wss://ws-api.binance.com", manager=manager)
    with pytest.raises(TransportError) as caught:
        transport.connect("/ws-api/v3", timeout=5)
    assert caught.value.sent is False
    assert not isinstance(caught.value, HandshakeRefused)
    assert str(caught.value).endswith(": the proxy refused to connect, with status 407")


@pytest.mark.parametrize(
    ("origin", "proxy"),
    [
        ("wss://ws-api.binance.com", "https://127.0.0.1:3128"),
        ("ws://127.0.0.1:8080", "http://127.0.0.1:3128"),
    ],
    ids=["TLS inside TLS", "no tunnel"],
)
def test_a_proxy_that_cannot_be_used_is_refused(origin: str, proxy: str) -> None:
    with pytest.raises(InvalidSetting, match="manager"):
        WebsocketsTransport(origin, manager=urllib3.ProxyManager(proxy))


def test_a_manager_that_is_none_or_in_use_is_refused() -> None:
    used = urllib3.PoolManager()
    used.connection_from_url("http://127.0.0.1:8081")
    wrong: list[Any] = [urllib3.PoolManager, "http://user:secret@proxy", used]
    for manager in wrong:
        with pytest.raises(InvalidSetting, match="must be an unused urllib3") as caught:
            WebsocketsTransport("ws://127.0.0.1:8080", manager=manager)
        assert "secret" not in str(caught.value)


def test_without_a_manager_it_speaks_plainly_on_loopback(serve: Serve) -> None:
    transport = WebsocketsTransport(serve(serving(echo)).origin)
    connection = transport.connect("/", timeout=5)
    connection.send("{}", timeout=5)
    assert connection.receive(timeout=None) == "{}"
    transport.close()


def test_it_says_where_it_leads() -> None:
    transport = WebsocketsTransport("wss://ws-api.binance.com:9443")
    assert repr(transport) == "<WebsocketsTransport wss://ws-api.binance.com:9443>"
    transport.close()


def test_a_refusal_is_decompressed(serve: Serve) -> None:
    packed = reply(gzip.compress(b"{}"), status=400, headers=["Content-Encoding: gzip"])
    transport = WebsocketsTransport(serve(refusing(packed)).origin)
    with pytest.raises(HandshakeRefused) as caught:
        transport.connect("/", timeout=5)
    assert caught.value.response.body == b"{}"


def test_a_refusal_that_cannot_be_decompressed_is_no_connection(serve: Serve) -> None:
    packed = reply(b"{}", status=400, headers=["Content-Encoding: gzip"])
    transport = WebsocketsTransport(serve(refusing(packed)).origin)
    with pytest.raises(TransportError, match="encoding is broken") as caught:
        transport.connect("/", timeout=5)
    assert caught.value.sent is False


def test_pings_are_answered_though_nobody_receives(serve: Serve) -> None:
    answered = threading.Event()

    def ping(talk: WebSocketPeer) -> None:
        talk.write(frame(b"1", PING))
        assert talk.read().opcode == PONG
        answered.set()

    transport = WebsocketsTransport(serve(serving(ping)).origin)
    transport.connect("/", timeout=5)
    assert answered.wait(5)
    transport.close()


def test_a_silent_exchange_is_pinged(serve: Serve) -> None:
    seen: list[int] = []

    def answer(talk: WebSocketPeer) -> None:
        piece = talk.read()
        seen.append(piece.opcode)
        talk.write(frame(piece.payload, PONG), frame("awake"))

    transport = WebsocketsTransport(serve(serving(answer)).origin, heartbeat=1.2)
    assert transport.connect("/", timeout=5).receive(timeout=5) == "awake"
    transport.close()
    assert seen == [PING]


def test_an_exchange_that_stays_silent_is_given_up(serve: Serve) -> None:
    server = serve(serving(hold))
    connection = WebsocketsTransport(server.origin, heartbeat=SOON).connect("/", timeout=5)
    began = monotonic()
    with pytest.raises(TransportError, match="silent"):
        connection.receive(timeout=5)
    assert monotonic() - began < 1


def test_what_is_not_received_has_to_wait(serve: Serve) -> None:
    frames = [bytes([number]) * MEBIBYTE for number in range(40)]
    sent: list[int] = []

    def send(talk: WebSocketPeer) -> None:
        for number, each in enumerate(frames):
            talk.write(frame(each, BINARY))
            sent.append(number)

    transport = WebsocketsTransport(serve(serving(send)).origin, heartbeat=0.6)
    connection = transport.connect("/", timeout=5)
    sleep(1)  # Longer than silence would be borne.
    assert len(sent) < len(frames)
    assert [connection.receive(timeout=5) for _ in frames] == frames
    transport.close()


def test_a_frame_that_goes_out_slowly_is_sent(serve: Serve) -> None:
    long = "x" * 16 * MEBIBYTE

    def read_late(talk: WebSocketPeer) -> None:
        talk.peer.hold(SOON)
        talk.write(frame(str(len(talk.read().payload))))

    transport = WebsocketsTransport(serve(serving(read_late)).origin)
    connection = transport.connect("/", timeout=5)
    connection.send(long, timeout=5)
    assert connection.receive(timeout=5) == str(len(long))
    transport.close()


def test_whoever_sends_while_it_is_closed_is_told(serve: Serve) -> None:
    begun = threading.Event()

    def read_a_little(talk: WebSocketPeer) -> None:
        talk.peer.read(2)
        begun.set()
        talk.peer.hold()

    connection = WebsocketsTransport(serve(serving(read_a_little)).origin).connect("/", timeout=5)
    outcome: list[TransportError] = []

    def send() -> None:
        with pytest.raises(TransportError) as caught:
            connection.send("x" * 32 * MEBIBYTE, timeout=5)
        outcome.append(caught.value)

    sender = threading.Thread(target=send)
    sender.start()
    assert begun.wait(5)
    connection.close()
    sender.join(5)
    assert [error.sent for error in outcome] == [None]


def test_a_connection_that_comes_too_late_is_closed(serve: Serve) -> None:
    transport: WebsocketsTransport

    def close_first(peer: Peer) -> None:
        transport.close()
        serving(echo)(peer)

    server = serve(close_first)
    transport = WebsocketsTransport(server.origin)
    with pytest.raises(TransportError, match="closed") as caught:
        transport.connect("/", timeout=5)
    assert caught.value.sent is False
    assert server.has_closed(1)


def test_a_reply_that_crosses_a_lost_connection_is_received() -> None:
    here, there = socket.socketpair()
    there.sendall(frame("last"))
    there.close()
    protocol = ClientProtocol(parse_uri("ws://127.0.0.1/"), state=State.OPEN)
    connection = WebsocketsConnection(here, protocol, early=(), heartbeat=5)
    with pytest.raises(TransportError) as caught:
        connection.send("{}", timeout=5)
    assert caught.value.sent is None
    connection.start()
    assert connection.receive(timeout=5) == "last"
    connection.close()


def test_a_close_frame_that_came_with_the_handshake_lets_no_foreign_error_out() -> None:
    here, there = socket.socketpair()
    protocol = ClientProtocol(parse_uri("ws://127.0.0.1/"), state=State.OPEN)
    protocol.receive_data(close_frame(1008))
    early = protocol.events_received()
    connection = WebsocketsConnection(here, protocol, early=early, heartbeat=5)
    with there:
        with pytest.raises(TransportError, match="the other side closed") as caught:
            connection.send("{}", timeout=5)
        assert caught.value.sent is False
        connection.start()
        connection.close()


def test_a_child_process_leaves_connections_to_its_parent(serve: Serve) -> None:
    transport = WebsocketsTransport(serve(serving(echo)).origin)
    connection = transport.connect("/", timeout=5)
    with pytest.MonkeyPatch.context() as child:
        child.setattr("orderlists_transports._websockets_connection.os.getpid", lambda: -1)
        connection.close()
    connection.send("{}", timeout=5)
    assert connection.receive(timeout=5) == "{}"
    transport.close()


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "websockets.client", None)
    spec = importlib.util.spec_from_file_location("without_websockets", os.fspath(module.__file__))
    assert spec is not None
    assert spec.loader is not None
    with pytest.raises(MissingExtra, match=r"pip install 'orderlists\[websockets\]'"):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


def test_a_proxy_that_hangs_up_is_no_connection(serve: Serve) -> None:
    proxy = serve(answer(b""))
    manager = urllib3.ProxyManager(proxy.origin)
    with pytest.raises(TransportError) as caught:
        WebsocketsTransport("https://127.0.0.1:9", manager=manager).connect("/", timeout=5)
    assert caught.value.sent is False


def test_a_child_process_begins_with_an_empty_pool(serve: Serve) -> None:
    transport = WebsocketsTransport(serve(serving(echo)).origin)
    transport.connect("/", timeout=5).close()
    leave_connections_to_parent()
    transport.connect("/", timeout=5).close()
    transport.close()
    leave_connections_to_parent()
    with pytest.raises(TransportError) as caught:
        transport.connect("/", timeout=5)
    assert caught.value.sent is False
