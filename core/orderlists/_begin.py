"""Where a call begins: what kind of request it is decides how it is seen to its end.

Invariant: a state-changing request ends in a result, in an error that says it was not executed, or
in `OutcomeUnknown`.  Never in an error that leaves this to be guessed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TypeVar, cast

from orderlists._attempt import Attempt
from orderlists._call import Call, Now
from orderlists._cancel_order_list import CancelOrderList
from orderlists._clock import Moment, ServerClock
from orderlists._errors import (
    InvalidRequest,
    OrderListsError,
    OutcomeUnknown,
    TransportError,
    UnknownOrderList,
)
from orderlists._order_list import CanceledOrderList
from orderlists._policy import Policy
from orderlists._request import Request
from orderlists._run import UNANSWERED, Run, ask, never_left
from orderlists._settling import Settling, unknown

R = TypeVar("R")


def begin(request: Request[R], *, new_id: str, policy: Policy, clock: ServerClock) -> Call[R]:
    """Begin a call.

    Args:
        request: What is asked for.
        new_id: An id that was never used before, for a request that takes one and has none.
        policy: How far the call goes.
        clock: The exchange's clock.

    Raises:
        Rejected: The exchange refused: the request was not executed.
        TransportError: Nothing was sent (or the request changes nothing and no reply came).
        ServerError, UndecodableReply: The request changes nothing, and the reply was no answer.
        OutcomeUnknown: The request changes state, and whether it was executed is open.
    """
    complete = request.completed(new_client_order_id=new_id, recv_window=policy.recv_window)
    try:
        started: Moment = yield Now()
        run = Run(policy, clock, started, policy.resends)
        if policy.measure_clock and not clock.is_measured:
            yield from run.measure_clock()
        return (yield from _call_for(complete, run))
    except OrderListsError:
        raise
    except BaseException as interrupt:
        # Whoever is interrupted can ask later what became of this.
        interrupt.add_note(f"in progress: {complete}")
        raise


def _call_for(request: Request[R], run: Run) -> Call[R]:
    if isinstance(request, CancelOrderList):
        return cast("Call[R]", _cancel(request, run))
    return _change(request, run) if request.operation.changes_state else ask(request, run)


def _change(request: Request[R], run: Run) -> Call[R]:
    """See a change through of which it is not known how to settle it."""
    try:
        return (yield from run.send(request))
    except UNANSWERED as error:
        if never_left(error):
            raise
        raise OutcomeUnknown(request, cause=error) from error


def _cancel(request: CancelOrderList, run: Run) -> Call[CanceledOrderList]:
    """Cancel a list, and if the answer leaves it open what happened, find out."""
    try:
        return (yield from run.send(request))
    except UnknownOrderList as error:
        if not run.policy.settle:
            raise
        # A proxy may have sent it twice, and this is the answer to the second.
        cause: OrderListsError = error
        refused_at: Moment | None = yield Now()
    except UNANSWERED as error:
        if never_left(error):
            raise
        if not run.policy.settle:
            raise unknown(request, run, cause=error) from error
        cause, refused_at = error, None
    return (yield from _settle(request, run, cause, refused_at))


def settle(
    request: Request[R],
    *,
    attempts: tuple[Attempt, ...],
    policy: Policy,
    clock: ServerClock,
) -> Call[R]:
    """Begin a call that finds out what became of a cancel that was sent earlier.

    Args:
        request: The request as it was sent, with its `new_client_order_id`.
        attempts: What `OutcomeUnknown` said about them; empty if that is not known any more.
        policy: How far the call goes.
        clock: The exchange's clock.

    Raises:
        InvalidRequest: The request is no cancel, or has no `new_client_order_id`.
        Rejected: It was not executed, and cannot be any more.
        OutcomeUnknown: It is still not known.
    """
    if not isinstance(request, CancelOrderList):
        raise InvalidRequest(field="request", value=request, rule="must be a cancel")
    if request.new_client_order_id is None:
        rule = "must be the one that was sent: it is the only proof"
        raise InvalidRequest(field="new_client_order_id", value=None, rule=rule)
    complete = request.completed(recv_window=policy.recv_window)
    started: Moment = yield Now()
    sent = list(attempts) or [_some_time_before(started, complete)]
    run = Run(policy, clock, started, policy.resends, sent, list(sent))
    cause = TransportError("it was sent earlier", sent=None)
    return cast("R", (yield from _settle(complete, run, cause, None)))


def _some_time_before(started: Moment, request: CancelOrderList) -> Attempt:
    """Return an attempt of which nothing is known, but that it was sent before this moment."""
    unknown_when = Moment(started.monotonic - 1, started.server, None)
    return Attempt.of(unknown_when, cast("Decimal", request.recv_window))


def _settle(
    request: CancelOrderList, run: Run, cause: OrderListsError, refused_at: Moment | None
) -> Call[CanceledOrderList]:
    settling = Settling(request, cast("str", request.new_client_order_id), run, cause, refused_at)
    if request.order_list_id is not None:
        return (yield from settling.by_id(request.order_list_id))
    return (yield from settling.by_name(cast("str", request.list_client_order_id)))
