"""One WebSocket connection of an event loop; keeps `AsyncConnection`.

The event loop reads into a buffer that is kept: for an `asyncio.Protocol` it would allocate 256 KiB
for each read.
"""

from __future__ import annotations

import asyncio
import os
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from orderlists import TransportError
from orderlists_transports._http1.errors import UnusableResponse
from orderlists_transports._net.redact import NOT_WHOLE, describe
from orderlists_transports._websocket.connection import WebSocketConnection

if TYPE_CHECKING:
    from orderlists.extending import Frame
    from orderlists_transports._websocket.protocol import WebSocket

_BUFFER: Final = 16 * 1024
_TLS_RECORD: Final = 17 * 1024


class AsyncWebSocket(WebSocketConnection, asyncio.BufferedProtocol):
    """A connection; any number of tasks may share it.

    Args:
        protocol: The WebSocket.
        heartbeat: Seconds of silence before a ping.
    """

    def __init__(self, protocol: WebSocket, heartbeat: float) -> None:
        self._events = asyncio.get_running_loop()
        self._process = os.getpid()
        super().__init__(protocol, self._events, heartbeat)
        self._buffer = memoryview(bytearray(_BUFFER))
        self._opening: asyncio.Future[None] | None = self._events.create_future()
        self._transport: asyncio.Transport
        self._is_full = False

    def is_here(self) -> bool:
        """Return whether it belongs to the event loop that runs."""
        return self._events is asyncio.get_running_loop() and self._process == os.getpid()

    async def open(self, transport: asyncio.Transport) -> None:
        """Shake hands over a transport, which the connection takes over.

        Raises:
            HandshakeRefused: The server answered with another status than 101.
            UnusableResponse: There is no connection.
        """
        opening = self._opening
        assert opening is not None  # noqa: S101 - it is opened once
        self._transport = transport
        # For 0, asyncio's TLS would say that it is full while it is empty.
        transport.set_write_buffer_limits(high=1)
        transport.set_protocol(self)
        transport.write(self._protocol.output())
        await opening

    async def asend(self, frame: Frame, /, *, timeout: float) -> None:  # noqa: ASYNC109 - the transport owns its timeout: only it knows what was sent by then
        """Send one frame, as `Connection.send` says."""
        outcome: asyncio.Future[TransportError | None] = self._events.create_future()
        self._transmit(frame, partial(_resolve, outcome))
        time_is_up = TransportError(f"{NOT_WHOLE}: the time is up", sent=None)
        timer = self._events.call_later(timeout, _resolve, outcome, time_is_up)
        try:
            failure = await outcome
        finally:
            timer.cancel()
        if failure is not None:
            raise failure

    async def areceive(self, *, timeout: float | None) -> Frame | None:  # noqa: ASYNC109 - as above
        """Return the next frame, as `Connection.receive` says."""
        if not self._has_news():
            woken: asyncio.Future[None] = self._events.create_future()
            wake = partial(_resolve, woken, None)
            self._wake_receiver = wake
            timer = None if timeout is None else self._events.call_later(timeout, wake)
            try:
                await woken
            finally:
                if timer is not None:
                    timer.cancel()
        return self._next_frame()

    async def aclose(self) -> None:
        """End the connection, after half a second at the latest, agreed or not."""
        closed: asyncio.Future[None] = self._events.create_future()
        self.start_closing(partial(_resolve, closed, None))
        await closed
        await asyncio.sleep(0)  # asyncio closes sockets in its next turn.

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where to put what arrives: the event loop calls this."""
        # asyncio's TLS says how many encrypted bytes it holds; part of a record may have been taken
        # out already.  What does not fit would be lost if the connection ended now.
        if sizehint > 0 and len(self._buffer) < sizehint + _TLS_RECORD:
            self._buffer = memoryview(bytearray(sizehint + _TLS_RECORD))
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Read what has arrived: the event loop calls this."""
        self._arrived(bytes(self._buffer[:nbytes]))

    def eof_received(self) -> None:
        """End the connection: the event loop calls this."""
        self._arrived(b"")

    def connection_lost(self, exc: Exception | None) -> None:
        """End the connection: the event loop calls this."""
        if self._opening is None:
            self._finish("the other side is gone" if exc is None else describe(exc))
        elif not self._opening.done():
            self._opening.set_exception(exc or UnusableResponse("the server closed the connection"))

    def pause_writing(self) -> None:
        """Note that the system does not take all: the event loop calls this."""
        self._is_full = True

    def resume_writing(self) -> None:
        """Note that the system has taken all: the event loop calls this."""
        self._is_full = False
        self._all_written()

    def _arrived(self, data: bytes) -> None:
        if self._opening is None:
            self._take(data)
        elif not self._opening.done():
            try:
                is_open = self._protocol.receive_handshake(data)
            except Exception as error:  # noqa: BLE001 - `open` raises it
                self._opening.set_exception(error)
            else:
                if is_open:
                    self._opening.set_result(None)
                    self._opening = None
                    self._begin()

    def _put(self, data: bytes) -> None:
        if data:
            self._transport.write(data)
        if not self._is_full:
            self._all_written()

    def _n_unwritten(self) -> int:
        return self._transport.get_write_buffer_size() if self._is_full else 0

    def _pause(self) -> None:
        self._transport.pause_reading()

    def _unpause(self) -> None:
        self._transport.resume_reading()

    def _abort(self) -> None:
        # Over TLS, asyncio would otherwise await the other side's consent.
        self._transport.abort()


def _resolve(
    future: asyncio.Future[TransportError | None] | asyncio.Future[None], value: object
) -> None:
    if not future.done():
        cast("asyncio.Future[object]", future).set_result(value)
