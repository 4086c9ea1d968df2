"""What events prove about cancels.

An order that an event reports as `CANCELED` under the client id of a cancel was canceled by it.
Such reports replace a lost reply.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

from attrs import fields

from orderlists._models.events import Event, ExecutionReport, ListStatus
from orderlists._models.order_lists import (
    CanceledOrderList,
    Evidence,
    ListedOrder,
    OrderReport,
)
from orderlists._models.proof import canceled
from orderlists.enums import ExecutionType, ListOrderStatus, OrderStatus

K = TypeVar("K")
V = TypeVar("V")

_MAX_KEPT = 1000
_SHARED_FIELDS = [
    f.name
    for f in fields(OrderReport)
    if f.name in {g.name for g in fields(ExecutionReport)} and f.name != "unknown_fields"
]


class EventEvidence:
    """The most recent cancels and ended lists that events reported."""

    def __init__(self) -> None:
        self._canceled: OrderedDict[str, dict[int, OrderReport]] = OrderedDict()
        self._over: OrderedDict[int, ListStatus] = OrderedDict()

    def record(self, event: Event) -> None:
        """Keep an event if it is evidence of a cancel."""
        if isinstance(event, ListStatus) and event.list_order_status is ListOrderStatus.ALL_DONE:
            _keep(self._over, event.order_list_id, event)
        elif isinstance(event, ExecutionReport) and _is_canceled(event):
            reports = self._canceled.get(event.client_order_id, {})
            reports[event.order_id] = _report(event)
            _keep(self._canceled, event.client_order_id, reports)

    def canceled_under(self, cancel_id: str) -> CanceledOrderList | None:
        """Return the list that was canceled under this id.

        None until both a report of a canceled order and the end of its list have arrived.
        """
        reports = tuple(self._canceled.get(cancel_id, {}).values())
        status = self._over.get(reports[0].order_list_id) if reports else None
        if status is None:
            return None
        orders = [
            ListedOrder(
                symbol=order.symbol, order_id=order.order_id, client_order_id=order.client_order_id
            )
            for order in status.orders
        ]
        return canceled(
            status, orders=orders, reports=reports, evidence=Evidence.EVENT, unknown_fields={}
        )


def _keep(kept: OrderedDict[K, V], key: K, value: V) -> None:
    kept[key] = value
    if len(kept) > _MAX_KEPT:
        kept.popitem(last=False)


def _is_canceled(event: ExecutionReport) -> bool:
    return (
        event.execution_type is ExecutionType.CANCELED
        and event.status is OrderStatus.CANCELED
        and event.order_list_id >= 0
    )


def _report(event: ExecutionReport) -> OrderReport:
    return OrderReport(**{name: getattr(event, name) for name in _SHARED_FIELDS})
