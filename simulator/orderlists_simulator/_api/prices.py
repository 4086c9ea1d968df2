"""The endpoint of last prices.  Source: `Symbol price ticker`.

The parameter ``symbolStatus`` is not served.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from orderlists_simulator._api.endpoint import Call, Served
from orderlists_simulator._api.parameters import SYMBOL, SYMBOLS, optional
from orderlists_simulator._api.responses import Json, JsonObject
from orderlists_simulator._engine.errors import wrong_combination
from orderlists_simulator._validators import format_amount

_SYMBOL = optional("symbol", SYMBOL)
_SYMBOLS = optional("symbols", SYMBOLS)
_WEIGHT_OF_ONE: Final = 2
_WEIGHT_OF_MANY: Final = 4


def _weight(sent: Mapping[str, str]) -> int:
    return _WEIGHT_OF_ONE if _SYMBOL.name in sent else _WEIGHT_OF_MANY


def _check(values: Mapping[str, object]) -> None:
    if values[_SYMBOL.name] is not None and values[_SYMBOLS.name] is not None:
        raise wrong_combination()


@Served(
    rest=("GET", "/api/v3/ticker/price"),
    websocket="ticker.price",
    security="NONE",
    weight=_weight,
    parameters=(_SYMBOL, _SYMBOLS),
    check=_check,
)
def _prices(call: Call) -> Json:
    symbol, symbols = call[_SYMBOL], call[_SYMBOLS]
    if symbol is not None:
        symbols = (symbol,)
    # [ASSUME] A symbol without a price has the price 0.
    found: list[JsonObject] = [
        {"symbol": name, "price": format_amount(price)}
        for name, price in call.venue.query_prices(symbols, now=call.now).items()
    ]
    return found if symbol is None else found[0]
