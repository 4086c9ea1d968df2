"""Makes the events of one call."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from orderlists._clock import ClockReading
from orderlists._models.order_lists import Evidence
from orderlists._observing.client_events import measurement
from orderlists._observing.events import (
    CallEnded,
    CallEvent,
    CallVerdict,
    RecoveryStep,
    ReplyLost,
    ReplyReceived,
    RequestSent,
    Retrying,
    Step,
    Waiting,
    WaitReason,
)
from orderlists._observing.observer import DEBUG, ENGINE, INFO, WARNING, level_of_wait
from orderlists._time import SECOND
from orderlists.errors import (
    NotExecuted,
    OrderListsError,
    OutcomeUnknown,
    Refused,
    TransportError,
    describe_cause,
)

if TYPE_CHECKING:
    from orderlists._operations.base import Request
    from orderlists._operations.recovery.call_state import CallState

_IDS = ("orderid", "orderlistid")


class CallEvents:
    """The events of one call, which its state describes."""

    def __init__(self, state: CallState) -> None:
        self._state = state
        self._number = state.observer.new_call()
        self._ids: Mapping[str, str | int] | None = None
        # What was sent last, if its end was not emitted yet.
        self._open: tuple[Request[Any], ClockReading] | None = None
        self._has_ended = False

    def request_sent(self, request: Request[Any], at: ClockReading) -> None:
        """Emit that a request is written next."""
        self._open = request, at
        facts = {"request": request.operation.name, "weight": request.operation.weight}
        self._emit(DEBUG, RequestSent, at=at, attempt=self._state.requests, **facts)

    def round_trip_ended(
        self, error: BaseException | None, failure: str | None, used_weight: int
    ) -> None:
        """Emit the reply, or that there is none, if a request was sent."""
        if self._open is None:
            return
        (request, sent_at), self._open = self._open, None
        facts: dict[str, Any] = {
            "request": request.operation.name,
            "attempt": self._state.requests,
            "seconds": (self._state.now - sent_at.monotonic) / SECOND,
            "reason": None if error is None else describe_cause(error),
        }
        if isinstance(error, TransportError):
            self._emit(DEBUG, ReplyLost, sent=error.sent, **facts)
        else:
            self._emit(DEBUG, ReplyReceived, failure=failure, used_weight=used_weight, **facts)

    def sleeping(self, seconds: float, *, is_blocked: bool) -> None:
        """Emit that the call waits until a block ends, or backs off."""
        reason = WaitReason.RATE_LIMIT if is_blocked else WaitReason.BACK_OFF
        self._emit(level_of_wait(seconds), Waiting, reason=reason, seconds=float(seconds))

    def queued(self) -> None:
        """Emit that a request waits for its turn."""
        self._emit(DEBUG, Waiting, reason=WaitReason.TURN, seconds=None)

    def retrying(self, error: BaseException, failure: str) -> None:
        """Emit that a request is sent again."""
        attempt, reason = self._state.requests, describe_cause(error)
        self._emit(INFO, Retrying, attempt=attempt, failure=failure, reason=reason)

    def recovery_begins(self) -> None:
        """Emit that the outcome is unknown."""
        self._emit_step(Step.BEGIN)

    def recovery_sends(self, request: Request[Any]) -> None:
        """Emit that a recovery queries, or sends a request again."""
        step = Step.RESEND if request.operation.changes_state else Step.QUERY
        self._emit_step(step, request)

    def recovery_awaits_event(self) -> None:
        """Emit that a recovery looks for an event."""
        self._emit_step(Step.AWAIT_EVENT)

    def _emit_step(self, step: Step, request: Request[Any] | None = None) -> None:
        name = None if request is None else request.operation.name
        reason = describe_cause(self._state.cause)
        self._emit(INFO, RecoveryStep, step=step, request=name, reason=reason)

    def clock_measured(self, before: ClockReading) -> None:
        """Emit how far the clock moved."""
        make = measurement(self._state.clock, before, call=self._number)
        self._state.observer.emit(ENGINE, INFO, make)

    def ended(self, outcome: object) -> None:
        """Emit the verdict, unless a listener interrupted the call while it was emitted."""
        if self._has_ended:
            return
        self._has_ended = True
        facts: dict[str, Any] = {"outcome": outcome, "requests": self._state.requests}
        if isinstance(outcome, BaseException):
            verdict, reason = _verdict_of(outcome), describe_cause(outcome)
            level = WARNING if verdict is CallVerdict.UNKNOWN else INFO
            self._emit(level, CallEnded, verdict=verdict, evidence=None, reason=reason, **facts)
            return
        found = getattr(outcome, "evidence", None)
        evidence = found if isinstance(found, Evidence) else None
        level = DEBUG if evidence in {None, Evidence.REPLY} else INFO
        verdict = CallVerdict.DONE
        self._emit(level, CallEnded, verdict=verdict, evidence=evidence, reason=None, **facts)

    def _emit(
        self,
        level: int,
        kind: type[CallEvent],
        *,
        at: ClockReading | None = None,
        **facts: Any,  # noqa: ANN401 - what the class takes
    ) -> None:
        make = partial(self._made, kind, at, facts)
        self._state.observer.emit(ENGINE, level, make)

    def _made(
        self, kind: type[CallEvent], at: ClockReading | None, facts: dict[str, Any]
    ) -> CallEvent:
        state = self._state
        if self._ids is None:
            self._ids = ids_of(state.request)
        at = at or state.clock.at(state.now)
        return kind(
            at=at.instant,
            call=self._number,
            operation=state.request.operation.name,
            symbol=getattr(state.request, "symbol", None),
            ids=self._ids,
            elapsed=(at.monotonic - state.started) / SECOND,
            **facts,
        )


def ids_of(request: Request[Any]) -> Mapping[str, str | int]:
    """Return the ids that a request sends, by the name of the parameter."""
    return MappingProxyType(
        {
            name: value
            for name, value in request.parameters()
            if name.lower().endswith(_IDS) and isinstance(value, str | int)
        }
    )


def _verdict_of(error: BaseException) -> CallVerdict:
    match error:
        case OutcomeUnknown():
            return CallVerdict.UNKNOWN
        case NotExecuted():
            return CallVerdict.NOT_EXECUTED
        case Refused():
            return CallVerdict.REFUSED
        case TransportError(sent=False):
            return CallVerdict.NOT_SENT
        case OrderListsError() | Exception():
            return CallVerdict.FAILED
        case _:
            return CallVerdict.INTERRUPTED
