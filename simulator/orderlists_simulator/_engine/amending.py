"""Amending orders: an open order gets a lower quantity, and keeps its priority.

Source: `Order Amend Keep Priority`, and the FAQ of that name.

Invariant: the quantity of an order only ever falls, so it is amended to the same quantity once at
most, and never to what was filled already or less.
"""

from __future__ import annotations

from decimal import Decimal

from attrs import evolve

from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.keys import MAIN_ACCOUNT
from orderlists_simulator._engine.order_entry import Ids
from orderlists_simulator._engine.orders import Amendment, Order, VenueOrderList
from orderlists_simulator._engine.state import VenueState
from orderlists_simulator._validators import Amount, amount

_PAIR_OF_THREE = 1


class Amending:
    """The part of a venue that amends orders.

    Args:
        state: The state of the venue.
        ids: The source of new ids.
    """

    def __init__(self, state: VenueState, ids: Ids) -> None:
        self._state = state
        self._ids = ids

    def amend(
        self,
        *,
        symbol: str,
        new_quantity: Amount,
        order_id: int | None = None,
        orig_client_order_id: str | None = None,
        new_client_order_id: str | None = None,
        account: str = MAIN_ACCOUNT,
        now: int,
    ) -> tuple[VenueOrderList, Order]:
        """Lower the quantity of an open order; of a pair both orders get it.

        Args:
            symbol: The symbol of the order.
            new_quantity: As Decimal, int or text.
            order_id: This or the next is needed; if both are given, both must be the order's.
            orig_client_order_id: Its client id.
            new_client_order_id: Its client id from then on; generated if None.
            account: Its owner.
            now: In nanoseconds.

        Returns:
            The list after it, and the amended order; for a single order a list of one.

        Raises:
            InvalidSetting: The quantity is a float, negative or not a number.
            ApiError: -1121, unknown symbol; -1013, the quantity is 0; -2038, any other refusal.
        """
        quantity = amount(new_quantity, "new_quantity")
        with self._state.at(now):
            self._state.check_symbol(symbol)
            found = self._state.store.find_open_by_order(
                account, symbol, order_id=order_id, name=orig_client_order_id
            )
            if found is None:
                # [ASSUME] The code of every refusal of an amend.
                raise ApiError(-2038, "Unknown order sent.")
            order = next(each for each in found.open_orders(order_id, orig_client_order_id))
            _check_quantity(order, quantity)
            name = self._ids.name(new_client_order_id)
            if name != order.client_order_id:
                self._state.store.check_order_name(account, symbol, name, code=-2038)
            amendment = Amendment(
                execution_id=self._state.recorder.new_execution_id(),
                orig_client_order_id=order.client_order_id,
                new_client_order_id=name,
                orig_quantity=order.quantity or Decimal(0),
                new_quantity=quantity,
                time=now,
            )
            after = _amended(found, order, amendment)
            self._state.replace(found, after, now=now)
            return after, next(each for each in after.orders if each.order_id == order.order_id)


def _check_quantity(order: Order, quantity: Decimal) -> None:
    if quantity == 0:
        raise ApiError(-1013, "Invalid quantity.")
    if order.quantity is None:
        raise ApiError(-2038, "Order amend (pending OPO order) is not supported.")
    if quantity > order.quantity:
        raise ApiError(-2038, "Order amend (quantity increase) is not supported.")
    if quantity == order.quantity:
        raise ApiError(-2038, "The requested action would change no state; rejecting.")
    if quantity <= order.executed_qty:
        # [ASSUME] Nothing would be left; a documented text that says so.
        raise ApiError(-2038, "Price * QTY is zero or less.")


def _amended(order_list: VenueOrderList, order: Order, amendment: Amendment) -> VenueOrderList:
    # "Amending either order affects both orders."
    pair = _pair_of(order_list, order)
    orders = tuple(
        _with_quantity(each, amendment) if each in pair and not each.is_final else each
        for each in order_list.orders
    )
    renamed = tuple(
        evolve(
            each,
            client_order_id=amendment.new_client_order_id,
            amendments=(*each.amendments, amendment),
        )
        if each.order_id == order.order_id
        else each
        for each in orders
    )
    return evolve(order_list, orders=renamed, transaction_time=amendment.time)


def _pair_of(order_list: VenueOrderList, order: Order) -> tuple[Order, ...]:
    orders = order_list.orders
    pair = orders if order_list.contingency_type == "OCO" else orders[_PAIR_OF_THREE:]
    return pair if order in pair and len(pair) > 1 else (order,)


def _with_quantity(order: Order, amendment: Amendment) -> Order:
    visible, quantity = order.iceberg_qty, amendment.new_quantity
    return evolve(
        order,
        quantity=quantity,
        iceberg_qty=None if visible is None else min(visible, quantity),
        update_time=amendment.time,
    )
