"""Processing of received frames.

The gate records every reply, including late and uncorrelated ones, and every 429 or 418 closes it.
Only then is the reply correlated with the request in flight.

An exception raised while a frame is read is a bug, such as one in a user's parser.  It is unknown
which request the frame belongs to, and whether it holds an event.  So the bug ends the connection
and becomes, unchanged, the outcome of every request in flight on it.
"""

from __future__ import annotations

from typing import Any, assert_never

from orderlists._clock import ClockReading
from orderlists._connections.connection import Connection
from orderlists._connections.manager import LIMITS, STABLE, ConnectionManager
from orderlists._models.events import Event
from orderlists._operations.base import Request
from orderlists._protocols.interfaces import (
    Draining,
    EventReceived,
    EventsEnded,
    Frame,
    ReplyPart,
    SendNow,
)
from orderlists.errors import OrderListsError, TransportError, Unauthorized


def frame_received(
    manager: ConnectionManager, connection: Connection, frame: Frame, at: ClockReading
) -> list[Frame]:
    """Process a received frame, and return the frames to write in response."""
    connection.last_received_at = at.monotonic
    connection.keepalive_sent_at = None
    answers: list[Frame] = []
    try:
        for item in connection.session.received(frame):
            match item:
                case ReplyPart():
                    _reply(manager, connection, item, at)
                case EventReceived(event):
                    _event(manager, connection, event)
                case SendNow(data):
                    answers.append(data)
                case Draining(reason):
                    manager.drain_early(connection, reason, at.monotonic)
                case EventsEnded(reason):
                    _events_ended(manager, connection, reason, at.monotonic)
                case _ as never:
                    assert_never(never)
    except Exception as bug:  # noqa: BLE001 - passed unchanged to what is in flight
        manager.connection_lost(connection, bug, at.monotonic)
    return answers


def _reply(
    manager: ConnectionManager, connection: Connection, part: ReplyPart, at: ClockReading
) -> None:
    manager.gate.record(manager.protocol.usages(part.reply), at.monotonic)
    refusal = manager.protocol.refusal(part.reply)
    if isinstance(refusal, LIMITS):
        manager.gate.close(refusal, at)
    elif connection.is_logged_on and isinstance(refusal, Unauthorized):
        # The log-on has expired: the next connection logs on again.
        manager.drain(connection)
    if part.key is None:
        # It may belong to any request, or to the connection.
        reason = f"a reply without a request id arrived ({refusal or 'a success'})"
        manager.drain_early(connection, reason, at.monotonic)
        connection.fail_all(TransportError(reason, sent=None))
        return
    in_flight = connection.in_flight.get(part.key)
    if in_flight is None:
        return
    in_flight.add(part.reply)
    if part.is_last:
        del connection.in_flight[part.key]
        in_flight.complete()
        if in_flight.subscribe is not None:
            _subscribed(manager, connection, in_flight.subscribe, in_flight.result())


def _subscribed(
    manager: ConnectionManager, connection: Connection, request: Request[Any], reply: object
) -> None:
    """Record the subscription of a connection, before its first event is read."""
    try:
        connection.subscription = manager.protocol.decode(request, reply)
    except OrderListsError:
        return  # The caller decodes the reply again, and raises.
    manager.subscribe_backoff.succeeded()
    manager.events.resumed()


def _event(manager: ConnectionManager, connection: Connection, event: Event) -> None:
    if connection.subscription is None:
        return
    subscribed = sum(one.subscription is not None for one in manager.connections())
    if manager.events.dispatch(event, arrives_twice=subscribed > 1):
        manager.wake_watchers()


def _events_ended(
    manager: ConnectionManager, connection: Connection, reason: str, now: int
) -> None:
    if connection.is_unsubscribing:
        return
    manager.events_missed(connection)
    if now - connection.opened_at >= STABLE:
        manager.connect_backoff.succeeded()
    manager.count_failure(connection, TransportError(reason, sent=None), now)
    # The next connection subscribes again, after a pause.
    manager.drain(connection)
