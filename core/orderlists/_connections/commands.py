"""The commands of the generators of this package, beside `Sleep`.

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
        timeout: Seconds for the whole operation.
    """

    target: str
    timeout: float


class RoundTrip(NamedTuple):
    """Send a request once on a connection.  The value is the reply.

    Attributes:
        connection: Where to send it.
        encode: Returns the request encoded for this connection, stamped with the given time.
            Raises `RateLimited` or `Banned` while the gate is closed; then nothing may be sent.
        timeout: Seconds for the exchange of messages.
        subscribe: The request itself, if it subscribes to events.
    """

    connection: Connection
    encode: Callable[[SessionLayer, ClockReading], Encoded]
    timeout: float
    subscribe: Request[Any] | None = None


class EnsureSubscribed(NamedTuple):
    """Ensure a connection with a subscription.  The value is the connection.

    Attributes:
        until: The deadline, by the monotonic clock, in nanoseconds.
    """

    until: int


class WaitOn(NamedTuple):
    """Wait until a condition holds, the connection ends, or time is up.  The value is None.

    Attributes:
        connection: The connection whose frames may fulfil the condition.
        is_done: The condition.
        until: The deadline, by the monotonic clock, in nanoseconds.  If it has passed, frames that
            have already arrived are still read.
    """

    connection: Connection
    is_done: Callable[[], bool]
    until: int


ConnectionCommand: TypeAlias = OpenConnection | RoundTrip | EnsureSubscribed | WaitOn | Sleep
Steps: TypeAlias = Generator[ConnectionCommand, Outcome, R]
