"""Keeps a quiet connection alive, and finds out that it is dead.

Any frame that arrives proves that the connection is alive.  After 30 seconds without one a
keepalive is sent; 10 seconds later without any, the connection is dead.  While the gate is closed
no keepalive is sent, and a connection from which no answer was requested is not declared dead.
"""

from __future__ import annotations

from orderlists._clock import ClockReading
from orderlists._connections.connection import QUIET, Connection
from orderlists._connections.manager import LIMITS, ConnectionManager, held_back_for
from orderlists._protocols.interfaces import Frame
from orderlists.errors import TransportError


def keepalive(manager: ConnectionManager, connection: Connection, at: ClockReading) -> list[Frame]:
    """Return what to write on a quiet connection, if it is time; or end it, if it is dead."""
    now = at.monotonic
    if connection.closed_by is not None or connection.time_to_keepalive(now) > 0:
        return []
    if connection.keepalive_sent_at is not None:
        dead = TransportError("no answer to a keepalive: the connection is dead", sent=None)
        manager.connection_lost(connection, dead, now)
        return []
    try:
        return _next_keepalive(manager, connection, at)
    except Exception as bug:  # noqa: BLE001 - it ends what is in flight, as it is
        manager.connection_lost(connection, bug, now)
        return []


def _next_keepalive(
    manager: ConnectionManager, connection: Connection, at: ClockReading
) -> list[Frame]:
    request, pause = connection.session.keepalive(), QUIET
    if request is not None:
        try:
            encoded = manager.encoder(request)(connection.session, at)
        except LIMITS as refusal:
            pause = held_back_for(refusal)
        else:
            connection.keepalive_sent_at = at.monotonic
            # Not in flight: any frame is an answer, and no caller waits for this one.
            return [encoded.data]
    connection.keepalive_not_before = at.monotonic + pause
    return []
