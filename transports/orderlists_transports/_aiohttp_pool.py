"""aiohttp's connection pool, lending connections instead of sending requests.

aiohttp opens connections (addresses, TLS, proxies, limits) and parses what arrives at them.  What
it would do with a request, such as sending it again, following redirects, rewriting targets and
tracing them, is not used.

Invariant: a connection that is lent is open, and nothing has arrived at it.

Invariant: a connection that is not kept for the next request is gone when its exchange is.
"""

from __future__ import annotations

import select
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn, cast

from aiohttp import EMPTY_PAYLOAD, ServerDisconnectedError

from orderlists import InvalidSetting
from orderlists.extending import HttpResponse
from orderlists_transports._aiohttp_sessions import content_of
from orderlists_transports._content import Unusable

if TYPE_CHECKING:
    import asyncio

    import aiohttp
    from aiohttp.client_proto import ResponseHandler
    from multidict import CIMultiDict

_INTERIM, _SWITCHING, _OK, _LAST = 100, 101, 200, 599
_RULE = "must connect to an http:// origin without a proxy, which would read the requests"


class Connection:
    """One connection, lent for one exchange.

    Args:
        lent: What aiohttp lends.
    """

    def __init__(self, lent: aiohttp.connector.Connection) -> None:
        self._lent = lent
        self.protocol = cast("ResponseHandler", lent.protocol)
        self._carrier = cast("asyncio.Transport", lent.transport)

    def is_behind(self) -> bool:
        """Tell whether the event loop, which was busy, has not seen yet what arrived."""
        sock = self._carrier.get_extra_info("socket")
        return sock is not None and is_readable(sock.fileno())

    async def exchange(self, sent: bytes, longest: int) -> HttpResponse:
        """Write a request and read its reply.

        Raises:
            Unusable: What arrived is no use; aiohttp raises errors of its own as well.
        """
        self.protocol.set_response_params(
            skip_payload=sent.startswith(b"HEAD "), read_until_eof=True, auto_decompress=False
        )
        self._carrier.write(sent)
        head, content = await self.protocol.read()
        while _INTERIM <= head.code < _OK and head.code != _SWITCHING:
            head, content = await self.protocol.read()
        if not _OK <= head.code <= _LAST:
            raise Unusable(f"{head.code} is not the status of a reply")
        body = await content_of(content, head.headers, longest)
        if not (head.chunked or "Content-Length" in head.headers or content is EMPTY_PAYLOAD):
            self._expect_orderly_end()
        return HttpResponse(head.code, tuple(head.headers.items()), body)

    def _expect_orderly_end(self) -> None:
        # aiohttp takes any end of the connection for the end of the body.
        error = self.protocol.exception()
        if error is not None and not isinstance(error, ServerDisconnectedError):
            raise error

    def keep(self) -> bool:
        """Give it back for the next request, and tell whether that was possible."""
        # A server may answer before it has read all; the rest would stand before the next request.
        if self._carrier.get_write_buffer_size() or self.protocol.should_close:
            return False
        # Its parser would hide the beginning of a reply that nobody asked for.
        self.protocol._parser = None  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] # nothing public takes it away
        self._lent.release()
        return not self._carrier.is_closing()  # Some connectors keep nothing.

    def hang_up(self) -> None:
        """Close it, and make room for another.

        Over TLS, asyncio would give the other side half a minute to agree that it is over.  Nobody
        waits for that, and an event loop that ends meanwhile would leave the socket open.
        """
        self._carrier.abort()
        self._lent.close()


class Pool:
    """The connections of one session to one origin.

    Args:
        session: Says how to connect, and keeps the connections.
        request: One that would take such a connection.
    """

    def __init__(self, session: aiohttp.ClientSession, request: aiohttp.ClientRequest) -> None:
        self.session = session
        self._request = request
        self._connector = cast("aiohttp.BaseConnector", session.connector)
        self._kept: set[ResponseHandler] = set()

    async def lend(self) -> Connection:
        """Return an open connection, waiting for a free one and opening it as need be.

        Raises:
            Unusable: The server speaks unasked on a new one, and would on the next one as well.
        """
        while True:
            connection = Connection(
                await self._connector.connect(self._request, [], self.session.timeout)
            )
            was_kept = self._was_kept(connection.protocol)
            # Only of a kept one: TLS itself may have something to say on a new one.
            if not (connection.protocol.should_close or (was_kept and connection.is_behind())):
                return connection
            connection.hang_up()
            if not was_kept:
                raise Unusable("the server spoke before it was asked")

    def take_back(self, connection: Connection, *, reusable: bool) -> None:
        """Keep a connection for the next request, or close it and make room for another."""
        if reusable and connection.keep():
            self._kept.add(connection.protocol)
        else:
            connection.hang_up()

    def _was_kept(self, protocol: ResponseHandler) -> bool:
        if protocol in self._kept:
            self._kept.remove(protocol)
            return True
        # It is new, so perhaps others are over that were kept too long.
        self._kept = {each for each in self._kept if each.is_connected()}
        return False


def is_readable(number: int) -> bool:
    """Tell whether something arrived at the socket with this number and was not read yet."""
    if sys.platform == "win32":  # It has no poll.  Elsewhere select takes no number above 1023.
        return bool(select.select([number], [], [], 0)[0])  # unreachable
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))


class _NotSent(Exception):
    """Keeps a session from sending a request."""


async def open_pool(session: aiohttp.ClientSession, origin: str) -> Pool:
    """Return a session's pool for an origin.

    Raises:
        InvalidSetting: The session's proxy would read the requests.
    """
    made: list[aiohttp.ClientRequest] = []

    async def keep(request: aiohttp.ClientRequest, _send: aiohttp.ClientHandlerType) -> NoReturn:
        made.append(request)
        raise _NotSent

    # A request knows its session's proxy and TLS, those from the environment as well.
    with suppress(_NotSent):
        await session.request("GET", origin, middlewares=(keep,))
    [request] = made
    if request.proxy is not None and not request.is_ssl():
        raise InvalidSetting(field="session", value=session, rule=_RULE)
    if request.proxy_headers is not None:
        # When it connects, aiohttp adds this, and would take the next request for one to elsewhere.
        cast("CIMultiDict[str]", request.proxy_headers)["Host"] = request.headers["Host"]
    return Pool(session, request)
