"""`cancel_all`: every open list gets a cancel and a verdict, with any client."""

import asyncio
import json
import sys
from itertools import count
from threading import Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client_and_venue import SECOND, START, client_and_venue, venue_with_lists
from orderlists import (
    AlreadyDone,
    CancelAllReport,
    CanceledOrderList,
    CancelOrderList,
    Evidence,
    InDoubt,
    InvalidRequest,
    InvalidSetting,
    Json,
    NotExecuted,
    OrderList,
    OutcomeUnknown,
    Policy,
    Rejected,
    Rest,
    TransportError,
)
from orderlists._commands import Outcome
from orderlists._execution.cancel_all import CancelAll
from orderlists_simulator import Venue
from orderlists_simulator import faults as f

COMBINATIONS = [(p, c) for p in ("REST", "WebSocket") for c in ("sync", "async")]
LOOK_ONCE = Policy(reconcile=False)


def place(venue: Venue, symbol: str = "LTCBTC", now: int = START) -> None:
    venue.order_entry.place_oco(
        symbol=symbol, side="SELL", quantity=1, price=3, stop_price=1, now=now
    )


def open_ids(venue: Venue) -> list[int]:
    return [each.order_list_id for each in venue.lists if each.is_open]


def sent(venue: Venue) -> list[str]:
    """Return what the venue received, as the last words of paths and methods."""
    return ["cancel" if each.is_cancel else "query" for each in venue.log.entries]


@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_every_open_list_of_a_symbol_is_canceled_and_no_other(protocol: str, colour: str) -> None:
    venue = venue_with_lists(5)
    place(venue, "BTCUSDT")
    told: list[tuple[int, Any]] = []
    with client_and_venue(protocol, colour, venue=venue) as pair:
        report = pair.client.cancel_all(
            "LTCBTC", on_verdict=lambda each, verdict: told.append((each.order_list_id, verdict))
        )
        assert open_ids(venue) == [5]
        everything = pair.client.cancel_all()
        nothing = pair.client.cancel_all()
    assert sorted(report.verdicts) == [0, 1, 2, 3, 4]
    assert dict(told) == report.verdicts
    assert {type(each) for each in report.verdicts.values()} == {CanceledOrderList}
    assert report.is_complete
    assert repr(report) == "<CancelAllReport 5 CanceledOrderList, 0 left>"
    assert list(everything.verdicts) == [5]
    assert nothing.is_complete
    assert nothing.verdicts == {}


@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_every_cancel_is_sent_before_a_lost_one_is_recovered(protocol: str, colour: str) -> None:
    # The first request reads the open lists.
    faults = [f.NORMAL, f.executed(answer=f.bare(503)), f.NORMAL, f.NORMAL]
    told: list[Any] = []
    with client_and_venue(
        protocol, colour, venue=venue_with_lists(3), faults=faults, max_in_flight=1
    ) as pair:
        report = pair.client.cancel_all(on_verdict=lambda _, verdict: told.append(verdict))
    kinds = sent(pair.venue)
    assert kinds[:4] == ["query", "cancel", "cancel", "cancel"]
    assert [each.evidence for each in told] == [Evidence.REPLY, Evidence.REPLY, Evidence.QUERY]
    assert report.is_complete


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_a_list_that_ends_before_its_cancel_is_already_done(colour: str) -> None:
    faults = [f.delayed(1.0)]
    events = [(0.5, f.Expire(0))]
    with client_and_venue("REST", colour, faults=faults, events=events) as pair:
        report = pair.client.cancel_all()
    assert isinstance(report.verdicts[0], AlreadyDone)
    assert isinstance(report.verdicts[1], CanceledOrderList)
    assert report.is_complete


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_a_list_that_is_placed_meanwhile_is_canceled_too(colour: str) -> None:
    with client_and_venue("REST", colour) as pair:

        def place_once(order_list: OrderList, _: object) -> None:
            if order_list.order_list_id == 0:
                place(pair.venue)

        report = pair.client.cancel_all(on_verdict=place_once)
    assert sorted(report.verdicts) == [0, 1, 2]
    assert open_ids(pair.venue) == []


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_a_refused_cancel_is_not_sent_again_and_its_list_is_told_as_left(colour: str) -> None:
    faults = [f.NORMAL, f.not_executed(answer=f.json_error(-1013, status=400))]
    with client_and_venue("REST", colour, faults=faults, max_in_flight=1) as pair:
        report = pair.client.cancel_all()
    assert isinstance(report.verdicts[0], Rejected)
    assert [each.order_list_id for each in report.left] == open_ids(pair.venue) == [0]
    assert not report.is_complete
    assert sent(pair.venue).count("cancel") == 2
    assert repr(report) == "<CancelAllReport 1 CanceledOrderList, 1 Rejected, 1 left>"


@pytest.mark.parametrize("colour", ["sync", "async"])
@pytest.mark.parametrize("symbol", [None, "LTCBTC"])
def test_a_list_whose_symbol_breaks_a_rule_is_a_verdict_and_the_others_are_canceled(
    colour: str, symbol: str | None
) -> None:
    venue = Venue(symbols=("LTCBTC", "LTC/BTC"))
    for each in ("LTC/BTC", "LTCBTC", "LTCBTC"):
        place(venue, each)
    told: list[int] = []
    with client_and_venue("REST", colour, venue=venue) as pair:
        report = pair.client.cancel_all(
            symbol, on_verdict=lambda each, _: told.append(each.order_list_id)
        )
    assert open_ids(venue) == [0]
    assert [type(report.verdicts[each]) for each in (1, 2)] == [CanceledOrderList] * 2
    if symbol is None:
        refusal = report.verdicts[0]
        assert isinstance(refusal, InvalidRequest)
        assert (refusal.field, refusal.value) == ("symbol", "LTC/BTC")
        assert [each.order_list_id for each in report.left] == [0]
    assert sorted(told) == sorted(report.verdicts)
    assert report.is_complete is (symbol is not None)


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_where_no_list_can_be_named_no_cancel_is_sent_and_the_report_says_why(
    colour: str,
) -> None:
    venue = Venue(symbols=("LTC/BTC",))
    place(venue, "LTC/BTC")
    with client_and_venue("REST", colour, venue=venue) as pair:
        report = pair.client.cancel_all()
    assert repr(report) == "<CancelAllReport 1 InvalidRequest, 1 left>"
    assert "cancel" not in sent(venue)


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_a_cancel_that_was_proven_not_executed_is_sent_anew(colour: str) -> None:
    policy = Policy(max_resends=0, deadline=120.0)
    faults = [f.NORMAL, f.not_executed(answer=f.DROPPED)]
    told: list[Any] = []
    with client_and_venue("REST", colour, venue=venue_with_lists(1), faults=faults) as pair:
        report = pair.client.cancel_all(
            policy=policy, on_verdict=lambda _, verdict: told.append(verdict)
        )
    assert [type(each) for each in told] == [NotExecuted, CanceledOrderList]
    assert report.verdicts == {0: told[1]}
    assert report.is_complete


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_without_reconciling_a_lost_cancel_is_unknown_and_another_follows(colour: str) -> None:
    faults = [f.NORMAL, f.not_executed(answer=f.DROPPED)]
    told: list[Any] = []
    with client_and_venue("REST", colour, venue=venue_with_lists(1), faults=faults) as pair:
        report = pair.client.cancel_all(
            policy=LOOK_ONCE, on_verdict=lambda _, verdict: told.append(verdict)
        )
    assert [type(each) for each in told] == [OutcomeUnknown, CanceledOrderList]
    assert report.is_complete


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_the_deadline_is_that_of_the_whole_and_what_is_left_is_told(colour: str) -> None:
    faults = [f.NORMAL, *[f.not_executed(answer=f.DROPPED)] * 1000]
    with client_and_venue("REST", colour, venue=venue_with_lists(1), faults=faults) as pair:
        report = pair.client.cancel_all(policy=Policy(deadline=8.0))
        seconds = (pair.clock.now() - START) / SECOND
    assert seconds <= 8.0
    assert {type(each) for each in report.verdicts.values()} == {OutcomeUnknown}
    assert [each.order_list_id for each in report.left] == [0]
    assert isinstance(report.error, TransportError)
    assert not report.is_complete


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_a_cancel_that_is_unknown_at_the_deadline_is_not_reconciled(colour: str) -> None:
    faults = [f.NORMAL, f.Fault(executed_after=(), answer=f.DROPPED, delay=5.0)]
    with client_and_venue("REST", colour, venue=venue_with_lists(1), faults=faults) as pair:
        report = pair.client.cancel_all(policy=Policy(deadline=5.0))
    assert [type(each) for each in report.verdicts.values()] == [OutcomeUnknown]
    assert sent(pair.venue) == ["query", "cancel"]


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_where_the_open_lists_cannot_be_read_nothing_is_canceled(colour: str) -> None:
    faults = [f.not_executed(answer=f.json_error(-2015, status=401))]
    with client_and_venue("REST", colour, faults=faults) as pair, pytest.raises(Rejected):
        pair.client.cancel_all()
    assert open_ids(pair.venue) == [0, 1]


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_a_bug_of_the_parser_passes_through(colour: str) -> None:
    def parse(body: bytes) -> Any:
        raise KeyError(body[:1])

    protocol = Rest(format=Json(parser=parse))
    with (
        client_and_venue("REST", colour, protocol=protocol) as pair,
        pytest.raises(KeyError) as caught,
    ):
        pair.client.cancel_all()
    report = CancelAllReport.of(caught.value)
    assert repr(report) == "<CancelAllReport 0 left, not read again>"
    assert report is not None
    assert not report.is_complete
    assert sent(pair.venue) == ["query"]


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_where_they_cannot_be_read_again_the_report_has_the_error(colour: str) -> None:
    refused = f.not_executed(answer=f.json_error(-2015, status=401))
    faults = [f.NORMAL, f.NORMAL, refused, refused]
    with client_and_venue("REST", colour, faults=faults, max_in_flight=1) as pair:
        report = pair.client.cancel_all()
    assert isinstance(report.error, Rejected)
    assert [each.order_list_id for each in report.left] == [1]
    assert not report.is_complete


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_an_interrupt_carries_the_report_so_far_and_nothing_more_is_sent(colour: str) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with client_and_venue("REST", colour, venue=venue_with_lists(40), max_in_flight=1) as pair:
        with pytest.raises(KeyboardInterrupt) as caught:
            pair.client.cancel_all(on_verdict=interrupt)
        report = CancelAllReport.of(caught.value)
        assert report is not None
        in_doubt: dict[int, Any] = {id_of(each): each for each in report.in_doubt}
        over = {each.order_list_id for each in pair.venue.lists if not each.is_open}
        assert over <= {*report.verdicts, *in_doubt}
        for list_id in over & in_doubt.keys():
            doubt = in_doubt[list_id]
            result = pair.client.reconcile(doubt.request, attempts=doubt.attempts)
            assert result.evidence is Evidence.QUERY
    assert len(report.verdicts) == 1
    assert not report.is_complete
    assert "not read again" in repr(report)
    assert any("cancel_all until then" in each for each in caught.value.__notes__)


def id_of(doubt: InDoubt) -> int:
    request: Any = doubt.request
    found: int = request.order_list_id
    return found


@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_a_bug_of_on_verdict_is_raised_once_every_cancel_is_sent(
    protocol: str, colour: str
) -> None:
    bugs = [ValueError("first"), KeyError("second"), ValueError("third")]

    def raise_one(order_list: OrderList, _: object) -> None:
        raise bugs[order_list.order_list_id]

    with client_and_venue(protocol, colour, venue=venue_with_lists(3), max_in_flight=1) as pair:
        with pytest.raises((ValueError, KeyError)) as caught:
            pair.client.cancel_all(on_verdict=raise_one)
        assert open_ids(pair.venue) == []
    report = CancelAllReport.of(caught.value)
    assert report is not None
    assert sorted(report.verdicts) == [0, 1, 2]
    assert caught.value in bugs


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_a_bug_of_on_verdict_is_raised_at_the_deadline_too(colour: str) -> None:
    def raise_it(*_: object) -> None:
        raise KeyError("a bug")

    faults = [f.NORMAL, f.Fault(executed_after=(), answer=f.DROPPED, delay=5.0)]
    with (
        client_and_venue("REST", colour, venue=venue_with_lists(1), faults=faults) as pair,
        pytest.raises(KeyError, match="a bug"),
    ):
        pair.client.cancel_all(policy=Policy(deadline=5.0), on_verdict=raise_it)


def test_an_interrupt_of_the_reconciling_keeps_the_attempts_in_doubt() -> None:
    faults = [f.NORMAL, f.executed(answer=f.DROPPED)]

    def interrupt(seconds: float) -> Any:
        raise KeyboardInterrupt(seconds)

    with client_and_venue(
        "REST", "sync", venue=venue_with_lists(1), faults=faults, sleep=interrupt
    ) as pair:
        lags(pair.venue)
        with pytest.raises(KeyboardInterrupt) as caught:
            pair.client.cancel_all()
        report = CancelAllReport.of(caught.value)
    assert report is not None
    (doubt,) = report.in_doubt
    assert len(doubt.attempts) >= 1
    assert [each.order_list_id for each in report.left] == [0]


def lags(venue: Venue) -> None:
    """Have every query show the state of long ago."""
    venue.lags = (f.QueryLag(5.0, until=START + 3600 * SECOND),)


def test_a_deadline_that_ends_in_the_pause_before_another_cancel_sends_no_more() -> None:
    def lose_cancels(_: int, request: f.ReceivedRequest) -> f.Fault:
        return f.not_executed(answer=f.DROPPED) if request.effect == "cancel" else f.NORMAL

    with client_and_venue("REST", "sync", faults=lose_cancels) as pair:
        policy = Policy(deadline=5, max_resends=0, reconcile=False)
        report = pair.client.cancel_all(policy=policy)
        assert pair.clock.now() == START + 5 * SECOND
    assert {type(each) for each in report.verdicts.values()} == {OutcomeUnknown}
    assert [each.order_list_id for each in report.left] == [0, 1]
    assert sent(pair.venue)[-1] == "query"


@given(deadline=st.floats(0.05, 30.0), refused=st.integers(0, 40), delay=st.floats(0, 3))
@settings(deadline=None, max_examples=40)
def test_whatever_the_deadline_there_is_a_report(
    deadline: float, refused: int, delay: float
) -> None:
    lost = f.Fault(executed_after=(), answer=f.DROPPED, delay=delay)
    with client_and_venue("REST", "sync", faults=[f.NORMAL, *[lost] * refused]) as pair:
        for reconcile in (True, False):
            policy = Policy(deadline=deadline, max_resends=0, reconcile=reconcile)
            try:
                report = pair.client.cancel_all(policy=policy)
            except TransportError:  # The first reading took too long.
                continue
            assert report.is_complete is (open_ids(pair.venue) == [])


def test_after_an_interrupt_no_call_sends_anything() -> None:
    with client_and_venue("REST", "sync") as pair:
        client: Any = pair.client
        engine, run = client._settings.engine, client._driver.run  # noqa: SLF001 - what `cancel_all` does, step by step
        everything = CancelAll.begin(engine, None, None, on_verdict=None, now=pair.clock.now())
        steps: Any = everything.run()
        reading = next(steps)
        reading.done(0, run(reading.calls[0]), None)
        batch = steps.send(pair.clock.now())
        first, second = batch.calls
        encode = first.steps.send(None).encode
        everything.end_by(interrupt := KeyboardInterrupt())
        with pytest.raises(TransportError, match="cancel_all was interrupted"):
            encode(None)
        with pytest.raises(TransportError, match="cancel_all was interrupted"):
            run(second)
    report = CancelAllReport.of(interrupt)
    assert report is not None
    assert report.in_doubt == ()
    assert sent(pair.venue) == ["query"]


def test_a_call_that_an_interrupt_stops_in_its_recovery_ends_unknown() -> None:
    faults = [f.NORMAL, f.executed(answer=f.DROPPED)]
    with client_and_venue("REST", "sync", venue=venue_with_lists(1), faults=faults) as pair:
        client: Any = pair.client
        engine, run = client._settings.engine, client._driver.run  # noqa: SLF001 - as above
        everything = CancelAll.begin(engine, None, None, on_verdict=None, now=pair.clock.now())
        steps: Any = everything.run()
        reading = next(steps)
        reading.done(0, run(reading.calls[0]), None)
        cancels = steps.send(pair.clock.now())
        with pytest.raises(OutcomeUnknown) as caught:
            run(cancels.calls[0])
        cancels.done(0, None, caught.value)
        (call,) = steps.send(pair.clock.now()).calls
        call.steps.send(None)
        everything.end_by(KeyboardInterrupt())
        lost = TransportError("reset", sent=None)
        with pytest.raises(OutcomeUnknown, match="cancel_all was interrupted") as caught:
            call.steps.send(Outcome(None, lost, pair.clock.now()))
    assert len(caught.value.attempts) == 1


def test_without_threads_the_calling_thread_cancels_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(Thread, "start", refuse)
    with client_and_venue("REST", "sync", venue=venue_with_lists(3)) as pair:
        report = pair.client.cancel_all()
    assert report.is_complete
    assert len(report.verdicts) == 3


def test_the_report_is_found_behind_the_timeout_of_asyncio() -> None:
    async def give_up(client: Any) -> CancelAllReport | None:
        with pytest.raises(TimeoutError) as caught:
            async with asyncio.timeout(1.0):
                await client.cancel_all()
        return CancelAllReport.of(caught.value)

    faults = [f.NORMAL, f.delayed(30.0)]
    with client_and_venue("REST", "async", faults=faults) as pair:
        report = pair.run(give_up)
    assert report is not None
    assert list(report.verdicts) == [1]


def test_a_canceled_task_carries_the_report_and_leaves_no_task() -> None:
    faults = [f.NORMAL, f.NORMAL, f.delayed(30.0)]

    async def cancel_it(client: Any) -> tuple[CancelAllReport | None, int]:
        task = asyncio.create_task(client.cancel_all())
        await asyncio.sleep(1.0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        return CancelAllReport.of(caught.value), len(asyncio.all_tasks())

    with client_and_venue("REST", "async", faults=faults) as pair:
        report, tasks = pair.run(cancel_it)
    assert report is not None
    assert [type(each) for each in report.verdicts.values()] == [CanceledOrderList]
    (in_doubt,) = report.in_doubt
    request: Any = in_doubt.request
    assert request.order_list_id == 1
    assert tasks == 1


def test_an_exception_that_takes_no_attribute_has_no_report() -> None:
    class Slotted(Exception):
        __slots__ = ()

        def add_note(self, note: str, /) -> None:
            raise TypeError(note)

    error = Slotted()
    CancelAllReport(verdicts={}).attach_to(error)
    assert CancelAllReport.of(error) is None


async def coroutine_function(*_: object) -> None:
    """Do nothing."""


@pytest.mark.parametrize("colour", ["sync", "async"])
@pytest.mark.parametrize(
    ("values", "kind", "field"),
    [
        ({"symbol": "ltcbtc"}, InvalidRequest, "symbol"),
        ({"symbol": 1}, InvalidRequest, "symbol"),
        ({"on_verdict": 1}, InvalidRequest, "on_verdict"),
        ({"on_verdict": coroutine_function}, InvalidRequest, "on_verdict"),
        ({"policy": 1}, InvalidSetting, "policy"),
    ],
)
def test_an_argument_of_cancel_all_that_is_none_is_refused(
    colour: str, values: dict[str, Any], kind: Any, field: str
) -> None:
    with client_and_venue("REST", colour) as pair:
        with pytest.raises(kind) as caught:
            pair.client.cancel_all(**values)
        assert caught.value.field == field
    assert not pair.venue.log.entries


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_a_closed_client_cancels_nothing(colour: str) -> None:
    with client_and_venue("REST", colour) as pair:
        pair.client.close()
        with pytest.raises(TransportError, match="closed"):
            pair.client.cancel_all()


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_a_client_that_is_closed_meanwhile_raises_with_the_report(colour: str) -> None:
    faults = [f.NORMAL, f.CONNECTION_REFUSED]
    with client_and_venue("REST", colour, venue=venue_with_lists(1), faults=faults) as pair:

        def close(*_: object) -> None:
            client: Any = getattr(pair.client, "inner", pair.client)
            client._closed = True  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - as closing it does, within a loop

        with pytest.raises(TransportError, match="closed") as caught:
            pair.client.cancel_all(policy=Policy(max_resends=0), on_verdict=close)
    report = CancelAllReport.of(caught.value)
    assert report is not None
    assert len(report.verdicts) == 1


@pytest.mark.parametrize("colour", ["sync", "async"])
@pytest.mark.parametrize("answer", [f.json_error(-2015, status=401), f.DROPPED])
def test_the_silence_of_a_query_about_a_list_proves_nothing(colour: str, answer: Any) -> None:
    venue = Venue()
    place(venue, now=START - SECOND)
    faults = [f.NORMAL, f.not_executed(answer=answer, delay=1.0)]
    with client_and_venue("REST", colour, venue=venue, faults=faults) as pair:

        def lag(*_: object) -> None:
            # As if it was not placed yet.
            venue.lags = (f.QueryLag(5.0, until=START + 5 * SECOND),)

        report = pair.client.cancel_all(policy=LOOK_ONCE, on_verdict=lag)
    assert [each.order_list_id for each in report.left] == open_ids(venue) == [0]
    assert report.is_current
    assert not report.is_complete


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_an_unknown_cancel_that_another_follows_stays_in_doubt(colour: str) -> None:
    refused = f.not_executed(answer=f.json_error(-2015, status=401))
    faults = [f.NORMAL, f.executed_slowly(8.0), f.NORMAL, refused]
    with client_and_venue("REST", colour, venue=venue_with_lists(1), faults=faults) as pair:
        report = pair.client.cancel_all(policy=LOOK_ONCE)
        (doubt,) = report.in_doubt
        assert isinstance(report.verdicts[0], Rejected)
        assert len(report.left) == 1
        canceled = pair.client.reconcile(doubt.request, attempts=doubt.attempts)
    assert canceled.order_list_id == 0


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_the_report_has_a_json_form_with_what_became_of_each_list(colour: str) -> None:
    refused = f.not_executed(answer=f.json_error(-1013, status=400))
    faults = [f.NORMAL, refused, f.executed(answer=f.DROPPED), f.NORMAL, f.CONNECTION_REFUSED]
    policy = Policy(reconcile=False, max_resends=0)
    venue = venue_with_lists(3)
    with client_and_venue("REST", colour, venue=venue, faults=faults, max_in_flight=1) as pair:
        report = pair.client.cancel_all(policy=policy)
    form = json.loads(report.to_json())
    assert form == report.to_dict()
    kinds = {number: each["kind"] for number, each in form["verdicts"].items()}
    assert kinds == {"0": "Rejected", "1": "OutcomeUnknown", "2": "CanceledOrderList"}
    assert (form["verdicts"]["0"]["code"], form["verdicts"]["0"]["status"]) == (-1013, 400)
    doubt = InDoubt.from_json(json.dumps(form["verdicts"]["1"]["in_doubt"]))
    assert isinstance(report.verdicts[1], OutcomeUnknown)
    assert doubt == report.verdicts[1].in_doubt
    assert [each["order_list_id"] for each in form["left"]] == [0, 1]
    assert (form["kind"], form["is_complete"]) == ("CancelAllReport", False)
    assert form["is_current"] is False
    assert (form["error"]["kind"], form["error"]["sent"]) == ("TransportError", False)
    assert form["in_doubt"] == []


def test_an_error_as_plain_values_has_what_it_knows() -> None:
    events = [(0, f.Expire(0))]
    with (
        client_and_venue("REST", "sync", events=events) as pair,
        pytest.raises(AlreadyDone) as caught,
    ):
        pair.client.send(CancelOrderList(symbol="LTCBTC", order_list_id=0))
    error = caught.value
    assert error.to_dict() == {"kind": "AlreadyDone", "message": str(error), "ending": "EXPIRED"}


def test_an_interrupt_while_a_verdict_is_recorded_loses_no_cancel() -> None:
    """Strike before each line that records what a call has ended with."""
    places = {"CancelAll._conclude", "CancelAll._cancel.<locals>.done"}
    for number in range(1, 40):
        lines = count(1)

        def strike(frame: Any, event: str, _: object, at: int = number, seen: Any = lines) -> Any:
            is_there = frame.f_code.co_qualname in places and event == "line"
            if is_there and next(seen) == at:
                raise KeyboardInterrupt
            return strike

        faults = [f.NORMAL, f.NORMAL, f.executed(answer=f.DROPPED)]
        with client_and_venue("REST", "sync", faults=faults, max_in_flight=1) as pair:
            before = sys.gettrace()
            sys.settrace(strike)
            try:
                report = pair.client.cancel_all()
            except KeyboardInterrupt as interrupt:
                sys.settrace(before)
                found = CancelAllReport.of(interrupt)
                assert found is not None
                report = found
            finally:
                sys.settrace(before)
        canceled = {each.order_list_id for each in pair.venue.lists if not each.is_open}
        assert canceled <= {*report.verdicts, *map(id_of, report.in_doubt)}, number
