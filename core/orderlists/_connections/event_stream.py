"""Waiting for events: by a subscriber, and by a call that needs evidence.

A subscription that is lost or refused is retried, but never sooner than the gate and the back-offs
allow.  During such a pause a subscriber checks every second whether it was closed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from orderlists._clock import ClockReading
from orderlists._commands import AwaitEvent, Sleep
from orderlists._connections.commands import EnsureSubscribed, Steps, WaitOn
from orderlists._connections.connection import Connection
from orderlists._connections.event_queue import EventQueue
from orderlists._connections.manager import LIMITS, ConnectionManager, blocked_for
from orderlists._models.events import Event, Gap
from orderlists._operations.user_data_stream import HANDSHAKE
from orderlists._time import SECOND
from orderlists.errors import TransportError

FOREVER: Final = 10**9 * SECOND
"""An unlimited timeout, in nanoseconds: thirty years."""

_SHORTEST_PAUSE: Final = SECOND // 10
# How often a subscriber wakes: during a back-off, and while no frame arrives.
_CLOSED_CHECK, _AGE_CHECK = SECOND, 60 * SECOND


def next_event(
    manager: ConnectionManager, queue: EventQueue, at: ClockReading, *, timeout: int
) -> Steps[Event | Gap | None]:
    """Return the next event of a subscriber; None on timeout, or if the stream was closed.

    Args:
        manager: The connections of the client.
        queue: The queue of the subscriber.
        at: The current time.
        timeout: Nanoseconds to wait.  If 0, an event that has already arrived is returned, and no
            connection is opened.

    Raises:
        Rejected: The exchange refused the log-on or the subscription of this key.
        TransportError: No connection can be established, and retrying does not help.
        Exception: A bug, unchanged.
    """
    until = at.monotonic + timeout
    has_read = False
    while True:
        item = queue.take()
        if item is not None or queue.is_closed or manager.is_closed:
            return item
        connection = manager.subscribed(at.monotonic)
        if at.monotonic >= until and (has_read or connection is None):
            return None
        has_read = True
        if connection is not None:
            is_done = _wake_condition(manager, queue, connection)
            slice_end = min(until, at.monotonic + _AGE_CHECK)
            outcome = yield WaitOn(connection, is_done, slice_end)
            at = manager.gate.clock.at(outcome.at)
        elif (later := (yield from _try_to_subscribe(manager, at, until))) is not None:
            at = later
        else:
            return None


def _try_to_subscribe(
    manager: ConnectionManager, at: ClockReading, until: int
) -> Steps[ClockReading | None]:
    """Subscribe, or sleep during a back-off; return the new time, None if the client was closed."""
    pause = _pause(manager, at)
    if pause == 0:
        outcome = yield EnsureSubscribed(min(until, at.monotonic + _AGE_CHECK))
        at, error = manager.gate.clock.at(outcome.at), outcome.error
        if error is None:
            return at
        if not (isinstance(error, LIMITS) or _can_be_repeated(error)):
            raise error
        pause = _SHORTEST_PAUSE
    pause = min(pause, max(0, until - at.monotonic), _CLOSED_CHECK)
    outcome = yield Sleep(pause / SECOND)
    return manager.gate.clock.at(outcome.at) if outcome.error is None else None


def first_subscription(
    manager: ConnectionManager, at: ClockReading, *, timeout: int
) -> Steps[None]:
    """Subscribe, within a timeout in nanoseconds.

    Raises:
        Rejected: The exchange refuses the log-on or the subscription, or the gate is closed.
        TransportError: The next attempt would begin after the timeout; `sent` is False.
        Exception: A bug, unchanged.
    """
    until = at.monotonic + timeout
    while True:
        outcome = yield EnsureSubscribed(until)
        if outcome.error is None:
            return
        at = manager.gate.clock.at(outcome.at)
        pause = max(_pause(manager, at), _SHORTEST_PAUSE)
        is_too_late = pause >= until - at.monotonic
        if is_too_late or not _can_be_repeated(outcome.error):
            raise outcome.error
        yield Sleep(pause / SECOND)


def await_event(manager: ConnectionManager, command: AwaitEvent, at: ClockReading) -> Steps[Any]:
    """Return the proof as soon as events deliver it; None on timeout."""
    connection, evidence = manager.current, manager.events.evidence
    if connection is not None and connection.subscription is not None:
        until = at.monotonic + int(command.timeout * SECOND)
        yield WaitOn(connection, lambda: command.find(evidence) is not None, until)
    return command.find(evidence)


def _wake_condition(
    manager: ConnectionManager, queue: EventQueue, connection: Connection
) -> Callable[[], bool]:
    """Return the condition on which a subscriber that waits on this connection wakes."""

    def is_done() -> bool:
        has_moved = manager.current is not connection or connection.subscription is None
        return len(queue) > 0 or queue.is_closed or has_moved

    return is_done


def _can_be_repeated(error: BaseException) -> bool:
    return isinstance(error, TransportError) and error.is_retryable


def _pause(manager: ConnectionManager, at: ClockReading) -> int:
    """Return the nanoseconds until the next attempt to subscribe."""
    now = at.monotonic
    pause = manager.subscribe_backoff.pause(now)
    if manager.current is None:
        pause = max(pause, manager.connect_backoff.pause(now))
    try:
        manager.gate.admit(HANDSHAKE, at)
    except LIMITS as refusal:
        pause = max(pause, blocked_for(refusal))
    return pause
