"""An event loop in virtual time: instead of waiting, it moves the clock.

Sleeps, timeouts and timers in it have their full length by the clock, and take no real time.

Invariant: timers run in the order of their times, and those of the same time in the order in which
they were set.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from contextvars import Context
from itertools import count
from typing import Protocol, Self, TypeVarTuple

from orderlists_simulator._engine.time import SECOND

Ts = TypeVarTuple("Ts")


class MovableClock(Protocol):
    """A clock that moves when something sleeps."""

    def now(self) -> int:
        """Return the time in nanoseconds."""
        ...

    def sleep(self, seconds: float) -> None:
        """Move the clock."""
        ...


class VirtualEventLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is that of a virtual clock.

    Real sockets are served when they are ready.  While a timer is set, the loop waits for them no
    longer than `io_timeout`, and then moves the clock to the timer; without a timer it waits for
    sockets and other threads as usual.

    Args:
        clock: The clock.
        io_timeout: In real seconds.
    """

    def __init__(self, clock: MovableClock, *, io_timeout: float = 0.0) -> None:
        self.clock = clock
        # Seconds since now: a float of those since 1970 cannot distinguish nanoseconds.
        self._origin = clock.now()
        self._numbers = count()
        super().__init__(_Selector(clock, io_timeout))

    def time(self) -> float:
        """Return the seconds since the loop was made, by the clock."""
        return (self.clock.now() - self._origin) / SECOND

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Set a timer; of two for the same time, the one that was set first runs first."""
        numbered = _NumberedTime(when, next(self._numbers))
        return super().call_at(numbered, callback, *args, context=context)


class _NumberedTime(float):
    """A time; equal times are ordered by their numbers."""

    _number: int

    def __new__(cls, when: float, number: int) -> Self:
        time = super().__new__(cls, when)
        time._number = number
        return time

    def __lt__(self, other: float) -> bool:
        if isinstance(other, _NumberedTime) and float(self) == float(other):
            return self._number < other._number
        return float(self) < float(other)


class _Selector(selectors.DefaultSelector):
    """A selector that moves the clock where it would wait."""

    def __init__(self, clock: MovableClock, io_timeout: float) -> None:
        super().__init__()
        self._clock = clock
        self._io_timeout = io_timeout

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(None if timeout is None else min(timeout, self._io_timeout))
        if not ready and timeout is not None and timeout > 0:
            self._clock.sleep(timeout)
        return ready
