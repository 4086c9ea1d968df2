"""Amounts, times and events as text for people."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from orderlists import (
    CanceledOrderList,
    Event,
    ExecutionReport,
    Gap,
    Instant,
    ListStatus,
    OrderList,
    OrderListsError,
    OtherEvent,
    OutcomeUnknown,
    PlacedOrderList,
    Verdict,
)

NONE = "-"


def amount(value: Decimal | None) -> str:
    """Return an amount without the zeros that say nothing.

    >>> amount(Decimal("2.50000000")), amount(Decimal("0")), amount(Decimal("100")), amount(None)
    ('2.5', '0', '100', '-')
    """
    if value is None:
        return NONE
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def price(value: Decimal | None) -> str:
    """Return a price; the exchange sends 0 for none.

    >>> price(Decimal("0.00000000")), price(Decimal("0.10"))
    ('-', '0.1')
    """
    return amount(value or None)


def time(instant: Instant) -> str:
    """Return a time of the exchange, in UTC."""
    return instant.to_datetime().isoformat(sep=" ", timespec="milliseconds").replace("+00:00", "Z")


def order_list(value: OrderList) -> str:
    """Return what identifies a list, its state, and how a change to it is known."""
    kind = f"{value.symbol} {value.contingency_type}"
    text = f"list {value.order_list_id} {kind} {value.list_order_status}"
    if isinstance(value, CanceledOrderList | PlacedOrderList):
        return f"{text}, known by {value.evidence}"
    return text


def verdict(value: Verdict) -> str:
    """Return a verdict in a line."""
    if isinstance(value, CanceledOrderList):
        return f"canceled, known by {value.evidence}"
    return failure(value)


def failure(error: OrderListsError) -> str:
    """Return what happened; what to do after an unknown outcome is said in commands instead."""
    kind = type(error).__name__
    if not isinstance(error, OutcomeUnknown):
        return f"{kind}: {error}"
    name = error.request.operation.name
    text = f"{kind}: {name} may or may not have been executed ({error.reason})"
    if error.list_over:
        text += "; the list is over"
    if error.may_arrive_until is not None:
        text += f"; it can execute until {time(error.may_arrive_until)}"
    return text


def event(value: Event | Gap) -> str:
    """Return an event in a line; empty for one that is not about orders."""
    match value:
        case ExecutionReport():
            order = f"order {value.order_id} {value.symbol} {value.side} {value.type}"
            return f"{order}: {value.execution_type}, {value.status}"
        case ListStatus():
            name = f"list {value.order_list_id} {value.symbol} {value.contingency_type}"
            return f"{name}: {value.list_status_type}, {value.list_order_status}"
        case OtherEvent():
            return ""
        case Gap():
            return f"events are missing ({value.reason.value}): the open lists are read again"
        case _ as never:
            assert_never(never)
