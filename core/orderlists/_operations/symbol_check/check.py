"""The check of a placement: every rule of the symbol, for the list and leg by leg."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orderlists._operations.placement import Placement
from orderlists._operations.symbol_check.account_filters import of_account, of_assets
from orderlists._operations.symbol_check.findings import Finding, SymbolCheck, sorted_out
from orderlists._operations.symbol_check.leg_filters import CHECKS
from orderlists._operations.symbol_check.list_rules import FLAGS, leg_rules, list_rules
from orderlists._operations.symbol_check.placed_legs import legs_of
from orderlists.errors import InvalidInput

if TYPE_CHECKING:
    from orderlists._operations.get_exchange_info import SymbolInfo

_PLACEMENT = "must be a placement of an order list, such as PlaceOco"


def check_placement(symbol: SymbolInfo, request: Placement) -> SymbolCheck:
    """Return what is known of a placement by the rules of its symbol.

    Raises:
        InvalidInput: It is no placement, or one on another symbol.
    """
    if not isinstance(request, tuple(FLAGS)):
        raise InvalidInput(field="request", value=request, rule=_PLACEMENT)
    if request.symbol != symbol.symbol:
        rule = f"must be {symbol.symbol}, whose rules these are"
        raise InvalidInput(field="symbol", value=request.symbol, rule=rule)
    return sorted_out(_findings(symbol, request))


def _findings(symbol: SymbolInfo, request: Placement) -> Iterator[Finding]:
    legs = legs_of(request)
    yield from list_rules(symbol, request)
    for leg in legs:
        yield from leg_rules(symbol, leg)
    for rule in symbol.filters:
        check = CHECKS.get(type(rule))
        if check is None:
            yield from of_account(rule, legs)
            continue
        for leg in legs:
            yield from check(rule, leg)
    yield of_assets()
