"""WebSocket transports of both colours: the `websockets` package speaks the protocol.

Only its part without I/O is used.  Its clients follow redirects, log what they send and have no
timeout for sending.

Invariant: one handshake on the wire per `connect`; nothing is sent to any other server.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from abc import ABC, abstractmethod
from functools import partial
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from orderlists import MissingExtra, TransportError
from orderlists_transports._framed.io_thread import IoThread, locked
from orderlists_transports._http1.errors import UnsendableRequest, UnusableResponse
from orderlists_transports._http1.writer import check_target
from orderlists_transports._net import async_dial
from orderlists_transports._net.deadline import Deadline
from orderlists_transports._net.dial import dial, try_each_address
from orderlists_transports._net.redact import not_connected
from orderlists_transports._net.route import Route
from orderlists_transports._validators import check_count, check_seconds
from orderlists_transports.environments import Exchange, parse_framed_origin
from orderlists_transports.interfaces import MAX_RESPONSE_SIZE

try:
    from orderlists_transports._websocket.async_connection import AsyncWebSocket
    from orderlists_transports._websocket.connection import CLOSING_TIMEOUT
    from orderlists_transports._websocket.protocol import WebSocket
    from orderlists_transports._websocket.thread_connection import ThreadWebSocket
except ModuleNotFoundError as error:
    raise MissingExtra("websockets", needed_for="orderlists_transports.websockets") from error

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_transports._net.async_connection import AsyncConnection
    from orderlists_transports._net.stream import Stream

__all__ = ["AsyncWebsocketsTransport", "WebsocketsTransport"]

_HEARTBEAT: Final = 20.0  # As often as the exchange pings.
_NETWORK_ERRORS: Final = (OSError, UnusableResponse)


class _Transport(ABC):
    """What transports of both colours are made of: see `WebsocketsTransport`."""

    def __init__(
        self,
        exchange: Exchange | str,
        *,
        ssl_context: ssl.SSLContext | None = None,
        proxy: str | None = None,
        connect_timeout: float | None = None,
        max_frame_size: int = MAX_RESPONSE_SIZE,
        heartbeat: float = _HEARTBEAT,
    ) -> None:
        check_count("max_frame_size", max_frame_size)
        check_seconds("heartbeat", heartbeat)
        self._origin = parse_framed_origin(exchange)
        self._route = Route(
            self._origin, proxy=proxy, ssl_context=ssl_context, connect_timeout=connect_timeout
        )
        self._heartbeat = heartbeat
        self._max_frame_size = max_frame_size
        self._is_closed = False
        self._prepare()

    @abstractmethod
    def _prepare(self) -> None: ...

    def _protocol(self, target: str) -> WebSocket:
        """Return a WebSocket that asks for a target.

        Raises:
            UnsendableRequest: HTTP cannot carry the target.
        """
        check_target(target)
        return WebSocket(self._origin, target, max_size=self._max_frame_size)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._origin}>"


class WebsocketsTransport(_Transport):
    """Opens WebSocket connections to one exchange; keeps `FramedTransport`.

    Any number of threads may share it.  One thread of its own reads and writes all its connections.
    A forked child process opens connections of its own.

    A frame is refused, with `sent` False, while more than four mebibytes of those before it wait
    until the system takes them.

    Args:
        exchange: One of Binance's environments, or an origin such as
            ``wss://ws-api.binance.com:9443``.
        ssl_context: How certificates are checked, and with which of one's own; by default with the
            system's.  It is made with the first connection and shared by all.
        proxy: ``http://host:port`` or ``http://user:password@host:port``; no environment variable
            counts.  It has to open a tunnel.
        connect_timeout: Seconds to open a connection (name, address, tunnel, TLS), where that is
            less than the time left to the request.
        max_frame_size: The longest frame to accept, in bytes; 1 or more.
        heartbeat: After so many seconds of silence the exchange is pinged; if it stays silent for
            half as long again, the connection is over.  More than 0.

    Attributes:
        io_thread: Where frames are received; a client runs its connections there.

    Raises:
        InvalidSetting: A setting breaks its rule.

    >>> transport = WebsocketsTransport(Exchange.TESTNET, proxy="http://proxy.example:3128")
    >>> transport
    <WebsocketsTransport wss://ws-api.testnet.binance.vision:443>
    >>> transport.close()
    """

    def _prepare(self) -> None:
        self.io_thread = IoThread()
        self.io_thread.stop_with(self, repr(self))
        self._connections: WeakSet[ThreadWebSocket] = WeakSet()

    def connect(self, target: str, /, *, timeout: float) -> ThreadWebSocket:
        """Open a connection, as `FramedTransport.connect` says."""
        opened: list[ThreadWebSocket] = []
        try:
            failure = self._connect(target, timeout, opened)
            if failure is None:
                return opened[0]
        except BaseException:
            for connection in opened:  # An interrupt: no caller will close it.
                self.io_thread.call_soon(connection.shut)
            raise
        # Raised here, where no foreign error is being handled: none becomes its context.
        raise failure

    def close(self) -> None:
        """Close every connection, after half a second at the latest, and end the thread."""
        self._is_closed = True
        thread = self.io_thread
        if thread.is_used:
            closed = locked()
            thread.call_soon(lambda: _close_all(list(self._connections), closed.release))
            thread.wait(closed, 2 * CLOSING_TIMEOUT)
            thread.stop()

    def _connect(
        self, target: str, timeout: float, opened: list[ThreadWebSocket]
    ) -> TransportError | None:
        thread, is_closed = self.io_thread, self._is_closed
        if is_closed:
            return _closed()
        try:
            protocol = self._protocol(target)
            deadline = Deadline(timeout)
            stream = dial(self._route, _open_socket, deadline)
            try:
                _shake_hands(stream, protocol, deadline)
                connection = ThreadWebSocket(stream.detach(), protocol, thread, self._heartbeat)
                opened.append(connection)
            except BaseException:
                stream.close()
                raise
        except UnsendableRequest as error:
            return _no_connection(str(error))
        except TransportError as refusal:
            return refusal.with_traceback(None)
        except _NETWORK_ERRORS as error:
            return _closed() if self._is_closed else not_connected(self._route, error)
        connection.start()
        thread.call_soon(partial(self._connections.add, connection))
        if self._is_closed:  # Looked at last: another thread may close the transport meanwhile.
            thread.call_soon(connection.shut)
            thread.stop()
            return _closed()
        return None


class AsyncWebsocketsTransport(_Transport):
    """Opens WebSocket connections to one exchange; keeps `AsyncFramedTransport`.

    Many tasks may share it.  It may be made before an event loop runs.  In another loop, such as a
    second `asyncio.run`, or in a forked child process, it opens connections of its own.

    Args:
        exchange: As of `WebsocketsTransport`, and so are the others.
        ssl_context: As above.
        proxy: As above.
        connect_timeout: As above.
        max_frame_size: As above.
        heartbeat: As above.

    Raises:
        InvalidSetting: A setting breaks its rule.

    >>> AsyncWebsocketsTransport(Exchange.TESTNET, connect_timeout=2)
    <AsyncWebsocketsTransport wss://ws-api.testnet.binance.vision:443>
    """

    def _prepare(self) -> None:
        self._connections: WeakSet[AsyncWebSocket] = WeakSet()
        self._opening: set[asyncio.Timeout] = set()

    async def aconnect(self, target: str, /, *, timeout: float) -> AsyncWebSocket:  # noqa: ASYNC109 - the transport owns its timeout
        """Open a connection, as `FramedTransport.connect` says."""
        outcome = await self._connect(target, timeout)
        # Raised here, where no foreign error is being handled: none becomes its context.
        if isinstance(outcome, TransportError):
            raise outcome
        return outcome

    async def aclose(self) -> None:
        """Close every connection, after half a second at the latest."""
        self._is_closed = True
        for opening in self._opening:
            if not opening.expired():  # Such as by the call before this one: its task ends soon.
                opening.reschedule(0)
        here = [each for each in self._connections if each.is_here()]
        await asyncio.gather(*(each.aclose() for each in here))

    async def _connect(self, target: str, timeout: float) -> AsyncWebSocket | TransportError:  # noqa: ASYNC109 - as above
        is_closed = self._is_closed
        if is_closed:
            return _closed()
        try:
            protocol = self._protocol(target)
            connection = await self._open(protocol, Deadline(timeout))
        except UnsendableRequest as error:
            return _no_connection(str(error))
        except TransportError as refusal:
            return refusal.with_traceback(None)
        except _NETWORK_ERRORS as error:
            return _closed() if self._is_closed else not_connected(self._route, error)
        if self._is_closed:  # It was open already when that was said, and not returned yet.
            connection.shut()
            return _closed()
        self._connections.add(connection)
        return connection

    async def _open(self, protocol: WebSocket, deadline: Deadline) -> AsyncWebSocket:
        async with asyncio.timeout(deadline.left()) as opening:
            self._opening.add(opening)
            try:
                dialed = await self._dial(deadline)
                try:
                    connection = AsyncWebSocket(protocol, self._heartbeat)
                    await connection.open(dialed.detach())
                except BaseException:
                    dialed.close()
                    raise
            finally:
                self._opening.discard(opening)
        return connection

    async def _dial(self, deadline: Deadline) -> AsyncConnection:
        route = self._route
        deadline = deadline.within(route.connect_timeout)
        async with asyncio.timeout(deadline.left()):
            return await async_dial.dial(route, None, deadline)


def _shake_hands(stream: Stream, protocol: WebSocket, deadline: Deadline) -> None:
    stream.write(protocol.output(), deadline)
    while not protocol.receive_handshake(stream.read(deadline)):
        pass


def _open_socket(host: str, port: int, seconds: float) -> socket.socket:
    return try_each_address(host, port, Deadline(seconds), _open_address)


def _open_address(address: str, port: int, seconds: float) -> socket.socket:
    sock = socket.create_connection((address, port), seconds)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock


def _close_all(connections: list[ThreadWebSocket], closed: Callable[[], object]) -> None:
    """Close connections, and call a function when all are."""
    left = len(connections)

    def count_down() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            closed()

    for connection in connections:
        connection.start_closing(count_down)
    if not connections:
        closed()


def _no_connection(why: str) -> TransportError:
    return TransportError(f"no connection: {why}", sent=False)


def _closed() -> TransportError:
    return TransportError("no connection: this transport is closed", sent=False, is_retryable=False)
