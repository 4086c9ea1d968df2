"""The endpoints that place order lists.  Source: `New Order list - OCO`, `- OTO`, `- OTOCO`, ...

A kind of list is one row: its legs, and what is checked of them beyond the parameters of each.

Invariant: a list is placed only if each leg has a type that its position and its side allow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from orderlists_simulator._api.endpoint import Call, Check, Endpoint
from orderlists_simulator._api.legs import SIDE, LegParameters, Values
from orderlists_simulator._api.parameters import (
    CLIENT_ID,
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
from orderlists_simulator._api.responses import Json, ResponseType, placement_body
from orderlists_simulator._engine.enums import (
    ContingencyType,
    OrderType,
    Side,
)
from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.orders import Leg, NewOrderList

_LIST_CLIENT_ORDER_ID = optional("listClientOrderId", CLIENT_ID)
_COMMON = (SYMBOL_SENT, _LIST_CLIENT_ORDER_ID, RESPONSE_TYPE, STP_MODE)

_SIDE = mandatory("side", SIDE)
_QUANTITY = mandatory("quantity", DECIMAL)
_WORKING_SIDE = mandatory("workingSide", SIDE)
_WORKING_QUANTITY = mandatory("workingQuantity", DECIMAL)
_PENDING_SIDE = mandatory("pendingSide", SIDE)
_PENDING_QUANTITY = mandatory("pendingQuantity", DECIMAL)
_NO_PENDING_QUANTITY = optional("pendingQuantity", DECIMAL)

_ABOVE, _BELOW = LegParameters("above"), LegParameters("below")
_WORKING, _PENDING = LegParameters("working"), LegParameters("pending")
_PENDING_ABOVE, _PENDING_BELOW = LegParameters("pendingAbove"), LegParameters("pendingBelow")

_STOP_LOSS: Final[frozenset[OrderType]] = frozenset({"STOP_LOSS", "STOP_LOSS_LIMIT"})
_TAKE_PROFIT: Final[frozenset[OrderType]] = frozenset({"TAKE_PROFIT", "TAKE_PROFIT_LIMIT"})
_LIMIT_MAKER: Final[frozenset[OrderType]] = frozenset({"LIMIT_MAKER"})
_WORKING_TYPES: Final[frozenset[OrderType]] = frozenset({"LIMIT", "LIMIT_MAKER"})

_MISPLACED: Final[tuple[tuple[Side, str, frozenset[OrderType], int, str], ...]] = (
    ("BUY", "above", _LIMIT_MAKER, -1165, "A limit order in a buy OCO must be below."),
    ("SELL", "below", _LIMIT_MAKER, -1166, "A limit order in a sell OCO must be above."),
    ("BUY", "below", _STOP_LOSS, -1196, "A stop loss order in a buy OCO must be above."),
    ("SELL", "above", _STOP_LOSS, -1197, "A stop loss order in a sell OCO must be below."),
    ("BUY", "above", _TAKE_PROFIT, -1198, "A take profit order in a buy OCO must be below."),
    ("SELL", "below", _TAKE_PROFIT, -1199, "A take profit order in a sell OCO must be above."),
)
"""Side, position, types that may not be there, and the error."""


def _check_pair(side: object, above: OrderType, below: OrderType) -> None:
    if not {above, below} <= _STOP_LOSS | _TAKE_PROFIT | _LIMIT_MAKER:
        raise ApiError(-1158, "Order type not supported in OCO.")
    if above == below == "LIMIT_MAKER":
        raise ApiError(-1168, "At least one OCO order must be contingent.")
    types = {"above": above, "below": below}
    for wrong_side, position, wrong_types, code, message in _MISPLACED:
        if side == wrong_side and types[position] in wrong_types:
            raise ApiError(code, message)


def _check_oco(values: Values) -> None:
    _ABOVE.check(values)
    _BELOW.check(values)
    _check_pair(values[_SIDE.name], _ABOVE.type_of(values), _BELOW.type_of(values))


def _check_working(values: Values) -> None:
    _WORKING.check(values)
    if _WORKING.type_of(values) not in _WORKING_TYPES:
        # The code was observed; its text is not documented.  [ASSUME]
        raise ApiError(-1159, "Order type not supported for a working order.")


def _check_oto(values: Values) -> None:
    _check_working(values)
    _PENDING.check(values)


def _check_otoco(values: Values) -> None:
    _check_working(values)
    _PENDING_ABOVE.check(values)
    _PENDING_BELOW.check(values)
    above, below = _PENDING_ABOVE.type_of(values), _PENDING_BELOW.type_of(values)
    _check_pair(values[_PENDING_SIDE.name], above, below)


def _check_payment(values: Values) -> None:
    if values[_WORKING_SIDE.name] != "BUY":
        raise ApiError(-1222, "Working order in an OPO list must be a bid.")
    if values[_PENDING_SIDE.name] != "SELL":
        raise ApiError(-1223, "Pending orders in an OPO list must be asks.")
    # [ASSUME] What the next two are about, apart from their texts; and that they come first.
    missing = _WORKING.missing(values)
    if missing is not None:
        raise ApiError(-1224, f"Working order must include the '{missing}' tag.")
    if values[_NO_PENDING_QUANTITY.name] is not None:
        name = _NO_PENDING_QUANTITY.name
        raise ApiError(-1225, f"Pending orders should not include the '{name}' tag.")


def _check_opo(values: Values) -> None:
    _check_payment(values)
    _check_oto(values)


def _check_opoco(values: Values) -> None:
    _check_payment(values)
    _check_otoco(values)


def _stop_loss_first(above: Leg, below: Leg) -> tuple[Leg, Leg]:
    return (above, below) if above.type in _STOP_LOSS else (below, above)


def _oco(call: Call) -> Json:
    common = shared_facts(call, call[_SIDE], call[_QUANTITY])
    above, below = _ABOVE.read(call.values, common), _BELOW.read(call.values, common)
    return _place(call, "OCO", _stop_loss_first(above, below))


def _oto(call: Call) -> Json:
    pending = _PENDING.read(call.values, _pending_facts(call))
    return _place(call, "OTO", (_working(call), pending))


def _otoco(call: Call) -> Json:
    facts = _pending_facts(call)
    above = _PENDING_ABOVE.read(call.values, facts)
    below = _PENDING_BELOW.read(call.values, facts)
    return _place(call, "OTO", (_working(call), *_stop_loss_first(above, below)))


def _working(call: Call) -> Leg:
    facts = shared_facts(call, call[_WORKING_SIDE], call[_WORKING_QUANTITY])
    return _WORKING.read(call.values, facts)


def _pending_facts(call: Call) -> Mapping[str, Any]:
    # None for an OPO, whose pending orders sell what the working one buys.
    facts = shared_facts(call, call[_PENDING_SIDE], call[_NO_PENDING_QUANTITY])
    return {**facts, "status": "PENDING_NEW"}


def _place(call: Call, contingency_type: ContingencyType, legs: tuple[Leg, ...]) -> Json:
    placed = call.venue.placement.place(
        NewOrderList(
            symbol=call[SYMBOL_SENT],
            contingency_type=contingency_type,
            legs=legs,
            list_client_order_id=call[_LIST_CLIENT_ORDER_ID],
            account=call.account,
        ),
        now=call.now,
    )
    detail: ResponseType | None = call[RESPONSE_TYPE]
    # The default was observed: FULL.
    return placement_body(placed, "FULL" if detail is None else detail, call.unit)


def _placement(
    kind: str,
    parameters: tuple[Parameter[Any], ...],
    legs: tuple[LegParameters, ...],
    *,
    check: Check,
    handler: Callable[[Call], Json],
) -> Endpoint:
    own = (*parameters, *(each for leg in legs for each in leg.parameters))
    return Endpoint(
        rest=("POST", f"/api/v3/orderList/{kind}"),
        websocket=f"orderList.place.{kind}",
        security="TRADE",
        weight=1,
        orders=len(legs),
        effect="place",
        parameters=(*_COMMON, *own),
        check=check,
        handler=handler,
    )


_OTO = (_WORKING_SIDE, _WORKING_QUANTITY, _PENDING_SIDE, _PENDING_QUANTITY)
_OPO = (_WORKING_SIDE, _WORKING_QUANTITY, _PENDING_SIDE, _NO_PENDING_QUANTITY)
_PAIR = (_PENDING_ABOVE, _PENDING_BELOW)

PLACE_OCO = _placement("oco", (_SIDE, _QUANTITY), (_ABOVE, _BELOW), check=_check_oco, handler=_oco)
PLACE_OTO = _placement("oto", _OTO, (_WORKING, _PENDING), check=_check_oto, handler=_oto)
PLACE_OTOCO = _placement("otoco", _OTO, (_WORKING, *_PAIR), check=_check_otoco, handler=_otoco)
PLACE_OPO = _placement("opo", _OPO, (_WORKING, _PENDING), check=_check_opo, handler=_oto)
PLACE_OPOCO = _placement("opoco", _OPO, (_WORKING, *_PAIR), check=_check_opoco, handler=_otoco)
