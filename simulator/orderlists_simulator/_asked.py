"""What somebody asks of the venue, whichever protocol it came by.

Knows what a plan and a log need to know of a request, and how to have it done; not how it was
written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists.extending import HttpRequest
    from orderlists_simulator._attempt import Attempt
    from orderlists_simulator._ws_request import WebSocketRequest

Protocol: TypeAlias = Literal["REST", "WebSocket"]
"""The language in which a request came."""


@frozen(kw_only=True)
class Asked:
    """One request that arrived.

    Attributes:
        protocol: How it came.
        method: The verb, or the name of the method.
        path: The path without the query; over a connection, that of the connection.
        parameters: Names and values, without the signature.
        request: As it came, for those who decide its fate.
        attempt: Has the venue do it, at the time given in nanoseconds.
    """

    protocol: Protocol
    method: str
    path: str
    parameters: tuple[tuple[str, str], ...]
    request: HttpRequest | WebSocketRequest
    attempt: Callable[[int], Attempt] = field(repr=False, eq=False)
