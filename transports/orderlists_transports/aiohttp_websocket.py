"""An asynchronous WebSocket transport over aiohttp.

Invariant: one handshake on the wire per `aconnect`; nothing is sent to anybody else.  aiohttp
itself follows redirects; here it does not.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, cast

from orderlists import HandshakeRefused, MissingExtra, TransportError
from orderlists.extending import HttpResponse
from orderlists_transports._http1.errors import UnsendableRequest
from orderlists_transports._http1.writer import check_target
from orderlists_transports._net.redact import not_connected
from orderlists_transports._validators import check_count, check_seconds
from orderlists_transports.environments import Exchange, parse_framed_origin
from orderlists_transports.interfaces import MAX_RESPONSE_SIZE

try:
    import aiohttp
    from yarl import URL

    from orderlists_transports._aiohttp_connection import (
        FAREWELL,
        AiohttpConnection,
        Response,
        Socket,
    )
    from orderlists_transports._aiohttp_sessions import (
        Sessions,
        check_factory,
        content_of,
        root_of,
        was_interrupted,
    )
except ModuleNotFoundError as error:
    raise MissingExtra("aiohttp", needed_for="orderlists_transports.aiohttp_websocket") from error

if TYPE_CHECKING:
    from collections.abc import Callable

_ADDED_BY_AIOHTTP = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
_HEARTBEAT = 20.0  # As often as the exchange pings.
_SWITCHING = 101
_CLOSED = "no connection: this transport is closed"


class _Refused(Exception):
    """The server answered, and would not switch to WebSocket."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response


class AiohttpWebSocketTransport:
    """Opens WebSocket connections to one exchange; keeps `AsyncFramedTransport`.

    Many tasks may share it.  It may be made before an event loop runs.  In another loop, such as a
    second `asyncio.run`, or in a forked child process, it opens connections of its own.

    Args:
        exchange: One of Binance's environments, or an origin such as
            ``wss://ws-api.binance.com:9443``.
        session: Makes the `aiohttp.ClientSession`, inside the running loop, from the keyword
            arguments it is given and those of your own: proxy, connector (TLS context).  The
            transport closes the session.  Without one: aiohttp's own settings, and no proxy
            whatever the environment says.
        max_frame_size: The longest frame to accept, in bytes; 1 or more.
        heartbeat: After so many seconds of silence the exchange is pinged; if it stays silent for
            half as long again, the connection is over.  More than 0.

    Raises:
        InvalidSetting: The origin is none, a number breaks its rule, or `session` is no function;
            when the first connection is opened, if that makes no session.

    >>> from functools import partial
    >>> proxied = partial(aiohttp.ClientSession, proxy="http://proxy.example:3128")
    >>> AiohttpWebSocketTransport(Exchange.TESTNET, session=proxied)
    <AiohttpWebSocketTransport wss://ws-api.testnet.binance.vision:443>
    """

    def __init__(
        self,
        exchange: Exchange | str,
        *,
        session: Callable[..., aiohttp.ClientSession] = aiohttp.ClientSession,
        max_frame_size: int = MAX_RESPONSE_SIZE,
        heartbeat: float = _HEARTBEAT,
    ) -> None:
        check_count("max_frame_size", max_frame_size)
        check_seconds("heartbeat", heartbeat)
        check_factory(session)
        self._origin = parse_framed_origin(exchange)
        self._base = str(self._origin)
        self._session = session
        self._sessions = Sessions(self._make_session)
        self._longest_frame = max_frame_size
        self._heartbeat = heartbeat
        self._connections: set[AiohttpConnection] = set()
        self._closed = False

    async def aconnect(self, target: str, /, *, timeout: float) -> AiohttpConnection:  # noqa: ASYNC109 - the transport owns its timeout
        """Open a connection, as `FramedTransport.connect` says."""
        outcome = await self._connect(target, timeout)
        # Raised here, where no foreign error is being handled: none becomes its context.
        if isinstance(outcome, TransportError):
            raise outcome
        self._connections.add(outcome)
        return outcome

    async def aclose(self) -> None:
        """Close every connection."""
        self._closed = True
        home = (asyncio.get_running_loop(), os.getpid())
        here = [each for each in self._connections if each.home == home]
        await asyncio.gather(*(each.aclose() for each in here))
        self._connections.clear()
        await self._sessions.close()

    def _make_session(self) -> aiohttp.ClientSession:
        return self._session(
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            middlewares=(self._only_once,),
            raise_for_status=False,
            response_class=Response,
            skip_auto_headers=_ADDED_BY_AIOHTTP,
            ws_response_class=Socket,
        )

    async def _connect(self, target: str, seconds: float) -> AiohttpConnection | TransportError:
        if (why := self._obstacle(target)) is not None:
            return TransportError(f"no connection: {why}", sent=False, is_retryable=False)
        session = await self._sessions.here()
        try:
            async with asyncio.timeout(seconds):
                socket = await session.ws_connect(
                    self._url(target),
                    heartbeat=self._heartbeat,
                    max_msg_size=self._longest_frame + 1,  # To aiohttp, what is too long.
                    timeout=aiohttp.ClientWSTimeout(ws_close=FAREWELL),  # pyright: ignore[reportCallIssue] # made by attrs in a way that pyright cannot see
                )
            return AiohttpConnection(cast("Socket", socket), self._connections.discard)
        except _Refused as refusal:
            return HandshakeRefused(refusal.response)
        except Exception as error:  # noqa: BLE001 - whatever a library raises, one error leaves
            return not_connected(self._origin, root_of(error))
        except asyncio.CancelledError:
            if not self._closed or was_interrupted():
                raise
            return TransportError(_CLOSED, sent=False, is_retryable=False)

    def _obstacle(self, target: str) -> str | None:
        if self._closed:
            return "this transport is closed"
        try:
            check_target(target)
        except UnsendableRequest as error:
            return str(error)
        if self._url(target).raw_path_qs != target:
            return "aiohttp would change its target"
        return None

    async def _only_once(
        self, request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Keep aiohttp from trying again, and from throwing away what a server says."""
        response = await send(request)
        if response.status == _SWITCHING:
            return response
        try:
            body = await content_of(response.content, response.headers, self._longest_frame)
        finally:
            response.close()
        raise _Refused(HttpResponse(response.status, tuple(response.headers.items()), body))

    def _url(self, target: str) -> URL:
        return URL(self._base + target, encoded=True)

    def __repr__(self) -> str:
        return f"<AiohttpWebSocketTransport {self._origin}>"
