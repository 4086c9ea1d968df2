"""Keepalive: probes a quiet connection, and detects a dead one.

Any received frame proves that the connection is alive.  After 30 seconds without one a keepalive is
sent; if no frame arrives within 10 seconds, the connection is dead.  While the gate is closed no
keepalive is sent, and a connection without an outstanding keepalive is not declared dead.
"""

from __future__ import annotations

from orderlists._clock import ClockReading
from orderlists._connections.connection import QUIET, Connection
from orderlists._connections.manager import LIMITS, ConnectionManager, blocked_for
from orderlists._protocols.interfaces import Frame
from orderlists.errors import TransportError


def keepalive(manager: ConnectionManager, connection: Connection, at: ClockReading) -> list[Frame]:
    """Return the keepalive to write, if one is due; end the connection after a timeout."""
    now = at.monotonic
    if connection.closed_by is not None or connection.time_to_keepalive(now) > 0:
        return []
    if connection.keepalive_sent_at is not None:
        dead = TransportError("keepalive timeout: no frame arrived within 10 seconds", sent=None)
        manager.connection_lost(connection, dead, now)
        return []
    try:
        return _next_keepalive(manager, connection, at)
    except Exception as bug:  # noqa: BLE001 - passed unchanged to what is in flight
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
            pause = blocked_for(refusal)
        else:
            connection.keepalive_sent_at = at.monotonic
            # Not in flight: any frame is a reply, and no caller waits for this one.
            return [encoded.data]
    connection.keepalive_not_before = at.monotonic + pause
    return []
