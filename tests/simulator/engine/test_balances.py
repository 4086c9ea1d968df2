"""Balances: what lists lock, what trades exchange, and what is refused."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from markets import (
    BUY_MAKER,
    BUY_STOP,
    LIMIT,
    MAKER,
    MARKET,
    SECOND,
    STOP,
    STOP_LIMIT,
    TAKER,
    described,
    market,
    moved,
    oco,
    opo,
    oto,
)
from orderlists import InvalidSetting
from orderlists_simulator import ApiError, Behaviour, Leg, Venue, example_venue

INSUFFICIENT = "-2010: Account has insufficient balance for requested action."


def funded(price: str | None = "2", **deposits: str) -> Venue:
    venue = Venue() if price is None else market(price)
    for asset, quantity in deposits.items():
        venue.balances.deposit("main", asset, quantity)
    return venue


def balance(venue: Venue, asset: str) -> tuple[Any, Any]:
    found = venue.balances.balance("main", asset)
    return found.free, found.locked


def test_an_oco_locks_once_for_both_of_its_legs() -> None:
    venue = funded(LTC="15")
    oco(venue, STOP, MAKER)

    assert balance(venue, "LTC") == (5, 10)


def test_a_buy_oco_locks_for_the_dearer_leg() -> None:
    venue = funded(BTC="40")
    oco(venue, BUY_STOP, BUY_MAKER, side="BUY")

    assert balance(venue, "BTC") == (10, 30)


def test_pending_orders_lock_nothing_before_their_release() -> None:
    venue = funded(BTC="20")
    oto(venue, LIMIT, STOP, MAKER)
    assert balance(venue, "BTC") == (5, 15)
    assert balance(venue, "LTC") == (0, 0)

    moved(venue, [("1.5", None)])

    assert balance(venue, "BTC") == (5, 0)
    assert balance(venue, "LTC") == (0, 10)


def test_a_cancel_frees_what_a_list_locked() -> None:
    venue = funded(LTC="15")
    oco(venue, STOP, MAKER)

    venue.order_entry.cancel(symbol="LTCBTC", order_list_id=0, now=2 * SECOND)

    assert balance(venue, "LTC") == (15, 0)


def test_a_fill_exchanges_the_assets() -> None:
    venue = funded(LTC="15")
    oco(venue, STOP, MAKER)

    moved(venue, [("3", "4")])

    assert balance(venue, "LTC") == (5, 6)
    assert balance(venue, "BTC") == (12, 0)


def test_a_commission_is_taken_from_what_a_trade_receives() -> None:
    venue = market(commission_rate="0.001")
    venue.balances.deposit("main", "LTC", "10")
    venue.balances.deposit("main", "BTC", "20")
    oto(venue, TAKER, MARKET)
    assert balance(venue, "LTC") == (Decimal("19.99") - 10, 0)
    assert balance(venue, "BTC") == (Decimal("19.98"), 0)


@pytest.mark.parametrize(
    ("bought", "rate", "commission"),
    [
        ("0.17491250", "0.23", "0.04022988"),
        ("0.00000001", "0.6", "0.00000001"),
        ("0.000000006", "0.9", "0.000000006"),
        ("0.00000001", "0.4", "0"),
        ("12345678901234567890", "0.1", "1234567890123456789"),
    ],
)
def test_a_commission_is_rounded_to_eight_decimals_and_is_at_most_what_is_received(
    bought: str, rate: str, commission: str
) -> None:
    venue = Venue(behaviour=Behaviour(commission_rate=Decimal(rate)))
    leg = Leg(side="BUY", type="LIMIT", quantity=bought, price=1)
    venue.order_entry.place_list(symbol="LTCBTC", contingency_type="OCO", legs=[leg, leg], now=0)

    filled = venue.fill(0, 0, now=1).orders[0]

    assert filled.trades[0].commission == Decimal(commission)


@pytest.mark.parametrize("rate", ["1", 2, "-0.1", "much"])
def test_a_commission_rate_is_below_1(rate: Any) -> None:
    with pytest.raises(InvalidSetting, match="commission_rate"):
        Behaviour(commission_rate=rate)


def test_a_list_that_is_not_covered_is_refused() -> None:
    venue = funded(LTC="9.99", BTC="14.99")

    with pytest.raises(ApiError, match=INSUFFICIENT):
        oco(venue, STOP, MAKER)
    with pytest.raises(ApiError, match=INSUFFICIENT):
        oto(venue, LIMIT, MARKET)

    assert venue.lists == ()


def test_pending_orders_that_are_not_covered_are_rejected_at_their_release() -> None:
    venue = funded(BTC="20")
    oto(venue, TAKER, MAKER, side="BUY")

    assert described(venue.order_list(0).orders) == ["FILLED 10", "EXPIRED 0 REJECTED"]


def test_a_market_order_buys_what_the_account_can_pay() -> None:
    venue = funded(BTC="25")
    oto(venue, TAKER, MARKET, side="BUY")

    assert described(venue.order_list(0).orders) == [
        "FILLED 10",
        "EXPIRED 2.50000000 INSUFFICIENT_LIQUIDITY",
    ]
    assert balance(venue, "BTC") == (0, 0)


def test_an_account_without_a_deposit_is_not_accounted_for() -> None:
    venue = market()
    oco(venue, STOP, MAKER)

    assert venue.balances.position("main", "LTCBTC") == ()
    assert balance(venue, "LTC") == (0, 0)


def test_a_deposit_is_exact() -> None:
    wrong: Any = 0.1
    with pytest.raises(InvalidSetting, match="never as float"):
        Venue().balances.deposit("main", "LTC", wrong)


def test_the_example_venue_has_funds_and_a_price_between_the_legs_of_its_lists() -> None:
    venue = example_venue(now=0, lists=60, behaviour=Behaviour(max_num_order_lists=None))

    assert balance(venue, "LTC")[0] == 1000
    assert venue.market.last_prices() == {"LTCBTC": 2}
    assert oco(venue, STOP, MAKER).is_open
    assert example_venue(now=0, prices={}).market.last_prices() == {}


def test_the_example_venue_takes_balances_and_symbols() -> None:
    venue = example_venue(
        now=0, lists=0, balances={"ETH": "2.5"}, symbols=["ETHUSDT"], prices={"ETHUSDT": 3000}
    )

    assert list(venue.symbols) == ["ETHUSDT"]
    assert balance(venue, "ETH") == (Decimal("2.5"), 0)
    assert balance(venue, "USDT") == (0, 0)


def test_the_example_venue_has_no_lists_of_a_symbol_that_is_not_traded() -> None:
    with pytest.raises(InvalidSetting, match="lists=5: must be 0 where LTCBTC"):
        example_venue(now=0, symbols=["ETHUSDT"], prices={})


ACTIONS = st.one_of(
    st.tuples(st.just("price"), st.sampled_from(["0.8", "1", "1.5", "2", "2.3", "3", "3.7"])),
    st.tuples(st.just("available"), st.sampled_from(["0", "1", "7"])),
    st.tuples(st.just("place"), st.integers(0, 7)),
    st.tuples(st.just("cancel"), st.integers(0, 5)),
)


def act(venue: Venue, action: tuple[str, Any], now: int) -> None:
    kind, value = action
    kinds = [
        lambda: oco(venue, STOP, MAKER),
        lambda: oco(venue, STOP_LIMIT, MAKER),
        lambda: oco(venue, BUY_STOP, BUY_MAKER, side="BUY"),
        lambda: oto(venue, TAKER, STOP, MAKER),
        lambda: oto(venue, LIMIT, MARKET),
        lambda: oto(venue, LIMIT, MARKET, side="BUY"),
        lambda: opo(venue, LIMIT, STOP, MAKER),
        lambda: opo(venue, TAKER, MAKER),
    ]
    if kind == "price":
        venue.set_price("LTCBTC", value, now=now)
    elif kind == "available":
        price = venue.market.last_price("LTCBTC")
        assert price is not None
        venue.set_price("LTCBTC", price, available=value, now=now)
    elif kind == "place":
        kinds[value]()
    else:
        venue.order_entry.cancel(symbol="LTCBTC", order_list_id=value, now=now)


@given(st.lists(ACTIONS, max_size=25), st.sampled_from(["0", "0.001", "0.3"]))
def test_balances_are_conserved_and_lists_are_over_iff_their_orders_are_final(
    actions: list[tuple[str, Any]], rate: str
) -> None:
    venue = market(commission_rate=rate)
    venue.balances.deposit("main", "LTC", "37")
    venue.balances.deposit("main", "BTC", "73")
    for number, action in enumerate(actions, start=2):
        try:
            act(venue, action, number * SECOND)
        except ApiError as error:
            assert error.code in {-2010, -2011}  # noqa: PT017  Refusals are part of the walk.

        orders = [order for each in venue.lists for order in each.orders]
        signed = [(1 if each.side == "BUY" else -1, each) for each in orders]
        paid = {
            side: sum(t.commission for each in orders if each.side == side for t in each.trades)
            for side in ("BUY", "SELL")
        }
        base = 37 + sum(sign * each.executed_qty for sign, each in signed) - paid["BUY"]
        quote = 73 - sum(sign * each.quote_qty for sign, each in signed) - paid["SELL"]
        assert sum(balance(venue, "LTC")) == base
        assert sum(balance(venue, "BTC")) == quote
        assert min(*balance(venue, "LTC"), *balance(venue, "BTC")) >= 0
        for each in venue.lists:
            is_over = all(order.is_final for order in each.orders)
            assert (each.list_order_status == "ALL_DONE") == is_over
            assert all(order.executed_qty <= 10 for order in each.orders)
