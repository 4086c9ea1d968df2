"""Diagnostics: paths and reasons, and the agreement with the fast decoder."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cattrs import BaseValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from orderlists import CanceledOrderList, OrderReport, ServerTime, TimeUnit
from orderlists._formats.decoder import decode_value, decoder_of
from orderlists._formats.diagnostics import converter, type_of
from orderlists._formats.scalars import Mismatch
from orderlists._models.filters import Filter, PriceFilter
from orderlists.extending import Many, One, OneOf, Shape, Unreadable
from replies import cancel_replies, damaged_replies, filters, json_values

EITHER: Shape[Any] = OneOf((CanceledOrderList, OrderReport))
SHAPES: list[Shape[Any]] = [
    One(CanceledOrderList),
    One(OrderReport),
    One(ServerTime),
    Many(One(OrderReport)),
    EITHER,
    Many(EITHER),
    OneOf((ServerTime,)),
    One(Filter),
    Many(One(Filter)),
]
BARE = {"symbol": "LTCBTC", "orderId": 0, "orderListId": -1, "clientOrderId": "x"}


def fast(tree: object, shape: Shape[Any], unit: TimeUnit) -> object:
    try:
        return decoder_of(shape, unit)(tree)
    except Mismatch:
        return None


def explaining(tree: object, shape: Shape[Any], unit: TimeUnit) -> object:
    try:
        return converter(unit).structure(tree, type_of(shape))
    except (Mismatch, BaseValidationError):
        return None


def tree_of(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body


trees = cancel_replies() | damaged_replies().map(tree_of) | json_values | filters()


@given(
    tree=trees | st.lists(trees, max_size=3),
    shape=st.sampled_from(SHAPES),
    unit=st.sampled_from(TimeUnit),
)
@example(tree={"serverTime": -1}, shape=One(ServerTime), unit=TimeUnit.MILLISECOND)
@example(tree={**BARE, "price": None}, shape=One(OrderReport), unit=TimeUnit.MILLISECOND)
@example(tree={**BARE, "price": 7}, shape=One(OrderReport), unit=TimeUnit.MILLISECOND)
@example(tree={**BARE, "symbol": None}, shape=One(OrderReport), unit=TimeUnit.MILLISECOND)
@example(tree=[BARE, BARE], shape=Many(EITHER), unit=TimeUnit.MILLISECOND)
@example(tree=[], shape=Many(EITHER), unit=TimeUnit.MILLISECOND)
def test_decoder_and_diagnostics_agree(tree: object, shape: Shape[Any], unit: TimeUnit) -> None:
    quick, thorough = fast(tree, shape, unit), explaining(tree, shape, unit)
    assert quick == thorough
    # Equality compares no attribute that is missing on both sides.
    assert attributes_of(quick) == attributes_of(thorough)


def test_a_malformed_optional_field_is_kept_apart_by_decoder_and_diagnostics() -> None:
    for decode in (fast, explaining):
        result: Any = decode({**BARE, "price": 7}, One(OrderReport), TimeUnit.MILLISECOND)
        assert result.price is None
        assert result.malformed_fields == {"price": 7}


@pytest.mark.parametrize(
    ("name", "price", "kind"),
    [("PRICE_FILTER", "1", PriceFilter), ("PRICE_FILTER", 1, Filter), ("NEW", "1", Filter)],
)
def test_a_malformed_or_unknown_filter_is_a_plain_one_to_decoder_and_diagnostics(
    name: str, price: object, kind: type[Filter]
) -> None:
    # One that a property has made would count as not covered.
    converter.cache_clear()
    tree = {"filterType": name, "minPrice": price, "maxPrice": "2", "tickSize": "1"}
    for decode in (fast, explaining):
        assert type(decode(tree, One(Filter), TimeUnit.MILLISECOND)) is kind


def attributes_of(result: Any) -> object:
    """Return the class and the names of the attributes of each value."""
    if result.__class__ is tuple:
        return [attributes_of(one) for one in result]
    return None if result is None else (result.__class__, sorted(result.__dict__))


def _put(*path: str | int, value: object) -> Callable[[dict[str, Any]], None]:
    def change(tree: Any) -> None:
        *way, last = path
        for step in way:
            tree = tree[step]
        tree[last] = value

    return change


def _without(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda tree: tree.pop(name)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_put("orderListId", value=True), "64-bit integer @ $.order_list_id"),
        (_put("orderListId", value="0"), "64-bit integer"),
        (_put("orderListId", value=2**63), "64-bit integer"),
        (_put("orderListId", value=-(2**63) - 1), "64-bit integer"),
        (_put("orderListId", value=0.0), "64-bit integer"),
        (_put("symbol", value=None), "must be text @ $.symbol"),
        (_put("contingencyType", value=1), "must be text @ $.contingency_type"),
        (_put("transactionTime", value=253_402_300_800_000), "must be a time"),
        (_put("transactionTime", value=-2), "must be a time"),
        (_put("transactionTime", value=True), "must be a time"),
        (_put("orders", value={}), "must be a list @ $.orders"),
        (_put("orders", value="ab"), "must be a list"),
        (_put("orders", 0, value=[]), "must be an object @ $.orders[0]"),
        (_put("orders", 1, "orderId", value="3"), "64-bit integer @ $.orders[1].order_id"),
        (_without("orders"), "'orders' is missing"),
        (_without("orderListId"), "'orderListId' is missing"),
    ],
)
def test_a_malformed_required_value_is_reported_with_its_path(
    seed_reply: bytes, change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    tree = json.loads(seed_reply)
    change(tree)
    with pytest.raises(Unreadable) as caught:
        decode_value(tree, One(CanceledOrderList), TimeUnit.MILLISECOND)
    assert reason in str(caught.value)
    assert "LTCBTC" not in str(caught.value)


@pytest.mark.parametrize(
    ("shape", "tree", "reason"),
    [
        (Many(One(OrderReport)), {}, "must be a list"),
        (Many(One(OrderReport)), [BARE, 5], "must be an object @ $[1]"),
        (Many(One(OrderReport)), [{**BARE, "orderId": "0"}], "64-bit integer @ $[0].order_id"),
        (EITHER, [], "must be an object"),
        (
            EITHER,
            {},
            "CanceledOrderList without contingencyType, OrderReport without clientOrderId",
        ),
        (Many(EITHER), [BARE, {"symbol": ""}], "OrderReport without clientOrderId @ $[1]"),
        (Many(EITHER), [{**BARE, "symbol": 5}], "must be text @ $[0].symbol"),
    ],
)
def test_a_value_of_another_shape_is_reported_with_its_path(
    shape: Shape[Any], tree: object, reason: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        decode_value(tree, shape, TimeUnit.MILLISECOND)
    assert reason in str(caught.value)


def test_no_more_than_three_reasons_are_reported() -> None:
    with pytest.raises(Unreadable) as caught:
        decode_value({}, One(CanceledOrderList), TimeUnit.MILLISECOND)
    assert str(caught.value).count("is missing") == 3
