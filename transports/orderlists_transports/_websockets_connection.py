"""One WebSocket connection, kept by a thread of its own.

The websockets package speaks the protocol; here is what it leaves open: the socket, time, threads.
Whoever sends hands the system at once what it takes; what it does not take, the thread hands over
later.  The thread alone reads.  So nobody waits for the network but for the own frame, and an
exchange that stops reading cannot stop this side from reading.

Invariant: frames leave whole and in one order, for all that is still to be written is in one
buffer.  Nothing waits while it holds the lock.
"""

from __future__ import annotations

import os
import selectors
import socket
import ssl
import threading
from collections import deque
from contextlib import ExitStack, suppress
from time import monotonic
from typing import TYPE_CHECKING, NoReturn, Self

from websockets.frames import Frame as Piece
from websockets.frames import Opcode
from websockets.protocol import State

from orderlists import TransportError
from orderlists_transports._http1.errors import UnusableResponse as Unusable
from orderlists_transports._net.redact import UNSENT
from orderlists_transports._net.redact import describe as told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from websockets.client import ClientProtocol

    from orderlists.extending import Frame

_CHUNK = 256 * 1024
_MOST_UNREAD = 4 * 1024 * 1024
_FAREWELL = 0.5
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_NORMAL, _NOT_TEXT = 1000, 1007
_CARRYING = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)
_READ, _WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class WebsocketsConnection:
    """An open connection; keeps `Connection`.

    Pings are answered whether anybody receives or not.  While frames of more than four mebibytes
    wait to be received, nothing is read, so that the exchange has to wait as well.

    Args:
        sock: Connected; the connection takes it over.
        protocol: Has shaken hands.
        early: What came along with the handshake.
        heartbeat: After so many seconds of silence the other side is pinged; if it stays silent
            for half as long again, the connection is over.
    """

    def __init__(
        self,
        sock: socket.socket,
        protocol: ClientProtocol,
        *,
        early: Iterable[object],
        heartbeat: float,
    ) -> None:
        sock.settimeout(0)
        self._sock = sock
        self._protocol = protocol
        self._early = early
        self._heartbeat = heartbeat
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._went = threading.Condition(self._lock)
        self._frames: deque[Frame] = deque()
        self._news = threading.Lock()  # Held while there are none.
        self._news.acquire()
        self._arrived = self._received = 0  # In bytes; one is counted here, one by who receives.
        self._pauses = False
        self._pieces: list[Piece] = []
        self._outbox = bytearray()
        self._taken = 0
        self._end: str | None = None  # Why nothing more is sent.  Something may still arrive.
        self._complete = False
        self._close_by: float | None = None
        self._heard, self._pinged = monotonic(), False
        self._alarm, self._bell = socket.socketpair()
        self._bell.settimeout(0)
        self._thread = threading.Thread(target=self._live, name="orderlists", daemon=True)

    def start(self) -> Self:
        """Begin to read."""
        self._thread.start()
        return self

    def send(self, frame: str, /, *, timeout: float) -> None:
        """Send one text frame, as `Connection.send` says."""
        failure = self._send(frame, timeout)
        # Raised here, where no foreign error is being handled: none becomes its context.
        if failure is not None:
            raise failure

    def receive(self, *, timeout: float | None) -> Frame | None:
        """Return the next frame, as `Connection.receive` says."""
        end = None if timeout is None else monotonic() + timeout
        while not self._frames:
            if self._complete:
                raise TransportError(f"the connection is over: {self._end}", sent=None)
            left = -1 if end is None else max(end - monotonic(), 0)
            # An interrupt strikes here, before a frame is taken.
            if not self._news.acquire(timeout=left):
                return None
        self._received += len(self._frames[0])
        if self._pauses:
            self._ring()
        return self._frames.popleft()

    def close(self) -> None:
        """End the connection, after half a second at the latest, agreed or not."""
        if os.getpid() != self._process:
            return  # It is the parent's, whose thread and lock are not here.
        with self._lock:
            if self._obstacle() is None:
                self._protocol.send_close(_NORMAL)
                self._write()
            self._finish("it was closed here")
            self._close_by = self._close_by or monotonic() + _FAREWELL
            self._ring()
        self._thread.join()

    def _send(self, frame: str, timeout: float) -> TransportError | None:
        try:
            content = frame.encode()
        except UnicodeEncodeError:
            return TransportError(f"{UNSENT}: it is not Unicode text", sent=False)
        with self._lock:
            if (why := self._obstacle()) is not None:
                return TransportError(f"{UNSENT}: {why}", sent=False)
            self._protocol.send_text(content)
            whole = self._write()
            if self._taken < whole:
                self._ring()
                self._went.wait_for(
                    lambda: self._taken >= whole or self._end is not None, max(timeout, 0)
                )
            if self._taken < whole:
                why = self._end or "the time is up"
                return TransportError(f"{UNSENT} as a whole: {why}", sent=None)
        return None

    def _obstacle(self) -> str | None:
        """Return why no frame can be sent any more, or None if one can.

        The protocol refuses frames as soon as it has read a close frame, which may have come with
        the handshake; the thread that reads notes the end a little later.
        """
        if self._end is None and self._protocol.state is not State.OPEN:
            return "the other side closed the connection"
        return self._end

    def _live(self) -> None:
        """Read, write what is left and keep the other side awake, until it is over."""
        with ExitStack() as held:
            selector = held.enter_context(selectors.DefaultSelector())
            for each in (self._alarm, self._bell, self._sock):
                held.enter_context(each)
            try:
                self._work(selector)
            except Exception as error:  # noqa: BLE001 - whatever ends it, nobody may wait for ever
                why = told(error)
            with self._lock:
                self._finish(why)

    def _work(self, selector: selectors.BaseSelector) -> NoReturn:
        selector.register(self._alarm, _READ)
        watched, rung = 0, False
        while True:
            with self._lock:
                if rung:
                    self._alarm.recv(_CHUNK)
                self._turn()
                self._pauses = True  # Said first: who receives meanwhile is either seen, or rings.
                self._pauses = self._is_full()
                seconds, wanted = self._time_left(), self._wanted()
            _watch(selector, self._sock, watched, wanted)
            watched = wanted
            ready = selector.select(seconds)
            rung = any(key.fileobj is self._alarm for key, _ in ready)

    def _turn(self) -> None:
        """Do all that can be done now."""
        early, self._early = self._early, ()
        self._sort(early)
        self._look_for_end()
        self._read()
        self._write()

    def _time_left(self) -> float | None:
        """Return for how long there is nothing to do; ping the other side if it is silent."""
        now = monotonic()
        if self._close_by is not None:
            return _at_least_some(self._close_by - now)
        if self._pauses:
            self._heard = now
            return None
        quiet = now - self._heard
        if quiet >= self._heartbeat and not self._pinged:
            self._pinged = True
            self._protocol.send_ping(b"")
            self._write()
        return _at_least_some(self._heartbeat * (1.5 if self._pinged else 1) - quiet)

    def _wanted(self) -> int:
        return (0 if self._pauses else _READ) | (_WRITE if self._outbox else 0)

    def _is_full(self) -> bool:
        return self._arrived - self._received > _MOST_UNREAD

    def _read(self) -> None:
        """Take in what has arrived.  Raises if nothing more will."""
        while not self._is_full():
            try:
                data = self._sock.recv(_CHUNK)
            except _NOT_NOW:
                return
            if not data:
                raise Unusable("the other side is gone")
            self._heard, self._pinged = monotonic(), False
            self._protocol.receive_data(data)
            self._sort(self._protocol.events_received())
            self._look_for_end()
            if len(data) < _CHUNK and not isinstance(self._sock, ssl.SSLSocket):
                return

    def _look_for_end(self) -> None:
        closed, broken = self._protocol.close_rcvd, self._protocol.parser_exc
        if closed is not None or broken is not None:
            self._write()  # Whoever closes is answered, whoever breaks a rule is told.
        if closed is not None:
            raise Unusable(f"the other side closed it with code {closed.code}")
        if broken is not None:
            raise broken

    def _sort(self, events: Iterable[object]) -> None:
        for event in events:
            if isinstance(event, Piece) and event.opcode in _CARRYING:
                self._pieces.append(event)
                if event.fin:
                    self._deliver()

    def _deliver(self) -> None:
        content = b"".join(piece.data for piece in self._pieces)
        is_text = self._pieces[0].opcode is Opcode.TEXT
        self._pieces.clear()
        try:
            frame = content.decode() if is_text else content
        except UnicodeDecodeError:
            self._protocol.fail(_NOT_TEXT)
            self._write()
            raise
        if not self._complete:
            self._arrived += len(frame)
            self._frames.append(frame)
            self._tell()

    def _write(self) -> int:
        """Hand over what the system takes; return how many bytes that is with the rest."""
        for data in self._protocol.data_to_send():
            self._outbox += data
        whole = self._taken + len(self._outbox)
        try:
            while self._outbox:
                count = self._sock.send(self._outbox[:_CHUNK])
                del self._outbox[:count]
                self._taken += count
        except _NOT_NOW:
            pass
        except OSError as error:
            # What has arrived before is still there to be read.
            self._end = self._end or told(error)
            self._outbox.clear()
        self._went.notify_all()
        return whole

    def _finish(self, why: str) -> None:
        self._end = self._end or why
        self._complete = True
        self._tell()
        self._went.notify_all()

    def _tell(self) -> None:
        if self._news.locked():
            self._news.release()

    def _ring(self) -> None:
        with suppress(OSError):  # It is ringing already, or nobody is there to hear it.
            self._bell.send(b"!")


def _at_least_some(seconds: float) -> float:
    if seconds <= 0:
        raise Unusable("the other side is silent")
    return seconds


def _watch(
    selector: selectors.BaseSelector, sock: socket.socket, watched: int, wanted: int
) -> None:
    if watched == wanted:
        return
    if not watched:
        selector.register(sock, wanted)
    elif wanted:
        selector.modify(sock, wanted)
    else:
        selector.unregister(sock)
