"""Scripts of servers and proxies for the tests of HTTP transports."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Protocol

from orderlists_transports.conformance._servers.http import Peer, Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_transports.conformance._servers.tls import Tls

SOON = 0.25


class Serve(Protocol):
    def __call__(self, script: Callable[[Peer], None], tls: Tls | None = None) -> Server: ...


def tunnel(peer: Peer, *, behind: bytes = b"") -> None:
    """Be a proxy: open a tunnel and pass everything on."""
    request = peer.receive()
    assert request is not None
    host, _, port = request.target.rpartition(":")
    with socket.create_connection((host.strip("[]"), int(port))) as onward:
        peer.write(b"HTTP/1.1 200 Go on\r\nVia: a proxy\r\n\r\n" + behind)
        back = threading.Thread(target=_pass_back, args=(peer, onward))
        back.start()
        with contextlib.suppress(OSError, ValueError):  # It is over, on either side.
            while part := peer.read_some():
                onward.sendall(part)
        onward.shutdown(socket.SHUT_RDWR)
        back.join()


def _pass_back(peer: Peer, onward: socket.socket) -> None:
    with contextlib.suppress(OSError, ValueError):
        while part := onward.recv(65536):
            peer.write(part)


def dribble(peer: Peer) -> None:
    """Begin a response that never ends, byte by byte."""
    for byte in b"HTTP/1.1 200 OK" + b"!" * 1000:
        if peer.hold(SOON / 10):
            return
        peer.write(bytes([byte]))


def hang_up(_peer: Peer) -> None:
    """Close the connection at once."""


def hold(peer: Peer) -> None:
    """Read nothing and say nothing."""
    peer.hold()


def receive_and_hold(peer: Peer) -> None:
    """Read a request and say nothing."""
    peer.receive()
    peer.hold()


def write_and_hold(sent: bytes) -> Callable[[Peer], None]:
    """Return a script that answers one request and leaves it to the client to close."""

    def script(peer: Peer) -> None:
        peer.receive()
        peer.write(sent)
        peer.read_some()

    return script
