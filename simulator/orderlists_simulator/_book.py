"""Where the order lists are kept, open and finished, and how they are found.

Knows no key, no request and no rule of cancelling.

Invariant: no two open lists of an account have the same client id, no two open orders of an account
and symbol have, and no list id and no order id is given twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlists import InvalidSetting
from orderlists_simulator._history import History
from orderlists_simulator._refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderlists_simulator._orders import OrderList

_DUPLICATE = "Duplicate order sent."


class Book:
    """The order lists of every account."""

    def __init__(self) -> None:
        self._lists: dict[int, History] = {}
        self._homes: dict[int, int] = {}
        self._open_names: dict[tuple[str, str], int] = {}
        self._open_orders: set[tuple[str, str, str]] = set()

    def __iter__(self) -> Iterator[OrderList]:
        return (each.present for each in self._lists.values())

    def __getitem__(self, order_list_id: int) -> OrderList:
        return self._lists[order_list_id].present

    def newest_first(self, *, as_of: int | None) -> Iterator[OrderList]:
        """Yield the lists that were there at a time, as they were; None for the present."""
        for each in reversed(self._lists.values()):
            state = each.as_of(as_of)
            if state is not None:
                yield state

    def find(self, order_list_id: int, *, as_of: int | None) -> OrderList | None:
        """Return the list of this id as it was at a time; None if it was not there."""
        found = self._lists.get(order_list_id)
        return None if found is None else found.as_of(as_of)

    def home_of(self, order_id: int) -> int | None:
        """Return the id of the list that an order is in."""
        return self._homes.get(order_id)

    def add(self, order_list: OrderList) -> None:
        """Put a new list into the book.

        Raises:
            Refused: -2010, a client id of it is in use by an open list or order.
            InvalidSetting: Its id, or one of an order, was given before.
        """
        if order_list.order_list_id in self._lists:
            raise _repeated("list_ids", order_list.order_list_id)
        for order in order_list.orders:
            if order.order_id in self._homes:
                raise _repeated("order_ids", order.order_id)
        names = _names_of_open_orders(order_list)
        used = set(names) & self._open_orders
        if used or len(set(names)) < len(names) or _name(order_list) in self._open_names:
            raise Refused(-2010, _DUPLICATE)
        self._lists[order_list.order_list_id] = History(order_list)
        self._homes.update((each.order_id, order_list.order_list_id) for each in order_list.orders)
        self._take_names(order_list)

    def replace(self, order_list: OrderList, *, now: int) -> None:
        """Put a list in the place of the one that has its id, as it was before."""
        history = self._lists[order_list.order_list_id]
        before = history.present
        self._open_orders.difference_update(_names_of_open_orders(before))
        del self._open_names[_name(before)]
        history.add(order_list, now=now)
        self._take_names(order_list)

    def _take_names(self, order_list: OrderList) -> None:
        self._open_orders.update(_names_of_open_orders(order_list))
        if order_list.is_open:
            self._open_names[_name(order_list)] = order_list.order_list_id

    def find_open(self, account: str, symbol: str, order_list_id: int) -> OrderList | None:
        """Return the open list of this id, if it is this account's and on this symbol."""
        found = self.find(order_list_id, as_of=None)
        if found is None or not found.is_open:
            return None
        return found if (found.account, found.symbol) == (account, symbol) else None

    def find_open_named(self, account: str, symbol: str, name: str) -> OrderList | None:
        """Return the open list of this client id, if it is this account's and on this symbol."""
        order_list_id = self._open_names.get((account, name))
        return None if order_list_id is None else self.find_open(account, symbol, order_list_id)


def _name(order_list: OrderList) -> tuple[str, str]:
    return order_list.account, order_list.list_client_order_id


def _names_of_open_orders(order_list: OrderList) -> list[tuple[str, str, str]]:
    return [
        (order_list.account, order_list.symbol, order.client_order_id)
        for order in order_list.orders
        if not order.is_final
    ]


def _repeated(where: str, number: int) -> InvalidSetting:
    return InvalidSetting(field=where, value=number, rule="must not repeat")
