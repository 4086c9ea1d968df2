"""Carries out exchanges over connections that carry frames, for tasks.

Each connection is read by one task and kept alive by another; both end with it.

A channel, with its connections, belongs to one event loop.  Once that loop is closed, the next one
may use it: it starts without a connection, but with the back-off of before.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar, assert_never, cast

from attrs import define, field

from orderlists import OrderListsError, TransportError
from orderlists._commands import Outcome, Sleep
from orderlists._connections.commands import EnsureSubscribed, OpenConnection, RoundTrip, WaitOn
from orderlists._connections.establish import establish, not_connected_in_time, seconds_left
from orderlists._connections.event_stream import await_event
from orderlists._connections.keepalive import keepalive
from orderlists._connections.manager import ConnectionManager
from orderlists._connections.receive import frame_received
from orderlists._time import SECOND

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from orderlists._clock import ClockReading
    from orderlists._commands import AwaitEvent, FramedExchange
    from orderlists._connections.commands import ConnectionCommand, Steps
    from orderlists._connections.connection import Connection, InFlight
    from orderlists._connections.event_queue import EventQueue
    from orderlists.extending import Frame, FramedProtocol
    from orderlists_transports import interfaces
    from orderlists_transports._settings import Settings

R = TypeVar("R")

_ANOTHER_LOOP = (
    "this AsyncClient is in use in another event loop, which is not closed; nothing was sent: make "
    "one AsyncClient for each event loop"
)


@define(eq=False)
class _Handle:
    """A connection of the transport, and the tasks that read it and keep it alive."""

    transport: interfaces.AsyncConnection
    tasks: list[asyncio.Task[None]] = field(factory=list["asyncio.Task[None]"])
    is_closing: bool = False

    def stop_tasks(self) -> None:
        """Cancel the tasks, except the one that runs."""
        for task in self.tasks:
            if task is not asyncio.current_task():
                task.cancel()

    async def close(self) -> None:
        """Close the connection."""
        with suppress(TransportError):
            await self.transport.aclose()


class AsyncFramedChannel:
    """Carries out exchanges over frames.  Any number of tasks may share it."""

    def __init__(
        self,
        settings: Settings,
        transport: interfaces.AsyncFramedTransport,
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self.settings = settings
        self.manager = ConnectionManager(cast("FramedProtocol", settings.protocol), settings.gate)
        self.transport = transport
        self._now = settings.now
        self._sleep = sleep
        self._home: tuple[int, asyncio.AbstractEventLoop] | None = None
        self._opening = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()

    async def exchange(self, command: FramedExchange, /, *, timeout: float) -> Any:  # noqa: ANN401, ASYNC109 - as in `FramedChannel`
        """Carry out an exchange of messages, as `FramedChannel.exchange` does."""
        self._enter()
        connection = self.manager.usable(self._now().monotonic)
        if connection is None:
            connection = await self._establish(command.until)
            timeout = seconds_left(timeout, until=command.until, at=self._now())
        return await self._round_trip(RoundTrip(connection, command.encode, timeout))

    async def await_event(self, command: AwaitEvent, /) -> Any:  # noqa: ANN401 - a proof
        """Return what events prove, as soon as they do, or None."""
        return await self.run(partial(await_event, self.manager, command))

    def watched(self) -> Self:
        """Return what an event stream reads: this channel."""
        return self

    async def run(self, start: Callable[[ClockReading], Steps[R]]) -> R:
        """Execute the commands of a generator until it returns."""
        self._enter()
        steps = start(self._now())
        outcome: Any = None
        try:
            while True:
                try:
                    command = steps.send(outcome)
                except StopIteration as finished:
                    result: R = finished.value
                    return result
                outcome = await self._outcome_of(command)
        finally:
            steps.close()

    def open_queue(self, size: int) -> EventQueue:
        """Return the queue of a new subscriber."""
        return self.manager.events.open_queue(size)

    def close_queue(self, queue: EventQueue) -> None:
        """End a subscriber."""
        self.manager.close_queue(queue)

    async def aclose(self) -> None:
        """Close every connection, and the transport."""
        self._enter()
        for connection in self.manager.close(self._now().monotonic):
            self._close(connection)
        try:
            await asyncio.gather(*self._closing)
        finally:
            await self.transport.aclose()

    # Commands.

    async def _outcome_of(self, command: ConnectionCommand) -> Outcome:
        try:
            value = await self._execute(command)
        except OrderListsError as error:
            return Outcome(None, error, self._now())
        return Outcome(value, None, self._now())

    async def _execute(self, command: ConnectionCommand) -> Any:  # noqa: ANN401 - what the command gives
        match command:
            case OpenConnection(target, timeout):
                return _Handle(await self.transport.aconnect(target, timeout=timeout))
            case RoundTrip():
                return await self._round_trip(command)
            case EnsureSubscribed(until):
                return await self._ensure_subscribed(until)
            case WaitOn():
                return await self._wait_on(command)
            case Sleep(seconds):
                return await self._sleep(seconds)
            case _ as never:
                assert_never(never)

    # Connections.

    def _enter(self) -> None:
        here = os.getpid(), asyncio.get_running_loop()
        if here == self._home:
            return
        if self._home is not None:
            process, loop = self._home
            if process == here[0] and not loop.is_closed():
                raise RuntimeError(_ANOTHER_LOOP)
            self.manager.forget_connections()
        self._home = here
        # A lock belongs to the event loop in which a task first waited for it.
        self._opening = asyncio.Lock()
        self._closing = set()

    async def _ensure_subscribed(self, until: int) -> Connection:
        connection = self.manager.subscribed(self._now().monotonic)
        return await self._establish(until, subscribed=True) if connection is None else connection

    async def _establish(self, until: int, *, subscribed: bool = False) -> Connection:
        opening = self._opening
        try:
            async with asyncio.timeout(max(0, until - self._now().monotonic) / SECOND):
                await opening.acquire()
        except TimeoutError:
            raise not_connected_in_time() from None
        try:
            timeout = self.settings.timeout
            steps = partial(establish, until=until, timeout=timeout, subscribed=subscribed)
            connection = await self.run(partial(steps, self.manager))
            self._start_tasks(connection)
        finally:
            opening.release()
            self._close_idle()
        return connection

    def _close_idle(self) -> None:
        for connection in self.manager.take_idle(self._now().monotonic):
            self._close(connection)

    def _close(self, connection: Connection) -> None:
        """Close a connection in a task of its own: the current one may be cancelled."""
        handle: _Handle = connection.handle
        if not handle.is_closing:
            handle.is_closing = True
            handle.stop_tasks()
            self._keep(asyncio.create_task(handle.close(), name="orderlists-closer"))

    def _keep(self, closing: asyncio.Task[None]) -> None:
        """Keep a task that closes a connection: the event loop does not, and `aclose` waits."""
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    # Requests.

    async def _round_trip(self, command: RoundTrip) -> Any:  # noqa: ANN401 - the protocol's own reply
        connection, loop = command.connection, asyncio.get_running_loop()
        self._start_tasks(connection)
        woken = loop.create_future()
        wake = partial(_wake, woken)
        at = self._now()
        encoded = command.encode(connection.session, at)
        in_flight = self.manager.register(
            connection, encoded, at.monotonic, wake=wake, subscribe=command.subscribe
        )
        timer = loop.call_later(command.timeout, wake)
        try:
            await self._write(connection, encoded.data, command.timeout, in_flight)
            # No traceback of an error that is raised below may hold a signed frame.
            del encoded
            if not in_flight.is_done:
                await woken
        finally:
            timer.cancel()
            if not in_flight.is_done:
                timed_out = woken.done() and not woken.cancelled()
                now = self._now().monotonic
                self.manager.abandon(connection, in_flight, now, timed_out=timed_out)
        if self.manager.draining:
            self._close_idle()
        return in_flight.result()

    async def _write(
        self,
        connection: Connection,
        data: Frame,
        timeout: float,  # noqa: ASYNC109 - as above
        in_flight: InFlight | None = None,
    ) -> None:
        try:
            # The framed transports of today carry text.
            await connection.handle.transport.asend(cast("str", data), timeout=timeout)
        except Exception as error:  # noqa: BLE001 - a bug as well: it ends what is in flight, as it is
            self.manager.write_failed(connection, error, self._now().monotonic, in_flight)
            self._close(connection)

    # Waiting and reading.

    def _start_tasks(self, connection: Connection) -> None:
        handle: _Handle = connection.handle
        if not handle.tasks:
            handle.tasks += [
                asyncio.create_task(self._read(connection), name="orderlists-reader"),
                asyncio.create_task(self._keep_alive(connection), name="orderlists-keepalive"),
            ]

    async def _read(self, connection: Connection) -> None:
        manager, handle = self.manager, cast("_Handle", connection.handle)
        try:
            while connection.closed_by is None:
                frame = await handle.transport.areceive(timeout=None)
                assert frame is not None, "areceive(timeout=None) returned None"  # noqa: S101 - the contract
                for data in frame_received(manager, connection, frame, self._now()):
                    await self._write(connection, data, self.settings.timeout)
        except Exception as error:  # noqa: BLE001 - a bug as well: it ends what is in flight, as it is
            manager.connection_lost(connection, error, self._now().monotonic)
        finally:
            # Also where this task is cancelled, as it is at the end of the event loop.
            over = TransportError("the connection is not read any more", sent=None)
            manager.connection_lost(connection, over, self._now().monotonic, by_us=True)
            if not handle.is_closing:
                handle.is_closing = True
                handle.stop_tasks()
                self._keep(cast("asyncio.Task[None]", asyncio.current_task()))
                await handle.close()

    async def _keep_alive(self, connection: Connection) -> None:
        while connection.closed_by is None:
            left = connection.time_to_keepalive(self._now().monotonic)
            await asyncio.sleep(left / SECOND)
            for data in keepalive(self.manager, connection, self._now()):
                await self._write(connection, data, self.settings.timeout)
        self._close(connection)

    async def _wait_on(self, command: WaitOn) -> None:
        connection, is_done, until = command
        loop = asyncio.get_running_loop()
        # Lets the task that reads process what has arrived, also where no time is left.
        await asyncio.sleep(0)
        while (
            not is_done()
            and connection.closed_by is None
            and (left := until - self._now().monotonic) > 0
        ):
            woken = loop.create_future()
            wake = partial(_wake, woken)
            connection.watchers.append(wake)
            timer = loop.call_later(left / SECOND, wake)
            try:
                await woken
            finally:
                timer.cancel()
                connection.watchers.remove(wake)


def _wake(woken: asyncio.Future[None]) -> None:
    if not woken.done():
        woken.set_result(None)
