"""OPO and OPOCO: what the pending orders sell, and what is locked until they do."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from markets import (
    FAR_IOC,
    LIMIT,
    MAKER,
    MARKET,
    SECOND,
    STOP,
    TAKER,
    described,
    market,
    moved,
    oco,
    opo,
)
from orderlists import InvalidSetting
from orderlists_simulator import Leg, Symbol, Venue


def funded(price: str = "2", symbol: str | Symbol = "LTCBTC", **settings: Any) -> Venue:
    """Return a market, and an account with 20 BTC."""
    venue = market(price, symbol=symbol, **settings)
    venue.balances.deposit("main", "BTC", "20")
    return venue


def balance(venue: Venue, asset: str) -> tuple[Any, Any]:
    found = venue.balances.balance("main", asset)
    return found.free, found.locked


def quantities(venue: Venue) -> list[Decimal | None]:
    return [each.quantity for each in venue.order_list(0).orders[1:]]


def test_the_pending_orders_have_a_quantity_when_the_working_one_is_filled() -> None:
    venue = market()
    placed = opo(venue, LIMIT, STOP, MAKER)
    assert [each.quantity for each in placed.orders] == [10, None, None]

    moved(venue, [("1.5", "4")])
    assert quantities(venue) == [None, None]

    moved(venue, [("1.5", None)])
    assert quantities(venue) == [10, 10]
    assert moved(venue, [("3", None)]) == [
        "FILLED 10",
        "EXPIRED 0 OCO_TRIGGER",
        "FILLED 10.00000000",
    ]


def test_a_working_order_that_fills_at_once_is_replied_before_the_release() -> None:
    venue = market()

    replied = opo(venue, TAKER, MAKER)

    assert [each.status for each in replied.orders] == ["FILLED", "PENDING_NEW"]
    assert replied.orders[1].quantity is None
    assert quantities(venue) == [10]


def test_only_the_working_order_must_be_covered() -> None:
    venue = funded()

    opo(venue, LIMIT, STOP, MAKER)

    assert balance(venue, "BTC") == (5, 15)
    assert balance(venue, "LTC") == (0, 0)


def test_what_was_bought_is_locked_until_the_release_and_then_sold() -> None:
    venue = funded()
    opo(venue, LIMIT, MAKER)

    moved(venue, [("1.5", "4")])
    assert balance(venue, "LTC") == (0, 4)

    moved(venue, [("1.5", None)])
    assert balance(venue, "LTC") == (0, 10)

    moved(venue, [("3", None)])
    assert balance(venue, "LTC") == (0, 0)
    assert balance(venue, "BTC") == (35, 0)


def test_a_cancel_before_the_release_unlocks_what_was_bought() -> None:
    venue = funded()
    opo(venue, LIMIT, MAKER)
    moved(venue, [("1.5", "4")])

    venue.order_entry.cancel(symbol="LTCBTC", order_list_id=0, now=9 * SECOND)

    assert described(venue.order_list(0).orders) == ["CANCELED 4", "CANCELED 0"]
    assert balance(venue, "LTC") == (4, 0)
    assert balance(venue, "BTC") == (14, 0)


def test_pending_orders_are_not_released_by_a_working_order_that_expires() -> None:
    venue = funded("1.5")
    venue.set_price("LTCBTC", "1.5", available="4", now=0)

    opo(venue, FAR_IOC, MAKER)

    assert described(venue.order_list(0).orders) == [
        "EXPIRED 4 UNFILLED_IOC_QUANTITY_EXPIRED",
        "EXPIRED 0 OTO_PHASE_ONE_EXPIRED",
    ]
    assert balance(venue, "LTC") == (4, 0)


def test_the_commission_is_deducted_where_nothing_else_is_free() -> None:
    venue = funded(commission_rate="0.001")

    opo(venue, TAKER, MAKER)

    assert quantities(venue) == [Decimal("9.99")]
    assert balance(venue, "LTC") == (0, Decimal("9.99"))


@pytest.mark.parametrize(
    ("deposit", "sold", "free"), [("0.01", "10", "0"), ("0.009", "9.99", "0.009")]
)
def test_the_commission_is_taken_from_what_is_free_if_that_is_enough(
    deposit: str, sold: str, free: str
) -> None:
    venue = funded(commission_rate="0.001")
    venue.balances.deposit("main", "LTC", deposit)

    opo(venue, TAKER, MAKER)

    assert quantities(venue) == [Decimal(sold)]
    assert balance(venue, "LTC") == (Decimal(free), Decimal(sold))


def test_what_other_lists_lock_pays_no_commission() -> None:
    venue = funded(commission_rate="0.001")
    venue.balances.deposit("main", "LTC", "10")
    oco(venue, STOP, MAKER)

    opo(venue, TAKER, MAKER)

    assert venue.order_list(1).orders[1].quantity == Decimal("9.99")
    assert balance(venue, "LTC") == (0, Decimal("19.99"))


def test_the_commission_on_bnb_is_always_deducted() -> None:
    venue = Venue(symbols=["BNBBTC"], behaviour=market(commission_rate="0.001").behaviour)
    venue.balances.deposit("main", "BNB", "100")
    venue.balances.deposit("main", "BTC", "20")
    placed = venue.order_entry.place_list(
        symbol="BNBBTC",
        contingency_type="OTO",
        legs=[
            Leg(side="BUY", type="LIMIT", quantity=10, price=2),
            Leg(side="SELL", type="LIMIT", price=3, status="PENDING_NEW"),
        ],
        now=0,
    )

    after = venue.fill(placed.order_list_id, placed.orders[0].order_id, now=1)

    assert after.orders[1].quantity == Decimal("9.99")


def test_an_account_that_is_not_accounted_for_has_the_commission_deducted() -> None:
    venue = market(commission_rate="0.001")

    opo(venue, TAKER, MAKER)

    assert quantities(venue) == [Decimal("9.99")]


def test_the_quantity_is_rounded_down_to_the_lot_step_and_the_rest_is_free() -> None:
    venue = funded(symbol=Symbol("LTCBTC", lot_step="0.3"), commission_rate="0.001")

    opo(venue, TAKER, STOP, MAKER)

    assert quantities(venue) == [Decimal("9.9"), Decimal("9.9")]
    assert balance(venue, "LTC") == (Decimal("0.09"), Decimal("9.9"))


def test_pending_orders_are_refused_where_less_than_a_lot_step_was_bought() -> None:
    venue = funded(symbol=Symbol("LTCBTC", lot_step="10"), commission_rate="0.001")

    opo(venue, TAKER, STOP, MAKER)

    after = venue.order_list(0)
    assert described(after.orders) == ["FILLED 10", "EXPIRED 0 REJECTED", "EXPIRED 0 REJECTED"]
    assert quantities(venue) == [None, None]
    assert after.list_order_status == "ALL_DONE"
    assert balance(venue, "LTC") == (Decimal("9.99"), 0)


def test_pending_orders_that_would_match_at_their_release_are_refused() -> None:
    venue = funded("3.5")

    opo(venue, ("LIMIT", {"price": "4"}), MAKER, quantity="5")

    assert described(venue.order_list(0).orders) == ["FILLED 5", "EXPIRED 0 REJECTED"]
    assert balance(venue, "LTC") == (5, 0)


def test_a_pending_market_order_sells_at_once() -> None:
    venue = funded(commission_rate="0.001")

    opo(venue, TAKER, MARKET)

    assert described(venue.order_list(0).orders) == ["FILLED 10", "FILLED 9.99000000"]
    assert balance(venue, "LTC") == (0, 0)


@pytest.mark.parametrize("step", ["0", "-1", "small", 0.1])
def test_a_lot_step_is_more_than_0(step: Any) -> None:
    with pytest.raises(InvalidSetting, match="lot_step"):
        Symbol("LTCBTC", lot_step=step)


amounts = st.decimals("0.00000001", "99999999999", places=8)


@given(
    quantity=amounts,
    rate=st.decimals("0", "0.99", places=4),
    step=st.sampled_from(["0.00000001", "0.001", "0.3", "1", "25"]),
    deposits=st.none() | st.sampled_from(["0.00000001", "1", "1000000"]),
)
def test_what_is_released_is_a_multiple_of_the_lot_step_and_is_covered(
    quantity: Decimal, rate: Decimal, step: str, deposits: str | None
) -> None:
    venue = market(symbol=Symbol("LTCBTC", lot_step=Decimal(step)), commission_rate=rate)
    if deposits is not None:
        venue.balances.deposit("main", "BTC", quantity * 2)
        venue.balances.deposit("main", "LTC", deposits)

    opo(venue, TAKER, STOP, MAKER, quantity=str(quantity))

    working, *pending = venue.order_list(0).orders
    sold = {each.quantity for each in pending}
    assert len(sold) == 1
    (released,) = sold
    received = working.received
    if released is None:
        assert {each.expiry_reason for each in pending} == {"REJECTED"}
        assert received < Decimal(step)
    else:
        assert released % Decimal(step) == 0
        assert received - Decimal(step) < released <= working.executed_qty
        assert {each.status for each in pending} == {"NEW"}
    free, locked = balance(venue, "LTC")
    assert min(free, locked) >= 0
    if deposits is not None:
        assert free + locked == received + Decimal(deposits)
        assert locked == (released or 0)
