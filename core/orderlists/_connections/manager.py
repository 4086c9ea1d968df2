"""All connections of one client over time: current, opening and draining.

One connection, the current one, takes new requests.  It stops doing so, and drains, when the other
side announces its end, when it is about to exceed the exchange's 24 hours, when it does not
respond, or when the exchange no longer knows who is logged on; what is in flight on it may finish.
Its successor is opened by `establish` and becomes current once it is usable.

What ends a connection ends the requests in flight on it.  An exception that is none of the
library's errors is a bug, such as one of a user's parser: it becomes the outcome of these requests
as it is, and subscribers get it as well.

Invariants: a request is in flight on one connection at most, and ends there.  Where events may have
been missed, every subscriber gets a `Gap`.  Nothing here knows how a protocol writes its frames.

Not safe for threads: a driver for threads has to hold a lock while it calls anything here, except
`encoder`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from orderlists._clock import ClockReading
from orderlists._connections.backoff import Backoff
from orderlists._connections.connection import QUIET, Connection, InFlight, Wake
from orderlists._connections.event_dispatcher import EventDispatcher
from orderlists._connections.event_queue import EventQueue
from orderlists._gate import Gate
from orderlists._operations.base import Request
from orderlists._protocols.interfaces import Encoded, FramedProtocol, SessionLayer
from orderlists._time import SECOND
from orderlists.errors import Banned, OrderListsError, RateLimited, TransportError

# The exchange ends a connection after 24 hours.
_MAX_AGE: Final = (24 * 60 - 10) * 60 * SECOND
STABLE: Final = 10 * SECOND
"""A connection that is lost sooner counts as failed for the back-off; in nanoseconds."""
# For so long a connection that does not respond is kept, for a 429 that comes late.
_LINGER: Final = 10 * SECOND
LIMITS: Final = (RateLimited, Banned)
"""What closes the gate.  A union made anew for every reply would cost more than the check."""


def held_back_for(refusal: RateLimited | Banned) -> int:
    """Return the nanoseconds until the gate, which raised this, opens again."""
    return int((refusal.retry_after or 0) * SECOND) + 1


class ConnectionManager:
    """The connections of one client.

    Args:
        protocol: Encodes requests and decodes replies.
        gate: Admits every request, and records every reply.

    Attributes:
        opening: The connection that will take requests once it is usable.
        current: The connection that takes requests.
        draining: Those that take no more requests.
        is_closed: Whether the client was closed.
        connect_backoff: Paces the opening of connections.
        subscribe_backoff: Paces subscriptions: a connection without one still takes requests.
        events: The subscribers.

    Raises:
        InvalidSetting: The protocol cannot be spoken with this key.
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

    # Connections.

    def connections(self) -> list[Connection]:
        """Return every open connection."""
        return [*self.draining, *(one for one in (self.opening, self.current) if one is not None)]

    def usable(self, now: int) -> Connection | None:
        """Return the current connection, if it is trusted to be alive."""
        connection = self.current
        if (
            connection is None
            or now - connection.last_received_at > QUIET
            or self.is_near_expiry(connection, now)
        ):
            return None
        return connection

    def is_near_expiry(self, connection: Connection, now: int) -> bool:
        """Whether the exchange will end the connection soon because of its age."""
        return now - connection.opened_at > _MAX_AGE

    def connection_made(self, handle: object, now: int) -> Connection:
        """Return a new connection, which takes no requests of users yet."""
        session = self.protocol.session(key=self.gate.key)
        self.opening = Connection(handle, session, opened_at=now, last_received_at=now)
        return self.opening

    def activate(self, connection: Connection) -> None:
        """Make a new connection the current one.

        Raises:
            TransportError: It has ended, or drains, already; `sent` is False.
        """
        if connection is not self.opening:
            raise TransportError("the connection ended while it was opened", sent=False)
        self.opening, self.current = None, connection

    def drain(self, connection: Connection) -> None:
        """Let a connection take no more requests; those in flight may finish."""
        self._remove(connection)
        if not self.events.has_subscribers:
            connection.subscription = None
        if connection.closed_by is None:
            self.draining.append(connection)
        connection.wake_watchers()

    def drain_early(self, connection: Connection, reason: str, now: int) -> None:
        """Drain a connection, which counts as failed if it is new."""
        if now - connection.opened_at < STABLE:
            self.count_failure(connection, TransportError(reason, sent=None), now)
        self.drain(connection)

    def connection_lost(
        self, connection: Connection, error: Exception, now: int, *, by_us: bool = False
    ) -> None:
        """Note that a connection is over.

        Args:
            connection: Which.
            error: Why.  A bug ends the requests in flight as it is.
            now: The monotonic clock, in nanoseconds.
            by_us: Whether it was closed here, which is no failure.
        """
        if connection.closed_by is not None:
            return
        connection.closed_by = error
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
        """Count a connection that was never usable, or not for long; each only once."""
        if connection.is_counted:
            return
        connection.is_counted = True
        # The text of a foreign exception may hold a secret.
        ours = isinstance(error, OrderListsError)
        self.connect_backoff.failed(now, str(error) if ours else type(error).__name__)

    def take_idle(self, now: int) -> list[Connection]:
        """Return the draining connections that are not needed any more, to be closed."""
        idle = [connection for connection in self.draining if connection.is_idle(now)]
        for connection in idle:
            over = TransportError("the connection was drained and closed", sent=None)
            self.connection_lost(connection, over, now, by_us=True)
        return idle

    def forget_connections(self) -> None:
        """Forget every connection without closing any: another process or event loop owns them."""
        was_subscribed = any(one.subscription is not None for one in self.connections())
        self.opening = self.current = None
        self.draining = []
        if was_subscribed:
            self.events.missed(is_still_subscribed=False)

    def close(self, now: int) -> list[Connection]:
        """End everything, and return the connections to be closed."""
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
        """Raise if the client was closed, or if there is a bug to report.

        Raises:
            TransportError: This client is closed; nothing was sent.
            Exception: A bug that ended a connection while no request was in flight there.
        """
        if self.is_closed:
            text = "nothing was sent: this client is closed"
            raise TransportError(text, sent=False, is_retryable=False)
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
        """Return what encodes a request of a session layer, after the gate has admitted it."""

        def encode(session: SessionLayer, at: ClockReading) -> Encoded:
            self.gate.admit(request.operation, at)
            timestamp = self.protocol.time_unit.from_nanoseconds(at.server)
            return session.encode(request, timestamp=timestamp)

        return encode

    def register(
        self,
        connection: Connection,
        encoded: Encoded,
        now: int,
        *,
        wake: Wake,
        subscribe: Request[Any] | None = None,
    ) -> InFlight:
        """Return a request that is about to be written, as in flight.

        Raises:
            TransportError: The connection is over; nothing was sent.
        """
        if connection.closed_by is not None:
            raise TransportError("the connection ended before the request was sent", sent=False)
        in_flight = InFlight(encoded.key, now, wake, subscribe)
        connection.in_flight[encoded.key] = in_flight
        return in_flight

    def abandon(
        self, connection: Connection, in_flight: InFlight, now: int, *, timed_out: bool
    ) -> None:
        """End a request that is not done.  A late reply counts for the gate alone.

        Args:
            connection: Where it was sent.
            in_flight: The request.
            now: The monotonic clock, in nanoseconds.
            timed_out: Whether its time was up; False if its caller was interrupted.
        """
        if in_flight.is_done:
            return
        connection.in_flight.pop(in_flight.key, None)
        in_flight.fail(TransportError("no reply arrived in time", sent=None))
        if timed_out and connection.last_received_at <= in_flight.sent_at:
            connection.is_unresponsive = True
            connection.lingers_until = now + _LINGER
            self.drain_early(connection, "a request was not answered in time", now)
        elif in_flight.subscribe is not None:
            # Events may arrive, or may not.
            self.drain(connection)

    def write_failed(
        self, connection: Connection, error: Exception, now: int, in_flight: InFlight | None = None
    ) -> None:
        """Note that a frame could not be written, so that the connection is over.

        Only the request in that frame ends with the error itself, which may say that nothing was
        sent.  Other frames were sent.
        """
        if isinstance(error, OrderListsError):
            if in_flight is not None and connection.in_flight.pop(in_flight.key, None) is not None:
                # A traceback of the transport holds the frame, which is signed.
                in_flight.fail(error.with_traceback(None))
            text = f"the connection failed while another frame was written ({error})"
            error = TransportError(text, sent=None)
        self.connection_lost(connection, error, now)

    # Events.

    def subscribed(self, now: int) -> Connection | None:
        """Return the connection on which events arrive, if no other has to be made first."""
        connection = self.current
        if (
            connection is None
            or connection.subscription is None
            or self.is_near_expiry(connection, now)
            or self.subscribed_before(connection)
        ):
            return None
        return connection

    def delivers_events(self, now: int) -> bool:
        """Whether events arrive, as far as the time of the last frame shows."""
        connection = self.subscribed(now)
        return connection is not None and not connection.may_be_dead(now)

    def subscribed_before(self, connection: Connection) -> list[Connection]:
        """Return the draining connections on which the same events arrive as on this one."""
        return [
            old for old in self.draining if old.subscription is not None and old is not connection
        ]

    def unsubscribed(self, connection: Connection, *, lossless: bool) -> None:
        """Note that no more events arrive on a draining connection."""
        if connection.subscription is not None and not lossless:
            self.events_missed(connection)
        connection.subscription = None
        self.wake_watchers()

    def close_queue(self, queue: EventQueue) -> None:
        """End a subscriber, and whatever waits for its events."""
        self.events.close_queue(queue)
        self.wake_watchers()

    def events_missed(self, connection: Connection) -> None:
        """Note that no more events arrive on a connection, and that some may be missing."""
        connection.subscription = None
        is_still_subscribed = any(one.subscription is not None for one in self.connections())
        self.events.missed(is_still_subscribed=is_still_subscribed)

    def wake_watchers(self) -> None:
        """Wake everything that waits for an event, or for a change of connections."""
        for connection in self.connections():
            connection.wake_watchers()
