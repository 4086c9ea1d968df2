"""Cancel Order: one leg cancels its list, over each protocol, and lost replies are reconciled."""

from typing import Any

import pytest
from attrs import evolve

from client_and_venue import START, client_and_venue, venue_with_lists
from orderlists import (
    AlreadyDone,
    BadTimestamp,
    CanceledOrder,
    CanceledOrderList,
    CancelOrder,
    Ending,
    Evidence,
    InDoubt,
    Instant,
    InvalidRequest,
    NotExecuted,
    OrderReport,
    OutcomeUnknown,
    Policy,
    RateLimited,
    TimeUnit,
    TransportError,
    UnknownOrderList,
)
from orderlists.enums import ListOrderStatus, OrderStatus
from orderlists_simulator import faults as f
from scripted import SECOND, Scripted

BY_ID = CancelOrder(symbol="LTCBTC", order_id=0, new_client_order_id="mine")
COMBINATIONS = [(p, c) for p in ("REST", "WebSocket") for c in ("sync", "async")]


def by_name(venue: Any) -> CancelOrder:
    leg = venue.order_list(0).orders[0]
    return CancelOrder(
        symbol="LTCBTC", client_order_id=leg.client_order_id, new_client_order_id="mine"
    )


@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_cancel_order_of_a_leg_cancels_the_entire_list(protocol: str, colour: str) -> None:
    with client_and_venue(protocol, colour) as pair:
        result = pair.client.send(BY_ID)
    assert isinstance(result, CanceledOrderList)
    assert (result.order_list_id, result.evidence) == (0, Evidence.REPLY)
    assert {r.client_order_id for r in result.order_reports} == {"mine"}
    assert pair.venue.order_list(1).is_open


@pytest.mark.parametrize("is_by_id", [True, False], ids=["by id", "by name"])
@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_a_lost_reply_to_cancel_order_is_reconciled_by_a_query(
    protocol: str, colour: str, *, is_by_id: bool
) -> None:
    with client_and_venue(protocol, colour, faults=[f.executed(answer=f.DROPPED)]) as pair:
        result = pair.client.send(BY_ID if is_by_id else by_name(pair.venue))
    assert isinstance(result, CanceledOrderList)
    assert (result.order_list_id, result.evidence) == (0, Evidence.QUERY)
    assert pair.venue.order_list(0).canceled_by == "mine"


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_events_prove_a_cancel_order_whose_reply_was_lost(colour: str) -> None:
    # The subscription is the first request.
    faults = [f.NORMAL, f.executed(answer=f.bare(503))]
    with client_and_venue("WebSocket", colour, faults=faults) as pair, pair.client.events():
        result = pair.client.send(BY_ID)
    assert isinstance(result, CanceledOrderList)
    assert result.evidence is Evidence.EVENT


@pytest.mark.parametrize("is_by_id", [True, False], ids=["by id", "by name"])
def test_a_cancel_order_that_did_not_arrive_is_resent_by_id(*, is_by_id: bool) -> None:
    with client_and_venue("REST", "sync", faults=[f.not_executed(answer=f.DROPPED)]) as pair:
        result = pair.client.send(BY_ID if is_by_id else by_name(pair.venue))
    assert isinstance(result, CanceledOrderList)
    sent = [entry for entry in pair.venue.log.entries if entry.is_cancel]
    assert [dict(entry.parameters).get("orderId") for entry in sent[1:]] == ["0"]


@pytest.mark.parametrize("is_by_id", [True, False], ids=["by id", "by name"])
def test_a_cancel_order_without_resends_is_not_executed_once_every_attempt_has_expired(
    *, is_by_id: bool
) -> None:
    with client_and_venue("REST", "sync", faults=[f.not_executed(answer=f.DROPPED)]) as pair:
        request = BY_ID if is_by_id else by_name(pair.venue)
        with pytest.raises(NotExecuted):
            pair.client.send(request, policy=Policy(max_resends=0))
    assert (pair.clock.now() - START) // 10**9 == 25


def test_a_newer_order_with_the_same_client_id_is_not_canceled() -> None:
    events = [(0.0, f.Cancel(0, by="theirs")), (1.0, f.PlaceAgain(0))]
    venue = venue_with_lists()
    request = by_name(venue)
    faults = [f.not_executed(answer=f.DROPPED)]
    with (
        client_and_venue("REST", "sync", venue=venue, faults=faults, events=events) as pair,
        pytest.raises((OutcomeUnknown, UnknownOrderList)),
    ):
        pair.client.send(request)
    assert venue.order_list(2).is_open


@pytest.mark.parametrize("how", [f.Fill(0, 1), f.Cancel(0, by="theirs"), f.Expire(0)], ids=repr)
@pytest.mark.parametrize("is_by_id", [True, False], ids=["by id", "by name"])
def test_an_order_that_is_over_is_already_done(how: Any, *, is_by_id: bool) -> None:
    with client_and_venue("REST", "sync", events=[(0.0, how)]) as pair:
        request = BY_ID if is_by_id else by_name(pair.venue)
        pair.clock.sleep(1)
        with pytest.raises((AlreadyDone, UnknownOrderList)) as caught:
            pair.client.send(request)
    # A canceled order cannot be queried by its original client id.
    is_found = is_by_id or not isinstance(how, f.Cancel)
    assert isinstance(caught.value, AlreadyDone) is is_found


def test_an_order_that_never_existed_is_unknown() -> None:
    with client_and_venue("REST", "sync") as pair, pytest.raises(UnknownOrderList):
        pair.client.send(CancelOrder(symbol="LTCBTC", order_id=99))


def test_cancel_order_needs_an_id() -> None:
    with pytest.raises(InvalidRequest, match="one of order_id and client_order_id"):
        CancelOrder(symbol="LTCBTC")


# A single order, which the simulator cannot place: by scripted answers.


def report(status: str, client_id: str, order_id: int = 7) -> OrderReport:
    return OrderReport(
        symbol="LTCBTC",
        order_id=order_id,
        order_list_id=-1,
        client_order_id=client_id,
        status=OrderStatus(status),
        time=Instant(START // 1_000_000 - 3_600_000, TimeUnit.MILLISECOND),
    )


SINGLE = CancelOrder(symbol="LTCBTC", order_id=7, new_client_order_id="mine")
NAMED = CancelOrder(symbol="LTCBTC", client_order_id="stop", new_client_order_id="mine")
CANCELED = CanceledOrder(
    symbol="LTCBTC",
    order_id=7,
    order_list_id=-1,
    client_order_id="mine",
    orig_client_order_id="stop",
    status=OrderStatus.CANCELED,
)
LOST = TransportError("reset", sent=None)
NOT_THERE = UnknownOrderList(code=-2011, message="Unknown order sent.", status=400)
NO_ORDER = UnknownOrderList(code=-2013, message="Order does not exist.", status=400)


def test_cancel_order_of_a_single_order_returns_its_report() -> None:
    assert Scripted(CANCELED).send(SINGLE) is CANCELED
    assert Scripted(CANCELED).send(NAMED) is CANCELED


@pytest.mark.parametrize(
    "changes",
    [
        {"symbol": "ETHBTC"},
        {"order_id": 8},
        {"client_order_id": "theirs"},
        {"status": OrderStatus.NEW},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_result_about_another_order_or_cancel_does_not_match(changes: dict[str, Any]) -> None:
    assert SINGLE.mismatch(evolve(CANCELED, **changes))


def test_by_client_id_a_result_about_another_order_does_not_match() -> None:
    assert NAMED.mismatch(evolve(CANCELED, orig_client_order_id="other"))


def test_a_result_about_a_list_without_the_order_or_still_open_does_not_match() -> None:
    with client_and_venue("REST", "sync") as pair:
        result = pair.client.send(BY_ID)
    assert isinstance(result, CanceledOrderList)
    assert BY_ID.mismatch(result) is None
    assert SINGLE.mismatch(result)
    assert NAMED.mismatch(result)
    assert BY_ID.mismatch(evolve(result, list_order_status=ListOrderStatus.EXECUTING))
    assert BY_ID.mismatch(evolve(result, order_reports=()))


@pytest.mark.parametrize("request_", [SINGLE, NAMED], ids=["by id", "by name"])
def test_a_single_order_found_by_the_id_of_its_cancel_is_done(request_: CancelOrder) -> None:
    answers = (NOT_THERE,) if request_ is SINGLE else ()
    script = Scripted(LOST, *answers, report("CANCELED", "mine"))
    result = script.send(request_)
    assert isinstance(result, CanceledOrder)
    assert (result.order_id, result.evidence) == (7, Evidence.QUERY)


def test_a_single_order_that_was_filled_before_is_already_done() -> None:
    filled = report("FILLED", "stop")
    with pytest.raises(AlreadyDone, match="was over: FILLED") as caught:
        Scripted(NOT_THERE, NO_ORDER, filled).send(SINGLE)
    assert (caught.value.ending, caught.value.reports) == (Ending.FILLED, (filled,))
    assert caught.value.order_list is None
    assert caught.value.__cause__ is NOT_THERE


def test_a_canceled_order_that_shows_its_own_id_leaves_the_outcome_unknown() -> None:
    script = Scripted(LOST, *((NO_ORDER, report("CANCELED", "stop")) * 60))
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(NAMED)
    assert caught.value.list_over


def test_an_order_not_found_is_unknown_after_the_query_lag() -> None:
    script = Scripted(LOST, *([NO_ORDER] * 60))
    with pytest.raises(UnknownOrderList) as caught:
        script.send(NAMED)
    assert caught.value is NO_ORDER
    assert script.passed > 25 * SECOND


def test_cancel_order_retries_failed_queries() -> None:
    script = Scripted(NOT_THERE, LOST, LOST, report("CANCELED", "mine"))
    assert script.send(SINGLE).order_id == 7
    listed = evolve(report("CANCELED", "mine"), order_list_id=3)
    script = Scripted(LOST, LOST, listed, LOST, LOST, *((LOST, LOST) * 60))
    with pytest.raises(OutcomeUnknown):
        script.send(SINGLE, Policy(max_resends=1))


def test_an_open_order_is_canceled_by_a_resend_as_long_as_the_policy_allows_one() -> None:
    not_sent = TransportError("no route", sent=False)
    rounds = (not_sent, NO_ORDER, report("NEW", "stop")) * 30
    script = Scripted(LOST, *rounds, CANCELED)
    assert script.send(SINGLE, Policy(max_resends=99, deadline=120)) is CANCELED
    assert script.passed > 25 * SECOND


def test_a_final_order_with_an_unreadable_list_is_queried_again() -> None:
    listed = evolve(report("FILLED", "stop"), order_list_id=3)
    script = Scripted(NOT_THERE, *((NO_ORDER, listed, LOST) * 60))
    with pytest.raises(OutcomeUnknown):
        script.send(SINGLE)


def test_an_open_order_is_not_canceled_by_id_after_the_engine_said_that_it_is_not_open() -> None:
    script = Scripted(NOT_THERE, *((NO_ORDER, report("NEW", "stop")) * 60))
    with pytest.raises(OutcomeUnknown):
        script.send(NAMED)
    assert sum(isinstance(each, CancelOrder) for each in script.sent) == 1


# Replies that belong to another query, and ids that the cancel changes.


def test_a_swapped_reply_to_a_query_by_client_id_is_not_the_order() -> None:
    other = report("NEW", "other", order_id=9)
    script = Scripted(LOST, *((NO_ORDER, other) * 60))
    with pytest.raises(OutcomeUnknown):
        script.send(NAMED)
    assert [each for each in script.sent if isinstance(each, CancelOrder)] == [script.sent[0]]


def test_a_swapped_reply_to_the_query_of_the_cancel_id_is_not_the_order() -> None:
    swapped = evolve(report("FILLED", "theirs", order_id=9), order_list_id=3)
    script = Scripted(NOT_THERE, swapped, report("CANCELED", "mine"))
    result = script.send(SINGLE)
    assert isinstance(result, CanceledOrder)


def test_another_leg_with_the_id_of_the_cancel_is_not_the_order_by_id() -> None:
    sibling = report("CANCELED", "mine", order_id=9)
    script = Scripted(NOT_THERE, sibling, NO_ORDER, report("CANCELED", "mine"))
    assert script.send(SINGLE).order_id == 7


def test_an_order_that_may_be_renamed_is_not_unknown_while_the_cancel_id_is_not_queried() -> None:
    script = Scripted(LOST, *((LOST, NO_ORDER) * 60))
    with pytest.raises(OutcomeUnknown):
        script.send(NAMED)


def test_a_canceled_order_whose_placement_id_is_not_known_leaves_the_outcome_unknown() -> None:
    script = Scripted(NOT_THERE, *((NO_ORDER, report("CANCELED", "stop")) * 60))
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(SINGLE)
    assert caught.value.list_over


# Bugs and interrupts in between.


def test_a_bug_while_the_clock_is_measured_leaves_a_sent_cancel_unknown() -> None:
    stale = BadTimestamp(code=-1021, message="Timestamp is outside.", status=400)
    script = Scripted(stale, clock_is_measurable=False)
    script.clock_error = KeyError("serverTime")
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(SINGLE)
    assert isinstance(caught.value.__cause__, KeyError)


def test_a_reconcile_that_is_interrupted_while_it_measures_keeps_the_given_attempts() -> None:
    lost = Scripted(LOST)
    with pytest.raises(OutcomeUnknown) as unknown:
        lost.send(SINGLE, Policy(reconcile=False))
    script = Scripted(clock_is_measurable=False)
    script.clock_error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt) as caught:
        script.reconcile(unknown.value.request, unknown.value.attempts)
    doubt = InDoubt.of(caught.value)
    assert doubt is not None
    assert doubt.attempts == unknown.value.attempts


@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_a_block_is_not_waited_for_that_leaves_no_time_for_a_reply(
    protocol: str, colour: str
) -> None:
    faults = [f.rate_limited(retry_after=60), f.delayed(4.0)]
    with client_and_venue(protocol, colour, faults=faults) as pair:
        for seconds in (0.0, 1.0, 4.0):
            pair.clock.sleep(seconds)
            with pytest.raises(RateLimited):
                pair.client.send(BY_ID)
        assert (pair.clock.now() - START) / SECOND < 6
        # A tenth of the deadline is left after the block.
        pair.clock.sleep(5.0)
        assert pair.client.send(BY_ID).evidence is Evidence.REPLY
    assert len(pair.cancels) == 2
