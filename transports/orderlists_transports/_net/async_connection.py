"""One connection of an asyncio transport: one request at a time, and its response.

The event loop reads into a buffer that is kept, small while responses are short: for an
`asyncio.Protocol` it would allocate 256 KiB for each read.  An exchange costs one future.  Its
timeout costs nothing as a rule: the connection keeps one timer, and when that fires for a request
that is done, it is set anew for the one in flight.

Invariant: bytes that arrive while no request is in flight end the connection; they are never read
as the response to a later one.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, cast

from orderlists.extending import HttpResponse
from orderlists_transports._http1.errors import UnusableResponse
from orderlists_transports._http1.reader import ResponseReader
from orderlists_transports._net.readiness import readable

if TYPE_CHECKING:
    import ssl

_SMALL_BUFFER: Final = 4 * 1024
_LARGE_BUFFER: Final = 64 * 1024
_MAX_IDLE_BUFFER: Final = 32 * 1024
_TLS_RECORD: Final = 17 * 1024


class AsyncConnection(asyncio.BufferedProtocol):
    """One connection, in the event loop that runs while it is made."""

    def __init__(self) -> None:
        self.reader: ResponseReader | None = None
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._in_flight: asyncio.Future[HttpResponse] | None = None
        self._end: Exception | None = None
        self._buffer = memoryview(bytearray(_SMALL_BUFFER))
        self._timer: asyncio.TimerHandle | None = None
        self._expires = 0.0

    def exchange(
        self, method: str, data: bytes, *, max_size: int, expires: float | None
    ) -> asyncio.Future[HttpResponse]:
        """Write a request, and return the future of its response.

        Args:
            method: That of the request.
            data: The request.
            max_size: The longest body to accept.
            expires: When the response must be whole, in the loop's time; None if something else
                takes care of that.
        """
        self.reader = ResponseReader(method, max_size=max_size)
        self._in_flight = in_flight = self._loop.create_future()
        if self._end is not None:
            self._fail(self._end)
            return in_flight
        if expires is not None:
            self._expire_at(expires)
        self._transport.write(data)
        return in_flight

    def can_be_reused(self) -> bool:
        """Return whether the exchange has ended so that another one can follow."""
        return (
            self._in_flight is None
            and self._end is None
            and self.reader is not None
            and self.reader.is_reusable
            # A server may answer before it has read all; the rest would precede the next request.
            and not self._transport.get_write_buffer_size()
        )

    def is_usable(self) -> bool:
        """Return whether it is open and nothing has arrived, also nothing the loop has not seen."""
        return self._end is None and not self._transport.is_closing() and not self._is_readable(0)

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Shake hands, and check the server's certificate.

        Raises:
            OSError: TLS was refused, here or there.
            UnusableResponse: The server sent something unasked.
        """
        # The plain transport stays ours until the handshake is over, so that it can be aborted.
        secured = await self._loop.start_tls(self._transport, self, context, server_hostname=host)
        self._transport = cast("asyncio.Transport", secured)
        if self._end is not None:
            raise self._end

    def abort(self, error: Exception) -> None:
        """Close it, and let the request in flight end with an error."""
        self._fail(error)
        self.close()

    def close(self) -> None:
        """Close it at once.  Over TLS, asyncio would otherwise await the other side's consent."""
        self._transport.abort()

    def detach(self) -> asyncio.Transport:
        """Return the transport, for another protocol; the connection is not used any more."""
        return self._transport

    def abandon(self) -> None:
        """Leave it alone: its event loop is closed, or that of another process.

        The socket is closed when the connection is collected.
        """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport: the event loop calls this."""
        self._transport = cast("asyncio.Transport", transport)
        self._is_readable = readable(transport.get_extra_info("socket"))

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where to put what arrives: the event loop calls this."""
        # asyncio's TLS says how many encrypted bytes it holds; part of a record may have been taken
        # out already.  What does not fit would be lost if the connection ended now.
        if sizehint > 0 and len(self._buffer) < sizehint + _TLS_RECORD:
            self._buffer = memoryview(bytearray(sizehint + _TLS_RECORD))
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Read what has arrived: the event loop calls this."""
        data = bytes(self._buffer[:nbytes])
        if self._in_flight is None or self.reader is None:
            self._end = UnusableResponse("the server sent bytes that no request asked for")
            self.close()
            return
        if nbytes == len(self._buffer) < _LARGE_BUFFER:
            self._buffer = memoryview(bytearray(_LARGE_BUFFER))
        try:
            response = self.reader.receive(data)
        except UnusableResponse as error:
            self._fail(error)
        else:
            if response is not None:
                self._succeed(response)

    def eof_received(self) -> None:
        """End the connection: the event loop calls this."""
        self._end = self._end or UnusableResponse("the server closed the connection")
        self._receive_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the connection: the event loop calls this."""
        self._end = self._end or exc or UnusableResponse("the connection was closed")
        if self._timer is not None:
            self._timer.cancel()
        if exc is None:
            self._receive_eof()
        else:
            self._fail(exc)

    def _receive_eof(self) -> None:
        if self._in_flight is not None and self.reader is not None:
            try:
                self._succeed(self.reader.receive_eof())
            except UnusableResponse as error:
                self._fail(error)

    def _succeed(self, response: HttpResponse) -> None:
        in_flight, self._in_flight = self._in_flight, None
        if in_flight is not None and not in_flight.done():
            in_flight.set_result(response)
        if len(self._buffer) > _MAX_IDLE_BUFFER:
            self._buffer = memoryview(bytearray(_SMALL_BUFFER))

    def _fail(self, error: Exception) -> None:
        self._end = self._end or error
        in_flight, self._in_flight = self._in_flight, None
        if in_flight is not None and not in_flight.done():
            in_flight.set_exception(error)

    def _expire_at(self, when: float) -> None:
        self._expires = when
        if self._timer is not None and self._timer.when() > when:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self._loop.call_at(when, self._expire)

    def _expire(self) -> None:
        timer, self._timer = self._timer, None
        if self._in_flight is None or timer is None:
            return
        if timer.when() >= self._expires:
            self._fail(TimeoutError())
        else:
            self._expire_at(self._expires)
