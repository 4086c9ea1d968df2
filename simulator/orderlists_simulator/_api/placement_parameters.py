"""The parameters that every placement has, of a list or of a single order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from orderlists_simulator._api.endpoint import Call
from orderlists_simulator._api.parameters import SYMBOL, Parameter, mandatory, optional, words
from orderlists_simulator._api.responses import ResponseType
from orderlists_simulator._engine.enums import SelfTradePreventionMode, Side

SYMBOL_SENT: Final = mandatory("symbol", SYMBOL)
RESPONSE_TYPE: Final[Parameter[ResponseType | None]] = optional(
    "newOrderRespType",
    words(ResponseType, -1130, "Data sent for parameter 'newOrderRespType' is not valid."),
)
STP_MODE: Final[Parameter[SelfTradePreventionMode | None]] = optional(
    "selfTradePreventionMode",
    words(
        SelfTradePreventionMode,
        -1130,
        "Data sent for parameter 'selfTradePreventionMode' is not valid.",
    ),
)


def shared_facts(call: Call, side: Side, quantity: Decimal | None) -> dict[str, Any]:
    """Return the attributes of a `Leg` that are not parameters of the leg."""
    mode, symbol = call[STP_MODE], call.venue.symbols.get(call[SYMBOL_SENT])
    usual = "NONE" if symbol is None else symbol.default_self_trade_prevention_mode
    return {
        "side": side,
        "quantity": quantity,
        "self_trade_prevention_mode": usual if mode is None else mode,
    }
