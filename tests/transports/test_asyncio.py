"""What only the transport on asyncio does: event loops, closing, buffers, timers."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import ssl
import threading
import time
import warnings
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from http_servers import SOON, hold, write_and_hold
from orderlists import TransportError
from orderlists.extending import HttpRequest
from orderlists_transports._net.async_connection import AsyncConnection
from orderlists_transports._net.resolver import look_up
from orderlists_transports.asyncio import AsyncioTransport
from orderlists_transports.conformance._servers.http import (
    always,
    answer_by,
    echo,
    reply,
    unmeasured,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from http_servers import Serve
    from orderlists_transports.conformance._servers.http import Peer
    from orderlists_transports.conformance._servers.tls import Tls

REQUEST = HttpRequest("GET", "/api/v3/time", ())
LONG = HttpRequest("POST", "/", (), b"x" * 16 * 1024 * 1024)


async def send(transport: AsyncioTransport, request: HttpRequest = REQUEST) -> bytes:
    return (await transport.asend(request, timeout=5)).body


async def failure(
    transport: AsyncioTransport, request: HttpRequest = REQUEST, seconds: float = 5
) -> TransportError:
    with pytest.raises(TransportError) as caught:
        await transport.asend(request, timeout=seconds)
    return caught.value


def run(use: Callable[[AsyncioTransport], Coroutine[None, None, object]], origin: str) -> None:
    async def use_and_close() -> None:
        transport = AsyncioTransport(origin)
        try:
            await use(transport)
        finally:
            await transport.aclose()

    asyncio.run(use_and_close())


def trusting(origin: str, tls: Tls | None) -> AsyncioTransport:
    return AsyncioTransport(origin, ssl_context=None if tls is None else tls.client)


def test_no_event_loop_means_not_sent() -> None:
    """Trio drives coroutines without an asyncio event loop; so does this test."""
    with pytest.raises(TransportError, match="no asyncio event loop is running here") as caught:
        AsyncioTransport("http://127.0.0.1:1").asend(REQUEST, timeout=5).send(None)
    assert (caught.value.sent, caught.value.is_retryable) == (False, False)


def test_closing_without_an_event_loop_is_fine() -> None:
    with pytest.raises(StopIteration):
        AsyncioTransport("http://127.0.0.1:1").aclose().send(None)


def test_a_second_event_loop_means_not_sent_while_the_first_is_open(serve: Serve) -> None:
    server = serve(always(reply()))

    async def use(transport: AsyncioTransport) -> None:
        await send(transport)
        error = await asyncio.to_thread(lambda: asyncio.run(failure(transport)))
        assert (error.sent, error.is_retryable) == (False, False)
        assert "belongs to another event loop" in str(error)

    run(use, server.origin)
    assert len(server.received) == 1


def test_a_transport_outlives_its_event_loop(serve: Serve) -> None:
    server = serve(always(reply()))
    transport = AsyncioTransport(server.origin)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # Not closed before its loop was.
        for _ in range(2):
            asyncio.run(send(transport))
        asyncio.run(transport.aclose())
        gc.collect()
    assert server.connections == 2


def test_closing_from_another_event_loop_closes_the_connections_in_theirs(serve: Serve) -> None:
    server = serve(always(reply()))

    async def use(transport: AsyncioTransport) -> None:
        await send(transport)
        await asyncio.to_thread(lambda: asyncio.run(transport.aclose()))
        assert await asyncio.to_thread(server.has_closed, 1)

    run(use, server.origin)


def eventually(has_begun: Callable[[], bool]) -> None:
    until = monotonic() + 5
    while not has_begun() and monotonic() < until:
        time.sleep(SOON / 10)


async def closed_in_flight(
    transport: AsyncioTransport, request: HttpRequest, has_begun: Callable[[], bool]
) -> TransportError:
    task = asyncio.create_task(failure(transport, request, seconds=60))
    await asyncio.to_thread(eventually, has_begun)
    await asyncio.sleep(SOON / 5)  # It cannot be seen from outside how far it has come since.
    await transport.aclose()
    error = await task
    # A server closes the connections that it holds in the end, for which another error is raised.
    assert str(error).endswith(("this transport was closed", "this transport is closed"))
    return error


@pytest.mark.parametrize(
    "said",
    [reply(b"{", length=9), unmeasured(b"{"), b""],
    ids=["half a response", "a response that ends with the connection", "nothing"],
)
def test_closing_ends_a_request_that_awaits_its_response(
    said: bytes, serve: Serve, wire: Tls | None
) -> None:
    server = serve(write_and_hold(said), wire)
    transport = trusting(server.origin, wire)
    error = asyncio.run(closed_in_flight(transport, REQUEST, lambda: bool(server.received)))
    assert error.sent is None
    assert str(error).startswith(f"no response from {server.origin}: ")
    assert server.has_closed(1)


def test_closing_ends_a_request_that_is_being_written(serve: Serve) -> None:
    begun = threading.Event()

    def read_a_little(peer: Peer) -> None:
        peer.read(1)
        begun.set()
        peer.hold()

    transport = AsyncioTransport(serve(read_a_little).origin)
    error = asyncio.run(closed_in_flight(transport, LONG, begun.is_set))
    assert error.sent is None


def test_closing_ends_a_request_that_is_connecting(serve: Serve) -> None:
    server = serve(hold)
    transport = AsyncioTransport(server.origin.replace("http:", "https:"))
    error = asyncio.run(closed_in_flight(transport, REQUEST, lambda: server.connections == 1))
    assert (error.sent, error.is_retryable) == (False, False)


def test_cancelling_a_request_that_is_connecting_closes_its_connection(serve: Serve) -> None:
    server = serve(hold)

    async def use(transport: AsyncioTransport) -> None:
        task = asyncio.create_task(send(transport))
        await asyncio.to_thread(eventually, lambda: server.connections == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(use, server.origin.replace("http:", "https:"))
    server.ended.set()
    assert server.has_closed(1)


def test_a_request_that_was_not_read_to_its_end_precedes_no_other(serve: Serve) -> None:
    def answer_at_once(peer: Peer) -> None:
        peer.read(1)
        peer.write(reply())
        peer.hold()

    server = serve(answer_at_once)

    async def use(transport: AsyncioTransport) -> None:
        await send(transport, LONG)
        await send(transport)

    run(use, server.origin)
    assert server.connections == 2


def test_bytes_that_arrive_while_the_event_loop_is_busy_are_no_response(
    serve: Serve, wire: Tls | None
) -> None:
    spoken = threading.Event()

    def script(peer: Peer) -> None:
        peer.receive()
        peer.write(reply())
        spoken.wait(5)
        peer.write(reply(b"unasked"))

    server = serve(script, wire)

    async def send_twice() -> bytes:
        transport = trusting(server.origin, wire)
        await send(transport)
        spoken.set()
        server.has_closed(1)  # Meanwhile nothing else runs here.
        body = await send(transport)
        await transport.aclose()
        return body

    assert asyncio.run(send_twice()) == b"{}"
    assert server.connections == 2


def test_bytes_that_no_request_asked_for_end_an_idle_connection(serve: Serve) -> None:
    spoken = threading.Event()

    def script(peer: Peer) -> None:
        peer.receive()
        peer.write(reply())
        spoken.wait(5)
        peer.write(reply(b"unasked"))
        peer.read_some()  # Until the client closes.

    server = serve(script)

    async def use(transport: AsyncioTransport) -> None:
        await send(transport)
        spoken.set()
        assert await asyncio.to_thread(server.has_closed, 1)
        assert await send(transport) == b"{}"

    run(use, server.origin)
    assert server.connections == 2


@pytest.mark.parametrize("size", [1, 4096, 5000, 200_000, 1_000_000])
def test_a_response_of_any_length_fits_the_buffer(
    size: int, serve: Serve, wire: Tls | None
) -> None:
    server = serve(always(reply(b"x" * size)), wire)

    async def use() -> None:
        transport = trusting(server.origin, wire)
        for _ in range(2):
            assert len(await send(transport)) == size
        await transport.aclose()

    asyncio.run(use())


def test_many_requests_in_flight_get_their_own_responses(serve: Serve) -> None:
    server = serve(answer_by(echo))

    async def use(transport: AsyncioTransport) -> None:
        targets = [f"/{number}" for number in range(50)]
        requests = [send(transport, HttpRequest("GET", target, ())) for target in targets]
        assert await asyncio.gather(*requests) == [target.encode() for target in targets]

    run(use, server.origin)


@pytest.mark.parametrize("timeouts", [(60, SOON), (2 * SOON, 60, 2 * SOON)], ids=str)
def test_each_request_has_its_own_timeout_on_a_kept_connection(
    timeouts: tuple[float, ...], serve: Serve
) -> None:
    served: list[int] = []

    def script(peer: Peer) -> None:
        while peer.receive() is not None:
            served.append(1)
            if len(served) == len(timeouts):
                peer.hold()
            peer.hold(SOON / 5)  # A timer that an earlier request left would fire too early.
            peer.write(reply())

    server = serve(script)

    async def use(transport: AsyncioTransport) -> None:
        for timeout in timeouts[:-1]:
            await transport.asend(REQUEST, timeout=timeout)
        began = monotonic()
        # One that an earlier request of a minute left would fire after the server has hung up.
        with pytest.raises(TransportError, match="TimeoutError"):
            await transport.asend(REQUEST, timeout=timeouts[-1])
        assert timeouts[-1] - 0.01 < monotonic() - began

    run(use, server.origin)
    assert server.connections == 1


def test_a_timer_that_fires_for_an_idle_connection_leaves_it_open(serve: Serve) -> None:
    server = serve(always(reply()))

    async def use(transport: AsyncioTransport) -> None:
        await transport.asend(REQUEST, timeout=2 * SOON)
        await asyncio.sleep(2.2 * SOON)
        await transport.asend(REQUEST, timeout=2 * SOON)

    run(use, server.origin)
    assert server.connections == 1


def test_a_connection_that_ended_before_the_request_was_written_has_no_response() -> None:
    async def use() -> None:
        connection = AsyncConnection()
        connection.eof_received()
        with pytest.raises(Exception, match="the server closed the connection"):
            await connection.exchange("GET", b"", max_size=1, expires=None)

    asyncio.run(use())


def test_a_response_to_a_cancelled_request_is_discarded(serve: Serve) -> None:
    server = serve(always(reply()))
    port = int(server.origin.rpartition(":")[2])

    async def use() -> None:
        _, connection = await asyncio.get_running_loop().create_connection(
            AsyncConnection, "127.0.0.1", port
        )
        sent = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        connection.exchange("GET", sent, max_size=100, expires=None).cancel()
        await asyncio.to_thread(server.has_received, 1)
        await asyncio.sleep(SOON / 5)
        connection.close()

    asyncio.run(use())


def test_a_tls_server_that_speaks_first_is_sent_nothing(serve: Serve, fresh_tls: Tls) -> None:
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

    async def use() -> TransportError:
        transport = trusting(server.origin.replace("http:", "https:"), fresh_tls)
        error = await failure(transport)
        await transport.aclose()
        return error

    error = asyncio.run(use())
    assert error.sent is False
    assert str(error).endswith(": the server sent bytes that no request asked for")


def test_open_socket_that_returns_no_stream_socket_is_a_bug_and_its_socket_is_closed() -> None:
    sockets: list[socket.socket] = []

    async def open_socket(*_: object) -> socket.socket:
        sockets.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        return sockets[-1]

    async def use() -> None:
        transport = AsyncioTransport("http://127.0.0.1:1", open_socket=open_socket)
        with pytest.raises(ValueError, match="Stream Socket was expected"):
            await send(transport)

    asyncio.run(use())
    assert sockets[0].fileno() == -1


def test_a_lookup_that_ends_after_its_event_loop_is_discarded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    over, done = threading.Event(), threading.Event()

    def look_up_late(_host: str, found: Callable[[object], object]) -> None:
        def late() -> None:
            over.wait(5)
            look_up("127.0.0.1", found)
            done.set()

        threading.Thread(target=late, daemon=True).start()

    monkeypatch.setattr("orderlists_transports._net.async_dial.look_up", look_up_late)

    async def use() -> None:
        with pytest.raises(TransportError, match="TimeoutError"):
            await AsyncioTransport("http://slow.example".replace("http", "https")).asend(
                REQUEST, timeout=SOON
            )

    asyncio.run(use())
    over.set()
    assert done.wait(5)


def test_a_lookup_that_ends_after_the_timeout_is_discarded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def use() -> None:
        loop = asyncio.get_running_loop()

        def look_up_late(_host: str, found: Callable[[object], object]) -> None:
            loop.call_later(2 * SOON, found, ["127.0.0.1"])

        monkeypatch.setattr("orderlists_transports._net.async_dial.look_up", look_up_late)
        with pytest.raises(TransportError, match="TimeoutError"):
            await AsyncioTransport("https://slow.example").asend(REQUEST, timeout=SOON)
        await asyncio.sleep(2 * SOON)

    asyncio.run(use())


def test_a_dropped_transport_warns_of_its_open_connection(serve: Serve) -> None:
    server = serve(always(reply()))

    def drop() -> None:
        asyncio.run(send(AsyncioTransport(server.origin)))
        gc.collect()

    with pytest.warns(ResourceWarning, match="unclosed"):
        drop()
