"""The filters of a symbol in the form of `exchangeInfo`, and the figures that they must have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias

from orderlists import InvalidSetting
from orderlists_simulator._validators import amount

Filter: TypeAlias = Mapping[str, Any]

_RULE = "must be filters of exchangeInfo, with filterType"
OF_LOT = ("minQty", "maxQty", "stepSize")
FIGURES: Final[Mapping[str, tuple[str, ...]]] = {
    "PRICE_FILTER": ("minPrice", "maxPrice", "tickSize"),
    "LOT_SIZE": OF_LOT,
    "MARKET_LOT_SIZE": OF_LOT,
    "MIN_NOTIONAL": ("minNotional",),
    "NOTIONAL": ("minNotional", "maxNotional"),
    "ICEBERG_PARTS": ("limit",),
    "TRAILING_DELTA": (
        "minTrailingAboveDelta",
        "maxTrailingAboveDelta",
        "minTrailingBelowDelta",
        "maxTrailingBelowDelta",
    ),
}
"""The figures of the filters that refuse orders; any other filter is only listed."""


def to_filters(given: Iterable[Filter]) -> tuple[Filter, ...]:
    """Return filters with every amount in a form that JSON has.

    Raises:
        InvalidSetting: One is no filter, or lacks a figure.
    """
    return tuple(_checked(each) for each in given)


def _checked(given: Filter) -> Filter:
    if not isinstance(given, Mapping) or not isinstance(given.get("filterType"), str):
        raise InvalidSetting(field="filters", value=given, rule=_RULE)
    for name in FIGURES.get(given["filterType"], ()):
        amount(given.get(name, ""), name)
    return {
        name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in given.items()
    }


def lot_step(filters: Iterable[Filter]) -> Decimal | None:
    """Return the step of LOT_SIZE; None if there is none."""
    steps = (Decimal(each["stepSize"]) for each in filters if each["filterType"] == "LOT_SIZE")
    return next((each for each in steps if each != 0), None)
