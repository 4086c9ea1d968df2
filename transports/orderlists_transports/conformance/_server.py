"""A server on loopback that does what a script says, byte for byte.

Invariant: every request that was read to its end is in `received`, whatever connection it came on.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

PATIENCE = 5.0
"""Seconds that a server waits for a transport before it gives up."""

_RESET_AT_CLOSE = struct.pack("ii", 1, 0)


@frozen(kw_only=True)
class Received:
    """A request as it came off the wire."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    connection: int

    def values(self, name: str) -> list[str]:
        """Return the values of a header, in the order in which they came."""
        return [value for found, value in self.headers if found.lower() == name.lower()]


class Peer:
    """One connection, seen from the server."""

    def __init__(self, server: Server, sock: socket.socket, number: int) -> None:
        self._server = server
        self._sock = sock
        self._stream = sock.makefile("rb")
        self._number = number

    def receive(self) -> Received | None:
        """Read the next request; None if the other side has closed the connection."""
        head: list[str] = []
        while (line := self._stream.readline()) != b"\r\n":
            if not line:
                return None
            head.append(line.decode("latin-1").rstrip("\r\n"))
        method, target, _ = head[0].split(" ")
        pairs = [line.partition(":") for line in head[1:]]
        headers = tuple((name, value.strip()) for name, _, value in pairs)
        lengths = [int(value) for name, value in headers if name.lower() == "content-length"]
        request = Received(
            method=method,
            target=target,
            headers=headers,
            body=self._stream.read(lengths[0]) if lengths else b"",
            connection=self._number,
        )
        self._server.note(request)
        return request

    def read(self, size: int) -> bytes:
        """Read so many bytes of a request, and no more."""
        return self._stream.read(size)

    def read_some(self) -> bytes:
        """Read what is there, or wait for it; nothing if the other side has closed."""
        return self._stream.read1()

    def write(self, sent: bytes) -> None:
        """Send bytes."""
        self._sock.sendall(sent)

    def reset(self) -> None:
        """Make the connection end with a reset instead of an orderly close."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)

    def close(self) -> None:
        """Close the connection, both ways."""
        self._stream.close()
        self._sock.close()

    def hold(self, seconds: float = PATIENCE) -> bool:
        """Do nothing until the server is closed, or so many seconds; tell whether it is."""
        return self._server.ended.wait(seconds)


class Server:
    """Runs a script for each connection; closes the connection when the script is over."""

    def __init__(self, script: Callable[[Peer], None], tls: ssl.SSLContext | None) -> None:
        self.received: list[Received] = []
        self.ended = threading.Event()
        self.connections = 0
        self.closed_connections = 0
        self._script = script
        self._tls = tls
        self._changed = threading.Condition()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        port = self._listener.getsockname()[1]
        self.origin = f"{'http' if tls is None else 'https'}://127.0.0.1:{port}"
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def note(self, request: Received) -> None:
        """Take down a request that was read to its end."""
        with self._changed:
            self.received.append(request)
            self._changed.notify_all()

    def has_received(self, count: int) -> bool:
        """Wait until so many requests have been read; tell whether they have."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.received) >= count, PATIENCE)

    def has_closed(self, count: int) -> bool:
        """Wait until so many connections have been closed by this side; tell whether they have."""
        with self._changed:
            return self._changed.wait_for(lambda: self.closed_connections >= count, PATIENCE)

    def close(self) -> None:
        """End every script and every connection."""
        self.ended.set()
        with contextlib.suppress(OSError):  # Wakes the thread that accepts, where that works.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._sockets:
            with contextlib.suppress(OSError):  # It is over already.
                # TLS would wait for the other side to agree.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # The listener is closed.
            while True:
                sock, _ = self._listener.accept()
                sock.settimeout(PATIENCE)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                thread = threading.Thread(
                    target=self._serve, args=(sock, self.connections), daemon=True
                )
                self._threads.append(thread)
                thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        # Whatever goes wrong here was brought about by the other side, and is seen there.
        with contextlib.suppress(OSError, ValueError), sock:
            self._sockets.append(sock)
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_side=True)
                self._sockets.append(sock)
            with contextlib.closing(Peer(self, sock, number)) as peer:
                self._script(peer)
        with self._changed:
            self.closed_connections += 1
            self._changed.notify_all()
