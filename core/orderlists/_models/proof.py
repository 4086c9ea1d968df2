"""The result of a cancel whose reply got lost, made of what proves it."""

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
    told: OrderList | ListStatus,
    *,
    orders: Iterable[ListedOrder],
    reports: Iterable[OrderReport],
    evidence: Evidence,
    unknown_fields: Mapping[str, Any],
) -> CanceledOrderList:
    """Return a list that was told of as the result of the cancel that ended it."""
    return CanceledOrderList(
        order_list_id=told.order_list_id,
        contingency_type=told.contingency_type,
        list_status_type=told.list_status_type,
        list_order_status=told.list_order_status,
        list_client_order_id=told.list_client_order_id,
        transaction_time=told.transaction_time,
        symbol=told.symbol,
        orders=tuple(orders),
        order_reports=tuple(reports),
        unknown_fields=unknown_fields,
        evidence=evidence,
    )
