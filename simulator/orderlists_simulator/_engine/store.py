"""The order lists of a venue, open and finished, with all their past states.

Lists are frozen values, so a past state costs no more than a reference.

Invariant: no two open lists of an account share a client id, no two open orders of an account and
symbol do, no id of a list or an order is used twice, and no state is ever removed.
"""

from __future__ import annotations

from collections.abc import Iterator

from orderlists import InvalidSetting
from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.orders import VenueOrderList


class OrderListStore:
    """The order lists of every account."""

    def __init__(self) -> None:
        # The states of each list with their times, oldest first.
        self._states: dict[int, list[tuple[int, VenueOrderList]]] = {}
        self._list_of_order: dict[int, int] = {}
        self._open_lists: dict[tuple[str, str], int] = {}
        self._open: dict[int, VenueOrderList] = {}
        self._open_orders: set[tuple[str, str, str]] = set()

    def __iter__(self) -> Iterator[VenueOrderList]:
        return (states[-1][1] for states in self._states.values())

    def __getitem__(self, order_list_id: int) -> VenueOrderList:
        return self._states[order_list_id][-1][1]

    def open_lists(self, account: str | None, symbol: str | None) -> tuple[VenueOrderList, ...]:
        """Return the open lists and orders, oldest first; None for any account or symbol."""
        return tuple(
            each
            for each in self._open.values()
            if account in {None, each.account} and symbol in {None, each.symbol}
        )

    def newest_first(self, *, as_of: int | None) -> Iterator[VenueOrderList]:
        """Yield the lists that existed at a time, in their state of then; None for the present."""
        found = (self.find(each, as_of=as_of) for each in reversed(self._states))
        return (each for each in found if each is not None)

    def find(self, order_list_id: int, *, as_of: int | None) -> VenueOrderList | None:
        """Return a list in its state at a time, or None if it did not exist; None for the present.

        Args:
            order_list_id: The list.
            as_of: In nanoseconds.
        """
        for since, state in reversed(self._states.get(order_list_id, [])):
            if as_of is None or since <= as_of:
                return state
        return None

    def list_of_order(self, order_id: int) -> int | None:
        """Return the id of the list that contains an order."""
        return self._list_of_order.get(order_id)

    def add(self, order_list: VenueOrderList) -> None:
        """Add a new list.

        Raises:
            ApiError: -2010, an open list or order uses one of its client ids.
            InvalidSetting: Its id, or that of one of its orders, was used before.
        """
        if order_list.order_list_id in self._states:
            raise _repeated("list_ids", order_list.order_list_id)
        for order in order_list.orders:
            if order.order_id in self._list_of_order:
                raise _repeated("order_ids", order.order_id)
        names = _open_order_names(order_list)
        used = set(names) & self._open_orders
        list_name_used = not order_list.is_single and _list_name(order_list) in self._open_lists
        if used or len(set(names)) < len(names) or list_name_used:
            raise ApiError(-2010, "Duplicate order sent.")
        self._states[order_list.order_list_id] = [(order_list.transaction_time, order_list)]
        self._list_of_order.update(
            (each.order_id, order_list.order_list_id) for each in order_list.orders
        )
        self._index(order_list)

    def check_order_name(self, account: str, symbol: str, name: str, *, code: int) -> None:
        """Check that no open order has a client id.

        Raises:
            ApiError: One has; with this code.
        """
        if (account, symbol, name) in self._open_orders:
            raise ApiError(code, "Duplicate order sent.")

    def replace(self, order_list: VenueOrderList, *, now: int) -> None:
        """Add a new state of a list that was open."""
        states = self._states[order_list.order_list_id]
        before = states[-1][1]
        self._open_orders.difference_update(_open_order_names(before))
        if not before.is_single:
            del self._open_lists[_list_name(before)]
        states.append((now, order_list))
        self._index(order_list)

    def find_open(
        self, account: str, symbol: str, *, order_list_id: int | None, name: str | None
    ) -> VenueOrderList | None:
        """Return the open list of this account and symbol by its id, or else by its client id."""
        if order_list_id is None and name is not None:
            order_list_id = self._open_lists.get((account, name))
        found = None if order_list_id is None else self.find(order_list_id, as_of=None)
        if found is None or not found.is_open:
            return None
        return found if (found.account, found.symbol) == (account, symbol) else None

    def find_open_by_order(
        self, account: str, symbol: str, *, order_id: int | None, name: str | None
    ) -> VenueOrderList | None:
        """Return the list of this account and symbol with an order that is not final.

        If id and client id of the order are given, both must be its.
        """
        for found in self.newest_first(as_of=None):
            is_theirs = (found.account, found.symbol) == (account, symbol)
            if is_theirs and found.open_orders(order_id, name):
                return found
        return None

    def _index(self, order_list: VenueOrderList) -> None:
        self._open_orders.update(_open_order_names(order_list))
        if order_list.is_open:
            self._open[order_list.order_list_id] = order_list
        else:
            self._open.pop(order_list.order_list_id, None)
        if order_list.is_open and not order_list.is_single:
            self._open_lists[_list_name(order_list)] = order_list.order_list_id


def _list_name(order_list: VenueOrderList) -> tuple[str, str]:
    return order_list.account, order_list.list_client_order_id


def _open_order_names(order_list: VenueOrderList) -> list[tuple[str, str, str]]:
    return [
        (order_list.account, order_list.symbol, order.client_order_id)
        for order in order_list.orders
        if not order.is_final
    ]


def _repeated(field: str, number: int) -> InvalidSetting:
    return InvalidSetting(field=field, value=number, rule="must not repeat")
