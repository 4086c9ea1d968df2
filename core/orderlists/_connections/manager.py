"""All connections of one client over time: current, opening and draining.

New requests are sent on the current connection.  It starts draining when the exchange announces its
end, when it approaches the exchange's limit of 24 hours, when it is unresponsive, or when its
log-on has expired; requests in flight may finish on it.  Its successor is opened by `establish` and
becomes current once it is usable.

When a connection ends, the requests in flight on it end.  An exception that is not an error of this
library is a bug, such as one in a user's parser: it becomes the outcome of these requests
unchanged, and is raised to subscribers as well.

Invariants: a request is in flight on at most one connection, and ends there.  Where events may have
been missed, every subscriber receives a `Gap`.  The encoding of frames is left to the protocol.

Not thread-safe: a driver for threads must hold a lock during every call except `encoder`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from orderlists._clock import ClockReading
from orderlists._connections.backoff import Backoff
from orderlists._connections.connection import QUIET, Connection, InFlight, no_reply
from orderlists._connections.event_dispatcher import EventDispatcher
from orderlists._connections.event_queue import EventQueue
from orderlists._gate import Gate
from orderlists._observing.observer import CONNECTIONS, DEBUG, INFO
from orderlists._operations.base import Request
from orderlists._protocols.interfaces import Encoded, FramedProtocol, SessionLayer
from orderlists._redaction import without_secrets
from orderlists._time import SECOND
from orderlists.errors import (
    Banned,
    OrderListsError,
    RateLimited,
    TransportError,
    describe_cause,
)

# The exchange ends a connection after 24 hours.
_MAX_AGE: Final = (24 * 60 - 10) * 60 * SECOND
STABLE: Final = 10 * SECOND
"""A connection lost sooner than this counts as a failure for the back-off; in nanoseconds."""
# How long an unresponsive connection is kept open, to read a late 429.
_LINGER: Final = 10 * SECOND
LIMITS: Final = (RateLimited, Banned)
"""The errors that close the gate.  A constant: building a union for every reply is slower."""


def blocked_for(refusal: RateLimited | Banned) -> int:
    """Return the nanoseconds until the gate, which raised this, reopens."""
    return int((refusal.retry_after or 0) * SECOND) + 1


class ConnectionManager:
    """The connections of one client.

    Args:
        protocol: Encodes requests and decodes replies.
        gate: Admits every request, and records every reply.

    Attributes:
        opening: The connection that is being established.
        current: The connection for new requests.
        draining: Connections that take no new requests.
        is_closed: Whether the client was closed.
        connect_backoff: Paces the opening of connections.
        subscribe_backoff: Paces subscriptions: a connection without one still takes requests.
        events: Dispatches events to subscribers.

    Raises:
        InvalidSetting: The protocol cannot be used with this key.
    """

    def __init__(self, protocol: FramedProtocol, gate: Gate) -> None:
        protocol.session(key=gate.key)
        self.protocol = protocol
        self.gate = gate
        self.opening: Connection | None = None
        self.current: Connection | None = None
        self.draining: list[Connection] = []
        self.is_closed = False
        self.connect_backoff = Backoff()
        self.subscribe_backoff = Backoff()
        self.events = EventDispatcher()
        self._unreported: Exception | None = None
        self._opened = 0
        self._has_connected = False

    # Connections.

    def connections(self) -> list[Connection]:
        """Return every open connection."""
        return [*self.draining, *(one for one in (self.opening, self.current) if one is not None)]

    def usable(self, now: int) -> Connection | None:
        """Return the current connection if it is known to be alive and needs no replacement."""
        connection = self.current
        if (
            connection is None
            or now - connection.last_received_at > QUIET
            or self.needs_replacement(connection, now)
        ):
            return None
        return connection

    def needs_replacement(self, connection: Connection, now: int) -> bool:
        """Whether the exchange will end the connection soon, or the protocol has another target.

        A format that does not fit any more selects another: replies on this connection would stay
        unreadable.
        """
        is_near_expiry = now - connection.opened_at > _MAX_AGE
        target = connection.target
        return is_near_expiry or (target is not None and target != self.protocol.target)

    def connection_made(self, handle: object, now: int) -> Connection:
        """Register an opened connection, which does not take requests yet, and return it."""
        session = self.protocol.session(key=self.gate.key)
        self._opened += 1
        self.opening = Connection(
            handle, session, opened_at=now, last_received_at=now, number=self._opened
        )
        return self.opening

    def activate(self, connection: Connection) -> None:
        """Make a new connection the current one.

        Raises:
            TransportError: It has already ended or is draining; `sent` is False.
        """
        if connection is not self.opening:
            raise TransportError("the connection ended while it was opened", sent=False)
        self.opening, self.current = None, connection
        is_reconnect, self._has_connected = self._has_connected, True
        if self.gate.observer.listens(CONNECTIONS, INFO if is_reconnect else DEBUG):
            from orderlists._observing import client_events  # noqa: PLC0415 - only if listened to

            client_events.connection_opened(self.gate, connection, is_reconnect=is_reconnect)

    def drain(self, connection: Connection) -> None:
        """Stop sending requests on a connection; those in flight may finish."""
        self._remove(connection)
        if not self.events.has_subscribers:
            connection.subscription = None
        if connection.closed_by is None:
            self.draining.append(connection)
        connection.wake_watchers()

    def drain_early(self, connection: Connection, reason: str, now: int) -> None:
        """Drain a connection; count a failure if it is new."""
        if now - connection.opened_at < STABLE:
            self.count_failure(connection, TransportError(reason, sent=None), now)
        self.drain(connection)

    def connection_lost(
        self, connection: Connection, error: Exception, now: int, *, by_us: bool = False
    ) -> None:
        """Record that a connection has ended.

        Args:
            connection: The connection.
            error: The cause.  A bug becomes the outcome of the requests in flight.
            now: The monotonic clock, in nanoseconds.
            by_us: Whether this side closed it, which is not a failure.
        """
        if connection.closed_by is not None:
            return
        if not isinstance(error, OrderListsError):
            error = without_secrets(error, self.gate.key.api_key)
        connection.closed_by = error
        try:
            if self.gate.observer.listens(CONNECTIONS, DEBUG if by_us else INFO):
                from orderlists._observing import client_events  # noqa: PLC0415 - as above

                client_events.connection_closed(self.gate, connection, error, now, by_client=by_us)
        finally:
            # An interrupt that a listener raises leaves no request waiting.
            self._release(connection, error, now, by_us=by_us)

    def _release(self, connection: Connection, error: Exception, now: int, *, by_us: bool) -> None:
        """Fail what is in flight on a connection that has ended, and use it no more."""
        self._remove(connection)
        was_subscribed = connection.subscription is not None
        if not isinstance(error, OrderListsError):
            self._report(error, connection, to_subscribers=was_subscribed)
        if was_subscribed:
            self.events_missed(connection)
        has_lasted = now - connection.opened_at >= STABLE and not connection.is_unresponsive
        if has_lasted and not connection.is_counted:
            self.connect_backoff.succeeded()
        elif not by_us:
            self.count_failure(connection, error, now)
        connection.fail_all(error)
        connection.wake_watchers()

    def count_failure(self, connection: Connection, error: Exception, now: int) -> None:
        """Count a connection as a failure, at most once."""
        if connection.is_counted:
            return
        connection.is_counted = True
        self.connect_backoff.failed(now, error)

    def take_idle(self, now: int) -> list[Connection]:
        """Remove and return the draining connections that are idle, to be closed."""
        idle = [connection for connection in self.draining if connection.is_idle(now)]
        for connection in idle:
            over = TransportError("the connection was drained and closed", sent=None)
            self.connection_lost(connection, over, now, by_us=True)
        return idle

    def forget_connections(self) -> None:
        """Discard every connection without closing any: another process or event loop owns them."""
        was_subscribed = any(one.subscription is not None for one in self.connections())
        self.opening = self.current = None
        self.draining = []
        if was_subscribed:
            self.events.missed(is_still_subscribed=False)

    def close(self, now: int) -> list[Connection]:
        """End all requests and subscriptions, and return the connections to be closed."""
        self.is_closed = True
        connections = self.connections()
        for connection in connections:
            connection.subscription = None
            over = TransportError("this client was closed", sent=None)
            self.connection_lost(connection, over, now, by_us=True)
        for queue in list(self.events.queues):
            self.events.close_queue(queue)
        return connections

    def check_open(self) -> None:
        """Raise if the client is closed, or if a bug has not been reported yet.

        Raises:
            TransportError: This client is closed; nothing was sent.
            Exception: A bug that ended a connection while no request was in flight there.
        """
        if self.is_closed:
            raise TransportError("this client is closed", sent=False, is_retryable=False)
        bug, self._unreported = self._unreported, None
        if bug is not None:
            raise bug

    def _remove(self, connection: Connection) -> None:
        if connection is self.opening:
            self.opening = None
        if connection is self.current:
            self.current = None
        if connection in self.draining:
            self.draining.remove(connection)

    def _report(self, bug: Exception, connection: Connection, *, to_subscribers: bool) -> None:
        if to_subscribers:
            self.events.failed(bug)
        if not connection.in_flight and not (to_subscribers and self.events.has_subscribers):
            self._unreported = bug

    # Requests.

    def encoder(self, request: Request[Any]) -> Callable[[SessionLayer, ClockReading], Encoded]:
        """Return a function that passes the gate and encodes a request of a session layer."""

        def encode(session: SessionLayer, at: ClockReading) -> Encoded:
            self.gate.admit(request.operation, at)
            timestamp = self.protocol.time_unit.from_nanoseconds(at.server)
            return session.encode(request, timestamp=timestamp)

        return encode

    def register(self, connection: Connection, in_flight: InFlight) -> None:
        """Register a request as in flight, before it is written.

        Raises:
            TransportError: The connection has ended; nothing was sent.
        """
        if connection.closed_by is not None:
            raise TransportError("the connection ended before the request was sent", sent=False)
        connection.in_flight[in_flight.key] = in_flight

    def fail(self, connection: Connection, in_flight: InFlight, error: Exception) -> None:
        """End a request by an error; a late reply is discarded, except for its rate limits."""
        connection.in_flight.pop(in_flight.key, None)
        in_flight.fail(error)
        if in_flight.subscribe is not None:
            # Whether the subscription succeeded is unknown.
            self.drain(connection)

    def abandon(
        self, connection: Connection, in_flight: InFlight, now: int, *, timed_out: bool
    ) -> None:
        """Abandon a pending request.

        Args:
            connection: The connection on which it was sent.
            in_flight: The request.
            now: The monotonic clock, in nanoseconds.
            timed_out: Whether it timed out; False if its caller was interrupted.
        """
        if in_flight.is_done:
            return
        self.fail(connection, in_flight, no_reply())
        if timed_out and connection.last_received_at <= in_flight.sent_at:
            connection.is_unresponsive = True
            connection.lingers_until = now + _LINGER
            self.drain_early(connection, "a request timed out", now)

    def write_failed(
        self, connection: Connection, error: Exception, now: int, in_flight: InFlight | None = None
    ) -> None:
        """Record that writing a frame failed, which ends the connection.

        Only the request in that frame ends with the error itself, which may say that nothing was
        sent.  The other requests were sent before.
        """
        if isinstance(error, OrderListsError):
            if in_flight is not None and connection.in_flight.pop(in_flight.key, None) is not None:
                # The traceback of the transport holds the signed frame.
                in_flight.fail(error.with_traceback(None))
            why = describe_cause(error)
            text = f"the connection failed while another frame was written ({why})"
            error = TransportError(text, sent=None)
        self.connection_lost(connection, error, now)

    # Events.

    def subscribed(self, now: int) -> Connection | None:
        """Return the current connection if it delivers all events and needs no replacement."""
        connection = self.current
        if (
            connection is None
            or connection.subscription is None
            or self.needs_replacement(connection, now)
            or self.subscribed_before(connection)
        ):
            return None
        return connection

    def delivers_events(self, now: int) -> bool:
        """Whether events are delivered, judging by the time of the last frame."""
        connection = self.subscribed(now)
        return connection is not None and not connection.may_be_dead(now)

    def subscribed_before(self, connection: Connection) -> list[Connection]:
        """Return the draining connections that are still subscribed to the same events."""
        return [
            old for old in self.draining if old.subscription is not None and old is not connection
        ]

    def unsubscribed(self, connection: Connection, *, lossless: bool) -> None:
        """Record that the subscription of a draining connection has ended."""
        if connection.subscription is not None and not lossless:
            self.events_missed(connection)
        connection.subscription = None
        self.wake_watchers()

    def close_queue(self, queue: EventQueue) -> None:
        """Close the queue of a subscriber, and wake what waits for its events."""
        self.events.close_queue(queue)
        self.wake_watchers()

    def events_missed(self, connection: Connection) -> None:
        """Record that the subscription of a connection has ended and events may be missing."""
        connection.subscription = None
        is_still_subscribed = any(one.subscription is not None for one in self.connections())
        self.events.missed(is_still_subscribed=is_still_subscribed)

    def wake_watchers(self) -> None:
        """Wake all watchers of all connections."""
        for connection in self.connections():
            connection.wake_watchers()
