"""What the venue tells about lists and orders to those who ask, and from when.

Invariant: a query changes nothing, and all of one answer is of one moment, which may be past.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from orderlists_simulator._orders import Order
from orderlists_simulator._refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderlists_simulator._book import Book
    from orderlists_simulator._orders import OrderList
    from orderlists_simulator._rules import Rules


@frozen
class OrderView:
    """An order as a query shows it.

    Attributes:
        order: The order.
        client_order_id: What is shown as its client id; `Rules.canceled_leg_shows` says which.
    """

    order: Order
    client_order_id: str


class Queries:
    """The book as one account sees it at one moment.

    Args:
        book: Where the lists are.
        rules: What both ids of a list mean, and what a cancelled leg shows.
        account: Who asks: the lists of others are not there.
        as_of: The moment, in nanoseconds; None for the present.
    """

    def __init__(self, book: Book, rules: Rules, *, account: str, as_of: int | None) -> None:
        self._book = book
        self._rules = rules
        self._account = account
        self._as_of = as_of

    def order_list(self, order_list_id: int | None, name: str | None) -> OrderList:
        """Return the list of this id or client id.

        Raises:
            Refused: -2018, there is none.
        """
        by_id = name is None or self._rules.both_query_ids == "id_wins"
        found = (
            self._by_id(order_list_id)
            if by_id and order_list_id is not None
            else next((each for each in self._mine() if each.list_client_order_id == name), None)
        )
        if found is None:
            raise Refused(-2018, "Order list does not exist.")
        return found

    def order(self, symbol: str, order_id: int | None, name: str | None) -> OrderView:
        """Return the order of this id or client id, and of both if both are given.

        Raises:
            Refused: -2013, there is none; -2039, the order of this id has another client id.
        """
        orders = self._named(name) if order_id is None else self._numbered(order_id)
        found = next((each for each in orders if each.symbol == symbol), None)
        if found is None:
            raise Refused(-2013, "Order does not exist.")
        shown = self._shown_id(found)
        if name not in {None, shown}:
            raise Refused(-2039, "Client order ID is not correct for this order ID.")
        return OrderView(found, shown)

    def _shown_id(self, order: Order) -> str:
        if order.cancel_id is None or self._rules.canceled_leg_shows == "original_id":
            return order.client_order_id
        return order.cancel_id

    def _mine(self) -> Iterator[OrderList]:
        lists = self._book.newest_first(as_of=self._as_of)
        return (each for each in lists if each.account == self._account)

    def _by_id(self, order_list_id: int) -> OrderList | None:
        found = self._book.find(order_list_id, as_of=self._as_of)
        return found if found is not None and found.account == self._account else None

    def _named(self, name: str | None) -> Iterator[Order]:
        orders = (order for each in self._mine() for order in each.orders)
        return (order for order in orders if self._shown_id(order) == name)

    def _numbered(self, order_id: int) -> Iterator[Order]:
        home = self._book.home_of(order_id)
        found = None if home is None else self._by_id(home)
        orders = () if found is None else found.orders
        return (order for order in orders if order.order_id == order_id)
