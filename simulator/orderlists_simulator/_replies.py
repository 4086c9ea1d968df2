"""Replies as plain objects, ready to be written as JSON, named and ordered as documented.

REST bodies and the results of the WebSocket API are the same objects.  Source: `Cancel Order List`,
`Query Order list`, `Query order`, "Conditional fields in Order Responses".
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from orderlists_simulator._amounts import written

if TYPE_CHECKING:
    from orderlists_simulator._orders import Cancellation, Order, OrderList
    from orderlists_simulator._queries import OrderView
    from orderlists_simulator._timing import TimeUnit

JsonObject: TypeAlias = dict[str, object]
Json: TypeAlias = JsonObject | list[JsonObject]

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
    return _without_none(report)


def found_order(view: OrderView, unit: TimeUnit) -> JsonObject:
    """Return an order as a query tells of it."""
    order = view.order
    return _without_none(
        {
            "symbol": order.symbol,
            "orderId": order.order_id,
            "orderListId": order.order_list_id,
            "clientOrderId": view.client_order_id,
            "price": written(order.price),
            "origQty": None if order.quantity is None else written(order.quantity),
            "executedQty": written(order.executed_qty),
            "cummulativeQuoteQty": written(order.quote_qty),
            "status": order.status,
            "timeInForce": order.time_in_force,
            "type": order.type,
            "side": order.side,
            "stopPrice": _written_or_zero(order.stop_price),
            "icebergQty": _written_or_zero(order.iceberg_qty),
            "time": unit.written(order.time),
            "updateTime": unit.written(order.update_time),
            "isWorking": order.working_time is not None,
            "workingTime": _since(order.working_time, unit),
            "origQuoteOrderQty": _NO_QUOTE_QUANTITY,
            "selfTradePreventionMode": order.self_trade_prevention_mode,
            "strategyId": order.strategy_id,
            "strategyType": order.strategy_type,
            **_trailing(order, unit),
            **_conditional(order),
        }
    )


def _without_none(facts: JsonObject) -> JsonObject:
    return {name: value for name, value in facts.items() if value is not None}


def _written_or_zero(value: Decimal | None) -> str:
    return written(Decimal(0) if value is None else value)


def _since(time: int | None, unit: TimeUnit) -> int:
    return _NOT_YET if time is None else unit.written(time)


def _trigger(order: Order, unit: TimeUnit) -> JsonObject:
    stop_price = None if order.stop_price is None else written(order.stop_price)
    return {"stopPrice": stop_price, **_trailing(order, unit)}


def _trailing(order: Order, unit: TimeUnit) -> JsonObject:
    if order.trailing_delta is None:
        return {}
    return {
        "trailingDelta": order.trailing_delta,
        "trailingTime": _since(order.trailing_time, unit),
    }


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
