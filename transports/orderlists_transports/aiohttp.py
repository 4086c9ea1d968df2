"""An asynchronous HTTP transport over aiohttp.

aiohttp opens and keeps the connections; requests are written to them here, as they are.

Invariant: once a byte of a request was given to a socket, that request is never sent again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from orderlists import InvalidSetting, MissingExtra, TransportError
from orderlists.extending import HttpResponse
from orderlists_transports._redact import no_connection
from orderlists_transports._validators import check_count
from orderlists_transports._wire import flaw, host_of, serialise
from orderlists_transports.environments import Exchange, parse_origin
from orderlists_transports.interfaces import MAX_RESPONSE_SIZE

try:
    import aiohttp

    from orderlists_transports._aiohttp_pool import Connection, Pool, open_pool
    from orderlists_transports._aiohttp_sessions import (
        Sessions,
        check_factory,
        told,
        was_interrupted,
    )
except ModuleNotFoundError as error:
    raise MissingExtra("aiohttp", needed_for="orderlists_transports.aiohttp") from error

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists.extending import HttpRequest


class AiohttpTransport:
    """Sends requests to one exchange; keeps `AsyncHttpTransport`.  Many tasks may share it.

    It may be made before an event loop runs.  In another loop, such as a second `asyncio.run`, or
    in a forked child process, it opens connections of its own.

    Args:
        exchange: One of Binance's environments, or an origin such as ``https://api1.binance.com``.
        session: Makes an `aiohttp.ClientSession`, inside the running loop; the transport takes it
            over.  It says how to connect: proxy, connector (TLS, how many connections), how long to
            try (`timeout`, its `connect` and `sock_connect`).  How to send is not its business:
            middlewares, traces, cookies, redirects and default headers do not apply.  Without one:
            aiohttp's own settings, and no proxy whatever the environment says.
        max_response_size: The longest body to accept, in bytes, after decompression; 1 or more.

    Raises:
        InvalidSetting: The origin is none, a number breaks its rule, or `session` is no function;
            when the first request is sent, if that makes no session, or its proxy does not tunnel.

    >>> from functools import partial
    >>> proxied = partial(aiohttp.ClientSession, proxy="http://proxy.example:3128")
    >>> AiohttpTransport(Exchange.TESTNET, session=proxied)
    <AiohttpTransport https://testnet.binance.vision:443>

    A connector is made inside the loop as well:

    >>> def two_connections():
    ...     return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=2))
    """

    def __init__(
        self,
        exchange: Exchange | str,
        *,
        session: Callable[[], aiohttp.ClientSession] = aiohttp.ClientSession,
        max_response_size: int = MAX_RESPONSE_SIZE,
    ) -> None:
        check_count("max_response_size", max_response_size)
        check_factory(session)
        self._origin = parse_origin(exchange)
        self._host = host_of(self._origin)
        self._sessions = Sessions(session)
        self._pool: Pool | None = None
        self._longest_reply = max_response_size
        self._underway: dict[asyncio.Timeout, aiohttp.ClientSession] = {}
        self._closed = False

    async def asend(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:  # noqa: ASYNC109 - the transport owns its timeout: only it knows what was sent by then
        """Exchange one request for one response, as `HttpTransport.send` says."""
        outcome = await self._exchange(request, timeout)
        # Raised here, where no foreign error is being handled: none becomes its context.
        if isinstance(outcome, TransportError):
            raise outcome
        return outcome

    async def aclose(self) -> None:
        """Close every connection, those in use as well; what is under way ends."""
        self._closed = True
        session, now = self._sessions.made_here(), asyncio.get_running_loop().time()
        # aiohttp leaves those waiting who read a body or connect, and waits for those who write.
        for deadline, used in list(self._underway.items()):
            if used is session and not deadline.expired():
                deadline.reschedule(now)
        await self._sessions.close()

    async def _exchange(
        self, request: HttpRequest, seconds: float
    ) -> HttpResponse | TransportError:
        if (why := self._obstacle(request, seconds)) is not None:
            return TransportError(
                f"the request was not sent: {why}", sent=False, is_retryable=False
            )
        session = await self._sessions.here()
        sent = serialise(request, self._host)
        connection: Connection | None = None
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                self._underway[deadline] = session
                pool = await self._pool_of(session)
                connection = await pool.lend()
                return await self._converse(pool, connection, sent)
        except InvalidSetting:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a library raises, one error leaves
            why = "this transport was closed" if self._closed else told(error)
        except asyncio.CancelledError:
            if was_interrupted():
                raise
            why = "its session was closed"
        finally:
            self._underway.pop(deadline, None)
        if connection is None:
            return no_connection(self._origin, why)
        return TransportError(f"no reply from {self._origin}: {why}", sent=None)

    def _obstacle(self, request: HttpRequest, seconds: float) -> str | None:
        if self._closed:
            return "this transport is closed"
        if seconds <= 0:
            return "no time is left"
        return flaw(request)

    async def _pool_of(self, session: aiohttp.ClientSession) -> Pool:
        pool = self._pool
        if pool is None or pool.session is not session:
            self._pool = pool = await open_pool(session, str(self._origin))
        return pool

    async def _converse(self, pool: Pool, connection: Connection, sent: bytes) -> HttpResponse:
        complete = False
        try:
            response = await connection.exchange(sent, self._longest_reply)
            complete = True
        finally:
            pool.take_back(connection, reusable=complete)
        return response

    def __repr__(self) -> str:
        return f"<AiohttpTransport {self._origin}>"
