"""A clock for tests: time passes when somebody sleeps, and at no other time."""

from __future__ import annotations

import asyncio
from threading import Lock

from orderlists_simulator._timing import in_nanoseconds
from orderlists_simulator._virtual_loop import VirtualEventLoop


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
        """Move the clock on, and let other tasks run.

        In an event loop of this clock that is a timer as any other.
        """
        loop = asyncio.get_running_loop()
        if isinstance(loop, VirtualEventLoop) and loop.clock is self:
            await asyncio.sleep(seconds)
            return
        self.sleep(seconds)
        await asyncio.sleep(0)

    def event_loop(self, *, patience: float = 0.0) -> VirtualEventLoop:
        """Return a new event loop in which time is that of this clock.

        For ``asyncio.Runner(loop_factory=clock.event_loop)``.

        Args:
            patience: How many real seconds sockets and other threads are waited for, before the
                clock moves on to the next timer.

        >>> clock = VirtualClock()
        >>> with asyncio.Runner(loop_factory=clock.event_loop) as runner:
        ...     runner.run(asyncio.sleep(3600))
        >>> clock.now() // 10**9
        3600
        """
        return VirtualEventLoop(self, patience=patience)
