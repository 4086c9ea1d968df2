"""The idle connections of one transport.

A pool never waits.  How many requests are in flight is bounded by the client, before a request is
stamped and signed; so a request that comes here takes an idle connection that is certainly usable,
or its transport opens a new one.  Only the number of idle connections is bounded here.

A forked child process inherits its parent's sockets.  If both used one, each would read responses
to the other's requests; so a pool that finds itself in another process forgets its connections.

The same pool serves threads and tasks.  It has no lock: each step is one atomic operation of a
list, so an interrupt between two steps can lose an idle connection, and nothing else.

Invariant: a connection is in the pool or in use, never both.
"""

from __future__ import annotations

import os
from typing import Generic, Protocol, TypeVar


class PooledConnection(Protocol):
    """What a pool keeps."""

    def is_usable(self) -> bool:
        """Return whether it is open and nothing has arrived that no request asked for."""
        ...

    def close(self) -> None:
        """Close it at once."""
        ...

    def abandon(self) -> None:
        """Release what this process holds of it, without a word to the other side."""
        ...


C = TypeVar("C", bound=PooledConnection)


class Pool(Generic[C]):
    """Keeps idle connections, the one used last on top.

    Args:
        max_idle: How many to keep.

    Attributes:
        is_closed: Whether `close` was called.
    """

    def __init__(self, max_idle: int) -> None:
        self.is_closed = False
        self._max_idle = max_idle
        self._idle: list[C] = []
        self._process = os.getpid()

    def acquire(self) -> C | None:
        """Return an idle connection that is usable, or None."""
        if self.is_inherited():
            self.abandon()
        while (connection := self._pop()) is not None:
            if connection.is_usable():
                return connection
            connection.close()
        return None

    def release(self, connection: C | None, *, is_reusable: bool) -> None:
        """Keep a connection for the next request, or close it; None is for one never opened."""
        if connection is None:
            return
        if is_reusable and len(self._idle) < self._max_idle:
            self._idle.append(connection)
        else:
            connection.close()
        if self.is_closed:  # Looked at last: another thread may close the pool meanwhile.
            self.close()

    def is_inherited(self) -> bool:
        """Return whether this is a copy in a forked child process."""
        return self._process != os.getpid()

    def abandon(self) -> None:
        """Forget every idle connection: they belong to another process or event loop."""
        inherited, self._idle, self._process = self._idle, [], os.getpid()
        for connection in inherited:
            connection.abandon()

    def drop(self) -> bool:
        """Abandon every idle connection; return whether there was one of this process.

        Any thread may call this, also where connections belong to an event loop.
        """
        is_open = bool(self._idle) and not self.is_inherited()
        self.abandon()
        return is_open

    def close(self) -> None:
        """Close every idle connection; those in use are closed when they are released."""
        self.is_closed = True
        while (connection := self._pop()) is not None:
            connection.close()

    def _pop(self) -> C | None:
        # In one step: between two, another thread may take the last one.
        try:
            return self._idle.pop()
        except IndexError:
            return None
