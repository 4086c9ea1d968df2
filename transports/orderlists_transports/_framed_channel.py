"""Carries out exchanges over connections that carry frames, for threads.

There is no thread of its own: of the threads that wait for something on a connection one reads, for
all (`_turns`).  A lock guards the connection manager, which does no I/O and is never held long; a
request is encoded and signed outside it.

Invariant: while a thread waits on a connection, a thread reads it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any, Self, TypeVar, assert_never, cast

from attrs import define, field

from orderlists import OrderListsError, TransportError
from orderlists._commands import Outcome, Sleep
from orderlists._connections.commands import EnsureSubscribed, OpenConnection, RoundTrip, WaitOn
from orderlists._connections.establish import establish, not_connected_in_time, seconds_left
from orderlists._connections.event_stream import FOREVER, await_event
from orderlists._connections.keepalive import keepalive
from orderlists._connections.manager import ConnectionManager
from orderlists._connections.receive import frame_received
from orderlists._time import SECOND
from orderlists_transports._turns import Turn, Turns

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists._clock import ClockReading
    from orderlists._commands import AwaitEvent, FramedExchange
    from orderlists._connections.commands import ConnectionCommand, Steps
    from orderlists._connections.connection import Connection, InFlight
    from orderlists._connections.event_queue import EventQueue
    from orderlists.extending import Frame, FramedProtocol
    from orderlists_transports import interfaces
    from orderlists_transports._settings import Settings

R = TypeVar("R")

# A connection that was quiet for so long is read before it is used.
_IDLE = SECOND
# A thread that reads for no reply of its own looks up this often, to see whether it is to stop.
_LONGEST_READ = SECOND


@define(eq=False)
class _Handle:
    """A connection of the transport, and the turns that threads take at reading it."""

    transport: interfaces.Connection
    turns: Turns = field(factory=Turns)


class FramedChannel:
    """Carries out exchanges over frames.  Any number of threads may share it."""

    def __init__(
        self,
        settings: Settings,
        transport: interfaces.FramedTransport,
        sleep: Callable[[float], object],
    ) -> None:
        self.settings = settings
        self.manager = ConnectionManager(cast("FramedProtocol", settings.protocol), settings.gate)
        self.transport = transport
        self._now = settings.now
        self._sleep = sleep
        self._make_locks()

    def exchange(self, command: FramedExchange, /, *, timeout: float) -> Any:  # noqa: ANN401 - the protocol's own reply
        """Carry out an exchange of messages on a usable connection, and return the reply.

        Raises:
            TransportError: There is no connection (`sent` is False), or no reply arrived.
            Rejected: The gate is closed, or the exchange refused the log-on.  Nothing was sent.
            Exception: A bug, as it is.  Something may have been sent only if `encode` was called.
        """
        self._enter()
        connection = self._usable()
        if connection is None:
            connection = self._establish(command.until)
            timeout = seconds_left(timeout, until=command.until, at=self._now())
        return self._round_trip(RoundTrip(connection, command.encode, timeout))

    def await_event(self, command: AwaitEvent, /) -> Any:  # noqa: ANN401 - a proof
        """Return what events prove, as soon as they do, or None."""
        return self.run(partial(await_event, self.manager, command))

    def watched(self) -> Self:
        """Return what an event stream reads: this channel."""
        return self

    def run(self, start: Callable[[ClockReading], Steps[R]]) -> R:
        """Execute the commands of a generator until it returns."""
        self._enter()
        steps = start(self._now())
        outcome: Any = None
        try:
            while True:
                try:
                    with self._lock:
                        command = steps.send(outcome)
                except StopIteration as finished:
                    result: R = finished.value
                    return result
                outcome = self._outcome_of(command)
        finally:
            with self._lock:
                steps.close()

    def open_queue(self, size: int) -> EventQueue:
        """Return the queue of a new subscriber."""
        self._enter()
        with self._lock:
            return self.manager.events.open_queue(size)

    def close_queue(self, queue: EventQueue) -> None:
        """End a subscriber."""
        self._enter()
        with self._lock:
            self.manager.close_queue(queue)

    def close(self) -> None:
        """Close every connection, and the transport."""
        self._enter()
        with self._lock:
            connections = self.manager.close(self._now().monotonic)
        try:
            for connection in connections:
                self._close(connection)
        finally:
            self.transport.close()

    # Commands.

    def _outcome_of(self, command: ConnectionCommand) -> Outcome:
        try:
            value = self._execute(command)
        except OrderListsError as error:
            return Outcome(None, error, self._now())
        return Outcome(value, None, self._now())

    def _execute(self, command: ConnectionCommand) -> Any:  # noqa: ANN401 - what the command gives
        match command:
            case OpenConnection(target, timeout):
                return _Handle(self.transport.connect(target, timeout=timeout))
            case RoundTrip():
                return self._round_trip(command)
            case EnsureSubscribed(until):
                return self._ensure_subscribed(until)
            case WaitOn():
                return self._wait_on(command)
            case Sleep(seconds):
                return self._sleep(seconds)
            case _ as never:
                assert_never(never)

    # Connections.

    def _enter(self) -> None:
        if self._process != os.getpid():
            # A forked child has a copy of its parent's connections and locks, and may use neither.
            self._make_locks()
            self.manager.forget_connections()

    def _make_locks(self) -> None:
        self._process = os.getpid()
        # Reentrant: a signal handler that closes the client may interrupt a thread that holds it.
        self._lock = RLock()
        self._opening = Lock()

    def _usable(self) -> Connection | None:
        now = self._now().monotonic
        for draining in list(self.manager.draining):
            self._catch_up(draining)
        with self._lock:
            connection = self.manager.usable(now)
        if connection is None or now - connection.last_received_at < _IDLE:
            return connection
        self._catch_up(connection)
        with self._lock:
            return self.manager.usable(now)

    def _catch_up(self, connection: Connection) -> None:
        """Read what has arrived while no thread waited."""
        handle: _Handle = connection.handle
        handle.turns.catch_up(lambda: self._read(connection, 0))

    def _ensure_subscribed(self, until: int) -> Connection:
        current = self.manager.current
        if current is not None:
            self._catch_up(current)
        with self._lock:
            connection = self.manager.subscribed(self._now().monotonic)
        return self._establish(until, subscribed=True) if connection is None else connection

    def _establish(self, until: int, *, subscribed: bool = False) -> Connection:
        seconds = max(0, until - self._now().monotonic) / SECOND
        opening = self._opening
        if not opening.acquire(timeout=seconds):
            raise not_connected_in_time()
        try:
            timeout = self.settings.timeout
            steps = partial(establish, until=until, timeout=timeout, subscribed=subscribed)
            return self.run(partial(steps, self.manager))
        finally:
            opening.release()
            self._close_idle()

    def _close_idle(self) -> None:
        with self._lock:
            idle = self.manager.take_idle(self._now().monotonic)
        for connection in idle:
            self._close(connection)

    def _close(self, connection: Connection) -> None:
        with suppress(TransportError):
            connection.handle.transport.close()

    # Requests.

    def _round_trip(self, command: RoundTrip) -> Any:  # noqa: ANN401 - the protocol's own reply
        connection, turn = command.connection, SimpleQueue[None]()
        at = self._now()
        until = at.monotonic + int(command.timeout * SECOND)
        encoded = command.encode(connection.session, at)
        with self._lock:
            in_flight = self.manager.register(
                connection,
                encoded,
                at.monotonic,
                wake=lambda: turn.put(None),
                subscribe=command.subscribe,
            )
        try:
            self._write(connection, encoded.data, command.timeout, in_flight)
            # No traceback of an error that is raised below may hold a signed frame.
            del encoded
            self._wait(connection, lambda: in_flight.is_done, turn, until)
        finally:
            if not in_flight.is_done:
                now = self._now().monotonic
                with self._lock:
                    self.manager.abandon(connection, in_flight, now, timed_out=now >= until)
        if self.manager.draining:
            self._close_idle()
        return in_flight.result()

    def _write(
        self,
        connection: Connection,
        data: Frame,
        timeout: float,
        in_flight: InFlight | None = None,
    ) -> None:
        try:
            # The framed transports of today carry text.
            connection.handle.transport.send(cast("str", data), timeout=timeout)
        except Exception as error:  # noqa: BLE001 - a bug as well: it ends what is in flight, as it is
            with self._lock:
                self.manager.write_failed(connection, error, self._now().monotonic, in_flight)
            self._close(connection)

    # Waiting and reading.

    def _wait_on(self, command: WaitOn) -> None:
        connection, is_done, until = command
        turn = SimpleQueue[None]()

        def wake() -> None:
            turn.put(None)

        with self._lock:
            connection.watchers.append(wake)
        try:
            self._wait(connection, is_done, turn, until, longest_read=_LONGEST_READ)
        finally:
            with self._lock:
                connection.watchers.remove(wake)

    def _wait(
        self,
        connection: Connection,
        is_done: Callable[[], bool],
        turn: Turn,
        until: int,
        *,
        longest_read: int = FOREVER,
    ) -> None:
        handle: _Handle = connection.handle
        handle.turns.wait(
            lambda: is_done() or connection.closed_by is not None,
            turn,
            left=lambda: max(0, until - self._now().monotonic),
            read=lambda left: self._read(connection, min(left, longest_read)),
        )

    def _read(self, connection: Connection, left: int) -> bool:
        """Process one frame, if one arrives within so many nanoseconds; return whether it did."""
        time = min(left, connection.time_to_keepalive(self._now().monotonic))
        try:
            frame = connection.handle.transport.receive(timeout=time / SECOND)
        except Exception as error:  # noqa: BLE001 - a bug as well: it ends what is in flight, as it is
            with self._lock:
                self.manager.connection_lost(connection, error, self._now().monotonic)
            self._close(connection)
            return False
        with self._lock:
            if frame is not None:
                answers = frame_received(self.manager, connection, frame, self._now())
            else:
                answers = keepalive(self.manager, connection, self._now())
        for data in answers:
            self._write(connection, data, self.settings.timeout)
        if connection.closed_by is not None:
            self._close(connection)
        return frame is not None
