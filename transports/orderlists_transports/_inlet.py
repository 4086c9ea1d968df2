"""What arrives at a socket before a deadline, as `http.client` reads it.

Invariant: bytes that trickle in do not move the deadline.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

    from orderlists_transports._net.deadline import Deadline


class Inlet(io.RawIOBase):
    """What arrives at a socket, until the deadline."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        """Return True: `io.BufferedReader` asks."""
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override] # BufferedReader gives nothing else
        """Fill the buffer with what has arrived, or wait for it as long as the deadline allows."""
        self._sock.settimeout(self._deadline.left())
        return self._sock.recv_into(buffer)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return a buffered reader of this inlet: `http.client.HTTPResponse` asks."""
        return io.BufferedReader(self, 16384)
