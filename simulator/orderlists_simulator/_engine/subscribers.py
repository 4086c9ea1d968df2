"""The open WebSocket connections of a venue, to which events are published.

Invariant: events are published to connections in the order in which these were opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from orderlists.extending import Frame
from orderlists_simulator._engine.behaviour import Behaviour, FirstEvent
from orderlists_simulator._engine.changes import ListUpdate
from orderlists_simulator._engine.log import ConnectionEnd
from orderlists_simulator._engine.rate_limits import ConnectionLimit
from orderlists_simulator._engine.session import Session


class OpenConnection(Protocol):
    """A connection as the venue uses it."""

    @property
    def session(self) -> Session:
        """Its session."""
        ...

    def send(self, frame: Frame) -> None:
        """Send a frame."""
        ...

    def publish(self, update: ListUpdate, *, first: FirstEvent) -> None:
        """Send the events of an update to the subscriptions of its account."""
        ...

    def send_event(self, event: dict[str, Any]) -> None:
        """Send an event that belongs to no subscription."""
        ...

    def revoke(self, *, now: int) -> None:
        """Log out, as if the key had been revoked."""
        ...

    def close(self, how: ConnectionEnd) -> None:
        """End the connection."""
        ...


class OpenConnections:
    """The open connections of a venue; guarded by its lock.

    Args:
        behaviour: The limit of their number, and the order of events.

    Attributes:
        limit: The limit of connection attempts.
    """

    def __init__(self, behaviour: Behaviour) -> None:
        self.limit = ConnectionLimit(behaviour.connection_limit)
        self._first: FirstEvent = behaviour.first_event
        self._open: dict[OpenConnection, None] = {}

    def __iter__(self) -> Iterator[OpenConnection]:
        return iter(tuple(self._open))

    def add(self, connection: OpenConnection) -> None:
        """Add a connection that was opened."""
        self._open[connection] = None

    def remove(self, connection: OpenConnection) -> None:
        """Remove a connection that has ended."""
        del self._open[connection]

    def publish(self, update: ListUpdate) -> None:
        """Publish an update to every connection."""
        for connection in self:
            connection.publish(update, first=self._first)
