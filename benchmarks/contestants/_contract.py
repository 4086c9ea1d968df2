"""The interface of a contestant.

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
        """Close the connection."""
        ...


class AsyncContestant(Protocol):
    """Cancels, many calls at a time."""

    async def cancel(self, order_list_id: int) -> Reading:
        """Cancel a list and read the reply."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


def cancel_id(order_list_id: int) -> str:
    """Return the client id of a cancel, for contestants that do not generate one."""
    return f"bench-{order_list_id}"


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
