"""Filters: each type has its class, and a filter of another type is kept and named."""

import json
from decimal import Decimal
from typing import Any

import pytest

from orderlists import InvalidInput, Json, TimeUnit
from orderlists._formats.decoder import decode_value
from orderlists._models.fields import wire_names
from orderlists._models.tagged import Tagged
from orderlists.extending import Many, One, Unreadable
from orderlists.markets import Filter, IcebergParts, LotSize, MarketLotSize, PriceFilter
from replies import http_reply

MS = TimeUnit.MILLISECOND
# As the documentation writes them.
DOCUMENTED: dict[str, dict[str, Any]] = {
    "PRICE_FILTER": {"minPrice": "0.000001", "maxPrice": "100000.0", "tickSize": "0.000001"},
    "PERCENT_PRICE": {"multiplierUp": "1.3000", "multiplierDown": "0.7000", "avgPriceMins": 5},
    "PERCENT_PRICE_BY_SIDE": {
        "bidMultiplierUp": "1.2",
        "bidMultiplierDown": "0.2",
        "askMultiplierUp": "5",
        "askMultiplierDown": "0.8",
        "avgPriceMins": 1,
    },
    "LOT_SIZE": {"minQty": "0.001", "maxQty": "100000.0", "stepSize": "0.001"},
    "MARKET_LOT_SIZE": {"minQty": "0.001", "maxQty": "100000.0", "stepSize": "0.001"},
    "MIN_NOTIONAL": {"minNotional": "0.001", "applyToMarket": True, "avgPriceMins": 5},
    "NOTIONAL": {
        "minNotional": "10.0",
        "applyMinToMarket": False,
        "maxNotional": "10000.0",
        "applyMaxToMarket": False,
        "avgPriceMins": 5,
    },
    "ICEBERG_PARTS": {"limit": 10},
    "TRAILING_DELTA": {
        "minTrailingAboveDelta": 10,
        "maxTrailingAboveDelta": 2000,
        "minTrailingBelowDelta": 10,
        "maxTrailingBelowDelta": 2000,
    },
    "MAX_NUM_ORDERS": {"maxNumOrders": 25},
    "MAX_NUM_ALGO_ORDERS": {"maxNumAlgoOrders": 5},
    "MAX_NUM_ICEBERG_ORDERS": {"maxNumIcebergOrders": 5},
    "MAX_NUM_ORDER_LISTS": {"maxNumOrderLists": 20},
    "MAX_NUM_ORDER_AMENDS": {"maxNumOrderAmends": 10},
    "MAX_POSITION": {"maxPosition": "10.0"},
    "EXCHANGE_MAX_NUM_ORDERS": {"maxNumOrders": 1000},
    "EXCHANGE_MAX_NUM_ALGO_ORDERS": {"maxNumAlgoOrders": 200},
    "EXCHANGE_MAX_NUM_ICEBERG_ORDERS": {"maxNumIcebergOrders": 10000},
    "EXCHANGE_MAX_NUM_ORDER_LISTS": {"maxNumOrderLists": 20},
    "MAX_ASSET": {"asset": "USDC", "limit": "42.0"},
}


def decode(*trees: object) -> tuple[Any, ...]:
    return Json().decode(http_reply(json.dumps(trees)), Many(One(Filter)), MS)


def test_every_class_of_filters_is_one_of_the_documented_types() -> None:
    assert Filter.variants.keys() == DOCUMENTED.keys()


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_documented_filter_becomes_a_value_of_its_class(name: str) -> None:
    (found,) = decode({"filterType": name, **DOCUMENTED[name]})
    assert type(found) is Filter.variants[name]
    assert found.filter_type == name
    assert not found.unknown_fields
    figures = {
        wire: str(getattr(found, attribute))
        for attribute, wire in wire_names(type(found)).items()
        if attribute != "filter_type"
    }
    assert figures == {wire: str(figure) for wire, figure in DOCUMENTED[name].items()}


def test_filters_with_the_same_figures_have_the_class_of_their_type() -> None:
    figures = DOCUMENTED["LOT_SIZE"]
    found = decode(
        {"filterType": "LOT_SIZE", **figures}, {**figures, "filterType": "MARKET_LOT_SIZE"}
    )
    assert [type(each) for each in found] == [LotSize, MarketLotSize]


@pytest.mark.parametrize(
    "tree",
    [
        {"filterType": "BRAND_NEW", "limit": 5},
        {"filterType": "PRICE_FILTER", "minPrice": "1", "maxPrice": "2"},
        {"filterType": "ICEBERG_PARTS", "limit": "10"},
        {"filterType": "", "limit": 5},
    ],
)
def test_a_filter_that_is_unknown_or_lacks_a_figure_is_kept_and_named(tree: dict[str, Any]) -> None:
    (found,) = decode(tree)
    assert type(found) is Filter
    assert {"filterType": found.filter_type, **found.unknown_fields} == tree


@pytest.mark.parametrize(
    "tree", [{}, {"filterType": ["PRICE_FILTER"]}, {"filterType": None}, [], 5]
)
def test_a_filter_without_a_type_is_unreadable(tree: object) -> None:
    with pytest.raises(Unreadable):
        decode_value([tree], Many(One(Filter)), MS)


def test_a_new_field_of_a_filter_is_kept() -> None:
    (found,) = decode({"filterType": "ICEBERG_PARTS", "limit": 10, "since": 5})
    assert found == IcebergParts(limit=10, unknown_fields={"since": 5})


PRICE = PriceFilter(min_price=Decimal(1), max_price=Decimal(0), tick_size=Decimal("0.010"))
OTHER = Filter(filter_type="BRAND_NEW", unknown_fields={"limit": 5})


@pytest.mark.parametrize("value", [PRICE, OTHER])
def test_the_json_form_of_a_filter_names_its_class_and_is_read_back(value: Filter) -> None:
    text = value.to_json()
    assert json.loads(text)["kind"] == type(value).__name__
    assert Filter.from_json(text) == value
    assert type(Filter.from_json(text)) is type(value)


@pytest.mark.parametrize("text", ['{"kind": "Filter"}', '{"kind": "Nothing"}'])
def test_what_is_no_json_form_of_a_filter_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        Filter.from_json(text)


def test_a_class_with_a_tag_of_its_own_has_variants_of_its_own() -> None:
    class Shape(Tagged):
        tag = "kind"

    class Circle(Shape):
        kind = "CIRCLE"

    assert Shape.variants == {"CIRCLE": Circle}
    assert "CIRCLE" not in Filter.variants
