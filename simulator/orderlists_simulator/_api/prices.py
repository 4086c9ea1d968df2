"""The endpoint of last prices.  Source: `Symbol price ticker`.

The parameter ``symbolStatus`` is not served.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from orderlists_simulator._api.endpoint import Call, Served, at_most_one
from orderlists_simulator._api.parameters import SYMBOL, SYMBOLS, optional
from orderlists_simulator._api.responses import Json, JsonObject
from orderlists_simulator._validators import format_amount

_SYMBOL = optional("symbol", SYMBOL)
_SYMBOLS = optional("symbols", SYMBOLS)
_WEIGHT_OF_ONE: Final = 2
_WEIGHT_OF_MANY: Final = 4


def _weight(sent: Mapping[str, str]) -> int:
    return _WEIGHT_OF_ONE if _SYMBOL.name in sent else _WEIGHT_OF_MANY


@Served(
    rest=("GET", "/api/v3/ticker/price"),
    websocket="ticker.price",
    security="NONE",
    weight=_weight,
    parameters=(_SYMBOL, _SYMBOLS),
    check=at_most_one(_SYMBOL, _SYMBOLS),
)
def _prices(call: Call) -> Json:
    venue, symbol, symbols = call.venue, call[_SYMBOL], call[_SYMBOLS]
    if symbol is not None:
        symbols = (symbol,)
    wanted = venue.symbols if symbols is None else symbols
    for each in wanted:
        venue.check_symbol(each)
    prices = venue.market.last_prices()
    # [ASSUME] A symbol without a price has the price 0.
    found: list[JsonObject] = [
        {"symbol": each, "price": format_amount(prices.get(each))} for each in wanted
    ]
    return found if symbol is None else found[0]
