"""Opening connections on asyncio: addresses, a proxy's tunnel, TLS.  The caller bounds the time.

Invariant: what was opened and is not returned is closed.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from orderlists_transports._net.async_connection import AsyncConnection
from orderlists_transports._net.resolver import Found, addresses_of, look_up
from orderlists_transports._net.route import Route, check_tunnel

if TYPE_CHECKING:
    from orderlists_transports._net.deadline import Deadline

OpenAsyncSocket = Callable[[str, int, float], Awaitable[socket.socket]]
"""Opens a TCP connection to a host and port, within so many seconds."""


async def dial(
    route: Route, open_socket: OpenAsyncSocket | None, deadline: Deadline
) -> AsyncConnection:
    """Return an open connection to the origin of a route.

    Raises:
        OSError: None could be opened.
        UnusableResponse: The proxy opened no tunnel, or the server sent something unasked.
    """
    host, port = route.first_hop
    if open_socket is None:
        connection = await _connect(host, port, deadline)
    else:
        connection = await _adopt(await open_socket(host, port, deadline.left()))
    try:
        wanted = route.connect_request()
        if wanted is not None:
            await _open_tunnel(connection, wanted)
        tls = route.tls()
        if tls is not None:
            await connection.start_tls(tls, route.origin.host)
    except BaseException:
        connection.close()
        raise
    return connection


async def _connect(host: str, port: int, deadline: Deadline) -> AsyncConnection:
    """Connect to the first address that accepts; the time is shared out among them."""
    failure: OSError = ConnectionError("the host has no address")
    addresses = await _resolve(host)
    for tried, address in enumerate(addresses):
        try:
            async with asyncio.timeout(deadline.left() / (len(addresses) - tried)):
                _, connection = await asyncio.get_running_loop().create_connection(
                    AsyncConnection, address, port
                )
                return connection
        except OSError as error:
            failure = error
    raise failure


async def _adopt(sock: socket.socket) -> AsyncConnection:
    try:
        sock.setblocking(False)  # noqa: FBT003 - the only way to say it
        _, connection = await asyncio.get_running_loop().create_connection(
            AsyncConnection, sock=sock
        )
    except BaseException:
        sock.close()
        raise
    return connection


async def _open_tunnel(connection: AsyncConnection, wanted: bytes) -> None:
    response = await connection.exchange("CONNECT", wanted, max_size=0, expires=None)
    assert connection.reader is not None  # noqa: S101 - it has just read the response
    check_tunnel(response, connection.reader)


async def _resolve(host: str) -> list[str]:
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[Found] = loop.create_future()

    def deliver(found: Found) -> None:
        if not outcome.done():
            outcome.set_result(found)

    def found(addresses: Found) -> None:
        with suppress(RuntimeError):  # The loop was closed before the look-up ended.
            loop.call_soon_threadsafe(deliver, addresses)

    look_up(host, found)
    return addresses_of(await outcome)
