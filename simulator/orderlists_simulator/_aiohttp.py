"""The venue's HTTP server: this module and the next, `_websocket_server`, know `aiohttp`.

Imported when a server is made, and not before.

Invariant: the front sees the target byte for byte as it arrived, for a signature covers it.
"""

from __future__ import annotations

import asyncio
import math
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

from orderlists import MissingExtra
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator._rest import RestFront

try:
    from aiohttp import web
except ImportError as error:
    raise MissingExtra("aiohttp", needed_for="serving the simulator") from error

from orderlists_simulator._websocket_server import NO_LINGERING, WebSocketServer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from orderlists_simulator._answers import Broken
    from orderlists_simulator._line import Line
    from orderlists_simulator._venue import Venue

LOOPBACK = "127.0.0.1"

# Seconds.  The venue answers at once: only a request that has not wholly arrived, or whose answer
# is held back, can be open still.
_GRACE = 0.01


async def serve(
    venue: Venue,
    line: Line,
    *,
    port: int,
    now: Callable[[], int],
    asleep: Callable[[float], Awaitable[object]],
    listening: Callable[[int], None],
    stop: asyncio.Event,
) -> None:
    """Serve on loopback until told to stop.

    Args:
        venue: Who answers.
        line: Takes requests to it.
        port: 0 for a free one.
        now: Tells the time in nanoseconds.
        asleep: Lets seconds pass where an answer takes some.
        listening: Told the port, once connections are accepted.
        stop: Ends the server when set; open connections are closed.

    Raises:
        OSError: The port is not to be had.
    """
    rest = RestFront(venue)

    upgraded = WebSocketServer(venue, line, now=now, asleep=asleep)

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await upgraded.serve(request)
        body = await request.read()
        headers = tuple(request.headers.items())
        asked = HttpRequest(request.method, request.raw_path, headers, body)
        exchange = line.take(rest.asked(asked), now=now())
        if math.isfinite(exchange.seconds) or asleep is asyncio.sleep:
            await asleep(exchange.seconds)
        given = exchange.answer(now=now())
        if isinstance(given, HttpResponse):
            return web.Response(status=given.status, headers=given.headers, body=given.body)
        return await _break_off(request, given)

    connections = web.Server(answer, access_log=None)
    server = await asyncio.get_running_loop().create_server(connections, LOOPBACK, port)
    listening(server.sockets[0].getsockname()[1])
    await stop.wait()
    server.close()
    connections.pre_shutdown()
    await connections.shutdown(_GRACE)


async def _break_off(request: web.BaseRequest, broken: Broken) -> web.StreamResponse:
    begun = HttpResponse(200, ()) if broken.begun is None else broken.begun
    response = web.StreamResponse(status=begun.status, headers=begun.headers)
    # A client that has gone already cannot be left any more.
    with suppress(OSError):
        if broken.begun is not None:
            response.content_length = len(begun.body)
            await response.prepare(request)
            await response.write(begun.body[: broken.kept])
        wire: socket.socket | None = request.get_extra_info("socket")
        if broken.how == "reset" and wire is not None:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGERING)
    request.protocol.force_close()
    return response
