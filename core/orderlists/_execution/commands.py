"""One request in progress.

A call decides what happens next; it never waits and never sends.  It is a generator: it yields what
it wants done, is sent what came of it, and returns its result.  Calls are parts of calls, by
``yield from``.  A driver is a loop over `resume`.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from orderlists._clock import ClockReading
from orderlists._operations.base import Request
from orderlists.errors import OrderListsError

R = TypeVar("R")
C = TypeVar("C")


class Now(NamedTuple):
    """Tell what time it is: a `ClockReading`."""


class Ready(NamedTuple):
    """Get ready to send, and tell what time it is then: a `ClockReading`, or the error.

    An error says that nothing was sent.  Where a connection is kept, this is when it is opened, so
    that a request carries the time at which it goes.

    Attributes:
        until: When to give up, by the monotonic clock, in nanoseconds.
    """

    until: int


class Send(NamedTuple):
    """Send this request once, and tell what came back: its result, or the error.

    Attributes:
        request: What is sent.
        at: The moment whose time it carries.
        patience: Seconds that are left for it.
    """

    request: Request[Any]
    at: ClockReading
    patience: float


class Wait(NamedTuple):
    """Let time pass, and tell nothing; or an error, if there is nothing to wait for any more."""

    seconds: float


class Watch(NamedTuple):
    """Tell what events prove about a cancel: a `CanceledOrderList`, or None.

    Attributes:
        cancel_id: Its `new_client_order_id`.
        seconds: How long to wait for a proof, if events flow at all.
    """

    cancel_id: str
    seconds: float


Command: TypeAlias = Now | Ready | Send | Wait | Watch
Call: TypeAlias = Generator[Command, Any, R]


class Done(NamedTuple, Generic[R]):
    """The call is over, and this is its result."""

    result: R


def resume(call: Generator[C, Any, R], outcome: object) -> C | Done[R]:
    """Tell a call what came of its last command, and return what it wants next.

    Args:
        call: The call.
        outcome: None to start it; then what the command gave: a value or an `OrderListsError`,
            both of which the call is sent, or an interrupt, which is thrown into it.
    """
    try:
        if isinstance(outcome, BaseException) and not isinstance(outcome, OrderListsError):
            return call.throw(outcome)
        return call.send(outcome)
    except StopIteration as finished:
        return Done(finished.value)
