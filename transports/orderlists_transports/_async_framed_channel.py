"""The way to the exchange over connections that carry frames, for tasks.

Each connection is read by a task of its own, which ends with it.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Self, assert_never

from attrs import define, field

from orderlists import Event, Gap, HandshakeRefused, TransportError
from orderlists._connections.connection import Link, Pending
from orderlists._connections.establish import Ask, Connect, get_ready
from orderlists._connections.event_queue import EventQueue
from orderlists._execution.commands import Done, Now, Ready, Send, Wait, Watch, resume
from orderlists_transports._dialogue import CLOSED, told
from orderlists_transports._switchboard import (
    NOBODY_READS,
    NOT_CONNECTED,
    NOT_IN_TIME,
    SECOND,
    Switchboard,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from orderlists import CanceledOrderList
    from orderlists._clock import ClockReading
    from orderlists.extending import FramedProtocol, Request
    from orderlists_transports._contract import AsyncConnection, AsyncFramedTransport
    from orderlists_transports._dialogue import Dialogue


@define(eq=False)
class _Line:
    """A connection, and the tasks that read it, see that it lives, and close it in the end."""

    connection: AsyncConnection
    tasks: list[asyncio.Task[None]] = field(factory=list[asyncio.Task[None]])

    async def close(self) -> None:
        # It is over in any case, and there is nobody to tell.
        with suppress(Exception):
            await self.connection.aclose()


class AsyncFramedChannel:
    """Carries requests over frames.  Many tasks may use it."""

    def __init__(
        self,
        dialogue: Dialogue,
        protocol: FramedProtocol,
        transport: AsyncFramedTransport,
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self.board = Switchboard.of(dialogue, protocol)
        self._transport = transport
        self.sleep = sleep
        self._closed = False
        self._home: tuple[int, asyncio.AbstractEventLoop] | None = None
        self._opening = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()

    async def ready(self, command: Ready) -> ClockReading:
        """Have a connection that takes requests, and return what time it is then."""
        if self._trusted() is None:
            await self._open(command.until)
        return self.board.dialogue.now()

    async def send(self, command: Send) -> object:
        """Return what came back: a result, or an error."""
        dialogue = self.board.dialogue
        dialogue.check(command.at)
        link = self._trusted()
        if link is None:
            return TransportError(NOT_CONNECTED, sent=False)
        seconds = dialogue.seconds_for(command)
        return await self._converse(link, command.request, command.at, seconds)

    async def watch(self, command: Watch) -> CanceledOrderList | None:
        """Return what events prove about a cancel, as soon as they do."""
        session = self.board.session
        link = session.current
        if link is not None and link.subscription is not None:
            until = self.board.monotonic() + int(command.seconds * SECOND)
            await self.wait_for_news(
                link, lambda: session.news.witness.proof(command.cancel_id) is not None, until
            )
        return session.news.witness.proof(command.cancel_id)

    def watched(self) -> Self:
        """Return what events come from: this."""
        return self

    @property
    def is_closed(self) -> bool:
        """Whether it is, and nothing comes any more."""
        return self._closed

    def feed(self, size: int) -> EventQueue:
        """Return a feed of the events that come from now on."""
        return self.board.session.watch(size)

    def take(self, feed: EventQueue) -> Event | Gap | None:
        """Return what comes next in a feed, if it is here."""
        return feed.take()

    def unwatch(self, feed: EventQueue) -> None:
        """EventQueue no more."""
        self.board.session.unwatch(feed)

    async def aclose(self) -> None:
        """Close every connection, and the transport."""
        self._come_home()
        self._closed = True
        for link in self.board.end():
            self._hang_up(link)
        await asyncio.gather(*self._closing, return_exceptions=True)
        await self._transport.aclose()

    def __str__(self) -> str:
        return self.board.dialogue.over(self._transport)

    # Connections.

    def _come_home(self) -> None:
        here = os.getpid(), asyncio.get_running_loop()
        if here == self._home:
            return
        if self._home is not None:
            # Connections belong to the loop, and the process, in which they were made.
            self.board.desert()
        self._home = here
        self._opening = asyncio.Lock()

    def _trusted(self) -> Link | None:
        self._come_home()
        return self.board.session.trusted(self.board.monotonic())

    async def _open(self, until: int, *, watching: bool = False) -> Link:
        board = self.board
        opening = await self._take_the_opening(until)
        try:
            call = get_ready(board.session, until=until, watching=watching)
            step = resume(call, None)
            while not isinstance(step, Done):
                step = resume(call, await self._obey(step))
            link: Link = step.result
            self._attend(link)
        finally:
            opening.release()
            self._sweep()
        return link

    async def _take_the_opening(self, until: int) -> asyncio.Lock:
        opening = self._opening
        seconds = max(0, until - self.board.monotonic()) / SECOND
        try:
            async with asyncio.timeout(seconds):
                await opening.acquire()
        except TimeoutError:
            raise TransportError(NOT_IN_TIME, sent=False) from None
        return opening

    async def _obey(self, command: Now | Wait | Connect | Ask) -> object:
        try:
            match command:
                case Now():
                    return self.board.dialogue.now()
                case Wait(seconds):
                    return await self.sleep(seconds)
                case Connect(target, patience):
                    return await self._connect(target, min(patience, self.board.dialogue.timeout))
                case Ask(link, request, at, patience):
                    self._attend(link)
                    seconds = min(patience, self.board.dialogue.timeout)
                    return await self._converse(link, request, at, seconds)
                case _ as never:
                    assert_never(never)
        except BaseException as error:  # noqa: BLE001 - thrown into the call, which lets it pass
            return error

    async def _connect(self, target: str, seconds: float) -> object:
        self.board.dialogue.check()
        try:
            connection = await self._transport.aconnect(target, timeout=seconds)
        except HandshakeRefused as error:
            return self.board.refused(error)
        except BaseException as error:  # noqa: BLE001 - as above
            return told(error)
        if self._closed:
            # Meanwhile, by another task.
            await connection.aclose()
            return TransportError(CLOSED, sent=False)
        return _Line(connection)

    def _sweep(self) -> None:
        for link in self.board.session.take_idle(self.board.monotonic()):
            self._hang_up(link)

    def _hang_up(self, link: Link) -> None:
        """Let a connection be closed."""
        line: _Line = link.connection
        for task in line.tasks:
            task.cancel()
        closing = asyncio.create_task(line.close(), name="orderlists-closer")
        # Whoever asked may be cancelled, and the loop itself keeps no task alive.
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    # Requests.

    async def _converse(
        self, link: Link, request: Request[Any], at: ClockReading, seconds: float
    ) -> object:
        board = self.board
        loop = asyncio.get_running_loop()
        answered = loop.create_future()
        wake = partial(_wake, answered)
        start = board.monotonic()
        until = start + int(seconds * SECOND)
        pending, frame = board.session.post(link, request, at=at, now=start, wake=wake)
        timer = loop.call_later(seconds, wake)
        try:
            await self._transmit(link, frame, seconds, pending)
            if not pending.is_done:
                await answered
        finally:
            timer.cancel()
            if not pending.is_done:
                board.session.give_up(link, pending, in_time=board.monotonic() < until)
        if board.session.leaving:
            self._sweep()
        return board.read(link, request, pending)

    async def _transmit(
        self, link: Link, frame: str, seconds: float, pending: Pending | None = None
    ) -> None:
        try:
            await link.connection.connection.asend(frame, timeout=seconds)
        except BaseException as error:  # noqa: BLE001 - an interrupt passes
            self.board.unsent(link, error, pending)
            self._hang_up(link)

    # Reading.

    def _attend(self, link: Link) -> None:
        """Let tasks read a connection and see that it lives, from now on until it ends."""
        line: _Line = link.connection
        if not line.tasks:
            line.tasks += [
                asyncio.create_task(self._read(link), name="orderlists-reader"),
                asyncio.create_task(self._tend(link), name="orderlists-keeper"),
            ]

    async def _read(self, link: Link) -> None:
        board = self.board
        session = board.session
        line: _Line = link.connection
        try:
            while True:
                frame = await line.connection.areceive(timeout=None)
                assert frame is not None  # noqa: S101 - for there is no timeout
                session.heard(link, frame, board.monotonic())
        except Exception as error:  # noqa: BLE001 - whatever a transport raises, it is over
            board.broken(link, error)
        finally:
            # Whatever ended this, such as the end of the event loop: nobody reads any more.
            over = TransportError(NOBODY_READS, sent=None)
            session.lost(link, over, board.monotonic(), by_us=True)
            await line.close()

    async def _tend(self, link: Link) -> None:
        board = self.board
        session = board.session
        while link.ended is None:
            await asyncio.sleep(session.quiet_for(link, board.monotonic()) / SECOND)
            ping = session.tend(link, board.monotonic())
            if ping is not None:
                await self._transmit(link, ping, board.dialogue.timeout)
        self._hang_up(link)

    # Waiting.

    async def wait_for_news(self, link: Link, is_done: Callable[[], bool], until: int) -> None:
        """Wait until it is done, the connection is over, or time is up."""
        loop = asyncio.get_running_loop()
        board = self.board
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

    async def flowing(self, until: int) -> Link:
        """Return a connection on which events flow, and no other tells the same."""
        session = self.board.session
        link = self._trusted()
        if link is None or link.subscription is None or session.subscribed_before(link):
            return await self._open(until, watching=True)
        return link


def _wake(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)
