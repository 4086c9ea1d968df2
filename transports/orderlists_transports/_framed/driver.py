"""Executes the commands of `orderlists._connections`, by callbacks.

One text for both colours.  All of it runs on one loop, which is an asyncio event loop or the I/O
thread of a synchronous client, so that nothing here needs a lock and no signal interrupts it.  A
caller encodes and signs its request itself, passes it on as an `InFlight`, and waits for that in
its own way: a task on a future, a thread on a lock.

Generators run on the loop as well: one that establishes a connection serves every caller, and
goes on where the caller that needed it first was interrupted.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from traceback import clear_frames
from typing import TYPE_CHECKING, Any, TypeVar, assert_never, cast

from attrs import define, field

from orderlists import TransportError
from orderlists._commands import Sleep
from orderlists._connections.commands import EnsureSubscribed, OpenConnection, RoundTrip, WaitOn
from orderlists._connections.connection import InFlight
from orderlists._connections.establish import establish, not_connected_in_time
from orderlists._connections.manager import ConnectionManager
from orderlists._time import SECOND
from orderlists_transports._framed.io import ConnectionIo, Handle
from orderlists_transports._framed.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists._clock import ClockReading
    from orderlists._connections.commands import ConnectionCommand, Steps
    from orderlists._connections.connection import Connection
    from orderlists.extending import FramedProtocol
    from orderlists_transports._framed.interfaces import Connect, Done, Link, Loop, Timer
    from orderlists_transports._settings import Settings

R = TypeVar("R")


class FramedDriver:
    """Runs the connections of one client.  Used on its loop alone.

    Attributes:
        manager: The connections.  Single attributes of it may be read elsewhere.
        now: Returns the time by both clocks.
        loop: Where it runs, once it is started.
    """

    loop: Loop

    def __init__(self, settings: Settings, connect: Connect) -> None:
        self.manager = ConnectionManager(cast("FramedProtocol", settings.protocol), settings.gate)
        self.now: Callable[[], ClockReading] = settings.now
        self._timeout = settings.timeout
        self._connect = connect
        self._io = ConnectionIo(self.manager, settings.now)

    def start(self, loop: Loop) -> None:
        """Run on a loop, without the connections of another loop or process."""
        self.loop = self._io.loop = loop
        self.manager.forget_connections()
        self._establishing: _Establishment | None = None
        self._waiting: deque[_Establishment] = deque()
        self._sleeping: dict[Run[Any], Timer] = {}

    def close(self) -> None:
        """Close every connection, and end whatever waits."""
        for connection in self.manager.close(self.now().monotonic):
            self._io.close(connection)
        for run in list(self._sleeping):
            self._wake(run)
        callers = list(self._waiting)
        self._waiting.clear()
        if self._establishing is not None:
            # What opens a connection may take its time; no caller waits for it any more.
            callers.insert(0, self._establishing)
        for caller in callers:
            caller.finish(None, _closed_meanwhile())

    # Requests of callers.

    def send(self, connection: Connection, in_flight: InFlight) -> None:
        """Send a request, once; its caller gets what goes wrong, a bug as it is."""
        try:
            self.manager.register(connection, in_flight)
            self._io.write(connection, in_flight.take_data(), in_flight)
        except Exception as error:  # noqa: BLE001 - as above
            # No frame of its traceback may hold the signed request.
            clear_frames(error.__traceback__)
            self.manager.fail(connection, in_flight, error)

    def abandon(self, connection: Connection, in_flight: InFlight, *, timed_out: bool) -> None:
        """End a request whose caller does not wait any more."""
        if not in_flight.is_done:
            self.manager.abandon(connection, in_flight, self.now().monotonic, timed_out=timed_out)
            self._io.close_idle()

    def establish(self, done: Done, *, until: int, subscribed: bool = False) -> None:
        """Have a connection that takes requests, one caller after the other.

        Args:
            done: Is called with the `Connection`, or with what `establish` raises.
            until: When to give up, by the monotonic clock, in nanoseconds.
            subscribed: Whether events must arrive on it.
        """
        waiting = _Establishment(until, subscribed, done)
        # First, since the clock may raise: then this caller is not in the queue.
        waiting.timer = self._at(until, partial(self._expire, waiting))
        self._waiting.append(waiting)
        self._establish_next()

    def _establish_next(self) -> None:
        if self._establishing is None and self._waiting:
            self._establishing = first = self._waiting.popleft()
            first.timer.cancel()
            self.run(partial(self._attended, first), partial(self._established, first))

    def _attended(self, first: _Establishment, at: ClockReading) -> Steps[Connection]:
        connection = yield from establish(
            self.manager,
            at,
            until=first.until,
            timeout=self._timeout,
            subscribed=first.subscribed,
        )
        try:
            self._io.attend(connection)
        except BaseException:
            # Without a reader there would be no replies.
            self.manager.drain(connection)
            raise
        return connection

    def _established(
        self,
        first: _Establishment,
        connection: Connection | None,
        error: BaseException | None,
    ) -> None:
        self._establishing = None
        # Not at once: a thousand callers may wait.
        self.loop.call_soon(self._establish_next)
        try:
            self._io.close_idle()
        finally:
            first.finish(connection, error)

    def _expire(self, waiting: _Establishment) -> None:
        self._waiting.remove(waiting)
        waiting.finish(None, not_connected_in_time())

    # Generators.

    def run(self, start: Callable[[ClockReading], Steps[R]], done: Done) -> Run[R]:
        """Execute the commands of a generator until it returns."""
        run = Run(self, self._steps(start), done)
        run.start()
        return run

    def _steps(self, start: Callable[[ClockReading], Steps[R]]) -> Steps[R]:
        """Read the clock within the generator: if it raises, that is how the generator ends."""
        return (yield from start(self.now()))

    def execute(self, command: ConnectionCommand, run: Run[Any], /) -> None:
        """Execute a command, and resume the generator with what came of it."""
        match command:
            case OpenConnection(target, timeout):
                self._connect(target, timeout, partial(_opened, run))
            case RoundTrip():
                self._round_trip(command, run)
            case EnsureSubscribed(until):
                self._ensure_subscribed(until, run)
            case WaitOn():
                self._wait_on(command, run)
            case Sleep(seconds):
                self._sleeping[run] = self.loop.call_later(seconds, partial(self._wake, run))
            case _ as never:
                assert_never(never)

    def _wake(self, run: Run[Any]) -> None:
        self._sleeping.pop(run).cancel()
        run.resume()

    def _ensure_subscribed(self, until: int, run: Run[Any]) -> None:
        connection = self.manager.subscribed(self.now().monotonic)
        if connection is None:
            self.establish(run.resume, until=until, subscribed=True)
        else:
            self.loop.call_soon(partial(run.resume, connection))

    def _round_trip(self, command: RoundTrip, run: Run[Any]) -> None:
        connection, at = command.connection, self.now()
        self._io.attend(connection)

        def leave() -> None:
            timer.cancel()
            self.abandon(connection, in_flight, timed_out=False)

        def expire() -> None:
            try:
                self.abandon(connection, in_flight, timed_out=True)
            finally:
                finish()

        def finish() -> None:
            try:
                reply = in_flight.result()
            except Exception as error:  # noqa: BLE001 - a bug as well: the generator ends with it
                end(None, error)
            else:
                end(reply, None)

        # Called later: the reply is still being processed.
        wake = partial(self.loop.call_soon, finish)
        # No local name for what is encoded: an error that is raised below would show it.
        in_flight = InFlight(
            *command.encode(connection.session, at), at.monotonic, wake, command.subscribe
        )
        timer = self.loop.call_later(command.timeout, expire)
        end = run.wait(leave)
        self.send(connection, in_flight)

    def _wait_on(self, command: WaitOn, run: Run[Any]) -> None:
        connection, is_done, until = command

        def leave() -> None:
            timer.cancel()
            connection.watchers.remove(wake)

        def finish() -> None:
            end(None, None)

        def look() -> None:
            if is_done() or connection.closed_by is not None:
                finish()

        # Called later: the frame is still being processed.
        wake = partial(self.loop.call_soon, look)
        timer = self._at(until, finish)
        connection.watchers.append(wake)
        end = run.wait(leave)
        # After what has arrived by now was read.
        self.loop.call_later(0, look)

    def _at(self, until: int, callback: Callable[[], object]) -> Timer:
        left = max(0, until - self.now().monotonic)
        return self.loop.call_later(left / SECOND, callback)


@define(eq=False)
class _Establishment:
    """A caller that needs a connection, and the timer of its wait for its turn."""

    until: int
    subscribed: bool
    done: Done | None
    timer: Timer = field(init=False)

    def finish(self, connection: Connection | None, error: BaseException | None) -> None:
        """Pass the connection, or the error, to the caller; once."""
        self.timer.cancel()
        done, self.done = self.done, None
        if done is not None:
            done(connection, error)


def _closed_meanwhile() -> TransportError:
    """Return the error for a caller whose client was closed before there was a connection."""
    return TransportError("this client was closed", sent=False, is_retryable=False)


def _opened(run: Run[Any], link: Link | None, error: BaseException | None) -> None:
    run.resume(None if link is None else Handle(link), error)
