"""The way to the exchange over connections that carry frames, for threads.

There is no thread of its own: of those who wait for something on a connection one reads, for all.
Whoever stops reading wakes another.

Invariant: as long as somebody waits on a connection, somebody reads it.
"""

from __future__ import annotations

import os
from collections import deque
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any, assert_never

from attrs import define, field

from orderlists import (
    Ask,
    Banned,
    Connect,
    Done,
    Event,
    Feed,
    Gap,
    HandshakeRefused,
    Link,
    Now,
    Opening,
    Pending,
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
from orderlists_transports._events import EventStream
from orderlists_transports._switchboard import (
    CLOSED,
    FOREVER,
    LONG,
    NOT_CONNECTED,
    NOT_IN_TIME,
    SECOND,
    Switchboard,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists import CanceledOrderList, FramedProtocol, Moment, Request
    from orderlists_transports._contract import Connection, FramedTransport
    from orderlists_transports._dialogue import Dialogue

# A connection on which nothing came for so long is looked at before it is used.
_IDLE = SECOND
# A watcher who reads for all looks up this often, to see whether he was told to stop.
_GLANCE = SECOND
# However many frames there are, somebody's time is up.
_MOST_AT_ONCE = 100

_Turn = SimpleQueue[None]


@define(eq=False)
class _Line:
    """A connection, who reads it, and who waits for a turn to."""

    connection: Connection
    reading: Any = field(factory=Lock)
    waiting: deque[_Turn] = field(factory=deque[_Turn])


class FramedChannel:
    """Carries requests over frames.  Many threads may use it."""

    def __init__(
        self,
        dialogue: Dialogue,
        protocol: FramedProtocol,
        transport: FramedTransport,
        sleep: Callable[[float], object],
    ) -> None:
        self._board = Switchboard.of(dialogue, protocol)
        self._transport = transport
        self._sleep = sleep
        self._closed = False
        self._take_locks()

    def ready(self, command: Ready) -> Moment:
        """Have a connection that takes requests, and return what time it is then."""
        if self._trusted() is None:
            self._open(command.until)
        return self._board.dialogue.now()

    def send(self, command: Send) -> object:
        """Return what came back: a result, or an error."""
        dialogue = self._board.dialogue
        dialogue.check()
        link = self._trusted()
        if link is None:
            return TransportError(NOT_CONNECTED, sent=False)
        return self._converse(link, command.request, command.at, dialogue.seconds_for(command))

    def watch(self, command: Watch) -> CanceledOrderList | None:
        """Return what events prove about a cancel, as soon as they do."""
        self._come_home()
        session = self._board.session
        until = self._board.monotonic() + int(command.seconds * SECOND)
        link = session.current
        if link is not None and link.subscription is not None:
            self._wait_for_news(
                link, lambda: session.witness.proof(command.cancel_id) is not None, until
            )
        return session.witness.proof(command.cancel_id)

    def events(self, buffer: int) -> EventStream:
        """Return the events that come from now on."""
        return EventStream(self, buffer)

    def feed(self, size: int) -> Feed:
        """Return a feed of the events that come from now on."""
        self._come_home()
        with self._lock:
            return self._board.session.watch(size)

    def flow(self) -> None:
        """Have a connection on which events flow."""
        board = self._board
        until = board.monotonic() + int(board.dialogue.timeout * SECOND)
        while True:
            try:
                self._flowing(until)
            except TransportError:
                seconds = board.patience(until)
                if self._closed or seconds == 0:
                    raise
                self._sleep(seconds)
            else:
                return

    def next(self, feed: Feed, seconds: float | None) -> Event | Gap | None:
        """Return what comes next, or None: time is up, or nothing comes any more."""
        self._come_home()
        board = self._board
        until = board.monotonic() + int((FOREVER if seconds is None else seconds) * SECOND)
        while True:
            with self._lock:
                item = feed.take()
            if item is not None or feed.is_closed or self._closed:
                return item
            now = board.monotonic()
            if now >= until:
                return None
            self._wait_for_next(feed, min(until, now + LONG))

    def _wait_for_next(self, feed: Feed, until: int) -> None:
        board = self._board
        try:
            link = self._flowing(until)
        except (TransportError, RateLimited, Banned):
            self._sleep(board.patience(until))
            return
        session = board.session

        def is_news() -> bool:
            moved = session.current is not link or link.subscription is None
            return len(feed) > 0 or feed.is_closed or moved

        self._wait_for_news(link, is_news, until)

    def unwatch(self, feed: Feed) -> None:
        """Feed no more."""
        self._come_home()
        with self._lock:
            self._board.session.unwatch(feed)

    def close(self) -> None:
        """Close every connection, and the transport."""
        self._come_home()
        self._closed = True
        with self._lock:
            links = self._board.end()
        for link in links:
            self._hang_up(link)
        self._transport.close()

    # Connections.

    def _come_home(self) -> None:
        if self._process != os.getpid():
            # A child has a copy of its parent's connections and locks, but must not use them.
            self._take_locks()
            self._board.desert()

    def _take_locks(self) -> None:
        self._process = os.getpid()
        # The session knows no threads.  It does no I/O, so nobody waits long; the same thread may
        # come again, in a signal handler that closes the client.
        self._lock = RLock()
        self._opening = Lock()

    def _trusted(self) -> Link | None:
        self._come_home()
        board = self._board
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
        line: _Line = link.connection
        if line.reading.acquire(blocking=False):
            try:
                self._read_until(link, lambda: False, self._board.monotonic())
            finally:
                line.reading.release()
                self._pass_on(line)

    def _open(self, until: int, *, watching: bool = False) -> Link:
        board = self._board
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
                    return self._board.dialogue.now()
                case Wait(seconds):
                    return self._sleep(seconds)
                case Connect(target, patience):
                    return self._connect(target, min(patience, self._board.dialogue.timeout))
                case Ask(link, request, at, patience):
                    seconds = min(patience, self._board.dialogue.timeout)
                    return self._converse(link, request, at, seconds)
                case _ as never:
                    assert_never(never)
        except BaseException as error:  # noqa: BLE001 - thrown into the call, which lets it pass
            return error

    def _connect(self, target: str, seconds: float) -> object:
        self._board.dialogue.check()
        try:
            connection = self._transport.connect(target, timeout=seconds)
        except HandshakeRefused as error:
            return self._board.refused(error)
        except BaseException as error:  # noqa: BLE001 - as above
            return told(error)
        if self._closed:
            # Meanwhile, by another thread.
            connection.close()
            return TransportError(CLOSED, sent=False)
        return _Line(connection)

    def _sweep(self) -> None:
        with self._lock:
            idle = self._board.session.take_idle(self._board.monotonic())
        for link in idle:
            self._hang_up(link)

    def _break(self, link: Link, error: BaseException, pending: Pending | None = None) -> None:
        with self._lock:
            self._board.broken(link, error, pending)
        self._hang_up(link)

    def _hang_up(self, link: Link) -> None:
        # It is over in any case, and there is nobody to tell.
        with suppress(Exception):
            link.connection.connection.close()

    # Requests.

    def _converse(self, link: Link, request: Request[Any], at: Moment, seconds: float) -> object:
        board = self._board
        turn: _Turn = SimpleQueue()
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
            self._break(link, error, pending)

    # Waiting.

    def _wait_for_news(self, link: Link, is_done: Callable[[], bool], until: int) -> None:
        """Wait for what no request of one's own brings."""
        turn: _Turn = SimpleQueue()

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
        turn: _Turn,
        until: int,
        *,
        glance: int = FOREVER * SECOND,
    ) -> None:
        """Wait until it is done, the connection is over, or time is up; read if nobody does."""
        line: _Line = link.connection
        # First in the queue, then a look at whether somebody reads: so either he who stops
        # reading sees who waits, or who waits sees that nobody reads.
        line.waiting.append(turn)
        try:
            while not is_done() and link.ended is None:
                if line.reading.acquire(blocking=False):
                    try:
                        self._read_until(link, is_done, until, glance=glance)
                    finally:
                        line.reading.release()
                    return
                left = until - self._board.monotonic()
                if left <= 0:
                    return
                with suppress(Empty):
                    turn.get(timeout=min(left / SECOND, FOREVER))
        finally:
            line.waiting.remove(turn)
            self._pass_on(line)

    def _pass_on(self, line: _Line) -> None:
        """Let another read, of those who wait."""
        if not line.reading.locked():
            with suppress(IndexError):
                line.waiting[0].put(None)

    def _read_until(
        self,
        link: Link,
        is_done: Callable[[], bool],
        until: int,
        *,
        glance: int = FOREVER * SECOND,
    ) -> None:
        late = 0
        while not is_done() and link.ended is None and late < _MOST_AT_ONCE:
            left = max(0, until - self._board.monotonic())
            late += left == 0
            if not self._read(link, min(left, glance)) and left == 0:
                return

    def _read(self, link: Link, left: int) -> bool:
        """Take in one frame, if one comes in so many nanoseconds."""
        board = self._board
        quiet = board.session.quiet_for(link, board.monotonic())
        try:
            frame = link.connection.connection.receive(timeout=min(left, quiet) / SECOND)
        except BaseException as error:  # noqa: BLE001 - an interrupt passes
            self._break(link, error)
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

    def _flowing(self, until: int) -> Link:
        """Return a connection on which events flow, and no other tells the same."""
        session = self._board.session
        link = self._trusted()
        if link is None or link.subscription is None or session.subscribed_before(link):
            return self._open(until, watching=True)
        return link
