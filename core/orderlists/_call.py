"""One request in progress.

A call decides what happens next; it never waits and never sends.  It is a generator: it yields what
it wants done, is sent what came of it (or has the error thrown in), and returns its result.  A
driver is a loop over `resume`.

Invariant: a state-changing request ends in a result, in an error that says it was not executed,
or in `OutcomeUnknown`.  Never in an error that leaves this to be guessed.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Generic, TypeAlias, TypeVar

from attrs import frozen

from orderlists._errors import (
    OrderListsError,
    OutcomeUnknown,
    ServerError,
    TransportError,
    UndecodableReply,
)
from orderlists._request import Request

R = TypeVar("R")


@frozen
class Send:
    """Send this request once, and tell what came back: its result, or the error."""

    request: Request[Any]


Command: TypeAlias = Send
Call: TypeAlias = Generator[Command, Any, R]


@frozen
class Done(Generic[R]):
    """The call is over, and this is its result."""

    result: R


def resume(call: Call[R], outcome: object) -> Command | Done[R]:
    """Tell a call what came of its last command, and return what it wants next.

    Args:
        call: The call.
        outcome: None to start it; then what the command gave, or the `OrderListsError` it ended in.
    """
    try:
        if isinstance(outcome, OrderListsError):
            return call.throw(outcome)
        return call.send(outcome)
    except StopIteration as finished:
        return Done(finished.value)


def begin(request: Request[R], *, new_id: str) -> Call[R]:
    """Begin a call.

    Args:
        request: What is asked for.
        new_id: An id that was never used before, for a request that takes one and has none.

    Raises:
        Rejected: The exchange refused: the request was not executed.
        TransportError: Nothing was sent (or the request changes nothing and no reply came).
        ServerError, UndecodableReply: The request changes nothing, and the reply was no answer.
        OutcomeUnknown: The request changes state, and whether it was executed is open.
    """
    named = request.named(new_id)
    try:
        result: R = yield Send(named)
    except (TransportError, ServerError, UndecodableReply) as error:
        if not named.operation.changes_state or _never_left(error):
            raise
        raise OutcomeUnknown(named, cause=error) from error
    return result


def _never_left(error: Exception) -> bool:
    return isinstance(error, TransportError) and error.sent is False
