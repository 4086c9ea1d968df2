"""Recovery of an amend, rule by rule, by scripted answers."""

from decimal import Decimal
from typing import Any

import pytest
from attrs import NOTHING, evolve, fields

from orderlists import (
    AmendOrder,
    AmendReport,
    BadTimestamp,
    Evidence,
    ExecutionReport,
    GetOrder,
    GetOrderAmendments,
    Instant,
    NotExecuted,
    OrderAmendment,
    OrderReport,
    OutcomeUnknown,
    Policy,
    Rejected,
    ServerError,
    TimeUnit,
    TransportError,
    UnknownOrderList,
)
from orderlists._clock import Sample
from orderlists.enums import ExecutionType, OrderStatus
from scripted import SECOND, START, Scripted

LOST = TransportError("reset", sent=None)
FAILED = ServerError(code=-1007, message="Timeout", status=504)
SAME = Rejected(
    code=-2038, message="The requested action would change no state; rejecting.", status=400
)
NOT_THERE = Rejected(code=-2038, message="Unknown order sent.", status=400)
NO_ORDER = UnknownOrderList(code=-2013, message="Order does not exist.", status=400)
UNREADABLE = Rejected(code=-2026, message="Order was archived.", status=400)

BY_ID = AmendOrder(symbol="LTCBTC", order_id=7, new_qty=6)
CHOSEN = AmendOrder(symbol="LTCBTC", order_id=7, new_qty=6, new_client_order_id="mine")
BY_NAME = AmendOrder(symbol="LTCBTC", client_order_id="stop", new_qty=6)


def at(seconds: float) -> Instant:
    return Instant((START + int(seconds * SECOND)) // 1_000_000, TimeUnit.MILLISECOND)


def order(qty: int | None = 10, name: str = "stop", *, placed: float = -60.0) -> OrderReport:
    return OrderReport(
        symbol="LTCBTC",
        order_id=7,
        order_list_id=-1,
        client_order_id=name,
        orig_qty=None if qty is None else Decimal(qty),
        status=OrderStatus.NEW,
        time=at(placed),
    )


def amendment(qty: int = 6, name: str = "fresh", *, made: float = 0.0) -> OrderAmendment:
    return OrderAmendment(
        symbol="LTCBTC",
        order_id=7,
        execution_id=3,
        orig_client_order_id="stop",
        new_client_order_id=name,
        orig_qty=Decimal(10),
        new_qty=Decimal(qty),
        time=at(made),
    )


FILLED = evolve(order(), status=OrderStatus.FILLED)
OURS = (order(6, "fresh"), (amendment(),))
OPEN = (order(), ())
AMENDED = (order(6, "theirs"), (amendment(6, "theirs"),))


def scripted(*answers: object, **settings: Any) -> Scripted:
    """Return a script on an exact clock."""
    script = Scripted(*answers, **settings)
    script.clock.update([Sample(0, 0, Instant(START // 1000, TimeUnit.MICROSECOND))])
    return script


def amends(script: Scripted) -> int:
    return sum(isinstance(each, AmendOrder) for each in script.sent)


def fails(script: Scripted, request: AmendOrder, policy: Policy | None = None) -> Any:
    """Return the error in which an amend ends, that was sent once."""
    with pytest.raises((Rejected, NotExecuted, OutcomeUnknown)) as caught:
        script.send(request, policy)
    assert amends(script) == 1
    return caught.value


# Done.


@pytest.mark.parametrize("lost", [LOST, FAILED, SAME, NOT_THERE], ids=repr)
@pytest.mark.parametrize(
    "found",
    [OURS, (*OPEN, *OURS), (LOST, *OURS), (NO_ORDER, *OURS), (order(), LOST, *OURS)],
    ids=["at once", "after a lag", "after a lost query", "after no order", "after no history"],
)
def test_an_amendment_with_the_generated_id_proves_a_lost_amend(
    lost: Exception, found: tuple[object, ...]
) -> None:
    script = scripted(lost, *found)
    result: AmendReport = script.send(BY_ID)
    assert (result.execution_id, result.transact_time, result.evidence) == (
        3,
        at(0),
        Evidence.QUERY,
    )
    done = result.amended_order
    assert (done.orig_qty, done.client_order_id) == (Decimal(6), "fresh")
    assert done.orig_client_order_id == "stop"
    assert result.list_status is None
    assert amends(script) == 1


def test_an_order_that_was_amended_and_then_filled_proves_a_lost_amend() -> None:
    over = evolve(order(6, "fresh"), status=OrderStatus.FILLED)
    assert scripted(LOST, over, (amendment(),)).send(BY_ID).amended_order.status == "FILLED"


def test_by_client_id_a_lost_amend_is_found_by_the_new_client_id() -> None:
    script = scripted(LOST, NO_ORDER, NO_ORDER, *OURS)
    assert script.send(BY_NAME).execution_id == 3
    queried = [each.client_order_id for each in script.sent if isinstance(each, GetOrder)]
    assert queried == ["fresh", "stop", "fresh"]


def test_a_client_id_that_is_kept_is_queried_once() -> None:
    kept = evolve(BY_NAME, new_client_order_id="stop")
    script = scripted(LOST, order(6), (amendment(name="stop"),))
    assert script.send(kept).execution_id == 3


@pytest.mark.parametrize(("made", "is_done"), [(0.0, True), (-1.0, False)])
def test_a_chosen_id_proves_a_lost_amend_unless_the_amendment_is_older(
    made: float, *, is_done: bool
) -> None:
    listed = (amendment(name="mine", made=made),)
    script = scripted(LOST, *((order(6, "mine"), listed) * 60))
    if is_done:
        assert script.send(CHOSEN).execution_id == 3
    else:
        assert isinstance(fails(script, CHOSEN), OutcomeUnknown)


def test_a_chosen_id_proves_nothing_while_the_clock_is_not_measured() -> None:
    listed = (amendment(name="mine"),)
    script = Scripted(LOST, *((order(6, "mine"), listed) * 60), clock_is_measurable=False)
    assert isinstance(fails(script, CHOSEN), OutcomeUnknown)


def test_a_later_reconcile_finds_an_amend_with_a_generated_id() -> None:
    unknown = fails(scripted(LOST), BY_ID, Policy(reconcile=False))
    assert unknown.request.generated_ids == {"fresh"}
    assert scripted(*OURS).reconcile(unknown.request).execution_id == 3


def replaced(name: str = "fresh", **changes: Any) -> ExecutionReport:
    event = {
        "symbol": "LTCBTC",
        "order_id": 7,
        "orig_qty": Decimal(6),
        "client_order_id": name,
        "orig_client_order_id": "stop",
        "execution_id": 4,
        "execution_type": ExecutionType.REPLACED,
        "transact_time": at(0),
    }
    required: dict[str, Any] = {
        each.name: None for each in fields(ExecutionReport) if each.default is NOTHING
    }
    required |= {"order_list_id": -1, "status": OrderStatus.NEW}
    facts: dict[str, Any] = required | event | changes
    return ExecutionReport(**facts)


@pytest.mark.parametrize("request_", [BY_ID, BY_NAME], ids=["by id", "by name"])
def test_an_event_proves_a_lost_amend(request_: AmendOrder) -> None:
    result = scripted(LOST, has_events=True, proof=replaced()).send(request_)
    assert (result.execution_id, result.transact_time, result.evidence) == (
        4,
        at(0),
        Evidence.EVENT,
    )
    done = result.amended_order
    assert (done.orig_qty, done.client_order_id) == (Decimal(6), "fresh")
    assert done.orig_client_order_id == "stop"


@pytest.mark.parametrize(
    "proof",
    [
        None,
        replaced(symbol="ETHBTC"),
        replaced(orig_qty=Decimal(5)),
        replaced(order_id=8),
    ],
    ids=["none", "another symbol", "another quantity", "another order"],
)
def test_an_event_about_another_amend_proves_nothing(proof: object) -> None:
    script = scripted(LOST, *OURS, has_events=True, proof=proof)
    assert script.send(BY_ID).evidence is Evidence.QUERY


def test_by_client_id_an_event_about_another_order_proves_nothing() -> None:
    other = replaced(orig_client_order_id="other")
    script = scripted(LOST, *OURS, has_events=True, proof=other)
    assert script.send(BY_NAME).evidence is Evidence.QUERY


def test_an_event_of_an_older_amend_with_the_chosen_id_proves_nothing() -> None:
    older = replaced("mine", transact_time=at(-1.0))
    listed = (amendment(name="mine"),)
    script = scripted(LOST, order(6, "mine"), listed, has_events=True, proof=older)
    assert script.send(CHOSEN).evidence is Evidence.QUERY


# Not an amend of ours.


@pytest.mark.parametrize(
    "listed",
    [amendment(5), amendment(name="theirs"), evolve(amendment(), orig_client_order_id="other")],
    ids=["another quantity", "another id", "another order by name"],
)
def test_an_amendment_that_differs_from_the_request_proves_nothing(
    listed: OrderAmendment,
) -> None:
    script = scripted(LOST, *((order(5, "fresh"), (listed,), NO_ORDER) * 60))
    assert isinstance(fails(script, BY_NAME, Policy(deadline=10)), OutcomeUnknown)


# Not executed.


@pytest.mark.parametrize("request_", [BY_ID, BY_NAME], ids=["by id", "by name"])
def test_an_order_that_has_more_after_every_attempt_has_expired_was_not_amended(
    request_: AmendOrder,
) -> None:
    first = () if request_ is BY_ID else (NO_ORDER,)
    script = scripted(LOST, *((*first, *OPEN) * 60))
    error = fails(script, request_)
    assert isinstance(error, NotExecuted)
    assert error.__cause__ is LOST
    assert 25 * SECOND < script.passed < 30 * SECOND


def test_an_order_that_is_over_with_its_quantity_was_not_amended() -> None:
    script = scripted(LOST, FILLED, ())
    assert isinstance(fails(script, BY_ID), NotExecuted)
    assert script.passed == 0


def test_an_order_that_has_the_quantity_of_another_amend_is_unknown() -> None:
    assert isinstance(fails(scripted(LOST, *(AMENDED * 60)), BY_ID), OutcomeUnknown)


def test_a_pending_order_without_a_quantity_is_unknown() -> None:
    script = scripted(LOST, *((order(None), ()) * 60))
    assert isinstance(fails(script, BY_ID), OutcomeUnknown)


def test_a_disputed_timestamp_is_confirmed_by_an_order_that_has_more() -> None:
    stale = BadTimestamp(code=-1021, message="Timestamp is outside.", status=400)
    assert fails(scripted(stale, *(OPEN * 60)), BY_ID) is stale


def test_without_a_measured_clock_an_open_order_leaves_the_outcome_unknown() -> None:
    script = Scripted(LOST, *(OPEN * 60), clock_is_measurable=False)
    assert isinstance(fails(script, BY_ID), OutcomeUnknown)


# Refused.


@pytest.mark.parametrize("seen", [AMENDED, (order(6), ()), (FILLED, ())], ids=repr)
@pytest.mark.parametrize("refusal", [SAME, NOT_THERE, NO_ORDER], ids=repr)
def test_a_refusal_is_raised_once_no_amendment_of_ours_is_listed_after_the_query_lag(
    refusal: Rejected, seen: tuple[object, ...]
) -> None:
    script = scripted(refusal, *(seen * 60))
    assert fails(script, BY_ID) is refusal
    assert 10 * SECOND < script.passed < 13 * SECOND


@pytest.mark.parametrize("refusal", [LOST, NOT_THERE], ids=repr)
def test_an_order_of_an_id_that_never_existed_is_refused(refusal: Exception) -> None:
    script = scripted(refusal, *([NO_ORDER] * 60))
    assert fails(script, BY_ID) is (NO_ORDER if refusal is LOST else NOT_THERE)


@pytest.mark.parametrize(
    "listed", [LOST, (amendment(6, "theirs"),) * 1000], ids=["lost", "incomplete"]
)
def test_a_refusal_is_not_raised_while_the_amendments_are_not_all_readable(
    listed: object,
) -> None:
    script = scripted(SAME, *((order(6), listed) * 20))
    assert isinstance(fails(script, BY_ID, Policy(deadline=20)), OutcomeUnknown)


def test_by_client_id_a_refusal_is_raised_for_an_open_order_that_kept_its_id() -> None:
    before = (amendment(8, "stop", made=-30.0),)
    script = scripted(SAME, *((NO_ORDER, order(6), before) * 60))
    assert fails(script, BY_NAME) is SAME
    assert 25 * SECOND < script.passed < 30 * SECOND


@pytest.mark.parametrize("first", [LOST, NOT_THERE], ids=repr)
@pytest.mark.parametrize(
    "seen",
    [
        (order(placed=1.0), ()),
        (FILLED, ()),
        (order(), (amendment(8, "stop", made=1.0),)),
        (order(), LOST),
        (NO_ORDER,),
    ],
    ids=["newer order", "over", "amended since", "unreadable history", "no order"],
)
def test_by_client_id_what_may_not_be_the_target_leaves_the_outcome_unknown(
    first: Exception, seen: tuple[object, ...]
) -> None:
    script = scripted(first, *((NO_ORDER, *seen) * 60))
    assert isinstance(fails(script, BY_NAME), OutcomeUnknown)
    assert 25 * SECOND < script.passed < 30 * SECOND


def test_by_client_id_a_query_that_cannot_be_read_is_repeated() -> None:
    script = scripted(LOST, *((NO_ORDER, UNREADABLE) * 60))
    assert isinstance(fails(script, BY_NAME), OutcomeUnknown)
    assert script.passed > 55 * SECOND


def test_a_swapped_reply_to_a_query_by_client_id_is_not_the_order() -> None:
    script = scripted(LOST, *((order(name="other"), order(name="other")) * 60))
    assert isinstance(fails(script, BY_NAME), OutcomeUnknown)
    assert not any(isinstance(each, GetOrderAmendments) for each in script.sent)
