"""Lists and reports built from the events that describe them.

Apart from `proof`, so that a client without events loads none of their classes.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import fields

from orderlists._models.events import ExecutionReport, ListStatus
from orderlists._models.order_lists import ListedOrder, OrderList, OrderReport

_SHARED_FIELDS = [
    f.name
    for f in fields(OrderReport)
    if f.name in {g.name for g in fields(ExecutionReport)} and f.name != "unknown_fields"
]


def reported(event: ExecutionReport) -> OrderReport:
    """Return the report on an order that an event describes."""
    return OrderReport(**{name: getattr(event, name) for name in _SHARED_FIELDS})


def listed(status: ListStatus, reports: Iterable[OrderReport]) -> OrderList:
    """Return the list that an event describes.

    The wire names of an event mean nothing in a reply: its unknown and malformed fields are left
    out.
    """
    return OrderList(
        order_list_id=status.order_list_id,
        contingency_type=status.contingency_type,
        list_status_type=status.list_status_type,
        list_order_status=status.list_order_status,
        list_client_order_id=status.list_client_order_id,
        transaction_time=status.transaction_time,
        symbol=status.symbol,
        orders=tuple(
            ListedOrder(
                symbol=order.symbol, order_id=order.order_id, client_order_id=order.client_order_id
            )
            for order in status.orders
        ),
        order_reports=tuple(reports),
    )
