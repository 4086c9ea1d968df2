"""The loop of one call: send a request, decode the reply, apply the decision table.

It does no I/O and reads no clock.  `classify` names a failure, the decision table (`decisions.py`)
gives the action, `CallState` holds the state of the call, and the recovery of the operation
reconciles a request whose outcome is unknown.

Invariant: a state-changing request ends in a result, in an error that states that it was not
executed, or in `OutcomeUnknown`, and in no other way.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attrs import define

from orderlists._attempt import Attempt
from orderlists._bug_text import REPLY_NOTE
from orderlists._clock import ClockReading, Sample
from orderlists._clock_sync import measure
from orderlists._commands import AwaitEvent, Call, Outcome, Sleep
from orderlists._execution.adapters import ProtocolAdapter
from orderlists._execution.decisions import BUGS, DECISIONS, Action, FailureKind, classify
from orderlists._observing.observer import INFO
from orderlists._operations.base import Request, Security
from orderlists._operations.get_server_time import GetServerTime
from orderlists._operations.recovery.call_state import LONGEST_PAUSE, CallState
from orderlists._operations.recovery.case import Answer, Case, Steps
from orderlists._operations.validators import LONGEST_RECV_WINDOW
from orderlists._redaction import without_secrets
from orderlists._time import SECOND
from orderlists.errors import (
    InvalidInput,
    OrderListsError,
    TransportError,
    UndecodableReply,
)

if TYPE_CHECKING:
    from orderlists._connections.event_evidence import EventEvidence

R = TypeVar("R")
T = TypeVar("T")

_MILLISECOND = 1_000_000
# A retry cannot help: a recovery that meets one of these ends.
_NOT_REPEATABLE = frozenset({FailureKind.NOT_SENDABLE, FailureKind.LIMITED})
# A copy of the request may have been executed, but this attempt was refused.
_ANSWERED = frozenset({FailureKind.UNKNOWN_LIST, FailureKind.DUPLICATE})
_MAX_WRONG_HOSTS = 2
# The part of a deadline that must remain after a block.
_ROOM = 0.1


@define(eq=False)
class Reply:
    """The classified outcome of one round trip.

    Attributes:
        value: The result; None on a failure.
        error: The exception; None for a result.
        kind: The kind of failure; None for a result.
        sent_at: When the request was sent.
        action: The action of the decision table.
    """

    value: Any
    error: BaseException | None
    kind: FailureKind | None
    sent_at: ClockReading | None
    action: Action = Action.RAISE


@define(eq=False, repr=False)
class Execution(Generic[R]):
    """One call: the flat loop, and the services for its recovery (`RecoveryEngine`).

    Attributes:
        adapter: The adapter of the protocol.
        state: The state of the call.
        timeout: Seconds for one round trip.
    """

    adapter: ProtocolAdapter
    state: CallState
    timeout: float

    def run(self) -> Call[R]:
        """Send the request of the call, and reconcile it if its outcome is unknown."""
        state = self.state
        if state.policy.measure_clock and not state.clock.is_measured:
            yield from self.measure_clock()
        while True:
            reply = yield from self._exchange(state.request, is_urgent=False)
            error = reply.error
            if error is None:
                result: R = reply.value
                if state.is_detailed:
                    state.events.ended(result)
                return result
            match reply.action:
                case Action.SEND_AGAIN if (yield from self._may_send_again(reply)):
                    continue
                case Action.RECOVER:
                    return (yield from self._recover_from(reply))
                case Action.OUTCOME_UNKNOWN:
                    raise state.unknown(error)
                case _:
                    raise error

    def reconcile(self, attempts: tuple[Attempt, ...], window: Decimal) -> Call[R]:
        """Reconcile a request that was sent earlier."""
        state = self.state
        state.cause = TransportError("it was sent by an earlier call", sent=None)
        if not state.clock.is_measured:
            yield from self.measure_clock()
        state.assume_earlier(attempts, window)
        return (yield from self._recover())

    # One round trip.

    def _exchange(self, request: Request[Any], *, is_urgent: bool) -> Steps[Reply]:
        """Send a request; repeat while the table says `SEND_NOW`, `RESYNC_CLOCK` or `WAIT`."""
        adapter, state, operation = self.adapter, self.state, request.operation
        was_resynced = False
        while True:
            timeout = min(self.timeout, (state.until - state.now) / SECOND)
            if timeout <= 0:
                return _deadline_exceeded()
            outcome: Outcome = yield adapter.exchange(
                request, state, timeout=timeout, is_urgent=is_urgent
            )
            state.now = outcome.at
            reply = self._read(request, outcome)
            if state.is_detailed:
                self._emit_reply(reply)
            if reply.kind is None:
                if operation.changes_state:
                    state.in_flight = None
                return reply
            kind, action = reply.kind, DECISIONS[reply.kind, operation.effect]
            if action is Action.RESYNC_CLOCK:
                is_stale = not was_resynced and (yield from self._is_stale(request, reply.sent_at))
                kind = FailureKind.STALE_TIMESTAMP if is_stale else FailureKind.DISPUTED_TIMESTAMP
                action, was_resynced = DECISIONS[kind, operation.effect], True
            if operation.changes_state:
                is_unknown = action.leaves_unknown
                state.record_answered(
                    is_lost=is_unknown and kind not in _ANSWERED, is_unknown=is_unknown
                )
            reply.kind, reply.action = kind, action
            if action is not Action.SEND_NOW and not (
                action is Action.WAIT and (yield from self._wait(reply.error))
            ):
                return reply
            self._emit_retry(reply)

    def _read(self, request: Request[Any], outcome: Outcome) -> Reply:
        state, adapter, error = self.state, self.adapter, outcome.error
        if error is None:
            try:
                value = adapter.decode(request, outcome)
                why = request.mismatch(value)
                if why is None:
                    state.wrong_hosts = 0
                    return Reply(value, None, None, state.sent_at)
                error = UndecodableReply(raw=adapter.raw(outcome), status=200, reason=why)
            except Exception as raised:  # noqa: BLE001 - `classify` separates errors in the reply from bugs
                error = raised
        if isinstance(error, AssertionError) or not isinstance(error, Exception):
            raise error  # An interrupt, or a failed assertion of a test: passed through.
        kind = classify(error, was_sent=state.in_flight is not None)
        state.wrong_hosts = state.wrong_hosts + 1 if kind is FailureKind.WRONG_HOST else 0
        if kind in BUGS and outcome.error is None:
            error.add_note(f"{REPLY_NOTE} {adapter.describe(outcome)}")
        elif kind in BUGS:
            error = without_secrets(error, adapter.gate.key.api_key)
        return Reply(None, error, kind, state.sent_at)

    # The actions of the table.

    def _is_stale(self, request: Request[Any], sent_at: ClockReading | None) -> Steps[bool]:
        """Measure the clock; return whether the request was already too old when it was sent."""
        # A request without a timestamp is not refused for it: measuring would not help.
        is_stamped = request.operation.security is not Security.NONE
        if not (is_stamped and (yield from self.measure_clock())) or sent_at is None:
            return False
        if not request.operation.changes_state:
            return True
        true = self.state.clock.at(sent_at.monotonic)
        age, error = true.server - sent_at.server, true.error or 0
        window = getattr(request, "recv_window", None) or LONGEST_RECV_WINDOW
        return age - error > int(window * _MILLISECOND)

    def _may_send_again(self, reply: Reply) -> Steps[bool]:
        if not self.state.may_resend:
            return False
        self.state.resent += 1
        if not (yield from self.pause()):
            return False
        self._emit_retry(reply)
        return True

    def _wait(self, refusal: Any) -> Steps[bool]:  # noqa: ANN401 - `RateLimited` or `Banned`
        """Wait until a block ends; return False if policy or deadline do not allow it.

        A part of the deadline must remain: a request that is sent just before it has no time for
        its reply, and would end unknown.
        """
        state = self.state
        said = 1.0 if refusal.retry_after is None else refusal.retry_after
        seconds = max(said, state.pause)
        left = state.time_left - _ROOM * state.policy.deadline
        if not state.policy.wait_for_rate_limits or seconds >= left:
            return False
        return (yield from self._sleep(seconds, is_blocked=True))

    def _recover_from(self, reply: Reply) -> Call[R]:
        state = self.state
        state.cause = reply.error
        if not state.policy.reconcile or state.request.operation.recovery is None:
            raise state.unknown()
        if reply.kind is FailureKind.UNKNOWN_LIST:
            state.refusal, state.refused_at = reply.error, state.now
        return (yield from self._recover())

    def _recover(self) -> Call[R]:
        recovery = self.state.request.operation.recovery
        assert recovery is not None  # noqa: S101 - both callers have checked
        if self.state.listens(INFO):
            self.state.events.recovery_begins()
        try:
            result: R = yield from recovery(Case(self.state, self))
        except (OrderListsError, AssertionError) as error:
            if not isinstance(error, InvalidInput):
                raise
            # A reply has named something by what no request can have: nothing is known of it.
            raise self.state.unknown(error) from error
        except Exception as bug:
            # Such as a key that can no longer sign: the outcome stays unknown.
            raise self.state.unknown(bug) from bug
        if self.state.listens(INFO):
            self.state.events.ended(result)
        return result

    # `RecoveryEngine`: the services for a recovery.

    def send_once(self, request: Request[T], /) -> Steps[Answer[T]]:
        """Send a request of a recovery: see `RecoveryEngine`."""
        state = self.state
        if state.listens(INFO):
            state.events.recovery_sends(request)
        reply = yield from self._exchange(request, is_urgent=True)
        if reply.kind in BUGS:
            raise state.unknown(reply.error) from reply.error
        if reply.kind in _NOT_REPEATABLE or state.wrong_hosts >= _MAX_WRONG_HOSTS:
            raise state.unknown()
        refusal = reply.error if reply.kind is FailureKind.UNKNOWN_LIST else None
        sent_at = state.now if reply.sent_at is None else reply.sent_at.monotonic
        return Answer(reply.value, reply.error, sent_at, refusal)

    def await_event(
        self, find: Callable[[EventEvidence], T | None], seconds: float, /
    ) -> Steps[T | None]:
        """Return the proof that events deliver, or None."""
        if not self.adapter.has_events:
            return None
        if self.state.listens(INFO):
            self.state.events.recovery_awaits_event()
        outcome: Outcome = yield AwaitEvent(find, seconds)
        self.state.now = outcome.at
        if outcome.error is not None and not isinstance(outcome.error, OrderListsError):
            raise outcome.error
        proof: T | None = outcome.value
        return proof

    def pause(self) -> Steps[bool]:
        """Sleep, with exponential back-off; return False if the deadline comes first."""
        state = self.state
        if state.pause >= state.time_left:
            return False
        return (yield from self._sleep(state.pause))

    def _sleep(self, seconds: float, *, is_blocked: bool = False) -> Steps[bool]:
        state = self.state
        if state.listens(INFO):
            state.events.sleeping(seconds, is_blocked=is_blocked)
        outcome: Outcome = yield Sleep(seconds)
        state.now = outcome.at
        state.pause = min(2 * state.pause, LONGEST_PAUSE)
        if outcome.error is not None and not isinstance(outcome.error, OrderListsError):
            raise outcome.error
        return outcome.error is None

    def measure_clock(self) -> Steps[bool]:
        """Sample the exchange's clock; return True if any sample succeeded."""
        return measure(self.state.clock, self._sample, self._clock_measured)

    def _clock_measured(self, before: ClockReading) -> None:
        if self.state.listens(INFO):
            self.state.events.clock_measured(before)

    def _sample(self) -> Steps[Sample | None]:
        reply = yield from self._exchange(GetServerTime(), is_urgent=True)
        error = reply.error
        if error is not None and reply.kind in BUGS:
            raise self.state.unknown(error) if self.state.may_have_sent else error
        if error is not None or reply.sent_at is None:
            return None
        return Sample(reply.sent_at.monotonic, self.state.now, reply.value.server_time)

    # Events.

    def _emit_reply(self, reply: Reply) -> None:
        state, gate = self.state, self.adapter.gate
        used = gate.rate_limits.used_weight(account=gate.key.api_key, now=state.clock.at(state.now))
        failure = None if reply.kind is None else reply.kind.value
        state.events.round_trip_ended(reply.error, failure, used)

    def _emit_retry(self, reply: Reply) -> None:
        if self.state.listens(INFO) and reply.error is not None and reply.kind is not None:
            self.state.events.retrying(reply.error, reply.kind.value)


def _deadline_exceeded() -> Reply:
    error = TransportError("the deadline has passed", sent=False, is_retryable=False)
    return Reply(None, error, FailureKind.NOT_SENDABLE, None)
