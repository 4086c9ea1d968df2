"""Who is connected to a venue.

Invariant: connections are told things in the order in which they were opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from orderlists_simulator._connection_attempts import ConnectionAttempts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderlists.extending import Frame
    from orderlists_simulator._answers import Ending
    from orderlists_simulator._news import News
    from orderlists_simulator._rules import FirstEvent, Rules
    from orderlists_simulator._session import Session


class Guest(Protocol):
    """Somebody who is connected."""

    @property
    def session(self) -> Session:
        """What the venue knows of him."""
        ...

    def send(self, frame: Frame) -> None:
        """Let a frame leave."""
        ...

    def tell(self, news: News, *, first: FirstEvent) -> None:
        """Tell what happened to a list, if he is subscribed."""
        ...

    def happen(self, event: dict[str, Any]) -> None:
        """Tell of an event."""
        ...

    def revoke(self, *, now: int) -> None:
        """Log out who is logged on."""
        ...

    def end(self, how: Ending) -> None:
        """End the connection."""
        ...


class Connections:
    """The open connections of a venue; guarded by its lock.

    Args:
        rules: How many there may be, and for how long.
    """

    def __init__(self, rules: Rules) -> None:
        self._attempts = ConnectionAttempts(limit=rules.connection_limit)
        self._open: dict[Guest, None] = {}
        self.rules = rules

    def __iter__(self) -> Iterator[Guest]:
        return iter(tuple(self._open))

    def admit(self, *, now: int) -> None:
        """Let somebody connect.

        Raises:
            TooMany: There were too many attempts.
        """
        self._attempts.admit(now=now)

    def add(self, guest: Guest) -> None:
        """Note that a connection is open."""
        self._open[guest] = None

    def remove(self, guest: Guest) -> None:
        """Note that it is no more."""
        del self._open[guest]

    def tell(self, news: News) -> None:
        """Tell everybody who is subscribed what happened."""
        for guest in self:
            guest.tell(news, first=self.rules.first_event)
