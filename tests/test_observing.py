"""The events of a client, over each protocol and in each colour."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import product
from typing import Any

import pytest

from client_and_venue import START, ClientAndVenue, client_and_venue
from clients import CLIENTS, PROTOCOLS, key_of
from observed import Recorder
from orderlists import (
    AlreadyDone,
    Banned,
    CancelOrderList,
    Evidence,
    GetOpenOrderLists,
    GetServerTime,
    InDoubt,
    Instant,
    InvalidSetting,
    NotExecuted,
    OutcomeUnknown,
    PlaceOco,
    Policy,
    RateLimited,
    TimeUnit,
    TransportError,
)
from orderlists.enums import Side
from orderlists.legs import LimitMaker, StopLoss
from orderlists.observing import (
    CallEnded,
    CallEvent,
    CallVerdict,
    ClientEvent,
    ClockMeasured,
    ConnectionClosed,
    ConnectionDelayed,
    ConnectionFailed,
    ConnectionOpened,
    RateLimitReached,
    RecoveryStep,
    ReplyLost,
    ReplyReceived,
    RequestSent,
    Retrying,
    Step,
    Waiting,
    WaitReason,
    describe,
)
from orderlists_simulator import EXAMPLE_KEY
from orderlists_simulator import faults as f
from orderlists_transports import Client

OpenClient = Callable[..., AbstractContextManager[ClientAndVenue]]

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0, new_client_order_id="mine")
LOST = f.executed(answer=f.DROPPED)
QUERY_ONLY = Policy(max_resends=0)
CELLS = list(product(PROTOCOLS, CLIENTS))


@pytest.fixture(params=CELLS, ids=" ".join)
def any_client(request: pytest.FixtureRequest) -> OpenClient:
    protocol, colour = request.param

    def open_client(**settings: Any) -> AbstractContextManager[ClientAndVenue]:
        return client_and_venue(protocol, colour, **settings)

    return open_client


def raised_by(act: Callable[[], object]) -> BaseException:
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - any; the caller looks at it
        act()
    return caught.value


def test_a_call_without_a_failure_is_a_request_a_reply_and_a_verdict(
    any_client: OpenClient,
) -> None:
    seen = Recorder()
    with any_client(observe=seen) as pair:
        result = pair.client.send(CANCEL)

    sent, reply = seen.of(RequestSent)[0], seen.of(ReplyReceived)[0]
    assert [type(each) for each in seen.of(CallEvent)] == [
        RequestSent,
        ReplyReceived,
        type(seen.verdict),
    ]
    assert (sent.attempt, sent.request, sent.weight) == (1, "Cancel Order List", 1)
    assert (reply.failure, reply.reason, reply.attempt) == (None, None, 1)
    assert seen.verdict.outcome is result
    assert seen.verdict.verdict is CallVerdict.DONE
    assert (seen.verdict.evidence, seen.verdict.requests) == (Evidence.REPLY, 1)


def test_every_event_of_a_call_has_its_number_its_ids_and_its_time(any_client: OpenClient) -> None:
    seen = Recorder()
    with any_client(observe=seen, faults=[f.delayed(0.5)]) as pair:
        pair.client.send(CANCEL)
        pair.client.send(GetOpenOrderLists())

    events = seen.of(CallEvent)
    first, second = events[:3], events[3:]
    assert len({each.call for each in first}) == len({each.call for each in second}) == 1
    assert first[0].call < second[0].call
    ids = {"orderListId": 0, "newClientOrderId": "mine"}
    assert all((each.ids, each.symbol) == (ids, "LTCBTC") for each in first)
    assert all((each.ids, each.symbol) == ({}, None) for each in second)
    assert first[0].at == Instant(START // 1000, TimeUnit.MICROSECOND)
    assert [each.elapsed for each in first] == [0.0, 0.5, 0.5]
    assert isinstance(first[1], ReplyReceived)
    assert first[1].seconds == 0.5


def test_a_reply_has_the_weight_used_in_the_minute(any_client: OpenClient) -> None:
    seen = Recorder()
    with any_client(observe=seen) as pair:
        for _ in range(2):
            pair.client.send(GetOpenOrderLists())
        (known,) = [each.used for each in pair.client.rate_limits() if each.seconds == 60]
    assert seen.of(ReplyReceived)[-1].used_weight == known > 0


def test_the_ids_of_a_placement_are_those_of_the_list_and_of_its_legs(
    any_client: OpenClient,
) -> None:
    seen = Recorder()
    request = PlaceOco(
        symbol="LTCBTC",
        side=Side.SELL,
        quantity=1,
        above=LimitMaker(price=3, client_order_id="above"),
        below=StopLoss(stop_price=1, client_order_id="below"),
        list_client_order_id="list",
    )
    with any_client(observe=seen) as pair:
        pair.client.send(request)
    assert seen.verdict.ids == {
        "listClientOrderId": "list",
        "aboveClientOrderId": "above",
        "belowClientOrderId": "below",
    }


def test_a_rate_limit_is_a_block_a_wait_and_a_retry(any_client: OpenClient) -> None:
    seen = Recorder()
    with any_client(observe=seen, faults=[f.rate_limited(retry_after=3)]) as pair:
        pair.client.send(CANCEL)

    (block,), (wait,), (retry,) = seen.of(RateLimitReached), seen.of(Waiting), seen.of(Retrying)
    assert (block.seconds, block.is_ban, block.orders_only) == (3.0, False, False)
    assert (wait.reason, wait.seconds) == (WaitReason.RATE_LIMIT, 3.0)
    assert (retry.failure, retry.attempt) == ("LIMITED", 1)
    order = [type(each) for each in seen.events if each in {*seen.of(Waiting), retry, block}]
    assert order == [RateLimitReached, Waiting, Retrying]
    assert [each.attempt for each in seen.of(RequestSent)] == [1, 2]


def test_a_ban_ends_a_call_that_may_not_wait(any_client: OpenClient) -> None:
    seen = Recorder()
    faults = [f.banned(retry_after=300)]
    with any_client(observe=seen, faults=faults) as pair:
        error = raised_by(lambda: pair.client.send(CANCEL))

    assert isinstance(error, Banned)
    assert seen.of(RateLimitReached)[0].is_ban
    assert (seen.verdict.verdict, seen.verdict.outcome) == (CallVerdict.REFUSED, error)
    assert seen.of(Waiting) == []


def test_a_request_that_the_gate_blocks_is_not_sent_and_has_no_reply(
    any_client: OpenClient,
) -> None:
    faults = [f.rate_limited(retry_after=30)]
    seen, policy = Recorder(), Policy(wait_for_rate_limits=False)
    with any_client(observe=seen, faults=faults, policy=policy) as pair:
        raised_by(lambda: pair.client.send(CANCEL))
        seen.events.clear()
        error = raised_by(lambda: pair.client.send(CANCEL))

    assert isinstance(error, RateLimited)
    assert [type(each) for each in seen.of(CallEvent)] == [type(seen.verdict)]
    assert seen.verdict.requests == 0


def test_a_connection_that_is_refused_is_a_back_off_and_a_retry(any_client: OpenClient) -> None:
    seen = Recorder()
    with any_client(observe=seen, faults=[f.CONNECTION_REFUSED] * 2) as pair:
        pair.client.send(CANCEL)

    waits = [(each.reason, each.seconds) for each in seen.of(Waiting)]
    assert waits[:2] == [(WaitReason.BACK_OFF, 0.1), (WaitReason.BACK_OFF, 0.2)]
    assert {each.failure for each in seen.of(Retrying)} == {"NOT_SENT"}
    assert all(each.sent is False for each in seen.of(ReplyLost))


def test_a_call_that_never_reaches_the_exchange_is_not_sent(any_client: OpenClient) -> None:
    def refuse(_: int, __: object) -> f.Fault:
        return f.CONNECTION_REFUSED

    seen = Recorder()
    with any_client(observe=seen, faults=refuse, policy=Policy(max_resends=1)) as pair:
        error = raised_by(lambda: pair.client.send(CANCEL))
    assert isinstance(error, TransportError)
    assert (seen.verdict.verdict, seen.verdict.outcome) == (CallVerdict.NOT_SENT, error)


def test_a_lost_reply_begins_a_recovery_whose_steps_are_events(any_client: OpenClient) -> None:
    seen = Recorder()
    with any_client(observe=seen, faults=[LOST]) as pair:
        result = pair.client.send(CANCEL, policy=QUERY_ONLY)

    steps = [(each.step, each.request) for each in seen.of(RecoveryStep)]
    assert steps[0] == (Step.BEGIN, None)
    assert (Step.QUERY, "Query Order List") in steps
    assert seen.of(ReplyLost)[0].sent is None
    assert (seen.verdict.outcome, seen.verdict.evidence) == (result, Evidence.QUERY)


def test_a_resend_of_a_recovery_is_a_step(any_client: OpenClient) -> None:
    seen = Recorder()
    with any_client(observe=seen, faults=[f.not_executed(answer=f.DROPPED)]) as pair:
        pair.client.send(CANCEL)
    assert (Step.RESEND, "Cancel Order List") in [
        (each.step, each.request) for each in seen.of(RecoveryStep)
    ]


def test_a_stale_timestamp_is_a_measured_clock_and_a_retry(any_client: OpenClient) -> None:
    seen = Recorder()
    with any_client(observe=seen, skew=-30_000_000_000) as pair:
        pair.client.send(CANCEL)

    (measured,) = seen.of(ClockMeasured)
    assert measured.moved == pytest.approx(30, abs=0.01)
    assert 0 < measured.error < 0.01
    assert measured.call == seen.verdict.call
    assert [each.failure for each in seen.of(Retrying)] == ["STALE_TIMESTAMP"]


@pytest.mark.parametrize(
    ("faults", "policy", "kind", "verdict"),
    [
        ([f.not_executed(answer=f.DROPPED)], QUERY_ONLY, NotExecuted, CallVerdict.NOT_EXECUTED),
        ([LOST], Policy(reconcile=False), OutcomeUnknown, CallVerdict.UNKNOWN),
    ],
    ids=["not executed", "unknown"],
)
def test_the_verdict_of_a_call_is_what_send_raises(
    any_client: OpenClient, faults: Any, policy: Policy, kind: type, verdict: CallVerdict
) -> None:
    seen = Recorder()
    with any_client(observe=seen, faults=faults) as pair:
        error = raised_by(lambda: pair.client.send(CANCEL, policy=policy))
    assert isinstance(error, kind)
    assert (seen.verdict.verdict, seen.verdict.outcome) == (verdict, error)
    assert seen.verdict.reason == str(error)


def test_a_query_without_an_answer_has_failed(any_client: OpenClient) -> None:
    def fail(_: int, __: object) -> f.Fault:
        return f.not_executed(answer=f.bare(500))

    seen = Recorder()
    with any_client(observe=seen, faults=fail, policy=Policy(max_resends=1)) as pair:
        error = raised_by(lambda: pair.client.send(GetServerTime()))
    assert (seen.verdict.verdict, seen.verdict.outcome) == (CallVerdict.FAILED, error)
    assert [each.failure for each in seen.of(ReplyReceived)] == ["LOST", "LOST"]


def test_a_list_that_was_over_before_is_a_refusal(any_client: OpenClient) -> None:
    seen = Recorder()
    with any_client(observe=seen) as pair:
        pair.client.send(CancelOrderList(symbol="LTCBTC", order_list_id=0))
        error = raised_by(lambda: pair.client.send(CANCEL))
    assert isinstance(error, AlreadyDone)
    assert seen.verdict.verdict is CallVerdict.REFUSED


def test_the_events_of_reconcile_end_in_its_verdict(any_client: OpenClient) -> None:
    seen = Recorder()
    with any_client(observe=seen, faults=[LOST]) as pair:
        unknown = raised_by(lambda: pair.client.send(CANCEL, policy=Policy(reconcile=False)))
        assert isinstance(unknown, OutcomeUnknown)
        result = pair.client.reconcile(unknown.request, attempts=unknown.attempts)
    assert seen.verdict.outcome is result
    assert len({each.call for each in seen.of(CallEvent)}) == 2


# Listeners that fail.


class Broken(Exception):
    pass


def test_an_exception_of_a_listener_is_reported_and_changes_nothing(
    any_client: OpenClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", reported.append)

    def fail(event: ClientEvent) -> None:
        raise Broken(describe(event))

    seen = Recorder()
    faults = [f.rate_limited(retry_after=3), LOST]
    with any_client(observe=seen, faults=faults) as pair:
        right = pair.client.send(CANCEL)
    with any_client(observe=fail, faults=faults) as pair:
        result = pair.client.send(CANCEL)
    assert result == right
    assert len(reported) == len(seen.events)
    assert all(each.exc_type is Broken for each in reported)


@pytest.mark.parametrize("kind", ["RequestSent", "ReplyReceived", "CallEnded"])
def test_an_interrupt_in_a_listener_passes_and_carries_the_request(
    any_client: OpenClient, kind: str
) -> None:
    interrupts: list[str] = []
    seen = Recorder()

    def interrupt(event: ClientEvent) -> None:
        seen(event)
        if type(event).__name__ == kind and not interrupts:
            interrupts.append(kind)
            raise KeyboardInterrupt

    with any_client(observe=interrupt) as pair:
        error = raised_by(lambda: pair.client.send(CANCEL))
        doubt = InDoubt.of(error)
    assert isinstance(error, KeyboardInterrupt)
    assert doubt is not None
    assert doubt.request.operation is CANCEL.operation
    assert len(seen.of(CallEnded)) == 1


def test_an_interrupt_while_the_verdict_of_a_bug_is_emitted_keeps_the_unknown_outcome() -> None:
    def interrupt(event: ClientEvent) -> None:
        if type(event).__name__ == "CallEnded":
            raise KeyboardInterrupt

    def fail(_: object) -> Any:
        raise Broken

    with client_and_venue("REST", "sync", observe=interrupt, sleep=fail, faults=[LOST]) as pair:
        error = raised_by(lambda: pair.client.send(CANCEL, policy=QUERY_ONLY))
        doubt = InDoubt.of(error)
    assert isinstance(error, KeyboardInterrupt)
    assert doubt is not None


def test_observe_must_be_a_function() -> None:
    text: Any = "events.log"
    with pytest.raises(InvalidSetting, match="observe"):
        Client(key_of(EXAMPLE_KEY), observe=text)


def test_no_event_is_made_where_nothing_listens(
    any_client: OpenClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []

    def make(*_: object, **__: object) -> None:
        made.append(1)

    for kind in (*ClientEvent.__subclasses__(), *CallEvent.__subclasses__()):
        monkeypatch.setattr(kind, "__init__", make)
    faults = [f.rate_limited(retry_after=3), LOST]
    with any_client(faults=faults) as pair:
        pair.client.send(CANCEL)
    assert made == []


# Turns.


def test_a_request_that_waits_for_its_turn_is_an_event() -> None:
    # A second call begins while the first one holds the only turn.
    seen: list[ClientEvent] = []

    async def act(client: Any) -> None:
        await asyncio.gather(client.send(CANCEL), client.send(GetServerTime()))

    with client_and_venue("REST", "async", observe=seen.append, max_in_flight=1) as pair:
        pair.run(act)
    waits = [each for each in seen if isinstance(each, Waiting)]
    assert [(each.reason, each.seconds) for each in waits] == [(WaitReason.TURN, None)]


# Connections.


def test_a_lost_connection_is_closed_delayed_and_opened_again() -> None:
    seen = Recorder()
    with client_and_venue("WebSocket", "sync", observe=seen, faults=[LOST]) as pair:
        pair.client.send(CANCEL)

    first, second = seen.of(ConnectionOpened)
    assert (first.connection, first.is_reconnect) == (1, False)
    assert (second.connection, second.is_reconnect) == (2, True)
    lost, closed = seen.of(ConnectionClosed)
    assert (lost.connection, lost.by_client, lost.in_flight) == (1, False, 1)
    assert (closed.connection, closed.by_client, closed.in_flight) == (2, True, 0)
    assert [each.seconds for each in seen.of(ConnectionDelayed)] == [0.1]
    assert isinstance(seen.of(RecoveryStep)[1], RecoveryStep)
    assert Step.AWAIT_EVENT in [each.step for each in seen.of(RecoveryStep)]


class RefusesOnce:
    """A transport that opens no connection the first time."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._errors = [TransportError("no route", sent=False)]

    def connect(self, target: str, /, *, timeout: float) -> Any:
        if self._errors:
            raise self._errors.pop()
        return self._transport.connect(target, timeout=timeout)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def test_a_connection_that_cannot_be_opened_is_an_event() -> None:
    seen = Recorder()
    with client_and_venue("WebSocket", "sync", observe=seen, wrap_transport=RefusesOnce) as pair:
        pair.client.send(CANCEL)
    assert seen.names[:3] == ["ConnectionFailed", "Waiting", "Retrying"]
    assert [each.reason for each in seen.of(ConnectionFailed)] == [seen.of(Retrying)[0].reason]
