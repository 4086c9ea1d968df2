"""Clocks: the time of a venue, and how a delay of an answer passes.

A transport or a server receives a clock.  Whether it is virtual decides how it waits: in real time
for the next change of the venue by any thread; in virtual time by moving the clock to the next
scheduled action.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from threading import Lock
from typing import Protocol

from orderlists_simulator._engine.time import in_nanoseconds
from orderlists_simulator._virtual_time.event_loop import VirtualEventLoop


class Clock(Protocol):
    """The time of a venue; a test may use one of its own."""

    @property
    def is_virtual(self) -> bool:
        """Whether time passes by `sleep` and `asleep` only."""
        ...

    def now(self) -> int:
        """Return the time in nanoseconds since 1970."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass; in real time, block."""
        ...

    async def asleep(self, seconds: float) -> None:
        """Let time pass while other tasks run."""
        ...


class RealClock:
    """The clock of the machine.

    Args:
        now: Returns the venue's time in nanoseconds since 1970, if it is to be another one; delays
            still take real time.
    """

    is_virtual = False

    def __init__(self, now: Callable[[], int] = time.time_ns) -> None:
        self._now = now

    def now(self) -> int:
        """Return the time in nanoseconds since 1970."""
        return self._now()

    def sleep(self, seconds: float) -> None:
        """Block for some seconds."""
        time.sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        """Wait for some seconds; for infinity, until the task is cancelled."""
        await asyncio.sleep(seconds)


class VirtualClock:
    """A clock that moves only when something sleeps, and then at once.

    Thread-safe.  Sleeps add up: two sleeps of a second each, in two threads, move it by two.

    Args:
        now: The time at the start, in nanoseconds since 1970.

    >>> clock = VirtualClock(5)
    >>> clock.sleep(1.5)
    >>> clock.now()
    1500000005
    """

    is_virtual = True

    def __init__(self, now: int = 0) -> None:
        self._lock = Lock()
        self._now = now

    def now(self) -> int:
        """Return the time in nanoseconds since 1970."""
        with self._lock:
            return self._now

    def sleep(self, seconds: float) -> None:
        """Move the clock."""
        with self._lock:
            self._now += in_nanoseconds(seconds)

    async def asleep(self, seconds: float) -> None:
        """Move the clock, and let other tasks run.

        In an event loop of this clock, sleep like any other task.
        """
        loop = asyncio.get_running_loop()
        if isinstance(loop, VirtualEventLoop) and loop.clock is self:
            await asyncio.sleep(seconds)
            return
        self.sleep(seconds)
        await asyncio.sleep(0)

    def event_loop(self, *, io_timeout: float = 0.0) -> VirtualEventLoop:
        """Return a new event loop in which time is that of this clock.

        For ``asyncio.Runner(loop_factory=clock.event_loop)``.

        Args:
            io_timeout: How many real seconds the loop waits for sockets and other threads before it
                moves the clock to the next timer.

        >>> clock = VirtualClock()
        >>> with asyncio.Runner(loop_factory=clock.event_loop) as runner:
        ...     runner.run(asyncio.sleep(3600))
        >>> clock.now() // 10**9
        3600
        """
        return VirtualEventLoop(self, io_timeout=io_timeout)
