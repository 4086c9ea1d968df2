"""The filters that judge a leg by its own amounts.

Each function below checks the legs of one class of filters.  0 switches a part of `PriceFilter`
off, and the step of any filter: nothing is a multiple of 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import ge, le
from typing import Any, Final, TypeAlias

from orderlists._models.fields import camel_case
from orderlists._models.filters import (
    Filter,
    IcebergParts,
    LotSize,
    MarketLotSize,
    MinNotional,
    Notional,
    PercentPrice,
    PercentPriceBySide,
    PriceFilter,
    TrailingDelta,
)
from orderlists._operations.symbol_check.exact import is_multiple, parts_of, product
from orderlists._operations.symbol_check.findings import Finding, plain
from orderlists._operations.symbol_check.placed_legs import PlacedLeg

Findings: TypeAlias = Iterator[Finding]
Check: TypeAlias = Callable[[Any, PlacedLeg], Findings]

_RECEIVED = "needs the quantity that the working order receives, less commission"
_BOOK = "needs the price that the exchange takes from the order book"
_MARKET = "needs the average or last price that stands for that of a market order"
_TRIGGERED = "needs to know whether the exchange applies it to the market order of a stop"
_AT_LEAST = "must be at least"
_AT_MOST = "must be at most"
_MULTIPLE = "must be a multiple of"


_PRICE = {"min_price": _AT_LEAST, "max_price": _AT_MOST, "tick_size": _MULTIPLE}
_LOT = {"min_qty": _AT_LEAST, "max_qty": _AT_MOST, "step_size": _MULTIPLE}


def _price_filter(rule: PriceFilter, leg: PlacedLeg) -> Findings:
    parts = {name: text for name, text in _PRICE.items() if getattr(rule, name) != 0}
    for field in ("price", "stop_price"):
        if leg.get(field) is not None:
            yield _judged(rule, leg, field, leg.get(field), parts)
    if leg.is_pegged:
        yield leg.finding("unknown", rule.filter_type, None, _BOOK)


def _lot_size(rule: LotSize | MarketLotSize, leg: PlacedLeg) -> Findings:
    parts = {name: text for name, text in _LOT.items() if text != _MULTIPLE or rule.step_size != 0}
    if leg.quantity is None:
        yield leg.finding("unknown", rule.filter_type, None, _RECEIVED)
    else:
        yield _judged(rule, leg, "quantity", leg.quantity, parts)
    if leg.is_iceberg:
        yield _judged(rule, leg, "iceberg_qty", leg.get("iceberg_qty"), parts)


def _market_lot_size(rule: MarketLotSize, leg: PlacedLeg) -> Findings:
    if leg.is_market:
        yield from _lot_size(rule, leg)
    elif leg.becomes_market:
        yield leg.finding("unknown", rule.filter_type, "quantity", _TRIGGERED)


def _min_notional(rule: MinNotional, leg: PlacedLeg) -> Findings:
    parts = {"min_notional": _AT_LEAST}
    return _notional_of(rule, leg, parts, applies_to_market=rule.apply_to_market)


def _notional(rule: Notional, leg: PlacedLeg) -> Findings:
    applies = rule.apply_min_to_market or rule.apply_max_to_market
    parts = {"min_notional": _AT_LEAST, "max_notional": _AT_MOST}
    return _notional_of(rule, leg, parts, applies_to_market=applies)


def _notional_of(
    rule: MinNotional | Notional,
    leg: PlacedLeg,
    parts: Mapping[str, str],
    *,
    applies_to_market: bool,
) -> Findings:
    price = leg.get("price")
    if leg.is_market and not applies_to_market:
        yield leg.finding("passes", rule.filter_type, None, "does not apply to market orders")
    elif leg.quantity is None:
        yield leg.finding("unknown", rule.filter_type, None, _RECEIVED)
    elif price is not None:
        yield _judged(
            rule, leg, "price", product(price, leg.quantity), parts, what="price * quantity"
        )
    elif not leg.is_pegged:
        yield leg.finding("unknown", rule.filter_type, None, _MARKET)
    if leg.is_pegged and leg.quantity is not None:
        yield leg.finding("unknown", rule.filter_type, None, _BOOK)


def _iceberg_parts(rule: IcebergParts, leg: PlacedLeg) -> Findings:
    if not leg.is_iceberg:
        return
    if leg.quantity is None:
        yield leg.finding("unknown", rule.filter_type, "iceberg_qty", _RECEIVED)
        return
    number = parts_of(leg.quantity, leg.get("iceberg_qty"))
    yield _judged(rule, leg, "iceberg_qty", number, {"limit": _AT_MOST}, what="parts")


def _trailing_delta(rule: TrailingDelta, leg: PlacedLeg) -> Findings:
    if leg.get("trailing_delta") is None:
        return
    where = "above" if leg.trigger_is_above else "below"
    parts = {f"min_trailing_{where}_delta": _AT_LEAST, f"max_trailing_{where}_delta": _AT_MOST}
    yield _judged(rule, leg, "trailing_delta", leg.get("trailing_delta"), parts)


def _percent_price(rule: PercentPrice | PercentPriceBySide, leg: PlacedLeg) -> Findings:
    if not leg.is_market:
        minutes = rule.avg_price_mins
        average = "the last price" if minutes == 0 else f"the average price of {minutes} minutes"
        yield leg.finding("unknown", rule.filter_type, None, f"needs {average}")


CHECKS: Final[Mapping[type[Filter], Check]] = {
    PriceFilter: _price_filter,
    LotSize: _lot_size,
    MarketLotSize: _market_lot_size,
    MinNotional: _min_notional,
    Notional: _notional,
    IcebergParts: _iceberg_parts,
    TrailingDelta: _trailing_delta,
    PercentPrice: _percent_price,
    PercentPriceBySide: _percent_price,
}
"""The checks by the class of the filter."""

_HOLDS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    _AT_LEAST: ge,
    _AT_MOST: le,
    _MULTIPLE: is_multiple,
}


def _judged(
    rule: Filter,
    leg: PlacedLeg,
    field: str,
    value: Any,  # noqa: ANN401 - a Decimal or an int
    parts: Mapping[str, str],
    *,
    what: str = "",
) -> Finding:
    """Return the finding about a value.

    Args:
        rule: The filter.
        leg: The leg.
        field: The field that the finding names.
        value: The value that is compared: of the field, or made of it.
        parts: What must hold, by the attribute of the filter that has the figure.
        what: What the value is, if it is not that of the field.
    """
    figures = {name: f"{camel_case(name)}={plain(getattr(rule, name))}" for name in parts}
    broken = [
        f"{text} {figures[name]}"
        for name, text in parts.items()
        if not _HOLDS[text](value, getattr(rule, name))
    ]
    subject = f"{what}={plain(value)}: " if what else ""
    if broken:
        return leg.finding("fails", rule.filter_type, field, subject + " and ".join(broken))
    kept = ", ".join(figures.values()) or "switched off"
    return leg.finding("passes", rule.filter_type, field, subject + kept)
