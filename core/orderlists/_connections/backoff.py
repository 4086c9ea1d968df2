"""How soon another connection may be opened.

Later after each that failed, and never more often than the exchange allows.
"""

from __future__ import annotations

from collections import deque

from orderlists._time import SECOND

# The exchange allows 300 connections in 5 minutes.
_CONNECTIONS, _WINDOW = 300, 300 * SECOND
_FIRST_PAUSE, _LONGEST_PAUSE = SECOND // 10, 30 * SECOND


class Backoff:
    """What is remembered of the connections that were opened.

    Attributes:
        trouble: Why the next one has to wait, if it has to.
    """

    def __init__(self) -> None:
        self.trouble = "too many were asked for"
        self._opened: deque[int] = deque(maxlen=_CONNECTIONS)
        self._failures = 0
        self._not_before = 0

    def pause(self, now: int) -> int:
        """Return how many nanoseconds to wait before the next connection may be opened."""
        until = self._not_before
        if len(self._opened) == _CONNECTIONS:
            until = max(until, self._opened[0] + _WINDOW)
        return max(0, until - now)

    def connecting(self, now: int) -> None:
        """Note that a connection is being opened."""
        self._opened.append(now)

    def failed(self, now: int, why: str) -> None:
        """Note that a connection did not come about, or did not last."""
        self.trouble = why
        pause = min(_FIRST_PAUSE * 2 ** min(self._failures, 20), _LONGEST_PAUSE)
        self._failures += 1
        self._not_before = now + pause

    def lasted(self) -> None:
        """Note that a connection did last."""
        self._failures = 0
