"""Establishes a usable connection: the current one, or a new one.

Connect, log on, subscribe if there are subscribers.  After a refused timestamp (-1021) the clock is
synchronized once and the step repeated.  Every step, including the opening handshake, passes the
gate and is paced by a back-off.  A step that the gate blocks is not a failure.

Log-on and subscription fail independently.  A connection whose log-on failed is unusable: it is
closed and counted as a failure.  A connection whose subscription was refused still takes requests;
subscribers retry the subscription after a back-off of its own.

Invariant: if anything is raised here, the request that needed the connection was not sent.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from attrs import define

from orderlists._clock import ClockReading, Sample
from orderlists._clock_sync import measure
from orderlists._commands import Sleep
from orderlists._connections.backoff import Backoff
from orderlists._connections.commands import OpenConnection, RoundTrip, Steps
from orderlists._connections.connection import Connection
from orderlists._connections.manager import LIMITS, ConnectionManager
from orderlists._observing.observer import CONNECTIONS, INFO
from orderlists._operations.base import Request
from orderlists._operations.get_server_time import GetServerTime
from orderlists._operations.user_data_stream import HANDSHAKE
from orderlists._time import SECOND
from orderlists.errors import (
    BadTimestamp,
    HandshakeRefused,
    OrderListsError,
    Rejected,
    ServerError,
    TransportError,
    UndecodableReply,
)

# Seconds for the reply to a keepalive, and to an unsubscribe request.
_ANSWER: Final = 5.0


def establish(
    manager: ConnectionManager,
    at: ClockReading,
    *,
    until: int,
    timeout: float,
    subscribed: bool = False,
) -> Steps[Connection]:
    """Return a usable connection.

    Args:
        manager: The connections of the client.
        at: The current time.
        until: The deadline, by the monotonic clock, in nanoseconds.
        timeout: Seconds for each step.
        subscribed: Whether it must be the only connection with a subscription.

    Raises:
        Rejected: The exchange refused the log-on or the subscription, or the gate is closed.
        TransportError: No connection could be established; `sent` is False.
        Exception: A bug, unchanged.
    """
    try:
        return (yield from _Establishment(manager, at, until, timeout).run(subscribed=subscribed))
    except (TransportError, ServerError, UndecodableReply, BadTimestamp) as error:
        if isinstance(error, TransportError) and error.sent is False:
            raise
        failure = TransportError(f"no connection: {error}", sent=False)
    # Raised outside of the handler, without a context: its frames could hold signed requests.
    raise failure


def not_connected_in_time() -> TransportError:
    """Return the error for a request whose deadline passed before a connection was established."""
    return TransportError("no connection was established in time", sent=False)


def seconds_left(timeout: float, *, until: int, at: ClockReading) -> float:
    """Return the seconds left for a round trip on an established connection.

    Raises:
        TransportError: The deadline has passed; nothing was sent.
    """
    left = (until - at.monotonic) / SECOND
    if left <= 0:
        raise not_connected_in_time()
    return min(timeout, left)


@define
class _Establishment:
    manager: ConnectionManager
    at: ClockReading
    until: int
    timeout: float

    def run(self, *, subscribed: bool) -> Steps[Connection]:
        self.manager.check_open()
        connection = yield from self._probe_current()
        if connection is None:
            # A subscriber receives a refusal of its subscription; a request does not depend on one.
            connection = yield from self._open(subscribe=not subscribed)
        if subscribed:
            if connection.subscription is None:
                yield from self._wait_for(self.manager.subscribe_backoff)
                yield from self._subscribe(connection)
            for old in self.manager.subscribed_before(connection):
                yield from self._unsubscribe(old)
        return connection

    def _probe_current(self) -> Steps[Connection | None]:
        """Return the current connection if it is alive; a quiet one is probed by a keepalive."""
        manager, now = self.manager, self.at.monotonic
        connection = manager.current
        if connection is None or manager.usable(now) is connection:
            return connection
        if not manager.needs_replacement(connection, now):
            request = connection.session.keepalive()
            if request is None:
                return connection
            with suppress(TransportError):
                # Any reply will do.
                yield from self._reply(connection, request, _ANSWER)
                return manager.current
        manager.drain(connection)
        return None

    def _open(self, *, subscribe: bool) -> Steps[Connection]:
        manager = self.manager
        yield from self._wait_for(manager.connect_backoff)
        manager.check_open()
        manager.gate.admit(HANDSHAKE, self.at)
        manager.connect_backoff.attempted(self.at.monotonic)
        target = manager.protocol.target
        handle = yield from self._connect(target)
        connection = manager.connection_made(handle, self.at.monotonic)
        connection.target = target
        try:
            manager.check_open()
            yield from self._log_on(connection)
            if subscribe and manager.events.has_subscribers:
                yield from self._try_to_subscribe(connection)
            manager.activate(connection)
        except BaseException as error:
            if isinstance(error, TransportError):
                manager.count_failure(connection, error, self.at.monotonic)
            manager.drain(connection)
            raise
        return connection

    def _connect(self, target: str) -> Steps[Any]:
        manager = self.manager
        failure: OrderListsError
        try:
            return (yield from self._do(OpenConnection(target, self._left())))
        except TransportError as error:
            failure = error
            if isinstance(error, HandshakeRefused):
                refusal = manager.protocol.handshake_refusal(error.response)
                failure = refusal if isinstance(refusal, Rejected) else error
        if isinstance(failure, LIMITS):
            manager.gate.close(failure, self.at)
        manager.connect_backoff.failed(self.at.monotonic, failure)
        if manager.gate.observer.listens(CONNECTIONS, INFO):
            from orderlists._observing import client_events  # noqa: PLC0415 - only if listened to

            client_events.connection_failed(manager.gate, failure, self.at)
        raise failure

    def _log_on(self, connection: Connection) -> Steps[None]:
        request = connection.session.log_on()
        if request is None:
            return

        def failed(error: OrderListsError) -> None:
            self.manager.count_failure(connection, error, self.at.monotonic)

        yield from self._request(connection, request, failed)
        connection.session.logged_on()
        connection.is_logged_on = True

    def _try_to_subscribe(self, connection: Connection) -> Steps[None]:
        """Subscribe before the first request is sent; a refusal does not fail the connection."""
        if self.manager.subscribe_backoff.pause(self.at.monotonic) == 0:
            with suppress(Rejected, ServerError, UndecodableReply):
                yield from self._subscribe(connection)

    def _subscribe(self, connection: Connection) -> Steps[None]:
        def failed(error: OrderListsError) -> None:
            self.manager.subscribe_backoff.failed(self.at.monotonic, error)

        request = connection.session.subscribe()
        yield from self._request(connection, request, failed, subscribe=request)

    def _unsubscribe(self, old: Connection) -> Steps[None]:
        """Unsubscribe on a draining connection, after its last event."""
        lossless = False
        if not old.is_unresponsive:
            old.is_unsubscribing = True
            request = old.session.unsubscribe(old.subscription)
            with suppress(OrderListsError):
                # Frames arrive in order: every earlier event has arrived before this reply.
                reply = yield from self._reply(old, request, _ANSWER)
                self.manager.protocol.decode(request, reply)
                lossless = True
        self.manager.unsubscribed(old, lossless=lossless)

    # Requests.

    def _request(
        self,
        connection: Connection,
        request: Request[Any],
        failed: Callable[[OrderListsError], None],
        *,
        subscribe: Request[Any] | None = None,
    ) -> Steps[Any]:
        """Return the result of a request; `failed` records an error unless the gate blocked it."""
        self.manager.gate.admit(request.operation, self.at)
        decode = self.manager.protocol.decode
        try:
            reply = yield from self._reply(connection, request, self.timeout, subscribe)
            try:
                return decode(request, reply)
            except BadTimestamp:
                if not (yield from self._sync_clock(connection)):
                    raise
            reply = yield from self._reply(connection, request, self.timeout, subscribe)
            return decode(request, reply)
        except OrderListsError as error:
            failed(error)
            raise

    def _sync_clock(self, connection: Connection) -> Steps[bool]:
        request = GetServerTime()

        def take_sample() -> Steps[Sample | None]:
            sent_at = self.at.monotonic
            try:
                reply = yield from self._reply(connection, request, self.timeout)
                time = self.manager.protocol.decode(request, reply).server_time
            except (TransportError, ServerError, UndecodableReply):
                return None
            return Sample(sent_at, self.at.monotonic, time)

        return measure(self.manager.gate.clock, take_sample, self._clock_measured)

    def _clock_measured(self, before: ClockReading) -> None:
        gate = self.manager.gate
        if gate.observer.listens(CONNECTIONS, INFO):
            from orderlists._observing import client_events  # noqa: PLC0415 - only if listened to

            client_events.clock_measured(gate, before)

    def _reply(
        self,
        connection: Connection,
        request: Request[Any],
        timeout: float,
        subscribe: Request[Any] | None = None,
    ) -> Steps[Any]:
        encode = self.manager.encoder(request)
        seconds = min(timeout, self._left())
        return (yield from self._do(RoundTrip(connection, encode, seconds, subscribe)))

    # Commands.

    def _do(self, command: OpenConnection | RoundTrip | Sleep) -> Steps[Any]:
        outcome = yield command
        self.at = self.manager.gate.clock.at(outcome.at)
        if outcome.error is not None:
            raise outcome.error
        return outcome.value

    def _left(self) -> float:
        return min(self.timeout, max(0, self.until - self.at.monotonic) / SECOND)

    def _wait_for(self, backoff: Backoff) -> Steps[None]:
        pause = backoff.pause(self.at.monotonic)
        if pause > 0 and pause >= self.until - self.at.monotonic:
            text = f"{backoff.reason}; next attempt in {pause / SECOND:.1f} s"
            raise TransportError(text, sent=False)
        if pause > 0:
            gate = self.manager.gate
            if gate.observer.listens(CONNECTIONS, INFO):
                from orderlists._observing import client_events  # noqa: PLC0415 - as above

                client_events.connection_delayed(gate, pause, backoff.reason, self.at)
            yield from self._do(Sleep(pause / SECOND))
