"""The endpoint of the rules: rate limits and symbols.  Source: `Exchange information`.

``permissions`` and ``symbolStatus`` are not served.
"""

from __future__ import annotations

from typing import Final

from orderlists_simulator._api.endpoint import Call, Served, at_most_one
from orderlists_simulator._api.parameters import BOOLEAN, SYMBOL, SYMBOLS, optional
from orderlists_simulator._api.responses import Json, JsonObject, rate_limit
from orderlists_simulator._engine.behaviour import Behaviour
from orderlists_simulator._engine.symbols import Symbol, assets_of

_ONE: Final = optional("symbol", SYMBOL)
_SEVERAL: Final = optional("symbols", SYMBOLS)
_SHOW_PERMISSION_SETS: Final = optional("showPermissionSets", BOOLEAN)

_PRECISION = 8


@Served(
    rest=("GET", "/api/v3/exchangeInfo"),
    websocket="exchangeInfo",
    security="NONE",
    weight=20,
    parameters=(_ONE, _SEVERAL, _SHOW_PERMISSION_SETS),
    check=at_most_one(_ONE, _SEVERAL),
)
def _exchange_info(call: Call) -> Json:
    venue, one, several = call.venue, call[_ONE], call[_SEVERAL]
    names = several if one is None else (one,)
    for name in names or ():
        venue.check_symbol(name)
    shows_sets = call[_SHOW_PERMISSION_SETS] is not False
    return {
        "timezone": "UTC",
        "serverTime": call.unit.convert(call.now),
        "rateLimits": _rate_limits(venue.behaviour),
        "exchangeFilters": [],
        "symbols": [
            _symbol(each, venue.behaviour, shows_sets=shows_sets)
            for each in venue.symbols.values()
            if names is None or each.name in names
        ],
    }


def _rate_limits(behaviour: Behaviour) -> list[JsonObject]:
    limits = (
        ("REQUEST_WEIGHT", "MINUTE", 1, behaviour.weight_limit),
        ("ORDERS", "SECOND", 10, behaviour.orders_in_ten_seconds),
        ("ORDERS", "DAY", 1, behaviour.orders_in_a_day),
        ("CONNECTIONS", "MINUTE", 5, behaviour.connection_limit),
    )
    return [
        rate_limit(kind, interval, number, limit)
        for kind, interval, number, limit in limits
        if limit is not None
    ]


def _symbol(symbol: Symbol, behaviour: Behaviour, *, shows_sets: bool) -> JsonObject:
    base, quote = assets_of(symbol.name)
    lists = behaviour.max_num_order_lists
    counted = {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": lists}
    return {
        "symbol": symbol.name,
        "status": symbol.status,
        "baseAsset": base,
        "baseAssetPrecision": _PRECISION,
        "quoteAsset": quote,
        "quotePrecision": _PRECISION,
        "quoteAssetPrecision": _PRECISION,
        "baseCommissionPrecision": _PRECISION,
        "quoteCommissionPrecision": _PRECISION,
        "orderTypes": list(symbol.order_types),
        "icebergAllowed": symbol.iceberg_allowed,
        "ocoAllowed": symbol.oco_allowed,
        "otoAllowed": symbol.oto_allowed,
        "opoAllowed": symbol.opo_allowed,
        "quoteOrderQtyMarketAllowed": False,
        "allowTrailingStop": symbol.allow_trailing_stop,
        "cancelReplaceAllowed": False,
        "amendAllowed": True,
        "pegInstructionsAllowed": symbol.peg_instructions_allowed,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": [*symbol.filters, *([] if lists is None else [counted])],
        "permissions": [],
        "permissionSets": [["SPOT"]] if shows_sets else [],
        "defaultSelfTradePreventionMode": symbol.default_self_trade_prevention_mode,
        "allowedSelfTradePreventionModes": list(symbol.allowed_self_trade_prevention_modes),
    }
