"""The timeouts of the requests in flight of an event loop."""

import asyncio
from collections.abc import Callable
from typing import Any

from orderlists_transports._framed.timeouts import Timeouts


class StillLoop:
    """An event loop whose time stands still, and which keeps its timers."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[tuple[float, Callable[[], object]]] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[..., object], *args: Any) -> "StillLoop":
        self.timers.append((when, lambda: callback(*args)))
        return self

    def cancel(self) -> None:
        """Keep the timer."""

    def when(self) -> float:
        return self.timers[-1][0]


def test_a_timer_that_is_called_a_tick_early_wakes_its_request_and_is_not_set_again() -> None:
    async def scenario() -> None:
        loop: Any = StillLoop()
        timeouts, soon, later = Timeouts(), asyncio.Future[None](), asyncio.Future[None]()
        timeouts.add(loop, soon, 7.3)
        timeouts.add(loop, later, 9.0)
        when, call = loop.timers.pop()
        loop.now = when - 1e-15
        call()
        assert (soon.done(), later.done()) == (True, False)
        assert [when for when, _ in loop.timers] == [9.0]

    asyncio.run(scenario())
