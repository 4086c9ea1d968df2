"""Matching of stop-loss, take-profit and trailing orders, a row for each rule."""

from decimal import Decimal
from typing import Any

import pytest

from matching_steps import FOK, ILLIQUID, IOC, NOW, described, listed, matched, order
from orderlists_simulator._engine.matching import resting_orders
from orderlists_simulator._engine.trailing import Trail

LOSS, GAIN = "STOP_LOSS", "TAKE_PROFIT"
LOSS_LIMIT, GAIN_LIMIT = "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"


@pytest.mark.parametrize(
    ("type_", "side", "stop_price", "last", "is_triggered"),
    [
        (LOSS, "SELL", "1.0", "1.1", False),
        (LOSS, "SELL", "1.0", "1.0", True),
        (LOSS, "SELL", "1.0", "0.9", True),
        (LOSS, "BUY", "3.0", "2.9", False),
        (LOSS, "BUY", "3.0", "3.0", True),
        (LOSS, "BUY", "3.0", "3.1", True),
        (GAIN, "SELL", "3.0", "2.9", False),
        (GAIN, "SELL", "3.0", "3.0", True),
        (GAIN, "SELL", "3.0", "3.1", True),
        (GAIN, "BUY", "1.0", "1.1", False),
        (GAIN, "BUY", "1.0", "1.0", True),
        (GAIN, "BUY", "1.0", "0.9", True),
    ],
)
def test_a_stop_or_take_profit_is_triggered_and_fills_at_the_last_price(
    type_: str, side: str, stop_price: str, last: str, *, is_triggered: bool
) -> None:
    (after,) = matched(listed(order(type_, side, stop_price=stop_price)), last)

    assert after.working_time == (NOW if is_triggered else None)
    assert described(after) == (f"FILLED 10@{last}" if is_triggered else "NEW")


@pytest.mark.parametrize(
    ("type_", "side", "stop_price", "price", "last", "is_triggered", "expected"),
    [
        (LOSS_LIMIT, "SELL", "1.0", "0.9", "1.1", False, "NEW"),
        (LOSS_LIMIT, "SELL", "1.0", "0.9", "1.0", True, "FILLED 10@1.0"),
        (LOSS_LIMIT, "SELL", "1.0", "0.9", "0.9", True, "FILLED 10@0.9"),
        (LOSS_LIMIT, "SELL", "1.0", "0.9", "0.8", True, "NEW"),
        (LOSS_LIMIT, "BUY", "3.0", "3.1", "2.9", False, "NEW"),
        (LOSS_LIMIT, "BUY", "3.0", "3.1", "3.0", True, "FILLED 10@3.0"),
        (LOSS_LIMIT, "BUY", "3.0", "3.1", "3.2", True, "NEW"),
        (GAIN_LIMIT, "SELL", "2.5", "3.0", "2.4", False, "NEW"),
        (GAIN_LIMIT, "SELL", "2.5", "3.0", "2.5", True, "NEW"),
        (GAIN_LIMIT, "SELL", "2.5", "3.0", "3.2", True, "FILLED 10@3.2"),
        (GAIN_LIMIT, "BUY", "1.5", "1.0", "1.6", False, "NEW"),
        (GAIN_LIMIT, "BUY", "1.5", "1.0", "1.5", True, "NEW"),
        (GAIN_LIMIT, "BUY", "1.5", "1.0", "0.8", True, "FILLED 10@0.8"),
    ],
)
def test_a_stop_limit_that_is_triggered_fills_at_the_last_price_or_rests(
    type_: str,
    side: str,
    stop_price: str,
    price: str,
    last: str,
    *,
    is_triggered: bool,
    expected: str,
) -> None:
    before = listed(order(type_, side, stop_price=stop_price, price=price))

    (after,) = matched(before, last)

    assert after.working_time == (NOW if is_triggered else None)
    assert described(after) == expected


@pytest.mark.parametrize(
    ("type_", "time_in_force", "last", "available", "expected"),
    [
        (LOSS, "GTC", "1.0", "4", f"EXPIRED 4@1.0 {ILLIQUID}"),
        (LOSS, "GTC", "1.0", "0", f"EXPIRED {ILLIQUID}"),
        (LOSS_LIMIT, "GTC", "1.0", "4", "PARTIALLY_FILLED 4@1.0"),
        (LOSS_LIMIT, "IOC", "1.0", "4", f"EXPIRED 4@1.0 {IOC}"),
        (LOSS_LIMIT, "IOC", "0.8", None, f"EXPIRED {IOC}"),
        (LOSS_LIMIT, "FOK", "1.0", "4", f"EXPIRED {FOK}"),
        (LOSS_LIMIT, "FOK", "1.0", "10", "FILLED 10@1.0"),
        # The time in force counts from the trigger.
        (LOSS_LIMIT, "IOC", "1.1", None, "NEW"),
        (LOSS_LIMIT, "FOK", "1.1", "4", "NEW"),
    ],
)
def test_a_stop_without_enough_liquidity_expires_or_rests(
    type_: str, time_in_force: str, last: str, available: str | None, expected: str
) -> None:
    limit: dict[str, Any] = {"price": "0.9"} if type_ == LOSS_LIMIT else {}
    before = listed(order(type_, "SELL", stop_price="1.0", time_in_force=time_in_force, **limit))

    (after,) = matched(before, last, available)

    assert described(after) == expected


def test_a_triggered_stop_limit_that_rests_fills_at_its_own_price() -> None:
    before = listed(order(LOSS_LIMIT, "SELL", stop_price="1.0", price="0.9"))
    (rested,) = matched(before, "0.8")

    (after,) = matched(listed(rested), "1.5", resting=resting_orders(listed(rested)))

    assert described(after) == "FILLED 10@0.9"


@pytest.mark.parametrize(
    ("type_", "side", "seen", "last", "is_triggered"),
    [
        # Triggered by a fall of 10 % from the highest price.
        (LOSS, "SELL", ["2.0", "2.5"], "2.26", False),
        (LOSS, "SELL", ["2.0", "2.5"], "2.25", True),
        (LOSS, "SELL", ["2.5", "2.0"], "2.25", True),
        (GAIN, "BUY", ["2.0", "2.5"], "2.26", False),
        (GAIN, "BUY", ["2.0", "2.5"], "2.20", True),
        # Triggered by a rise of 10 % from the lowest price.
        (LOSS, "BUY", ["2.0", "1.0"], "1.09", False),
        (LOSS, "BUY", ["2.0", "1.0"], "1.10", True),
        (GAIN, "SELL", ["1.0", "2.0"], "1.09", False),
        (GAIN, "SELL", ["1.0", "2.0"], "1.20", True),
        # Trailing has not begun.
        (LOSS, "SELL", [], "0.01", False),
        (LOSS, "BUY", [], "100", False),
    ],
)
def test_a_trailing_stop_is_triggered_by_its_distance_from_the_extreme_price(
    type_: str, side: str, seen: list[str], last: str, *, is_triggered: bool
) -> None:
    trail = Trail()
    rising = (type_ == LOSS) == (side == "BUY")
    for each in seen:
        trail.follow(0, Decimal(each), rising=rising)

    (after,) = matched(listed(order(type_, side, trailing_delta=1000)), last, trail=trail)

    assert after.working_time == (NOW if is_triggered else None)
    assert described(after) == (f"FILLED 10@{last}" if is_triggered else "NEW")


def test_a_trailing_stop_with_a_stop_price_ignores_it_until_trailing_begins() -> None:
    before = listed(order(LOSS, "SELL", stop_price="1.5", trailing_delta=1000))

    (after,) = matched(before, "1.0")

    assert described(after) == "NEW"
