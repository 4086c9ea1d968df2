"""Replies as JSON values, with the documented names in the documented order.

A REST body and a result of the WebSocket API are the same value.  Source: `Cancel Order List`,
`Query Order list`, `Query order`, "Conditional fields in Order Responses".
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, TypeAlias

from orderlists_simulator._engine.orders import Cancellation, Order, Trade, VenueOrderList
from orderlists_simulator._engine.queries import OrderView
from orderlists_simulator._engine.time import TimeUnit
from orderlists_simulator._validators import format_amount

JsonObject: TypeAlias = dict[str, object]
Json: TypeAlias = JsonObject | list[JsonObject]

ResponseType: TypeAlias = Literal["ACK", "RESULT", "FULL"]
"""How much the reply to a placement says about each order."""

_NOT_YET = -1
# Lists have no quote quantity; the documentation writes this zero, and no other, with six decimals.
_NO_QUOTE_QUANTITY = "0.000000"


def cancel_body(cancellation: Cancellation, unit: TimeUnit) -> JsonObject:
    """Return the reply to an accepted cancel; a single order has no list around its report."""
    if cancellation.order_list.is_single:
        return _cancel_report(cancellation.canceled[0], unit)
    return {
        **list_body(cancellation.order_list, unit),
        "orderReports": [_cancel_report(order, unit) for order in cancellation.canceled],
    }


def placement_body(placed: VenueOrderList, detail: ResponseType, unit: TimeUnit) -> JsonObject:
    """Return the reply to an accepted placement.

    A list that ended within the placement has no client id any more.
    """
    name = placed.list_client_order_id if placed.is_open else None
    return {
        **list_body(placed, unit),
        "listClientOrderId": name,
        "orderReports": [order_placement_body(order, detail, unit) for order in placed.orders],
    }


def order_placement_body(order: Order, detail: ResponseType, unit: TimeUnit) -> JsonObject:
    """Return the reply to an accepted placement of an order, or its report in that of a list."""
    known: JsonObject = {
        "symbol": order.symbol,
        "orderId": order.order_id,
        "orderListId": order.order_list_id,
        "clientOrderId": order.client_order_id,
        "transactTime": unit.convert(order.time),
    }
    if detail == "ACK":
        return known
    fills = [_fill(each, order.received_asset) for each in order.trades]
    result: JsonObject = {
        **known,
        **_progress(order, unit),
        "workingTime": _since(order.working_time, unit),
        **_terms(order),
        "fills": fills if detail == "FULL" else None,
    }
    return _without_none(result)


def _fill(trade: Trade, received_asset: str) -> JsonObject:
    return {
        "price": format_amount(trade.price),
        "qty": format_amount(trade.quantity),
        "commission": format_amount(trade.commission),
        "commissionAsset": received_asset,
        "tradeId": trade.trade_id,
    }


def list_body(found: VenueOrderList, unit: TimeUnit) -> JsonObject:
    """Return a list as a query shows it: its orders without state, under their original ids."""
    return {
        "orderListId": found.order_list_id,
        "contingencyType": found.contingency_type,
        "listStatusType": found.list_status_type,
        "listOrderStatus": found.list_order_status,
        "listClientOrderId": found.list_client_order_id,
        "transactionTime": unit.convert(found.transaction_time),
        "symbol": found.symbol,
        "orders": [
            {
                "symbol": order.symbol,
                "orderId": order.order_id,
                "clientOrderId": order.client_order_id,
            }
            for order in found.orders
        ],
    }


def _progress(order: Order, unit: TimeUnit) -> JsonObject:
    """Return what was ordered and what became of it, as a report begins."""
    return {
        "price": format_amount(order.price),
        "origQty": None if order.quantity is None else format_amount(order.quantity),
        "executedQty": format_amount(order.executed_qty),
        "origQuoteOrderQty": _NO_QUOTE_QUANTITY,
        "cummulativeQuoteQty": format_amount(order.quote_qty),
        "status": order.status,
        "timeInForce": order.time_in_force,
        "type": order.type,
        "side": order.side,
        **_trigger(order, unit),
    }


def _terms(order: Order) -> JsonObject:
    """Return what else was ordered, as a report ends."""
    return {
        "icebergQty": None if order.iceberg_qty is None else format_amount(order.iceberg_qty),
        "strategyId": order.strategy_id,
        "strategyType": order.strategy_type,
        "selfTradePreventionMode": order.self_trade_prevention_mode,
        **_conditional(order),
    }


def _cancel_report(order: Order, unit: TimeUnit) -> JsonObject:
    report: JsonObject = {
        "symbol": order.symbol,
        "origClientOrderId": order.client_order_id,
        "orderId": order.order_id,
        "orderListId": order.order_list_id,
        "clientOrderId": order.cancel_id,
        "transactTime": unit.convert(order.update_time),
        **_progress(order, unit),
        **_terms(order),
    }
    return _without_none(report)


def order_body(view: OrderView, unit: TimeUnit) -> JsonObject:
    """Return an order as a query shows it."""
    found = view.order
    return _without_none(
        {
            "symbol": found.symbol,
            "orderId": found.order_id,
            "orderListId": found.order_list_id,
            "clientOrderId": view.client_order_id,
            "price": format_amount(found.price),
            "origQty": None if found.quantity is None else format_amount(found.quantity),
            "executedQty": format_amount(found.executed_qty),
            "cummulativeQuoteQty": format_amount(found.quote_qty),
            "status": found.status,
            "timeInForce": found.time_in_force,
            "type": found.type,
            "side": found.side,
            "stopPrice": format_amount(found.stop_price),
            "icebergQty": format_amount(found.iceberg_qty),
            "time": unit.convert(found.time),
            "updateTime": unit.convert(found.update_time),
            "isWorking": found.working_time is not None,
            "workingTime": _since(found.working_time, unit),
            "origQuoteOrderQty": _NO_QUOTE_QUANTITY,
            "selfTradePreventionMode": found.self_trade_prevention_mode,
            "strategyId": found.strategy_id,
            "strategyType": found.strategy_type,
            **_trailing(found, unit),
            **_conditional(found),
        }
    )


def amended_body(order_list: VenueOrderList, order: Order, unit: TimeUnit) -> JsonObject:
    """Return the reply to an accepted amend; for a leg of a list with the status of the list."""
    amendment, working = order.amendments[-1], order.working_time
    amended: JsonObject = {
        "symbol": order.symbol,
        "orderId": order.order_id,
        "orderListId": order.order_list_id,
        "origClientOrderId": amendment.orig_client_order_id,
        "clientOrderId": amendment.new_client_order_id,
        "price": format_amount(order.price),
        "qty": format_amount(order.quantity),
        "executedQty": format_amount(order.executed_qty),
        "preventedQty": format_amount(order.prevented_quantity),
        "quoteOrderQty": format_amount(None),
        "cumulativeQuoteQty": format_amount(order.quote_qty),
        "status": order.status,
        "timeInForce": order.time_in_force,
        "type": order.type,
        "side": order.side,
        **_trigger(order, unit),
        "workingTime": None if working is None else unit.convert(working),
        **_terms(order),
        # It is `preventedQty` here.
        "preventedQuantity": None,
    }
    body: JsonObject = {
        "transactTime": unit.convert(amendment.time),
        "executionId": amendment.execution_id,
        "amendedOrder": _without_none(amended),
    }
    if order_list.is_single:
        return body
    status = list_body(order_list, unit)
    left_out = {"listStatusType", "transactionTime"}
    shown = {name: value for name, value in status.items() if name not in left_out}
    return {**body, "listStatus": shown}


def rate_limit(
    kind: str, interval: str, interval_num: int, limit: int, count: int | None = None
) -> JsonObject:
    """Return a rate limit, with what is used of it if a count is given."""
    facts: JsonObject = {
        "rateLimitType": kind,
        "interval": interval,
        "intervalNum": interval_num,
        "limit": limit,
        "count": count,
    }
    return _without_none(facts)


def commission_rates(rate: Decimal) -> JsonObject:
    """Return the rates of a maker and a taker, which are the same here."""
    return {"maker": format_amount(rate), "taker": format_amount(rate)}


def _without_none(facts: JsonObject) -> JsonObject:
    return {name: value for name, value in facts.items() if value is not None}


def _since(time: int | None, unit: TimeUnit) -> int:
    return _NOT_YET if time is None else unit.convert(time)


def _trigger(order: Order, unit: TimeUnit) -> JsonObject:
    stop_price = None if order.stop_price is None else format_amount(order.stop_price)
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
        "preventedQuantity": None if prevented is None else format_amount(prevented),
        "usedSor": order.used_sor,
        "workingFloor": order.working_floor,
        "pegPriceType": order.peg_price_type,
        "pegOffsetType": order.peg_offset_type,
        "pegOffsetValue": order.peg_offset_value,
        "peggedPrice": None if pegged is None else format_amount(pegged),
        "expiryReason": order.expiry_reason,
    }
