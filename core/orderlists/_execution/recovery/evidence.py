"""What a list that was looked at tells about a cancel.

Pure judgement.  Queries may show the past, but never what has not happened: an order that is shown
as final is final, and an order that shows a cancel's id was cancelled by it.
"""

from __future__ import annotations

from enum import Enum

from attrs import evolve, frozen

from orderlists._clock import ClockReading
from orderlists._models.order_lists import CanceledOrderList, Evidence, OrderList, OrderReport
from orderlists._models.proof import canceled
from orderlists._time import Instant, TimeUnit
from orderlists.enums import ListOrderStatus, OrderStatus

FINAL = frozenset(
    {
        OrderStatus.FILLED,
        OrderStatus.CANCELED,
        OrderStatus.REJECTED,
        OrderStatus.EXPIRED,
        OrderStatus.EXPIRED_IN_MATCH,
    }
)
"""The statuses that never change again."""

_NEVER = Instant(2**63 - 1, TimeUnit.MICROSECOND)


class Finding(Enum):
    """What a sighting says about the cancel with a given id.

    ``OURS``: an order was cancelled under that id.  ``NOT_OURS``: the list is over, and no order of
    it was.  ``OVER``: the list is over, and an order that was cancelled does not show by whom.
    ``OPEN``: an order is not over, or was not when this was seen.
    """

    OURS = "OURS"
    NOT_OURS = "NOT_OURS"
    OVER = "OVER"
    OPEN = "OPEN"


class Ending(Enum):
    """How a list ended that was over before it could be cancelled.

    ``FILLED``: an order of it was filled.  ``CANCELED``: somebody else cancelled it.  ``EXPIRED``:
    neither.
    """

    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"


@frozen
class Snapshot:
    """A list as queries showed it.

    Attributes:
        order_list: The list, with a report for each order that could be asked about.
        at: When it was asked for.
    """

    order_list: OrderList
    at: ClockReading

    def finding(self, cancel_id: str) -> Finding:
        """Return what this says about the cancel with this id."""
        reports = self.order_list.order_reports
        if any(_is_canceled(r) and r.client_order_id == cancel_id for r in reports):
            return Finding.OURS
        if (
            not reports
            or len(reports) < len(self.order_list.orders)
            or any(r.status not in FINAL for r in reports)
        ):
            return Finding.OPEN
        placed_as = {order.order_id: order.client_order_id for order in self.order_list.orders}
        if any(_is_canceled(r) and r.client_order_id == placed_as.get(r.order_id) for r in reports):
            return Finding.OVER
        return Finding.NOT_OURS

    def was_placed_before(self, moment: ClockReading) -> bool:
        """Tell whether the list was certainly there before this moment, by the exchange's time."""
        if moment.error is None:
            return False
        times = [r.time for r in self.order_list.order_reports if r.time is not None]
        # While a list is open and unchanged, its last change was its placement.
        placed = min(self.order_list.transaction_time, max(times, default=_NEVER))
        # The exchange rounds its times down.
        latest = (placed.value + 1) * placed.unit.nanoseconds
        return latest <= moment.server - moment.error

    @property
    def is_open(self) -> bool:
        """Whether the list itself said that it was open."""
        return self.order_list.list_order_status is ListOrderStatus.EXECUTING

    @property
    def is_surely_open(self) -> bool:
        """Whether the list said that it was open, and its orders, all of which told, agree."""
        found = self.order_list
        told_all = len(found.order_reports) == len(found.orders)
        return self.is_open and told_all and any(r.status not in FINAL for r in found.order_reports)

    @property
    def ending(self) -> Ending:
        """How the list ended, if it is over and not by our cancel."""
        statuses = {report.status for report in self.order_list.order_reports}
        if OrderStatus.CANCELED in statuses:
            return Ending.CANCELED
        return Ending.FILLED if OrderStatus.FILLED in statuses else Ending.EXPIRED

    def canceled(self) -> CanceledOrderList:
        """Return the list as the result of a cancel that this sighting proves."""
        found = self.order_list
        return canceled(
            found,
            orders=found.orders,
            reports=found.order_reports,
            evidence=Evidence.QUERY,
            unknown_fields=found.unknown_fields,
        )


def with_reports(order_list: OrderList, reports: list[OrderReport]) -> OrderList:
    """Return a list together with what queries told about its orders."""
    return evolve(order_list, order_reports=tuple(reports))


def _is_canceled(report: OrderReport) -> bool:
    return report.status is OrderStatus.CANCELED
