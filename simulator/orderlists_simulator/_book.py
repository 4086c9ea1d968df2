"""Where the order lists are kept, open and finished, and how they are found.

Knows no key, no request and no rule of cancelling.

Invariant: no two open lists of an account have the same client id, no two open orders of an account
and symbol have, and no list id is given twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlists import InvalidSetting
from orderlists_simulator._refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderlists_simulator._orders import OrderList

_DUPLICATE = "Duplicate order sent."


class Book:
    """The order lists of every account."""

    def __init__(self) -> None:
        self._lists: dict[int, OrderList] = {}
        self._open_names: dict[tuple[str, str], int] = {}
        self._open_orders: set[tuple[str, str, str]] = set()

    def __iter__(self) -> Iterator[OrderList]:
        return iter(self._lists.values())

    def __getitem__(self, order_list_id: int) -> OrderList:
        return self._lists[order_list_id]

    def add(self, order_list: OrderList) -> None:
        """Put a new list into the book.

        Raises:
            Refused: -2010, a client id of it is in use by an open list or order.
            InvalidSetting: Its id was given before.
        """
        if order_list.order_list_id in self._lists:
            raise InvalidSetting(
                field="list_ids", value=order_list.order_list_id, rule="must not repeat"
            )
        names = _names_of_open_orders(order_list)
        used = set(names) & self._open_orders
        if used or len(set(names)) < len(names) or _name(order_list) in self._open_names:
            raise Refused(-2010, _DUPLICATE)
        self._keep(order_list)

    def replace(self, order_list: OrderList) -> None:
        """Put a list in the place of the one that has its id, as it was before."""
        before = self._lists[order_list.order_list_id]
        self._open_orders.difference_update(_names_of_open_orders(before))
        del self._open_names[_name(before)]
        self._keep(order_list)

    def _keep(self, order_list: OrderList) -> None:
        self._lists[order_list.order_list_id] = order_list
        self._open_orders.update(_names_of_open_orders(order_list))
        if order_list.is_open:
            self._open_names[_name(order_list)] = order_list.order_list_id

    def find_open(self, account: str, symbol: str, order_list_id: int) -> OrderList | None:
        """Return the open list of this id, if it is this account's and on this symbol."""
        found = self._lists.get(order_list_id)
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
