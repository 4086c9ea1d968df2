"""What only the transport over aiohttp does: sessions, event loops, proxies."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib.util
import os
import socket
import ssl
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Never, Protocol

import aiohttp
import pytest
from aiohttp.client_proto import ResponseHandler

from clients import key_of
from orderlists import (
    CancelOrderList,
    InvalidSetting,
    MissingExtra,
    Rest,
    TransportError,
    WebSocketApi,
)
from orderlists.extending import HttpRequest
from orderlists_simulator import EXAMPLE_KEY
from orderlists_transports import AsyncClient
from orderlists_transports import aiohttp as module
from orderlists_transports.aiohttp import AiohttpTransport
from orderlists_transports.aiohttp_websocket import AiohttpWebSocketTransport
from orderlists_transports.conformance._script import always, answer, reply, unmeasured
from orderlists_transports.conformance._server import PATIENCE, Peer, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orderlists_transports.conformance import Tls

REQUEST = HttpRequest("GET", "/api/v3/time", ())
ELSEWHERE = "http://127.0.0.1:9"
SOON = 0.25
ENOUGH = 0.5
CLOSED = "this transport was closed"


class Serve(Protocol):
    def __call__(self, script: Callable[[Peer], None], tls: Tls | None = None) -> Server: ...


class Sockets(Protocol):
    def session(self, *, force_close: bool = False) -> aiohttp.ClientSession: ...
    def are_closed(self) -> list[bool]: ...


@pytest.fixture
def serve() -> Iterator[Serve]:
    with contextlib.ExitStack() as servers:

        def start(script: Callable[[Peer], None], tls: Tls | None = None) -> Server:
            server = Server(script, None if tls is None else tls.server)
            servers.callback(server.close)
            return server

        yield start


def hold(peer: Peer) -> None:
    peer.receive()
    peer.hold()


def read_nothing(peer: Peer) -> None:
    peer.hold()


def saying_and_holding(sent: bytes) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        peer.receive()
        peer.write(sent)
        peer.hold()

    return script


def one_connection() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1))


def answering_at_once(peer: Peer) -> None:
    peer.read(1)
    peer.write(reply())
    peer.hold()


def tunnel(peer: Peer) -> None:
    got = peer.receive()
    assert got is not None
    host, _, port = got.target.partition(":")
    with socket.create_connection((host, int(port))) as there, ThreadPoolExecutor(1) as threads:
        peer.write(unmeasured(b""))
        threads.submit(pass_on, lambda: there.recv(65536), peer.write)
        pass_on(peer.read_some, there.sendall)
        there.shutdown(socket.SHUT_RDWR)


def pass_on(read: Callable[[], bytes], write: Callable[[bytes], None]) -> None:
    with contextlib.suppress(OSError, ValueError):  # It is over, on either side.
        while some := read():
            write(some)


def trusting(tls: Tls | None) -> aiohttp.ClientSession:
    trust = True if tls is None else tls.client
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust))


def _in_time(has_begun: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE
    while not has_begun() and time.monotonic() < until:
        time.sleep(SOON / 10)
    return has_begun()


async def closed_underway(
    transport: AiohttpTransport, sent: HttpRequest, has_begun: Callable[[], bool]
) -> TransportError:
    task = asyncio.create_task(transport.asend(sent, timeout=60))
    assert await asyncio.to_thread(_in_time, has_begun)
    await asyncio.sleep(SOON)  # It cannot be seen from outside how far it has come since.
    async with asyncio.timeout(PATIENCE / 2):
        await transport.aclose()
        with pytest.raises(TransportError) as caught:
            await task
    return caught.value


async def failure(
    transport: AiohttpTransport, sent: HttpRequest = REQUEST, seconds: float = 5
) -> TransportError:
    with pytest.raises(TransportError) as caught:
        await transport.asend(sent, timeout=seconds)
    await transport.aclose()
    return caught.value


def test_a_transport_outlives_its_event_loop(serve: Serve) -> None:
    server = serve(always(reply(headers=["Connection: close"])))
    transport = AiohttpTransport(server.origin)
    for _ in range(2):
        asyncio.run(_send(transport))
    asyncio.run(transport.aclose())
    assert len(server.received) == 2


@pytest.mark.parametrize(
    "said",
    [b"", reply(headers=["Connection: close"]), reply(b"{", length=9)],
    ids=["nothing", "a reply and that it hangs up", "half a reply"],
)
def test_a_server_that_does_not_hang_up_keeps_no_connection_open(
    said: bytes, serve: Serve, tls: Tls, sockets: Sockets
) -> None:
    server = serve(saying_and_holding(said), tls)

    async def use(transport: AiohttpTransport) -> None:
        with contextlib.suppress(TransportError):
            await transport.asend(REQUEST, timeout=ENOUGH)
        await transport.aclose()

    asyncio.run(use(AiohttpTransport(server.origin, session=sockets.session)))
    assert sockets.are_closed() == [True]


def test_a_connector_that_keeps_nothing_leaves_no_connection_open(
    serve: Serve, tls: Tls, sockets: Sockets
) -> None:
    server = serve(saying_and_holding(reply()), tls)
    session = partial(sockets.session, force_close=True)
    asyncio.run(_send_and_close(AiohttpTransport(server.origin, session=session)))
    assert sockets.are_closed() == [True]


def test_a_request_that_was_not_read_to_its_end_stands_before_no_other(serve: Serve) -> None:
    server = serve(answering_at_once)
    long = HttpRequest("POST", "/", (), b"x" * 16 * 1024 * 1024)

    async def send_both() -> None:
        transport = AiohttpTransport(server.origin)
        await transport.asend(long, timeout=5)
        await _send_and_close(transport)

    asyncio.run(send_both())
    assert server.connections == 2


def test_a_child_process_leaves_the_session_to_its_parent(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(always(reply()))
    sessions: list[aiohttp.ClientSession] = []

    def noted() -> aiohttp.ClientSession:
        sessions.append(aiohttp.ClientSession())
        return sessions[-1]

    async def fork_and_send() -> list[bool]:
        transport = AiohttpTransport(server.origin, session=noted)
        await _send(transport)
        monkeypatch.setattr("orderlists_transports._aiohttp_sessions.os.getpid", lambda: -1)
        await _send(transport)
        await transport.aclose()
        closed = [session.closed for session in sessions]
        await sessions[0].close()
        return closed

    assert asyncio.run(fork_and_send()) == [False, True]
    assert [each.connection for each in server.received] == [1, 2]


def test_connections_that_a_server_closes_are_forgotten(serve: Serve) -> None:
    server = serve(answer(reply()))

    async def open_many() -> int:
        transport = AiohttpTransport(server.origin)
        for count in range(1, 9):
            await _send(transport)
            await asyncio.to_thread(server.has_closed, count)
            await asyncio.sleep(SOON / 10)  # It has to come through the network.
        gc.collect()
        kept = sum(isinstance(each, ResponseHandler) for each in gc.get_objects())
        await transport.aclose()
        return kept

    assert asyncio.run(open_many()) < 4


def test_closing_ends_those_who_wait_for_a_connection(serve: Serve) -> None:
    server = serve(hold)

    async def close_while_waiting() -> list[bool | None]:
        transport = AiohttpTransport(server.origin, session=one_connection)
        tasks = [asyncio.create_task(transport.asend(REQUEST, timeout=5)) for _ in range(2)]
        await asyncio.to_thread(server.has_received, 1)
        await transport.aclose()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        return [error.sent for error in outcomes if isinstance(error, TransportError)]

    assert asyncio.run(close_while_waiting()) == [None, False]


@pytest.mark.parametrize(
    "said",
    [reply(b"{", length=9), unmeasured(b"{"), b""],
    ids=["half a reply", "a reply that ends with the connection", "nothing"],
)
def test_closing_ends_those_who_read(said: bytes, serve: Serve, wire: Tls | None) -> None:
    server = serve(saying_and_holding(said), wire)
    transport = AiohttpTransport(server.origin, session=partial(trusting, wire))
    error = asyncio.run(closed_underway(transport, REQUEST, lambda: bool(server.received)))
    assert (error.sent, error.args) == (None, (f"no reply from {server.origin}: {CLOSED}",))


def test_closing_ends_those_who_write(serve: Serve) -> None:
    server = serve(read_nothing)
    request = HttpRequest("POST", "/", (), b"x" * 16 * 1024 * 1024)
    transport = AiohttpTransport(server.origin)
    error = asyncio.run(closed_underway(transport, request, lambda: server.connections == 1))
    assert error.sent is None


def test_closing_ends_those_who_connect(serve: Serve) -> None:
    server = serve(read_nothing)
    transport = AiohttpTransport(server.origin.replace("http:", "https:"))
    error = asyncio.run(closed_underway(transport, REQUEST, lambda: server.connections == 1))
    assert error.sent is False


def test_closing_in_another_event_loop_leaves_alone_what_is_under_way(serve: Serve) -> None:
    closed = threading.Event()

    def script(peer: Peer) -> None:
        peer.receive()
        closed.wait(PATIENCE)
        peer.write(reply())

    server = serve(script)
    sessions: list[aiohttp.ClientSession] = []

    def noted() -> aiohttp.ClientSession:
        sessions.append(aiohttp.ClientSession())
        return sessions[-1]

    transport = AiohttpTransport(server.origin, session=noted)

    async def send() -> None:
        await _send(transport)
        await sessions[0].close()

    with ThreadPoolExecutor(1) as threads:
        sending = threads.submit(asyncio.run, send())
        assert server.has_received(1)
        asyncio.run(transport.aclose())
        closed.set()
        sending.result()


def test_a_session_that_somebody_else_closes_does_not_cancel_its_callers(serve: Serve) -> None:
    server = serve(hold)
    sessions: list[aiohttp.ClientSession] = []

    def noted() -> aiohttp.ClientSession:
        sessions.append(one_connection())
        return sessions[-1]

    async def close_it_while_waiting() -> list[bool | None]:
        transport = AiohttpTransport(server.origin, session=noted)
        tasks = [asyncio.create_task(transport.asend(REQUEST, timeout=5)) for _ in range(2)]
        await asyncio.to_thread(server.has_received, 1)
        await sessions[0].close()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        return [error.sent for error in outcomes if isinstance(error, TransportError)]

    assert asyncio.run(close_it_while_waiting()) == [None, False]


@pytest.mark.parametrize(
    ("sent", "timeout"),
    [(REQUEST, 0), (REQUEST, -1), (HttpRequest("GET", "time", ()), 5)],
    ids=["no time left", "less than no time left", "a target without its slash"],
)
def test_what_cannot_be_sent_is_not_sent(sent: HttpRequest, timeout: float, serve: Serve) -> None:
    server = serve(always(reply()))
    error = asyncio.run(failure(AiohttpTransport(server.origin), sent, timeout))
    assert error.sent is False
    assert server.received == []


@pytest.mark.parametrize("status", ["099", "101", "600", "999"])
def test_a_status_that_is_none_is_an_error(status: str, serve: Serve) -> None:
    server = serve(saying_and_holding(b"HTTP/1.1 %b Reason\r\n\r\n" % status.encode()))
    error = asyncio.run(failure(AiohttpTransport(server.origin)))
    assert error.sent is None
    assert str(error).endswith(f": {int(status)} is not the status of a reply")


def test_what_arrives_while_the_event_loop_is_busy_is_no_answer(
    serve: Serve, wire: Tls | None
) -> None:
    spoken = threading.Event()

    def script(peer: Peer) -> None:
        peer.receive()
        peer.write(reply())
        spoken.wait(PATIENCE)
        peer.write(reply(b"unasked"))

    server = serve(script, wire)

    async def send_twice() -> bytes:
        transport = AiohttpTransport(server.origin, session=partial(trusting, wire))
        await _send(transport)
        spoken.set()
        server.has_closed(1)  # Meanwhile nothing else runs here.
        response = await transport.asend(REQUEST, timeout=5)
        await transport.aclose()
        return response.body

    assert asyncio.run(send_twice()) == b"{}"
    assert server.connections == 2


def test_half_a_reply_that_nobody_asked_for_costs_no_request(
    serve: Serve, wire: Tls | None
) -> None:
    begun = threading.Event()

    def script(peer: Peer) -> None:
        peer.receive()
        peer.write(reply())
        peer.hold(SOON / 5)
        peer.write(b"HTTP/1.1 408 ")
        begun.set()
        peer.receive()
        peer.write(b"Request Timeout\r\n\r\n")

    server = serve(script, wire)

    async def send_twice() -> None:
        transport = AiohttpTransport(server.origin, session=partial(trusting, wire))
        await _send(transport)
        await asyncio.to_thread(begun.wait, PATIENCE)
        await asyncio.sleep(SOON / 5)  # It has to come through the network.
        await _send_and_close(transport)

    asyncio.run(send_twice())
    assert server.connections == 2


def test_a_server_that_speaks_first_is_asked_nothing(serve: Serve, fresh_tls: Tls) -> None:
    # Here a server has the last word of the handshake, and what it adds comes with that.
    fresh_tls.client.maximum_version = ssl.TLSVersion.TLSv1_2

    def script(peer: Peer) -> None:
        arrived, left = ssl.MemoryBIO(), ssl.MemoryBIO()
        talk = fresh_tls.server.wrap_bio(arrived, left, server_side=True)
        while talk.version() is None:
            with contextlib.suppress(ssl.SSLWantReadError):
                talk.do_handshake()
                talk.write(reply(b"unasked"))
            peer.write(left.read())
            arrived.write(peer.read_some())

    server = serve(script)
    origin = server.origin.replace("http:", "https:")
    transport = AiohttpTransport(origin, session=partial(trusting, fresh_tls))
    error = asyncio.run(failure(transport))
    assert error.sent is False
    assert str(error).endswith(": the server spoke before it was asked")
    assert server.connections == 1


@pytest.mark.parametrize("body", [b"", b"{"], ids=["at its start", "later"])
def test_a_body_that_a_reset_ends_is_not_whole(body: bytes, serve: Serve, wire: Tls | None) -> None:
    def script(peer: Peer) -> None:
        peer.receive()
        peer.write(unmeasured(body))
        peer.hold(SOON / 5)  # A reset can overtake what was written before it.
        peer.reset()

    transport = AiohttpTransport(serve(script, wire).origin, session=partial(trusting, wire))
    assert asyncio.run(failure(transport)).sent is None


def test_a_proxy_that_opens_no_tunnel_means_not_sent(serve: Serve) -> None:
    proxy = serve(answer(reply(status=407)))
    session = partial(aiohttp.ClientSession, proxy=proxy.origin)
    transport = AiohttpTransport("https://api.binance.com", session=session)
    assert asyncio.run(failure(transport)).sent is False
    assert [each.method for each in proxy.received] == ["CONNECT"]


@pytest.mark.parametrize(
    ("headers", "opened"), [([], 1), (["Connection: close"], 3)], ids=["kept", "not kept"]
)
def test_tunnels_are_kept_and_opened_alike(
    headers: list[str], opened: int, serve: Serve, tls: Tls
) -> None:
    server = serve(always(reply(headers=headers)), tls)
    proxy = serve(tunnel)
    connector = partial(aiohttp.TCPConnector, ssl=tls.client)
    address = proxy.origin.replace("//", "//user:secret@")

    async def send_often() -> None:
        def session() -> aiohttp.ClientSession:
            return aiohttp.ClientSession(connector=connector(), proxy=address)

        transport = AiohttpTransport(server.origin, session=session)
        for _ in range(2):
            await _send(transport)
        await _send_and_close(transport)

    asyncio.run(send_often())
    assert (server.connections, len(proxy.received)) == (opened, opened)
    assert {each.headers for each in proxy.received} == {proxy.received[0].headers}
    assert proxy.received[0].values("Proxy-Authorization") == ["Basic dXNlcjpzZWNyZXQ="]


def test_a_proxy_that_would_read_the_requests_is_refused(serve: Serve) -> None:
    proxy = serve(always(reply()))
    session = partial(aiohttp.ClientSession, proxy=proxy.origin)
    transport = AiohttpTransport(ELSEWHERE, session=session)
    with pytest.raises(InvalidSetting, match="without a proxy, which would read the requests"):
        asyncio.run(_send_and_close(transport))
    assert proxy.received == []


@pytest.mark.parametrize("transport", [AiohttpTransport, AiohttpWebSocketTransport])
def test_a_session_must_be_made_by_a_function(transport: Any) -> None:
    async def give_one() -> None:
        async with aiohttp.ClientSession() as session:
            transport("http://127.0.0.1:8080", session=session)

    with pytest.raises(InvalidSetting, match=r"session=<aiohttp.*must be a function that makes"):
        asyncio.run(give_one())
    with pytest.raises(InvalidSetting, match="session=<hidden>"):
        transport("http://127.0.0.1:8080", session="http://user:secret@proxy")


@pytest.mark.parametrize("protocol", [Rest(), WebSocketApi()])
def test_a_function_that_makes_no_session_is_refused_when_it_is_called(protocol: Any) -> None:
    def none(**_: object) -> Any:
        return None

    async def send() -> None:
        kind: Any = AiohttpTransport if protocol == Rest() else AiohttpWebSocketTransport
        transport = kind("http://127.0.0.1:8080", session=none)
        async with AsyncClient(
            key_of(EXAMPLE_KEY), transport=transport, protocol=protocol
        ) as client:
            await client.send(CancelOrderList(symbol="LTCBTC", order_list_id=0))

    with pytest.raises(InvalidSetting, match=r"session=None: must return an aiohttp.ClientSession"):
        asyncio.run(send())


def test_the_environment_counts_where_the_session_trusts_it(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(answer(reply(status=407)))
    monkeypatch.setenv("https_proxy", proxy.origin)
    session = partial(aiohttp.ClientSession, trust_env=True)
    transport = AiohttpTransport("https://api.binance.com", session=session)
    error = asyncio.run(failure(transport))
    assert error.sent is False
    assert str(error).endswith(": the proxy refused to connect, with status 407")
    assert [each.method for each in proxy.received] == ["CONNECT"]


def test_looking_at_the_environment_ends_at_the_timeout(serve: Serve) -> None:
    server = serve(always(reply()))
    session = partial(aiohttp.ClientSession, trust_env=True)
    over = threading.Event()

    async def send_while_every_thread_is_busy() -> TransportError:
        threads = ThreadPoolExecutor(1)
        asyncio.get_running_loop().set_default_executor(threads)
        threads.submit(over.wait, PATIENCE)
        try:
            return await failure(AiohttpTransport(server.origin, session=session), seconds=SOON)
        finally:
            over.set()

    assert asyncio.run(send_while_every_thread_is_busy()).sent is False
    assert server.received == []


def test_a_malformed_proxy_in_the_environment_means_not_sent(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(always(reply()))
    monkeypatch.setenv("http_proxy", "http://[")
    monkeypatch.delenv("no_proxy", raising=False)
    session = partial(aiohttp.ClientSession, trust_env=True)
    assert asyncio.run(failure(AiohttpTransport(server.origin, session=session))).sent is False
    assert server.received == []


def test_what_a_session_would_do_with_a_request_does_not_apply(serve: Serve) -> None:
    server = serve(always(reply()))
    session = partial(
        aiohttp.ClientSession,
        headers={"User-Agent": "session"},
        cookies={"name": "session"},
        middlewares=(_never,),
    )
    asyncio.run(_send_and_close(AiohttpTransport(server.origin, session=session)))
    assert [[name for name, _ in each.headers] for each in server.received] == [["Host"]]


def test_a_proxy_that_cannot_be_reached_means_not_sent(serve: Serve) -> None:
    proxy = serve(hold)
    proxy.close()
    session = partial(aiohttp.ClientSession, proxy=proxy.origin)
    transport = AiohttpTransport("https://api.binance.com", session=session)
    assert asyncio.run(failure(transport)).sent is False


def test_a_handshake_that_never_ends_ends_at_the_timeout(serve: Serve) -> None:
    origin = serve(hold).origin.replace("http:", "https:")
    assert asyncio.run(failure(AiohttpTransport(origin), seconds=4 * SOON)).sent is False


def test_the_sessions_connect_timeout_counts(serve: Serve) -> None:
    origin = serve(hold).origin.replace("http:", "https:")
    session = partial(aiohttp.ClientSession, timeout=aiohttp.ClientTimeout(connect=SOON))
    assert asyncio.run(failure(AiohttpTransport(origin, session=session))).sent is False


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    spec = importlib.util.spec_from_file_location("without_aiohttp", os.fspath(module.__file__))
    assert spec is not None
    assert spec.loader is not None
    with pytest.raises(MissingExtra, match=r"pip install 'orderlists\[aiohttp\]'"):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


async def _never(_request: aiohttp.ClientRequest, _send: aiohttp.ClientHandlerType) -> Never:
    raise AssertionError("a middleware was asked")


async def _send_and_close(transport: AiohttpTransport) -> None:
    try:
        await _send(transport)
    finally:
        await transport.aclose()


async def _send(transport: AiohttpTransport) -> None:
    response = await transport.asend(REQUEST, timeout=5)
    assert response.status == 200
