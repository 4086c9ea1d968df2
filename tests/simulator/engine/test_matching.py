"""Matching of orders on the book, of a market, and of the legs of a list, a row for each rule."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching_steps import (
    ENTERS,
    FOK,
    ILLIQUID,
    IOC,
    NOW,
    RESTS,
    described,
    listed,
    matched,
    order,
)
from orderlists_simulator._engine.matching import resting_orders


@pytest.mark.parametrize(
    ("type_", "side", "price", "last", "resting", "expected"),
    [
        ("LIMIT", "BUY", "2.2", "2.3", RESTS, "NEW"),
        ("LIMIT", "BUY", "2.2", "2.3", ENTERS, "NEW"),
        ("LIMIT", "BUY", "2.2", "2.2", RESTS, "FILLED 10@2.2"),
        ("LIMIT", "BUY", "2.2", "2.2", ENTERS, "FILLED 10@2.2"),
        ("LIMIT", "BUY", "2.2", "0.8", RESTS, "FILLED 10@2.2"),
        ("LIMIT", "BUY", "2.2", "0.8", ENTERS, "FILLED 10@0.8"),
        ("LIMIT", "SELL", "2.2", "2.1", RESTS, "NEW"),
        ("LIMIT", "SELL", "2.2", "2.1", ENTERS, "NEW"),
        ("LIMIT", "SELL", "2.2", "2.2", RESTS, "FILLED 10@2.2"),
        ("LIMIT", "SELL", "2.2", "3.0", RESTS, "FILLED 10@2.2"),
        ("LIMIT", "SELL", "2.2", "3.0", ENTERS, "FILLED 10@3.0"),
        ("LIMIT_MAKER", "BUY", "2.2", "2.3", RESTS, "NEW"),
        ("LIMIT_MAKER", "BUY", "2.2", "0.8", RESTS, "FILLED 10@2.2"),
        ("LIMIT_MAKER", "SELL", "2.2", "2.1", RESTS, "NEW"),
        ("LIMIT_MAKER", "SELL", "2.2", "3.0", RESTS, "FILLED 10@2.2"),
        # A market order rests only where there was no market: it has no price of its own.
        ("MARKET", "BUY", "0", "2.0", ENTERS, "FILLED 10@2.0"),
        ("MARKET", "SELL", "0", "2.0", ENTERS, "FILLED 10@2.0"),
        ("MARKET", "BUY", "0", "2.0", RESTS, "FILLED 10@2.0"),
        ("MARKET", "SELL", "0", "2.0", RESTS, "FILLED 10@2.0"),
    ],
)
def test_a_resting_order_fills_at_its_own_price_and_an_entering_one_at_the_last(
    type_: str, side: str, price: str, last: str, resting: frozenset[int], expected: str
) -> None:
    (after,) = matched(listed(order(type_, side, price=price)), last, resting=resting)

    assert described(after) == expected


@pytest.mark.parametrize(
    ("time_in_force", "last", "available", "resting", "expected"),
    [
        ("GTC", "1.9", "10", ENTERS, "FILLED 10@1.9"),
        ("GTC", "1.9", "4", ENTERS, "PARTIALLY_FILLED 4@1.9"),
        ("GTC", "1.9", "4", RESTS, "PARTIALLY_FILLED 4@2.0"),
        ("GTC", "1.9", "0", ENTERS, "NEW"),
        ("GTC", "2.1", None, ENTERS, "NEW"),
        ("IOC", "1.9", "10", ENTERS, "FILLED 10@1.9"),
        ("IOC", "1.9", "4", ENTERS, f"EXPIRED 4@1.9 {IOC}"),
        ("IOC", "1.9", "0", ENTERS, f"EXPIRED {IOC}"),
        ("IOC", "2.1", None, ENTERS, f"EXPIRED {IOC}"),
        ("FOK", "1.9", "10", ENTERS, "FILLED 10@1.9"),
        ("FOK", "1.9", "9.99", ENTERS, f"EXPIRED {FOK}"),
        ("FOK", "1.9", "0", ENTERS, f"EXPIRED {FOK}"),
        ("FOK", "2.1", None, ENTERS, f"EXPIRED {FOK}"),
    ],
)
def test_the_time_in_force_decides_about_what_a_limit_order_cannot_fill(
    time_in_force: str, last: str, available: str | None, resting: frozenset[int], expected: str
) -> None:
    before = listed(order("LIMIT", "BUY", price="2.0", time_in_force=time_in_force))

    (after,) = matched(before, last, available, resting=resting)

    assert described(after) == expected


@pytest.mark.parametrize(
    ("available", "expected"),
    [("10", "FILLED 10@2"), ("4", f"EXPIRED 4@2 {ILLIQUID}"), ("0", f"EXPIRED {ILLIQUID}")],
)
def test_what_a_market_order_cannot_fill_expires(available: str, expected: str) -> None:
    (after,) = matched(listed(order("MARKET", "BUY")), "2", available)

    assert described(after) == expected


def test_an_order_that_was_partially_filled_fills_what_is_left_at_its_own_price() -> None:
    before = listed(order("LIMIT", "BUY", price="2.0", time_in_force="GTC"))
    (part,) = matched(before, "1.9", "4")

    (whole,) = matched(listed(part), "1.5", "100", resting=RESTS)

    assert described(whole) == "FILLED 4@1.9 6@2.0"
    assert (whole.executed_qty, whole.quote_qty) == (Decimal(10), Decimal("19.6"))


@pytest.mark.parametrize(
    ("deposit", "type_", "expected"),
    [
        ("20", "LIMIT", "FILLED 10@2"),
        ("8", "LIMIT", "PARTIALLY_FILLED 4.00000000@2"),
        ("0", "LIMIT", "NEW"),
        ("8", "MARKET", f"EXPIRED 4.00000000@2 {ILLIQUID}"),
    ],
)
def test_an_order_fills_no_more_than_the_account_can_pay(
    deposit: str, type_: str, expected: str
) -> None:
    price: dict[str, Any] = {"price": "2"} if type_ == "LIMIT" else {}

    (after,) = matched(listed(order(type_, "BUY", **price)), "2", deposit=deposit)

    assert described(after) == expected


@pytest.mark.parametrize("resting", [RESTS, ENTERS])
def test_an_order_with_a_peg_does_not_fill(resting: frozenset[int]) -> None:
    pegged = order("LIMIT", "BUY", price="2", peg_price_type="PRIMARY_PEG")

    (after,) = matched(listed(pegged), "1", resting=resting)

    assert described(after) == "NEW"


@pytest.mark.parametrize("status", ["PENDING_NEW", "FILLED", "CANCELED", "EXPIRED"])
def test_a_pending_or_final_order_does_not_fill(status: str) -> None:
    (after,) = matched(listed(order("LIMIT", "BUY", price="2", status=status)), "1")

    assert described(after) == status


@pytest.mark.parametrize(
    ("type_", "facts", "available", "expected"),
    [
        ("LIMIT", {"price": "0.5"}, None, "FILLED 10@0.8"),
        ("LIMIT", {"price": "0.5"}, "14", "PARTIALLY_FILLED 4@0.8"),
        ("LIMIT", {"price": "3.0"}, None, "NEW"),
        ("LIMIT_MAKER", {"price": "3.0"}, None, "NEW"),
        ("LIMIT_MAKER", {"price": "0.8"}, None, "EXPIRED REJECTED"),
        ("MARKET", {}, None, "FILLED 10@0.8"),
        ("MARKET", {}, "10", f"EXPIRED {ILLIQUID}"),
        ("STOP_LOSS", {"stop_price": "0.7"}, None, "NEW"),
        ("STOP_LOSS", {"stop_price": "0.8"}, None, "EXPIRED REJECTED"),
        ("TAKE_PROFIT", {"stop_price": "0.9"}, None, "NEW"),
        ("TAKE_PROFIT", {"stop_price": "0.8"}, None, "EXPIRED REJECTED"),
        ("STOP_LOSS", {"trailing_delta": 100, "stop_price": "1.0"}, None, "NEW"),
    ],
)
def test_a_released_order_enters_the_book_although_its_working_order_rested(
    type_: str, facts: dict[str, Any], available: str | None, expected: str
) -> None:
    working = order("LIMIT", "BUY", price="2.2")
    pending = order(type_, "SELL", order_id=1, status="PENDING_NEW", working_time=None, **facts)
    before = listed(working, pending, contingency_type="OTO")

    after = matched(before, "0.8", available, resting=resting_orders(before))

    assert [described(each) for each in after] == ["FILLED 10@2.2", expected]
    ids = [trade.trade_id for each in after for trade in each.trades]
    assert len(set(ids)) == len(ids)


def test_a_release_that_the_account_cannot_cover_is_refused() -> None:
    working = order("LIMIT", "BUY", price="2")
    pending = order("LIMIT", "BUY", price="1", order_id=1, status="PENDING_NEW")

    after = matched(listed(working, pending, contingency_type="OTO"), "2", deposit="20")

    assert [described(each) for each in after] == ["FILLED 10@2", "EXPIRED REJECTED"]


def test_a_triggered_leg_of_an_oco_expires_the_resting_one_before_it_fills() -> None:
    stop = order("STOP_LOSS", "SELL", stop_price="1.0")
    limit = order("LIMIT_MAKER", "SELL", price="3.0", order_id=1)
    before = listed(stop, limit, contingency_type="OCO")

    after = matched(before, "0.9", "4", resting=resting_orders(before))

    assert [described(each) for each in after] == [
        f"EXPIRED 4@0.9 {ILLIQUID}",
        "EXPIRED OCO_TRIGGER",
    ]


def test_only_an_open_order_that_is_on_the_book_rests() -> None:
    before = listed(
        order("LIMIT", "BUY", price="2", order_id=0),
        order("STOP_LOSS", "SELL", stop_price="1", order_id=1),
        order("STOP_LOSS_LIMIT", "SELL", stop_price="1", price="1", working_time=NOW, order_id=2),
        order("LIMIT", "SELL", price="3", status="PENDING_NEW", working_time=None, order_id=3),
        order("LIMIT", "SELL", price="3", status="CANCELED", order_id=4),
    )

    assert resting_orders(before) == {0, 2}


PRICES = st.decimals("0.01", "5", places=2)


@given(
    side=st.sampled_from(["BUY", "SELL"]),
    time_in_force=st.sampled_from(["GTC", "IOC", "FOK"]),
    price=PRICES,
    last=PRICES,
    available=st.none() | st.decimals(0, 20, places=2),
    resting=st.sampled_from([RESTS, ENTERS]),
)
def test_no_limit_order_fills_beyond_its_price_its_quantity_or_the_liquidity(
    side: str,
    time_in_force: str,
    price: Decimal,
    last: Decimal,
    available: Decimal | None,
    resting: frozenset[int],
) -> None:
    before = listed(order("LIMIT", side, price=price, time_in_force=time_in_force))
    size = None if available is None else str(available)

    (after,) = matched(before, str(last), size, resting=resting)

    for trade in after.trades:
        assert trade.price == (price if resting else last)
        assert trade.price <= price if side == "BUY" else trade.price >= price
    assert after.executed_qty <= min(Decimal(10), Decimal(10) if available is None else available)
    assert time_in_force == "GTC" or after.is_final
