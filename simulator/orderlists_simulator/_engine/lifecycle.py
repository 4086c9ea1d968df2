"""The life cycle of an order list: fills, expiries, and what each does to the other orders.

Pure functions from one state of a list to the next.  Source: the FAQs on order lists.  The rules of
an OCO hold for the pending pair of an OTOCO as well.

Invariant: an order that is final never changes again, and no order fills beyond its quantity.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from attrs import evolve

from orderlists_simulator._engine.balances import Balances
from orderlists_simulator._engine.enums import MARKET_TYPES, STOP_TYPES, ExpiryReason
from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.orders import Order, Trade, VenueOrderList
from orderlists_simulator._engine.rounding import round_half_up


def filled(
    order_list: VenueOrderList,
    order_id: int,
    quantity: Decimal | None,
    *,
    price: Decimal | None = None,
    takes: bool = False,
    trade_id: int,
    balances: Balances,
    now: int,
) -> VenueOrderList:
    """Return the list after a fill of one of its orders, complete or partial.

    The first fill of a leg of an OCO, however small, expires the other leg.  Pending orders are
    released by a complete fill; those of an OPO then have a quantity, and are refused without one.

    Args:
        order_list: The list before.
        order_id: The order; a stop order is triggered first.
        quantity: At most what is left, and all of it if None.
        price: None for the price of the order.
        takes: Whether the order enters the book now, and takes what rests there.
        trade_id: The id of the trade.
        balances: What accounts keep of a trade.
        now: In nanoseconds.

    Raises:
        ApiError: -2013, the order does not exist or cannot be filled.
    """
    order = _fillable(order_list, order_id)
    taken = order.left_qty if quantity is None else min(order.left_qty, quantity)
    if taken <= 0:
        raise _cannot_be_filled()
    at = _price(order) if price is None else price
    commission = _commission(taken if order.side == "BUY" else taken * at, balances.commission_rate)
    rested = order.working_time is not None and order.type not in MARKET_TYPES
    trade = Trade(
        trade_id=trade_id,
        price=at,
        quantity=taken,
        commission=commission,
        is_maker=rested and not takes,
    )
    done = _with_trade(order, trade, now)
    orders = tuple(done if each.order_id == order_id else each for each in order_list.orders)
    orders = tuple(_after_fill_of_other(each, done, now) for each in orders)
    after = evolve(order_list, orders=orders, transaction_time=now)
    return _with_quantities(order_list, after, balances, now)


def expired(order_list: VenueOrderList, *, now: int) -> VenueOrderList:
    """Return the list after the expiry of every order that is not final.

    Raises:
        ApiError: -2018, the list is not open.
    """
    if not order_list.is_open:
        raise ApiError(-2018, "Order list does not exist.")
    placed = [each for each in order_list.orders if each.is_placed]
    # "Because the other order of the pair started working or the entire OCO expired".
    reason: ExpiryReason = "OCO_TRIGGER" if len(placed) > 1 else "EXCHANGE_CANCELED"
    orders = tuple(
        each if each.is_final else _expired(each, reason, now) for each in order_list.orders
    )
    return evolve(order_list, orders=orders, transaction_time=now)


def triggered(order_list: VenueOrderList, order_id: int, *, now: int) -> VenueOrderList:
    """Return the list after the trigger of a stop order, which expires the other leg first."""
    return _changed(order_list, order_id, _with_trigger, _after_trigger_of_other, now)


def ended(
    order_list: VenueOrderList, order_id: int, reason: ExpiryReason, *, now: int
) -> VenueOrderList:
    """Return the list after the expiry of one of its orders, which its pending orders share."""

    def after_other(order: Order, now: int) -> Order:
        return _expired(order, reason, now) if order.status == "PENDING_NEW" else order

    return _changed(
        order_list, order_id, lambda order, now: _expired(order, reason, now), after_other, now
    )


def refused_release(before: VenueOrderList, after: VenueOrderList, *, now: int) -> VenueOrderList:
    """Return the list after a release in which the exchange refused the pending orders.

    [ASSUME] The refusal of one of a pair is the refusal of both.

    Args:
        before: The list with its pending orders.
        after: The list after the fill of its working order.
        now: In nanoseconds.
    """
    orders = tuple(
        evolve(old, status="EXPIRED", expiry_reason="REJECTED", update_time=now)
        if old.status == "PENDING_NEW"
        else new
        for old, new in zip(before.orders, after.orders, strict=True)
    )
    return evolve(after, orders=orders)


def released(before: VenueOrderList, after: VenueOrderList) -> list[Order]:
    """Return the orders that are pending in one state of a list and released in the next."""
    pairs = zip(before.orders, after.orders, strict=True)
    return [new for old, new in pairs if old.status == "PENDING_NEW" and new.status == "NEW"]


def _changed(
    order_list: VenueOrderList,
    order_id: int,
    change: Callable[[Order, int], Order],
    change_other: Callable[[Order, int], Order],
    now: int,
) -> VenueOrderList:
    orders = tuple(
        change(each, now) if each.order_id == order_id else change_other(each, now)
        for each in order_list.orders
    )
    return evolve(order_list, orders=orders, transaction_time=now)


def _with_trigger(order: Order, now: int) -> Order:
    return evolve(order, working_time=now, update_time=now)


def _after_trigger_of_other(order: Order, now: int) -> Order:
    return _expired(order, "OCO_TRIGGER", now) if order.is_placed else order


def _fillable(order_list: VenueOrderList, order_id: int) -> Order:
    for order in order_list.orders:
        if order.order_id == order_id and order.is_placed:
            return order
    raise _cannot_be_filled()


def _cannot_be_filled() -> ApiError:
    return ApiError(-2013, "Order does not exist.")


def _commission(received: Decimal, rate: Decimal) -> Decimal:
    return min(received, round_half_up(received * rate))


def _with_trade(order: Order, trade: Trade, now: int) -> Order:
    return evolve(
        order,
        status="FILLED" if trade.quantity == order.left_qty else "PARTIALLY_FILLED",
        executed_qty=order.executed_qty + trade.quantity,
        quote_qty=order.quote_qty + trade.quantity * trade.price,
        trades=(*order.trades, trade),
        update_time=now,
        working_time=now if order.working_time is None else order.working_time,
    )


def _price(order: Order) -> Decimal:
    # A market order has no price of its own; its trigger is near enough.
    if order.price > 0 or order.stop_price is None:
        return order.price
    return order.stop_price


def _after_fill_of_other(order: Order, done: Order, now: int) -> Order:
    if order is done or order.is_final:
        return order
    if order.status != "PENDING_NEW":
        return _expired(order, "OCO_TRIGGER", now)
    return _released(order, now) if done.status == "FILLED" else order


def _released(order: Order, now: int) -> Order:
    working_time = None if order.type in STOP_TYPES else now
    return evolve(order, status="NEW", update_time=now, working_time=working_time)


def _with_quantities(
    before: VenueOrderList, after: VenueOrderList, balances: Balances, now: int
) -> VenueOrderList:
    """Return the list after a release in which the orders of an OPO sell what was bought.

    [ASSUME] A quantity that the filters do not allow is a refusal.
    """
    if all(each.quantity is not None for each in released(before, after)):
        return after
    quantity = balances.bought(after)
    if quantity == 0:
        return refused_release(before, after, now=now)
    orders = tuple(
        evolve(each, quantity=quantity) if each.quantity is None else each for each in after.orders
    )
    return evolve(after, orders=orders)


def _expired(order: Order, reason: ExpiryReason, now: int) -> Order:
    was_pending = order.status == "PENDING_NEW"
    return evolve(
        order,
        status="EXPIRED",
        expiry_reason="OTO_PHASE_ONE_EXPIRED" if was_pending else reason,
        update_time=now,
    )
