"""An asynchronous HTTP transport for those who have an `aiohttp.ClientSession` already.

`orderlists_transports.asyncio` needs no library and keeps every promise; this one keeps those that
aiohttp lets it keep.  aiohttp sends some requests again when their connection breaks; a client
middleware refuses that second attempt.  What is left to aiohttp and the session:

- bytes that arrive on an idle connection are read as the next response, unless the session's
  connector was made with ``force_close=True``;
- a timeout while waiting for a free connection gives `sent=None`;
- a forked child process must not use its parent's session;
- cookies are kept, unless the session was made with an `aiohttp.DummyCookieJar`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from orderlists import MissingExtra, TransportError
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_transports._http1.errors import TunnelRefused, UnusableResponse
from orderlists_transports._http_adapter import HttpAdapter
from orderlists_transports._net.redact import no_response, not_connected, not_sent
from orderlists_transports._validators import check_instance
from orderlists_transports.environments import Exchange
from orderlists_transports.interfaces import MAX_RESPONSE_SIZE

try:
    import aiohttp
    from yarl import URL
except ModuleNotFoundError as error:
    raise MissingExtra("aiohttp", needed_for="orderlists_transports.aiohttp") from error

if TYPE_CHECKING:
    from aiohttp import ClientHandlerType, ClientRequest, ClientResponse

__all__ = ["AiohttpTransport"]

_NOT_CONNECTED: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
_ADDED_BY_AIOHTTP: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class AiohttpTransport(HttpAdapter):
    """Sends requests to one exchange through a session.  Many tasks may share it.

    Args:
        exchange: One of Binance's environments, or an origin such as ``https://api1.binance.com``.
        session: An open `aiohttp.ClientSession`.  Its connector, proxy and TLS apply, and so do its
            default headers and cookies: leave them out.  It remains its owner's to close.
        max_response_size: The longest body to accept, in bytes, after decompression; 1 or more.

    Raises:
        InvalidSetting: The origin is none, the session is none, or a number breaks its rule.
    """

    def __init__(
        self,
        exchange: Exchange | str,
        *,
        session: aiohttp.ClientSession,
        max_response_size: int = MAX_RESPONSE_SIZE,
    ) -> None:
        super().__init__(exchange, max_response_size=max_response_size)
        rule = "must be an aiohttp.ClientSession"
        check_instance("session", session, aiohttp.ClientSession, rule=rule)
        self._session = session
        # Which one is the session's to know.
        self._by_proxy = f"{self._origin} by the session's proxy"

    async def asend(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:  # noqa: ASYNC109 - the transport owns its timeout: only it knows what was sent by then
        """Exchange one request for one response, as `HttpTransport.send` says."""
        outcome = self._obstacle(request, timeout) or await self._exchange(request, timeout)
        # Raised here, where no foreign error is being handled: none becomes its context.
        if isinstance(outcome, TransportError):
            raise outcome
        return outcome

    async def aclose(self) -> None:
        """Refuse further requests.  The session stays open."""
        self._closed = True

    async def _exchange(
        self, request: HttpRequest, seconds: float
    ) -> HttpResponse | TransportError:
        if self._session.closed:
            return not_sent("its session is closed")
        body = self._new_body()
        try:
            async with self._session.request(
                request.method,
                URL(f"{self._origin}{request.target}", encoded=True),
                headers=request.headers,
                data=request.body or None,
                allow_redirects=False,
                raise_for_status=False,
                auto_decompress=False,
                skip_auto_headers=_ADDED_BY_AIOHTTP,
                timeout=aiohttp.ClientTimeout(total=seconds),
                middlewares=(_OneAttempt(),),
            ) as response:
                async for part in response.content.iter_any():
                    body.receive(part)
                return self._response(response.status, tuple(response.headers.items()), body)
        except aiohttp.ClientHttpProxyError as error:
            return not_connected(self._by_proxy, TunnelRefused(error.status))
        except aiohttp.ClientProxyConnectionError as error:
            return not_connected(self._by_proxy, error)
        except _NOT_CONNECTED as error:
            return not_connected(self._origin, error)
        except (aiohttp.ClientError, OSError, UnusableResponse) as error:
            return no_response(self._origin, error)


class _OneAttempt:
    """A middleware that lets one attempt through."""

    def __init__(self) -> None:
        self._is_sent = False

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        if self._is_sent:
            raise UnusableResponse("the connection ended without a response")
        self._is_sent = True
        return await handler(request)
