"""A synchronous HTTP transport: urllib3 connects, and requests are written and read here.

Invariant: once a byte of a request was given to a socket, that request is never sent again.
"""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Final

from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from orderlists import TransportError
from orderlists_transports._http1.errors import UnsendableRequest, UnusableResponse
from orderlists_transports._http1.writer import RequestWriter
from orderlists_transports._net.deadline import Deadline
from orderlists_transports._net.dial import OpenSocket, dial, exchange, try_each_address
from orderlists_transports._net.pool import Pool
from orderlists_transports._net.redact import no_response, not_connected, not_sent
from orderlists_transports._net.route import Route
from orderlists_transports._net.stream import Stream
from orderlists_transports._validators import check_callable, check_count
from orderlists_transports.environments import Exchange, parse_origin
from orderlists_transports.interfaces import MAX_CONNECTIONS, MAX_RESPONSE_SIZE

if TYPE_CHECKING:
    from orderlists.extending import HttpRequest, HttpResponse

__all__ = ["Urllib3Transport"]

_NETWORK_ERRORS: Final = (OSError, UnusableResponse)


class Urllib3Transport:
    """Sends requests to one exchange; keeps `HttpTransport`.  Any number of threads may share it.

    A forked child process opens connections of its own.

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
        open_socket: Opens a TCP connection, given host, port and seconds, in place of urllib3: for
            SOCKS, an interface of one's own, or a test.  Raises OSError where it cannot.

    Attributes:
        pool: The idle connections.

    Raises:
        InvalidSetting: A setting breaks its rule.

    >>> transport = Urllib3Transport(Exchange.TESTNET, connect_timeout=2)
    >>> transport
    <Urllib3Transport https://testnet.binance.vision:443>
    >>> transport.close()
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
        open_socket: OpenSocket | None = None,
    ) -> None:
        check_count("max_connections", max_connections)
        check_count("max_response_size", max_response_size)
        if open_socket is not None:
            rule = "must be a function that is given host, port and seconds"
            check_callable("open_socket", open_socket, rule=rule)
        self._origin = parse_origin(exchange)
        self._route = Route(
            self._origin, proxy=proxy, ssl_context=ssl_context, connect_timeout=connect_timeout
        )
        self._writer = RequestWriter(self._origin)
        self._open_socket = open_socket or _open_socket
        self.pool: Pool[Stream] = Pool(max_connections)
        self._max_response_size = max_response_size

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        """Exchange one request for one response, as `HttpTransport.send` says."""
        outcome = self._exchange(request, Deadline(timeout))
        # Raised here, where no foreign error is being handled: none becomes its context.
        if isinstance(outcome, TransportError):
            raise outcome
        return outcome

    def close(self) -> None:
        """Close every connection; one that is in use is closed when its response is in."""
        self.pool.close()

    def _exchange(self, request: HttpRequest, deadline: Deadline) -> HttpResponse | TransportError:
        if self.pool.is_closed:
            return not_sent("this transport is closed")
        try:
            data = self._writer.write(request)
        except UnsendableRequest as error:
            return not_sent(str(error))
        stream, is_reusable = None, False
        # An interrupt can come between any two steps: what is not known to be reusable is closed.
        try:
            try:
                deadline.left()
                stream = self.pool.acquire() or dial(self._route, self._open_socket, deadline)
            except _NETWORK_ERRORS as error:
                return not_connected(self._route, error)
            response, reader = exchange(
                stream, request.method, data, self._max_response_size, deadline
            )
            is_reusable = reader.is_reusable
        except _NETWORK_ERRORS as error:
            return no_response(self._origin, error)
        finally:
            del data  # It holds a signature: no frame of an exception may keep it.
            self.pool.release(stream, is_reusable=is_reusable)
        return response

    def __repr__(self) -> str:
        return f"<Urllib3Transport {self._origin}>"


def _open_socket(host: str, port: int, seconds: float) -> socket.socket:
    return try_each_address(host, port, Deadline(seconds), _open_address)


def _open_address(address: str, port: int, seconds: float) -> socket.socket:
    connection = HTTPConnection(address, port, timeout=seconds)
    try:
        connection.connect()
    except HTTPError as error:  # urllib3 wraps the system's error, which says more.
        cause = error.__cause__
        raise cause if isinstance(cause, OSError) else ConnectionError(str(error)) from None
    sock: socket.socket = connection.sock
    return sock
