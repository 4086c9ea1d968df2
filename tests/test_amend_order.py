"""Amend Order: a lower quantity, over each protocol, and never made twice."""

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from client_and_venue import START, ClientAndVenue, client_and_venue, venue_with_lists
from orderlists import (
    AmendedOrder,
    AmendOrder,
    AmendReport,
    Evidence,
    GetOrder,
    GetOrderAmendments,
    InDoubt,
    InvalidRequest,
    NotExecuted,
    OutcomeUnknown,
    Policy,
    Rejected,
)
from orderlists.enums import ContingencyType, ExecutionType, ListOrderStatus, ListStatusType
from orderlists_simulator import Venue
from orderlists_simulator import faults as f
from orderlists_simulator._engine.orders import Leg, NewOrder

COMBINATIONS = [(p, c) for p in ("REST", "WebSocket") for c in ("sync", "async")]
BY_ID = AmendOrder(symbol="LTCBTC", order_id=0, new_qty="0.6")
SECOND = 10**9


def by_name(venue: Venue) -> AmendOrder:
    name = venue.order_list(0).orders[0].client_order_id
    return AmendOrder(symbol="LTCBTC", client_order_id=name, new_qty="0.6")


def request_of(venue: Venue, *, is_by_id: bool) -> AmendOrder:
    return BY_ID if is_by_id else by_name(venue)


def amends(pair: ClientAndVenue) -> list[Any]:
    """Return the amends in the log of the venue."""
    return [entry for entry in pair.venue.log.entries if entry.effect == "amend"]


def quantity(pair: ClientAndVenue) -> Decimal | None:
    return pair.venue.order_list(0).orders[0].quantity


either_id = pytest.mark.parametrize("is_by_id", [True, False], ids=["by id", "by name"])
every_client = pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)


# Done.


@either_id
@every_client
def test_an_amended_leg_has_the_new_quantity_and_the_status_of_its_list(
    protocol: str, colour: str, *, is_by_id: bool
) -> None:
    with client_and_venue(protocol, colour) as pair:
        before = pair.venue.order_list(0).orders[0]
        request = request_of(pair.venue, is_by_id=is_by_id)
        result = pair.client.send(evolve(request, new_client_order_id="mine"))
    done = result.amended_order
    assert (done.order_id, done.orig_qty, done.client_order_id) == (0, Decimal("0.6"), "mine")
    assert done.orig_client_order_id == before.client_order_id
    assert (done.prevented_quantity, done.cumulative_quote_qty) == (Decimal(0), Decimal(0))
    assert result.evidence is Evidence.REPLY
    assert result.list_status is not None
    assert result.list_status.order_list_id == 0
    assert result.list_status.contingency_type is ContingencyType.OCO
    assert result.list_status.list_order_status is ListOrderStatus.EXECUTING
    assert result.list_status.orders[0].client_order_id == "mine"
    assert not result.unknown_fields
    assert not done.unknown_fields
    assert quantity(pair) == Decimal("0.6")
    assert repr(result) == "<AmendReport 0 LTCBTC 0.60000000>"
    assert repr(result.list_status) == "<AmendedOrderList 0 LTCBTC EXECUTING>"


@every_client
def test_an_amended_single_order_has_no_list(protocol: str, colour: str) -> None:
    venue = venue_with_lists()
    leg = Leg(side="SELL", type="LIMIT", quantity=1, price=3)
    single = venue.placement.place_order(
        NewOrder(symbol="LTCBTC", leg=leg, account="main"), now=START
    )
    with client_and_venue(protocol, colour, venue=venue) as pair:
        result = pair.client.send(evolve(BY_ID, order_id=single.order_id))
    assert result.list_status is None
    assert (result.amended_order.order_list_id, result.amended_order.orig_qty) == (
        -1,
        Decimal("0.6"),
    )


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_events_report_an_amended_order_as_replaced_under_its_execution_id(colour: str) -> None:
    with client_and_venue("WebSocket", colour) as pair, pair.client.events() as events:
        result = pair.client.send(BY_ID)
        seen = [events.wait(1) for _ in range(3)]
    reports, status = seen[:2], seen[2]
    assert {each.execution_type for each in reports} == {ExecutionType.REPLACED}
    assert reports[0].execution_id == result.execution_id
    assert status.list_status_type is ListStatusType.UPDATED


# A lost reply.


@either_id
@every_client
def test_a_lost_reply_to_an_amend_is_reconciled_by_a_query(
    protocol: str, colour: str, *, is_by_id: bool
) -> None:
    with client_and_venue(protocol, colour, faults=[f.executed(answer=f.DROPPED)]) as pair:
        result = pair.client.send(request_of(pair.venue, is_by_id=is_by_id))
        (listed,) = pair.client.send(GetOrderAmendments(symbol="LTCBTC", order_id=0))
    assert result.evidence is Evidence.QUERY
    assert (result.execution_id, result.transact_time) == (listed.execution_id, listed.time)
    assert isinstance(result.amended_order, AmendedOrder)
    assert result.amended_order.orig_qty == quantity(pair) == Decimal("0.6")
    assert result.amended_order.orig_client_order_id == listed.orig_client_order_id
    assert len(amends(pair)) == 1


@either_id
@pytest.mark.parametrize("colour", ["sync", "async"])
def test_events_prove_an_amend_whose_reply_was_lost(colour: str, *, is_by_id: bool) -> None:
    # The subscription is the first request.
    faults = [f.NORMAL, f.executed(answer=f.bare(503))]
    with client_and_venue("WebSocket", colour, faults=faults) as pair, pair.client.events():
        result = pair.client.send(request_of(pair.venue, is_by_id=is_by_id))
    (amendment,) = pair.venue.order_list(0).orders[0].amendments
    assert result.evidence is Evidence.EVENT
    assert result.execution_id == amendment.execution_id
    assert result.amended_order.orig_qty == Decimal("0.6")


@either_id
@every_client
def test_an_amend_that_did_not_arrive_is_not_executed_and_not_resent(
    protocol: str, colour: str, *, is_by_id: bool
) -> None:
    with client_and_venue(protocol, colour, faults=[f.not_executed(answer=f.DROPPED)]) as pair:
        with pytest.raises(NotExecuted):
            pair.client.send(request_of(pair.venue, is_by_id=is_by_id))
        assert (pair.clock.now() - START) // SECOND == 25
    assert len(amends(pair)) == 1
    assert quantity(pair) == 1


@every_client
def test_a_lost_amend_is_reconciled_in_a_later_call(protocol: str, colour: str) -> None:
    with client_and_venue(protocol, colour, faults=[f.executed(answer=f.DROPPED)]) as pair:
        with pytest.raises(OutcomeUnknown) as caught:
            pair.client.send(BY_ID, policy=Policy(reconcile=False))
        text = InDoubt(caught.value.request, caught.value.attempts).to_json()
        doubt: InDoubt = InDoubt.from_json(text)
        result: AmendReport = pair.client.reconcile(doubt.request, attempts=doubt.attempts)
    assert result.evidence is Evidence.QUERY


def test_an_amend_of_an_order_that_another_client_amends_further_is_unknown() -> None:
    def further(venue: Venue, now: int) -> None:
        venue.amending.amend(symbol="LTCBTC", order_id=0, new_quantity="0.5", now=now)

    faults = [f.not_executed(answer=f.DROPPED)]
    with (
        client_and_venue("REST", "sync", faults=faults, events=[(1.0, further)]) as pair,
        pytest.raises(OutcomeUnknown),
    ):
        pair.client.send(BY_ID)
    assert len(amends(pair)) == 1


# Refused.


@pytest.mark.parametrize(
    ("new_qty", "text"),
    [
        ("1", "The requested action would change no state; rejecting."),
        ("2", "Order amend (quantity increase) is not supported."),
        ("0", "Invalid quantity."),
    ],
)
@every_client
def test_an_amend_to_a_quantity_that_is_not_lower_is_refused(
    protocol: str, colour: str, new_qty: str, text: str
) -> None:
    with client_and_venue(protocol, colour) as pair, pytest.raises(Rejected) as caught:
        pair.client.send(evolve(BY_ID, new_qty=new_qty))
    assert caught.value.message == text
    assert quantity(pair) == 1


@pytest.mark.parametrize("how", [f.Fill(0, 0), f.Cancel(0, by="theirs")], ids=repr)
def test_an_amend_of_an_order_that_is_over_is_refused(how: Any) -> None:
    with client_and_venue("REST", "sync", events=[(0.0, how)]) as pair:
        pair.clock.sleep(1)
        with pytest.raises(Rejected, match="Unknown order sent"):
            pair.client.send(BY_ID)


def test_an_amend_of_an_order_that_never_existed_is_refused() -> None:
    with client_and_venue("REST", "sync") as pair, pytest.raises(Rejected, match="Unknown order"):
        pair.client.send(evolve(BY_ID, order_id=99))


@either_id
def test_the_refusal_of_a_second_copy_does_not_hide_that_the_first_was_executed(
    *, is_by_id: bool
) -> None:
    faults = [f.replayed(after=0.0, sees="last")]
    with client_and_venue("REST", "sync", faults=faults) as pair:
        result = pair.client.send(request_of(pair.venue, is_by_id=is_by_id))
    assert result.evidence is Evidence.QUERY
    assert quantity(pair) == Decimal("0.6")


def test_a_second_copy_that_meets_a_newer_order_of_the_client_id_does_not_hide_the_first() -> None:
    def reuse(venue: Venue, now: int) -> None:
        name = request.client_order_id
        venue.order_entry.place_oco(
            symbol="LTCBTC",
            side="SELL",
            quantity=1,
            price=3,
            stop_price=1,
            stop_client_order_id=name,
            now=now,
        )

    venue = venue_with_lists()
    request = by_name(venue)
    faults, events = [f.replayed(after=0.5, sees="last")], [(0.2, reuse)]
    with client_and_venue("REST", "sync", venue=venue, faults=faults, events=events) as pair:
        result = pair.client.send(request)
    assert result.amended_order.order_id == 0
    assert venue.order_list(2).orders[0].quantity == 1


def test_by_client_id_the_refusal_of_an_unknown_order_leaves_the_outcome_unknown() -> None:
    # An amended order that was canceled since is found by neither client id.
    request = AmendOrder(symbol="LTCBTC", client_order_id="mistyped", new_qty="0.6")
    with client_and_venue("REST", "sync") as pair, pytest.raises(OutcomeUnknown) as caught:
        pair.client.send(request)
    assert isinstance(caught.value.__cause__, Rejected)


# The request.


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({}, "order_id"),
        ({"order_id": -1}, "order_id"),
        ({"client_order_id": ""}, "client_order_id"),
        ({"order_id": 0, "new_qty": 0.6}, "new_qty"),
        ({"order_id": 0, "new_qty": "-1"}, "new_qty"),
        ({"order_id": 0, "new_qty": None}, "new_qty"),
        ({"order_id": 0, "new_client_order_id": "a b"}, "new_client_order_id"),
    ],
    ids=repr,
)
def test_an_amend_that_breaks_a_rule_is_refused_before_anything_is_sent(
    facts: dict[str, Any], field: str
) -> None:
    complete: dict[str, Any] = {"symbol": "LTCBTC", "new_qty": 1} | facts
    with pytest.raises(InvalidRequest) as caught:
        AmendOrder(**complete)
    assert caught.value.field == field


def test_order_id_takes_precedence_and_is_the_only_id_sent() -> None:
    both = evolve(BY_ID, client_order_id="stop")
    assert both.parameters() == BY_ID.parameters()
    assert dict(by_name(venue_with_lists()).parameters())["newQty"] == Decimal("0.6")


def test_a_generated_id_is_sent_and_known_to_be_generated() -> None:
    complete = BY_ID.completed(recv_window=Decimal(5000), new_id=lambda: "fresh")
    assert complete.new_client_order_id == "fresh"
    assert complete.generated_ids == {"fresh"}
    chosen = evolve(BY_ID, new_client_order_id="mine")
    complete = chosen.completed(recv_window=Decimal(5000), new_id=lambda: "fresh")
    assert complete.new_client_order_id == "mine"
    assert not complete.generated_ids


@pytest.mark.parametrize(
    "changes",
    [
        {"symbol": "ETHBTC"},
        {"order_id": 1},
        {"orig_qty": Decimal(1)},
        {"orig_qty": None},
        {"client_order_id": "theirs"},
    ],
    ids=repr,
)
def test_a_result_about_another_order_or_amend_does_not_match(changes: dict[str, Any]) -> None:
    request = evolve(BY_ID, new_client_order_id="mine")
    with client_and_venue("REST", "sync") as pair:
        result = pair.client.send(request)
    assert request.mismatch(result) is None
    other = evolve(result, amended_order=evolve(result.amended_order, **changes))
    assert request.mismatch(other)


def test_by_client_id_a_result_about_another_order_does_not_match() -> None:
    with client_and_venue("REST", "sync") as pair:
        request = by_name(pair.venue)
        result = pair.client.send(request)
        found = pair.client.send(GetOrder(symbol="LTCBTC", order_id=0))
    assert request.mismatch(result) is None
    assert found.client_order_id == result.amended_order.client_order_id
    assert evolve(request, client_order_id="other").mismatch(result)
