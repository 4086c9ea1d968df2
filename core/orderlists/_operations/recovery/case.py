"""The input of a recovery: a request whose outcome is unknown, and the services of the engine.

A recovery is a generator.  It does no I/O: it delegates by ``yield from`` to `send_once`,
`await_event` and `pause`, and the engine handles turns, limits, timestamps and replies.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from attrs import define

from orderlists._models.order_lists import CanceledOrderList, OrderReport
from orderlists._operations.base import Request
from orderlists._operations.get_order import GetOrder
from orderlists._operations.get_order_list import GetOrderList
from orderlists._operations.recovery.call_state import CallState
from orderlists._operations.recovery.evidence import Finding, Snapshot, with_reports
from orderlists.errors import AlreadyDone, BadTimestamp

if TYPE_CHECKING:
    from orderlists._connections.event_evidence import EventEvidence

R = TypeVar("R")
T = TypeVar("T")

Steps = Generator[Any, Any, T]
"""A part of a recovery; the engine receives what it yields."""


@define(eq=False)
class Answer(Generic[T]):
    """The outcome of one request of a recovery.

    Attributes:
        value: The result; None on an error.
        error: The error: a refusal, or the reason why there is no reply.
        sent_at: When it was sent, by the monotonic clock, in nanoseconds.
        is_refused: Whether the exchange replied that there is no such list or order.
    """

    value: T | None
    error: BaseException | None
    sent_at: int
    is_refused: bool


class RecoveryEngine(Protocol):
    """The services of the engine for a recovery."""

    def send_once(self, request: Request[T], /) -> Steps[Answer[T]]:
        """Send a request; wait while rate-limited, and resync the clock after -1021.

        Raises:
            OutcomeUnknown: A retry cannot help, or there was a bug.
        """
        ...

    def await_event(
        self, find: Callable[[EventEvidence], T | None], seconds: float, /
    ) -> Steps[T | None]:
        """Return the proof that events deliver, or None."""
        ...

    def pause(self) -> Steps[bool]:
        """Sleep, with exponential back-off; return False if the deadline comes first."""
        ...

    def measure_clock(self) -> Steps[bool]:
        """Sample the exchange's clock; return True if any sample succeeded."""
        ...


@define(eq=False)
class Case(Generic[R]):
    """One request whose outcome is unknown.

    Attributes:
        state: The state of the call: request, attempts, policy, clock, cause.
        engine: The services of the engine.
    """

    state: CallState
    engine: RecoveryEngine

    @property
    def engine_can_answer(self) -> bool:
        """Whether a resend can yield new information from the matching engine.

        False once it has replied that no open list has the ids, and after a page of another host.
        """
        return self.state.refused_at is None and self.state.wrong_hosts == 0

    def resend(self, request: Request[T]) -> Steps[Answer[T] | None]:
        """Resend a state-changing request; return None if `max_resends` is used up."""
        if not self.state.may_resend:
            return None
        self.state.resent += 1
        return (yield from self.engine.send_once(request))

    def query_list(self, query: GetOrderList) -> Steps[Snapshot | int | None]:
        """Query a list and its orders.

        Returns:
            A snapshot; the time of the query if there is no such list; None without a reply.
        """
        window = self.state.policy.recv_window
        answer = yield from self.engine.send_once(query.completed(recv_window=window))
        if answer.value is None:
            return answer.sent_at if answer.is_refused else None
        reports: list[OrderReport] = []
        for order in answer.value.orders:
            question = GetOrder(symbol=order.symbol, order_id=order.order_id, recv_window=window)
            report = yield from self.engine.send_once(question)
            if report.value is not None:
                reports.append(report.value)
        found = Snapshot(with_reports(answer.value, reports), answer.sent_at)
        self.state.seen = found.order_list
        return found

    def conclude(self, found: Snapshot, cancel_id: str) -> CanceledOrderList | None:
        """Return the result if a snapshot proves the cancel with this id; None if the list is open.

        Raises:
            AlreadyDone: The list was over before.
            OutcomeUnknown: The list is over, without evidence of the cause.
        """
        match found.finding(cancel_id):
            case Finding.OURS:
                return found.canceled()
            case Finding.NOT_OURS:
                raise AlreadyDone(found.order_list, ending=found.ending)
            case Finding.OVER:
                raise self.state.unknown(list_over=True)
            case _:
                return None

    def conclude_open(self, queried_at: int, *, is_target: bool) -> None:
        """Raise if a fresh query shows the list or order open and every attempt has expired.

        If it is certainly the target, no attempt was executed, and a disputed timestamp error is
        confirmed.  If it may be newer than the first attempt, the outcome stays unknown.  If the
        matching engine has replied that the target is not open, the query is considered stale.

        Args:
            queried_at: When the query was sent.
            is_target: Whether it is certainly the target of the first attempt.

        Raises:
            BadTimestamp, NotExecuted, OutcomeUnknown: As above.
        """
        state = self.state
        if state.refused_at is not None or not state.is_fresh(queried_at, state.attempts):
            return
        if not is_target:
            raise state.unknown()
        if isinstance(state.cause, BadTimestamp):
            raise state.cause
        if not state.may_resend:
            raise state.not_executed()

    def measure_clock_once(self) -> Steps[None]:
        """Measure the exchange's clock, unless it is measured already."""
        if not self.state.clock.is_measured:
            yield from self.engine.measure_clock()

    def pause_or_give_up(self) -> Steps[None]:
        """Sleep before the next query.

        Raises:
            OutcomeUnknown: The deadline comes first.
        """
        if not (yield from self.engine.pause()):
            raise self.state.unknown()
