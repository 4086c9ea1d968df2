"""WebSocket transports of both colours: settings, proxies, heartbeats, back-pressure."""

from __future__ import annotations

import contextlib
import gzip
import importlib.util
import os
import socket
import sys
import threading
from contextlib import closing
from queue import SimpleQueue
from time import sleep
from typing import TYPE_CHECKING, Any

import pytest

from orderlists import HandshakeRefused, InvalidSetting, MissingExtra, TransportError
from orderlists.extending import Frame
from orderlists_transports import websockets as module
from orderlists_transports.conformance._servers.http import reply
from orderlists_transports.conformance._servers.websocket import (
    BINARY,
    PING,
    PONG,
    TEXT,
    WebSocketPeer,
    close_frame,
    dropping,
    echo,
    frame,
    hold,
    read_handshake,
    refusing,
    refusing_by,
    sending,
    serving,
    upgrade,
)
from orderlists_transports.websockets import AsyncWebsocketsTransport, WebsocketsTransport
from websocket_transports import TRANSPORTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from http_servers import Serve
    from orderlists_transports import FramedTransport
    from orderlists_transports.conformance._servers.http import Peer, Server
    from orderlists_transports.conformance._servers.tls import Tls

    Open = Callable[..., FramedTransport]

SOON = 0.1
MEBIBYTE = 1024 * 1024
CLASSES = [WebsocketsTransport, AsyncWebsocketsTransport]


@pytest.fixture(params=TRANSPORTS)
def open_transport(request: pytest.FixtureRequest) -> Iterator[Open]:
    """Make transports of one colour, which are closed after the test."""
    with contextlib.ExitStack() as stack:
        yield lambda *args, **settings: stack.enter_context(
            TRANSPORTS[request.param](*args, **settings)
        )


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


def read_and_hold(peer: Peer) -> None:
    peer.receive()
    peer.hold()


# Connecting.


def test_a_proxy_tunnels_to_the_exchange(
    open_transport: Open, serve: Serve, wire: Tls | None
) -> None:
    server = serve(serving(echo), wire)
    proxy = serve(tunnel_to(server))
    trusted = None if wire is None else wire.client
    transport = open_transport(server.origin, proxy=proxy.origin, ssl_context=trusted)
    connection = transport.connect("/ws-api/v3", timeout=5)
    connection.send("{}", timeout=5)
    assert connection.receive(timeout=5) == "{}"
    assert [each.method for each in proxy.received] == ["CONNECT"]
    assert [each.target for each in server.received] == ["/ws-api/v3"]


def test_a_proxy_that_opens_no_tunnel_is_no_connection(open_transport: Open, serve: Serve) -> None:
    proxy = serve(refusing(reply(status=407)))
    transport = open_transport("wss://ws-api.binance.com", proxy=proxy.origin)
    with pytest.raises(TransportError) as caught:
        transport.connect("/ws-api/v3", timeout=5)
    assert caught.value.sent is False
    assert not caught.value.is_retryable
    assert not isinstance(caught.value, HandshakeRefused)
    assert str(caught.value).endswith(": the proxy refused to connect, with status 407")


def test_a_proxy_that_cannot_be_reached_is_named_without_its_password(
    open_transport: Open, serve: Serve
) -> None:
    proxy = serve(refusing(reply()))
    proxy.close()
    address = proxy.origin.removeprefix("http://")
    transport = open_transport("wss://ws-api.binance.com", proxy=f"http://user:secret@{address}")
    with pytest.raises(TransportError) as caught:
        transport.connect("/ws-api/v3", timeout=5)
    assert caught.value.reason.startswith(
        f"no connection to wss://ws-api.binance.com:443 by the proxy {address}: "
    )
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("kind", CLASSES)
def test_a_proxy_that_is_spoken_to_by_https_is_refused(kind: Any) -> None:
    with pytest.raises(InvalidSetting, match="https:// is not supported"):
        kind("wss://ws-api.binance.com", proxy="https://127.0.0.1:3128")


def test_connect_timeout_bounds_the_opening_of_a_connection(
    open_transport: Open, serve: Serve
) -> None:
    proxy = serve(read_and_hold)
    transport = open_transport("wss://ws-api.binance.com", proxy=proxy.origin, connect_timeout=SOON)
    # The server closes the connection after some seconds, which is another error.
    with pytest.raises(TransportError, match="TimeoutError"):
        transport.connect("/", timeout=60)


@pytest.mark.parametrize("kind", CLASSES)
def test_its_repr_shows_the_origin(kind: Any) -> None:
    shown = repr(kind("wss://ws-api.binance.com:9443", proxy="http://user:s3cret@127.0.0.1:1"))
    assert shown == f"<{kind.__name__} wss://ws-api.binance.com:9443>"


def test_a_refusal_is_decompressed(open_transport: Open, serve: Serve) -> None:
    packed = reply(gzip.compress(b"{}"), status=400, headers=["Content-Encoding: gzip"])
    transport = open_transport(serve(refusing(packed)).origin)
    with pytest.raises(HandshakeRefused) as caught:
        transport.connect("/", timeout=5)
    assert caught.value.response.body == b"{}"


def test_a_refusal_that_cannot_be_decompressed_is_no_connection(
    open_transport: Open, serve: Serve
) -> None:
    packed = reply(b"{}", status=400, headers=["Content-Encoding: gzip"])
    transport = open_transport(serve(refusing(packed)).origin)
    with pytest.raises(TransportError, match="encoding is broken") as caught:
        transport.connect("/", timeout=5)
    assert caught.value.sent is False


def test_a_transport_that_is_closed_while_it_connects_opens_no_connection(
    open_transport: Open, serve: Serve
) -> None:
    def close_first(peer: Peer) -> None:
        transport.close()
        serving(echo)(peer)

    server = serve(close_first)
    transport = open_transport(server.origin)
    with pytest.raises(TransportError, match="closed") as caught:
        transport.connect("/", timeout=5)
    assert caught.value.sent is False
    assert not caught.value.is_retryable
    assert server.has_closed(1)


def test_closing_ends_a_connect_that_waits(serve: Serve) -> None:
    begun = threading.Event()

    def read_and_hold_long(peer: Peer) -> None:
        peer.receive()
        begun.set()
        peer.hold(30)

    with TRANSPORTS["async"](serve(read_and_hold_long).origin) as transport:
        failures: list[Exception] = []

        def connect() -> None:
            with pytest.raises(TransportError, match="closed") as caught:
                transport.connect("/", timeout=30)
            failures.append(caught.value)

        thread = threading.Thread(target=connect)
        thread.start()
        assert begun.wait(5)
        transport.close()
        thread.join(10)
        assert len(failures) == 1


# Frames.


def test_pings_are_answered_though_no_caller_receives(open_transport: Open, serve: Serve) -> None:
    answered = threading.Event()

    def ping(talk: WebSocketPeer) -> None:
        talk.write(frame(b"1", PING))
        assert talk.read().opcode == PONG
        answered.set()

    open_transport(serve(serving(ping)).origin).connect("/", timeout=5)
    assert answered.wait(5)


def test_a_silent_exchange_is_pinged(open_transport: Open, serve: Serve) -> None:
    seen: list[int] = []

    def answer(talk: WebSocketPeer) -> None:
        piece = talk.read()
        seen.append(piece.opcode)
        talk.write(frame(piece.payload, PONG), frame("awake"))

    transport = open_transport(serve(serving(answer)).origin, heartbeat=0.5)
    assert transport.connect("/", timeout=5).receive(timeout=5) == "awake"
    assert seen == [PING]


def test_a_driver_gets_the_frames_that_came_before_it_listens(serve: Serve) -> None:
    transport = WebsocketsTransport(serve(serving(sending(frame("1"), frame("2")))).origin)
    connection: Any = transport.connect("/", timeout=5)
    assert connection.receive(timeout=5) == "1"
    received, lost = SimpleQueue[Frame](), SimpleQueue[Exception]()
    while not connection._frames:  # noqa: SLF001 - until the second is there
        sleep(0.001)
    transport.io_thread.call_soon(lambda: connection.listen(received.put, lost.put))
    assert received.get(timeout=5) == "2"
    transport.close()
    assert "closed here" in str(lost.get(timeout=5))


def test_a_connection_can_be_closed_after_its_transport(serve: Serve) -> None:
    transport = WebsocketsTransport(serve(serving(hold)).origin)
    connection = transport.connect("/", timeout=5)
    transport.close()
    while transport.io_thread.is_running:
        sleep(0.001)
    connection.close()
    with pytest.raises(TransportError, match="closed here"):
        connection.receive(timeout=0)


def test_a_connection_ends_with_the_thread_of_its_transport(serve: Serve) -> None:
    with closing(WebsocketsTransport(serve(serving(hold)).origin)) as transport:
        connection = transport.connect("/", timeout=5)
        transport.io_thread.stop()
        with pytest.raises(TransportError, match="its thread has ended"):
            connection.receive(timeout=5)


def test_an_exchange_that_sends_is_not_pinged(open_transport: Open, serve: Serve) -> None:
    seen: list[int] = []

    def send(talk: WebSocketPeer) -> None:
        for _ in range(10):
            talk.write(frame("tick"))
            talk.peer.hold(SOON)
        talk.write(frame("end"))
        seen.append(talk.read().opcode)

    transport = open_transport(serve(serving(send)).origin, heartbeat=5 * SOON)
    connection = transport.connect("/", timeout=5)
    while connection.receive(timeout=5) != "end":
        pass
    connection.send("x", timeout=5)
    transport.close()
    assert seen == [TEXT]


def test_an_exchange_that_stays_silent_is_given_up(open_transport: Open, serve: Serve) -> None:
    connection = open_transport(serve(serving(hold)).origin, heartbeat=SOON).connect("/", timeout=5)
    # The server closes the connection after some seconds, which is another error.
    with pytest.raises(TransportError, match="the other side is silent"):
        connection.receive(timeout=60)


def test_reading_pauses_while_frames_wait_to_be_received(
    open_transport: Open, serve: Serve
) -> None:
    frames = [bytes([number]) * MEBIBYTE for number in range(40)]
    sent: list[int] = []

    def send(talk: WebSocketPeer) -> None:
        for number, each in enumerate(frames):
            talk.write(frame(each, BINARY))
            sent.append(number)

    connection = open_transport(serve(serving(send)).origin, heartbeat=0.3).connect("/", timeout=5)
    sleep(0.6)  # Longer than silence would be borne.
    assert len(sent) < len(frames)
    assert [connection.receive(timeout=5) for _ in frames] == frames


def test_a_frame_that_the_exchange_reads_late_is_sent(open_transport: Open, serve: Serve) -> None:
    long = "x" * 16 * MEBIBYTE

    def read_late(talk: WebSocketPeer) -> None:
        talk.peer.hold(SOON)
        talk.write(frame(str(len(talk.read().payload))))

    connection = open_transport(serve(serving(read_late)).origin).connect("/", timeout=5)
    connection.send(long, timeout=5)
    assert connection.receive(timeout=5) == str(len(long))


def test_closing_fails_a_send_that_waits(open_transport: Open, serve: Serve) -> None:
    begun = threading.Event()

    def read_a_little(talk: WebSocketPeer) -> None:
        talk.peer.read(2)
        begun.set()
        talk.peer.hold()

    connection = open_transport(serve(serving(read_a_little)).origin).connect("/", timeout=5)
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


@pytest.mark.parametrize(
    "before",
    [
        read_handshake,
        refusing(reply(status=429, headers=["Connection: close"])),
        refusing_by(lambda got: upgrade(got, accept="bm90IHlvdXIga2V5")),
        dropping(sending(close_frame(1001))),
        dropping(sending(frame(b"\xff", TEXT))),
    ],
    ids=["no answer", "a refusal", "a wrong accept key", "a close", "no UTF-8"],
)
def test_a_server_that_does_not_hang_up_keeps_no_connection_open(
    before: Callable[[Peer], object], open_transport: Open, serve: Serve, tls: Tls
) -> None:
    def script(peer: Peer) -> None:
        before(peer)
        while peer.read_some():
            pass

    server = serve(script, tls)
    transport = open_transport(server.origin, ssl_context=tls.client)
    with pytest.raises(TransportError):
        transport.connect("/", timeout=0.5).receive(timeout=5)
    assert server.has_closed(1)


def test_a_close_frame_that_came_with_the_handshake_is_a_transport_error(
    open_transport: Open, serve: Serve
) -> None:
    def close_at_once(peer: Peer) -> None:
        peer.write(upgrade(read_handshake(peer)) + close_frame(1008))
        peer.hold()

    connection = open_transport(serve(close_at_once).origin).connect("/", timeout=5)
    with pytest.raises(TransportError, match="code 1008"):
        connection.receive(timeout=5)
    with pytest.raises(TransportError, match="code 1008") as caught:
        connection.send("{}", timeout=5)
    assert caught.value.sent is False
    connection.close()


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("async_connection", "thread_connection", "connection", "protocol"):
        monkeypatch.delitem(sys.modules, f"orderlists_transports._websocket.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "websockets.client", None)
    spec = importlib.util.spec_from_file_location("without_websockets", os.fspath(module.__file__))
    assert spec is not None
    assert spec.loader is not None
    with pytest.raises(MissingExtra, match=r"pip install 'orderlists\[websockets\]'"):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
