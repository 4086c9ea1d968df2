"""The endpoints of orders, but for placing them.

Source: `Cancel order`, `Cancel All Open Orders on a Symbol`, `Query order`, `Current open orders`,
`All orders`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from orderlists_simulator._api.endpoint import Call, Served, at_least_one
from orderlists_simulator._api.parameters import (
    CLIENT_ID,
    LONG,
    SYMBOL,
    mandatory,
    optional,
    words,
)
from orderlists_simulator._api.ranges import RANGE, check_limit, selection
from orderlists_simulator._api.responses import Json, cancel_body, order_body
from orderlists_simulator._engine.enums import CancelRestrictions

_SYMBOL = mandatory("symbol", SYMBOL)
_ANY_SYMBOL = optional("symbol", SYMBOL)
_ORDER_ID = optional("orderId", LONG)
_ORIG_CLIENT_ORDER_ID = optional("origClientOrderId", CLIENT_ID)
_NEW_CLIENT_ORDER_ID = optional("newClientOrderId", CLIENT_ID)
_CANCEL_RESTRICTIONS = optional(
    "cancelRestrictions", words(CancelRestrictions, -1145, "Invalid cancelRestrictions")
)
_WEIGHT_OF_A_SYMBOL: Final = 6
_WEIGHT_OF_ALL_SYMBOLS: Final = 80


def _weight_of_open(sent: Mapping[str, str]) -> int:
    return _WEIGHT_OF_A_SYMBOL if _ANY_SYMBOL.name in sent else _WEIGHT_OF_ALL_SYMBOLS


@Served(
    rest=("GET", "/api/v3/order"),
    websocket="order.status",
    security="USER_DATA",
    weight=4,
    parameters=(_SYMBOL, _ORDER_ID, _ORIG_CLIENT_ORDER_ID),
    check=at_least_one(_ORIG_CLIENT_ORDER_ID, _ORDER_ID),
)
def _query(call: Call) -> Json:
    symbol = call[_SYMBOL]
    call.venue.check_symbol(symbol)
    with call.queries() as queries:
        found = queries.order(symbol, call[_ORDER_ID], call[_ORIG_CLIENT_ORDER_ID])
    return order_body(found, call.unit)


@Served(
    rest=("DELETE", "/api/v3/order"),
    websocket="order.cancel",
    security="TRADE",
    weight=1,
    effect="cancel",
    parameters=(
        _SYMBOL,
        _ORDER_ID,
        _ORIG_CLIENT_ORDER_ID,
        _NEW_CLIENT_ORDER_ID,
        _CANCEL_RESTRICTIONS,
    ),
    check=at_least_one(_ORIG_CLIENT_ORDER_ID, _ORDER_ID),
)
def _cancel(call: Call) -> Json:
    cancellation = call.venue.order_entry.cancel_order(
        symbol=call[_SYMBOL],
        order_id=call[_ORDER_ID],
        orig_client_order_id=call[_ORIG_CLIENT_ORDER_ID],
        new_client_order_id=call[_NEW_CLIENT_ORDER_ID],
        restrictions=call[_CANCEL_RESTRICTIONS],
        account=call.account,
        now=call.now,
    )
    return cancel_body(cancellation, call.unit)


@Served(
    rest=("DELETE", "/api/v3/openOrders"),
    websocket="openOrders.cancelAll",
    security="TRADE",
    weight=1,
    effect="cancel",
    parameters=(_SYMBOL,),
)
def _cancel_open(call: Call) -> Json:
    done = call.venue.order_entry.cancel_open_orders(
        symbol=call[_SYMBOL], account=call.account, now=call.now
    )
    return [cancel_body(each, call.unit) for each in done]


@Served(
    rest=("GET", "/api/v3/openOrders"),
    websocket="openOrders.status",
    security="USER_DATA",
    weight=_weight_of_open,
    parameters=(_ANY_SYMBOL,),
)
def _open(call: Call) -> Json:
    symbol = call[_ANY_SYMBOL]
    if symbol is not None:
        call.venue.check_symbol(symbol)
    with call.queries() as queries:
        return [order_body(each, call.unit) for each in queries.open_orders(symbol)]


@Served(
    rest=("GET", "/api/v3/allOrders"),
    websocket="allOrders",
    security="USER_DATA",
    weight=20,
    parameters=(_SYMBOL, _ORDER_ID, *RANGE),
    check=check_limit,
)
def _all(call: Call) -> Json:
    # "orderId: ignored if startTime and/or endTime are used".
    symbol = call[_SYMBOL]
    call.venue.check_symbol(symbol)
    with call.queries() as queries:
        found = queries.all_orders(symbol, selection(call, call[_ORDER_ID]))
    return [order_body(each, call.unit) for each in found]
