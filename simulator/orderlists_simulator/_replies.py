"""Replies as plain objects, ready to be written as JSON, named and ordered as documented.

REST bodies and the results of the WebSocket API are the same objects.  Source: `Cancel Order List`,
"Conditional fields in Order Responses".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from orderlists_simulator._amounts import written

if TYPE_CHECKING:
    from orderlists_simulator._orders import Cancellation, Order, OrderList
    from orderlists_simulator._timing import TimeUnit

JsonObject: TypeAlias = dict[str, object]

_NOT_YET = -1
# Lists take no quote quantity; the documentation writes the zero with six decimals, and only here.
_NO_QUOTE_QUANTITY = "0.000000"


def canceled_list(cancellation: Cancellation, unit: TimeUnit) -> JsonObject:
    """Return the reply to a cancel that was accepted."""
    return {
        **list_facts(cancellation.order_list, unit),
        "orderReports": [_cancel_report(order, unit) for order in cancellation.canceled],
    }


def list_facts(order_list: OrderList, unit: TimeUnit) -> JsonObject:
    """Return a list without the state of its orders: these keep the ids they were placed under."""
    return {
        "orderListId": order_list.order_list_id,
        "contingencyType": order_list.contingency_type,
        "listStatusType": order_list.list_status_type,
        "listOrderStatus": order_list.list_order_status,
        "listClientOrderId": order_list.list_client_order_id,
        "transactionTime": unit.written(order_list.transaction_time),
        "symbol": order_list.symbol,
        "orders": [
            {
                "symbol": order.symbol,
                "orderId": order.order_id,
                "clientOrderId": order.client_order_id,
            }
            for order in order_list.orders
        ],
    }


def _cancel_report(order: Order, unit: TimeUnit) -> JsonObject:
    report: JsonObject = {
        "symbol": order.symbol,
        "origClientOrderId": order.client_order_id,
        "orderId": order.order_id,
        "orderListId": order.order_list_id,
        "clientOrderId": order.cancel_id,
        "transactTime": unit.written(order.update_time),
        "price": written(order.price),
        "origQty": None if order.quantity is None else written(order.quantity),
        "executedQty": written(order.executed_qty),
        "origQuoteOrderQty": _NO_QUOTE_QUANTITY,
        "cummulativeQuoteQty": written(order.quote_qty),
        "status": order.status,
        "timeInForce": order.time_in_force,
        "type": order.type,
        "side": order.side,
        **_trigger(order, unit),
        "icebergQty": None if order.iceberg_qty is None else written(order.iceberg_qty),
        "strategyId": order.strategy_id,
        "strategyType": order.strategy_type,
        "selfTradePreventionMode": order.self_trade_prevention_mode,
        **_conditional(order),
    }
    return {name: value for name, value in report.items() if value is not None}


def _trigger(order: Order, unit: TimeUnit) -> JsonObject:
    facts: JsonObject = {
        "stopPrice": None if order.stop_price is None else written(order.stop_price),
        "trailingDelta": order.trailing_delta,
    }
    if order.trailing_delta is not None:
        began = order.trailing_time
        facts["trailingTime"] = _NOT_YET if began is None else unit.written(began)
    return facts


def _conditional(order: Order) -> JsonObject:
    prevented, pegged = order.prevented_quantity, order.pegged_price
    return {
        "preventedMatchId": order.prevented_match_id,
        "preventedQuantity": None if prevented is None else written(prevented),
        "usedSor": order.used_sor,
        "workingFloor": order.working_floor,
        "pegPriceType": order.peg_price_type,
        "pegOffsetType": order.peg_offset_type,
        "pegOffsetValue": order.peg_offset_value,
        "peggedPrice": None if pegged is None else written(pegged),
        "expiryReason": order.expiry_reason,
    }
