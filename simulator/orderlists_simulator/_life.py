"""What befalls an order list in the market: fills and expiries.

Pure functions from one state of a list to the next.  Source: the FAQs on order lists; an OCO is an
OCO wherever it stands, also as the second half of an OTOCO.

Invariant: an order that is final never changes again, and no order fills beyond its quantity.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import evolve

from orderlists_simulator._refused import Refused
from orderlists_simulator._terms import STOP_TYPES

if TYPE_CHECKING:
    from orderlists_simulator._orders import Order, OrderList
    from orderlists_simulator._terms import ExpiryReason


def filled(
    order_list: OrderList, order_id: int, quantity: Decimal | None, *, now: int
) -> OrderList:
    """Return the list after one of its orders was filled, wholly or in part.

    The first fill, however small, ends the other leg of an OCO.  What waits for the order is
    released once it is filled wholly.

    Args:
        order_list: As it is before.
        order_id: The order; a stop is triggered first if need be.
        quantity: How much; never more than what is left, and all of it if None.
        now: In nanoseconds.

    Raises:
        Refused: -2013, no such order can be filled now.
    """
    done = _after_fill(order_list, order_id, quantity, now)
    orders = tuple(done if each.order_id == order_id else each for each in order_list.orders)
    orders = tuple(_beside(each, done, now) for each in orders)
    return evolve(order_list, orders=orders, transaction_time=now)


def expired(order_list: OrderList, *, now: int) -> OrderList:
    """Return the list after all that was alive of it expired.

    Raises:
        Refused: -2018, it is over already.
    """
    if not order_list.is_open:
        raise Refused(-2018, "Order list does not exist.")
    standing = [each for each in order_list.orders if _is_standing(each)]
    # "Because the other order of the pair started working or the entire OCO expired".
    reason: ExpiryReason = "OCO_TRIGGER" if len(standing) > 1 else "EXCHANGE_CANCELED"
    orders = tuple(
        each if each.is_final else _expired(each, reason, now) for each in order_list.orders
    )
    return evolve(order_list, orders=orders, transaction_time=now)


def _is_standing(order: Order) -> bool:
    return not order.is_final and order.status != "PENDING_NEW"


def _after_fill(order_list: OrderList, order_id: int, quantity: Decimal | None, now: int) -> Order:
    for order in order_list.orders:
        if order.order_id == order_id and _is_standing(order):
            left = _ordered(order) - order.executed_qty
            taken = left if quantity is None else min(left, quantity)
            if taken > 0:
                return _taken(order, taken, whole=taken == left, now=now)
    raise Refused(-2013, "Order does not exist.")


def _ordered(order: Order) -> Decimal:
    return Decimal(0) if order.quantity is None else order.quantity


def _taken(order: Order, quantity: Decimal, *, whole: bool, now: int) -> Order:
    return evolve(
        order,
        status="FILLED" if whole else "PARTIALLY_FILLED",
        executed_qty=order.executed_qty + quantity,
        quote_qty=order.quote_qty + quantity * _price(order),
        update_time=now,
        working_time=now if order.working_time is None else order.working_time,
    )


def _price(order: Order) -> Decimal:
    # A market order has none of its own: what set it off is near enough.
    if order.price > 0 or order.stop_price is None:
        return order.price
    return order.stop_price


def _beside(order: Order, done: Order, now: int) -> Order:
    if order is done or order.is_final:
        return order
    if order.status != "PENDING_NEW":
        return _expired(order, "OCO_TRIGGER", now)
    return _released(order, done, now) if done.status == "FILLED" else order


def _released(order: Order, working: Order, now: int) -> Order:
    return evolve(
        order,
        status="NEW",
        # The pending legs of an OPO sell what the working one bought.
        quantity=working.executed_qty if order.quantity is None else order.quantity,
        update_time=now,
        working_time=None if order.type in STOP_TYPES else now,
    )


def _expired(order: Order, reason: ExpiryReason, now: int) -> Order:
    waited = order.status == "PENDING_NEW"
    return evolve(
        order,
        status="EXPIRED",
        expiry_reason="OTO_PHASE_ONE_EXPIRED" if waited else reason,
        update_time=now,
    )
