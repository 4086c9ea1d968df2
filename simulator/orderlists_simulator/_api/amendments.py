"""The endpoints of amendments.

Source: `Order Amend Keep Priority`, `Query Order Amendments`.
"""

from __future__ import annotations

from orderlists_simulator._api.endpoint import Call, Served, at_least_one
from orderlists_simulator._api.parameters import (
    CLIENT_ID,
    DECIMAL,
    LONG,
    SYMBOL,
    mandatory,
    optional,
)
from orderlists_simulator._api.responses import Json, JsonObject, amended_body
from orderlists_simulator._engine.orders import Amendment, Order
from orderlists_simulator._engine.time import TimeUnit
from orderlists_simulator._validators import format_amount

_SYMBOL = mandatory("symbol", SYMBOL)
_ORDER_ID = optional("orderId", LONG)
_ORIG_CLIENT_ORDER_ID = optional("origClientOrderId", CLIENT_ID)
_NEW_CLIENT_ORDER_ID = optional("newClientOrderId", CLIENT_ID)
_NEW_QTY = mandatory("newQty", DECIMAL)
_FROM_EXECUTION_ID = optional("fromExecutionId", LONG)
_LIMIT = optional("limit", LONG)
_AMENDED_ORDER_ID = mandatory("orderId", LONG)
_DEFAULT_AMENDMENTS, _MOST_AMENDMENTS = 500, 1000


@Served(
    rest=("PUT", "/api/v3/order/amend/keepPriority"),
    websocket="order.amend.keepPriority",
    security="TRADE",
    weight=4,
    effect="amend",
    parameters=(_SYMBOL, _ORDER_ID, _ORIG_CLIENT_ORDER_ID, _NEW_CLIENT_ORDER_ID, _NEW_QTY),
    check=at_least_one(_ORIG_CLIENT_ORDER_ID, _ORDER_ID),
)
def _amend(call: Call) -> Json:
    order_list, order = call.venue.amending.amend(
        symbol=call[_SYMBOL],
        order_id=call[_ORDER_ID],
        orig_client_order_id=call[_ORIG_CLIENT_ORDER_ID],
        new_client_order_id=call[_NEW_CLIENT_ORDER_ID],
        new_quantity=call[_NEW_QTY],
        account=call.account,
        now=call.now,
    )
    return amended_body(order_list, order, call.unit)


@Served(
    rest=("GET", "/api/v3/order/amendments"),
    websocket="order.amendments",
    security="USER_DATA",
    weight=4,
    parameters=(_SYMBOL, _AMENDED_ORDER_ID, _FROM_EXECUTION_ID, _LIMIT),
)
def _query(call: Call) -> Json:
    symbol = call[_SYMBOL]
    call.venue.check_symbol(symbol)
    # [ASSUME] -2013 for an order that does not exist.
    with call.queries() as queries:
        found = queries.order(symbol, call[_AMENDED_ORDER_ID])
    first, sent = call[_FROM_EXECUTION_ID], call[_LIMIT]
    limit = _DEFAULT_AMENDMENTS if sent is None else sent
    chosen = [each for each in found.order.amendments if each.execution_id >= (first or 0)]
    # [ASSUME] The oldest, and a greater limit is not an error.
    page = chosen[: min(limit, _MOST_AMENDMENTS)]
    return [_body(found.order, each, call.unit) for each in page]


def _body(order: Order, amendment: Amendment, unit: TimeUnit) -> JsonObject:
    return {
        "symbol": order.symbol,
        "orderId": order.order_id,
        "executionId": amendment.execution_id,
        "origClientOrderId": amendment.orig_client_order_id,
        "newClientOrderId": amendment.new_client_order_id,
        "origQty": format_amount(amendment.orig_quantity),
        "newQty": format_amount(amendment.new_quantity),
        "time": unit.convert(amendment.time),
    }
