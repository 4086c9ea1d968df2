"""Recovery of a placement, rule by rule, by scripted answers."""

from typing import Any

import pytest
from attrs import evolve

from orderlists import (
    BadTimestamp,
    Evidence,
    GetOpenOrderLists,
    GetOrder,
    GetOrderList,
    InDoubt,
    Instant,
    ListedOrder,
    NotExecuted,
    OrderList,
    OrderReport,
    OutcomeUnknown,
    Policy,
    Rejected,
    RejectedOrderList,
    ServerError,
    TimeUnit,
    TransportError,
    UnknownOrderList,
)
from orderlists._clock import Sample
from orderlists.enums import ContingencyType, ListOrderStatus, ListStatusType, OrderStatus
from scripted import SECOND, START, Scripted
from toy_placement import Place

LOST = TransportError("reset", sent=None)
FAILED = ServerError(code=-1007, message="Timeout", status=504)
DUPLICATE = Rejected(code=-2010, message="Duplicate order sent.", status=400)
NO_ORDER = UnknownOrderList(code=-2013, message="Order does not exist.", status=400)
NO_LIST = UnknownOrderList(code=-2018, message="Order list does not exist.", status=400)
ARCHIVED = Rejected(code=-2026, message="Order was archived.", status=400)


GENERATED = Place()
CHOSEN = Place(list_client_order_id="list", above="above", below="below")
NAMED = Place(list_client_order_id="list")


def at(seconds: float) -> Instant:
    return Instant((START + int(seconds * SECOND)) // 1_000_000, TimeUnit.MILLISECOND)


def leg(number: int, client_id: str, *, placed: float = 0.0, list_id: int = 7) -> OrderReport:
    return OrderReport(
        symbol="LTCBTC",
        order_id=number,
        order_list_id=list_id,
        client_order_id=client_id,
        status=OrderStatus.NEW,
        time=at(placed),
    )


LEGS = (leg(1, "above"), leg(2, "below"))


def a_list(
    name: str = "list", legs: tuple[str, ...] = ("above", "below"), *, placed: float = 0.0
) -> OrderList:
    return OrderList(
        order_list_id=7,
        contingency_type=ContingencyType.OCO,
        list_status_type=ListStatusType.EXEC_STARTED,
        list_order_status=ListOrderStatus.EXECUTING,
        list_client_order_id=name,
        transaction_time=at(placed),
        symbol="LTCBTC",
        orders=tuple(
            ListedOrder(symbol="LTCBTC", order_id=number, client_order_id=each)
            for number, each in enumerate(legs, 1)
        ),
    )


OURS = a_list()
# One round of queries that finds nothing: two legs, the list by name, the open lists.
NOTHING = (NO_ORDER, NO_ORDER, NO_LIST, ())


def scripted(*answers: object, **settings: Any) -> Scripted:
    """Return a script on an exact clock."""
    script = Scripted(*answers, **settings)
    script.clock.update([Sample(0, 0, Instant(START // 1000, TimeUnit.MICROSECOND))])
    return script


def placements(script: Scripted) -> int:
    return sum(isinstance(each, Place) for each in script.sent)


def old_and_new(placed: float) -> tuple[object, ...]:
    """Return a round in which a list with all the ids is found by its first leg."""
    return (
        leg(1, "above"),
        a_list(placed=placed),
        *(evolve(each, time=at(placed)) for each in LEGS),
    )


# Done.


@pytest.mark.parametrize("lost", [LOST, FAILED, DUPLICATE], ids=lambda e: type(e).__name__)
@pytest.mark.parametrize(
    "found",
    [
        (LEGS[0],),
        (NO_ORDER, LEGS[1]),
        (NO_ORDER, NO_ORDER, OURS),
        (NO_ORDER, NO_ORDER, NO_LIST, (a_list("other", ("x",)), OURS)),
        (LOST, LOST, LOST, (OURS,)),
    ],
    ids=["first leg", "second leg", "list by name", "open lists", "after failed queries"],
)
@pytest.mark.parametrize("request_", [GENERATED, CHOSEN], ids=["generated", "chosen"])
def test_a_list_found_under_our_ids_is_placed(
    lost: Exception, found: tuple[object, ...], request_: Place
) -> None:
    script = scripted(lost, *found, OURS, *LEGS)
    result, evidence = script.send(request_)
    assert evidence is Evidence.QUERY
    assert (result.order_list_id, result.order_reports) == (7, LEGS)
    assert placements(script) == 1


def test_the_queries_of_a_round_are_each_leg_the_list_by_its_name_and_the_open_lists() -> None:
    script = scripted(LOST, *NOTHING, LEGS[0], OURS, *LEGS)
    script.send(GENERATED)
    window = Policy().recv_window
    assert script.sent[1:5] == [
        GetOrder(symbol="LTCBTC", client_order_id="above", recv_window=window),
        GetOrder(symbol="LTCBTC", client_order_id="below", recv_window=window),
        GetOrderList(list_client_order_id="list", recv_window=window),
        GetOpenOrderLists(recv_window=window),
    ]


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ((NO_ORDER, NO_ORDER, OURS), a_list("list", ("renamed", "amended"))),
        ((NO_ORDER, LEGS[1]), a_list("other", ("renamed", "below"))),
    ],
    ids=["its name", "a leg"],
)
def test_one_generated_id_makes_a_list_ours_whatever_became_of_the_others(
    answers: tuple[object, ...], found: OrderList
) -> None:
    # Cancels and amendments rename orders.
    script = scripted(LOST, *answers, found, NO_ORDER, NO_ORDER)
    assert script.send(GENERATED) == (found, Evidence.QUERY)


@pytest.mark.parametrize("request_", [GENERATED, CHOSEN], ids=["generated", "chosen"])
def test_a_list_that_ended_within_the_call_is_placed(request_: Place) -> None:
    over = evolve(
        OURS,
        list_status_type=ListStatusType.ALL_DONE,
        list_order_status=ListOrderStatus.ALL_DONE,
        list_client_order_id=None,
    )
    script = scripted(LOST, LEGS[0], over, *LEGS)
    assert script.send(request_)[0].list_order_status is ListOrderStatus.ALL_DONE


@pytest.mark.parametrize(
    ("request_", "proof"),
    [(GENERATED, OURS), (CHOSEN, evolve(OURS, order_reports=LEGS))],
    ids=["generated", "chosen"],
)
def test_an_event_of_our_list_proves_the_placement(request_: Place, proof: OrderList) -> None:
    script = scripted(LOST, has_events=True, proof=proof)
    assert script.send(request_) == (proof, Evidence.EVENT)
    assert len(script.sent) == 1


@pytest.mark.parametrize(
    "reports",
    [(), (evolve(LEGS[0], time=at(-5.0)),), (evolve(LEGS[0], time=at(-5.0)), LEGS[1])],
    ids=["not reported", "placed before", "one leg placed before"],
)
def test_an_event_of_a_list_with_chosen_ids_that_may_be_older_is_no_proof(
    reports: tuple[OrderReport, ...],
) -> None:
    # Its last change says nothing: an older list may have ended just now.
    proof = evolve(OURS, order_reports=reports)
    script = scripted(LOST, LEGS[0], OURS, *LEGS, has_events=True, proof=proof)
    assert script.send(CHOSEN)[1] is Evidence.QUERY


def test_a_list_with_chosen_ids_and_unreadable_orders_is_queried_again() -> None:
    unread = (LEGS[0], OURS, LOST, LOST, NO_ORDER, NO_LIST, ())
    script = scripted(LOST, *unread, LEGS[0], OURS, *LEGS)
    assert script.send(CHOSEN)[0].order_reports == LEGS


# Not ours.


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        (NAMED, a_list("list", ("x", "y"))),
        (CHOSEN, a_list("list", ("x", "below"))),
        (CHOSEN, a_list("other")),
        (CHOSEN, a_list("list", ("above", "x"))),
        (CHOSEN, a_list(placed=-0.001)),
        (GENERATED, evolve(OURS, symbol="ETHBTC")),
        (GENERATED, a_list("other", ("x", "y"))),
    ],
    ids=[
        "the chosen name alone",
        "a chosen leg alone",
        "chosen legs alone",
        "a chosen name and leg alone",
        "placed before",
        "another symbol",
        "a swapped reply",
    ],
)
def test_a_list_that_may_be_another_one_is_not_ours(request_: Place, found: OrderList) -> None:
    legs = [leg(n, each.client_order_id) for n, each in enumerate(found.orders, 1)]
    legs = [evolve(each, time=found.transaction_time) for each in legs]
    round_ = (NO_ORDER, NO_ORDER, found, found, *legs, ())
    script = scripted(LOST, *(round_ * 60))
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(request_)
    assert caught.value.request == script.sent[0]
    assert placements(script) == 1


def test_a_list_with_chosen_ids_is_not_ours_while_the_clock_is_not_measured() -> None:
    round_ = (LEGS[0], OURS, *LEGS, NO_ORDER, NO_LIST, ())
    script = Scripted(LOST, *(round_ * 60), clock_is_measurable=False)
    with pytest.raises(OutcomeUnknown):
        script.send(CHOSEN)


def test_an_order_without_a_list_that_has_the_id_of_a_leg_is_not_ours() -> None:
    single = leg(1, "above", list_id=-1)
    script = scripted(LOST, *((single, NO_ORDER, NO_LIST, ()) * 60))
    with pytest.raises(OutcomeUnknown):
        script.send(GENERATED)


def test_a_list_that_is_found_but_cannot_be_queried_is_queried_again() -> None:
    script = scripted(LOST, LEGS[0], LOST, NO_ORDER, NO_LIST, (), LEGS[0], OURS, *LEGS)
    assert script.send(GENERATED)[1] is Evidence.QUERY


# Refused.


REJECTED = evolve(OURS, list_order_status=ListOrderStatus.REJECT)


def test_a_list_that_says_reject_is_rejected_once_every_attempt_has_expired() -> None:
    script = scripted(LOST, *((LEGS[0], REJECTED, *LEGS, NO_ORDER, NO_LIST, ()) * 60))
    with pytest.raises(RejectedOrderList) as caught:
        script.send(GENERATED)
    assert caught.value.order_list.order_reports == LEGS
    assert (caught.value.code, caught.value.status) == (None, 200)
    assert 25 <= script.passed / SECOND < 30


def test_an_event_that_says_reject_is_a_refusal_once_every_attempt_has_expired() -> None:
    script = scripted(LOST, *(NOTHING * 60), has_events=True, proof=REJECTED)
    with pytest.raises(RejectedOrderList):
        script.send(GENERATED)
    assert 25 <= script.passed / SECOND < 30


def test_a_copy_that_was_placed_after_another_was_rejected_is_done() -> None:
    script = scripted(LOST, *NOTHING, LEGS[0], OURS, *LEGS, has_events=True, proof=REJECTED)
    assert script.send(GENERATED)[1] is Evidence.QUERY


def test_a_reply_that_says_reject_is_raised_at_once() -> None:
    script = scripted(REJECTED)
    with pytest.raises(RejectedOrderList):
        script.send(GENERATED)
    assert len(script.sent) == 1


def test_another_refusal_of_a_placement_is_raised_at_once() -> None:
    poor = Rejected(code=-2010, message="Account has insufficient balance.", status=400)
    script = scripted(poor)
    with pytest.raises(Rejected) as caught:
        script.send(GENERATED)
    assert caught.value is poor


def test_a_duplicate_of_an_older_open_list_is_refused_once_every_attempt_has_expired() -> None:
    round_ = (*old_and_new(-5.0), NO_ORDER, NO_LIST, ())
    script = scripted(DUPLICATE, *(round_ * 60))
    with pytest.raises(Rejected) as caught:
        script.send(CHOSEN)
    assert caught.value is DUPLICATE
    # Valid for 5 seconds, in the engine for up to 10, and queries may lag for 10.
    assert 25 <= script.passed / SECOND < 30


@pytest.mark.parametrize(
    ("answer", "round_"),
    [
        (LOST, (*old_and_new(-5.0), NO_ORDER, NO_LIST, ())),
        (DUPLICATE, NOTHING),
        (DUPLICATE, (leg(1, "above", list_id=-1), NO_ORDER, NO_LIST, ())),
        (DUPLICATE, (LEGS[0], evolve(OURS, symbol="ETHBTC"), *LEGS, NO_ORDER, NO_LIST, ())),
    ],
    ids=["lost", "not found", "held by no list", "held on another symbol"],
)
def test_a_placement_is_never_refused_as_a_duplicate_without_evidence(
    answer: Exception, round_: tuple[object, ...]
) -> None:
    with pytest.raises(OutcomeUnknown):
        scripted(answer, *(round_ * 60)).send(CHOSEN)


def test_a_duplicate_with_generated_ids_that_is_not_found_is_unknown() -> None:
    # Only an earlier copy of this request can have such an id.
    with pytest.raises(OutcomeUnknown):
        scripted(DUPLICATE, *(NOTHING * 60)).send(GENERATED)


def test_a_disputed_timestamp_is_confirmed_by_finding_nothing() -> None:
    too_old = BadTimestamp(code=-1021, message="", status=400)
    with pytest.raises(BadTimestamp) as caught:
        scripted(too_old, *(NOTHING * 60)).send(GENERATED)
    assert caught.value is too_old


# Not executed.


def test_two_rounds_that_find_nothing_after_every_attempt_has_expired_prove_not_executed() -> None:
    script = scripted(LOST, *(NOTHING * 60))
    with pytest.raises(NotExecuted) as caught:
        script.send(GENERATED)
    # Valid for 5 seconds, in the engine for up to 10, and two rounds 10 seconds apart.
    assert 25 <= script.passed / SECOND < 30
    assert caught.value.in_doubt.request == script.sent[0]
    assert caught.value.order_list is None
    assert placements(script) == 1


def test_one_round_that_finds_nothing_proves_nothing() -> None:
    script = scripted(LOST, *(NOTHING * 60))
    with pytest.raises(OutcomeUnknown):
        script.send(GENERATED, Policy(deadline=24))


@pytest.mark.parametrize(
    "round_",
    [
        (ARCHIVED, NO_ORDER, NO_LIST, ()),
        (NO_ORDER, LOST, NO_LIST, ()),
        (NO_ORDER, NO_ORDER, FAILED, ()),
        (NO_ORDER, NO_ORDER, NO_LIST, LOST),
        (NO_ORDER, NO_ORDER, NO_LIST, (OURS,), NO_LIST),
    ],
    ids=["archived", "a leg", "the list", "the open lists", "found but not readable"],
)
def test_a_round_with_a_query_that_failed_does_not_count(round_: tuple[object, ...]) -> None:
    script = scripted(LOST, *(round_ * 60))
    with pytest.raises(OutcomeUnknown):
        script.send(GENERATED)
    assert script.passed > 50 * SECOND


def test_a_failed_query_between_two_rounds_starts_the_proof_anew() -> None:
    # The rounds from the twelfth on begin after the end of every attempt, two seconds apart.
    failed = (NO_ORDER, NO_ORDER, LOST, ())
    script = scripted(LOST, *(NOTHING * 13), *failed, *(NOTHING * 60))
    with pytest.raises(NotExecuted):
        script.send(GENERATED)
    assert 31 <= script.passed / SECOND < 33


@pytest.mark.parametrize("request_", [CHOSEN, NAMED], ids=["chosen", "a chosen name"])
def test_chosen_ids_never_prove_not_executed(request_: Place) -> None:
    script = scripted(LOST, *(NOTHING * 60))
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(request_)
    assert caught.value.may_arrive_until is None
    assert script.passed < 30 * SECOND


def test_an_unmeasured_clock_never_proves_not_executed() -> None:
    script = Scripted(LOST, *(NOTHING * 60), clock_is_measurable=False)
    with pytest.raises(OutcomeUnknown):
        script.send(GENERATED)


def test_a_placement_of_an_earlier_call_is_proven_not_executed_by_its_attempts() -> None:
    doubt = InDoubt.from_json(lost_call().in_doubt.to_json())
    script = scripted(*(NOTHING * 90))
    with pytest.raises(NotExecuted):
        script.reconcile(doubt.request, doubt.attempts)
    assert placements(script) == 0
    assert script.passed >= 20 * SECOND


@pytest.mark.parametrize("known", ["no attempts", "another account", "ids that were chosen"])
def test_a_placement_of_an_earlier_call_is_not_proven_without_what_it_takes(known: str) -> None:
    unknown = lost_call()
    request: Any = unknown.request
    attempts = unknown.attempts
    if known == "no attempts":
        attempts = ()
    elif known == "another account":
        attempts = tuple(each._replace(new_to="'abcd...wxyz'") for each in attempts)
    else:
        request = evolve(request, generated_ids=frozenset({"list", "above"}))
    script = scripted(*(NOTHING * 90))
    with pytest.raises(OutcomeUnknown) as caught:
        script.reconcile(request, attempts)
    assert caught.value.order_list is None
    assert placements(script) == 0


def test_a_duplicate_of_an_earlier_call_does_not_prove_that_nothing_was_placed() -> None:
    with pytest.raises(OutcomeUnknown) as unknown:
        scripted(DUPLICATE).send(GENERATED, Policy(reconcile=False))
    script = scripted(*(NOTHING * 90))
    with pytest.raises(OutcomeUnknown):
        script.reconcile(unknown.value.request, unknown.value.attempts)


def lost_call() -> OutcomeUnknown:
    with pytest.raises(OutcomeUnknown) as unknown:
        scripted(LOST).send(GENERATED, Policy(reconcile=False))
    return unknown.value


def test_a_placement_of_an_earlier_call_is_found_by_reconcile() -> None:
    request = lost_call().request
    assert scripted(LEGS[0], OURS, *LEGS).reconcile(request)[1] is Evidence.QUERY


def test_a_placement_that_is_sent_again_by_the_caller_is_never_proven_not_executed() -> None:
    # The attempts of the first call may still arrive.
    script = scripted(LOST, *(NOTHING * 60))
    with pytest.raises(OutcomeUnknown):
        script.send(lost_call().request)


@pytest.mark.parametrize(
    ("seconds", "error"), [(86_380.0, NotExecuted), (86_390.0, OutcomeUnknown)]
)
def test_a_first_attempt_older_than_a_day_is_never_proven_not_executed(
    seconds: float, error: type[Exception]
) -> None:
    def wait(_: object) -> object:
        script.passed += int(seconds * SECOND)
        return NO_ORDER

    script = scripted(LOST, *(NOTHING * 12), wait, *NOTHING[1:], *NOTHING)
    with pytest.raises(error):
        script.send(GENERATED, Policy(deadline=200_000.0))
