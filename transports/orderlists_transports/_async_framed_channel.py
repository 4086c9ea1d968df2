"""The way to the exchange over connections that carry frames, for tasks.

Each connection is read by a task of its own, which ends with it.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, assert_never

from attrs import define

from orderlists import (
    Ask,
    Banned,
    Connect,
    Done,
    Event,
    Feed,
    Gap,
    Link,
    Now,
    RateLimited,
    Ready,
    Send,
    TransportError,
    Wait,
    Watch,
    get_ready,
    resume,
)
from orderlists_transports._dialogue import told
from orderlists_transports._events import AsyncEventStream
from orderlists_transports._switchboard import (
    CLOSED,
    LONG,
    NO_FLOW,
    NOT_CONNECTED,
    SECOND,
    Switchboard,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from orderlists import CanceledOrderList, FramedProtocol, Moment, Request
    from orderlists_transports._contract import AsyncConnection, AsyncFramedTransport
    from orderlists_transports._dialogue import Dialogue


@define(eq=False)
class _Line:
    """A connection, and the tasks that read it and see that it lives."""

    connection: AsyncConnection
    tasks: tuple[asyncio.Task[None], ...] = ()


class AsyncFramedChannel:
    """Carries requests over frames.  Many tasks may use it."""

    def __init__(
        self,
        dialogue: Dialogue,
        protocol: FramedProtocol,
        transport: AsyncFramedTransport,
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._board = Switchboard.of(dialogue, protocol)
        self._transport = transport
        self._sleep = sleep
        self._closed = False
        self._home: tuple[int, asyncio.AbstractEventLoop | None] = (os.getpid(), None)
        self._opening = asyncio.Lock()

    async def ready(self, command: Ready) -> Moment:
        """Have a connection that takes requests, and return what time it is then."""
        if self._trusted() is None:
            await self._open(command.until)
        return self._board.dialogue.now()

    async def send(self, command: Send) -> object:
        """Return what came back: a result, or an error."""
        dialogue = self._board.dialogue
        dialogue.check()
        link = self._trusted()
        if link is None:
            return TransportError(NOT_CONNECTED, sent=False)
        seconds = dialogue.seconds_for(command)
        return await self._converse(link, command.request, command.at, seconds)

    async def watch(self, command: Watch) -> CanceledOrderList | None:
        """Return what events prove about a cancel, as soon as they do."""
        session = self._board.session
        link = session.current
        if link is not None and link.subscription is not None:
            until = self._board.monotonic() + int(command.seconds * SECOND)
            await self._wait(
                link, lambda: session.witness.proof(command.cancel_id) is not None, until
            )
        return session.witness.proof(command.cancel_id)

    def events(self, buffer: int) -> AsyncEventStream:
        """Return the events that come from now on."""
        return AsyncEventStream(self, buffer)

    def feed(self, size: int) -> Feed:
        """Return a feed of the events that come from now on."""
        return self._board.session.watch(size)

    async def flow(self) -> None:
        """Have a connection on which events flow."""
        board = self._board
        until = board.monotonic() + int(board.dialogue.timeout * SECOND)
        while await self._subscribed(until) is None:
            seconds = board.patience(until)
            if self._closed or seconds == 0:
                raise TransportError(CLOSED if self._closed else NO_FLOW, sent=False)
            await self._sleep(seconds)

    async def next(self, feed: Feed, seconds: float | None) -> Event | Gap | None:
        """Return what comes next, or None: time is up, or nothing comes any more."""
        board = self._board
        until = None if seconds is None else board.monotonic() + int(seconds * SECOND)
        while True:
            item = feed.take()
            if item is not None or feed.is_closed:
                return item
            if until is not None and board.monotonic() >= until:
                return None
            deadline = board.monotonic() + LONG if until is None else until
            link = await self._subscribed(deadline)
            if link is None:
                await self._sleep(board.patience(deadline))
            else:
                await self._wait_for_news(link, feed, deadline)

    def unwatch(self, feed: Feed) -> None:
        """Feed no more."""
        self._board.session.unwatch(feed)

    async def aclose(self) -> None:
        """Close every connection, and the transport."""
        self._closed = True
        for link in self._board.end():
            await self._hang_up(link)
        await self._transport.aclose()

    # Connections.

    def _trusted(self) -> Link | None:
        here = os.getpid(), asyncio.get_running_loop()
        if here != self._home:
            # Connections belong to the loop, and the process, in which they were made.
            if self._home[1] is not None:
                self._board.desert()
            self._home = here
            self._opening = asyncio.Lock()
        return self._board.session.trusted(self._board.monotonic())

    async def _open(self, until: int, *, watching: bool = False) -> Link:
        board = self._board
        try:
            async with self._opening:
                call = get_ready(board.session, until=until, watching=watching)
                step = resume(call, None)
                while not isinstance(step, Done):
                    step = resume(call, await self._obey(step))
                link: Link = step.result
                self._attend(link)
                return link
        finally:
            await self._sweep()

    async def _obey(self, command: Now | Wait | Connect | Ask) -> object:
        try:
            match command:
                case Now():
                    return self._board.dialogue.now()
                case Wait(seconds):
                    return await self._sleep(seconds)
                case Connect(target, seconds):
                    return await self._connect(target, seconds)
                case Ask(link, request, at, seconds):
                    self._attend(link)
                    return await self._converse(link, request, at, seconds)
                case _ as never:
                    assert_never(never)
        except BaseException as error:  # noqa: BLE001 - thrown into the call, which lets it pass
            return error

    async def _connect(self, target: str, seconds: float) -> object:
        if self._closed:
            return TransportError(f"nothing was sent: {CLOSED}", sent=False)
        self._board.dialogue.check()
        try:
            return _Line(await self._transport.aconnect(target, timeout=seconds))
        except BaseException as error:  # noqa: BLE001 - as above
            return told(error)

    async def _sweep(self) -> None:
        for link in self._board.session.take_idle(self._board.monotonic()):
            await self._hang_up(link)

    async def _hang_up(self, link: Link) -> None:
        for task in link.connection.tasks:
            if task is not asyncio.current_task():
                task.cancel()
        # It is over in any case, and there is nobody to tell.
        with suppress(Exception):
            await link.connection.connection.aclose()

    # Requests.

    async def _converse(
        self, link: Link, request: Request[Any], at: Moment, seconds: float
    ) -> object:
        board = self._board
        loop = asyncio.get_running_loop()
        answered = loop.create_future()
        wake = partial(_wake, answered)
        pending, frame = board.session.post(link, request, at=at, now=board.monotonic(), wake=wake)
        timer = loop.call_later(seconds, wake)
        try:
            try:
                await link.connection.connection.asend(frame, timeout=seconds)
            except BaseException as error:  # noqa: BLE001 - an interrupt passes
                board.broken(link, error, pending)
            if not pending.is_done:
                await answered
        finally:
            timer.cancel()
            if not pending.is_done:
                board.session.give_up(link, pending)
        if board.session.leaving:
            await self._sweep()
        return board.read(request, pending)

    # Reading.

    def _attend(self, link: Link) -> None:
        """Let tasks read a connection and see that it lives, from now on until it ends."""
        line: _Line = link.connection
        if not line.tasks and link.ended is None:
            line.tasks = (
                asyncio.create_task(self._read(link), name="orderlists-reader"),
                asyncio.create_task(self._tend(link), name="orderlists-keeper"),
            )

    async def _read(self, link: Link) -> None:
        board = self._board
        session = board.session
        receive = link.connection.connection.areceive
        try:
            while link.ended is None:
                frame = await receive(timeout=None)
                if frame is not None:
                    session.heard(link, frame, board.monotonic())
        except Exception as error:  # noqa: BLE001 - whatever a transport raises, it is over
            board.broken(link, error)
        await self._hang_up(link)

    async def _tend(self, link: Link) -> None:
        board = self._board
        session = board.session
        while link.ended is None:
            await asyncio.sleep(session.quiet_for(link, board.monotonic()) / SECOND)
            ping = session.tend(link, board.monotonic())
            if ping is not None:
                try:
                    await link.connection.connection.asend(ping, timeout=board.dialogue.timeout)
                except Exception as error:  # noqa: BLE001 - as above
                    board.broken(link, error)
        await self._hang_up(link)

    # Waiting.

    async def _wait(self, link: Link, is_done: Callable[[], bool], until: int) -> None:
        """Wait until it is done, the connection is over, or time is up."""
        loop = asyncio.get_running_loop()
        board = self._board
        while not is_done() and link.ended is None and (left := until - board.monotonic()) > 0:
            news = loop.create_future()
            wake = partial(_wake, news)
            link.watchers.append(wake)
            timer = loop.call_later(left / SECOND, wake)
            try:
                await news
            finally:
                timer.cancel()
                link.watchers.remove(wake)

    # Events.

    async def _subscribed(self, until: int) -> Link | None:
        """Return a connection on which events flow, or None if there is none yet."""
        link = self._trusted_flow()
        if link is not None or self._closed:
            return link
        try:
            return await self._open(until, watching=True)
        except (TransportError, RateLimited, Banned):
            return None

    def _trusted_flow(self) -> Link | None:
        link = self._trusted()
        return None if link is None or link.subscription is None else link

    async def _wait_for_news(self, link: Link, feed: Feed, until: int) -> None:
        await self._wait(
            link, lambda: len(feed) > 0 or feed.is_closed or link.subscription is None, until
        )


def _wake(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)
