"""Evidence: what an observed state proves about a cancel.

Query results may be stale, but never ahead of the matching engine: an order reported as final is
final, and an order reported with the id of a cancel was canceled by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, StrEnum
from typing import Final

from attrs import evolve, frozen

from orderlists._clock import ClockReading
from orderlists._models.order_lists import CanceledOrderList, Evidence, OrderList, OrderReport
from orderlists._models.proof import canceled
from orderlists._time import Instant, TimeUnit
from orderlists.enums import ListOrderStatus, OrderStatus

# Python 3.11 finds a member in its enum ten times as slowly as a global.
_CANCELED: Final = OrderStatus.CANCELED

FINAL = frozenset(
    {
        OrderStatus.FILLED,
        _CANCELED,
        OrderStatus.REJECTED,
        OrderStatus.EXPIRED,
        OrderStatus.EXPIRED_IN_MATCH,
    }
)
"""The final statuses."""

EVENT_GRACE = 0.25
"""Seconds to wait for an event, which is sent at about the same time as the reply."""

_NEVER = Instant(2**63 - 1, TimeUnit.MICROSECOND)


class Finding(Enum):
    """What a snapshot proves about the cancel with a given id.

    ``OURS``: an order was canceled under that id.  ``NOT_OURS``: the list is over, and no order was
    canceled under it.  ``OVER``: the list is over, and a canceled order has no cancel id.
    ``OPEN``: not every order was reported as final.
    """

    OURS = "OURS"
    NOT_OURS = "NOT_OURS"
    OVER = "OVER"
    OPEN = "OPEN"


class Ending(StrEnum):
    """How a list or an order ended that was already over.

    ``FILLED``: an order was filled.  ``CANCELED``: another cancel ended it.  ``EXPIRED``: neither.
    """

    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"


@frozen
class Snapshot:
    """The queried state of a list.

    Attributes:
        order_list: The list, with a report on each order that could be queried.
        at: When the query was sent, by the monotonic clock, in nanoseconds.
    """

    order_list: OrderList
    at: int

    def finding(self, cancel_id: str) -> Finding:
        """Return what the snapshot proves about the cancel with this id."""
        reports = self.order_list.order_reports
        canceled = [r for r in reports if r.status is _CANCELED]
        if any(r.client_order_id == cancel_id for r in canceled):
            return Finding.OURS
        if (
            not reports
            or len(reports) < len(self.order_list.orders)
            or any(r.status not in FINAL for r in reports)
        ):
            return Finding.OPEN
        placed_as = {order.order_id: order.client_order_id for order in self.order_list.orders}
        if any(r.client_order_id == placed_as.get(r.order_id) for r in canceled):
            return Finding.OVER
        return Finding.NOT_OURS

    def was_placed_before(self, reading: ClockReading) -> bool:
        """Return whether the list was certainly placed before this reading of the clock."""
        times = [r.time for r in self.order_list.order_reports if r.time is not None]
        # The last change of an open, unchanged list was its placement.
        return was_before(
            min(self.order_list.transaction_time, max(times, default=_NEVER)), reading
        )

    @property
    def is_open(self) -> bool:
        """Whether the list itself is EXECUTING."""
        return self.order_list.list_order_status is ListOrderStatus.EXECUTING

    @property
    def live_orders(self) -> list[OrderReport]:
        """The reports on its orders that are not final."""
        return [each for each in self.order_list.order_reports if each.status not in FINAL]

    @property
    def is_surely_open(self) -> bool:
        """Whether the list is EXECUTING, every order was reported, and at least one is live."""
        found = self.order_list
        is_complete = len(found.order_reports) == len(found.orders)
        return self.is_open and is_complete and bool(self.live_orders)

    def canceled(self) -> CanceledOrderList:
        """Return the list as the result of a cancel that this snapshot proves."""
        return canceled(self.order_list, Evidence.QUERY)


def with_reports(order_list: OrderList, reports: list[OrderReport]) -> OrderList:
    """Return a list with the queried reports on its orders."""
    return evolve(order_list, order_reports=tuple(reports))


def ending_of(reports: Iterable[OrderReport]) -> Ending:
    """Return how a list or an order ended, if it is over and our cancel did not end it."""
    statuses = {report.status for report in reports}
    if _CANCELED in statuses:
        return Ending.CANCELED
    return Ending.FILLED if OrderStatus.FILLED in statuses else Ending.EXPIRED


def was_before(time: Instant | None, reading: ClockReading) -> bool:
    """Return whether a time of the exchange is certainly before a reading of the clock."""
    if time is None or reading.error is None:
        return False
    # The exchange rounds its times down.
    return (time.value + 1) * time.unit.nanoseconds <= reading.server - reading.error
