"""Where the ids come from that the venue gives to lists, orders and cancels."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Ids:
    """New ids, from the iterators that are given; None for the usual one.

    Attributes:
        lists: The ids of lists.
        orders: The ids of orders.
        names: Client ids, for those who give none.

    >>> Ids(lists=None, orders=None, names=None).named(None)
    'generated0000000000000'
    """

    def __init__(
        self,
        *,
        lists: Iterator[int] | None,
        orders: Iterator[int] | None,
        names: Iterator[str] | None,
    ) -> None:
        self.lists = count() if lists is None else lists
        self.orders = count() if orders is None else orders
        self.names = _generated() if names is None else names

    def named(self, client_id: str | None) -> str:
        """Return the client id that was given, or a new one."""
        return next(self.names) if client_id is None else client_id


def _generated() -> Iterator[str]:
    # 22 letters and digits, as the exchange's own; told apart at a glance from a client's.
    return (f"generated{number:013d}" for number in count())
