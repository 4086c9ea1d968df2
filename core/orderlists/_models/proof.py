"""The result of a cancel, built from the list that proves it."""

from __future__ import annotations

from attrs import fields

from orderlists._models.order_lists import CanceledOrderList, Evidence, OrderList


def canceled(found: OrderList, evidence: Evidence) -> CanceledOrderList:
    """Return the result of a cancel whose reply was lost, from the list that proves it."""
    same = {each.name: getattr(found, each.name) for each in fields(OrderList)}
    return CanceledOrderList(**same, evidence=evidence)
