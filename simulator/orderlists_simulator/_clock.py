"""A clock for tests: time passes when somebody sleeps, and at no other time."""

from __future__ import annotations

import asyncio
from threading import Lock

from orderlists_simulator._timing import in_nanoseconds


class VirtualClock:
    """A clock that stands still until somebody sleeps; who sleeps wakes at once, later.

    May be used by many threads and tasks.  Sleepers move the clock one after the other: two who
    sleep a second each move it by two.

    Args:
        now: Where it begins, in nanoseconds since 1970.

    >>> clock = VirtualClock(5)
    >>> clock.sleep(1.5)
    >>> clock.now()
    1500000005
    """

    def __init__(self, now: int = 0) -> None:
        self._lock = Lock()
        self._now = now

    def now(self) -> int:
        """Return the time in nanoseconds since 1970."""
        with self._lock:
            return self._now

    def sleep(self, seconds: float) -> None:
        """Move the clock on."""
        with self._lock:
            self._now += in_nanoseconds(seconds)

    async def asleep(self, seconds: float) -> None:
        """Move the clock on, and let other tasks run."""
        self.sleep(seconds)
        await asyncio.sleep(0)
