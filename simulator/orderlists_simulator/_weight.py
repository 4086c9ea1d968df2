"""How much request weight was used in this minute.

Knows no limit: it counts, and replies show the count.  All requests come from one address here.
"""

from __future__ import annotations

from threading import Lock

_MINUTE = 60 * 10**9


class UsedWeight:
    """The weight used since the last full minute of the clock.

    >>> used = UsedWeight()
    >>> used.spend(1, now=59 * 10**9), used.spend(1, now=59 * 10**9), used.spend(1, now=60 * 10**9)
    (1, 2, 1)
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._minute = -1
        self._used = 0

    def spend(self, weight: int, *, now: int) -> int:
        """Add to the count and return it, as it is after the request."""
        minute = now // _MINUTE
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._used = 0
            self._used += weight
            return self._used
