"""Processes the frames that arrive.

Each reply, also a late one and one that names no request, is recorded at the gate, and each 429 or
418 closes it.  Only then is it correlated with the request in flight.

An exception raised while a frame is read is a bug, such as one of a user's parser.  It is unknown
which request the frame belonged to, and whether it held an event.  So the bug ends the connection,
and with it, as it is, every request in flight there.
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
    """Process a frame that arrived, and return what to write in answer."""
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
    except Exception as bug:  # noqa: BLE001 - it ends what is in flight, as it is
        manager.connection_lost(connection, bug, at.monotonic)
    return answers


def _reply(
    manager: ConnectionManager, connection: Connection, part: ReplyPart, at: ClockReading
) -> None:
    manager.gate.record(manager.protocol.usages(part.reply), at)
    refusal = manager.protocol.refusal(part.reply)
    if isinstance(refusal, LIMITS):
        manager.gate.close(refusal, at)
    elif isinstance(refusal, Unauthorized) and connection.is_logged_on:
        # The exchange no longer knows who is logged on: the next connection logs on again.
        manager.drain(connection)
    if part.key is None:
        # It may concern any request, or the connection.
        reason = f"a reply arrived that names no request ({refusal or 'a success'})"
        manager.drain_early(connection, reason, at.monotonic)
        connection.fail_all(TransportError(reason, sent=None))
        return
    in_flight = connection.in_flight.get(part.key)
    if in_flight is None:
        return
    in_flight.add(part.reply)
    if part.is_last:
        del connection.in_flight[part.key]
        if in_flight.subscribe is not None:
            _subscribed(manager, connection, in_flight.subscribe, in_flight.result())
        in_flight.complete()


def _subscribed(
    manager: ConnectionManager, connection: Connection, request: Request[Any], reply: object
) -> None:
    """Note that events arrive on a connection, before the first of them is read."""
    try:
        connection.subscription = manager.protocol.decode(request, reply)
    except OrderListsError:
        return  # The caller decodes it again, and raises.
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
    # Another connection gets another subscription, after a pause.
    manager.drain(connection)
