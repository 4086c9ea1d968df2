"""The filters that count what only the account shows: open orders, lists, positions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from orderlists._models.filters import (
    Filter,
    MaxNumAlgoOrders,
    MaxNumIcebergOrders,
    MaxNumOrderAmends,
    MaxNumOrderLists,
    MaxNumOrders,
    MaxPosition,
)
from orderlists._operations.symbol_check.findings import Finding
from orderlists._operations.symbol_check.placed_legs import PlacedLeg
from orderlists.enums import Side

_NEEDS: Final[Mapping[type[Filter], str]] = {
    MaxNumOrders: "needs the number of open orders of the account",
    MaxNumAlgoOrders: "needs the number of open stop and take profit orders of the account",
    MaxNumIcebergOrders: "needs the number of open iceberg orders of the account",
    MaxNumOrderLists: "needs the number of open order lists of the account",
    MaxPosition: "needs the balances and the open BUY orders of the account",
}
_OTHER = "needs to know what this filter allows"


def of_account(rule: Filter, legs: Sequence[PlacedLeg]) -> Iterator[Finding]:
    """Yield what a filter that no leg decides means for a placement; nothing if it has no part."""
    if _applies(rule, legs):
        text = _NEEDS.get(type(rule), _OTHER)
        yield Finding(judgement="unknown", rule=rule.filter_type, text=text)


def _applies(rule: Filter, legs: Sequence[PlacedLeg]) -> bool:
    match rule:
        case MaxNumAlgoOrders():
            return any(each.is_stop for each in legs)
        case MaxNumIcebergOrders():
            return any(each.is_iceberg for each in legs)
        case MaxPosition():
            return any(each.side is Side.BUY for each in legs)
        case _:
            return not isinstance(rule, MaxNumOrderAmends)


def of_assets() -> Finding:
    """Return what is unknown of the limits of assets, which `exchangeInfo` does not have."""
    return Finding(
        judgement="unknown",
        rule="MAX_ASSET",
        text="needs the asset filters of the account",
    )
