"""The orders that the filters of a symbol refuse.

Source: "Filters".  0 switches a part of PRICE_FILTER off, and the step of a lot size.  A leg of an
OPO without a quantity has nothing yet that a filter of quantities could refuse.  [ASSUME] The
order: filter by filter, as `exchangeInfo` lists them.

Invariant: every comparison is exact, however many digits an amount has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any, Final

from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.filter_figures import FIGURES, OF_LOT, Filter
from orderlists_simulator._engine.orders import Leg


def check_filters(filters: Sequence[Filter], legs: Sequence[Leg], last: Decimal | None) -> None:
    """Check legs against the filters of their symbol.

    Args:
        filters: The filters.
        legs: The legs.
        last: The last price, which stands for that of a market order; None if there is no market.

    Raises:
        ApiError: -1013, a filter refuses one of them.
    """
    for each in filters:
        name = each["filterType"]
        refuses = _REFUSES.get(name)
        if refuses is None:
            continue
        figures = {figure: Fraction(each[figure]) for figure in FIGURES[name]}
        if any(refuses({**each, **figures}, leg, last) for leg in legs):
            raise ApiError(-1013, f"Filter failure: {name}")


def _price_filter(rule: Any, leg: Leg, _last: Decimal | None) -> bool:  # noqa: ANN401 - figures
    # A price of 0 is none: the leg has no limit price, or is pegged.
    prices = [each for each in (leg.price, leg.stop_price) if each]
    low, high, tick = (rule[figure] for figure in FIGURES["PRICE_FILTER"])
    return any(
        Fraction(each) < low
        or (high != 0 and Fraction(each) > high)
        or (tick != 0 and Fraction(each) % tick != 0)
        for each in prices
    )


def _lot_size(rule: Any, leg: Leg, _last: Decimal | None) -> bool:  # noqa: ANN401 - figures
    return _breaks_lot(rule, [leg.quantity, leg.iceberg_qty])


def _market_lot_size(rule: Any, leg: Leg, _last: Decimal | None) -> bool:  # noqa: ANN401 - figures
    return leg.type == "MARKET" and _breaks_lot(rule, [leg.quantity])


def _breaks_lot(rule: Any, quantities: Iterable[Decimal | None]) -> bool:  # noqa: ANN401 - figures
    low, high, step = (rule[figure] for figure in OF_LOT)
    return any(
        not low <= Fraction(each) <= high or (step != 0 and Fraction(each) % step != 0)
        for each in quantities
        if each
    )


def _min_notional(rule: Any, leg: Leg, last: Decimal | None) -> bool:  # noqa: ANN401 - figures
    amounts = _notionals(leg, last, applies=rule.get("applyToMarket", False))
    return any(each < rule["minNotional"] for each in amounts)


def _notional(rule: Any, leg: Leg, last: Decimal | None) -> bool:  # noqa: ANN401 - figures
    least = _notionals(leg, last, applies=rule.get("applyMinToMarket", False))
    most = _notionals(leg, last, applies=rule.get("applyMaxToMarket", False))
    return any(each < rule["minNotional"] for each in least) or any(
        each > rule["maxNotional"] for each in most
    )


def _notionals(leg: Leg, last: Decimal | None, *, applies: bool) -> Iterator[Fraction]:
    """Yield price times quantity, if both are known and the filter is for this type of order."""
    price = last if leg.type == "MARKET" and applies else leg.price
    if price and leg.quantity is not None:
        yield Fraction(price) * Fraction(leg.quantity)


def _iceberg_parts(rule: Any, leg: Leg, _last: Decimal | None) -> bool:  # noqa: ANN401 - figures
    if not leg.iceberg_qty or leg.quantity is None:
        return False
    limit: Fraction = rule["limit"]
    return ceil(Fraction(leg.quantity) / Fraction(leg.iceberg_qty)) > limit


def _trailing_delta(rule: Any, leg: Leg, _last: Decimal | None) -> bool:  # noqa: ANN401 - figures
    if leg.trailing_delta is None:
        return False
    is_above = leg.type.startswith("STOP_LOSS") == (leg.side == "BUY")
    where = "Above" if is_above else "Below"
    low, high = rule[f"minTrailing{where}Delta"], rule[f"maxTrailing{where}Delta"]
    return not low <= leg.trailing_delta <= high


_REFUSES: Final[Mapping[str, Callable[[Any, Leg, Decimal | None], bool]]] = {
    "PRICE_FILTER": _price_filter,
    "LOT_SIZE": _lot_size,
    "MARKET_LOT_SIZE": _market_lot_size,
    "MIN_NOTIONAL": _min_notional,
    "NOTIONAL": _notional,
    "ICEBERG_PARTS": _iceberg_parts,
    "TRAILING_DELTA": _trailing_delta,
}
