"""The text of an event: the one place where it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orderlists._observing.events import (
    CallEnded,
    CallEvent,
    ClientEvent,
    ClockMeasured,
    ConnectionClosed,
    ConnectionDelayed,
    ConnectionFailed,
    ConnectionOpened,
    RateLimitReached,
    RecoveryStep,
    ReplyLost,
    ReplyReceived,
    RequestSent,
    Retrying,
    Step,
    Waiting,
    WaitReason,
)


def describe(event: ClientEvent) -> str:
    """Return the text of an event, as it is logged: one line, in English."""
    text = _TEXTS[type(event)](event)
    if isinstance(event, CallEvent):
        text = f"call {event.call}, {event.operation}: {text}"
    return " ".join(text.split())


def _request_sent(event: RequestSent) -> str:
    text = f"request {event.attempt} sent: {event.request}"
    # The ids are those of the call; a query of its recovery or a clock sample has others, or none.
    if event.request != event.operation or event.symbol is None:
        return text
    ids = "".join(f", {name} {value}" for name, value in event.ids.items())
    return f"{text} ({event.symbol}{ids})"


def _reply_received(event: ReplyReceived) -> str:
    what = "a result" if event.failure is None else f"{event.failure} ({event.reason})"
    return f"reply to request {event.attempt} after {event.seconds:.3f} s: {what}"


def _reply_lost(event: ReplyLost) -> str:
    what = "was not sent" if event.sent is False else f"has no reply after {event.seconds:.3f} s"
    return f"request {event.attempt} {what}: {event.reason}"


def _waiting(event: Waiting) -> str:
    if event.seconds is None:
        return "waits for its turn: max_in_flight requests are in flight"
    why = "a rate limit" if event.reason is WaitReason.RATE_LIMIT else "back-off"
    return f"waits {event.seconds:.3f} s for {why}"


def _retrying(event: Retrying) -> str:
    return f"retry after request {event.attempt}, {event.failure}: {event.reason}"


_STEPS = {
    Step.QUERY: "recovery queries",
    Step.RESEND: "recovery sends again",
    Step.AWAIT_EVENT: "recovery looks for an event",
}


def _recovery_step(event: RecoveryStep) -> str:
    if event.step is Step.BEGIN:
        return f"outcome unknown, recovery begins: {event.reason}"
    return _STEPS[event.step] + ("" if event.request is None else f": {event.request}")


def _call_ended(event: CallEnded) -> str:
    known = "" if event.evidence is None else f", known by {event.evidence.value}"
    why = "" if event.reason is None else f": {event.reason}"
    count = f"{event.requests} request" + ("" if event.requests == 1 else "s")
    return f"{event.verdict.value}{known}, {count} in {event.elapsed:.3f} s{why}"


def _clock_measured(event: ClockMeasured) -> str:
    who = "a connection" if event.call is None else f"call {event.call}"
    return f"{who} measured the clock: moved {event.moved:+.3f} s, error {event.error:.3f} s"


def _rate_limit_reached(event: RateLimitReached) -> str:
    what = "banned" if event.is_ban else "blocked"
    which = "placements" if event.orders_only else "requests"
    return f"{which} {what} for {event.seconds:.3f} s: {event.reason}"


def _connection_opened(event: ConnectionOpened) -> str:
    how = "reconnected" if event.is_reconnect else "opened"
    return f"connection {event.connection} {how}"


def _connection_closed(event: ConnectionClosed) -> str:
    how = "closed" if event.by_client else "lost"
    return (
        f"connection {event.connection} {how} after {event.seconds:.3f} s, "
        f"{event.in_flight} in flight: {event.reason}"
    )


def _connection_failed(event: ConnectionFailed) -> str:
    return f"connecting failed: {event.reason}"


def _connection_delayed(event: ConnectionDelayed) -> str:
    return f"next attempt in {event.seconds:.3f} s, after: {event.reason}"


_TEXTS: dict[type[ClientEvent], Callable[[Any], str]] = {
    RequestSent: _request_sent,
    ReplyReceived: _reply_received,
    ReplyLost: _reply_lost,
    Waiting: _waiting,
    Retrying: _retrying,
    RecoveryStep: _recovery_step,
    CallEnded: _call_ended,
    ClockMeasured: _clock_measured,
    RateLimitReached: _rate_limit_reached,
    ConnectionOpened: _connection_opened,
    ConnectionClosed: _connection_closed,
    ConnectionFailed: _connection_failed,
    ConnectionDelayed: _connection_delayed,
}
