"""An asynchronous HTTP transport over aiohttp.

Invariant: one request on the wire per send.  aiohttp itself sends a request again when a connection
that was kept alive turns out to be dead; here it does not.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache
from typing import TYPE_CHECKING

from orderlists import HttpResponse, MissingExtra, TransportError
from orderlists_transports._amounts import check_count
from orderlists_transports._content import Unusable
from orderlists_transports._contract import LONGEST_REPLY
from orderlists_transports._exchange import Exchange, parse_origin
from orderlists_transports._telling import told
from orderlists_transports._wire import flaw

try:
    import aiohttp
    from yarl import URL

    from orderlists_transports._aiohttp_sessions import (
        Sessions,
        content_of,
        was_interrupted,
    )
except ModuleNotFoundError as error:
    raise MissingExtra("aiohttp", needed_for="orderlists_transports.aiohttp") from error

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists import HttpRequest

_NO_CONNECTION = (
    aiohttp.ClientConnectorError,  # Unknown host, refused, TLS: all that happens before sending.
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ServerFingerprintMismatch,
)
_CONNECTING = 0.9
_OK, _LAST = 200, 599


class _Lost(Exception):
    """The connection broke.  Not one of aiohttp's own errors, at which it would send again."""


class AiohttpTransport:
    """Sends requests to one exchange; keeps `AsyncHttpTransport`.  Many tasks may share it.

    It may be made before an event loop runs.  In another loop, such as a second `asyncio.run`, or
    in a forked child process, it opens connections of its own.

    Args:
        exchange: One of Binance's environments, or an origin such as ``https://api1.binance.com``.
        session: Makes the `aiohttp.ClientSession`, inside the running loop, from the keyword
            arguments it is given and those of your own: proxy, connector (TLS context, how many
            connections).  The transport closes the session.  Without one: aiohttp's own settings,
            and no proxy whatever the environment says.
        longest_reply: The longest body to accept, in bytes, after decompression; 1 or more.

    Raises:
        InvalidSetting: The origin is none, or a number breaks its rule.

    >>> from functools import partial
    >>> proxied = partial(aiohttp.ClientSession, proxy="http://proxy.example:3128")
    >>> AiohttpTransport(Exchange.TESTNET, session=proxied)
    <AiohttpTransport https://testnet.binance.vision:443>

    A connector is made inside the loop as well:

    >>> def two_connections(**settings):
    ...     return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=2), **settings)
    """

    def __init__(
        self,
        exchange: Exchange | str,
        *,
        session: Callable[..., aiohttp.ClientSession] = aiohttp.ClientSession,
        longest_reply: int = LONGEST_REPLY,
    ) -> None:
        check_count("longest_reply", longest_reply)
        self._origin = parse_origin(exchange)
        self._base = str(self._origin)
        self._sessions = Sessions(session, middlewares=(_once,))
        self._longest_reply = longest_reply
        self._closed = False

    async def asend(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:  # noqa: ASYNC109 - the transport owns its timeout: only it knows what was sent by then
        """Exchange one request for one response, as `HttpTransport.send` says."""
        outcome = await self._exchange(request, timeout)
        # Raised here, where no foreign error is being handled: none becomes its context.
        if isinstance(outcome, TransportError):
            raise outcome
        return outcome

    async def aclose(self) -> None:
        """Close every connection, those in use as well."""
        self._closed = True
        await self._sessions.close()

    async def _exchange(
        self, request: HttpRequest, seconds: float
    ) -> HttpResponse | TransportError:
        if (why := self._obstacle(request, seconds)) is not None:
            return TransportError(f"the request was not sent: {why}", sent=False)
        session = await self._sessions.here()
        try:
            return await self._converse(session, request, seconds)
        except _NO_CONNECTION as error:
            seen = error.__cause__ or error  # The system's or OpenSSL's own error, if it was one.
            return TransportError(f"no connection to {self._origin}: {told(seen)}", sent=False)
        except Exception as error:  # noqa: BLE001 - whatever a library raises, one error leaves
            return TransportError(f"no reply from {self._origin}: {told(error)}", sent=None)
        except asyncio.CancelledError:
            if not self._closed or was_interrupted():
                raise
            return TransportError("no reply: this transport was closed", sent=None)

    def _obstacle(self, request: HttpRequest, seconds: float) -> str | None:
        if self._closed:
            return "this transport is closed"
        if seconds <= 0:
            return "no time is left"
        if (why := flaw(request)) is None and self._url(request).raw_path_qs != request.target:
            return "aiohttp would change its target"
        return why

    async def _converse(
        self, session: aiohttp.ClientSession, request: HttpRequest, seconds: float
    ) -> HttpResponse:
        response = await session.request(
            request.method,
            self._url(request),
            headers=request.headers,
            data=request.body or None,
            allow_redirects=False,
            timeout=_limits(seconds, session.timeout),
        )
        try:
            if not _OK <= response.status <= _LAST:
                raise Unusable(f"{response.status} is not the status of a reply")
            body = await content_of(response, self._longest_reply)
        finally:
            response.release()
        return HttpResponse(response.status, tuple(response.headers.items()), body)

    def _url(self, request: HttpRequest) -> URL:
        return URL(self._base + request.target, encoded=True)

    def __repr__(self) -> str:
        return f"<AiohttpTransport {self._origin}>"


async def _once(
    request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _Lost(told(error)) from None


# Most calls have the same: the client's timeout is shorter than what is left of a call's deadline.
@lru_cache(maxsize=16)
def _limits(seconds: float, session: aiohttp.ClientTimeout) -> aiohttp.ClientTimeout:
    # Connecting ends a little earlier, so that an end while connecting is seen to be one.
    connecting = seconds * _CONNECTING
    return aiohttp.ClientTimeout(
        total=seconds,
        connect=min(connecting, session.connect or connecting),
        sock_connect=session.sock_connect,
        ceil_threshold=seconds + 1,  # aiohttp would round longer timeouts up to whole seconds.
    )
