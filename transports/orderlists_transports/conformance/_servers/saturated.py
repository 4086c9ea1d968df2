"""A server that completes no handshake: of TCP, or of TLS."""

from __future__ import annotations

import contextlib
import select
import socket
from unittest import SkipTest

_ATTEMPTS = 8
_TIMEOUT = 0.1


class SaturatedListener:
    """A listening socket whose queue of connections is full: further ones are not answered.

    Raises:
        unittest.SkipTest: This system refuses further connections, or accepts them all.
    """

    def __init__(self) -> None:
        self._sockets = [socket.create_server(("127.0.0.1", 0), backlog=0)]
        self.port: int = self._sockets[0].getsockname()[1]
        for _ in range(_ATTEMPTS):
            sock = socket.socket()
            self._sockets.append(sock)
            sock.setblocking(False)  # noqa: FBT003 - the standard library's own
            with contextlib.suppress(BlockingIOError):
                sock.connect(("127.0.0.1", self.port))
            if not select.select([], [sock], [], _TIMEOUT)[1]:
                return
        self.close()
        raise SkipTest("this system leaves no connection unanswered")

    def close(self) -> None:
        """Close every socket."""
        for sock in self._sockets:
            sock.close()
