"""The result of a cancel whose reply was lost, built from the query or event that proves it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from orderlists._models.events import ListStatus
from orderlists._models.order_lists import (
    CanceledOrderList,
    Evidence,
    ListedOrder,
    OrderList,
    OrderReport,
)


def canceled(
    found: OrderList | ListStatus,
    *,
    orders: Iterable[ListedOrder],
    reports: Iterable[OrderReport],
    evidence: Evidence,
    unknown_fields: Mapping[str, Any],
) -> CanceledOrderList:
    """Return the result of a cancel from a list that a query or an event reported."""
    return CanceledOrderList(
        order_list_id=found.order_list_id,
        contingency_type=found.contingency_type,
        list_status_type=found.list_status_type,
        list_order_status=found.list_order_status,
        list_client_order_id=found.list_client_order_id,
        transaction_time=found.transaction_time,
        symbol=found.symbol,
        orders=tuple(orders),
        order_reports=tuple(reports),
        unknown_fields=unknown_fields,
        # Wire names of an event mean nothing in a reply.
        malformed_fields=found.malformed_fields if isinstance(found, OrderList) else {},
        evidence=evidence,
    )
