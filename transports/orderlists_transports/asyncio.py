"""An asynchronous HTTP transport on asyncio itself: no library is needed.

Invariant: once a byte of a request was given to a connection, that request is never sent again.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Final

from orderlists import TransportError
from orderlists_transports._http1.errors import UnsendableRequest, UnusableResponse
from orderlists_transports._http1.writer import RequestWriter
from orderlists_transports._net.async_connection import AsyncConnection
from orderlists_transports._net.async_dial import OpenAsyncSocket, dial
from orderlists_transports._net.deadline import Deadline
from orderlists_transports._net.pool import Pool
from orderlists_transports._net.redact import no_response, not_connected, not_sent
from orderlists_transports._net.route import Route
from orderlists_transports._validators import check_callable, check_count
from orderlists_transports.environments import Exchange, parse_origin
from orderlists_transports.interfaces import MAX_CONNECTIONS, MAX_RESPONSE_SIZE

if TYPE_CHECKING:
    from orderlists.extending import HttpRequest, HttpResponse

__all__ = ["AsyncioTransport"]

_NETWORK_ERRORS: Final = (OSError, UnusableResponse)
_CLOSED: Final = "this transport is closed"
_NO_LOOP: Final = "no asyncio event loop is running here, and this transport needs one"
_OTHER_LOOP: Final = (
    "this transport belongs to another event loop, which is not closed: use one for each loop"
)


class AsyncioTransport:
    """Sends requests to one exchange; keeps `AsyncHttpTransport`.  Many tasks may share it.

    It may be made before an event loop runs, and belongs to the loop in which it first sends.  Once
    that loop is closed, or in a forked child process, another one may use it.

    Args:
        exchange: One of Binance's environments, or an origin such as ``https://api1.binance.com``.
        ssl_context: How certificates are checked, and with which of one's own; by default with the
            system's.  It is made with the first connection and shared by all.
        proxy: ``http://host:port`` or ``http://user:password@host:port``; no environment variable
            counts.  It has to open a tunnel.
        connect_timeout: Seconds to open a connection (name, address, tunnel, TLS), where that is
            less than the time left to the request.
        max_connections: How many idle connections are kept; 1 or more.
        max_response_size: The longest body to accept, in bytes, after decompression; 1 or more.
        open_socket: A coroutine function that opens a TCP connection, given host, port and seconds:
            for SOCKS, an interface of one's own, or a test.  Raises OSError where it cannot.

    Attributes:
        pool: The idle connections.

    Raises:
        InvalidSetting: A setting breaks its rule.

    >>> AsyncioTransport(Exchange.TESTNET, proxy="http://user:secret@proxy.example:3128")
    <AsyncioTransport https://testnet.binance.vision:443>
    """

    def __init__(
        self,
        exchange: Exchange | str,
        *,
        ssl_context: ssl.SSLContext | None = None,
        proxy: str | None = None,
        connect_timeout: float | None = None,
        max_connections: int = MAX_CONNECTIONS,
        max_response_size: int = MAX_RESPONSE_SIZE,
        open_socket: OpenAsyncSocket | None = None,
    ) -> None:
        check_count("max_connections", max_connections)
        check_count("max_response_size", max_response_size)
        if open_socket is not None:
            rule = "must be a coroutine function that is given host, port and seconds"
            check_callable("open_socket", open_socket, rule=rule)
        self._origin = parse_origin(exchange)
        self._route = Route(
            self._origin, proxy=proxy, ssl_context=ssl_context, connect_timeout=connect_timeout
        )
        self._writer = RequestWriter(self._origin)
        self._open_socket = open_socket
        self.pool: Pool[AsyncConnection] = Pool(max_connections)
        self._max_response_size = max_response_size
        self._loop: asyncio.AbstractEventLoop | None = None
        self._in_use: set[AsyncConnection] = set()
        self._opening: set[asyncio.Timeout] = set()

    async def asend(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:  # noqa: ASYNC109 - the transport owns its timeout: only it knows what was sent by then
        """Exchange one request for one response, as `HttpTransport.send` says."""
        outcome = await self._exchange(request, timeout)
        # Raised here, where no foreign error is being handled: none becomes its context.
        if isinstance(outcome, TransportError):
            raise outcome
        return outcome

    async def aclose(self) -> None:
        """Close every connection, those in use as well: their requests end with an error."""
        self.pool.is_closed = True
        loop = self._loop
        if loop is None or loop.is_closed() or self.pool.is_inherited():
            self.pool.abandon()
        elif loop is _running_loop():
            self._close_all()
            await asyncio.sleep(0)  # asyncio closes sockets in its next turn.
        else:
            loop.call_soon_threadsafe(self._close_all)

    async def _exchange(
        self,
        request: HttpRequest,
        timeout: float,  # noqa: ASYNC109 - as above
    ) -> HttpResponse | TransportError:
        why = self._obstacle(timeout)
        if why is not None:
            return not_sent(why)
        try:
            data = self._writer.write(request)
        except UnsendableRequest as error:
            return not_sent(str(error))
        expires = asyncio.get_running_loop().time() + timeout
        connection = None
        try:
            connection = self.pool.acquire()
            if connection is None:
                opened = await self._open(timeout)
                if isinstance(opened, TransportError):
                    return opened
                connection = opened
            self._in_use.add(connection)
            return await connection.exchange(
                request.method, data, max_size=self._max_response_size, expires=expires
            )
        except _NETWORK_ERRORS as error:
            return no_response(self._origin, error)
        finally:
            del data  # It holds a signature: no frame of an exception may keep it.
            if connection is not None:
                self._in_use.discard(connection)
                self.pool.release(connection, is_reusable=connection.can_be_reused())

    async def _open(self, seconds: float) -> AsyncConnection | TransportError:
        try:
            deadline = Deadline(seconds).within(self._route.connect_timeout)
            async with asyncio.timeout(deadline.left()) as opening:
                self._opening.add(opening)
                try:
                    return await dial(self._route, self._open_socket, deadline)
                finally:
                    self._opening.discard(opening)
        except _NETWORK_ERRORS as error:
            if self.pool.is_closed:
                return not_sent(_CLOSED)
            return not_connected(self._route, error)

    def _obstacle(self, seconds: float) -> str | None:
        """Return why nothing can be sent here and now, or None."""
        if self.pool.is_closed:
            return _CLOSED
        if seconds <= 0:
            return "no time is left"
        loop = _running_loop()
        if loop is None:
            return _NO_LOOP
        if loop is not self._loop:
            return self._move_to(loop)
        return None

    def _move_to(self, loop: asyncio.AbstractEventLoop) -> str | None:
        former = self._loop
        if former is not None and not former.is_closed() and not self.pool.is_inherited():
            return _OTHER_LOOP
        self.pool.abandon()
        self._loop, self._in_use, self._opening = loop, set(), set()
        return None

    def _close_all(self) -> None:
        self.pool.close()
        for connection in list(self._in_use):
            connection.abort(UnusableResponse("this transport was closed"))
        for opening in list(self._opening):
            opening.reschedule(0)

    def __repr__(self) -> str:
        return f"<AsyncioTransport {self._origin}>"


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
