"""From plain values to results: the quick way and the one that explains judge alike."""

import json
from typing import Any

from cattrs import BaseValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from orderlists import CanceledOrderList, OrderReport, ServerTime, TimeUnit
from orderlists._formats.decoder import reader
from orderlists._formats.diagnostics import converter
from orderlists._formats.scalars import Mismatch
from replies import cancel_replies, damaged_replies, json_values

SHAPES: list[Any] = [CanceledOrderList, OrderReport, ServerTime]
BARE = {"symbol": "LTCBTC", "orderId": 0, "orderListId": -1, "clientOrderId": "x"}


def quickly(tree: object, shape: Any, unit: TimeUnit) -> object:
    try:
        return reader(shape, unit)(tree)
    except Mismatch:
        return None


def thoroughly(tree: object, shape: Any, unit: TimeUnit) -> object:
    try:
        return converter(unit).structure(tree, shape)
    except (Mismatch, BaseValidationError):
        return None


def tree_of(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body


@given(
    tree=cancel_replies() | damaged_replies().map(tree_of) | json_values,
    shape=st.sampled_from(SHAPES),
    unit=st.sampled_from(TimeUnit),
)
@example(tree={"serverTime": -1}, shape=ServerTime, unit=TimeUnit.MILLISECOND)
@example(tree={**BARE, "price": None}, shape=OrderReport, unit=TimeUnit.MILLISECOND)
@example(tree={**BARE, "symbol": None}, shape=OrderReport, unit=TimeUnit.MILLISECOND)
def test_the_quick_way_takes_and_makes_what_the_thorough_one_does(
    tree: object, shape: Any, unit: TimeUnit
) -> None:
    quick, thorough = quickly(tree, shape, unit), thoroughly(tree, shape, unit)
    assert quick == thorough
    # A result that lacked an attribute would be equal as long as nobody asks for it.
    if quick is not None:
        assert type(quick) is type(thorough)
        assert sorted(vars(quick)) == sorted(vars(thorough))
