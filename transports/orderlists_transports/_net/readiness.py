"""Whether a socket can be read or written, asked of the operating system."""

from __future__ import annotations

import select
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

_MILLISECONDS = 1000
_LONGEST = 1_000_000.0  # The system takes no more; callers look at their deadline and come again.

Wait = Callable[[float], bool]
"""Waits until a socket is ready, at most so many seconds; returns whether it is."""


def readable(sock: socket.socket) -> Wait:
    """Return what waits until bytes, or the end of the connection, can be read."""
    if sys.platform == "win32":  # It has no poll.  Elsewhere select takes no number above 1023.
        return lambda seconds: bool(select.select([sock], [], [], seconds)[0])  # unreachable
    return _poll(sock, select.POLLIN)


def writable(sock: socket.socket) -> Wait:
    """Return what waits until bytes can be written."""
    if sys.platform == "win32":
        return lambda seconds: bool(select.select([], [sock], [], seconds)[1])  # unreachable
    return _poll(sock, select.POLLOUT)


def _poll(sock: socket.socket, event: int) -> Wait:
    poll = select.poll()
    poll.register(sock.fileno(), event)
    wait = poll.poll

    def is_ready(seconds: float) -> bool:
        return bool(wait(min(seconds, _LONGEST) * _MILLISECONDS))

    return is_ready
