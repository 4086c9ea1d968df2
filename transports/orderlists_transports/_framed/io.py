"""Reads, writes, keeps alive and closes the connections of a driver."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from attrs import define

from orderlists._connections.keepalive import keepalive
from orderlists._connections.receive import frame_received
from orderlists._time import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists._clock import ClockReading
    from orderlists._connections.connection import Connection, InFlight
    from orderlists._connections.manager import ConnectionManager
    from orderlists.extending import Frame
    from orderlists_transports._framed.interfaces import Link, Loop, Timer


@define(eq=False)
class Handle:
    """What the driver keeps of a connection, beside what the manager does."""

    link: Link
    keepalive: Timer | None = None


class ConnectionIo:
    """The input and output of connections.

    Args:
        manager: Decides what is written, and which connections are closed.
        now: Returns the time by both clocks.

    Attributes:
        loop: Where it runs; set before it is used.
    """

    loop: Loop

    def __init__(self, manager: ConnectionManager, now: Callable[[], ClockReading]) -> None:
        self._manager = manager
        self._now = now

    def attend(self, connection: Connection) -> None:
        """Read a connection and keep it alive from now on, unless that is done already."""
        handle: Handle = connection.handle
        if handle.keepalive is None and connection.closed_by is None:
            self._set_keepalive(connection)
            handle.link.listen(partial(self._received, connection), partial(self._lost, connection))

    def write(self, connection: Connection, data: Frame, in_flight: InFlight | None = None) -> None:
        """Write a frame, that of a request in flight or another."""

        def failed(error: Exception) -> None:
            self._manager.write_failed(connection, error, self._now().monotonic, in_flight)
            self.close(connection)

        connection.handle.link.write(data, failed)

    def close(self, connection: Connection) -> None:
        """Begin to close a connection."""
        handle: Handle = connection.handle
        if handle.keepalive is not None:
            handle.keepalive.cancel()
        handle.link.start_closing()

    def close_idle(self) -> None:
        """Close the connections that the manager does not need any more."""
        for connection in self._manager.take_idle(self._now().monotonic):
            self.close(connection)

    def _received(self, connection: Connection, frame: Frame) -> None:
        for data in frame_received(self._manager, connection, frame, self._now()):
            self.write(connection, data)
        if connection.closed_by is not None:
            self.close(connection)
        if self._manager.draining:
            self.close_idle()

    def _lost(self, connection: Connection, error: Exception) -> None:
        self._manager.connection_lost(connection, error, self._now().monotonic)
        self.close(connection)

    def _set_keepalive(self, connection: Connection) -> None:
        left = connection.time_to_keepalive(self._now().monotonic) / SECOND
        keep_alive = partial(self._keep_alive, connection)
        connection.handle.keepalive = self.loop.call_later(left, keep_alive)

    def _keep_alive(self, connection: Connection) -> None:
        for data in keepalive(self._manager, connection, self._now()):
            self.write(connection, data)
        self.close_idle()
        if connection.closed_by is None:
            self._set_keepalive(connection)
        else:
            self.close(connection)
