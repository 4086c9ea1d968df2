"""HTTP transports for those who use httpx already.

They take an `httpx.HTTPTransport` or `httpx.AsyncHTTPTransport`, not a client: an `httpx.Client`
logs the URL of each request, and with it the signature.

What is left to httpx:

- it bounds each read of the headers, not all of them together;
- bytes that arrive together with a response, behind its end, are read as the next one;
- it does not notice that its process was forked;
- with many threads it may close a connection that is in use: such a request ends as unknown.
"""

from __future__ import annotations

from contextlib import aclosing, closing
from typing import Final

from orderlists import MissingExtra, TransportError
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_transports._http1.bodies import UnboundedBody
from orderlists_transports._http1.errors import UnusableResponse
from orderlists_transports._http_adapter import HttpAdapter
from orderlists_transports._net.deadline import Deadline
from orderlists_transports._net.redact import no_response, not_connected
from orderlists_transports._validators import check_instance
from orderlists_transports.environments import Exchange
from orderlists_transports.interfaces import MAX_RESPONSE_SIZE

try:
    import httpx
except ModuleNotFoundError as error:
    raise MissingExtra("httpx", needed_for="orderlists_transports.httpx") from error

__all__ = ["AsyncHttpxTransport", "HttpxTransport"]

_NOT_CONNECTED: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.LocalProtocolError,
)
_FAILED: Final = (httpx.HTTPError, TimeoutError, UnusableResponse)


class _Adapter(HttpAdapter):
    """What both colours share: everything but reading and writing."""

    def _outgoing(self, request: HttpRequest, seconds: float) -> httpx.Request:
        outgoing = httpx.Request(
            request.method, str(self._origin), headers=request.headers, content=request.body
        )
        outgoing.extensions["target"] = request.target.encode()  # As it is, never quoted anew.
        outgoing.extensions["timeout"] = httpx.Timeout(seconds).as_dict()
        return outgoing

    def _incoming(self, response: httpx.Response, body: UnboundedBody) -> HttpResponse:
        return self._response(response.status_code, tuple(response.headers.multi_items()), body)

    def _failure(self, error: Exception) -> TransportError:
        failure = not_connected if isinstance(error, _NOT_CONNECTED) else no_response
        return failure(self._origin, error)


class HttpxTransport(_Adapter):
    """Sends requests to one exchange; keeps `HttpTransport` as far as httpx does.

    Args:
        exchange: One of Binance's environments, or an origin such as ``https://api1.binance.com``.
        transport: Connects, with its TLS, proxy and limits; taken over, and closed by `close`.
        max_response_size: The longest body to accept, in bytes, after decompression; 1 or more.

    Raises:
        InvalidSetting: The origin is none, the transport is none, or a number breaks its rule.

    >>> HttpxTransport(Exchange.TESTNET, transport=httpx.HTTPTransport())
    <HttpxTransport https://testnet.binance.vision:443>
    """

    def __init__(
        self,
        exchange: Exchange | str,
        *,
        transport: httpx.BaseTransport,
        max_response_size: int = MAX_RESPONSE_SIZE,
    ) -> None:
        super().__init__(exchange, max_response_size=max_response_size)
        rule = "must be an httpx.BaseTransport"
        check_instance("transport", transport, httpx.BaseTransport, rule=rule)
        self._transport = transport

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        """Exchange one request for one response, as `HttpTransport.send` says."""
        failure = self._obstacle(request, timeout)
        if failure is None:
            body, deadline = self._new_body(), Deadline(timeout)
            try:
                with closing(
                    self._transport.handle_request(self._outgoing(request, timeout))
                ) as response:
                    for part in response.iter_raw():
                        deadline.left()
                        body.receive(part)
                return self._incoming(response, body)
            except _FAILED as error:
                failure = self._failure(error)
        raise failure  # Out here it has no context: what other errors say may be secret.

    def close(self) -> None:
        """Close every connection."""
        self._closed = True
        self._transport.close()


class AsyncHttpxTransport(_Adapter):
    """`HttpxTransport` with ``await``; takes an `httpx.AsyncHTTPTransport`."""

    def __init__(
        self,
        exchange: Exchange | str,
        *,
        transport: httpx.AsyncBaseTransport,
        max_response_size: int = MAX_RESPONSE_SIZE,
    ) -> None:
        super().__init__(exchange, max_response_size=max_response_size)
        rule = "must be an httpx.AsyncBaseTransport"
        check_instance("transport", transport, httpx.AsyncBaseTransport, rule=rule)
        self._transport = transport

    async def asend(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:  # noqa: ASYNC109 - the transport owns its timeout: only it knows what was sent by then
        """Exchange one request for one response, as `HttpTransport.send` says."""
        failure = self._obstacle(request, timeout)
        if failure is None:
            body, deadline = self._new_body(), Deadline(timeout)
            try:
                async with aclosing(
                    await self._transport.handle_async_request(self._outgoing(request, timeout))
                ) as response:
                    async for part in response.aiter_raw():
                        deadline.left()
                        body.receive(part)
                return self._incoming(response, body)
            except _FAILED as error:
                failure = self._failure(error)
        raise failure  # As above.

    async def aclose(self) -> None:
        """Close every connection."""
        self._closed = True
        await self._transport.aclose()
