"""What subscribers are told about a list: the events of the user data stream.

Pure functions from one state of a list to the next, named and ordered as documented.  Source:
"Order Update" and "List Status" of the user data stream.

Invariant: an event tells of one moment, and every connection is told the same, in its own unit.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from orderlists_simulator._amounts import written

if TYPE_CHECKING:
    from orderlists_simulator._orders import Order, OrderList
    from orderlists_simulator._replies import JsonObject
    from orderlists_simulator._timing import TimeUnit

ExecutionType: TypeAlias = Literal["NEW", "CANCELED", "TRADE", "EXPIRED"]
"""What happened to an order."""

_NO_TRADE = -1
_ZERO = Decimal(0)


@frozen(kw_only=True)
class Change:
    """One order that changed.

    Attributes:
        before: What it was; None if it was not there.
        after: What it is.
        what: What happened to it.
        execution_id: Of this change.
        trade_id: Of the trade; -1 if it is none.
    """

    before: Order | None
    after: Order
    what: ExecutionType
    execution_id: int
    trade_id: int

    @property
    def quantity(self) -> Decimal:
        """How much was executed."""
        return self.after.executed_qty - (self.before.executed_qty if self.before else _ZERO)

    @property
    def quote(self) -> Decimal:
        """How much was paid for that."""
        return self.after.quote_qty - (self.before.quote_qty if self.before else _ZERO)


@frozen(kw_only=True)
class News:
    """What happened to a list at one moment.

    Attributes:
        order_list: The list, as it is then.
        changes: Its orders that changed.
        at: When, in nanoseconds.
    """

    order_list: OrderList
    changes: tuple[Change, ...]
    at: int

    def reports(self, unit: TimeUnit) -> list[JsonObject]:
        """Return an ``executionReport`` for each order that changed."""
        return [_report(change, self.at, unit) for change in self.changes]

    def list_status(self, unit: TimeUnit) -> JsonObject:
        """Return the ``listStatus``."""
        order_list = self.order_list
        return {
            "e": "listStatus",
            "E": unit.written(self.at),
            "s": order_list.symbol,
            "g": order_list.order_list_id,
            "c": order_list.contingency_type,
            "l": order_list.list_status_type,
            "L": order_list.list_order_status,
            "r": "NONE",
            "C": order_list.list_client_order_id,
            "T": unit.written(self.at),
            "O": [
                {"s": each.symbol, "i": each.order_id, "c": each.client_order_id}
                for each in order_list.orders
            ],
        }


class Reporter:
    """Tells what happened, and numbers it."""

    def __init__(self) -> None:
        self._executions = count(1)
        self._trades = count(1)

    def news(self, before: OrderList | None, after: OrderList, *, now: int) -> News:
        """Return what happened to a list now, in nanoseconds.

        Args:
            before: What it was; None if it was just placed.
            after: What it is.
            now: In nanoseconds.
        """
        old = [None] * len(after.orders) if before is None else before.orders
        pairs = zip(old, after.orders, strict=True)
        changes = tuple(self._change(was, each) for was, each in pairs if was != each)
        return News(order_list=after, changes=changes, at=now)

    def _change(self, before: Order | None, after: Order) -> Change:
        what = _what(before, after)
        return Change(
            before=before,
            after=after,
            what=what,
            execution_id=next(self._executions),
            trade_id=next(self._trades) if what == "TRADE" else _NO_TRADE,
        )


def _what(before: Order | None, after: Order) -> ExecutionType:
    if before is None:
        return "NEW"
    if after.executed_qty > before.executed_qty:
        return "TRADE"
    if after.status == "CANCELED":
        return "CANCELED"
    # What was released from waiting is reported as new once more.
    return "EXPIRED" if after.status == "EXPIRED" else "NEW"


def _report(change: Change, at: int, unit: TimeUnit) -> JsonObject:
    order = change.after
    is_canceled = change.what == "CANCELED"
    on_book = order.working_time is not None and not order.is_final
    report: JsonObject = {
        "e": "executionReport",
        "E": unit.written(at),
        "s": order.symbol,
        "c": order.cancel_id if is_canceled else order.client_order_id,
        "S": order.side,
        "o": order.type,
        "f": order.time_in_force,
        "q": _written(order.quantity),
        "p": written(order.price),
        "P": _written(order.stop_price),
        "F": _written(order.iceberg_qty),
        "g": order.order_list_id,
        "C": order.client_order_id if is_canceled else "",
        "x": change.what,
        "X": order.status,
        "r": "NONE",
        "i": order.order_id,
        "l": written(change.quantity),
        "z": written(order.executed_qty),
        "L": written(change.quote / change.quantity if change.quantity else _ZERO),
        "n": "0",
        "N": None,
        "T": unit.written(at),
        "t": change.trade_id,
        "I": change.execution_id,
        "w": on_book,
        # [ASSUME] What stands on the book is the maker; whoever takes it is not told of here.
        "m": change.what == "TRADE" and order.type == "LIMIT_MAKER",
        "M": False,
        "O": unit.written(order.time),
        "Z": written(order.quote_qty),
        "Y": written(change.quote),
        "Q": written(_ZERO),
        "V": order.self_trade_prevention_mode,
    }
    return {**report, **_conditional(order, unit)}


def _conditional(order: Order, unit: TimeUnit) -> JsonObject:
    prevented, pegged, trailing = order.prevented_quantity, order.pegged_price, order.trailing_time
    facts: JsonObject = {
        "W": None if order.working_time is None else unit.written(order.working_time),
        "d": order.trailing_delta,
        "D": None if trailing is None else unit.written(trailing),
        "j": order.strategy_id,
        "J": order.strategy_type,
        "v": order.prevented_match_id,
        "A": None if prevented is None else written(prevented),
        "k": order.working_floor,
        "uS": order.used_sor,
        "gP": order.peg_price_type,
        "gOT": order.peg_offset_type,
        "gOV": order.peg_offset_value,
        "gp": None if pegged is None else written(pegged),
        "eR": order.expiry_reason,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _written(value: Decimal | None) -> str:
    return written(_ZERO if value is None else value)
