"""User data events as JSON values, with the documented names in the documented order.

Source: "Order Update" and "List Status" of the user data stream.
"""

from __future__ import annotations

from orderlists_simulator._api.responses import JsonObject
from orderlists_simulator._engine.changes import ListUpdate, OrderChange
from orderlists_simulator._engine.orders import Order
from orderlists_simulator._engine.time import TimeUnit
from orderlists_simulator._validators import format_amount

_NO_TRADE = -1


def execution_reports(update: ListUpdate, unit: TimeUnit) -> list[JsonObject]:
    """Return an ``executionReport`` for each order that changed."""
    return [_report(change, update.at, unit) for change in update.changes]


def list_statuses(update: ListUpdate, unit: TimeUnit) -> list[JsonObject]:
    """Return the ``listStatus``, if there is one."""
    status = update.list_status_type
    return [] if status is None else [_list_status(update, status, unit)]


def _list_status(update: ListUpdate, status: str, unit: TimeUnit) -> JsonObject:
    order_list, at = update.order_list, unit.convert(update.at)
    return {
        "e": "listStatus",
        "E": at,
        "s": order_list.symbol,
        "g": order_list.order_list_id,
        "c": order_list.contingency_type,
        "l": status,
        "L": order_list.list_order_status,
        "r": "NONE",
        "C": order_list.list_client_order_id,
        "T": at,
        "O": [
            {"s": each.symbol, "i": each.order_id, "c": each.client_order_id}
            for each in order_list.orders
        ],
    }


def account_position(update: ListUpdate, unit: TimeUnit) -> JsonObject:
    """Return the ``outboundAccountPosition``."""
    at = unit.convert(update.at)
    balances = [
        {"a": each.asset, "f": format_amount(each.free), "l": format_amount(each.locked)}
        for each in update.position
    ]
    return {"e": "outboundAccountPosition", "E": at, "u": at, "B": balances}


def _report(change: OrderChange, at: int, unit: TimeUnit) -> JsonObject:
    order, trade = change.after, change.trade
    is_canceled = change.execution_type == "CANCELED"
    return {
        "e": "executionReport",
        "E": unit.convert(at),
        "s": order.symbol,
        "c": order.cancel_id if is_canceled else order.client_order_id,
        "S": order.side,
        "o": order.type,
        "f": order.time_in_force,
        # [ASSUME] 0 for a pending order of an OPO: the field is documented as always present.
        "q": format_amount(order.quantity),
        "p": format_amount(order.price),
        "P": format_amount(order.stop_price),
        "F": format_amount(order.iceberg_qty),
        "g": order.order_list_id,
        "C": change.former_name or "",
        "x": change.execution_type,
        "X": order.status,
        "r": "NONE",
        "i": order.order_id,
        "l": format_amount(None if trade is None else trade.quantity),
        "z": format_amount(order.executed_qty),
        "L": format_amount(None if trade is None else trade.price),
        # As in the documented sample, and not with eight decimals, where there is no trade.
        "n": "0" if trade is None else format_amount(trade.commission),
        "N": None if trade is None else order.received_asset,
        "T": unit.convert(at),
        "t": _NO_TRADE if trade is None else trade.trade_id,
        "I": change.execution_id,
        "w": order.working_time is not None and not order.is_final,
        "m": trade is not None and trade.is_maker,
        "M": False,
        "O": unit.convert(order.time),
        "Z": format_amount(order.quote_qty),
        "Y": format_amount(None if trade is None else trade.price * trade.quantity),
        "Q": format_amount(None),
        "V": order.self_trade_prevention_mode,
        **_conditional(order, unit),
    }


def _conditional(order: Order, unit: TimeUnit) -> JsonObject:
    prevented, pegged, trailing = order.prevented_quantity, order.pegged_price, order.trailing_time
    facts: JsonObject = {
        "W": None if order.working_time is None else unit.convert(order.working_time),
        "d": order.trailing_delta,
        "D": None if trailing is None else unit.convert(trailing),
        "j": order.strategy_id,
        "J": order.strategy_type,
        "v": order.prevented_match_id,
        "A": None if prevented is None else format_amount(prevented),
        "k": order.working_floor,
        "uS": order.used_sor,
        "gP": order.peg_price_type,
        "gOT": order.peg_offset_type,
        "gOV": order.peg_offset_value,
        "gp": None if pegged is None else format_amount(pegged),
        "eR": order.expiry_reason,
    }
    return {name: value for name, value in facts.items() if value is not None}
