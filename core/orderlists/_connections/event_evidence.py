"""What events prove about cancels, placements and amends.

An order that an event reports as `CANCELED` under the client id of a cancel was canceled by it.  A
list that an event reports was placed, or rejected.  An order that an event reports as `REPLACED`
under a client id was amended to it.  Such reports replace a lost reply.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

from orderlists._models.events import Event, ExecutionReport, ListStatus
from orderlists._models.order_lists import CanceledOrderList, Evidence, OrderList
from orderlists._models.proof import canceled
from orderlists._models.reported import listed, reported
from orderlists.enums import ExecutionType, ListOrderStatus, OrderStatus

K = TypeVar("K")
V = TypeVar("V")

_MAX_KEPT = 1000


class EventEvidence:
    """The most recent lists that events reported, the cancels among them, and the amends."""

    def __init__(self) -> None:
        self._reports: OrderedDict[int, dict[int, ExecutionReport]] = OrderedDict()
        self._canceled: OrderedDict[str, int] = OrderedDict()
        self._over: OrderedDict[int, ListStatus] = OrderedDict()
        self._named: OrderedDict[str, ListStatus] = OrderedDict()
        self._amended: OrderedDict[str, ExecutionReport] = OrderedDict()

    def record(self, event: Event) -> None:
        """Keep an event if it is about an order list or an amend."""
        if isinstance(event, ListStatus):
            self._record_name(event)
            if event.list_order_status is ListOrderStatus.ALL_DONE:
                _keep(self._over, event.order_list_id, event)
        elif isinstance(event, ExecutionReport):
            if event.execution_type is ExecutionType.REPLACED:
                _keep(self._amended, event.client_order_id, event)
            if event.order_list_id >= 0:
                self._record_report(event)

    def _record_name(self, event: ListStatus) -> None:
        # The rejection of a second copy does not undo the placement of the first.
        is_rejected = event.list_order_status is ListOrderStatus.REJECT
        if not is_rejected or event.list_client_order_id not in self._named:
            _keep(self._named, event.list_client_order_id, event)

    def _record_report(self, event: ExecutionReport) -> None:
        reports = self._reports.get(event.order_list_id, {})
        kept = reports.get(event.order_id)
        # A canceled order stays canceled: of two connections, one may be late.
        if kept is None or not _is_canceled(kept):
            reports[event.order_id] = event
        _keep(self._reports, event.order_list_id, reports)
        if _is_canceled(event):
            _keep(self._canceled, event.client_order_id, event.order_list_id)

    def canceled_under(self, cancel_id: str) -> CanceledOrderList | None:
        """Return the list that was canceled under this id.

        None until both a report of a canceled order and the end of its list have arrived.
        """
        list_id = self._canceled.get(cancel_id, -1)
        status = self._over.get(list_id)
        if status is None:
            return None
        reports = self._reports.get(list_id, {}).values()
        canceled_orders = (each for each in reports if _is_canceled(each))
        ours = [reported(each) for each in canceled_orders if each.client_order_id == cancel_id]
        return canceled(listed(status, ours), Evidence.EVENT)

    def placed_as(self, list_client_order_id: str) -> OrderList | None:
        """Return the newest list with this client id; a rejected one if there is no other."""
        status = self._named.get(list_client_order_id)
        if status is None:
            return None
        reports = self._reports.get(status.order_list_id, {}).values()
        return listed(status, map(reported, reports))

    def amended_as(self, client_order_id: str) -> ExecutionReport | None:
        """Return the newest report of an order that was amended, with this client id since."""
        return self._amended.get(client_order_id)


def _keep(kept: OrderedDict[K, V], key: K, value: V) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _MAX_KEPT:
        kept.popitem(last=False)


def _is_canceled(event: ExecutionReport) -> bool:
    is_cancel = event.execution_type is ExecutionType.CANCELED
    return is_cancel and event.status is OrderStatus.CANCELED
