"""The amendments of an order, with any client."""

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from client_and_venue import START, client_and_venue, venue_with_lists
from orderlists import GetOrderAmendments, InvalidRequest, OrderAmendment, UnknownOrderList
from orderlists_simulator import Venue

COMBINATIONS = [(p, c) for p in ("REST", "WebSocket") for c in ("sync", "async")]
QUERY = GetOrderAmendments(symbol="LTCBTC", order_id=0)


def amended_twice() -> Venue:
    venue = venue_with_lists()
    for quantity, name in (("0.8", "first"), ("0.5", "second")):
        venue.amending.amend(
            symbol="LTCBTC",
            order_id=0,
            new_quantity=quantity,
            new_client_order_id=name,
            now=START,
        )
    return venue


@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_the_amendments_of_an_order_are_found_oldest_first(protocol: str, colour: str) -> None:
    with client_and_venue(protocol, colour, venue=amended_twice()) as pair:
        first, second = pair.client.send(QUERY)
        rest = pair.client.send(evolve(QUERY, from_execution_id=second.execution_id))
        page = pair.client.send(evolve(QUERY, limit=1))
        other = pair.client.send(evolve(QUERY, order_id=1))
    assert (first.new_client_order_id, first.orig_qty, first.new_qty) == (
        "first",
        Decimal(1),
        Decimal("0.8"),
    )
    assert (second.orig_client_order_id, second.new_qty) == ("first", Decimal("0.5"))
    assert first.execution_id < second.execution_id
    assert first.time.microseconds == START // 1000
    assert (rest, page, other) == ((second,), (first,), ())


def test_the_amendments_of_an_order_that_does_not_exist_are_unknown() -> None:
    with client_and_venue("REST", "sync") as pair, pytest.raises(UnknownOrderList):
        pair.client.send(evolve(QUERY, order_id=99))


@pytest.mark.parametrize("changes", [{"symbol": "ETHBTC"}, {"order_id": 1}], ids=repr)
def test_amendments_of_another_order_do_not_match(changes: dict[str, Any]) -> None:
    with client_and_venue("REST", "sync", venue=amended_twice()) as pair:
        found: tuple[OrderAmendment, ...] = pair.client.send(QUERY)
    assert QUERY.mismatch(found) is None
    assert QUERY.mismatch((found[0], evolve(found[1], **changes)))


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"order_id": None}, "order_id"),
        ({"order_id": -1}, "order_id"),
        ({"order_id": 0, "from_execution_id": True}, "from_execution_id"),
        ({"order_id": 0, "limit": 1001}, "limit"),
    ],
    ids=repr,
)
def test_a_query_of_amendments_that_breaks_a_rule_is_refused(
    facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        GetOrderAmendments(symbol="LTCBTC", **facts)
    assert caught.value.field == field
