"""The four commands that a driver executes, and their outcome.

A call is a generator of commands.  It yields a command, receives an `Outcome`, and returns its
result; it does no I/O and reads no clock.  A driver executes the command and returns the outcome;
it makes no decision.

A command that sends carries a function that encodes.  The driver calls it immediately before the
write, when the request has acquired its turn: the rate limits are checked, and the timestamp is
taken and signed, at the moment of sending.

What every exchange needs is made with slots: a named tuple, or a frozen value, takes half as long
again.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

from attrs import define

from orderlists._clock import ClockReading

if TYPE_CHECKING:
    from orderlists._connections.event_evidence import EventEvidence
    from orderlists._protocols.http_messages import HttpRequest
    from orderlists._protocols.interfaces import Encoded, SessionLayer

R = TypeVar("R")


def _ignore() -> None:
    """Do nothing."""


@define(eq=False)
class HttpExchange:
    """Exchange one HTTP request for one response.  The value is the `HttpResponse`.

    Attributes:
        encode: Returns the encoded request, stamped with the given time.  Raises `RateLimited` or
            `Banned` while the gate is closed; then nothing may be sent.
        timeout: Seconds for the exchange of messages.
        until: The deadline for acquiring a turn, by the monotonic clock, in nanoseconds.
        is_urgent: Whether it goes to the head of the queue, as the queries of a recovery do.
        queued: Is called if it has to wait for its turn.
    """

    encode: Callable[[ClockReading], HttpRequest]
    timeout: float
    until: int
    is_urgent: bool
    queued: Callable[[], object] = _ignore


@define(eq=False)
class FramedExchange:
    """Send one request over a connection that carries frames.  The value is the reply.

    Attributes:
        encode: Returns the request encoded for this connection, as above.
        timeout: Seconds for the exchange of messages.
        until: The deadline for acquiring a turn and a connection, as above.
        is_urgent: As above.
        queued: As above.
    """

    encode: Callable[[SessionLayer, ClockReading], Encoded]
    timeout: float
    until: int
    is_urgent: bool
    queued: Callable[[], object] = _ignore


class AwaitEvent(NamedTuple):
    """Wait until events prove something.  The value is the proof, or None.

    Attributes:
        find: Returns the proof, or None.
        timeout: Seconds to wait, if a subscription delivers events.
    """

    find: Callable[[EventEvidence], Any]
    timeout: float


class Sleep(NamedTuple):
    """Sleep.  The value is None; the error is a `TransportError` if the client was closed."""

    seconds: float


@define(eq=False)
class Outcome:
    """The outcome of a command.

    Attributes:
        value: The value of the command; None on an error.
        error: The exception that its execution raised, or None.
        at: The time when it was done, by the monotonic clock, in nanoseconds.
    """

    value: Any
    error: BaseException | None
    at: int


Command: TypeAlias = HttpExchange | FramedExchange | AwaitEvent | Sleep
Call: TypeAlias = Generator[Command, Outcome, R]
