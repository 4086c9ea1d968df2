"""What the generators of this package want done, beside `Sleep`.

A driver executes a command and sends back an `Outcome`.  An `OrderListsError` goes into the
outcome; any other exception is a bug or an interrupt, for which the driver closes the generator.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, NamedTuple, TypeAlias, TypeVar

from orderlists._clock import ClockReading
from orderlists._commands import Outcome, Sleep
from orderlists._connections.connection import Connection
from orderlists._operations.base import Request
from orderlists._protocols.interfaces import Encoded, SessionLayer

R = TypeVar("R")


class OpenConnection(NamedTuple):
    """Open a connection.  The value is the driver's handle for it.

    Attributes:
        target: Path and query in origin form.
        timeout: Seconds for the whole of it.
    """

    target: str
    timeout: float


class RoundTrip(NamedTuple):
    """Send a request on this connection, once.  The value is the reply.

    Attributes:
        connection: Where to send it.
        encode: Returns the request as it goes on this connection at this time.  Raises
            `RateLimited` or `Banned` where the gate is closed; then nothing may be sent.
        timeout: Seconds for the exchange of messages.
        subscribe: The request itself, if it subscribes to events.
    """

    connection: Connection
    encode: Callable[[SessionLayer, ClockReading], Encoded]
    timeout: float
    subscribe: Request[Any] | None = None


class EnsureSubscribed(NamedTuple):
    """Have a connection on which events arrive.  The value is the connection.

    Attributes:
        until: When to give up, by the monotonic clock, in nanoseconds.
    """

    until: int


class WaitOn(NamedTuple):
    """Wait until something is done, the connection is over, or time is up.  The value is None.

    Attributes:
        connection: The connection whose frames may get it done.
        is_done: Whether it is.
        until: When time is up, by the monotonic clock, in nanoseconds.  Where it is past, what has
            already arrived is read all the same.
    """

    connection: Connection
    is_done: Callable[[], bool]
    until: int


ConnectionCommand: TypeAlias = OpenConnection | RoundTrip | EnsureSubscribed | WaitOn | Sleep
Steps: TypeAlias = Generator[ConnectionCommand, Outcome, R]
