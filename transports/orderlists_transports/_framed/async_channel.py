"""Carries out exchanges over connections that carry frames, for tasks: `FramedChannel`, awaited.

A channel, with its connections, belongs to one event loop.  Once that loop is closed, the next one
may use it: it starts without a connection, but with the back-off of before.
"""

from __future__ import annotations

import asyncio
import os
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from orderlists._connections.connection import InFlight
from orderlists._connections.establish import seconds_left
from orderlists._connections.event_stream import await_event
from orderlists_transports._framed.driver import FramedDriver
from orderlists_transports._framed.read_by_task import ReadByTask, Tasks
from orderlists_transports._framed.timeouts import Timeouts, wake

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists._clock import ClockReading
    from orderlists._commands import AwaitEvent, FramedExchange
    from orderlists._connections.commands import Steps
    from orderlists._connections.event_queue import EventQueue
    from orderlists_transports import interfaces
    from orderlists_transports._framed.interfaces import Done, Link
    from orderlists_transports._framed.run import Run
    from orderlists_transports._settings import Settings

R = TypeVar("R")

_ANOTHER_LOOP = (
    "this AsyncClient is in use in another event loop, which is not closed: make one AsyncClient "
    "for each event loop"
)


class AsyncFramedChannel:
    """Carries out exchanges over frames.  Any number of tasks may share it."""

    def __init__(self, settings: Settings, transport: interfaces.AsyncFramedTransport) -> None:
        self.settings = settings
        self.transport = transport
        self._now = settings.now
        self._driver = FramedDriver(settings, self._connect)
        self.manager = self._driver.manager
        self._home: tuple[int, asyncio.AbstractEventLoop] | None = None
        self._tasks = Tasks()
        self._timeouts = Timeouts()

    async def exchange(self, command: FramedExchange, /, *, timeout: float) -> Any:  # noqa: ANN401, ASYNC109 - as in `FramedChannel`
        """Carry out an exchange of messages, as `FramedChannel.exchange` does."""
        loop = self._enter()
        at = self._now()
        connection = self.manager.usable(at.monotonic)
        if connection is None:
            connection = await self._result_of(partial(self._driver.establish, until=command.until))
            at = self._now()
            timeout = seconds_left(timeout, until=command.until, at=at)
        woken = loop.create_future()
        # No local name for what is encoded: an error that is raised below would show it.
        in_flight = InFlight(
            *command.encode(connection.session, at), at.monotonic, partial(wake, woken)
        )
        self._timeouts.add(loop, woken, timeout)
        try:
            self._driver.send(connection, in_flight)
            await woken
            return in_flight.result()
        finally:
            self._timeouts.remove(woken)
            if not in_flight.is_done:
                timed_out = woken.done() and not woken.cancelled()
                self._driver.abandon(connection, in_flight, timed_out=timed_out)

    async def await_event(self, command: AwaitEvent, /) -> Any:  # noqa: ANN401 - a proof
        """Return what events prove, as soon as they do, or None."""
        return await self.run(partial(await_event, self.manager, command))

    def watched(self) -> Self:
        """Return what an event stream reads: this channel."""
        return self

    async def run(self, start: Callable[[ClockReading], Steps[R]]) -> R:
        """Execute the commands of a generator until it returns."""
        self._enter()
        runs: list[Run[R]] = []
        try:
            return cast(
                "R",
                await self._result_of(lambda done: runs.append(self._driver.run(start, done))),
            )
        except BaseException:
            for run in runs:
                run.cancel()
            raise

    def open_queue(self, size: int) -> EventQueue:
        """Return the queue of a new subscriber."""
        return self.manager.events.open_queue(size)

    def close_queue(self, queue: EventQueue) -> None:
        """End a subscriber."""
        self.manager.close_queue(queue)

    async def aclose(self) -> None:
        """Close every connection, and the transport."""
        self._enter()
        try:
            self._driver.close()
            await self._tasks.ended("orderlists-close")
        finally:
            await self.transport.aclose()

    def _enter(self) -> asyncio.AbstractEventLoop:
        here = os.getpid(), asyncio.get_running_loop()
        if here != self._home:
            self._move_to(*here)
        return here[1]

    def _move_to(self, process: int, loop: asyncio.AbstractEventLoop) -> None:
        if self._home is not None and self._home[0] == process and not self._home[1].is_closed():
            raise RuntimeError(_ANOTHER_LOOP)
        self._home = process, loop
        self._tasks, self._timeouts = Tasks(), Timeouts()
        self._driver.start(loop)

    def _connect(self, target: str, seconds: float, done: Done) -> None:
        self._tasks.start(self._open(target, seconds, done), "orderlists-connect")

    async def _open(self, target: str, seconds: float, done: Done) -> None:
        try:
            connection: Any = await self.transport.aconnect(target, timeout=seconds)
        except BaseException as error:  # noqa: BLE001 - it is handed over as it is
            done(None, error)
        else:
            timeout = self.settings.timeout
            is_link = hasattr(connection, "listen")
            link: Link = connection if is_link else ReadByTask(connection, self._tasks, timeout)
            done(link, None)

    async def _result_of(self, begin: Callable[[Done], object]) -> Any:  # noqa: ANN401 - a value
        """Begin something, and wait for the value or the error that it ends with."""
        outcome = asyncio.get_running_loop().create_future()

        def done(value: Any, error: BaseException | None) -> None:  # noqa: ANN401 - as above
            if not outcome.done():
                outcome.set_result((value, error))

        begin(done)
        value, error = await outcome
        if error is not None:
            raise error
        return value
