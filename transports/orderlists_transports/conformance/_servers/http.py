"""A server on loopback that runs a script for each connection, and the bytes of replies.

A script is a function of one `Peer`; the connection is closed when it returns.

Invariant: every request that was read to its end is in `Server.received`, whatever connection it
came on; every connection that was accepted is counted.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PATIENCE = 5.0
"""Seconds after which a server stops waiting for a transport."""

_RESET_AT_CLOSE = struct.pack("ii", 1, 0)


@frozen(kw_only=True)
class Received:
    """A request as it was read from a connection."""

    method: str
    target: str
    version: str
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
        self._is_cut_off = False

    def receive(self) -> Received | None:
        """Read the next request; None if the client has closed the connection."""
        head: list[str] = []
        while (line := self._stream.readline()) != b"\r\n":
            if not line:
                return None
            head.append(line.decode("latin-1").rstrip("\r\n"))
        method, target, version = head[0].split(" ")
        pairs = [line.partition(":") for line in head[1:]]
        headers = tuple((name, value.strip()) for name, _, value in pairs)
        lengths = [int(value) for name, value in headers if name.lower() == "content-length"]
        request = Received(
            method=method,
            target=target,
            version=version,
            headers=headers,
            body=self._stream.read(lengths[0]) if lengths else b"",
            connection=self._number,
        )
        self._server.note(request)
        return request

    def read(self, size: int) -> bytes:
        """Read so many bytes, fewer if the client closes before."""
        return self._stream.read(size)

    def read_some(self) -> bytes:
        """Read what has arrived, or wait for it; nothing if the client has closed."""
        return self._stream.read1()

    def write(self, sent: bytes) -> None:
        """Send bytes."""
        self._sock.sendall(sent)

    def write_in_segments(self, *segments: bytes, pause: float = 0.001) -> None:
        """Send bytes, with a pause after each segment."""
        for segment in segments:
            self.write(segment)
            self.hold(pause)

    def reset(self) -> None:
        """End the connection with a reset instead of an orderly close."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
        self._is_cut_off = True

    def cut_off(self) -> None:
        """End a TLS stream without the close_notify that marks its end."""
        self._is_cut_off = True

    def close(self) -> None:
        """Close the connection, in order unless it was to be cut off."""
        if isinstance(self._sock, ssl.SSLSocket) and not self._is_cut_off:
            with contextlib.suppress(OSError, ValueError):
                self._sock.settimeout(0)  # Sends close_notify without waiting for the client's.
                self._sock.unwrap()
        self._stream.close()
        self._sock.close()

    def hold(self, seconds: float = PATIENCE) -> bool:
        """Wait until the server is closed, at most so long; return whether it is."""
        return self._server.ended.wait(seconds)


class Server:
    """Runs a script for each connection; closes the connection when the script returns.

    Attributes:
        notice: Seconds to wait for what a transport is to do.
    """

    notice = 2.5

    def __init__(self, script: Callable[[Peer], None], tls: ssl.SSLContext | None) -> None:
        self.received: list[Received] = []
        self.ended = threading.Event()
        self.connections = 0
        self.closed_connections = 0
        self._script = script
        self._tls = tls
        self._changed = threading.Condition()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.origin = f"{'http' if tls is None else 'https'}://{self.host}"
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def note(self, request: Received) -> None:
        """Record a request that was read to its end."""
        with self._changed:
            self.received.append(request)
            self._changed.notify_all()

    def has_received(self, count: int) -> bool:
        """Wait until so many requests were read; return whether they were."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.received) >= count, self.notice)

    def has_closed(self, count: int) -> bool:
        """Wait until so many connections have ended; return whether they have."""
        with self._changed:
            return self._changed.wait_for(lambda: self.closed_connections >= count, self.notice)

    def close(self) -> None:
        """End every script and every connection."""
        self.ended.set()
        with contextlib.suppress(OSError):  # Wakes the thread that accepts, where that works.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._sockets:
            with contextlib.suppress(OSError):  # It is over already.
                # The method of SSLSocket would wait for the client's close_notify.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)

    def _accept(self) -> None:
        while not self.ended.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:  # The listener is closed, or this process has no descriptor left.
                self.ended.wait(0.01)
                continue
            sock.settimeout(PATIENCE)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            thread = threading.Thread(
                target=self._serve, args=(sock, self.connections), daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        # What goes wrong here was caused by the client, and is judged there.
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


def reply(
    body: bytes = b"{}",
    *,
    status: int = 200,
    headers: Sequence[str] = (),
    length: int | None = None,
) -> bytes:
    r"""Return the bytes of a reply that declares the length of its body.

    >>> reply(status=418)
    b'HTTP/1.1 418 Reason\r\nContent-Length: 2\r\n\r\n{}'
    """
    declared = len(body) if length is None else length
    return unmeasured(body, status=status, headers=[f"Content-Length: {declared}", *headers])


def unmeasured(
    body: bytes, *, status: int = 200, headers: Sequence[str] = (), version: str = "1.1"
) -> bytes:
    """Return the bytes of a reply without a Content-Length."""
    head = "\r\n".join([f"HTTP/{version} {status} Reason", *headers, "", ""])
    return head.encode("latin-1") + body


def in_chunks(body: bytes, size: int) -> bytes:
    """Return the bytes of a reply with a chunked body."""
    return unmeasured(chunked(body, size), headers=["Transfer-Encoding: chunked"])


def chunked(body: bytes, size: int) -> bytes:
    r"""Return a body cut into chunks.

    >>> chunked(b"hello", 3)
    b'3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n'
    """
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in [*parts, b""])


def answer(*replies: bytes) -> Callable[[Peer], None]:
    """Return a script that answers one request after the other, then closes the connection."""

    def script(peer: Peer) -> None:
        for each in replies:
            peer.receive()
            peer.write(each)

    return script


def answer_by(make: Callable[[Received], bytes]) -> Callable[[Peer], None]:
    """Return a script that makes each reply from its request, and keeps the connection alive."""

    def script(peer: Peer) -> None:
        while (request := peer.receive()) is not None:
            peer.write(make(request))

    return script


def echo(request: Received) -> bytes:
    """Return a reply whose body is the target of the request."""
    return reply(request.target.encode("latin-1"))


def always(sent: bytes) -> Callable[[Peer], None]:
    """Return a script that sends the same reply to every request, on a connection kept alive."""
    return answer_by(lambda _: sent)


def never_answer(peer: Peer) -> None:
    """Read one request and send nothing."""
    peer.receive()
    peer.hold()
