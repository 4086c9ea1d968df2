"""The timeouts of the requests in flight of an event loop."""

from __future__ import annotations

import asyncio
from typing import Final

# A loop calls a timer up to a tick of its clock early.
_TICK: Final = 1e-6


class Timeouts:
    """The ends of all requests in flight, by one timer: a timer for each would cost more."""

    def __init__(self) -> None:
        self._ends: dict[asyncio.Future[None], float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(
        self, loop: asyncio.AbstractEventLoop, woken: asyncio.Future[None], seconds: float
    ) -> None:
        """Wake a future after so many seconds."""
        self._ends[woken] = end = loop.time() + seconds
        if self._timer is None or end < self._timer.when():
            self._set(loop, end)

    def remove(self, woken: asyncio.Future[None]) -> None:
        """Wake a future no more."""
        del self._ends[woken]

    def _set(self, loop: asyncio.AbstractEventLoop, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_at(when, self._expire, loop)

    def _expire(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        now = loop.time() + _TICK
        for woken in [woken for woken, end in self._ends.items() if end <= now]:
            wake(woken)
        later = min((end for end in self._ends.values() if end > now), default=None)
        if later is not None:
            self._set(loop, later)


def wake(woken: asyncio.Future[None]) -> None:
    """Wake who awaits a future, if it is not awake already."""
    if not woken.done():
        woken.set_result(None)
