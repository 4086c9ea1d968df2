"""Recovery of a cancel, rule by rule, by scripted answers."""

import pickle
from typing import Any

import pytest
from attrs import evolve

from orderlists import (
    AlreadyDone,
    Attempt,
    BadTimestamp,
    Blocked,
    CanceledOrderList,
    CancelOrderList,
    Ending,
    Evidence,
    GetOrder,
    GetOrderList,
    InDoubt,
    Instant,
    InvalidRequest,
    ListedOrder,
    NotExecuted,
    OrderList,
    OrderReport,
    OutcomeUnknown,
    Policy,
    Rejected,
    ServerError,
    TimeUnit,
    TransportError,
    Unauthorized,
    UndecodableReply,
    UnknownOrderList,
)
from orderlists._clock import ClockReading, Sample
from orderlists.enums import ContingencyType, ListOrderStatus, ListStatusType, OrderStatus
from scripted import MEASURED_ONCE, SECOND, START, Scripted

BY_ID = CancelOrderList(symbol="LTCBTC", order_list_id=7, new_client_order_id="mine")
BY_NAME = CancelOrderList(symbol="LTCBTC", list_client_order_id="name", new_client_order_id="mine")
LOST = TransportError("reset", sent=None)
FAILED = ServerError(code=-1007, message="Timeout", status=504)
GARBLED = UndecodableReply(raw=b"<html>", status=200, reason="not JSON")
NOT_THERE = UnknownOrderList(code=-2011, message="Unknown order list sent.", status=400)
NO_LIST = UnknownOrderList(code=-2018, message="Order list does not exist.", status=400)
NO_ORDER = UnknownOrderList(code=-2013, message="Order does not exist.", status=400)
LONG_AGO = -3600.0
PATIENT = Policy(deadline=60)


def at(seconds: float) -> Instant:
    return Instant((START + int(seconds * SECOND)) // 1_000_000, TimeUnit.MILLISECOND)


def a_list(
    list_id: int = 7, *, is_open: bool = False, changed: float = LONG_AGO, symbol: str = "LTCBTC"
) -> OrderList:
    return OrderList(
        order_list_id=list_id,
        contingency_type=ContingencyType.OCO,
        list_status_type=ListStatusType.EXEC_STARTED if is_open else ListStatusType.ALL_DONE,
        list_order_status=ListOrderStatus.EXECUTING if is_open else ListOrderStatus.ALL_DONE,
        list_client_order_id="name",
        transaction_time=at(changed),
        symbol=symbol,
        orders=tuple(
            ListedOrder(symbol=symbol, order_id=n, client_order_id=f"leg-{n}") for n in (1, 2)
        ),
    )


def leg(number: int, status: str, client_id: str | None = None, *, placed: float = LONG_AGO) -> Any:
    return OrderReport(
        symbol="LTCBTC",
        order_id=number,
        order_list_id=7,
        client_order_id=client_id or f"leg-{number}",
        status=OrderStatus(status),
        time=at(placed),
    )


def canceled_by(who: str, *, placed: float = LONG_AGO) -> tuple[Any, Any]:
    return leg(1, "CANCELED", who, placed=placed), leg(2, "CANCELED", who, placed=placed)


OPEN = (a_list(is_open=True), leg(1, "NEW"), leg(2, "NEW"))
OVER = a_list()
DONE = CanceledOrderList(
    **{name: getattr(OVER, name) for name in OrderList.__annotations__ if name != "order_reports"},
    order_reports=canceled_by("mine"),
)


@pytest.mark.parametrize("lost", [LOST, FAILED, GARBLED], ids=lambda e: type(e).__name__)
def test_by_id_recovery_resends_a_lost_cancel_at_once_and_unchanged(lost: Exception) -> None:
    script = Scripted(lost, DONE)
    assert script.send(BY_ID) is DONE
    first, second = script.sent
    assert first == second
    assert script.waits == []
    assert DONE.evidence is Evidence.REPLY


def test_a_resend_keeps_both_ids_where_both_were_sent() -> None:
    both = CancelOrderList(
        symbol="LTCBTC",
        order_list_id=7,
        list_client_order_id="name",
        new_client_order_id="mine",
        both_must_match=True,
    )
    script = Scripted(LOST, DONE)
    script.send(both)
    assert script.sent[0] == script.sent[1]
    assert script.sent[1].parameters()[1:3] == [("orderListId", 7), ("listClientOrderId", "name")]


def test_a_leg_canceled_under_the_cancel_id_proves_the_cancel() -> None:
    script = Scripted(LOST, NOT_THERE, OVER, *canceled_by("mine"))
    result = script.send(BY_ID)
    assert result.evidence is Evidence.QUERY
    assert [r.client_order_id for r in result.order_reports] == ["mine", "mine"]
    assert result.order_list_id == 7
    assert script.sent[2] == GetOrderList(order_list_id=7, recv_window=5000)
    assert script.sent[3] == GetOrder(symbol="LTCBTC", order_id=1, recv_window=5000)


@pytest.mark.parametrize("other", ["FILLED", "EXPIRED", "NEW"])
def test_one_leg_with_the_cancel_id_is_proof_whatever_the_other_legs_show(other: str) -> None:
    script = Scripted(LOST, NOT_THERE, OVER, leg(1, other), leg(2, "CANCELED", "mine"))
    assert script.send(BY_ID).evidence is Evidence.QUERY


def test_one_leg_with_the_cancel_id_is_proof_if_another_leg_cannot_be_queried() -> None:
    script = Scripted(LOST, NOT_THERE, OVER, NO_ORDER, leg(2, "CANCELED", "mine"))
    assert len(script.send(BY_ID).order_reports) == 1


@pytest.mark.parametrize(
    ("legs", "ending"),
    [
        (canceled_by("theirs"), Ending.CANCELED),
        ((leg(1, "FILLED"), leg(2, "CANCELED", "theirs")), Ending.CANCELED),
        ((leg(1, "FILLED"), leg(2, "EXPIRED")), Ending.FILLED),
        ((leg(1, "EXPIRED"), leg(2, "EXPIRED_IN_MATCH")), Ending.EXPIRED),
    ],
)
@pytest.mark.parametrize("before", [(), (LOST,)], ids=["plain", "after a lost one"])
def test_a_list_that_was_over_before_is_already_done_with_its_ending(
    before: tuple[Any, ...], legs: tuple[Any, ...], ending: Ending
) -> None:
    script = Scripted(*before, NOT_THERE, OVER, *legs)
    with pytest.raises(AlreadyDone) as caught:
        script.send(BY_ID)
    assert caught.value.ending is ending
    assert caught.value.reports == legs
    assert caught.value.order_list is not None
    assert caught.value.in_doubt.request == script.sent[0]
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (copy.ending, str(copy)) == (ending, str(caught.value))


def test_a_canceled_leg_with_its_original_id_proves_nothing() -> None:
    script = Scripted(LOST, NOT_THERE, OVER, leg(1, "CANCELED"), leg(2, "EXPIRED"))
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(BY_ID)
    assert caught.value.list_over
    assert caught.value.may_arrive_until is None
    assert caught.value.order_list is not None
    assert caught.value.__cause__ is LOST
    assert "The list is over" in str(caught.value)


def test_a_stale_query_is_repeated() -> None:
    script = Scripted(LOST, NOT_THERE, *OPEN, *OPEN, OVER, *canceled_by("mine"))
    assert script.send(BY_ID).evidence is Evidence.QUERY
    assert script.waits == [0.1, 0.2]


@pytest.mark.parametrize(
    "useless",
    [
        LOST,
        TransportError("refused", sent=False),
        FAILED,
        Blocked(code=None, message="", status=403),
        Unauthorized(code=-2015, message="", status=401),
        BadTimestamp(code=-1021, message="", status=400),
        Rejected(code=-1022, message="", status=400),
    ],
    ids=str,
)
def test_after_a_lost_attempt_nothing_but_evidence_ends_the_call(useless: Exception) -> None:
    script = Scripted(LOST, useless, *OPEN, DONE)
    assert script.send(BY_ID) is DONE
    # The query that follows fails as well; after a stale timestamp it is sent twice.
    twice = (useless, useless) if isinstance(useless, BadTimestamp) else (useless,)
    script = Scripted(LOST, useless, *twice, NOT_THERE, OVER, *canceled_by("mine"))
    assert script.send(BY_ID).evidence is Evidence.QUERY


def test_by_id_recovery_resends_at_most_max_resends_times() -> None:
    script = Scripted(LOST, LOST, *OPEN, LOST, *OPEN, *(OPEN * 40))
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(BY_ID, Policy(max_resends=2, deadline=10))
    assert [type(r).__name__ for r in script.sent].count("CancelOrderList") == 3
    assert len(caught.value.attempts) == 3
    assert not caught.value.list_over
    assert script.passed <= 10 * SECOND


@pytest.mark.parametrize("is_measured", [True, False], ids=["measured", "unmeasured"])
def test_outcome_unknown_says_until_when_an_attempt_may_execute_by_the_clock_of_the_exchange(
    *,
    is_measured: bool,
) -> None:
    script = Scripted(*([LOST] * 30), clock_is_measurable=is_measured)
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(BY_ID, Policy(deadline=0.5, max_resends=0, recv_window=3000))
    until = caught.value.may_arrive_until
    assert until is not None
    assert until.microseconds * 1000 == START + 13 * SECOND
    assert script.clock.is_measured is is_measured
    time = f"{until.to_datetime():%H:%M:%S} UTC by the exchange's clock"
    assert f"It can execute until {time}; then check it by" in str(caught.value)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert copy.attempts == caught.value.attempts


def test_an_id_that_never_existed_is_refused_after_the_query_lag() -> None:
    script = Scripted(NOT_THERE, *([NO_LIST] * 30))
    with pytest.raises(UnknownOrderList) as caught:
        script.send(BY_ID, Policy(max_query_lag=5))
    assert caught.value is NOT_THERE
    assert 5 * SECOND <= script.passed < 8 * SECOND


def test_a_lost_cancel_of_an_unknown_id_is_refused_once_it_has_expired() -> None:
    script = Scripted(LOST, NOT_THERE, *([NO_LIST] * 30))
    script.clock.update([_sample()])
    with pytest.raises(UnknownOrderList) as caught:
        script.send(BY_ID, Policy(max_query_lag=5, recv_window=3000))
    assert caught.value is NOT_THERE
    assert script.passed >= (3 + 1 + 5) * SECOND


def _sample(round_trip: int = 0) -> Sample:
    return Sample(0, round_trip, Instant((START + round_trip // 2) // 1000, TimeUnit.MICROSECOND))


def test_by_id_recovery_measures_the_clock_once() -> None:
    script = Scripted(LOST, NOT_THERE, *([NO_LIST] * 30))
    with pytest.raises(UnknownOrderList):
        script.send(BY_ID)
    assert len(script.waits) > 1
    assert script.clock_samples == MEASURED_ONCE


def test_a_disputed_timestamp_is_raised_once_every_attempt_has_expired() -> None:
    too_old = BadTimestamp(code=-1021, message="", status=400)
    script = Scripted(too_old, *(OPEN * 30))
    with pytest.raises(BadTimestamp) as caught:
        script.send(BY_ID, Policy(recv_window=3000, max_query_lag=5, max_resends=0))
    assert caught.value is too_old
    assert script.passed >= (3 + 1 + 5) * SECOND


def test_without_reconcile_an_unknown_order_list_leaves_the_outcome_unknown() -> None:
    # A proxy may have repeated the cancel: the second copy is refused because of the first.
    with pytest.raises(OutcomeUnknown) as caught:
        Scripted(NOT_THERE).send(BY_ID, Policy(reconcile=False))
    assert caught.value.__cause__ is NOT_THERE
    assert len(caught.value.attempts) == 1


def test_a_list_of_another_symbol_is_not_the_target() -> None:
    elsewhere = (a_list(is_open=True, symbol="BTCUSDT"), leg(1, "NEW"), leg(2, "NEW"))
    with pytest.raises(UnknownOrderList):
        Scripted(LOST, NOT_THERE, *elsewhere).send(BY_ID)


def test_a_list_of_another_symbol_is_refused_only_by_a_reply_of_the_exchange() -> None:
    elsewhere = (a_list(is_open=True, symbol="BTCUSDT"), leg(1, "NEW"), leg(2, "NEW"))
    script = Scripted(LOST, LOST, *elsewhere, NOT_THERE, *elsewhere)
    with pytest.raises(UnknownOrderList) as caught:
        script.send(BY_ID)
    assert caught.value is NOT_THERE


def test_ids_that_do_not_match_are_refused_after_the_query_lag() -> None:
    request = CancelOrderList(
        symbol="LTCBTC", order_list_id=7, list_client_order_id="other", both_must_match=True
    )
    script = Scripted(NOT_THERE, *(OPEN * 30))
    with pytest.raises(UnknownOrderList):
        script.send(request)
    assert script.passed >= 5 * SECOND


# By the list's client id.


def test_by_name_recovery_queries_before_any_resend() -> None:
    script = Scripted(LOST, OVER, *canceled_by("mine"))
    assert script.send(BY_NAME).evidence is Evidence.QUERY
    assert script.sent[1] == GetOrderList(list_client_order_id="name", recv_window=5000)


def test_by_name_an_open_list_placed_before_is_canceled_by_its_id() -> None:
    script = Scripted(LOST, *OPEN, DONE)
    assert script.send(BY_NAME) is DONE
    assert script.sent[-1] == CancelOrderList(
        symbol="LTCBTC", order_list_id=7, new_client_order_id="mine", recv_window=5000
    )


@pytest.mark.parametrize("changed", [0.0, 0.0005, 1.0])
def test_by_name_a_list_that_may_be_newer_is_never_canceled(changed: float) -> None:
    younger = (
        a_list(is_open=True, changed=changed),
        leg(1, "NEW", placed=changed),
        leg(2, "NEW", placed=changed),
    )
    script = Scripted(LOST, *(younger * 60))
    with pytest.raises(OutcomeUnknown):
        script.send(BY_NAME)
    assert [type(r).__name__ for r in script.sent].count("CancelOrderList") == 1


JUST_BEFORE = (
    a_list(is_open=True, changed=-0.5),
    leg(1, "NEW", placed=-0.5),
    leg(2, "NEW", placed=-0.5),
)


def test_by_name_a_list_placed_before_by_an_exact_clock_is_canceled() -> None:
    script = Scripted(LOST, *JUST_BEFORE, DONE)
    script.clock.update([_sample()])
    assert script.send(BY_NAME) is DONE


def test_by_name_a_list_placed_before_by_an_inexact_clock_is_never_canceled() -> None:
    script = Scripted(LOST, *(JUST_BEFORE * 60))
    script.clock.update([_sample(round_trip=2 * SECOND)])
    with pytest.raises(OutcomeUnknown):
        script.send(BY_NAME)
    assert [type(r).__name__ for r in script.sent].count("CancelOrderList") == 1


def test_by_name_a_list_of_another_symbol_is_never_canceled() -> None:
    elsewhere = (a_list(is_open=True, symbol="BTCUSDT"), leg(1, "NEW"), leg(2, "NEW"))
    script = Scripted(LOST, *(elsewhere * 60))
    with pytest.raises(OutcomeUnknown):
        script.send(BY_NAME)
    assert [type(r).__name__ for r in script.sent].count("CancelOrderList") == 1


def test_by_name_the_older_list_is_queried_again_when_a_newer_one_has_its_name() -> None:
    newer = (a_list(8, is_open=True, changed=1), leg(3, "NEW", placed=1), leg(4, "NEW", placed=1))
    script = Scripted(
        *(LOST, *OPEN, LOST),
        *newer,
        *(OVER, *canceled_by("mine")),
    )
    assert script.send(BY_NAME).order_list_id == 7


def test_by_name_already_done_is_raised_only_after_the_query_lag() -> None:
    script = Scripted(LOST, *((OVER, *canceled_by("theirs")) * 30))
    with pytest.raises(AlreadyDone):
        script.send(BY_NAME, Policy(recv_window=3000, max_query_lag=5))
    assert script.passed >= (3 + 1 + 5) * SECOND


def test_by_name_a_list_that_ended_after_the_cancel_may_hide_a_newer_one() -> None:
    ended = (a_list(8, changed=2), *canceled_by("theirs", placed=1))
    script = Scripted(LOST, *(ended * 60))
    with pytest.raises(OutcomeUnknown):
        script.send(BY_NAME)


def test_by_name_a_refusal_is_raised_after_the_query_lag() -> None:
    script = Scripted(NOT_THERE, *([NO_LIST] * 30))
    with pytest.raises(UnknownOrderList) as caught:
        script.send(BY_NAME)
    assert caught.value is NOT_THERE
    assert script.passed >= (5 + 1 + 5) * SECOND


def test_by_name_a_lost_cancel_is_refused_by_the_reply_to_the_query() -> None:
    script = Scripted(LOST, *([NO_LIST] * 30))
    with pytest.raises(UnknownOrderList) as caught:
        script.send(BY_NAME)
    assert caught.value is NO_LIST


def test_by_name_nothing_is_resent_after_a_refusal() -> None:
    script = Scripted(NOT_THERE, *OPEN, OVER, *canceled_by("mine"))
    assert script.send(BY_NAME).evidence is Evidence.QUERY
    assert [type(r).__name__ for r in script.sent].count("CancelOrderList") == 1


def test_by_name_a_newer_list_canceled_under_the_cancel_id_is_done() -> None:
    ended = (a_list(8, changed=2), *canceled_by("mine", placed=1))
    assert Scripted(LOST, *OPEN, LOST, *ended).send(BY_NAME).order_list_id == 8


def test_by_name_recovery_measures_the_clock_once() -> None:
    script = Scripted(*(LOST, OVER, *canceled_by("mine")) * 2)
    for _ in range(2):
        script.send(BY_NAME)
    assert script.clock_samples == MEASURED_ONCE


def test_by_name_a_list_that_cannot_be_queried_again_keeps_its_last_state() -> None:
    newer = (a_list(8, is_open=True, changed=1), leg(3, "NEW", placed=1), leg(4, "NEW", placed=1))
    script = Scripted(LOST, *OPEN, LOST, *newer, LOST, *newer, OVER, *canceled_by("mine"))
    assert script.send(BY_NAME).order_list_id == 7


def test_by_name_a_query_timeout_is_retried() -> None:
    script = Scripted(LOST, LOST, NO_LIST, OVER, NO_ORDER, LOST, OVER, *canceled_by("mine"))
    assert script.send(BY_NAME).evidence is Evidence.QUERY


# Events.


def an_event(changed: float, **changes: Any) -> CanceledOrderList:
    return evolve(DONE, transaction_time=at(changed), evidence=Evidence.EVENT, **changes)


@pytest.mark.parametrize("request_", [BY_ID, BY_NAME], ids=["by id", "by name"])
def test_an_event_of_a_list_canceled_under_the_cancel_id_proves_the_cancel(
    request_: CancelOrderList,
) -> None:
    proof = an_event(0.0)
    script = Scripted(LOST, has_events=True, proof=proof)
    script.clock.update([_sample()])
    assert script.send(request_) is proof
    assert len(script.sent) == 1


@pytest.mark.parametrize(("changed", "is_proof"), [(-0.001, False), (0.0, True)])
def test_by_name_an_event_of_a_list_canceled_before_the_first_attempt_is_no_proof(
    changed: float, *, is_proof: bool
) -> None:
    # The id of the cancel may have been used before, for an older list with the same name.  Times
    # of the exchange are rounded down to the millisecond.
    queried = (OVER, *canceled_by("mine"))
    script = Scripted(LOST, *queried, has_events=True, proof=an_event(changed))
    script.clock.update([_sample()])
    assert script.send(BY_NAME).evidence is (Evidence.EVENT if is_proof else Evidence.QUERY)


def test_by_name_an_event_before_the_attempt_of_a_clock_that_was_behind_is_no_proof() -> None:
    # By the wall clock the cancel was sent four seconds earlier than it was.
    queried = (OVER, *canceled_by("mine"))
    script = Scripted(*(LOST, *queried), has_events=True, proof=an_event(-2.0), skew=-4 * SECOND)
    assert script.send(BY_NAME).evidence is Evidence.QUERY


def test_by_name_an_event_is_no_proof_while_the_clock_is_not_measured() -> None:
    queried = (OVER, *canceled_by("mine"))
    script = Scripted(
        *(LOST, *queried), has_events=True, proof=an_event(5.0), clock_is_measurable=False
    )
    assert script.send(BY_NAME).evidence is Evidence.QUERY


def test_an_event_of_another_list_is_no_proof() -> None:
    script = Scripted(LOST, DONE, has_events=True, proof=an_event(0.0, order_list_id=8))
    assert script.send(BY_ID) is DONE


# `reconcile`, and interrupts.


def test_a_cancel_can_be_reconciled_later() -> None:
    script = Scripted(*([LOST] * 9))
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(BY_NAME, Policy(deadline=0.5))
    later = Scripted(*OPEN, DONE)
    later.passed = 3600 * SECOND
    error = caught.value
    assert later.reconcile(error.request, error.attempts) is DONE
    assert "order_list_id=7" in repr(later.sent[-1])


def test_an_attempt_of_this_client_is_dated_by_a_later_clock_measurement() -> None:
    later = Scripted(*OPEN, DONE, skew=10 * SECOND)
    sent = Attempt(later.clock.at(0), START + 16 * SECOND)
    later.passed = 3600 * SECOND
    assert later.reconcile(BY_NAME, (sent,)) is DONE
    assert "order_list_id=7" in repr(later.sent[-1])


def test_a_clock_that_was_ahead_does_not_make_a_newer_list_the_target() -> None:
    younger = (a_list(is_open=True, changed=5), leg(1, "NEW", placed=5), leg(2, "NEW", placed=5))
    later = Scripted(*(younger * 60), skew=10 * SECOND)
    sent = Attempt(later.clock.at(0), START + 16 * SECOND)
    later.passed = 3600 * SECOND
    with pytest.raises(OutcomeUnknown):
        later.reconcile(BY_NAME, (sent,))
    assert not any(isinstance(request, CancelOrderList) for request in later.sent)


def test_an_attempt_of_another_client_with_an_unmeasured_clock_is_not_dated() -> None:
    later = Scripted(*(OPEN * 60), skew=10 * SECOND)
    sent = Attempt(Scripted().clock.at(0), START + 6 * SECOND)
    later.passed = 3600 * SECOND
    with pytest.raises(OutcomeUnknown):
        later.reconcile(BY_NAME, (sent,))
    assert not any(isinstance(request, CancelOrderList) for request in later.sent)


@pytest.mark.parametrize("request_", [BY_ID, BY_NAME], ids=["by id", "by name"])
def test_an_open_list_is_not_executed_once_no_attempt_can_take_effect(
    request_: CancelOrderList,
) -> None:
    script = Scripted(LOST, *(OPEN * 60))
    with pytest.raises(NotExecuted) as caught:
        script.send(request_, Policy(max_resends=0))
    error = caught.value
    # Valid for 5 seconds, in the engine for up to 10, and queries may lag for 10.
    assert 25 <= script.passed / SECOND < 30
    assert error.order_list is not None
    assert error.order_list.list_order_status is ListOrderStatus.EXECUTING
    assert error.in_doubt.request == script.sent[0]
    assert len(error.in_doubt.attempts) == 1
    assert error.__cause__ is LOST


def test_an_open_list_proves_nothing_while_the_clock_is_not_measured() -> None:
    script = Scripted(LOST, *(OPEN * 60), clock_is_measurable=False)
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(BY_ID, Policy(max_resends=0))
    assert script.passed > 55 * SECOND
    assert caught.value.may_arrive_until is not None


def test_an_open_list_that_may_be_newer_does_not_prove_not_executed() -> None:
    younger = (a_list(is_open=True, changed=0), leg(1, "NEW", placed=0), leg(2, "NEW", placed=0))
    script = Scripted(LOST, *(younger * 60))
    with pytest.raises(OutcomeUnknown):
        script.send(BY_NAME, Policy(max_resends=0))
    assert 25 <= script.passed / SECOND < 30


def test_an_open_list_is_canceled_by_a_resend_while_resends_are_left() -> None:
    unsent = TransportError("no connection", sent=False)
    script = Scripted(LOST, *((unsent, *OPEN) * 10), DONE)
    assert script.send(BY_ID, Policy(max_resends=20)) is DONE
    assert script.passed > 10 * SECOND


def test_an_open_list_with_an_unreadable_order_is_queried_again() -> None:
    unread = (OPEN[0], leg(1, "NEW"), NO_ORDER)
    script = Scripted(LOST, *(unread * 10), OVER, *canceled_by("mine"))
    assert script.send(BY_ID, Policy(max_resends=0)).evidence is Evidence.QUERY
    assert script.passed > 10 * SECOND


def test_reconcile_does_not_measure_a_clock_that_is_measured() -> None:
    later = Scripted(*OPEN, DONE)
    later.clock.update([_sample()])
    sent = Attempt(ClockReading(0, START, 0), START + 6 * SECOND)
    assert later.reconcile(BY_NAME, (sent,)) is DONE
    assert later.clock_samples == 0


def test_by_name_reconcile_without_attempts_resends_nothing() -> None:
    later = Scripted(*OPEN, OVER, *canceled_by("mine"))
    assert later.reconcile(BY_NAME, ()).evidence is Evidence.QUERY
    assert [type(r).__name__ for r in later.sent].count("CancelOrderList") == 0


def test_a_cancel_without_an_id_of_its_own_cannot_be_reconciled() -> None:
    script = Scripted()
    request = CancelOrderList(symbol="LTCBTC", order_list_id=7)
    with pytest.raises(InvalidRequest, match="it alone identifies"):
        script.reconcile(request, (), Policy())


@pytest.mark.parametrize("attempts", [None, 5, [1], "no", [[[0, 0, 0], 0]]])
def test_attempts_must_be_those_of_an_unknown_outcome(attempts: Any) -> None:
    with pytest.raises(InvalidRequest, match="attempts of an OutcomeUnknown"):
        Scripted().reconcile(BY_ID, attempts)


def test_only_a_cancel_can_be_reconciled() -> None:
    script = Scripted()
    with pytest.raises(InvalidRequest, match="must be a request that can be reconciled"):
        script.reconcile(GetOrderList(order_list_id=7))


@pytest.mark.parametrize("answers", [(), (LOST,)], ids=["at once", "while settling"])
def test_an_interrupt_passes_at_once_with_the_request_in_doubt(
    answers: tuple[Any, ...],
) -> None:
    script = Scripted(*answers, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt) as caught:
        script.send(BY_ID)
    (note,) = caught.value.__notes__
    assert note.startswith("in progress (sent ")
    assert str(script.sent[0]) in note
    doubt = InDoubt.of(caught.value)
    assert doubt is not None
    assert doubt.request == script.sent[0]
    assert len(doubt.attempts) == len(script.sent)


def test_a_reply_about_another_list_is_not_a_result() -> None:
    other = evolve(DONE, order_list_id=8)
    script = Scripted(other, DONE)
    assert script.send(BY_ID) is DONE
    assert len(script.sent) == 2


def test_a_list_without_orders_proves_nothing() -> None:
    empty = evolve(a_list(), orders=())
    script = Scripted(LOST, NOT_THERE, empty, OVER, *canceled_by("mine"))
    assert script.send(BY_ID).evidence is Evidence.QUERY


def test_a_disputed_timestamp_is_not_raised_while_the_list_cannot_be_queried() -> None:
    too_old = BadTimestamp(code=-1021, message="", status=400)
    unread = (OVER, NO_ORDER, NO_ORDER)
    script = Scripted(too_old, *(unread * 60))
    with pytest.raises(OutcomeUnknown):
        script.send(BY_ID, Policy(max_resends=0))


def test_an_attempt_of_another_process_is_not_dated_by_our_clock() -> None:
    # A monotonic clock before a restart can be ahead of the current one.
    sent = Attempt(ClockReading(10**18, START, 0), START + 6 * SECOND)
    younger = (
        a_list(is_open=True, changed=60),
        leg(1, "NEW", placed=60),
        leg(2, "NEW", placed=60),
    )
    later = Scripted(*(younger * 60))
    later.passed = 3600 * SECOND
    with pytest.raises(OutcomeUnknown):
        later.reconcile(BY_NAME, (sent,))
    assert "CancelOrderList" not in {type(r).__name__ for r in later.sent}


@pytest.mark.parametrize("order", [1, -1], ids=["as they were sent", "the last one first"])
def test_a_list_placed_between_two_attempts_is_not_the_target(order: int) -> None:
    sent = [
        Attempt(ClockReading(0, START + when, 0), START + when + SECOND)
        for when in (0, 10 * SECOND)
    ]
    between = (a_list(is_open=True, changed=5), leg(1, "NEW", placed=5), leg(2, "NEW", placed=5))
    later = Scripted(*(between * 60))
    later.passed = 3600 * SECOND
    with pytest.raises(OutcomeUnknown):
        later.reconcile(BY_NAME, (*sent[::order],))
    assert not any(isinstance(request, CancelOrderList) for request in later.sent)


def test_an_assumed_attempt_is_not_reported() -> None:
    later = Scripted(*([LOST] * 60))
    with pytest.raises(OutcomeUnknown) as caught:
        later.reconcile(BY_NAME, (), Policy(deadline=90))
    assert caught.value.attempts == ()
    # An hour later every attempt has expired.
    assert caught.value.may_arrive_until is None or later.passed < 70 * SECOND


def test_a_bug_while_reconciling_leaves_the_outcome_unknown() -> None:
    script = Scripted(LOST, OSError("the token was pulled"))
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(BY_ID)
    assert caught.value.__cause__ is not None
    with pytest.raises(AssertionError):
        Scripted(LOST).send(BY_ID)


def test_a_query_that_contradicts_the_matching_engine_is_repeated_until_it_agrees() -> None:
    lagging = OPEN * 20
    script = Scripted(NOT_THERE, *lagging, OVER, leg(1, "FILLED"), leg(2, "EXPIRED"))
    with pytest.raises(AlreadyDone) as caught:
        script.send(BY_ID)
    assert caught.value.ending is Ending.FILLED
    assert script.passed > 30 * SECOND


def test_a_query_that_contradicts_the_matching_engine_is_repeated_until_the_deadline() -> None:
    script = Scripted(NOT_THERE, *(OPEN * 60))
    with pytest.raises(OutcomeUnknown):
        script.send(BY_ID)
    assert script.passed > 57 * SECOND


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "over"])
def test_by_name_a_list_on_another_symbol_is_an_unknown_order_list(*, is_open: bool) -> None:
    elsewhere = a_list(is_open=is_open, symbol="ETHBTC")
    status = "NEW" if is_open else "FILLED"
    script = Scripted(NOT_THERE, *((elsewhere, leg(1, status), leg(2, status)) * 60))
    with pytest.raises(UnknownOrderList) as caught:
        script.send(BY_NAME)
    assert caught.value is NOT_THERE


def test_by_name_a_lost_cancel_is_not_refused_for_a_list_on_another_symbol() -> None:
    elsewhere = a_list(symbol="ETHBTC")
    script = Scripted(LOST, *((elsewhere, leg(1, "FILLED"), leg(2, "FILLED")) * 60))
    with pytest.raises(OutcomeUnknown):
        script.send(BY_NAME)


def test_without_attempts_a_list_that_stays_open_is_not_executed_by_default() -> None:
    script = Scripted(*(OPEN * 60))
    with pytest.raises(NotExecuted) as caught:
        script.reconcile(
            evolve(BY_ID, new_client_order_id="x"), (), Policy(max_resends=0, deadline=120)
        )
    assert caught.value.in_doubt.attempts == ()
    # Valid for 60 seconds at most, in the engine for up to 10, and queries may lag for 10.
    assert 80 <= script.passed / SECOND < 90


def test_without_attempts_and_policy_the_deadline_is_long_enough_for_an_answer() -> None:
    script = Scripted(*([NO_LIST] * 90))
    # Not refused: the earlier call may have used another account.
    with pytest.raises(OutcomeUnknown):
        script.reconcile(BY_NAME)
    # The deadline is at 95.
    assert 80 <= script.passed / SECOND < 90
