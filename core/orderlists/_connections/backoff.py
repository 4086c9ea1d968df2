"""Exponential back-off of attempts to connect or to subscribe.

The pause doubles with each failure in a row, from 0.1 s to 30 s.  An attempt that
the gate blocked was not made and is not a failure, nor is a connection that this side closed.

A back-off lives as long as its client: a new event loop or a forked process does not reset it.
"""

from __future__ import annotations

from collections import deque

from orderlists._time import SECOND
from orderlists.errors import describe_cause

# The exchange allows 300 connections per 5 minutes and IP address.
_MAX_ATTEMPTS, _WINDOW = 300, 300 * SECOND
_FIRST_PAUSE, _MAX_PAUSE = SECOND // 10, 30 * SECOND
_MAX_DOUBLINGS = 20
_LIMIT_REACHED = f"{_MAX_ATTEMPTS} attempts to connect within 5 minutes"


class Backoff:
    """Failures in a row, and the earliest time of the next attempt.

    Attributes:
        reason: Why the next attempt is delayed.

    >>> from orderlists import TransportError
    >>> backoff = Backoff()
    >>> backoff.failed(0, TransportError("connection refused", sent=False))
    >>> backoff.failed(0, TransportError("connection refused", sent=False))
    >>> backoff.pause(0), backoff.reason
    (200000000, 'connection refused')
    """

    def __init__(self) -> None:
        self.reason = _LIMIT_REACHED
        self._attempts: deque[int] = deque(maxlen=_MAX_ATTEMPTS)
        self._failures = 0
        self._not_before = 0

    def pause(self, now: int) -> int:
        """Return the nanoseconds to wait before the next attempt."""
        until = self._not_before
        if len(self._attempts) == _MAX_ATTEMPTS:
            until = max(until, self._attempts[0] + _WINDOW)
        return max(0, until - now)

    def attempted(self, now: int) -> None:
        """Record an attempt."""
        self._attempts.append(now)

    def failed(self, now: int, error: Exception) -> None:
        """Record a failure: the pause before the next attempt doubles."""
        self.reason = describe_cause(error)
        pause = min(_FIRST_PAUSE * 2 ** min(self._failures, _MAX_DOUBLINGS), _MAX_PAUSE)
        self._failures += 1
        self._not_before = now + pause

    def succeeded(self) -> None:
        """Reset: the next failure starts at the shortest pause."""
        self._failures = 0
        self.reason = _LIMIT_REACHED
