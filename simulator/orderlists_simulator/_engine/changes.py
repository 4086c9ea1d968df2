"""Changes of order lists, as facts; `_api.events` writes them as user data events.

Invariant: an update is of one moment and has one trade at most, and every execution and every
trade has its own number.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import Literal, TypeAlias

from attrs import evolve, frozen

from orderlists_simulator._engine.enums import ListStatusType
from orderlists_simulator._engine.orders import Order, Trade, VenueOrderList

ExecutionType: TypeAlias = Literal["NEW", "CANCELED", "REPLACED", "TRADE", "EXPIRED"]
"""The kind of a change of an order."""


@frozen(kw_only=True)
class OrderChange:
    """A change of one order.

    Attributes:
        before: The order before; None if it is new.
        after: The order after.
        execution_type: The kind of the change.
        execution_id: The number of the change.
    """

    before: Order | None
    after: Order
    execution_type: ExecutionType
    execution_id: int

    @property
    def former_name(self) -> str | None:
        """The client id before a cancel or an amendment; None for any other kind."""
        if self.before is None or self.execution_type not in {"CANCELED", "REPLACED"}:
            return None
        return self.before.client_order_id

    @property
    def trade(self) -> Trade | None:
        """The trade; None for any other kind."""
        return self.after.trades[-1] if self.execution_type == "TRADE" else None


@frozen(kw_only=True)
class Balance:
    """The balance of an asset.

    Attributes:
        asset: The asset.
        free: What new orders can use.
        locked: What open orders hold.
    """

    asset: str
    free: Decimal
    locked: Decimal


@frozen(kw_only=True)
class ListUpdate:
    """A change of an order list.

    Attributes:
        order_list: The list after it.
        changes: The changes of its orders.
        at: The time, in nanoseconds.
        position: The balances after it; none for an account that is not accounted for.
    """

    order_list: VenueOrderList
    changes: tuple[OrderChange, ...]
    at: int
    position: tuple[Balance, ...] = ()

    @property
    def list_status_type(self) -> ListStatusType | Literal["UPDATED"] | None:
        """The type of the list status that reports it; None if none does."""
        if self.order_list.is_single:
            return None
        replaced = [each for each in self.changes if each.execution_type == "REPLACED"]
        if not replaced:
            return self.order_list.list_status_type
        is_renamed = any(each.former_name != each.after.client_order_id for each in replaced)
        return "UPDATED" if is_renamed else None


class ChangeRecorder:
    """Compares states of lists, and numbers the changes.

    Attributes:
        next_trade_id: The id for the next trade.
    """

    def __init__(self) -> None:
        self._execution_ids = count(1)
        self.next_trade_id = 1

    def update(
        self, before: VenueOrderList | None, after: VenueOrderList, *, now: int
    ) -> ListUpdate:
        """Return the change from one state of a list to the next; None before for a new list."""
        old = [None] * len(after.orders) if before is None else before.orders
        pairs = zip(old, after.orders, strict=True)
        changes = tuple(self._change(was, each) for was, each in pairs if _is_reported(was, each))
        return ListUpdate(order_list=after, changes=changes, at=now)

    def new_execution_id(self) -> int:
        """Return the number of an execution that comes with the next change."""
        return next(self._execution_ids)

    def _change(self, before: Order | None, after: Order) -> OrderChange:
        is_amendment = before is not None and after.amendments != before.amendments
        known = after.amendments[-1].execution_id if is_amendment else None
        change = OrderChange(
            before=before,
            after=after,
            execution_type=_execution_type(before, after),
            execution_id=self.new_execution_id() if known is None else known,
        )
        if change.trade is not None:
            self.next_trade_id = max(self.next_trade_id, change.trade.trade_id + 1)
        return change


def _is_reported(before: Order | None, after: Order) -> bool:
    # The begin of trailing is not documented as an event.
    return before is None or evolve(before, trailing_time=after.trailing_time) != after


def _execution_type(before: Order | None, after: Order) -> ExecutionType:
    if before is None:
        return "NEW"
    if after.executed_qty > before.executed_qty:
        return "TRADE"
    if after.status == "CANCELED":
        return "CANCELED"
    if before.quantity is not None and after.quantity != before.quantity:
        return "REPLACED"
    # A pending order that is released is reported as NEW a second time.
    return "EXPIRED" if after.status == "EXPIRED" else "NEW"
