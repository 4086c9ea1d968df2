"""The amounts of a new list: which are needed, and how its prices must relate to the last price.

Source: "Price restrictions" of `New Order list - OCO`, and the table of -2010 in "Error codes".

Invariant: a list that is accepted triggers nothing and takes nothing in its placement, but for the
working order of an OTO or OTOCO, which may take; and none of its orders is for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from orderlists_simulator._engine.enums import (
    MARKET_TYPES,
    STOP_TYPES,
    ContingencyType,
    OrderType,
)
from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.matching import crosses, would_trigger
from orderlists_simulator._engine.orders import Leg

_BY_PRICE: frozenset[OrderType] = frozenset({"LIMIT_MAKER", "TAKE_PROFIT_LIMIT"})
_STOP_LOSS: frozenset[OrderType] = frozenset({"STOP_LOSS", "STOP_LOSS_LIMIT"})


def check_amounts(legs: Sequence[Leg]) -> None:
    """Check that the quantities and prices of a list are more than 0.

    The texts for a quantity and a price were observed.  [ASSUME] That for a stop price.

    Args:
        legs: Its legs; one without a quantity gets it when it is released.

    Raises:
        ApiError: -1013.
    """
    for leg in legs:
        if leg.quantity == 0:
            raise ApiError(-1013, "Invalid quantity.")
        if leg.price == 0 and leg.type not in MARKET_TYPES and leg.peg_price_type is None:
            raise ApiError(-1013, "Invalid price.")
        if leg.stop_price == 0:
            raise ApiError(-1013, "Invalid stopPrice.")


def check_prices(
    contingency_type: ContingencyType | None, legs: Sequence[Leg], last: Decimal | None
) -> None:
    """Check the prices of a list.

    The pending pair of an OTOCO is checked when it is released, and not here.

    Args:
        contingency_type: ``OCO``, or ``OTO``; None for a single order.
        legs: Its legs, in the order of the replies.
        last: The last price; None if there is no market.

    Raises:
        ApiError: -2010.
    """
    if contingency_type == "OCO":
        _check_pair(legs, last)
    elif last is not None:
        _check_first(legs[0], last)


def _check_first(leg: Leg, last: Decimal) -> None:
    if leg.type == "LIMIT_MAKER" and crosses(leg, last):
        raise ApiError(-2010, "Order would immediately match and take.")
    if leg.type in STOP_TYPES and would_trigger(leg, last):
        raise ApiError(-2010, "Order would trigger immediately.")


def _check_pair(legs: Sequence[Leg], last: Decimal | None) -> None:
    stop = next(each for each in legs if each.type in _STOP_LOSS)
    limit = next(each for each in legs if each is not stop)
    above, below = (limit, stop) if stop.side == "SELL" else (stop, limit)
    levels = [_level(above), last, _level(below)]
    known = [each for each in levels if each is not None]
    if any(higher <= lower for higher, lower in pairwise(known)):
        raise ApiError(-2010, "The relationship of the prices for the orders is not correct.")
    if last is not None and would_trigger(limit, last):
        raise ApiError(-2010, "Order would trigger immediately.")


def _level(leg: Leg) -> Decimal | None:
    """Return the price that counts; None for one that follows the market."""
    if leg.type not in _BY_PRICE:
        return leg.stop_price if leg.trailing_delta is None else None
    return leg.price if leg.peg_price_type is None else None
