"""A connected socket that is read and written before a deadline, with or without TLS.

The socket never blocks: each step tries, and where nothing can be done yet it waits for the system
to say that it can.  So no timeout is set on a socket, which would cost a system call each time, and
bytes that trickle in do not move the deadline.

Invariant: an exception in the middle of an operation leaves the stream in an unknown state; its
owner closes it then.
"""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Final

from orderlists_transports._net.readiness import readable, writable

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_transports._net.deadline import Deadline
    from orderlists_transports._net.readiness import Wait

_AT_ONCE: Final = 64 * 1024


class Stream:
    """One connection, used by one thread at a time.

    Args:
        sock: Connected; the stream takes it over.
    """

    __slots__ = ("_is_readable", "_is_writable", "_recv", "_send", "_sock", "_tls")

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)  # noqa: FBT003 - the only way to say it
        self._sock = sock
        self._tls: ssl.SSLSocket | None = None
        self._recv = sock.recv
        self._send: Callable[[bytes | memoryview], int] = sock.send
        self._is_readable = readable(sock)
        self._is_writable: Wait | None = None

    def start_tls(self, context: ssl.SSLContext, host: str, deadline: Deadline) -> None:
        """Shake hands, and check the server's certificate.

        Raises:
            OSError: TLS was refused, here or there.
            TimeoutError: It was not finished in time.
        """
        tls = context.wrap_socket(self._sock, server_hostname=host, do_handshake_on_connect=False)
        self._sock = self._tls = tls
        self._recv, self._send = tls.recv, tls.send
        while True:
            try:
                return tls.do_handshake()
            except ssl.SSLWantReadError:
                self._await(self._is_readable, deadline)
            except ssl.SSLWantWriteError:
                self._await(self._writable(), deadline)

    def write(self, data: bytes, deadline: Deadline) -> None:
        """Write all of the data.

        Raises:
            OSError: The connection is over.
            TimeoutError: The system did not take all of it in time.
        """
        rest: bytes | memoryview = data
        # The data holds a signature: no frame of an exception may keep it.
        del data
        try:
            while True:
                try:
                    sent = self._send(rest)
                except (BlockingIOError, ssl.SSLWantWriteError):
                    self._await(self._writable(), deadline)
                except ssl.SSLWantReadError:
                    self._await(self._is_readable, deadline)
                else:
                    if sent == len(rest):
                        return
                    rest = memoryview(rest)[sent:]
        finally:
            del rest

    def read(self, deadline: Deadline) -> bytes:
        """Return what has arrived, at least one byte, or nothing at the end of the connection.

        Raises:
            OSError: The connection is over, and not in order.
            TimeoutError: Nothing arrived in time.
        """
        while True:
            # TLS may hold bytes of which the system knows nothing any more.
            if self._tls is None or not self._tls.pending():
                self._await(self._is_readable, deadline)
            try:
                return self._recv(_AT_ONCE)
            except (BlockingIOError, ssl.SSLWantReadError):
                continue
            except ssl.SSLWantWriteError:
                self._await(self._writable(), deadline)

    def is_usable(self) -> bool:
        """Return whether the connection is open and nothing has arrived on it."""
        if self._tls is None:
            return not self._is_readable(0)
        if not self._tls.pending() and not self._is_readable(0):
            return True
        try:
            self._recv(1)
        except ssl.SSLWantReadError:  # TLS has something of its own to say, such as a new ticket.
            return True
        except OSError:
            return False
        return False

    def detach(self) -> socket.socket:
        """Return the socket, which does not block; the stream is not used any more."""
        return self._sock

    def close(self) -> None:
        """Close the connection at once."""
        self._sock.close()

    abandon = close
    """In a forked child this releases the child's socket; the parent's stays open."""

    def _writable(self) -> Wait:
        if self._is_writable is None:
            self._is_writable = writable(self._sock)
        return self._is_writable

    @staticmethod
    def _await(is_ready: Wait, deadline: Deadline) -> None:
        while not is_ready(deadline.left()):
            pass
