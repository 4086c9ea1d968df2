"""The way to the exchange over connections that carry frames, for threads.

There is no thread of its own: of those who wait for something on a connection one reads, for all.
Whoever stops reading wakes another.

Invariant: as long as somebody waits on a connection, somebody reads it.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from threading import Lock
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
    Link,
    Now,
    Opening,
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
    LONG,
    NO_FLOW,
    NOT_CONNECTED,
    SECOND,
    Switchboard,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from orderlists import CanceledOrderList, FramedProtocol, Moment, Request
    from orderlists_transports._contract import Connection, FramedTransport
    from orderlists_transports._dialogue import Dialogue

# A connection on which nothing came for so long is looked at before it is used.
_IDLE = SECOND


@define(eq=False)
class _Line:
    """A connection, and who reads it."""

    connection: Connection
    reading: Any = field(factory=Lock)


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

    def _take_locks(self) -> None:
        self._process = os.getpid()
        # The session knows no threads.  It does no I/O, so nobody waits long.
        self._lock = Lock()
        self._opening = Lock()

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
        session = self._board.session
        until = self._board.monotonic() + int(command.seconds * SECOND)
        link = session.current
        if link is not None and link.subscription is not None:
            with self._waiting(link) as turn:
                self._wait(
                    link,
                    lambda: session.witness.proof(command.cancel_id) is not None,
                    turn,
                    until,
                )
        return session.witness.proof(command.cancel_id)

    def events(self, buffer: int) -> EventStream:
        """Return the events that come from now on."""
        return EventStream(self, buffer)

    def feed(self, size: int) -> Feed:
        """Return a feed of the events that come from now on."""
        with self._lock:
            return self._board.session.watch(size)

    def flow(self) -> None:
        """Have a connection on which events flow."""
        board = self._board
        until = board.monotonic() + int(board.dialogue.timeout * SECOND)
        while self._subscribed(until) is None:
            seconds = board.patience(until)
            if self._closed or seconds == 0:
                raise TransportError(CLOSED if self._closed else NO_FLOW, sent=False)
            self._sleep(seconds)

    def next(self, feed: Feed, seconds: float | None) -> Event | Gap | None:
        """Return what comes next, or None: time is up, or nothing comes any more."""
        board = self._board
        until = None if seconds is None else board.monotonic() + int(seconds * SECOND)
        while True:
            with self._lock:
                item = feed.take()
            if item is not None or feed.is_closed:
                return item
            if until is not None and board.monotonic() >= until:
                return None
            deadline = board.monotonic() + LONG if until is None else until
            link = self._subscribed(deadline)
            if link is None:
                self._sleep(board.patience(deadline))
            else:
                self._wait_for_news(link, feed, deadline)

    def unwatch(self, feed: Feed) -> None:
        """Feed no more."""
        with self._lock:
            self._board.session.unwatch(feed)

    def close(self) -> None:
        """Close every connection, and the transport."""
        self._closed = True
        with self._lock:
            links = self._board.end()
        for link in links:
            self._hang_up(link)
        self._transport.close()

    # Connections.

    def _trusted(self) -> Link | None:
        if self._process != os.getpid():
            # A child has a copy of its parent's connections, but must not use them.
            self._take_locks()
            self._board.desert()
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
        if link.connection.reading.acquire(blocking=False):
            try:
                while self._read(link, 0):
                    pass
            finally:
                link.connection.reading.release()
            self._pass_on(link)

    def _open(self, until: int, *, watching: bool = False) -> Link:
        patience = max(0, until - self._board.monotonic()) / SECOND
        if not self._opening.acquire(timeout=patience):
            raise TransportError("no connection came about in time", sent=False)
        try:
            call = get_ready(self._board.session, until=until, watching=watching)
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
                case Connect(target, seconds):
                    return self._connect(target, seconds)
                case Ask(link, request, at, seconds):
                    return self._converse(link, request, at, seconds)
                case _ as never:
                    assert_never(never)
        except BaseException as error:  # noqa: BLE001 - thrown into the call, which lets it pass
            return error

    def _connect(self, target: str, seconds: float) -> object:
        if self._closed:
            return TransportError(f"nothing was sent: {CLOSED}", sent=False)
        self._board.dialogue.check()
        try:
            return _Line(self._transport.connect(target, timeout=seconds))
        except BaseException as error:  # noqa: BLE001 - as above
            return told(error)

    def _sweep(self) -> None:
        with self._lock:
            idle = self._board.session.take_idle(self._board.monotonic())
        for link in idle:
            self._hang_up(link)

    def _hang_up(self, link: Link) -> None:
        # It is over in any case, and there is nobody to tell.
        with suppress(Exception):
            link.connection.connection.close()

    # Requests.

    def _converse(self, link: Link, request: Request[Any], at: Moment, seconds: float) -> object:
        board = self._board
        turn: SimpleQueue[None] = SimpleQueue()
        start = board.monotonic()
        with self._lock:
            pending, frame = board.session.post(
                link, request, at=at, now=start, wake=lambda: turn.put(None)
            )
        try:
            try:
                link.connection.connection.send(frame, timeout=seconds)
            except BaseException as error:  # noqa: BLE001 - an interrupt passes
                with self._lock:
                    board.broken(link, error, pending)
            self._wait(link, lambda: pending.is_done, turn, start + int(seconds * SECOND))
        finally:
            if not pending.is_done:
                with self._lock:
                    board.session.give_up(link, pending)
            self._pass_on(link)
            if board.session.leaving:
                self._sweep()
        return board.read(request, pending)

    # Waiting.

    @contextmanager
    def _waiting(self, link: Link) -> Generator[SimpleQueue[None]]:
        turn: SimpleQueue[None] = SimpleQueue()

        def wake() -> None:
            turn.put(None)

        with self._lock:
            link.watchers.append(wake)
        try:
            yield turn
        finally:
            with self._lock:
                link.watchers.remove(wake)
            self._pass_on(link)

    def _wait(
        self, link: Link, is_done: Callable[[], bool], turn: SimpleQueue[None], until: int
    ) -> None:
        """Wait until it is done, the connection is over, or time is up; read if nobody does."""
        reading = link.connection.reading
        left = until - self._board.monotonic()
        while not is_done() and link.ended is None:
            if reading.acquire(blocking=False):
                try:
                    self._read_until(link, is_done, until)
                finally:
                    reading.release()
                return
            if left <= 0:
                return
            with suppress(Empty):
                turn.get(timeout=left / SECOND)
            left = until - self._board.monotonic()

    def _read_until(self, link: Link, is_done: Callable[[], bool], until: int) -> None:
        while not is_done() and link.ended is None:
            left = max(0, until - self._board.monotonic())
            if not self._read(link, left) and left == 0:
                return

    def _pass_on(self, link: Link) -> None:
        """Let another read, of those who wait.  Whoever calls this waits no more."""
        if not link.connection.reading.locked():
            with self._lock:
                link.wake_one()

    def _read(self, link: Link, left: int) -> bool:
        """Take in one frame, if one comes in so many nanoseconds."""
        board = self._board
        quiet = board.session.quiet_for(link, board.monotonic())
        try:
            frame = link.connection.connection.receive(timeout=min(left, quiet) / SECOND)
        except BaseException as error:  # noqa: BLE001 - an interrupt passes
            with self._lock:
                board.broken(link, error)
            self._hang_up(link)
            return False
        with self._lock:
            now = board.monotonic()
            if frame is not None:
                board.session.heard(link, frame, now)
                return link.ended is None
            ping = board.session.tend(link, now)
        if ping is not None:
            try:
                link.connection.connection.send(ping, timeout=board.dialogue.timeout)
            except BaseException as error:  # noqa: BLE001 - an interrupt passes
                with self._lock:
                    board.broken(link, error)
        return False

    # Events.

    def _subscribed(self, until: int) -> Link | None:
        """Return a connection on which events flow, or None if there is none yet."""
        link = self._trusted_flow()
        if link is not None or self._closed:
            return link
        try:
            return self._open(until, watching=True)
        except (TransportError, RateLimited, Banned):
            return None

    def _trusted_flow(self) -> Link | None:
        link = self._trusted()
        return None if link is None or link.subscription is None else link

    def _wait_for_news(self, link: Link, feed: Feed, until: int) -> None:
        with self._waiting(link) as turn:
            self._wait(
                link,
                lambda: len(feed) > 0 or feed.is_closed or link.subscription is None,
                turn,
                until,
            )
