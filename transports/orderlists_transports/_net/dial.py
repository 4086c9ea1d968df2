"""Opening connections, synchronously: addresses, a proxy's tunnel, TLS, within one deadline.

Invariant: what was opened and is not returned is closed.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from orderlists.extending import HttpResponse
from orderlists_transports._http1.reader import ResponseReader
from orderlists_transports._net.resolver import resolve
from orderlists_transports._net.route import Route, check_tunnel
from orderlists_transports._net.stream import Stream

if TYPE_CHECKING:
    from orderlists_transports._net.deadline import Deadline

OpenSocket = Callable[[str, int, float], socket.socket]
"""Opens a TCP connection to a host and port, within so many seconds."""


def dial(route: Route, open_socket: OpenSocket, deadline: Deadline) -> Stream:
    """Return an open connection to the origin of a route.

    Raises:
        OSError: None could be opened.
        TimeoutError: None could be opened in time.
        UnusableResponse: The proxy opened no tunnel.
    """
    deadline = deadline.within(route.connect_timeout)
    host, port = route.first_hop
    stream = Stream(open_socket(host, port, deadline.left()))
    try:
        wanted = route.connect_request()
        if wanted is not None:
            response, reader = exchange(stream, "CONNECT", wanted, 0, deadline)
            check_tunnel(response, reader)
        tls = route.tls()
        if tls is not None:
            stream.start_tls(tls, route.origin.host, deadline)
    except BaseException:
        stream.close()
        raise
    return stream


def try_each_address(
    host: str, port: int, deadline: Deadline, open_address: OpenSocket
) -> socket.socket:
    """Return a TCP connection to the first address of a host that accepts one.

    The time is shared out: an address that does not answer leaves some for those after it.

    Raises:
        OSError: No address accepts a connection.
        TimeoutError: None accepted one in time.
    """
    failure: OSError = ConnectionError("the host has no address")
    addresses = resolve(host, deadline)
    for tried, address in enumerate(addresses):
        try:
            return open_address(address, port, deadline.left() / (len(addresses) - tried))
        except OSError as error:
            failure = error
    raise failure


def exchange(
    stream: Stream, method: str, data: bytes, max_size: int, deadline: Deadline
) -> tuple[HttpResponse, ResponseReader]:
    """Write a request, and return the response and what has read it.

    Raises:
        OSError: The connection is over.
        TimeoutError: The response was not whole in time.
        UnusableResponse: The response is none.
    """
    try:
        stream.write(data, deadline)
    finally:
        del data  # It holds a signature: no frame of an exception may keep it.
    reader = ResponseReader(method, max_size=max_size)
    response = None
    while response is None:
        received = stream.read(deadline)
        response = reader.receive(received) if received else reader.receive_eof()
    return response, reader
