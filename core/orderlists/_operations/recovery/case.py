"""The input of a recovery: a request whose outcome is unknown, and the services of the engine.

A recovery is a generator.  It does no I/O: it delegates by ``yield from`` to `send_once`,
`await_event` and `pause`, and the engine handles turns, limits, timestamps and replies.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from attrs import define, field

from orderlists._models.order_lists import CanceledOrderList, OrderList, OrderReport
from orderlists._operations.base import Request
from orderlists._operations.get_order import GetOrder
from orderlists._operations.get_order_list import GetOrderList
from orderlists._operations.recovery.call_state import CallState
from orderlists._operations.recovery.evidence import EVENT_GRACE, Finding, Snapshot, with_reports
from orderlists._time import SECOND
from orderlists.errors import BadTimestamp

if TYPE_CHECKING:
    from orderlists._connections.event_evidence import EventEvidence

R = TypeVar("R")
T = TypeVar("T")

Steps = Generator[Any, Any, T]
"""A part of a recovery; the engine receives what it yields."""


@define(eq=False, repr=False)
class Answer(Generic[T]):
    """The outcome of one request of a recovery.

    Attributes:
        value: The result; None on an error.
        error: The error: a refusal, or the reason why there is no reply.
        sent_at: When it was sent, by the monotonic clock, in nanoseconds.
        refusal: The error, if the exchange replied that there is no such list or order.
    """

    value: T | None
    error: BaseException | None
    sent_at: int
    refusal: BaseException | None


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


@define(eq=False, repr=False)
class Case(Generic[R]):
    """One request whose outcome is unknown.

    Attributes:
        state: The state of the call: request, attempts, policy, clock, cause.
        engine: The services of the engine.
    """

    state: CallState
    engine: RecoveryEngine
    _grace: float = field(init=False, default=EVENT_GRACE)

    def rounds(self, *rules: Callable[[], Steps[R | None]]) -> Steps[R]:
        """Apply the rules in turn until one returns a result or raises; pause between two rounds.

        Raises:
            OutcomeUnknown: The deadline comes first.
        """
        while True:
            for rule in rules:
                if (done := (yield from rule())) is not None:
                    return done
            if not (yield from self.engine.pause()):
                raise self.state.unknown()

    # Sources of evidence.

    def await_event(self, find: Callable[[EventEvidence], T | None]) -> Steps[T | None]:
        """Return what events prove; the first time after a grace: they may be on the way."""
        grace, self._grace = self._grace, 0.0
        return (yield from self.engine.await_event(find, grace))

    def measure_clock_once(self) -> Steps[None]:
        """Measure the exchange's clock, unless it is measured already."""
        if not self.state.clock.is_measured:
            yield from self.engine.measure_clock()

    def resend(self, request: Request[R]) -> Steps[R | None]:
        """Resend a cancel, where that can yield new information; return the result of a 200.

        Nothing is resent once the matching engine has replied that no open list has the ids, after
        a page of another host, or if `max_resends` is used up.  The refusal of the identical
        request is recorded; that of another request, by an id that a query returned, is about that
        id alone.
        """
        state = self.state
        if state.refusal is not None or state.wrong_hosts > 0 or not state.may_resend:
            return None
        state.resent += 1
        answer = yield from self.engine.send_once(request)
        if answer.refusal is not None and request is state.request:
            state.refusal, state.refused_at = answer.refusal, answer.sent_at
        return answer.value

    def resend_unchanged(self) -> Steps[R | None]:
        """Resend the identical cancel; a refusal is recorded, and proves nothing."""
        return self.resend(self.state.request)

    def query_list(self, **ids: Any) -> Steps[Snapshot | Answer[OrderList]]:  # noqa: ANN401 - one of two ids
        """Query a list and its orders; return the answer itself if it has no list."""
        window = self.state.policy.recv_window
        answer = yield from self.engine.send_once(GetOrderList(recv_window=window, **ids))
        if answer.value is None:
            return answer
        reports: list[OrderReport] = []
        for order in answer.value.orders:
            report = yield from self.query_order(order.symbol, order_id=order.order_id)
            if report.value is not None:
                reports.append(report.value)
        found = Snapshot(with_reports(answer.value, reports), answer.sent_at)
        self.state.seen = found.order_list
        return found

    def query_order(self, symbol: str, **ids: Any) -> Steps[Answer[OrderReport]]:  # noqa: ANN401 - one of two ids
        """Query an order by one of its ids."""
        window = self.state.policy.recv_window
        return (
            yield from self.engine.send_once(GetOrder(symbol=symbol, recv_window=window, **ids))
        )

    # Conclusions about a cancel.

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
                raise self.state.already_done(found.order_list.order_reports, found.order_list)
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
        if state.refusal is not None or not state.is_fresh(queried_at):
            return
        if not is_target:
            raise state.unknown()
        if isinstance(state.cause, BadTimestamp):
            raise state.cause
        if not state.may_resend:
            raise state.not_executed()

    def conclude_absent(self, answer: Answer[Any], *, lost_only: bool = False) -> None:
        """Raise the refusal if a query that is fresh found no list or order.

        Of a request of an earlier call it stays unknown: that call may have used another account,
        which has the list.  Until queries show what existed when that call was made, it says
        nothing.
        """
        state, refusal = self.state, answer.refusal
        if refusal is None or not state.is_fresh(answer.sent_at, lost_only=lost_only):
            return
        if state.given is not None:
            raise state.refusal or refusal
        # Without a measured clock it is only known that it was sent before this call.
        is_dated = state.first_sent_at_latest.error is not None
        waited = (answer.sent_at - state.started) / SECOND
        if is_dated or waited >= state.policy.max_query_lag:
            raise state.unknown()
