"""Where a call begins: what kind of request it is decides how it is seen to its end.

Invariant: a state-changing request ends in a result, in an error that says it was not executed, or
in `OutcomeUnknown`.  Never in an error that leaves this to be guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeVar, cast

from orderlists._clock import ClockReading, ServerClock
from orderlists._execution.attempt import Attempt
from orderlists._execution.commands import Call, Now
from orderlists._execution.policy import Policy
from orderlists._execution.recovery.cancel import CancelRecovery, unknown
from orderlists._execution.run import UNANSWERED, Run, ask, never_left
from orderlists._models.order_lists import CanceledOrderList
from orderlists._operations.base import Request
from orderlists._operations.cancel_order_list import CancelOrderList
from orderlists._operations.validators import LONGEST_RECV_WINDOW
from orderlists.errors import (
    InvalidRequest,
    OrderListsError,
    OutcomeUnknown,
    Rejected,
    TransportError,
    UnknownOrderList,
)

R = TypeVar("R")


def begin(request: Request[R], *, new_id: str, policy: Policy, clock: ServerClock) -> Call[R]:
    """Begin a call, which raises what is said here once it runs; a bad request is refused at once.

    Args:
        request: What is asked for.
        new_id: An id that was never used before, for a request that takes one and has none.
        policy: How far the call goes.
        clock: The exchange's clock.

    Raises:
        InvalidRequest: It is no request.
        Rejected: The exchange refused: the request was not executed.
        TransportError: Nothing was sent (or the request changes nothing and no reply came).
        ServerError, UndecodableReply: The request changes nothing, and the reply was no answer.
        OutcomeUnknown: The request changes state, and whether it was executed is open.
    """
    if not isinstance(request, Request):
        raise InvalidRequest(field="request", value=request, rule="must be a Request")
    complete = request.completed(new_client_order_id=new_id, recv_window=policy.recv_window)
    return _noted(complete, _send(complete, policy, clock))


def _noted(request: Request[Any], call: Call[R]) -> Call[R]:
    try:
        return (yield from call)
    except OrderListsError:
        raise
    except BaseException as interrupt:
        # Whoever is interrupted can ask later what became of this.
        interrupt.add_note(f"in progress: {request}")
        raise


def _send(request: Request[R], policy: Policy, clock: ServerClock) -> Call[R]:
    started: ClockReading = yield Now()
    run = Run(policy, clock, started, policy.max_resends)
    if policy.measure_clock and not clock.is_measured:
        yield from run.measure_clock()
    if isinstance(request, CancelOrderList):
        return cast("R", (yield from _cancel(request, run)))
    return (yield from (_change if request.operation.changes_state else ask)(request, run))


def _change(request: Request[R], run: Run) -> Call[R]:
    """See a change through of which it is not known how to reconcile it."""
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
        if not run.policy.reconcile:
            raise
        # A proxy may have sent it twice, and this is the answer to the second.
        cause: OrderListsError = error
        refused_at: ClockReading | None = yield Now()
    except UNANSWERED as error:
        if never_left(error):
            raise
        if not run.policy.reconcile:
            raise unknown(request, run, cause=error) from error
        cause, refused_at = error, None
    return (yield from _settle(request, run, cause, refused_at))


def reconcile(
    request: Request[R],
    *,
    attempts: tuple[Attempt, ...],
    policy: Policy,
    clock: ServerClock,
) -> Call[R]:
    """Begin a call that finds out what became of a cancel that was sent earlier, as `begin` does.

    Args:
        request: The request as it was sent, with its `new_client_order_id`.
        attempts: What `OutcomeUnknown` said about them; empty if that is not known any more.
        policy: How far the call goes.
        clock: The exchange's clock.

    Raises:
        InvalidRequest: The request is no cancel, or has no `new_client_order_id`; or the attempts
            are none.
        Rejected: It was not executed, and cannot be any more.
        OutcomeUnknown: It is still not known.
    """
    if not isinstance(request, CancelOrderList):
        raise InvalidRequest(field="request", value=request, rule="must be a cancel")
    if request.new_client_order_id is None:
        rule = "must be the one that was sent: it is the only proof"
        raise InvalidRequest(field="new_client_order_id", value=None, rule=rule)
    if not (isinstance(attempts, Sequence) and all(isinstance(one, Attempt) for one in attempts)):
        rule = "must be the attempts of an OutcomeUnknown, or () if they are not known any more"
        raise InvalidRequest(field="attempts", value=attempts, rule=rule)
    complete = request.completed(recv_window=LONGEST_RECV_WINDOW)
    return cast("Call[R]", _noted(complete, _settle_later(complete, attempts, policy, clock)))


def _settle_later(
    request: CancelOrderList, attempts: tuple[Attempt, ...], policy: Policy, clock: ServerClock
) -> Call[CanceledOrderList]:
    started: ClockReading = yield Now()
    run = Run(policy, clock, started, policy.max_resends)
    if not clock.is_measured:
        yield from run.measure_clock()
    # Another process, or this machine before a restart, had another monotonic clock.
    before = started.monotonic - 1
    sent = [
        each if clock.guessed(each.at) else each._replace(at=each.at._replace(monotonic=before))
        for each in attempts
    ]
    if not sent:
        run.assumed = Attempt.of(
            clock.at(started.monotonic)._replace(monotonic=before, error=None),
            Decimal(request.recv_window or LONGEST_RECV_WINDOW),
        )
        sent = [run.assumed]
    run.attempts, run.lost = sent, list(sent)
    return (
        yield from _settle(request, run, TransportError("it was sent earlier", sent=None), None)
    )


def _settle(
    request: CancelOrderList, run: Run, cause: OrderListsError, refused_at: ClockReading | None
) -> Call[CanceledOrderList]:
    settling = CancelRecovery(
        request, cast("str", request.new_client_order_id), run, cause, refused_at
    )
    try:
        if request.order_list_id is not None:
            return (yield from settling.by_id(request.order_list_id))
        return (yield from settling.by_name(cast("str", request.list_client_order_id)))
    except (Rejected, OutcomeUnknown, AssertionError):
        raise
    except Exception as error:
        # Whatever went wrong, such as a key that cannot sign any more: the question stays open.
        raise unknown(request, run, cause=cause, seen=settling.seen) from error
