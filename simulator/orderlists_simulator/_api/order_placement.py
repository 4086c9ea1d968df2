"""The endpoint that places a single order.  Source: `New order`.

A quantity of the quote asset (``quoteOrderQty``) is not served.
"""

from __future__ import annotations

from typing import Final

from orderlists_simulator._api.endpoint import Call, Endpoint
from orderlists_simulator._api.legs import SIDE, LegParameters
from orderlists_simulator._api.parameters import DECIMAL, mandatory
from orderlists_simulator._api.placement_parameters import (
    RESPONSE_TYPE,
    STP_MODE,
    SYMBOL_SENT,
    shared_facts,
)
from orderlists_simulator._api.responses import Json, ResponseType, order_placement_body
from orderlists_simulator._engine.enums import OrderType
from orderlists_simulator._engine.placement import NewOrder

_SIDE = mandatory("side", SIDE)
_QUANTITY = mandatory("quantity", DECIMAL)
_ORDER = LegParameters("")

_FULL_BY_DEFAULT: Final[frozenset[OrderType]] = frozenset({"MARKET", "LIMIT"})


def _place(call: Call) -> Json:
    leg = _ORDER.read(call.values, shared_facts(call, call[_SIDE], call[_QUANTITY]))
    new = NewOrder(symbol=call[SYMBOL_SENT], leg=leg, account=call.account)
    placed = call.venue.placement.place_order(new, now=call.now)
    default: ResponseType = "FULL" if leg.type in _FULL_BY_DEFAULT else "ACK"
    sent = call[RESPONSE_TYPE]
    return order_placement_body(placed, default if sent is None else sent, call.unit)


PLACE_ORDER = Endpoint(
    rest=("POST", "/api/v3/order"),
    websocket="order.place",
    security="TRADE",
    weight=1,
    free_on_success=True,
    orders=1,
    effect="place",
    parameters=(SYMBOL_SENT, _SIDE, _QUANTITY, RESPONSE_TYPE, STP_MODE, *_ORDER.parameters),
    check=_ORDER.check,
    handler=_place,
)
