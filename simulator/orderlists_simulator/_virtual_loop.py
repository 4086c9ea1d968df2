"""An event loop in virtual time: where it would wait, the clock moves on instead.

So everything that is timed in it, sleeps, timeouts and timers alike, is as long as it says by the
clock, and takes no time at all.

Invariant: timers run in the order of their times, and those of the same time in the order in which
they were set.
"""

from __future__ import annotations

import asyncio
import selectors
from itertools import count
from typing import TYPE_CHECKING, Protocol, TypeVarTuple

from orderlists_simulator._timing import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context
    from typing import Self

Ts = TypeVarTuple("Ts")


class Clock(Protocol):
    """What tells the time, and moves on when somebody sleeps."""

    def now(self) -> int:
        """Return the time in nanoseconds."""
        ...

    def sleep(self, seconds: float) -> None:
        """Move on."""
        ...


class VirtualEventLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is that of a virtual clock.

    Real sockets are served as soon as they are ready, but nobody waits for them for long while a
    timer is set: the clock moves on to it.  Without any timer the loop waits for sockets and other
    threads as usual.

    Args:
        clock: Tells the time, and is moved.
        patience: How many real seconds sockets and other threads are waited for, before the clock
            moves on.
    """

    def __init__(self, clock: Clock, *, patience: float = 0.0) -> None:
        self.clock = clock
        # Seconds since here: those since 1970 are too many for a float to tell nanoseconds apart.
        self._origin = clock.now()
        self._numbers = count()
        super().__init__(_Selector(clock, patience))

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
        """Set a timer; of those set for the same time, the one that was set first runs first."""
        return super().call_at(_Moment(when, next(self._numbers)), callback, *args, context=context)


class _Moment(float):
    """A time; of two that are the same, the one that was named first is the earlier."""

    _number: int

    def __new__(cls, when: float, number: int) -> Self:
        moment = super().__new__(cls, when)
        moment._number = number
        return moment

    def __lt__(self, other: float) -> bool:
        if isinstance(other, _Moment) and float(self) == float(other):
            return self._number < other._number
        return float(self) < float(other)


class _Selector(selectors.DefaultSelector):
    """Looks at real sockets, and lets virtual time pass where it would wait for them."""

    def __init__(self, clock: Clock, patience: float) -> None:
        super().__init__()
        self._clock = clock
        self._patience = patience

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(None if timeout is None else min(timeout, self._patience))
        if not ready and timeout is not None and timeout > 0:
            self._clock.sleep(timeout)
        return ready
