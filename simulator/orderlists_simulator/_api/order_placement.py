"""The endpoints that place a single order, or test one.  Source: `New order`, `Test new order`.

A quantity of the quote asset (``quoteOrderQty``) is not served.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from orderlists_simulator._api.endpoint import Call, Served
from orderlists_simulator._api.legs import SIDE, LegParameters
from orderlists_simulator._api.parameters import (
    BOOLEAN,
    DECIMAL,
    Parameter,
    mandatory,
    optional,
)
from orderlists_simulator._api.placement_parameters import (
    RESPONSE_TYPE,
    STP_MODE,
    SYMBOL_SENT,
    shared_facts,
)
from orderlists_simulator._api.responses import (
    Json,
    ResponseType,
    commission_rates,
    order_placement_body,
)
from orderlists_simulator._engine.enums import OrderType
from orderlists_simulator._engine.orders import NewOrder
from orderlists_simulator._validators import format_amount

_SIDE = mandatory("side", SIDE)
_QUANTITY = mandatory("quantity", DECIMAL)
_ORDER = LegParameters("")
_PARAMETERS: Final[tuple[Parameter[Any], ...]] = (
    SYMBOL_SENT,
    _SIDE,
    _QUANTITY,
    RESPONSE_TYPE,
    STP_MODE,
    *_ORDER.parameters,
)
_COMPUTE_COMMISSION_RATES = optional("computeCommissionRates", BOOLEAN)
_WEIGHT_OF_TEST: Final = 1
_WEIGHT_OF_RATES: Final = 20

_FULL_BY_DEFAULT: Final[frozenset[OrderType]] = frozenset({"MARKET", "LIMIT"})


def _new(call: Call) -> NewOrder:
    leg = _ORDER.read(call.values, shared_facts(call, call[_SIDE], call[_QUANTITY]))
    return NewOrder(symbol=call[SYMBOL_SENT], leg=leg, account=call.account)


@Served(
    rest=("POST", "/api/v3/order"),
    websocket="order.place",
    security="TRADE",
    weight=1,
    orders=1,
    effect="place",
    parameters=_PARAMETERS,
    check=_ORDER.check,
)
def _place(call: Call) -> Json:
    new = _new(call)
    placed = call.venue.placement.place_order(new, now=call.now)
    default: ResponseType = "FULL" if new.leg.type in _FULL_BY_DEFAULT else "ACK"
    sent = call[RESPONSE_TYPE]
    return order_placement_body(placed, default if sent is None else sent, call.unit)


def _weight_of_test(sent: Mapping[str, str]) -> int:
    has_rates = sent.get(_COMPUTE_COMMISSION_RATES.name) == "true"
    return _WEIGHT_OF_RATES if has_rates else _WEIGHT_OF_TEST


@Served(
    rest=("POST", "/api/v3/order/test"),
    websocket="order.test",
    security="TRADE",
    weight=_weight_of_test,
    parameters=(*_PARAMETERS, _COMPUTE_COMMISSION_RATES),
    check=_ORDER.check,
)
def _test(call: Call) -> Json:
    call.venue.placement.check_order(_new(call), now=call.now)
    if call[_COMPUTE_COMMISSION_RATES] is not True:
        return {}
    nothing = commission_rates(Decimal(0))
    return {
        "standardCommissionForOrder": commission_rates(call.venue.balances.commission_rate),
        "specialCommissionForOrder": nothing,
        "taxCommissionForOrder": nothing,
        "discount": {
            "enabledForAccount": False,
            "enabledForSymbol": False,
            "discountAsset": "BNB",
            "discount": format_amount(Decimal(0)),
        },
    }
