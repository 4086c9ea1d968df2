"""The HTTP server of a venue, by means of aiohttp, as is `websocket_server`.

Both are imported when a `Simulator` is made, because aiohttp is an extra.

Invariant: the query reaches the protocol byte for byte as it arrived, because it is signed.
"""

from __future__ import annotations

import asyncio
import math
import re
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from orderlists import MissingExtra
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator._faults.responses import BrokenConnection
from orderlists_simulator._serving.control import Control
from orderlists_simulator._serving.exchange import Exchange

try:
    from aiohttp import web
except ImportError as error:
    raise MissingExtra("aiohttp", needed_for="serving the simulator") from error

from orderlists_simulator._serving.websocket_server import NO_LINGERING, WebSocketServer

# Seconds.  The venue answers at once: only a request that has not arrived completely, or whose
# answer is delayed, can be open at the end.
_GRACE = 0.01
_ABSOLUTE_FORM = re.compile(r"https?://[^/?]*", re.IGNORECASE)
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class HttpServer:
    """Serves a venue over HTTP and WebSocket on one port, and its control over HTTP.

    Args:
        exchange: The venue, its plan, and how delays pass.
        control: Its control.
    """

    def __init__(self, exchange: Exchange, control: Control) -> None:
        self._exchange = exchange
        self._control = control
        self._clock = exchange.clock

    async def serve(
        self, host: str, port: int, *, listening: Callable[[int], None], stop: asyncio.Event
    ) -> None:
        """Serve until an event is set, and then close every connection.

        Args:
            host: The address to listen on.
            port: 0 for a free one.
            listening: Receives the port, once connections are accepted.
            stop: The event.

        Raises:
            OSError: The address cannot be listened on.
        """
        connections = web.Server(self._answer, access_log=None)
        server = await asyncio.get_running_loop().create_server(connections, host, port)
        listening(server.sockets[0].getsockname()[1])
        await stop.wait()
        server.close()
        connections.pre_shutdown()
        await connections.shutdown(_GRACE)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        target = origin_form(request.raw_path)
        if request.headers.get("Upgrade", "").lower() == "websocket":
            now = self._exchange
            return await WebSocketServer(now.venue, now.injector, now.clock).serve(request, target)
        if request.headers.get("Expect", "").lower() == "100-continue":
            # RFC 9110, 10.1.1: the client waits for this before it sends the body.  A request has a
            # transport until its connection is lost.
            cast("asyncio.Transport", request.transport).write(_CONTINUE)
        headers = tuple(request.headers.items())
        received = HttpRequest(request.method, target, headers, await request.read())
        if self._control.is_for(target):
            return _response(self._control.respond(received, address=request.remote))
        rest = self._exchange.rest
        pending = self._exchange.injector.receive(
            rest.describe(received),
            lambda at: rest.execute(received, now=at),
            now=self._clock.now(),
        )
        # In virtual time the client's timeout cannot run out: no answer closes the connection.
        if math.isfinite(pending.seconds) or not self._clock.is_virtual:
            if math.isinf(pending.seconds):
                pending.end("silent")
            await self._clock.asleep(pending.seconds)
        given = pending.answer(
            lambda response: rest.written(received, response, pending.fault.answer),
            now=self._clock.now(),
        )
        if isinstance(given, HttpResponse):
            return _response(given)
        return await _break_connection(request, given)


def _response(given: HttpResponse) -> web.Response:
    return web.Response(status=given.status, headers=given.headers, body=given.body)


def origin_form(target: str) -> str:
    """Return a request target without scheme and authority.

    RFC 9112, 3.2.2: a server accepts the absolute form, which clients send to a proxy.

    >>> origin_form("http://127.0.0.1:8080/api/v3/time?a=1"), origin_form("/api/v3/time")
    ('/api/v3/time?a=1', '/api/v3/time')
    """
    return _ABSOLUTE_FORM.sub("", target, count=1) if target[:1] != "/" else target


async def _break_connection(
    request: web.BaseRequest, broken: BrokenConnection
) -> web.StreamResponse:
    begun = HttpResponse(200, ()) if broken.partial is None else broken.partial
    response = web.StreamResponse(status=begun.status, headers=begun.headers)
    # The client may have closed the connection already.
    with suppress(OSError):
        if broken.partial is not None:
            response.content_length = len(begun.body)
            await response.prepare(request)
            await response.write(begun.body[: broken.kept])
        wire: socket.socket | None = request.get_extra_info("socket")
        if broken.how == "reset" and wire is not None:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGERING)
    request.protocol.force_close()
    return response
