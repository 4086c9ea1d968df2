"""The interface of a contestant.

All send the same parameters and read the same fields.  What differs is the library.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeAlias

from benchmarks.exchange import WEBSOCKET_PATH

Reading: TypeAlias = tuple[Any, ...]
"""The list's id and status, then id, client id, price, quantity and status of each leg."""

Call: TypeAlias = Callable[[int], Reading]
"""An operation of a contestant: sends the request of a number and reads the reply."""

AsyncCall: TypeAlias = Callable[[int], Awaitable[Reading]]
"""Does the same, awaiting."""


class Contestant(Protocol):
    """Executes operations, one call at a time."""

    def cancel(self, number: int) -> Reading:
        """Cancel a list and read the reply."""
        ...

    def place_oco(self, number: int) -> Reading:
        """Place an OCO and read the reply."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class AsyncContestant(Protocol):
    """Executes operations, many calls at a time."""

    async def cancel(self, number: int) -> Reading:
        """Cancel a list and read the reply."""
        ...

    async def place_oco(self, number: int) -> Reading:
        """Place an OCO and read the reply."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


def framed(origin: str) -> str:
    """Return the WebSocket URL of an exchange."""
    return f"{origin.replace('http', 'ws', 1)}{WEBSOCKET_PATH}"


def read_tree(reply: Any) -> Reading:
    """Read a reply that is plain JSON."""
    return (
        reply["orderListId"],
        reply["listOrderStatus"],
        *[
            (leg["orderId"], leg["clientOrderId"], leg["price"], leg["origQty"], leg["status"])
            for leg in reply["orderReports"]
        ],
    )


def read_typed(reply: Any) -> Reading:
    """Read a reply that is an object with attributes in snake case."""
    return (
        reply.order_list_id,
        reply.list_order_status,
        *[
            (leg.order_id, leg.client_order_id, leg.price, leg.orig_qty, leg.status)
            for leg in reply.order_reports
        ],
    )
