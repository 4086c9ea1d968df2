"""Carries out exchanges over connections that carry frames, for threads.

A caller encodes and signs in its own thread, hands the request to the loop, and waits on a lock
that no other thread needs: an interrupt leaves nothing held, and nothing half done.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from orderlists._connections.connection import InFlight
from orderlists._connections.establish import seconds_left
from orderlists._connections.event_stream import await_event
from orderlists_transports._framed.driver import FramedDriver
from orderlists_transports._framed.inline_loop import InlineLoop
from orderlists_transports._framed.io_thread import IoThread, locked
from orderlists_transports._framed.polled_link import PolledLink
from orderlists_transports._framed.read_by_thread import ReadByThread

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists._clock import ClockReading
    from orderlists._commands import AwaitEvent, FramedExchange
    from orderlists._connections.commands import Steps
    from orderlists._connections.event_queue import EventQueue
    from orderlists_transports import interfaces
    from orderlists_transports._framed.interfaces import Connect, Done, Link
    from orderlists_transports._framed.run import Run
    from orderlists_transports._settings import Settings

R = TypeVar("R")


class FramedChannel:
    """Carries out exchanges over frames.  Any number of threads may share it."""

    def __init__(self, settings: Settings, transport: interfaces.FramedTransport) -> None:
        self.settings = settings
        self.transport = transport
        self._now = settings.now
        self._loop = loop = _loop_for(transport, settings)
        self._driver = FramedDriver(settings, _connector(transport, loop, settings.timeout))
        self._start()
        loop.stop_with(self, f"client over {transport!r}", self._driver.close)
        self.manager = self._driver.manager

    def exchange(self, command: FramedExchange, /, *, timeout: float) -> Any:  # noqa: ANN401 - the protocol's own reply
        """Carry out an exchange of messages on a usable connection, and return the reply.

        Raises:
            TransportError: There is no connection (`sent` is False), or no reply arrived.
            Rejected: The gate is closed, or the exchange refused the log-on.  Nothing was sent.
            Exception: A bug, as it is.  Something may have been sent only if `encode` was called.
        """
        self._enter()
        at = self._now()
        connection = self.manager.usable(at.monotonic)
        if connection is None:
            connection = self._result_of(partial(self._driver.establish, until=command.until))
            at = self._now()
            timeout = seconds_left(timeout, until=command.until, at=at)
        signal, timed_out = locked(), False
        # No local name for what is encoded: an error that is raised below would show it.
        in_flight = InFlight(*command.encode(connection.session, at), at.monotonic, signal.release)
        try:
            self._loop.call_soon(partial(self._driver.send, connection, in_flight))
            timed_out = not self._loop.wait(signal, timeout)
            return in_flight.result()
        finally:
            if not in_flight.is_done:
                abandon = partial(self._driver.abandon, connection, in_flight, timed_out=timed_out)
                self._loop.call_soon(abandon)

    def await_event(self, command: AwaitEvent, /) -> Any:  # noqa: ANN401 - a proof
        """Return what events prove, as soon as they do, or None."""
        return self.run(partial(await_event, self.manager, command))

    def watched(self) -> Self:
        """Return what an event stream reads: this channel."""
        return self

    def run(self, start: Callable[[ClockReading], Steps[R]]) -> R:
        """Execute the commands of a generator until it returns."""
        self._enter()
        runs: list[Run[R]] = []

        def cancel() -> None:
            for run in runs:
                run.cancel()

        try:
            return cast(
                "R", self._result_of(lambda done: runs.append(self._driver.run(start, done)))
            )
        except BaseException:
            self._loop.call_soon(cancel)
            raise

    def open_queue(self, size: int) -> EventQueue:
        """Return the queue of a new subscriber."""
        self._enter()
        return self._call(partial(self.manager.events.open_queue, size))

    def close_queue(self, queue: EventQueue) -> None:
        """End a subscriber."""
        self._enter()
        self._call(partial(self.manager.close_queue, queue))

    def close(self) -> None:
        """Close every connection, and the transport."""
        self._enter()
        try:
            self._call(self._driver.close)
        finally:
            self.transport.close()
            self._loop.stop()

    def _enter(self) -> None:
        if self._process != os.getpid():
            # Not here: several threads of a forked child may come this way at once.
            self._call(self._start_in_child)
        self._loop.run_due()

    def _start_in_child(self) -> None:
        if self._process != os.getpid():
            self._start()

    def _start(self) -> None:
        self._driver.start(self._loop)
        # Its own, beside the loop's: clients that share a transport share its loop.
        self._process = os.getpid()

    def _call(self, act: Callable[[], R]) -> R:
        """Call a function on the loop, and return what it returns."""
        return cast("R", self._result_of(lambda done: done(act(), None)))

    def _result_of(self, begin: Callable[[Done], object]) -> Any:  # noqa: ANN401 - a value
        """Begin something on the loop, and wait for the value or the error that it ends with."""
        signal, outcomes = locked(), list[tuple[Any, BaseException | None]]()

        def done(value: Any, error: BaseException | None) -> None:  # noqa: ANN401 - as above
            outcomes.append((value, error))
            signal.release()

        def start() -> None:
            try:
                begin(done)
            except BaseException as error:
                if outcomes:
                    raise
                # A bug: the caller gets it as it is.
                done(None, error)

        self._loop.call_soon(start)
        self._loop.wait(signal, None)
        value, error = outcomes[0]
        if error is not None:
            raise error
        return value


def _loop_for(transport: Any, settings: Settings) -> IoThread | InlineLoop:  # noqa: ANN401 - of several kinds
    if hasattr(transport, "wait"):
        return InlineLoop(transport, settings.monotonic)
    loop: IoThread = getattr(transport, "io_thread", None) or IoThread()
    return loop


def _connector(
    transport: interfaces.FramedTransport, loop: IoThread | InlineLoop, timeout: float
) -> Connect:
    # Not a method: what runs on the loop must not keep the channel, which ends the loop's thread
    # when it is collected.
    def open_link(target: str, seconds: float) -> Link:
        connection: Any = transport.connect(target, timeout=seconds)
        if isinstance(loop, InlineLoop):
            return PolledLink(connection, loop, timeout)
        is_link = hasattr(connection, "listen")
        return connection if is_link else ReadByThread(connection, loop, timeout)

    def connect(target: str, seconds: float, done: Done) -> None:
        loop.run_blocking(partial(open_link, target, seconds), done)

    return connect
