"""One request in progress.

A call decides what happens next; it never waits and never sends.  It is a generator: it yields what
it wants done, is sent what came of it, and returns its result.  Calls are parts of calls, by
``yield from``.  A driver is a loop over `resume`.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from orderlists._clock import Moment
from orderlists._errors import OrderListsError
from orderlists._requests.request import Request

R = TypeVar("R")


class Now(NamedTuple):
    """Tell what time it is: a `Moment`."""


class Send(NamedTuple):
    """Send this request once, and tell what came back: its result, or the error.

    Attributes:
        request: What is sent.
        at: The moment whose time it carries.
        patience: Seconds that are left for it.
    """

    request: Request[Any]
    at: Moment
    patience: float


class Wait(NamedTuple):
    """Let time pass."""

    seconds: float


Command: TypeAlias = Now | Send | Wait
Call: TypeAlias = Generator[Command, Any, R]


class Done(NamedTuple, Generic[R]):
    """The call is over, and this is its result."""

    result: R


def resume(call: Call[R], outcome: object) -> Command | Done[R]:
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
