"""A synchronous WebSocket transport: urllib3 connects, the websockets package speaks.

websockets has a client of its own.  It follows redirects, logs what it sends and has no timeout for
sending; and it waits for ever for the end of a connection that is closed on the other side.

Invariant: one handshake on the wire per `connect`; nothing is sent to anybody else.
"""

from __future__ import annotations

import logging
import ssl
import threading
from typing import TYPE_CHECKING
from weakref import WeakSet

from urllib3 import PoolManager
from urllib3.exceptions import ClosedPoolError

from orderlists import HandshakeRefused, InvalidSetting, MissingExtra, TransportError
from orderlists.extending import HttpResponse
from orderlists_transports._http1.decoders import decode_content
from orderlists_transports._http1.errors import UnsendableRequest, UnusableResponse
from orderlists_transports._http1.writer import check_target
from orderlists_transports._net.deadline import Deadline
from orderlists_transports._net.redact import not_connected
from orderlists_transports._urllib3_pool import Pool, check_manager, open_pool
from orderlists_transports._validators import check_count, check_seconds
from orderlists_transports.environments import Exchange, Origin, parse_framed_origin
from orderlists_transports.interfaces import MAX_RESPONSE_SIZE

try:
    from websockets.client import ClientProtocol
    from websockets.exceptions import InvalidStatus
    from websockets.http11 import Response
    from websockets.protocol import CONNECTING
    from websockets.uri import parse_uri

    from orderlists_transports._websockets_connection import WebsocketsConnection
except ModuleNotFoundError as error:
    raise MissingExtra("websockets", needed_for="orderlists_transports.websockets") from error

if TYPE_CHECKING:
    import socket

_AT_ONCE = 10  # So many may connect at the same time before urllib3 complains in the log.
_HEARTBEAT = 20.0  # As often as the exchange pings.
_CHUNK = 64 * 1024
# websockets would log what is sent, signatures and all.
_DISCREET = logging.Logger("orderlists")  # noqa: LOG001 - one that is not found cannot be switched on
_DISCREET.disabled = True
_CLOSED = "no connection: this transport is closed"
_PROXY_RULE = "must have no proxy, or one that is spoken to by http://"


class WebsocketsTransport:
    """Opens WebSocket connections to one exchange; keeps `FramedTransport`.

    Any number of threads may share it.  Each connection has a thread of its own.

    Args:
        exchange: One of Binance's environments, or an origin such as
            ``wss://ws-api.binance.com:9443``.
        manager: An unused `urllib3.PoolManager` or `urllib3.ProxyManager`, which the transport
            takes over.  It says how to connect: proxy, TLS (`ssl_context`), how long to try
            (`timeout`, its connect part).  Without one: the system's certificates, no proxy
            whatever the environment says.
        max_frame_size: The longest frame to accept, in bytes; 1 or more.
        heartbeat: After so many seconds of silence the exchange is pinged; if it stays silent for
            half as long again, the connection is over.  More than 0.

    Raises:
        InvalidSetting: The origin is none; the manager is none, or in use, or its proxy does not
            tunnel; or a number breaks its rule.

    >>> from urllib3 import ProxyManager
    >>> manager = ProxyManager("http://proxy.example:3128")
    >>> transport = WebsocketsTransport(Exchange.TESTNET, manager=manager)
    >>> transport
    <WebsocketsTransport wss://ws-api.testnet.binance.vision:443>
    >>> transport.close()
    """

    def __init__(
        self,
        exchange: Exchange | str,
        *,
        manager: PoolManager | None = None,
        max_frame_size: int = MAX_RESPONSE_SIZE,
        heartbeat: float = _HEARTBEAT,
    ) -> None:
        check_count("max_frame_size", max_frame_size)
        check_seconds("heartbeat", heartbeat)
        self._origin = parse_framed_origin(exchange)
        self._pool = _pool_for(self._origin, manager)
        self._longest_frame = max_frame_size
        self._heartbeat = heartbeat
        self._lock = threading.Lock()
        self._closed = False
        self._connections: WeakSet[WebsocketsConnection] = WeakSet()

    def connect(self, target: str, /, *, timeout: float) -> WebsocketsConnection:
        """Open a connection, as `FramedTransport.connect` says.

        Looking up the host's name is the operating system's business and not bound by `timeout`.
        """
        outcome = self._connect(target, Deadline(timeout))
        # Raised here, where no foreign error is being handled: none becomes its context.
        if isinstance(outcome, TransportError):
            raise outcome
        with self._lock:
            self._connections.add(outcome)
            closed = self._closed
        if closed:
            outcome.close()
            raise TransportError(_CLOSED, sent=False, is_retryable=False)
        return outcome

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            self._closed = True
            connections = list(self._connections)
        self._pool.close()
        for each in connections:
            each.close()

    def _connect(self, target: str, deadline: Deadline) -> WebsocketsConnection | TransportError:
        try:
            check_target(target)
        except UnsendableRequest as error:
            return TransportError(f"no connection: {error}", sent=False, is_retryable=False)
        try:
            sock = self._dial(deadline)
            try:
                return self._shake_hands(sock, target, deadline)
            except BaseException:
                sock.close()
                raise
        except InvalidStatus as refusal:
            response = refusal.response
        except ClosedPoolError:
            return TransportError(_CLOSED, sent=False, is_retryable=False)
        except Exception as error:  # noqa: BLE001 - whatever a library raises, one error leaves
            return not_connected(self._origin, error)
        return self._refused(response)

    def _dial(self, deadline: Deadline) -> socket.socket:
        connection = self._pool.lend(deadline)
        sock, connection.sock = connection.sock, None
        self._pool.take_back(connection)
        sock.settimeout(deadline.left())
        return sock

    def _shake_hands(
        self, sock: socket.socket, target: str, deadline: Deadline
    ) -> WebsocketsConnection:
        protocol = ClientProtocol(
            parse_uri(str(self._origin)), max_size=self._longest_frame, logger=_DISCREET
        )
        request = protocol.connect()
        request.path = target
        protocol.send_request(request)
        sock.sendall(b"".join(protocol.data_to_send()))
        while protocol.state is CONNECTING:
            sock.settimeout(deadline.left())
            if data := sock.recv(_CHUNK):
                protocol.receive_data(data)
            else:
                protocol.receive_eof()
            if protocol.handshake_exc is not None:
                raise protocol.handshake_exc
        early = protocol.events_received()
        connection = WebsocketsConnection(sock, protocol, early=early, heartbeat=self._heartbeat)
        return connection.start()

    def _refused(self, response: Response) -> TransportError:
        headers = tuple(response.headers.raw_items())
        encodings = ", ".join(response.headers.get_all("Content-Encoding"))
        try:
            body = decode_content(bytes(response.body), encodings, self._longest_frame)
        except UnusableResponse as error:
            return not_connected(self._origin, error)
        return HandshakeRefused(HttpResponse(response.status_code, headers, body))

    def __repr__(self) -> str:
        return f"<WebsocketsTransport {self._origin}>"


def _pool_for(origin: Origin, manager: PoolManager | None) -> Pool:
    secure = origin.scheme == "wss"
    if manager is None:
        # One context for all connections: urllib3 would read the certificates again for each.
        context = ssl.create_default_context() if secure else None
        manager = PoolManager(maxsize=_AT_ONCE, ssl_context=context)
    check_manager(manager)
    if manager.proxy is not None and manager.proxy.scheme != "http":
        # urllib3's TLS inside TLS cannot be read without waiting.
        raise InvalidSetting(field="manager", value=manager, rule=_PROXY_RULE)
    return open_pool(manager, Origin("https" if secure else "http", origin.host, origin.port))
