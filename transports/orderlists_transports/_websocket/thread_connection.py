"""One WebSocket connection whose socket belongs to an I/O thread; keeps `Connection`."""

from __future__ import annotations

import ssl
from functools import partial
from selectors import EVENT_READ, EVENT_WRITE
from time import monotonic
from typing import TYPE_CHECKING, Final

from orderlists import TransportError
from orderlists_transports._framed.io_thread import locked
from orderlists_transports._net.redact import NOT_WHOLE, describe
from orderlists_transports._websocket.connection import CLOSING_TIMEOUT, WebSocketConnection
from orderlists_transports._websocket.protocol import unsent

if TYPE_CHECKING:
    import socket

    from orderlists.extending import Frame
    from orderlists_transports._framed.io_thread import IoThread
    from orderlists_transports._websocket.protocol import WebSocket

_CHUNK: Final = 64 * 1024
_NOT_NOW: Final = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class ThreadWebSocket(WebSocketConnection):
    """A connection; any number of threads may share it.

    Args:
        sock: Connected, and not blocking; the connection takes it over.
        protocol: Has shaken hands.
        thread: Reads and writes.
        heartbeat: Seconds of silence before a ping.
    """

    def __init__(
        self, sock: socket.socket, protocol: WebSocket, thread: IoThread, heartbeat: float
    ) -> None:
        super().__init__(protocol, thread, heartbeat)
        self._sock = sock
        self._thread = thread
        self._is_tls = isinstance(sock, ssl.SSLSocket)
        self._outbox = bytearray()
        self._watched = 0

    # For callers.

    def start(self) -> None:
        """Begin to read; from now on the socket belongs to the thread."""
        self._thread.call_soon(self._start)

    def send(self, frame: Frame, /, *, timeout: float) -> None:
        """Send one frame, as `Connection.send` says."""
        if self._end is not None:
            raise unsent(self._end)
        outcomes: list[TransportError | None] = []

        def written(error: TransportError | None) -> None:
            outcomes.append(error)
            signal.release()

        signal = locked()
        self._thread.call_soon(lambda: self._transmit(frame, written))
        if not self._thread.wait(signal, timeout):
            raise TransportError(f"{NOT_WHOLE}: the time is up", sent=None)
        if outcomes[0] is not None:
            raise outcomes[0]

    def receive(self, *, timeout: float | None) -> Frame | None:
        """Return the next frame, as `Connection.receive` says."""
        end = None if timeout is None else monotonic() + timeout
        while True:
            signal = locked()
            self._wake_receiver = signal.release
            if self._has_news():
                break
            left = None if end is None else end - monotonic()
            if not self._thread.wait(signal, left):
                break
        # An interrupt strikes before this, or loses nothing.
        return self._next_frame()

    def close(self) -> None:
        """End the connection, after half a second at the latest, agreed or not."""
        if self._thread.is_used:
            signal = locked()
            self._thread.call_soon(lambda: self.start_closing(signal.release))
            self._thread.wait(signal, 2 * CLOSING_TIMEOUT)

    # In the thread.

    def _start(self) -> None:
        self._watch()
        self._begin()
        # TLS may hold bytes that came with the handshake, of which the system knows nothing.
        self._read()

    def _ready(self, events: int) -> None:
        if not events:
            self._set_end("its thread has ended")
            self.shut()
            return
        if events & EVENT_WRITE or self._is_tls:
            self._write()
        if events & EVENT_READ or self._is_tls:
            self._read()

    def _read(self) -> None:
        while not (self._is_paused or self._is_closed):
            try:
                data = self._sock.recv(_CHUNK)
            except _NOT_NOW:
                return
            except OSError as error:
                self._finish(describe(error))
                return
            self._take(data)
            if not data or (len(data) < _CHUNK and not self._is_tls):
                return

    def _put(self, data: bytes) -> None:
        self._outbox += data
        self._write()

    def _n_unwritten(self) -> int:
        return len(self._outbox)

    def _write(self) -> None:
        outbox = self._outbox
        try:
            while outbox:
                count = self._sock.send(outbox[:_CHUNK])
                del outbox[:count]
        except _NOT_NOW:
            pass
        except OSError as error:
            outbox.clear()
            self._broken = why = describe(error)
            self._fail_unwritten(why)
            # What has arrived before is still there to be read, but not now: a frame that was
            # received may be the reason of this write.
            self._thread.call_soon(partial(self._read_rest, why))
        if not outbox:
            self._all_written()
        self._watch()

    def _read_rest(self, why: str) -> None:
        self._read()
        self._finish(why)

    def _watch(self) -> None:
        events = (0 if self._is_paused else EVENT_READ) | (EVENT_WRITE if self._outbox else 0)
        if events != self._watched and not self._is_closed:
            self._watched = events
            self._thread.watch(self._sock, events, self._ready)

    def _pause(self) -> None:
        self._watch()

    def _unpause(self) -> None:
        self._watch()
        self._read()

    def _abort(self) -> None:
        self._thread.unwatch(self._sock)
        self._sock.close()
