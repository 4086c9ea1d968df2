"""What a contestant is.

All send the same six parameters and read the same fields.  What differs is the library.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

from benchmarks.exchange import WEBSOCKET_PATH

Reading: TypeAlias = tuple[Any, ...]
"""The list's id and status, then id, client id, price, quantity and status of each leg."""


class Contestant(Protocol):
    """Cancels, one call at a time."""

    def cancel(self, order_list_id: int) -> Reading:
        """Cancel a list and read the reply."""
        ...

    def close(self) -> None:
        """Let the connection go."""
        ...


class AsyncContestant(Protocol):
    """Cancels, many calls at a time."""

    async def cancel(self, order_list_id: int) -> Reading:
        """Cancel a list and read the reply."""
        ...

    async def close(self) -> None:
        """Let the connections go."""
        ...


def cancel_id(order_list_id: int) -> str:
    """Return the client id of a cancel; who makes one itself need not ask."""
    return f"bench-{order_list_id}"


def framed(origin: str) -> str:
    """Return where an exchange speaks WebSocket."""
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
