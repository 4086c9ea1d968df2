"""The endpoints of order lists, but for placing them.

Source: `Cancel Order List`, `Query Order list`, `Query all Order lists`, `Query Open Order lists`.
"""

from __future__ import annotations

from collections.abc import Mapping

from orderlists_simulator._api.endpoint import Call, Served, at_least_one
from orderlists_simulator._api.parameters import CLIENT_ID, LONG, SYMBOL, mandatory, optional
from orderlists_simulator._api.ranges import RANGE, check_limit, has_times, selection
from orderlists_simulator._api.responses import Json, cancel_body, list_body
from orderlists_simulator._engine.errors import wrong_combination

_SYMBOL = mandatory("symbol", SYMBOL)
_ORDER_LIST_ID = optional("orderListId", LONG)
_LIST_CLIENT_ORDER_ID = optional("listClientOrderId", CLIENT_ID)
_NEW_CLIENT_ORDER_ID = optional("newClientOrderId", CLIENT_ID)
_ORIG_CLIENT_ORDER_ID = optional("origClientOrderId", CLIENT_ID)
_FROM_ID = optional("fromId", LONG)


def _need_an_id(values: Mapping[str, object]) -> None:
    if set(values.values()) == {None}:
        raise wrong_combination("Recommendation: 'orderListId' should also be sent.")


@Served(
    rest=("DELETE", "/api/v3/orderList"),
    websocket="orderList.cancel",
    security="TRADE",
    weight=1,
    effect="cancel",
    parameters=(_SYMBOL, _ORDER_LIST_ID, _LIST_CLIENT_ORDER_ID, _NEW_CLIENT_ORDER_ID),
    check=at_least_one(_ORDER_LIST_ID, _LIST_CLIENT_ORDER_ID),
)
def _cancel(call: Call) -> Json:
    cancellation = call.venue.order_entry.cancel(
        symbol=call[_SYMBOL],
        order_list_id=call[_ORDER_LIST_ID],
        list_client_order_id=call[_LIST_CLIENT_ORDER_ID],
        new_client_order_id=call[_NEW_CLIENT_ORDER_ID],
        account=call.account,
        now=call.now,
    )
    return cancel_body(cancellation, call.unit)


@Served(
    rest=("GET", "/api/v3/orderList"),
    websocket="orderList.status",
    security="USER_DATA",
    weight=4,
    parameters=(_ORDER_LIST_ID, _ORIG_CLIENT_ORDER_ID),
    check=_need_an_id,
)
def _query(call: Call) -> Json:
    order_list_id, name = call[_ORDER_LIST_ID], call[_ORIG_CLIENT_ORDER_ID]
    # "orderListId: ignored if origClientOrderId is used": documented for the WebSocket API only.
    ignored = call.protocol == "WebSocket" and name is not None
    with call.queries() as queries:
        found = queries.order_list(None if ignored else order_list_id, name)
    return list_body(found, call.unit)


@Served(
    rest=("GET", "/api/v3/openOrderList"),
    websocket="openOrderLists.status",
    security="USER_DATA",
    weight=6,
)
def _open(call: Call) -> Json:
    with call.queries() as queries:
        return [list_body(each, call.unit) for each in queries.open_lists()]


@Served(
    rest=("GET", "/api/v3/allOrderList"),
    websocket="allOrderLists",
    security="USER_DATA",
    weight=20,
    parameters=(_FROM_ID, *RANGE),
    check=check_limit,
)
def _all(call: Call) -> Json:
    from_id = call[_FROM_ID]
    # "fromId: ignored if startTime and endTime are used": for the WebSocket API only.
    if from_id is not None and has_times(call) and call.protocol == "REST":
        raise wrong_combination()
    with call.queries() as queries:
        found = queries.all_lists(selection(call, from_id))
    return [list_body(each, call.unit) for each in found]
