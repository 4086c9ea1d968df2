"""Queries of order lists and orders, and how stale their results are.

The exchange answers queries from a database that follows the matching engine with a lag: a new list
may be missing from it, and a canceled one may still look open.  Source: "Data Sources" of the REST
API.

Invariant: a query changes nothing, and one result shows one moment, which may be past.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import field, frozen

from orderlists_simulator._engine.behaviour import Behaviour
from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.orders import Order, VenueOrderList
from orderlists_simulator._engine.selection import Selection
from orderlists_simulator._engine.store import OrderListStore
from orderlists_simulator._engine.time import in_nanoseconds
from orderlists_simulator._validators import in_range


@frozen
class QueryLag:
    """A period in which queries show an earlier state of the venue.

    Attributes:
        seconds: How much earlier.
        since: The beginning of the period in nanoseconds since 1970; None for no beginning.
        until: The end of the period in nanoseconds since 1970; None for no end.

    >>> QueryLag(2.5, until=10**9).applies(now=10**9)
    False
    """

    seconds: float = field(validator=in_range(0))
    since: int | None = field(
        default=None, validator=in_range(0, whole=True, optional=True), kw_only=True
    )
    until: int | None = field(
        default=None, validator=in_range(0, whole=True, optional=True), kw_only=True
    )

    def applies(self, *, now: int) -> bool:
        """Return whether a time is in the period."""
        begun = self.since is None or self.since <= now
        return begun and (self.until is None or now < self.until)


def queried_time(lags: Iterable[QueryLag], *, now: int) -> int | None:
    """Return the time that queries show: that of the longest lag, or None for the present.

    >>> queried_time([QueryLag(1), QueryLag(2)], now=5 * 10**9)
    3000000000
    """
    longest = max((lag.seconds for lag in lags if lag.applies(now=now)), default=0)
    return None if longest == 0 else now - in_nanoseconds(longest)


@frozen
class OrderView:
    """An order as a query shows it.

    Attributes:
        order: The order.
        client_order_id: Its client id in the reply, by `Behaviour.canceled_leg_shows`.
    """

    order: Order
    client_order_id: str


class Queries:
    """The order lists as one account sees them at one moment.

    Args:
        store: All order lists.
        behaviour: How a list is found by both ids, and what a canceled leg shows.
        account: Its lists are found, and no others.
        as_of: The moment in nanoseconds; None for the present.
    """

    def __init__(
        self, store: OrderListStore, behaviour: Behaviour, *, account: str, as_of: int | None
    ) -> None:
        self._store = store
        self._behaviour = behaviour
        self._account = account
        self._as_of = as_of

    def order_list(
        self, order_list_id: int | None = None, name: str | None = None
    ) -> VenueOrderList:
        """Return the list of an id or a client id; see `Behaviour.both_query_ids` for both.

        Raises:
            ApiError: -2018, it does not exist.
        """
        by_id = name is None or self._behaviour.both_query_ids == "id_wins"
        found = (
            self._list_by_id(order_list_id)
            if by_id and order_list_id is not None
            else next((each for each in self._lists() if each.list_client_order_id == name), None)
        )
        if found is None:
            raise ApiError(-2018, "Order list does not exist.")
        return found

    def open_lists(self) -> tuple[VenueOrderList, ...]:
        """Return the lists that are open, the oldest first."""
        lists = [each for each in self._lists() if each.list_order_status == "EXECUTING"]
        return tuple(reversed(lists))

    def all_lists(self, selection: Selection) -> tuple[VenueOrderList, ...]:
        """Return the lists of a range, open or finished, the oldest first."""
        return selection.of(
            self._lists(), key=lambda each: (each.transaction_time, each.order_list_id)
        )

    def open_orders(self, symbol: str | None) -> tuple[OrderView, ...]:
        """Return the orders that are not final, the oldest first; None for any symbol."""
        found = (each for each in self._orders(symbol) if not each.is_final)
        return self._views(sorted(found, key=lambda each: each.order_id))

    def all_orders(self, symbol: str, selection: Selection) -> tuple[OrderView, ...]:
        """Return the orders of a range, open or finished, the oldest first."""
        return self._views(
            selection.of(self._orders(symbol), key=lambda each: (each.update_time, each.order_id))
        )

    def update_time(self) -> int:
        """Return the time of the last change of an order, in nanoseconds; 0 for none."""
        return max((each.update_time for each in self._orders(None)), default=0)

    def order(self, symbol: str, order_id: int | None = None, name: str | None = None) -> OrderView:
        """Return the order of an id or a client id; if both are given, both must be its.

        Raises:
            ApiError: -2013, it does not exist; -2039, the order of this id has another client id.
        """
        orders = self._orders_by_name(name) if order_id is None else self._orders_by_id(order_id)
        found = next((each for each in orders if each.symbol == symbol), None)
        if found is None:
            raise ApiError(-2013, "Order does not exist.")
        shown = self._shown_id(found)
        if name not in {None, shown}:
            raise ApiError(-2039, "Client order ID is not correct for this order ID.")
        return OrderView(found, shown)

    def _shown_id(self, order: Order) -> str:
        if order.cancel_id is None or self._behaviour.canceled_leg_shows == "original_id":
            return order.client_order_id
        return order.cancel_id

    def _lists(self) -> Iterator[VenueOrderList]:
        return (each for each in self._lists_and_orders() if not each.is_single)

    def _lists_and_orders(self) -> Iterator[VenueOrderList]:
        lists = self._store.newest_first(as_of=self._as_of)
        return (each for each in lists if each.account == self._account)

    def _list_by_id(self, order_list_id: int) -> VenueOrderList | None:
        found = self._store.find(order_list_id, as_of=self._as_of)
        return found if found is not None and found.account == self._account else None

    def _orders_by_name(self, name: str | None) -> Iterator[Order]:
        return (order for order in self._orders(None) if self._shown_id(order) == name)

    def _orders(self, symbol: str | None) -> Iterator[Order]:
        orders = (order for each in self._lists_and_orders() for order in each.orders)
        return (order for order in orders if symbol in {None, order.symbol})

    def _views(self, orders: Iterable[Order]) -> tuple[OrderView, ...]:
        return tuple(OrderView(each, self._shown_id(each)) for each in orders)

    def _orders_by_id(self, order_id: int) -> Iterator[Order]:
        order_list_id = self._store.list_of_order(order_id)
        found = None if order_list_id is None else self._list_by_id(order_list_id)
        orders = () if found is None else found.orders
        return (order for order in orders if order.order_id == order_id)
