"""The rules of a symbol as settings of a venue, and the orders that they refuse."""

from decimal import Decimal
from typing import Any

import pytest

from markets import MARKET, STOP, leg
from orderlists import InvalidSetting
from orderlists_simulator import ApiError, Symbol, Venue
from orderlists_simulator._engine.orders import NewOrder
from symbol_rules import LOT, MARKET_LOT, PRICE


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"status": "ASLEEP"}, "status"),
        ({"order_types": ["PEGGED"]}, "order_types"),
        (
            {"allowed_self_trade_prevention_modes": ["ALWAYS"]},
            "allowed_self_trade_prevention_modes",
        ),
        (
            {"allowed_self_trade_prevention_modes": ["EXPIRE_TAKER"]},
            "default_self_trade_prevention_mode",
        ),
        ({"filters": [5]}, "filters"),
        ({"filters": [{"minPrice": "1"}]}, "filters"),
        ({"filters": [{**PRICE, "tickSize": 0.1}]}, "tickSize"),
        ({"filters": [{"filterType": "ICEBERG_PARTS"}]}, "limit"),
    ],
)
def test_a_rule_that_is_none_is_refused(facts: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        Symbol("LTCBTC", **facts)
    assert caught.value.field == field


@pytest.mark.parametrize("name", ["", None, 5])
def test_a_symbol_has_a_name(name: Any) -> None:
    with pytest.raises(InvalidSetting, match=r"^name=.*: must be the name of a symbol"):
        Symbol(name)


def test_figures_are_kept_in_a_form_that_json_has() -> None:
    symbol = Symbol("LTCBTC", filters=[{**PRICE, "tickSize": Decimal("1E-7"), "minPrice": 1}])
    assert symbol.filters == ({**PRICE, "tickSize": "0.0000001", "minPrice": 1},)


def test_a_symbol_with_filters_can_be_hashed() -> None:
    assert len({Symbol("LTCBTC", filters=[PRICE]), Symbol("LTCBTC", filters=[PRICE])}) == 1


@pytest.mark.parametrize(
    ("facts", "step"),
    [
        ({"filters": [LOT]}, "0.1"),
        ({"filters": [PRICE]}, "0.00000001"),
        ({"filters": [{**LOT, "stepSize": "0.0"}]}, "0.00000001"),
        ({"filters": [LOT], "lot_step": "0.3"}, "0.3"),
    ],
)
def test_the_lot_step_is_that_of_the_filter_unless_given(facts: dict[str, Any], step: str) -> None:
    assert Symbol("LTCBTC", **facts).lot_step == Decimal(step)


def order(venue: Venue, terms: Any, side: Any = "BUY") -> None:
    venue.placement.place_order(
        NewOrder(symbol="LTCBTC", leg=leg(terms, side), account="main"), now=0
    )


@pytest.mark.parametrize(
    ("facts", "terms", "error"),
    [
        ({"filters": [{**MARKET_LOT, "maxQty": "9"}]}, MARKET, "Filter failure: MARKET_LOT_SIZE"),
        ({"status": "HALT"}, MARKET, "Market is closed."),
        ({"order_types": ["LIMIT"]}, STOP, "Stop loss orders are not supported for this symbol."),
    ],
)
def test_a_single_order_is_refused_by_the_same_rules(
    facts: dict[str, Any], terms: Any, error: str
) -> None:
    venue = Venue(symbols=[Symbol("LTCBTC", **facts)])
    with pytest.raises(ApiError) as caught:
        order(venue, terms)
    assert caught.value.message == error
    assert venue.single_orders == ()


def test_a_single_order_needs_no_permission_of_lists() -> None:
    venue = Venue(symbols=[Symbol("LTCBTC", oco_allowed=False, oto_allowed=False)])
    order(venue, STOP)
    assert len(venue.single_orders) == 1


def test_an_amount_of_many_digits_is_compared_exactly() -> None:
    tick = {**PRICE, "minPrice": "0", "maxPrice": "0", "tickSize": "0.00000000000000000003"}
    venue = Venue(symbols=[Symbol("LTCBTC", filters=[tick])])
    price = "99999999999999999999.00000000000000000003"
    order(venue, ("LIMIT", {"price": price}), "SELL")
    with pytest.raises(ApiError, match="PRICE_FILTER"):
        order(venue, ("LIMIT", {"price": price[:-1] + "4"}), "SELL")
