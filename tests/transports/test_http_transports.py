"""What the built-in HTTP transports do beyond the contract, both colours alike."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import threading
import warnings
from traceback import walk_tb
from typing import TYPE_CHECKING, Any

import pytest

from http_servers import SOON, dribble, hang_up, hold, tunnel, write_and_hold
from orderlists import InvalidSetting, TransportError
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_transports.asyncio import AsyncioTransport
from orderlists_transports.conformance._servers.http import always, answer, reply, unmeasured
from orderlists_transports.urllib3 import Urllib3Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from http_servers import Serve
    from orderlists_transports.conformance._servers.http import Peer, Server
    from orderlists_transports.conformance._servers.tls import Tls

REQUEST = HttpRequest("GET", "/api/v3/time", ())
SIGNATURE = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
SIGNED = HttpRequest("DELETE", f"/api/v3/orderList?signature={SIGNATURE}", ())


class Sync:
    """A synchronous transport."""

    name = "Urllib3Transport"

    def __init__(self, exchange: str, **settings: Any) -> None:
        self.inner = Urllib3Transport(exchange, **settings)

    def send(self, request: HttpRequest = REQUEST, timeout: float = 5) -> HttpResponse:
        return self.inner.send(request, timeout=timeout)

    def close(self) -> None:
        self.inner.close()

    def dispose(self) -> None:
        self.close()


class Async:
    """An asynchronous transport, in an event loop that runs while something is sent."""

    name = "AsyncioTransport"

    def __init__(self, exchange: str, **settings: Any) -> None:
        self.inner = AsyncioTransport(exchange, **settings)
        self._runner = asyncio.Runner()

    def send(self, request: HttpRequest = REQUEST, timeout: float = 5) -> HttpResponse:
        return self._runner.run(self.inner.asend(request, timeout=timeout))

    def close(self) -> None:
        self._runner.run(self.inner.aclose())

    def dispose(self) -> None:
        self.close()
        self._runner.close()


Transport = Sync | Async
Make = "Callable[..., Transport]"


@pytest.fixture(params=[Sync, Async], ids=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def make(kind: Any) -> Iterator[Callable[..., Transport]]:
    """Make transports that are closed after the test."""
    with contextlib.ExitStack() as made:

        def one(exchange: str, **settings: Any) -> Transport:
            transport: Transport = kind(exchange, **settings)
            made.callback(transport.dispose)
            return transport

        yield one


def opening(sockets: list[socket.socket], kind: Any) -> Callable[..., Any]:
    """Return a function that opens sockets for a kind of transport, and notes them."""

    def open_socket(host: str, port: int, seconds: float) -> socket.socket:
        sockets.append(socket.create_connection((host, port), seconds))
        return sockets[-1]

    async def aopen_socket(host: str, port: int, seconds: float) -> socket.socket:
        return open_socket(host, port, seconds)

    return aopen_socket if kind is Async else open_socket


def failure(
    transport: Transport, request: HttpRequest = REQUEST, timeout: float = 5
) -> TransportError:
    with pytest.raises(TransportError) as caught:
        transport.send(request, timeout)
    return caught.value


def cause_of(error: TransportError) -> str:
    """Return the last word of an error.

    A server that holds a connection closes it in the end: a wait for that has another cause than
    one that its timeout ended.
    """
    return str(error).split()[-1]


def test_a_transport_shows_its_origin(make: Callable[..., Transport], kind: Any) -> None:
    shown = repr(make("https://API.binance.com/", proxy="http://user:secret@proxy:1").inner)
    assert shown == f"<{kind.name} https://api.binance.com:443>"


def test_an_https_proxy_is_refused(make: Callable[..., Transport]) -> None:
    with pytest.raises(InvalidSetting, match=r"proxy=.*spoken to by https:// is not supported"):
        make("https://api.binance.com", proxy="https://proxy.example")


def test_a_proxy_tunnel_is_opened_once_and_kept(
    make: Callable[..., Transport], serve: Serve, tls: Tls
) -> None:
    server, proxy = serve(always(reply()), tls), serve(tunnel)
    address = proxy.origin.replace("//", "//user:p%40ss@")
    transport = make(server.origin, proxy=address, ssl_context=tls.client)
    assert transport.send().status == 200
    assert transport.send().status == 200
    (asked,) = proxy.received
    assert (asked.method, f"https://{asked.target}") == ("CONNECT", server.origin)
    assert asked.values("Proxy-Authorization") == ["Basic dXNlcjpwQHNz"]
    assert [each.target for each in server.received] == [REQUEST.target] * 2


def test_a_proxy_tunnel_carries_plain_http(make: Callable[..., Transport], serve: Serve) -> None:
    server, proxy = serve(always(reply())), serve(tunnel)
    assert make(server.origin, proxy=proxy.origin).send().status == 200
    assert [each.method for each in proxy.received] == ["CONNECT"]


@pytest.mark.parametrize(
    ("script", "why", "is_retryable"),
    [
        (answer(unmeasured(b"", status=407)), "refused to connect, with status 407", False),
        (answer(b"HTTP/1.1 502 s3cret\r\n\r\n"), "refused to connect, with status 502", True),
        (answer(b"SSH-2.0-OpenSSH_9.6\r\n"), "not a response in HTTP/1", True),
        (hang_up, "", True),
        (answer(b"HTTP/1.1 200 OK\r\n\r\nno TLS here"), "bytes behind its response", True),
    ],
    ids=["407", "502", "another protocol", "hangs up", "bytes behind"],
)
def test_a_proxy_that_opens_no_tunnel_means_not_sent(
    script: Callable[[Peer], None],
    why: str,
    make: Callable[..., Transport],
    serve: Serve,
    *,
    is_retryable: bool,
) -> None:
    error = failure(make("https://api.binance.com", proxy=serve(script).origin))
    assert (error.sent, error.is_retryable) == (False, is_retryable)
    assert why in str(error)
    assert "s3cret" not in str(error)


def test_a_proxy_that_answers_byte_by_byte_ends_at_the_timeout(
    make: Callable[..., Transport], serve: Serve
) -> None:
    error = failure(make("https://api.binance.com", proxy=serve(dribble).origin), timeout=SOON)
    assert (error.sent, cause_of(error)) == (False, "TimeoutError")


def test_a_proxy_that_cannot_be_reached_means_not_sent(
    make: Callable[..., Transport], serve: Serve
) -> None:
    proxy = serve(tunnel)
    proxy.close()
    address = proxy.origin.removeprefix("http://")
    error = failure(make("https://api.binance.com", proxy=f"http://user:secret@{address}"))
    assert error.sent is False
    assert str(error).startswith(
        f"nothing was sent: no connection to https://api.binance.com:443 by the proxy {address}: "
    )
    assert "secret" not in str(error)


@pytest.mark.parametrize(("timeout", "settings"), [(SOON, {}), (60, {"connect_timeout": SOON})])
def test_a_tls_handshake_that_never_ends_ends_at_the_timeout(
    timeout: float, settings: Any, make: Callable[..., Transport], serve: Serve
) -> None:
    origin = serve(hold).origin.replace("http:", "https:")
    error = failure(make(origin, **settings), timeout=timeout)
    assert (error.sent, cause_of(error)) == (False, "TimeoutError")


def test_an_untrusted_certificate_is_not_retryable(
    make: Callable[..., Transport], serve: Serve, tls: Tls
) -> None:
    error = failure(make(serve(always(reply()), tls).origin))
    assert (error.sent, error.is_retryable) == (False, False)
    assert "SSLCertVerificationError" in str(error)


@pytest.mark.parametrize(
    ("request_", "timeout"),
    [(REQUEST, 0), (REQUEST, -1), (HttpRequest("GET", "time", ()), 5)],
    ids=["no time left", "less than no time left", "a target without its slash"],
)
def test_what_cannot_be_sent_is_not_sent(
    request_: HttpRequest, timeout: float, make: Callable[..., Transport], serve: Serve
) -> None:
    server = serve(always(reply()))
    transport = make(server.origin)
    transport.send()
    error = failure(transport, request_, timeout)
    assert error.sent is False
    assert len(server.received) == 1


def test_a_closed_transport_is_not_retryable(make: Callable[..., Transport], serve: Serve) -> None:
    transport = make(serve(always(reply())).origin)
    transport.close()
    error = failure(transport)
    assert (error.sent, error.is_retryable) == (False, False)


def test_every_address_of_a_host_is_tried(
    make: Callable[..., Transport], serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(always(reply()))
    usual = socket.getaddrinfo

    def find(host: str, *rest: Any, **options: Any) -> list[Any]:
        found = usual("127.0.0.1" if host == "localhost" else host, *rest, **options)
        nobody_listens = (*found[0][:4], ("127.0.0.2", 0))
        return [nobody_listens, *found] if host == "localhost" else found

    monkeypatch.setattr("orderlists_transports._net.resolver.socket.getaddrinfo", find)
    assert make(server.origin.replace("127.0.0.1", "localhost")).send().status == 200


def test_a_host_without_an_address_means_not_sent(
    make: Callable[..., Transport], monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_nothing(*_: object, **__: object) -> list[object]:
        return []

    monkeypatch.setattr("orderlists_transports._net.resolver.socket.getaddrinfo", find_nothing)
    error = failure(make("https://nowhere.example"))
    assert (error.sent, cause_of(error)) == (False, "ConnectionError")


def test_a_lookup_that_hangs_ends_at_the_timeout(
    make: Callable[..., Transport], monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()

    def hang(*_: object, **__: object) -> list[object]:
        over.wait(5)
        return []

    monkeypatch.setattr("orderlists_transports._net.resolver.socket.getaddrinfo", hang)
    error = failure(make("https://slow.example"), timeout=SOON)
    over.set()
    assert (error.sent, cause_of(error)) == (False, "TimeoutError")


def test_open_socket_opens_the_connections(
    make: Callable[..., Transport], serve: Serve, tls: Tls, kind: Any
) -> None:
    server, sockets = serve(always(reply()), tls), list[socket.socket]()
    transport = make(server.origin, ssl_context=tls.client, open_socket=opening(sockets, kind))
    assert transport.send().status == 200
    assert transport.send().status == 200
    assert len(sockets) == 1


def test_an_error_of_open_socket_is_not_sent_and_a_bug_in_it_passes(
    make: Callable[..., Transport], kind: Any
) -> None:
    def open_socket(_host: str, _port: int, _seconds: float) -> socket.socket:
        raise errors.pop()

    async def aopen_socket(host: str, port: int, seconds: float) -> socket.socket:
        return open_socket(host, port, seconds)

    errors = [KeyError("a bug"), OSError(111, "refused")]
    transport = make(
        "http://127.0.0.1:1", open_socket=aopen_socket if kind is Async else open_socket
    )
    assert failure(transport).sent is False
    with pytest.raises(KeyError):
        transport.send()


@pytest.mark.parametrize(
    "sent",
    [
        reply(headers=["Connection: close"]),
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        reply() + b"HTTP/1.1 408 ",
    ],
    ids=["close", "HTTP/1.0", "bytes behind"],
)
def test_a_connection_that_cannot_be_reused_is_closed(
    sent: bytes, make: Callable[..., Transport], serve: Serve, wire: Tls | None, kind: Any
) -> None:
    server, sockets = serve(write_and_hold(sent), wire), list[socket.socket]()
    transport = make(
        server.origin,
        ssl_context=None if wire is None else wire.client,
        open_socket=opening(sockets, kind),
    )
    transport.send()
    transport.send()
    assert server.connections == 2
    if wire is None:  # TLS takes the socket over.
        assert sockets[0].fileno() == -1


def test_half_a_response_that_no_request_asked_for_costs_no_request(
    make: Callable[..., Transport], serve: Serve, wire: Tls | None
) -> None:
    begun = threading.Event()

    def script(peer: Peer) -> None:
        peer.receive()
        peer.write(reply())
        begun.wait(5)
        peer.write(b"HTTP/1.1 408 ")

    server = serve(script, wire)
    transport = make(server.origin, ssl_context=None if wire is None else wire.client)
    transport.send()
    begun.set()
    assert server.has_closed(1)
    assert transport.send().body == b"{}"
    assert server.connections == 2


def test_a_body_that_a_reset_ends_is_not_whole(
    make: Callable[..., Transport], serve: Serve
) -> None:
    def script(peer: Peer) -> None:
        peer.receive()
        peer.write(unmeasured(b"{"))
        peer.hold(SOON / 5)  # A reset can overtake what was written before it.
        peer.reset()

    assert failure(make(serve(script).origin)).sent is None


def test_a_long_request_to_a_server_that_reads_nothing_ends_at_the_timeout(
    make: Callable[..., Transport], serve: Serve, wire: Tls | None
) -> None:
    def read_one(peer: Peer) -> None:
        answer(reply())(peer)
        peer.hold()

    server = serve(read_one, wire)
    transport = make(server.origin, ssl_context=None if wire is None else wire.client)
    transport.send()  # So that no part of the timeout is spent on connecting.
    long = HttpRequest("POST", "/", (), b"x" * 16 * 1024 * 1024)
    error = failure(transport, long, 2 * SOON)
    assert (error.sent, cause_of(error)) == (None, "TimeoutError")
    assert server.connections == 1


def test_no_more_idle_connections_are_kept_than_max_connections(
    make: Callable[..., Transport], serve: Serve
) -> None:
    server = serve(always(reply()))
    transport = make(server.origin, max_connections=1)
    transport.send()
    transport.send()
    assert server.connections == 1


def test_a_forked_child_opens_connections_of_its_own(
    make: Callable[..., Transport], serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(always(reply()))
    transport = make(server.origin)
    transport.send()
    with monkeypatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # The parent's, which the child drops.
        patch.setattr("orderlists_transports._net.pool.os.getpid", lambda: -1)
        transport.send()
        gc.collect()
    assert [each.connection for each in server.received] == [1, 2]


def frames_with_a_signature(error: BaseException) -> list[str]:
    """Return the functions of the library in which an exception keeps a signature."""
    return [
        frame.f_code.co_name
        for frame, _ in walk_tb(error.__traceback__)
        if "orderlists_transports" in frame.f_code.co_filename
        and any(SIGNATURE in repr(value) for value in frame.f_locals.values())
    ]


@pytest.mark.parametrize("script", [hang_up, write_and_hold(b"")], ids=["lost", "timeout"])
def test_no_frame_of_an_error_keeps_a_signature(
    script: Callable[[Peer], None], make: Callable[..., Transport], serve: Serve
) -> None:
    error = failure(make(serve(script).origin), SIGNED, SOON)
    assert (error.__cause__, error.__context__) == (None, None)
    assert frames_with_a_signature(error) == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_bug_passes_and_no_frame_of_it_keeps_a_signature(
    make: Callable[..., Transport], serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr("orderlists_transports._http1.reader.ResponseReader.receive", fail)
    transport = make(serve(always(reply())).origin)
    with pytest.raises(KeyError) as caught:
        transport.send(SIGNED)
    assert frames_with_a_signature(caught.value) == []


def test_the_tls_context_is_made_with_the_first_connection_and_shared(
    make: Callable[..., Transport], serve: Serve, tls: Tls, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []

    def create() -> object:
        made.append(tls.client)
        return tls.client

    monkeypatch.setattr("orderlists_transports._net.route.ssl.create_default_context", create)
    server: Server = serve(always(reply(headers=["Connection: close"])), tls)
    transport = make(server.origin)
    assert made == []
    transport.send()
    transport.send()
    assert (len(made), server.connections) == (1, 2)
