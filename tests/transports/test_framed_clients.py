"""What is particular to clients that keep a connection, of both colours."""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from cells import SECOND, START, Meeting, a_venue, meet
from clients import CLIENTS, key_of
from orderlists import (
    AlreadyDone,
    Banned,
    Blocked,
    CanceledOrderList,
    CancelOrderList,
    Ed25519Key,
    Evidence,
    ExecutionReport,
    Gap,
    GapReason,
    GetOrderList,
    GetServerTime,
    HandshakeRefused,
    HmacKey,
    InvalidSetting,
    Key,
    ListStatus,
    OtherEvent,
    OutcomeUnknown,
    Policy,
    RateLimited,
    RsaKey,
    TransportError,
    Unauthorized,
    WebSocketApi,
)
from orderlists._clock import ServerClock
from orderlists._execution.commands import Send
from orderlists.extending import HttpResponse
from orderlists_simulator import (
    EXAMPLE_KEY,
    AsymmetricApiKey,
    Plan,
    Rules,
    Simulator,
    Venue,
    VenueTransport,
    example_venue,
)
from orderlists_simulator import faults as f
from orderlists_transports import AsyncClient, Client, Clocks

Meet = Callable[..., AbstractContextManager[Meeting]]

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)
LOOK = GetOrderList(order_list_id=0)


@pytest.fixture(params=CLIENTS)
def framed(request: pytest.FixtureRequest) -> Meet:
    return partial(meet, "WebSocket", request.param)


# Many at a time.


def numbered(number: int) -> CancelOrderList:
    return CancelOrderList(
        symbol="LTCBTC", order_list_id=number, new_client_order_id=f"cancel-{number}"
    )


def got_its_own(number: int, result: CanceledOrderList) -> bool:
    (cancel_id,) = {report.client_order_id for report in result.order_reports}
    return (result.order_list_id, cancel_id) == (number, f"cancel-{number}")


def shuffled(count: int) -> Callable[[int, Any], f.Fate]:
    held = f.held(count, shuffle=Random(7).shuffle)  # noqa: S311 - the same order every time
    return lambda _, __: held


def test_a_thousand_in_flight_each_get_their_own_answer() -> None:
    many = 1000
    venue = a_venue(many)

    async def all_at_once(simulator: Simulator) -> list[CanceledOrderList]:
        async with AsyncClient(
            simulator.key,
            exchange=simulator.url,
            protocol=WebSocketApi(),
            timeout=60,
            policy=Policy(recv_window=60_000),
        ) as client:
            return await asyncio.gather(*[client.send(numbered(n)) for n in range(many)])

    with Simulator(venue, plan=Plan(shuffled(many))) as simulator:
        results = asyncio.run(all_at_once(simulator))

    assert all(got_its_own(number, result) for number, result in enumerate(results))
    assert {result.evidence for result in results} == {Evidence.REPLY}
    assert len(venue.log.entries) == many


def test_ten_threads_on_one_connection_each_get_their_own_answer() -> None:
    threads, each = 10, 30
    venue = a_venue(threads * each)
    with (
        Simulator(venue, plan=Plan(shuffled(threads))) as simulator,
        Client(simulator.key, exchange=simulator.url, protocol=WebSocketApi()) as client,
        ThreadPoolExecutor(threads) as pool,
    ):
        # All begin each round together, so that as many are in flight as the venue holds back.
        together = threading.Barrier(threads)

        def work(thread: int) -> bool:
            fine = True
            for turn in range(each):
                together.wait(timeout=30)
                number = turn * threads + thread
                fine &= got_its_own(number, client.send(numbered(number)))
            return fine

        assert all(pool.map(work, range(threads)))

    assert len(venue.log.entries) == threads * each


# Connections.


def test_one_connection_serves_all_requests(framed: Meet) -> None:
    with framed() as meeting:
        for _ in range(5):
            meeting.client.send(LOOK)

    assert len(meeting.transport.opened) == 1


def test_what_was_in_flight_when_a_connection_ends_is_unknown_and_settled_on_the_next(
    framed: Meet,
) -> None:
    with framed(fates=[f.executed(then=f.DROPPED)]) as meeting:
        done = meeting.client.send(CANCEL)

    assert done.evidence is Evidence.QUERY
    assert len(meeting.transport.opened) == 2


def test_connections_that_do_not_last_are_opened_ever_less_often(framed: Meet) -> None:
    policy = Policy(max_resends=9, deadline=600)
    dropped = [f.not_executed(then=f.DROPPED)] * 12
    with framed(fates=dropped) as meeting, pytest.raises(TransportError):
        meeting.client.send(LOOK, policy=policy)

    opened = meeting.transport.opened
    pauses = [later - earlier for earlier, later in pairwise(opened)]
    assert pauses == sorted(pauses)
    assert pauses[0] >= 0.1
    assert pauses[-1] >= 10


def test_a_refused_connection_says_that_nothing_was_sent(framed: Meet) -> None:
    venue = Venue(rules=Rules(connection_limit=1))
    with framed(venue=venue, fates=[f.not_executed(then=f.DROPPED)]) as meeting:
        with pytest.raises(OutcomeUnknown):
            meeting.client.send(CANCEL, policy=Policy(deadline=5))
        with pytest.raises(RateLimited):
            meeting.client.send(CANCEL, policy=Policy(wait_for_rate_limits=False))

    assert len(meeting.cancels) == 1


def test_a_shutdown_moves_to_a_new_connection_before_the_old_one_ends(framed: Meet) -> None:
    with framed(events=[(1, f.ShutDown(5))]) as meeting:
        meeting.client.send(LOOK)
        meeting.clock.sleep(2)
        meeting.client.send(LOOK)
        meeting.client.send(LOOK)
        assert len(meeting.transport.opened) == 2
        meeting.clock.sleep(10)
        meeting.client.send(LOOK)

    assert len(meeting.transport.opened) == 2


def test_what_is_in_flight_at_a_shutdown_finishes_on_the_old_connection(framed: Meet) -> None:
    with framed(fates=[f.delayed(3)], events=[(1, f.ShutDown(5))]) as meeting:
        done = meeting.client.send(CANCEL)

    assert done.evidence is Evidence.REPLY
    assert len(meeting.cancels) == 1


def test_a_connection_is_replaced_before_the_exchange_ends_it(framed: Meet) -> None:
    with framed() as meeting:
        meeting.client.send(LOOK)
        meeting.clock.sleep(23 * 3600 + 51 * 60)
        meeting.client.send(LOOK)

    assert len(meeting.transport.opened) == 2


def test_a_quiet_connection_is_asked_for_a_sign_of_life_before_it_is_used(framed: Meet) -> None:
    with framed() as meeting:
        meeting.client.send(LOOK)
        meeting.clock.sleep(600)
        meeting.client.send(LOOK)

    assert len(meeting.transport.opened) == 1
    assert "ping" in [entry.method for entry in meeting.venue.log.entries]


def test_a_connection_that_fell_silent_is_replaced(framed: Meet) -> None:
    fates = [f.NORMAL, *[f.not_executed(then=f.SILENT)] * 2]
    with framed(fates=fates) as meeting:
        meeting.client.send(LOOK)
        meeting.clock.sleep(600)
        meeting.client.send(LOOK)

    assert len(meeting.transport.opened) == 2


def test_a_reply_that_does_not_come_makes_the_next_request_go_another_way(framed: Meet) -> None:
    with framed(fates=[f.executed(then=f.SILENT)]) as meeting:
        with pytest.raises(OutcomeUnknown) as caught:
            meeting.client.send(CANCEL, policy=Policy(reconcile=False))
        done = meeting.client.reconcile(caught.value.request, attempts=caught.value.attempts)

    assert done.evidence is Evidence.QUERY
    assert len(meeting.transport.opened) == 2


def test_an_error_that_names_no_request_makes_all_in_flight_unknown(framed: Meet) -> None:
    with framed(fates=[f.executed(then=f.unnamed(-1008, status=503))]) as meeting:
        done = meeting.client.send(CANCEL)

    assert done.evidence is Evidence.QUERY


def test_a_parents_connection_is_left_alone_by_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    with meet("WebSocket", "sync") as meeting:
        meeting.client.send(LOOK)
        monkeypatch.setattr(os, "getpid", lambda: -1)
        meeting.client.send(LOOK)

    assert len(meeting.transport.opened) == 2


def test_another_event_loop_gets_a_connection_of_its_own() -> None:
    with meet("WebSocket", "sync") as meeting:
        transport = meeting.transport
        client = AsyncClient(key_of(EXAMPLE_KEY), transport=transport, protocol=WebSocketApi())
        first = asyncio.run(client.send(GetServerTime()))
        second = asyncio.run(client.send(GetServerTime()))
        asyncio.run(client.aclose())

    assert first == second
    assert len(transport.opened) == 2


class Meddling:
    """A transport between a client and another one, which does something else now and then."""

    def __init__(self, transport: Any, **acts: Callable[[], object]) -> None:
        self._transport = transport
        self._acts = acts

    def _act(self, when: str) -> None:
        self._acts.get(when, lambda: None)()

    def connect(self, target: str, /, *, timeout: float) -> Any:
        self._act("before_connecting")
        connection = self._transport.connect(target, timeout=timeout)
        self._act("after_connecting")
        return MeddlingConnection(connection, self._act)

    async def aconnect(self, target: str, /, *, timeout: float) -> Any:  # noqa: ASYNC109 - the contract
        return self.connect(target, timeout=timeout)

    def close(self) -> None:
        self._transport.close()

    async def aclose(self) -> None:
        self._transport.close()


class MeddlingConnection:
    def __init__(self, connection: Any, act: Callable[[str], object]) -> None:
        self._connection = connection
        self._act = act

    def send(self, frame: str, /, *, timeout: float) -> None:
        self._act("sending")
        self._connection.send(frame, timeout=timeout)

    async def asend(self, frame: str, /, *, timeout: float) -> None:  # noqa: ASYNC109 - the contract
        self.send(frame, timeout=timeout)

    def receive(self, *, timeout: float | None) -> Any:
        self._act("receiving")
        return self._connection.receive(timeout=timeout)

    async def areceive(self, *, timeout: float | None) -> Any:  # noqa: ASYNC109 - the contract
        self._act("receiving")
        return await self._connection.areceive(timeout=timeout)

    def close(self) -> None:
        self._act("closing")
        self._connection.close()

    async def aclose(self) -> None:
        self.close()


def meddled(framed: Meet, **acts: Callable[[], object]) -> AbstractContextManager[Meeting]:
    """Let a client and a venue meet with somebody between them."""
    return framed(between=partial(Meddling, **acts))


def once(error: BaseException) -> Callable[[], None]:
    errors = [error]

    def act() -> None:
        if errors:
            raise errors.pop()

    return act


HANDSHAKES = [
    (HttpResponse(429, (("Retry-After", "60"),), b'{"code":-1003,"msg":"x"}'), RateLimited, 1),
    (HttpResponse(418, (("Retry-After", "60"),), b'{"code":-1003,"msg":"x"}'), Banned, 1),
    (HttpResponse(403, (), b"<html>"), Blocked, 2),
    (HttpResponse(502, (), b""), HandshakeRefused, 2),
    (HttpResponse(302, (("Location", "/"),), b""), HandshakeRefused, 2),
]


@pytest.mark.parametrize(("response", "kind", "tries"), HANDSHAKES, ids=str)
def test_what_a_server_says_instead_of_a_connection_is_heard(
    framed: Meet, response: HttpResponse, kind: type, tries: int
) -> None:
    asked: list[int] = []

    def refuse() -> None:
        asked.append(1)
        raise HandshakeRefused(response)

    at_once = Policy(wait_for_rate_limits=False, max_resends=0)
    with meddled(framed, before_connecting=refuse) as meeting:
        for _ in range(2):
            with pytest.raises(kind):
                meeting.client.send(CANCEL, policy=at_once)
            meeting.clock.sleep(1)

    # Who was told to stay away does not knock again.
    assert len(asked) == tries
    assert meeting.cancels == []


@pytest.mark.parametrize("error", [OSError("s3cret"), ValueError("s3cret")])
@pytest.mark.parametrize("when", ["sending", "receiving"])
def test_what_a_transport_must_not_raise_leaves_a_cancel_unknown_and_is_settled(
    framed: Meet, when: str, error: Exception
) -> None:
    with meddled(framed, **{when: once(error)}) as meeting:
        with pytest.raises(OutcomeUnknown) as caught:
            meeting.client.send(CANCEL, policy=Policy(reconcile=False))
        done = meeting.client.reconcile(caught.value.request, attempts=caught.value.attempts)

    assert "s3cret" not in f"{caught.value} {caught.value.__cause__}"
    assert done.order_list_id == 0
    assert len(meeting.transport.opened) == 2


def test_a_connection_that_ended_before_the_first_byte_says_that_nothing_was_sent(
    framed: Meet,
) -> None:
    over = once(TransportError("over", sent=False))
    with meddled(framed, sending=over) as meeting:
        done = meeting.client.send(CANCEL)

    assert done.evidence is Evidence.REPLY
    assert len(meeting.cancels) == 1


@pytest.mark.parametrize("said", ["the frame was not sent: the line is cut", "the line is cut"])
def test_whoever_was_in_flight_is_not_told_that_a_frame_of_another_was_not_sent(said: str) -> None:
    unsendable = TransportError(said, sent=False)
    sending = iter([None, unsendable])

    def send() -> None:
        if (error := next(sending)) is not None:
            raise error

    async def both(client: AsyncClient) -> list[Any]:
        at_once = Policy(reconcile=False, max_resends=0)
        sends = [client.send(numbered(number), policy=at_once) for number in (0, 1)]
        return await asyncio.gather(*sends, return_exceptions=True)

    asynchronous = partial(meet, "WebSocket", "async", fates=[f.delayed(3)])
    with meddled(asynchronous, sending=send) as meeting:
        first, second = meeting.run(both)

    assert isinstance(first, OutcomeUnknown)
    assert str(first.__cause__) == (
        "no reply: the connection broke when another frame was to be sent: the line is cut"
    )
    assert second is unsendable


def test_a_failed_assertion_in_a_transport_passes_and_ends_the_connection() -> None:
    failed = once(AssertionError("as a test wants it"))
    with meddled(partial(meet, "WebSocket", "sync"), receiving=failed) as meeting:
        with pytest.raises(AssertionError):
            meeting.client.send(CANCEL)
        meeting.client.send(LOOK)

    assert len(meeting.transport.opened) == 2


def test_a_failed_assertion_reaches_a_watcher_where_nobody_else_waits() -> None:
    failures: list[AssertionError] = []

    def receive() -> None:
        if failures:
            raise failures.pop()

    meeting_in_threads = partial(meet, "WebSocket", "sync")
    with (
        meddled(meeting_in_threads, receiving=receive) as meeting,
        meeting.client.events() as events,
    ):
        failures.append(AssertionError("as a test wants it"))
        with pytest.raises(AssertionError):
            events.wait(1)


def test_an_interrupt_passes_and_the_connection_stays() -> None:
    interrupt = once(KeyboardInterrupt())
    with meddled(partial(meet, "WebSocket", "sync"), receiving=interrupt) as meeting:
        with pytest.raises(KeyboardInterrupt) as caught:
            meeting.client.send(CANCEL)
        meeting.client.send(LOOK)

    assert "new_client_order_id" in caught.value.__notes__[0]
    assert len(meeting.transport.opened) == 1


@pytest.mark.parametrize("colour", CLIENTS)
def test_a_client_that_is_closed_while_it_connects_sends_nothing(colour: str) -> None:
    closed: list[int] = []
    channels: list[Any] = []

    def shut() -> None:
        # The state that closing leaves, without the event loop that runs just now.
        channels[0]._closed = True  # noqa: SLF001

    def interfere(transport: Any) -> Meddling:
        return Meddling(transport, after_connecting=shut, closing=lambda: closed.append(1))

    with meet("WebSocket", colour, between=interfere) as meeting:
        channels.append(meeting.channel)
        with pytest.raises(TransportError) as caught:
            meeting.client.send(CANCEL, policy=Policy(max_resends=0))

    assert caught.value.sent is False
    assert meeting.cancels == []
    assert closed


def test_nobody_waits_for_another_connection_of_a_closed_client(framed: Meet) -> None:
    broken = once(TransportError("no route", sent=False))
    at_once = Policy(max_resends=0)
    closed: list[Any] = []

    def monotonic() -> int:
        for client in closed:
            # While a call is under way, as another thread would; no event loop runs just now.
            client._closed = True  # noqa: SLF001
        return START

    times = Clocks(wall=lambda: START, monotonic=monotonic)
    with meddled(partial(framed, clocks=times), before_connecting=broken) as meeting:
        with pytest.raises(TransportError, match="no route"):
            meeting.client.send(CANCEL, policy=at_once)
        client: Any = meeting.client
        closed.append(getattr(client, "inner", client))
        with pytest.raises(TransportError, match="closed"):
            meeting.client.send(CANCEL, policy=at_once)

    assert meeting.clock.now() == START


def test_whoever_waits_for_another_to_connect_gives_up_in_time() -> None:
    connecting, enough = threading.Event(), threading.Event()

    def linger() -> None:
        connecting.set()
        enough.wait(30)

    venue = example_venue(now=0)
    transport = Meddling(VenueTransport(venue), before_connecting=linger)
    with (
        Client(key_of(EXAMPLE_KEY), transport=transport, protocol=WebSocketApi()) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        first = pool.submit(client.send, GetServerTime())
        connecting.wait(30)
        with pytest.raises(TransportError, match="in time") as caught:
            client.send(GetServerTime(), policy=Policy(deadline=0.5, max_resends=0))
        enough.set()
        first.result(30)

    assert caught.value.sent is False


def test_a_task_that_waits_for_another_to_connect_gives_up_in_time() -> None:
    async def two(client: AsyncClient) -> None:
        first = asyncio.create_task(client.send(GetServerTime()))
        await asyncio.sleep(0)
        with pytest.raises(TransportError, match="in time"):
            await client.send(GetServerTime(), policy=Policy(deadline=0.5, max_resends=0))
        await first

    with meet("WebSocket", "async", between=Slow) as meeting:
        meeting.run(two)

    assert len(meeting.transport.opened) == 1


class Slow(Meddling):
    """Takes a second to connect."""

    async def aconnect(self, target: str, /, *, timeout: float) -> Any:  # noqa: ASYNC109 - the contract
        await asyncio.sleep(1)
        return await super().aconnect(target, timeout=timeout)


@pytest.mark.parametrize("colour", CLIENTS)
def test_a_request_without_a_connection_was_not_sent(colour: str) -> None:
    with meet("WebSocket", colour) as meeting:
        now = ServerClock(wall=START, monotonic=START).at(START)
        outcome = meeting.channel.send(Send(LOOK, now, 1.0))
        if colour == "async":
            outcome = meeting.run(lambda _: outcome)

    assert isinstance(outcome, TransportError)
    assert outcome.sent is False


def test_one_task_that_is_canceled_leaves_the_connection_to_the_others() -> None:
    async def impatient(client: AsyncClient) -> None:
        await client.send(LOOK)
        for _ in range(5):
            task = asyncio.create_task(client.send(CANCEL))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await client.send(LOOK)

    with meet("WebSocket", "async", fates=[f.NORMAL, *[f.delayed(3)] * 5]) as meeting:
        meeting.run(impatient)

    assert len(meeting.transport.opened) == 1


# Who asks.


@pytest.fixture(scope="module")
def ed25519() -> tuple[Ed25519Key, AsymmetricApiKey]:
    crypto = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    ser = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    private = crypto.Ed25519PrivateKey.generate()
    pem = private.private_bytes(
        ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption()
    ).decode()
    public = private.public_key().public_bytes(
        ser.Encoding.PEM, ser.PublicFormat.SubjectPublicKeyInfo
    )
    api_key = "E" * 64
    return (
        Ed25519Key(api_key=api_key, private_key=pem),
        AsymmetricApiKey(api_key=api_key, public_key=public.decode()),
    )


Keys = tuple[Ed25519Key, AsymmetricApiKey]


def venue_for(known: AsymmetricApiKey) -> Venue:
    venue = Venue(keys=[known])
    venue.open_oco(symbol="LTCBTC", side="SELL", quantity=1, price=3, stop_price=1, now=START)
    return venue


def test_an_ed25519_key_logs_on_once_and_signs_no_more(framed: Meet, ed25519: Keys) -> None:
    key, known = ed25519
    with framed(venue=venue_for(known), key=key) as meeting:
        meeting.client.send(LOOK)
        meeting.client.send(CANCEL)

    asked = meeting.venue.log.entries
    assert [entry.method for entry in asked] == [
        "session.logon",
        "orderList.status",
        "orderList.cancel",
    ]
    assert [entry.parameter("apiKey") is None for entry in asked] == [False, True, True]


def test_every_connection_begins_with_a_log_on(framed: Meet, ed25519: Keys) -> None:
    key, known = ed25519
    fates = [f.NORMAL, f.executed(then=f.DROPPED)]
    with framed(venue=venue_for(known), key=key, fates=fates) as meeting:
        done = meeting.client.send(CANCEL)

    assert done.evidence is Evidence.QUERY
    methods = [entry.method for entry in meeting.venue.log.entries]
    assert methods.count("session.logon") == len(meeting.transport.opened) == 2


def test_an_ed25519_key_may_sign_every_request_instead(framed: Meet, ed25519: Keys) -> None:
    key, known = ed25519
    with framed(venue=venue_for(known), key=key, speaks=WebSocketApi(log_on=False)) as meeting:
        meeting.client.send(CANCEL)

    (asked,) = meeting.venue.log.entries
    assert asked.parameter("apiKey") == known.api_key


@pytest.fixture(params=["HmacKey", "RsaKey"])
def unable(request: pytest.FixtureRequest) -> Key:
    """Return a key that cannot log on."""
    if request.param == "HmacKey":
        return HmacKey(api_key="H" * 64, secret="not-a-real-one")
    rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")
    ser = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    private = rsa.generate_private_key(65537, 2048).private_bytes(
        ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption()
    )
    return RsaKey(api_key="R" * 64, private_key=private)


def test_a_key_that_cannot_log_on_is_refused_when_the_client_is_made(
    framed: Meet, unable: Key
) -> None:
    refused = pytest.raises(
        InvalidSetting, match=f"^log_on=True: .*{type(unable).__name__}: only Ed25519"
    )
    with refused, framed(key=unable, speaks=WebSocketApi(log_on=True)):
        pass
    for log_on in (None, False):
        with framed(key=unable, speaks=WebSocketApi(log_on=log_on)):
            pass


def test_a_key_of_ones_own_logs_on_where_it_is_said_to(framed: Meet, ed25519: Keys) -> None:
    class Token:
        api_key = ed25519[0].api_key
        sign = staticmethod(ed25519[0].sign)

    with framed(
        venue=venue_for(ed25519[1]), key=Token(), speaks=WebSocketApi(log_on=True)
    ) as meeting:
        meeting.client.send(CANCEL)

    assert meeting.venue.log.entries[0].method == "session.logon"


def test_a_log_on_that_is_refused_says_that_nothing_was_sent(framed: Meet, ed25519: Keys) -> None:
    key, _ = ed25519
    with framed(key=key) as meeting, pytest.raises(Unauthorized):
        meeting.client.send(CANCEL)

    assert meeting.cancels == []


def test_a_log_on_with_a_wrong_clock_is_done_again(framed: Meet, ed25519: Keys) -> None:
    key, known = ed25519
    with framed(venue=venue_for(known), key=key, skew=-3600 * SECOND) as meeting:
        done = meeting.client.send(CANCEL)

    assert done.evidence is Evidence.REPLY
    assert len(meeting.cancels) == len(meeting.transport.opened) == 1


def test_a_shutdown_while_logging_on_means_another_connection(framed: Meet, ed25519: Keys) -> None:
    key, known = ed25519
    settings = {"fates": [f.delayed(2)], "events": [(1, f.ShutDown(10))]}
    with framed(venue=venue_for(known), key=key, **settings) as meeting:
        done = meeting.client.send(CANCEL)

    assert done.evidence is Evidence.REPLY
    assert len(meeting.transport.opened) == 2
    assert len(meeting.cancels) == 1


def test_a_log_on_that_gets_no_answer_says_that_nothing_was_sent(
    framed: Meet, ed25519: Keys
) -> None:
    key, known = ed25519
    fates = [f.not_executed(then=f.bare(503))] * 3
    settings = {"venue": venue_for(known), "key": key, "fates": fates}
    with framed(**settings) as meeting, pytest.raises(TransportError) as caught:
        meeting.client.send(CANCEL, policy=Policy(max_resends=0))

    assert caught.value.sent is False
    assert meeting.cancels == []


def test_a_log_on_whose_clock_cannot_be_set_right_says_that_nothing_was_sent(
    framed: Meet, ed25519: Keys
) -> None:
    key, known = ed25519
    early = f.not_executed(then=f.json_error(-1021, status=400))
    lost = [f.not_executed(then=f.bare(503))] * 3
    settings = {"venue": venue_for(known), "key": key, "fates": [early, *lost]}
    with framed(**settings) as meeting, pytest.raises(TransportError, match="-1021") as caught:
        meeting.client.send(CANCEL, policy=Policy(max_resends=0))

    assert caught.value.sent is False


def test_a_connection_that_forgot_who_asks_is_left(framed: Meet, ed25519: Keys) -> None:
    key, known = ed25519
    refused = f.not_executed(then=f.json_error(-2015, status=401))
    with framed(venue=venue_for(known), key=key, fates=[f.NORMAL, refused]) as meeting:
        with pytest.raises(Unauthorized):
            meeting.client.send(CANCEL)
        meeting.client.send(CANCEL)

    assert len(meeting.transport.opened) == 2


def test_a_session_that_was_revoked_logs_on_again_elsewhere(framed: Meet, ed25519: Keys) -> None:
    key, known = ed25519
    with framed(venue=venue_for(known), key=key, events=[(1, f.Revoke())]) as meeting:
        meeting.client.send(LOOK)
        meeting.clock.sleep(2)
        done = meeting.client.send(CANCEL)

    assert done.evidence is Evidence.REPLY
    assert len(meeting.transport.opened) == 2


# Events.


def test_a_watcher_sees_what_a_cancel_does(framed: Meet) -> None:
    with framed() as meeting, meeting.client.events() as events:
        meeting.client.send(CANCEL)
        seen = [events.wait(5) for _ in range(3)]
        nothing = events.wait(5)

    assert [type(event) for event in seen] == [ExecutionReport, ExecutionReport, ListStatus]
    assert {event.status for event in seen[:2]} == {"CANCELED"}
    assert seen[2].list_order_status == "ALL_DONE"
    assert nothing is None


@pytest.mark.parametrize("closed", ["stream", "client"])
def test_a_stream_says_whose_events_it_has_and_whether_it_is_closed(
    framed: Meet, closed: str
) -> None:
    with framed() as meeting:
        watching = meeting.client.events()
        stream = getattr(watching, "_stream", watching)
        open_client = repr(getattr(meeting.client, "inner", meeting.client))
        assert repr(stream) == open_client.replace("Client", "EventStream")
        (watching if closed == "stream" else meeting.client).close()
        assert repr(stream).endswith(", closed>")


def test_two_watchers_see_the_same(framed: Meet) -> None:
    with framed() as meeting, meeting.client.events() as one, meeting.client.events() as other:
        meeting.client.send(CANCEL)
        assert [one.wait(5) for _ in range(3)] == [other.wait(5) for _ in range(3)]


def test_an_event_settles_a_cancel_before_any_query(framed: Meet) -> None:
    # The subscription is a request as well.
    fates = [f.NORMAL, f.executed(then=f.bare(503))]
    with framed(fates=fates) as meeting, meeting.client.events():
        done = meeting.client.send(CANCEL)

    assert done.evidence is Evidence.EVENT
    assert [report.status for report in done.order_reports] == ["CANCELED", "CANCELED"]
    assert (done.order_list_id, done.list_client_order_id) == (0, "list-0")
    assert len(meeting.venue.log.entries) == 2


def test_an_event_settles_a_cancel_whose_reply_never_comes(framed: Meet) -> None:
    fates = [f.NORMAL, f.executed(then=f.SILENT)]
    with framed(fates=fates) as meeting, meeting.client.events():
        done = meeting.client.send(CANCEL)

    assert done.evidence is Evidence.EVENT


def test_events_of_another_cancel_settle_nothing(framed: Meet) -> None:
    fates = [f.NORMAL, f.not_executed(then=f.bare(503))]
    theirs = [(0, f.Cancel(0, by="theirs"))]
    with (
        framed(fates=fates, events=theirs) as meeting,
        meeting.client.events(),
        pytest.raises(AlreadyDone),
    ):
        meeting.client.send(CANCEL)


def test_a_lost_connection_leaves_a_gap_and_events_flow_again(framed: Meet) -> None:
    with framed(events=[(1, f.Disconnect())]) as meeting, meeting.client.events() as events:
        meeting.clock.sleep(2)
        gap = events.wait(5)
        meeting.client.send(CANCEL)
        after = events.wait(5)

    assert gap == Gap(reason=GapReason.CONNECTION)
    assert isinstance(after, ExecutionReport)
    assert len(meeting.transport.opened) == 2


def test_a_stream_tells_whether_events_flow(framed: Meet) -> None:
    opened: list[int] = []

    def only_the_first_and_the_last() -> None:
        opened.append(1)
        if len(opened) in {2, 3}:
            raise TransportError("nobody there", sent=False)

    breaks = [(1, f.Disconnect())]
    with (
        meddled(partial(framed, events=breaks), before_connecting=only_the_first_and_the_last) as (
            meeting
        ),
        meeting.client.events() as events,
    ):
        seen = [events.is_flowing]
        meeting.clock.sleep(2)
        seen += [events.wait(0.1) or events.is_flowing, isinstance(events.wait(9), Gap)]
        seen += [events.is_flowing]
        events.close()
        seen += [events.is_flowing]

    assert seen == [True, False, True, True, False]


def test_a_shutdown_leaves_no_gap_and_tells_nothing_twice(framed: Meet) -> None:
    with (
        framed(events=[(1, f.ShutDown(5))]) as meeting,
        meeting.client.events() as events,
    ):
        meeting.clock.sleep(2)
        meeting.client.send(CANCEL)
        seen = [events.wait(3) for _ in range(4)]
        meeting.clock.sleep(10)
        later = events.wait(1)

    assert [type(event).__name__ for event in seen] == [
        "ExecutionReport",
        "ExecutionReport",
        "ListStatus",
        "NoneType",
    ]
    assert later is None


def test_a_watcher_who_is_too_slow_is_told_what_he_missed(framed: Meet) -> None:
    with framed() as meeting, meeting.client.events(buffer=2) as events:
        meeting.client.send(CANCEL)
        meeting.client.send(CancelOrderList(symbol="LTCBTC", order_list_id=1))
        meeting.client.send(GetServerTime())
        first, second = events.wait(1), events.wait(1)

    assert first == Gap(reason=GapReason.BUFFER, count=4)
    assert isinstance(second, ExecutionReport)


def test_events_of_other_kinds_are_handed_on(framed: Meet) -> None:
    noise = '{"subscriptionId":0,"event":{"e":"balanceUpdate","E":1,"a":"BTC","d":"1"}}'
    with framed(events=[(1, f.Noise(noise))]) as meeting, meeting.client.events() as events:
        event = events.wait(5)

    assert isinstance(event, OtherEvent)
    assert event.fields["a"] == "BTC"


def test_closing_the_client_ends_the_watching(framed: Meet) -> None:
    with framed() as meeting, meeting.client.events() as events:
        meeting.client.close()
        assert events.wait() is None


def test_a_watcher_that_was_closed_gets_nothing_more(framed: Meet) -> None:
    with framed() as meeting:
        with meeting.client.events() as events:
            pass
        meeting.client.send(CANCEL)
        assert events.wait(5) is None


def test_a_key_that_may_not_watch_is_told_so(framed: Meet) -> None:
    refused = f.not_executed(then=f.json_error(-2015, status=401))
    with framed(fates=[refused] * 9) as meeting, pytest.raises(Unauthorized):
        meeting.client.events().wait(5)


@pytest.mark.parametrize("buffer", [0, -1, True, 1.5, "many"])
def test_a_buffer_must_hold_something(framed: Meet, buffer: Any) -> None:
    with framed() as meeting, pytest.raises(InvalidSetting, match="buffer"):
        meeting.client.events(buffer=buffer)


@pytest.mark.parametrize("colour", CLIENTS)
def test_rest_has_no_events(colour: str) -> None:
    with meet("REST", colour) as meeting, pytest.raises(InvalidSetting, match="WebSocketApi"):
        meeting.client.events()


def test_an_event_settles_a_cancel_by_name_if_it_is_of_this_time(framed: Meet) -> None:
    by_name = CancelOrderList(symbol="LTCBTC", list_client_order_id="list-0")
    fates = [f.NORMAL, f.executed(then=f.bare(503))]
    with framed(fates=fates) as meeting, meeting.client.events():
        done = meeting.client.send(by_name)

    assert done.evidence is Evidence.EVENT


def test_an_event_of_an_older_cancel_under_the_same_id_proves_nothing(framed: Meet) -> None:
    again = CancelOrderList(
        symbol="LTCBTC", list_client_order_id="list-0", new_client_order_id="same"
    )
    fates = [f.NORMAL, f.NORMAL, *[f.not_executed(then=f.DROPPED)] * 2]
    place_again = [(5, f.PlaceAgain(0))]
    with framed(fates=fates, events=place_again) as meeting, meeting.client.events():
        first = meeting.client.send(again)
        meeting.clock.sleep(10)
        second = meeting.client.send(again)

    assert (first.order_list_id, second.order_list_id) == (0, 2)


def test_a_watcher_notices_that_the_exchange_fell_silent(framed: Meet) -> None:
    fates = [f.NORMAL, f.not_executed(then=f.SILENT)]
    with framed(fates=fates) as meeting, meeting.client.events() as events:
        gap = events.wait(100)

    assert gap == Gap(reason=GapReason.CONNECTION)
    assert len(meeting.transport.opened) == 2


def test_a_watcher_gets_another_connection_when_the_exchange_is_about_to_end_it(
    framed: Meet,
) -> None:
    with framed(events=[(1, f.ShutDown(5))]) as meeting, meeting.client.events() as events:
        nothing = events.wait(20)

    assert nothing is None
    assert len(meeting.transport.opened) == 2


def test_a_subscription_without_an_answer_is_asked_for_on_another_connection(
    framed: Meet,
) -> None:
    lost = f.executed(then=f.SILENT)
    with framed(fates=[lost], timeout=5) as meeting:
        events = meeting.client.events()
        assert events.wait(20) is None
        meeting.client.send(CANCEL)
        seen = [events.wait(5) for _ in range(4)]

    assert [event is None for event in seen] == [False, False, False, True]
    assert len(meeting.transport.opened) == 2


def test_watching_begins_in_time_or_not_at_all(framed: Meet) -> None:
    def refuse() -> None:
        raise TransportError("no route", sent=False)

    with (
        meddled(framed, before_connecting=refuse) as meeting,
        pytest.raises(TransportError),
        meeting.client.events(),
    ):
        pass

    assert meeting.clock.now() >= START + 14 * SECOND


def test_a_watcher_without_a_connection_keeps_trying(framed: Meet) -> None:
    broken = once(TransportError("no route", sent=False))
    with meddled(framed, before_connecting=broken) as meeting:
        events = meeting.client.events()
        assert events.wait(5) is None
        meeting.client.send(CANCEL)
        assert isinstance(events.wait(5), ExecutionReport)
        events.close()


def test_a_watcher_is_told_of_a_ban(framed: Meet) -> None:
    refused = HandshakeRefused(HANDSHAKES[1][0])
    with (
        meddled(framed, before_connecting=once(refused)) as meeting,
        pytest.raises(Banned),
        meeting.client.events(),
    ):
        pass


def test_a_flow_that_the_exchange_ends_leaves_a_gap_and_begins_again(framed: Meet) -> None:
    ended = '{"subscriptionId":0,"event":{"e":"eventStreamTerminated","E":1}}'
    with framed(events=[(1, f.Noise(ended))]) as meeting, meeting.client.events() as events:
        gap = events.wait(5)
        meeting.client.send(CANCEL)
        after = events.wait(5)

    assert gap == Gap(reason=GapReason.CONNECTION)
    assert isinstance(after, ExecutionReport)


def test_a_childs_watcher_is_told_that_it_missed_events(monkeypatch: pytest.MonkeyPatch) -> None:
    with meet("WebSocket", "sync") as meeting, meeting.client.events() as events:
        monkeypatch.setattr(os, "getpid", lambda: -1)
        assert events.wait(1) == Gap(reason=GapReason.CONNECTION)
        meeting.client.send(CANCEL)
        assert isinstance(events.wait(1), ExecutionReport)

    assert len(meeting.transport.opened) == 2


def test_events_that_come_at_once_are_all_told(framed: Meet) -> None:
    noise = '{"subscriptionId":0,"event":{"e":"balanceUpdate","E":%d}}'
    events_ = [(1, f.Noise(noise % number)) for number in range(3)]
    with framed(events=events_) as meeting, meeting.client.events() as events:
        seen = [events.wait(5) for _ in range(4)]

    assert [event is None for event in seen] == [False, False, False, True]


def test_a_stream_can_be_iterated_over_asynchronously() -> None:
    async def watch(client: AsyncClient) -> list[Any]:
        seen: list[Any] = []
        async with client.events() as events:
            await client.send(CANCEL)
            async for event in events:
                seen.append(event)
                if isinstance(event, ListStatus):
                    break
        return seen

    with meet("WebSocket", "async") as meeting:
        seen = meeting.run(watch)

    assert len(seen) == 3


def test_a_stream_can_be_iterated_over(framed: Meet) -> None:
    with framed() as meeting, meeting.client.events() as events:
        meeting.client.send(CANCEL)
        seen: list[Any] = []
        for event in events:
            seen.append(event)
            if isinstance(event, ListStatus):
                events.close()

    assert len(seen) == 3


@pytest.mark.parametrize("seconds", ["1", True, -1, float("nan"), [1]])
def test_how_long_to_wait_must_be_seconds(framed: Meet, seconds: Any) -> None:
    with framed() as meeting, pytest.raises(InvalidSetting, match="seconds"):
        meeting.client.events().wait(seconds)


def test_no_end_of_waiting_is_as_long_as_it_takes(framed: Meet) -> None:
    with framed() as meeting, meeting.client.events() as events:
        meeting.client.send(CANCEL)
        assert isinstance(events.wait(float("inf")), ExecutionReport)


def test_a_closed_client_has_no_events(framed: Meet) -> None:
    with framed() as meeting:
        meeting.client.close()
        with pytest.raises(TransportError, match=r"^there are no events: this client is closed"):
            meeting.client.events()


def test_a_watcher_learns_why_there_is_no_connection(framed: Meet) -> None:
    def refuse() -> None:
        raise TransportError("no route to the exchange", sent=False)

    with (
        meddled(framed, before_connecting=refuse) as meeting,
        pytest.raises(TransportError, match="no route to the exchange"),
        meeting.client.events(),
    ):
        pass


def test_a_stream_that_never_flowed_has_no_gap_in_another_event_loop() -> None:
    async def watch(client: AsyncClient) -> Any:
        async with client.events() as events:
            await client.send(CANCEL)
            return await events.wait(5)

    with meet("WebSocket", "sync") as meeting:
        transport = meeting.transport
        client = AsyncClient(key_of(EXAMPLE_KEY), transport=transport, protocol=WebSocketApi())
        asyncio.run(client.send(GetServerTime()))
        event = asyncio.run(watch(client))
        asyncio.run(client.aclose())

    assert not isinstance(event, Gap)
