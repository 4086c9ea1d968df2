"""The venue's HTTP server: the only module here that knows `aiohttp`.

Imported when a server is made, and not before.

Invariant: the front sees the target byte for byte as it arrived, for a signature covers it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from orderlists import HttpRequest, MissingExtra

try:
    from aiohttp import web
except ImportError as error:
    raise MissingExtra("aiohttp", needed_for="serving the simulator") from error

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_simulator._rest import RestFront

LOOPBACK = "127.0.0.1"

# Seconds.  The front answers at once: only a request that has not wholly arrived can be open still.
_GRACE = 0.01


async def serve(
    front: RestFront,
    *,
    port: int,
    now: Callable[[], int],
    listening: Callable[[int], None],
    stop: asyncio.Event,
) -> None:
    """Serve on loopback until told to stop.

    Args:
        front: Who answers.
        port: 0 for a free one.
        now: Tells the time in nanoseconds; asked once for each request.
        listening: Told the port, once connections are accepted.
        stop: Ends the server when set; open connections are closed.

    Raises:
        OSError: The port is not to be had.
    """

    async def answer(request: web.BaseRequest) -> web.Response:
        body = await request.read()
        headers = tuple(request.headers.items())
        asked = HttpRequest(request.method, request.raw_path, headers, body)
        reply = front.answer(asked, now=now())
        return web.Response(status=reply.status, headers=reply.headers, body=reply.body)

    connections = web.Server(answer, access_log=None)
    server = await asyncio.get_running_loop().create_server(connections, LOOPBACK, port)
    listening(server.sockets[0].getsockname()[1])
    await stop.wait()
    server.close()
    connections.pre_shutdown()
    await connections.shutdown(_GRACE)
