"""Clients over WebSocket connections of their own: endings, deadlines, processes, collection."""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import socket
import threading
import time
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from clients import CLIENTS, key_of
from frame_servers import answer, answering_requests, write
from orderlists import (
    CancelOrderList,
    Event,
    GetServerTime,
    OrderListsError,
    OutcomeUnknown,
    Policy,
    TransportError,
    WebSocketApi,
)
from orderlists_simulator import EXAMPLE_KEY
from orderlists_transports import AsyncClient, Client
from orderlists_transports.conformance._servers.http import reply
from orderlists_transports.conformance._servers.websocket import (
    WebSocketPeer,
    close_frame,
    read_handshake,
    refusing,
    upgrade,
)
from orderlists_transports.websockets import WebsocketsTransport

if TYPE_CHECKING:
    from collections.abc import Generator

    from http_servers import Serve
    from orderlists_transports.conformance._servers.http import Peer, Server

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)
KEY = key_of(EXAMPLE_KEY)
ONCE = Policy(reconcile=False, max_resends=0)
# Seconds that only a wait without an end exceeds, however slow the machine is.
HANG = 30


@pytest.fixture(params=CLIENTS)
def open_client(request: pytest.FixtureRequest) -> Any:
    client = CLIENTS[request.param]

    def open_one(server: Server, **settings: Any) -> Any:
        return client(KEY, exchange=server.origin, protocol=WebSocketApi(), **settings)

    return open_one


def refuse_by_close(peer: Peer) -> None:
    peer.write(upgrade(read_handshake(peer)) + close_frame(1008))
    peer.hold(0.01)


def stay_silent(peer: Peer) -> None:
    peer.hold(HANG)


# Endings.


def test_a_close_frame_on_every_connection_is_a_transport_error_that_says_unsent(
    open_client: Any, serve: Serve
) -> None:
    for _ in range(10):
        with (
            open_client(serve(refuse_by_close), policy=Policy(deadline=0.3)) as client,
            pytest.raises(OrderListsError) as caught,
        ):
            client.send(CANCEL)
        assert isinstance(caught.value, TransportError | OutcomeUnknown)


def test_events_survive_an_exchange_that_closes_its_first_connections(
    open_client: Any, serve: Serve
) -> None:
    opened: list[int] = []

    def script(peer: Peer) -> None:
        opened.append(1)
        if len(opened) < 3:
            refuse_by_close(peer)
        else:
            answering_requests(subscribe)(peer)

    def subscribe(talk: WebSocketPeer, request: dict[str, Any]) -> None:
        answer(talk, request)
        write(talk, {"subscriptionId": 1, "event": {"e": "balanceUpdate", "E": 1}})

    with open_client(serve(script)) as client, client.events() as events:
        assert isinstance(events.wait(10), Event)

    assert len(opened) == 3


def test_a_reply_that_is_lost_leaves_no_secret_in_the_locals_of_a_traceback(
    open_client: Any, serve: Serve
) -> None:
    sent: list[str] = []

    def vanish(_: WebSocketPeer, request: dict[str, Any]) -> None:
        sent.append(request["params"]["signature"])
        raise ConnectionResetError

    with (
        open_client(serve(answering_requests(vanish))) as client,
        pytest.raises(OutcomeUnknown) as caught,
    ):
        client.send(CANCEL, policy=ONCE)

    shown = ""
    error: BaseException | None = caught.value
    while error is not None:
        captured = traceback.TracebackException.from_exception(error, capture_locals=True)
        ours = [frame for frame in captured.stack if "orderlists_transports" in frame.filename]
        shown += "".join(str(frame.locals) for frame in ours)
        error = error.__cause__
    assert sent
    assert sent[0] not in shown


# Time.


def answer_the_time(talk: WebSocketPeer, request: dict[str, Any]) -> None:
    if request["method"] == "time":
        write(talk, {"id": request["id"], "status": 200, "result": {"serverTime": 1}})


def test_a_silent_exchange_is_given_up_at_the_deadline(open_client: Any, serve: Serve) -> None:
    with open_client(serve(answering_requests(answer_the_time)), timeout=0.2) as client:
        client.send(GetServerTime(), policy=Policy(deadline=HANG))
        began = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            client.send(CANCEL, policy=Policy(deadline=0.5))
        took = time.monotonic() - began

    assert 0.49 < took < HANG


def test_a_handshake_that_is_not_answered_is_given_up_at_the_deadline(
    open_client: Any, serve: Serve
) -> None:
    with open_client(serve(stay_silent)) as client:
        began = time.monotonic()
        with pytest.raises(TransportError) as caught:
            client.send(CANCEL, policy=Policy(deadline=0.2, max_resends=0))
        took = time.monotonic() - began

    assert caught.value.sent is False
    assert 0.19 < took < HANG


def test_closing_a_client_ends_a_send_that_waits_for_a_connection(serve: Serve) -> None:
    connected = threading.Event()

    def note_and_stay_silent(peer: Peer) -> None:
        connected.set()
        stay_silent(peer)

    client = Client(KEY, exchange=serve(note_and_stay_silent).origin, protocol=WebSocketApi())
    failures: list[Exception] = []

    def send() -> None:
        with pytest.raises(TransportError, match="closed") as caught:
            client.send(CANCEL, policy=Policy(deadline=2 * HANG))
        failures.append(caught.value)

    thread = threading.Thread(target=send)
    thread.start()
    assert connected.wait(HANG)
    client.close()
    thread.join(HANG / 2)

    assert len(failures) == 1


@contextmanager
def no_descriptors() -> Generator[None]:
    """Let this process open no descriptor beyond the three it began with."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_without_a_descriptor_a_send_raises_in_time_and_a_later_one_connects(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(answering_requests())
    attempts: list[int] = []
    usual = socket.socketpair

    def count() -> Any:
        attempts.append(1)
        return usual()

    monkeypatch.setattr(socket, "socketpair", count)
    with Client(KEY, exchange=server.origin, protocol=WebSocketApi()) as client:
        began = time.monotonic()
        with no_descriptors(), pytest.raises(TransportError) as caught:
            client.send(CANCEL, policy=Policy(deadline=0.5))
        took, looks = time.monotonic() - began, len(attempts)
        client.send(CANCEL)

    assert caught.value.sent is False
    assert took < HANG
    # Fifty times a second, and after each callback: a thread without a pause looks without end.
    assert 0 < looks < 100 * took + 50
    assert server.connections == 1


# Processes.


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_opens_a_connection_of_its_own_and_leaves_the_parents_alone(
    serve: Serve,
) -> None:
    server = serve(answering_requests())
    with Client(KEY, exchange=server.origin, protocol=WebSocketApi()) as client:
        client.send(CANCEL)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                client.send(CANCEL)
                client.close()
                status = 0
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        client.send(CANCEL)

    assert os.waitstatus_to_exitcode(status) == 0
    assert server.connections == 2


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_clients_that_share_a_transport_each_connect_anew_in_a_forked_child(serve: Serve) -> None:
    server = serve(answering_requests())
    transport = WebsocketsTransport(server.origin)
    with (
        Client(KEY, transport=transport, protocol=WebSocketApi()) as first,
        Client(KEY, transport=transport, protocol=WebSocketApi()) as second,
    ):
        first.send(CANCEL)
        second.send(CANCEL)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                first.send(CANCEL, policy=ONCE)
                second.send(CANCEL, policy=ONCE)
                status = 0
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        first.send(CANCEL)
        second.send(CANCEL)

    assert os.waitstatus_to_exitcode(status) == 0
    assert server.connections == 4


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_can_close_what_it_inherited(serve: Serve) -> None:
    server = serve(answering_requests())
    with Client(KEY, exchange=server.origin, protocol=WebSocketApi()) as client:
        client.send(CANCEL)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                client.close()
                status = 0
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        client.send(CANCEL)

    assert os.waitstatus_to_exitcode(status) == 0
    assert server.connections == 1


# Collection.


def threads() -> int:
    return sum(thread.name == "orderlists" for thread in threading.enumerate())


def test_an_unclosed_client_is_collected_with_a_resource_warning_thread_and_socket(
    serve: Serve,
) -> None:
    server = serve(answering_requests())
    before = threads()

    def use_and_drop() -> None:
        client = Client(KEY, exchange=server.origin, protocol=WebSocketApi())
        client.send(CANCEL)
        assert threads() == before + 1
        del client
        gc.collect()

    with pytest.warns(ResourceWarning, match="unclosed client over <WebsocketsTransport"):
        use_and_drop()
    assert server.has_closed(1)
    until = time.monotonic() + 5
    while threads() > before:
        assert time.monotonic() < until
        time.sleep(0.01)


def test_an_unused_client_has_no_thread_and_is_collected_in_silence() -> None:
    before = threads()
    client = Client(KEY, exchange="http://127.0.0.1:1", protocol=WebSocketApi())
    assert threads() == before
    del client
    gc.collect()


def test_a_closed_client_has_no_thread(serve: Serve) -> None:
    before = threads()
    with Client(
        KEY, exchange=serve(answering_requests()).origin, protocol=WebSocketApi()
    ) as client:
        client.send(CANCEL)
    until = time.monotonic() + 5
    while threads() > before:
        assert time.monotonic() < until
        time.sleep(0.01)


# Event loops.


def test_a_later_event_loop_opens_a_connection_of_its_own(serve: Serve) -> None:
    server = serve(answering_requests())
    client = AsyncClient(KEY, exchange=server.origin, protocol=WebSocketApi())

    async def send_and_close_connections() -> None:
        await client.send(CANCEL)
        transport: Any = vars(client)["_transport"]
        for connection in list(transport._connections):  # noqa: SLF001
            await connection.aclose()

    asyncio.run(send_and_close_connections())
    asyncio.run(send_and_close_connections())
    asyncio.run(client.aclose())

    assert server.connections == 2


def test_timeouts_of_different_lengths_end_each_request_at_its_own(serve: Serve) -> None:
    ended: list[float] = []

    async def time_out(client: AsyncClient, seconds: float) -> None:
        began = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            await client.send(CANCEL, policy=evolve(ONCE, deadline=seconds))
        assert time.monotonic() - began > seconds - 0.01
        ended.append(seconds)

    async def send_all() -> None:
        server = serve(answering_requests(answer_the_time))
        async with AsyncClient(KEY, exchange=server.origin, protocol=WebSocketApi()) as client:
            await client.send(GetServerTime())
            longest, *others = (
                asyncio.create_task(time_out(client, each)) for each in (2 * HANG, 0.3, 0.6)
            )
            async with asyncio.timeout(HANG):
                await asyncio.gather(*others)
            assert not longest.done()
            longest.cancel()

    asyncio.run(send_all())
    assert ended == [0.3, 0.6]


def test_a_refused_handshake_is_raised_with_its_response(open_client: Any, serve: Serve) -> None:
    refused = reply(b'{"code":-1003,"msg":"Too many."}', status=429, headers=["Retry-After: 7"])
    with (
        open_client(serve(refusing(refused))) as client,
        pytest.raises(OrderListsError) as caught,
    ):
        client.send(CANCEL, policy=Policy(wait_for_rate_limits=False))
    assert "429" in str(caught.value) or "Too many" in str(caught.value)
