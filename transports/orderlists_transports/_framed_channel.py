"""The way to the exchange over connections that carry frames, for threads.

There is no thread of its own: of those who wait for something on a connection one reads, for all.
Whoever stops reading wakes another.

Invariant: as long as somebody waits on a connection, somebody reads it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from queue import SimpleQueue
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any, Self, assert_never

from attrs import define, field

from orderlists import Event, Gap, HandshakeRefused, TransportError
from orderlists._connections.connection import Link, Pending
from orderlists._connections.establish import Ask, Connect, Opening, get_ready
from orderlists._connections.event_queue import EventQueue
from orderlists._execution.commands import Done, Now, Ready, Send, Wait, Watch, resume
from orderlists_transports._dialogue import CLOSED, told
from orderlists_transports._switchboard import (
    FOREVER,
    NOT_CONNECTED,
    NOT_IN_TIME,
    SECOND,
    Switchboard,
)
from orderlists_transports._turns import Turn, Turns

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists import CanceledOrderList
    from orderlists._clock import ClockReading
    from orderlists.extending import FramedProtocol, Request
    from orderlists_transports._contract import Connection, FramedTransport
    from orderlists_transports._dialogue import Dialogue

# A connection on which nothing came for so long is looked at before it is used.
_IDLE = SECOND
# A watcher who reads for all looks up this often, to see whether he was told to stop.
_GLANCE = SECOND


@define(eq=False)
class Line:
    """A connection, and the turns that are taken at reading it."""

    connection: Connection
    turns: Turns = field(factory=Turns)


class FramedChannel:
    """Carries requests over frames.  Many threads may use it."""

    def __init__(
        self,
        dialogue: Dialogue,
        protocol: FramedProtocol,
        transport: FramedTransport,
        sleep: Callable[[float], object],
    ) -> None:
        self.board = Switchboard.of(dialogue, protocol)
        self._transport = transport
        self.sleep = sleep
        self._closed = False
        self._take_locks()

    def ready(self, command: Ready) -> ClockReading:
        """Have a connection that takes requests, and return what time it is then."""
        if self._trusted() is None:
            self._open(command.until)
        return self.board.dialogue.now()

    def send(self, command: Send) -> object:
        """Return what came back: a result, or an error."""
        dialogue = self.board.dialogue
        dialogue.check(command.at)
        link = self._trusted()
        if link is None:
            return TransportError(NOT_CONNECTED, sent=False)
        return self._converse(link, command.request, command.at, dialogue.seconds_for(command))

    def watch(self, command: Watch) -> CanceledOrderList | None:
        """Return what events prove about a cancel, as soon as they do."""
        self._come_home()
        session = self.board.session
        until = self.board.monotonic() + int(command.seconds * SECOND)
        link = session.current
        if link is not None and link.subscription is not None:
            self.wait_for_news(
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
        self._come_home()
        with self._lock:
            return self.board.session.watch(size)

    def take(self, feed: EventQueue) -> Event | Gap | None:
        """Return what comes next in a feed, if it is here."""
        self._come_home()
        with self._lock:
            return feed.take()

    def unwatch(self, feed: EventQueue) -> None:
        """EventQueue no more."""
        self._come_home()
        with self._lock:
            self.board.session.unwatch(feed)

    def close(self) -> None:
        """Close every connection, and the transport."""
        self._come_home()
        self._closed = True
        with self._lock:
            links = self.board.end()
        for link in links:
            self._hang_up(link)
        self._transport.close()

    def __str__(self) -> str:
        return self.board.dialogue.over(self._transport)

    # Connections.

    def _come_home(self) -> None:
        if self._process != os.getpid():
            # A child has a copy of its parent's connections and locks, but must not use them.
            self._take_locks()
            self.board.desert()

    def _take_locks(self) -> None:
        self._process = os.getpid()
        # The session knows no threads.  It does no I/O, so nobody waits long; the same thread may
        # come again, in a signal handler that closes the client.
        self._lock = RLock()
        self._opening = Lock()

    def _trusted(self) -> Link | None:
        self._come_home()
        board = self.board
        now = board.monotonic()
        with self._lock:
            link = board.session.trusted(now)
        if link is None or now - link.heard < _IDLE:
            return link
        self._catch_up(link)
        with self._lock:
            return board.session.trusted(now)

    def _catch_up(self, link: Link) -> None:
        """Read what has come while nobody waited."""
        line: Line = link.connection
        line.turns.catch_up(lambda: self._read(link, 0))

    def _open(self, until: int, *, watching: bool = False) -> Link:
        board = self.board
        patience = min(max(0, until - board.monotonic()) / SECOND, FOREVER)
        if not self._opening.acquire(timeout=patience):
            raise TransportError(NOT_IN_TIME, sent=False)
        try:
            call = get_ready(board.session, until=until, watching=watching)
            step = self._resume(call, None)
            while not isinstance(step, Done):
                step = self._resume(call, self._obey(step))
            link: Link = step.result
        finally:
            self._opening.release()
            self._sweep()
        return link

    def _resume(
        self, call: Opening[Link], outcome: object
    ) -> Now | Wait | Connect | Ask | Done[Link]:
        with self._lock:
            return resume(call, outcome)

    def _obey(self, command: Now | Wait | Connect | Ask) -> object:
        try:
            match command:
                case Now():
                    return self.board.dialogue.now()
                case Wait(seconds):
                    return self.sleep(seconds)
                case Connect(target, patience):
                    return self._connect(target, min(patience, self.board.dialogue.timeout))
                case Ask(link, request, at, patience):
                    seconds = min(patience, self.board.dialogue.timeout)
                    return self._converse(link, request, at, seconds)
                case _ as never:
                    assert_never(never)
        except BaseException as error:  # noqa: BLE001 - thrown into the call, which lets it pass
            return error

    def _connect(self, target: str, seconds: float) -> object:
        self.board.dialogue.check()
        try:
            connection = self._transport.connect(target, timeout=seconds)
        except HandshakeRefused as error:
            return self.board.refused(error)
        except BaseException as error:  # noqa: BLE001 - as above
            return told(error)
        if self._closed:
            # Meanwhile, by another thread.
            connection.close()
            return TransportError(CLOSED, sent=False)
        return Line(connection)

    def _sweep(self) -> None:
        with self._lock:
            idle = self.board.session.take_idle(self.board.monotonic())
        for link in idle:
            self._hang_up(link)

    def _hang_up(self, link: Link) -> None:
        # It is over in any case, and there is nobody to tell.
        with suppress(Exception):
            link.connection.connection.close()

    # Requests.

    def _converse(
        self, link: Link, request: Request[Any], at: ClockReading, seconds: float
    ) -> object:
        board = self.board
        turn: Turn = SimpleQueue()
        start = board.monotonic()
        until = start + int(seconds * SECOND)
        with self._lock:
            pending, frame = board.session.post(
                link, request, at=at, now=start, wake=lambda: turn.put(None)
            )
        try:
            self._transmit(link, frame, seconds, pending)
            self._wait(link, lambda: pending.is_done, turn, until)
        finally:
            if not pending.is_done:
                with self._lock:
                    board.session.give_up(link, pending, in_time=board.monotonic() < until)
        outcome = board.read(link, request, pending)
        if board.session.leaving:
            self._sweep()
        return outcome

    def _transmit(
        self, link: Link, frame: str, seconds: float, pending: Pending | None = None
    ) -> None:
        try:
            link.connection.connection.send(frame, timeout=seconds)
        except BaseException as error:  # noqa: BLE001 - an interrupt passes
            with self._lock:
                self.board.unsent(link, error, pending)
            self._hang_up(link)

    # Waiting.

    def wait_for_news(self, link: Link, is_done: Callable[[], bool], until: int) -> None:
        """Wait for what no request of one's own brings, or until the connection is over."""
        turn: Turn = SimpleQueue()

        def wake() -> None:
            turn.put(None)

        with self._lock:
            link.watchers.append(wake)
        try:
            self._wait(link, is_done, turn, until, glance=_GLANCE)
        finally:
            with self._lock:
                link.watchers.remove(wake)

    def _wait(
        self,
        link: Link,
        is_done: Callable[[], bool],
        turn: Turn,
        until: int,
        *,
        glance: int = FOREVER * SECOND,
    ) -> None:
        line: Line = link.connection
        line.turns.wait(
            lambda: is_done() or link.ended is not None,
            turn,
            left=lambda: max(0, until - self.board.monotonic()),
            read=lambda left: self._read(link, min(left, glance)),
        )

    def _read(self, link: Link, left: int) -> bool:
        """Take in one frame, if one comes in so many nanoseconds."""
        board = self.board
        quiet = board.session.quiet_for(link, board.monotonic())
        try:
            frame = link.connection.connection.receive(timeout=min(left, quiet) / SECOND)
        except BaseException as error:  # noqa: BLE001 - an interrupt passes
            with self._lock:
                self.board.broken(link, error)
            self._hang_up(link)
            return False
        with self._lock:
            now = board.monotonic()
            if frame is not None:
                board.session.heard(link, frame, now)
                return True
            ping = board.session.tend(link, now)
        if ping is not None:
            self._transmit(link, ping, board.dialogue.timeout)
        elif link.ended is not None:
            self._hang_up(link)
        return False

    # Events.

    def catch_up(self) -> None:
        """Find out what became of the connection while nobody looked."""
        link = self._trusted()
        if link is not None:
            self._catch_up(link)

    def flowing(self, until: int) -> Link:
        """Return a connection on which events flow, and no other tells the same."""
        session = self.board.session
        link = self._trusted()
        if link is None or link.subscription is None or session.subscribed_before(link):
            return self._open(until, watching=True)
        return link
