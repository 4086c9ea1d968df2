"""What only the transport over urllib3 does: managers, proxies, deadlines, forks, replies."""

from __future__ import annotations

import contextlib
import socket
import threading
from contextlib import closing
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

import pytest
import urllib3

from orderlists import InvalidSetting, TransportError
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_transports._urllib3_pool import leave_connections_to_parent
from orderlists_transports.conformance._script import always, answer, chunked, reply, unmeasured
from orderlists_transports.conformance._server import Peer, Server
from orderlists_transports.urllib3 import Urllib3Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orderlists_transports.conformance import Tls

REQUEST = HttpRequest("GET", "/api/v3/time", ())
SOON = 0.25


class Serve(Protocol):
    def __call__(self, script: Callable[[Peer], None], tls: Tls | None = None) -> Server: ...


class Get(Protocol):
    def __call__(self, sent: bytes, method: str = "GET") -> HttpResponse: ...


@pytest.fixture
def serve() -> Iterator[Serve]:
    with contextlib.ExitStack() as servers:

        def start(script: Callable[[Peer], None], tls: Tls | None = None) -> Server:
            server = Server(script, None if tls is None else tls.server)
            servers.callback(server.close)
            return server

        yield start


@pytest.fixture
def get(serve: Serve) -> Get:
    """Send a request that is answered with these bytes."""

    def exchange(sent: bytes, method: str = "GET") -> HttpResponse:
        with closing(Urllib3Transport(serve(answer(sent)).origin)) as transport:
            return transport.send(HttpRequest(method, "/", ()), timeout=5)

    return exchange


def proxied(proxy: Server, origin: str, tls: Tls) -> Urllib3Transport:
    manager = urllib3.ProxyManager(proxy.origin, ssl_context=tls.client)
    return Urllib3Transport(origin, manager=manager)


def tunnel(peer: Peer) -> None:
    """Be a proxy: open a tunnel and pass everything on."""
    request = peer.receive()
    assert request is not None
    host, _, port = request.target.partition(":")
    with socket.create_connection((host, int(port))) as onward:
        peer.write(b"HTTP/1.1 200 Go on\r\nVia: a proxy\r\n\r\n")
        back = threading.Thread(target=pass_back, args=(peer, onward))
        back.start()
        with contextlib.suppress(OSError):
            while part := peer.read_some():
                onward.sendall(part)
        onward.shutdown(socket.SHUT_RDWR)
        back.join()


def pass_back(peer: Peer, onward: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := onward.recv(65536):
            peer.write(part)


def dribble(peer: Peer) -> None:
    for byte in b"HTTP/1.1 200 OK" + b"!" * 1000:
        if peer.hold(SOON / 10):
            return
        peer.write(bytes([byte]))


def hang_up(_peer: Peer) -> None:
    pass


def hold(peer: Peer) -> None:
    peer.hold()


def failure(transport: Urllib3Transport, timeout: float = 5) -> TransportError:
    with closing(transport), pytest.raises(TransportError) as caught:
        transport.send(REQUEST, timeout=timeout)
    return caught.value


def test_a_proxy_opens_a_tunnel_in_which_only_the_exchange_reads(serve: Serve, tls: Tls) -> None:
    server, proxy = serve(always(reply()), tls), serve(tunnel)
    with closing(proxied(proxy, server.origin, tls)) as transport:
        assert transport.send(REQUEST, timeout=5).status == 200
        assert transport.send(REQUEST, timeout=5).status == 200
    (asked,) = proxy.received
    assert asked.method == "CONNECT"
    assert [each.target for each in server.received] == [REQUEST.target] * 2


@pytest.mark.parametrize(
    "script",
    [
        answer(unmeasured(b"", status=407)),
        answer(b"SSH-2.0-OpenSSH_9.6\r\n"),
        hang_up,
        answer(b"HTTP/1.1 200 OK\r\n\r\nno TLS here"),
    ],
    ids=["refuses", "is none", "hangs up", "leads elsewhere"],
)
def test_a_proxy_that_opens_no_tunnel_means_not_sent(
    script: Callable[[Peer], None], serve: Serve, tls: Tls
) -> None:
    error = failure(proxied(serve(script), "https://api.binance.com", tls))
    assert error.sent is False


def test_a_proxy_that_refuses_is_told_by_its_status_alone(serve: Serve, tls: Tls) -> None:
    script = answer(b"HTTP/1.1 407 s3cret\r\nContent-Length: 0\r\n\r\n")
    error = failure(proxied(serve(script), "https://api.binance.com", tls))
    assert str(error).endswith(": the proxy refused to connect, with status 407")


def test_a_proxy_that_answers_byte_by_byte_ends_at_the_timeout(serve: Serve, tls: Tls) -> None:
    began = monotonic()
    error = failure(proxied(serve(dribble), "https://api.binance.com", tls), timeout=SOON)
    assert error.sent is False
    assert monotonic() - began < SOON + 1


def test_a_proxy_that_cannot_be_reached_means_not_sent(serve: Serve, tls: Tls) -> None:
    proxy = serve(tunnel)
    proxy.close()
    assert failure(proxied(proxy, "https://api.binance.com", tls)).sent is False


def test_a_handshake_that_never_ends_ends_at_the_timeout(serve: Serve) -> None:
    server = serve(hold)
    began = monotonic()
    origin = server.origin.replace("http:", "https:")
    error = failure(Urllib3Transport(origin), timeout=SOON)
    assert error.sent is False
    assert monotonic() - began < SOON + 1


def used() -> urllib3.PoolManager:
    manager = urllib3.PoolManager()
    manager.connection_from_url("http://127.0.0.1:8080")
    return manager


def taken() -> urllib3.PoolManager:
    manager = urllib3.PoolManager()
    Urllib3Transport("https://api.binance.com", manager=manager).close()
    return manager


@pytest.mark.parametrize(
    ("manager", "origin"),
    [
        (used(), "http://127.0.0.1:8080"),
        (used(), "http://127.0.0.1:8081"),
        (taken(), "http://127.0.0.1:8080"),
        (urllib3.ProxyManager("http://127.0.0.1:3128"), "http://127.0.0.1:8080"),
        (
            urllib3.ProxyManager("https://127.0.0.1:3128", use_forwarding_for_https=True),
            "https://api.binance.com",
        ),
    ],
    ids=[
        "used",
        "used for another",
        "taken by a transport",
        "plain proxy",
        "proxy that reads along",
    ],
)
def test_a_manager_that_is_in_use_or_does_not_tunnel_is_refused(
    manager: urllib3.PoolManager, origin: str
) -> None:
    with pytest.raises(InvalidSetting, match="manager"):
        Urllib3Transport(origin, manager=manager)


@pytest.mark.parametrize(
    ("manager", "shown"),
    [(urllib3.PoolManager, "<class"), ("http://user:secret@proxy", "<hidden>"), (5, "5")],
)
def test_what_is_no_manager_is_refused(manager: Any, shown: str) -> None:
    with pytest.raises(InvalidSetting, match=f"^manager={shown}.*: must be an unused urllib3"):
        Urllib3Transport("http://127.0.0.1:8080", manager=manager)


def test_every_address_of_a_host_is_tried(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(always(reply()))
    find = socket.getaddrinfo

    def find_two(host: str, port: int, **options: int) -> list[object]:
        found = find(host, port, **options)
        nobody_listens = (*found[0][:4], ("127.0.0.1", 9))
        return [nobody_listens, *found] if host == "127.0.0.1" and port != 9 else list(found)

    monkeypatch.setattr("orderlists_transports._urllib3_pool.socket.getaddrinfo", find_two)
    monkeypatch.setattr("urllib3.util.connection.socket.getaddrinfo", find)
    with closing(Urllib3Transport(server.origin)) as transport:
        assert transport.send(REQUEST, timeout=5).status == 200


def test_the_managers_connect_timeout_counts(serve: Serve) -> None:
    manager = urllib3.PoolManager(timeout=urllib3.Timeout(connect=SOON))
    server = serve(always(reply()))
    with closing(Urllib3Transport(server.origin, manager=manager)) as transport:
        assert transport.send(REQUEST, timeout=5).status == 200


def test_no_time_left_means_not_sent(serve: Serve) -> None:
    server = serve(always(reply()))
    assert failure(Urllib3Transport(server.origin), timeout=0).sent is False
    assert server.received == []


def test_a_child_process_starts_anew(serve: Serve) -> None:
    server = serve(always(reply()))
    closed = Urllib3Transport(server.origin)
    closed.close()
    with closing(Urllib3Transport(server.origin)) as transport:
        transport.send(REQUEST, timeout=5)
        leave_connections_to_parent()
        transport.send(REQUEST, timeout=5)
    assert [each.connection for each in server.received] == [1, 2]


def test_a_reply_to_head_has_no_body(get: Get) -> None:
    assert get(reply(b"", length=100), "HEAD").body == b""


def test_the_end_of_an_old_reply_is_the_end_of_the_connection(serve: Serve) -> None:
    server = serve(always(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}"))
    with closing(Urllib3Transport(server.origin)) as transport:
        transport.send(REQUEST, timeout=5)
        transport.send(REQUEST, timeout=5)
    assert server.connections == 2


def test_a_reply_that_says_close_is_the_last_on_its_connection(serve: Serve) -> None:
    server = serve(always(reply(headers=["Connection: close"])))
    with closing(Urllib3Transport(server.origin)) as transport:
        transport.send(REQUEST, timeout=5)
        transport.send(REQUEST, timeout=5)
    assert server.connections == 2


def test_chunks_win_over_a_length(get: Get) -> None:
    headers = ["Content-Length: 3", "Transfer-Encoding: Chunked"]
    assert get(unmeasured(chunked(b"hello", 2), headers=headers)).body == b"hello"


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"", "without a reply"),
        (b"\r\n\r\n", "not a reply"),
        (b"HTTP/2 200 OK\r\n\r\n", "not a reply"),
        (b"HTTP/1.1 600 OK\r\n\r\n", "not a reply"),
        (unmeasured(b"", status=101), "another protocol"),
        (unmeasured(b"", headers=["Name : value"]), "malformed"),
        (unmeasured(b"", headers=[" continued: value"]), "malformed"),
        (unmeasured(b"", headers=["no colon"]), "malformed"),
        (unmeasured(b"", headers=[": no name"]), "malformed"),
        (unmeasured(b"", headers=["X-Long: " + "x" * 70000]), "too long"),
        (unmeasured(b"", headers=[f"X-{number}: 1" for number in range(300)]), "too many"),
        (unmeasured(b"", headers=["Transfer-Encoding: gzip, chunked"]), "transfer encoding"),
        (unmeasured(b"{}", headers=["Content-Length: 2", "Content-Length: 3"]), "length"),
        (unmeasured(b"{}", headers=["Content-Length: -2"]), "length"),
        (unmeasured(b"-1\r\nhello", headers=["Transfer-Encoding: chunked"]), "IncompleteRead"),
    ],
)
def test_what_is_not_a_reply_is_an_error(sent: bytes, told: str, get: Get) -> None:
    with pytest.raises(TransportError, match=told) as caught:
        get(sent)
    assert caught.value.sent is None
