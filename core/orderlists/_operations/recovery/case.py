"""What a recovery is given: one request whose outcome is unknown, and how to find out more.

A recovery is a generator.  It does no I/O: it yields what `ask`, `await_event` and `pause` yield,
by ``yield from``, and the engine does the rest (turns, limits, timestamps, replies).
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
"""A part of a recovery: what it yields is for the engine."""


@define(eq=False)
class Answer(Generic[T]):
    """What came back for a question of a recovery.

    Attributes:
        value: The result, if there is one; else None.
        error: What came instead: the reply's refusal, or why there is no reply.
        sent_at: When it was asked, by the monotonic clock, in nanoseconds.
        is_refused: Whether the exchange refused it because no such list or order is there.
    """

    value: T | None
    error: BaseException | None
    sent_at: int
    is_refused: bool


class Asking(Protocol):
    """What the engine does for a recovery."""

    def ask(self, request: Request[T], /) -> Steps[Answer[T]]:
        """Send a request once, wait out limits, and mend the clock where that was the reason.

        Raises:
            OutcomeUnknown: Asking again cannot help, or a bug came up.
        """
        ...

    def await_event(
        self, find: Callable[[EventEvidence], T | None], seconds: float, /
    ) -> Steps[T | None]:
        """Return what events prove, or None."""
        ...

    def pause(self) -> Steps[bool]:
        """Wait a little, longer each time; return False if the deadline comes first."""
        ...

    def measure_clock(self) -> Steps[bool]:
        """Sample the exchange's clock; return whether any sample came."""
        ...


@define(eq=False)
class Case(Generic[R]):
    """One request whose outcome is unknown.

    Attributes:
        state: What the call remembers: request, attempts, policy, clock, what left it open.
        engine: What it can do.
    """

    state: CallState
    engine: Asking

    @property
    def engine_can_answer(self) -> bool:
        """Whether the matching engine may say something new.

        Not once it said that nothing open has the ids, nor right after a page of another host.
        """
        return self.state.refused_at is None and self.state.wrong_hosts == 0

    def resend(self, request: Request[T]) -> Steps[Answer[T] | None]:
        """Send a state-changing request once more, or return None if that is used up."""
        if not self.state.may_resend:
            return None
        self.state.resent += 1
        return (yield from self.engine.ask(request))

    def look(self, query: GetOrderList) -> Steps[Snapshot | int | None]:
        """Look a list and its orders up.

        Returns:
            What queries show; or when it was asked for, if there is no such list; or None if no
            answer came.
        """
        window = self.state.policy.recv_window
        answer = yield from self.engine.ask(query.completed(recv_window=window))
        if answer.value is None:
            return answer.sent_at if answer.is_refused else None
        reports: list[OrderReport] = []
        for order in answer.value.orders:
            question = GetOrder(symbol=order.symbol, order_id=order.order_id, recv_window=window)
            report = yield from self.engine.ask(question)
            if report.value is not None:
                reports.append(report.value)
        found = Snapshot(with_reports(answer.value, reports), answer.sent_at)
        self.state.seen = found.order_list
        return found

    def conclude(self, found: Snapshot, cancel_id: str) -> CanceledOrderList | None:
        """Return the list if it proves that the cancel with this id ended it; None if it is open.

        Raises:
            AlreadyDone: It was over before.
            OutcomeUnknown: It is over, and nothing shows by whom.
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

    def refuse_what_is_open(self, asked: int, *, is_meant: bool) -> None:
        """End where a query shows it open although no attempt can be executed any more.

        If it is certainly the one that was meant, nothing was executed; and a refusal that was
        doubted is then taken for true.  If it may be younger, the one that was meant is not seen.
        Where the matching engine said that nothing is open, the query is the one to doubt.

        Args:
            asked: When the query was sent.
            is_meant: Whether it is certainly what the first attempt was for.

        Raises:
            BadTimestamp, NotExecuted, OutcomeUnknown: As above.
        """
        state = self.state
        if state.refused_at is not None or not state.is_fresh(asked, state.attempts):
            return
        if not is_meant:
            raise state.unknown()
        if isinstance(state.cause, BadTimestamp):
            raise state.cause
        if not state.may_resend:
            raise state.not_executed()

    def measure_clock_once(self) -> Steps[None]:
        """Measure the exchange's clock, unless that was done before."""
        if not self.state.clock.is_measured:
            yield from self.engine.measure_clock()

    def pause_or_give_up(self) -> Steps[None]:
        """Wait a little before the next look.

        Raises:
            OutcomeUnknown: The deadline comes first.
        """
        if not (yield from self.engine.pause()):
            raise self.state.unknown()
