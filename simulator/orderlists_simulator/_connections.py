"""Who is connected to a venue.

Invariant: connections are told things in the order in which they were opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlists_simulator._handshake import ConnectionAttempts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderlists_simulator._conversation import Conversation
    from orderlists_simulator._news import News
    from orderlists_simulator._rules import Rules


class Connections:
    """The open connections of a venue; guarded by its lock.

    Args:
        rules: How many there may be, and for how long.
    """

    def __init__(self, rules: Rules) -> None:
        self._attempts = ConnectionAttempts(limit=rules.connection_limit)
        self._open: dict[Conversation, None] = {}
        self.rules = rules

    def __iter__(self) -> Iterator[Conversation]:
        return iter(tuple(self._open))

    def admit(self, *, now: int) -> None:
        """Let somebody connect.

        Raises:
            TooMany: There were too many attempts.
        """
        self._attempts.admit(now=now)

    def add(self, conversation: Conversation) -> None:
        """Note that a connection is open."""
        self._open[conversation] = None

    def remove(self, conversation: Conversation) -> None:
        """Note that it is no more."""
        del self._open[conversation]

    def tell(self, news: News) -> None:
        """Tell everybody who is subscribed what happened."""
        for conversation in self:
            conversation.tell(news, first=self.rules.first_event)
