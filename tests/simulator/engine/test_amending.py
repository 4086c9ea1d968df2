"""Amending orders: what is allowed, what it changes, and what queries show."""

from decimal import Decimal
from typing import Any

import pytest

from orderlists_simulator import Venue
from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.orders import Leg

NOW = 1_688_005_070_874_000_000
BUY = Leg(side="BUY", type="LIMIT", quantity=10, price=1)
PENDING = Leg(side="SELL", type="LIMIT_MAKER", quantity=10, price=3, status="PENDING_NEW")
PENDING_STOP = Leg(side="SELL", type="STOP_LOSS", quantity=10, stop_price=1, status="PENDING_NEW")
OF_OPO = Leg(side="SELL", type="LIMIT_MAKER", price=3, status="PENDING_NEW")


def venue_with(*legs: Leg, kind: Any = "OTO") -> Venue:
    venue = Venue()
    venue.order_entry.place_list(symbol="LTCBTC", contingency_type=kind, legs=legs, now=NOW)
    return venue


def amend(venue: Venue, order_id: int, quantity: Any, **facts: Any) -> Any:
    return venue.amending.amend(
        symbol="LTCBTC", order_id=order_id, new_quantity=quantity, now=NOW, **facts
    )


def quantities(venue: Venue) -> list[Decimal | None]:
    return [each.quantity for each in venue.order_list(0).orders]


@pytest.mark.parametrize(
    ("legs", "kind", "order_id", "after"),
    [
        ((BUY, PENDING), "OTO", 0, [4, 10]),
        ((BUY, PENDING), "OTO", 1, [10, 4]),
        ((BUY, PENDING, PENDING_STOP), "OTO", 0, [4, 10, 10]),
        ((BUY, PENDING, PENDING_STOP), "OTO", 2, [10, 4, 4]),
        ((BUY, BUY), "OCO", 0, [4, 4]),
        ((BUY, Leg(side="BUY", type="LIMIT", quantity=10, status="EXPIRED")), "OCO", 0, [4, 10]),
    ],
    ids=["working", "pending", "working of three", "one of a pending pair", "OCO", "half over"],
)
def test_an_amend_lowers_the_quantity_of_an_order_and_of_the_other_of_its_pair(
    legs: tuple[Leg, ...], kind: str, order_id: int, after: list[int]
) -> None:
    venue = venue_with(*legs, kind=kind)
    before = [each.client_order_id for each in venue.order_list(0).orders]

    _, order = amend(venue, order_id, 4, new_client_order_id="mine")

    assert quantities(venue) == after
    assert order == venue.order_list(0).orders[order_id]
    names = [each.client_order_id for each in venue.order_list(0).orders]
    assert names == ["mine" if n == order_id else each for n, each in enumerate(before)]
    assert [len(each.amendments) for each in venue.order_list(0).orders] == [
        int(each.order_id == order_id) for each in venue.order_list(0).orders
    ]


def test_an_amend_by_client_id_that_keeps_the_id() -> None:
    venue = venue_with(BUY, PENDING)
    name = venue.order_list(0).orders[0].client_order_id

    venue.amending.amend(
        symbol="LTCBTC",
        orig_client_order_id=name,
        new_client_order_id=name,
        new_quantity="4.5",
        now=NOW,
    )

    (amendment,) = venue.order_list(0).orders[0].amendments
    assert amendment.orig_client_order_id == amendment.new_client_order_id == name
    assert (amendment.orig_quantity, amendment.new_quantity) == (Decimal(10), Decimal("4.5"))


def test_an_amended_iceberg_shows_no_more_than_its_quantity() -> None:
    iceberg = Leg(side="BUY", type="LIMIT", quantity=10, price=1, iceberg_qty=5)
    venue = venue_with(iceberg, PENDING)
    visible = [amend(venue, 0, quantity)[1].iceberg_qty for quantity in (6, 4)]
    assert visible == [5, 4]


@pytest.mark.parametrize(
    ("order_id", "quantity", "code", "text"),
    [
        (0, 0, -1013, "Invalid quantity."),
        (0, 10, -2038, "The requested action would change no state; rejecting."),
        (0, 11, -2038, "Order amend (quantity increase) is not supported."),
        (0, 3, -2038, "Price * QTY is zero or less."),
        (1, 5, -2038, "Order amend (pending OPO order) is not supported."),
        (9, 5, -2038, "Unknown order sent."),
    ],
    ids=["0", "same", "more", "filled", "pending", "unknown"],
)
def test_an_amend_that_is_refused_changes_nothing(
    order_id: int, quantity: int, code: int, text: str
) -> None:
    venue = venue_with(BUY, OF_OPO)
    before = venue.fill(0, 0, quantity=3, now=NOW)

    with pytest.raises(ApiError) as caught:
        amend(venue, order_id, quantity)

    assert (caught.value.code, caught.value.message) == (code, text)
    assert venue.order_list(0) == before


def test_an_amend_with_the_client_id_of_another_open_order_is_refused() -> None:
    venue = venue_with(BUY, PENDING)
    name = venue.order_list(0).orders[1].client_order_id

    with pytest.raises(ApiError, match="-2038: Duplicate order sent"):
        amend(venue, 0, 5, new_client_order_id=name)


def test_an_amended_order_frees_its_former_client_id_and_fills_at_its_new_quantity() -> None:
    venue = venue_with(BUY, PENDING)
    name = venue.order_list(0).orders[0].client_order_id
    amend(venue, 0, 4, new_client_order_id="mine")
    amend(venue, 1, 6, new_client_order_id=name)

    filled = venue.fill(0, 0, now=NOW)

    assert filled.orders[0].status == "FILLED"
    assert filled.orders[0].executed_qty == 4
    with pytest.raises(ApiError, match="-2038: Unknown order sent"):
        amend(venue, 0, 3)
