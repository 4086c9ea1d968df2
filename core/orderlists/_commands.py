"""The four verbs of a driver, and what comes back.

A call is a generator of commands.  It yields what it wants done, is sent an `Outcome`, and returns
its result; it does no I/O and reads no clock.  A driver executes a command and sends back what came
of it; it decides nothing.

A command that sends carries a function that encodes.  The driver calls it when the request's turn
has come, right before the write: so the rate limits are checked, and the timestamp is taken and
signed, at the moment at which the request really goes.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

from orderlists._clock import ClockReading

if TYPE_CHECKING:
    from orderlists._connections.event_evidence import EventEvidence
    from orderlists._protocols.http_messages import HttpRequest
    from orderlists._protocols.interfaces import Encoded, SessionLayer

R = TypeVar("R")


class HttpExchange(NamedTuple):
    """Exchange one HTTP request for one response.  The value is the `HttpResponse`.

    Attributes:
        encode: Returns the request as it goes on the wire at this time.  Raises `RateLimited` or
            `Banned` where the gate is closed; then nothing may be sent.
        timeout: Seconds for the exchange of messages.
        until: When to give up waiting for a turn, by the monotonic clock, in nanoseconds.
        is_urgent: Whether it goes to the head of the queue: a query of a recovery.
    """

    encode: Callable[[ClockReading], HttpRequest]
    timeout: float
    until: int
    is_urgent: bool


class FramedExchange(NamedTuple):
    """Send one request over a connection that carries frames.  The value is the reply.

    Attributes:
        encode: Returns the request as it goes on this connection at this time, as above.
        timeout: Seconds for the exchange of messages.
        until: When to give up waiting for a turn and a connection, as above.
        is_urgent: As above.
    """

    encode: Callable[[SessionLayer, ClockReading], Encoded]
    timeout: float
    until: int
    is_urgent: bool


class AwaitEvent(NamedTuple):
    """Wait until events prove something.  The value is the proof, or None.

    Attributes:
        find: Looks the proof up.
        timeout: Seconds to wait for it, if events flow at all.
    """

    find: Callable[[EventEvidence], Any]
    timeout: float


class Sleep(NamedTuple):
    """Let time pass.  The value is None; the error a `TransportError` if the client was closed."""

    seconds: float


class Outcome(NamedTuple):
    """What came of a command.

    Attributes:
        value: What the command gave, if nothing went wrong.
        error: What was raised while it was executed, or None.
        at: The time by then.
    """

    value: Any
    error: BaseException | None
    at: ClockReading


Command: TypeAlias = HttpExchange | FramedExchange | AwaitEvent | Sleep
Call: TypeAlias = Generator[Command, Outcome, R]
