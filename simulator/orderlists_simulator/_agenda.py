"""What is still to happen, and when.

Knows no list and no request: it keeps times and acts, and runs what is due.  Its owner makes sure
that one thread at a time does.

Invariant: acts run in the order of their times, and those of the same time in the order in which
they were added; each runs once, at its own time and not at that of whoever set it off.
"""

from __future__ import annotations

import heapq
from itertools import count
from typing import TYPE_CHECKING

from orderlists_simulator._refused import Refused

if TYPE_CHECKING:
    from collections.abc import Callable


class Agenda:
    """Acts and their times, in nanoseconds.

    >>> agenda, seen = Agenda(), []
    >>> for time in (3, 1, 2):
    ...     agenda.add(time, seen.append)
    >>> agenda.run(until=2)
    >>> seen
    [1, 2]
    """

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, Callable[[int], object]]] = []
        self._numbers = count()
        self._is_running = False

    @property
    def next_time(self) -> int | None:
        """When the next thing happens, in nanoseconds; None if nothing will."""
        return self._entries[0][0] if self._entries else None

    def add(self, time: int, act: Callable[[int], object]) -> None:
        """Let something happen at a time; it is told the time.

        What is refused by then does not happen, and nobody is told.
        """
        heapq.heappush(self._entries, (time, next(self._numbers), act))

    def run(self, *, until: int | None) -> None:
        """Run what is due at this time, or everything if None."""
        # An act asks the venue as everybody does, and must not set off the next one meanwhile.
        if self._is_running:
            return
        self._is_running = True
        try:
            while self._entries and (until is None or self._entries[0][0] <= until):
                time, _, act = heapq.heappop(self._entries)
                _do(act, time)
        finally:
            self._is_running = False


def _do(act: Callable[[int], object], time: int) -> None:
    try:
        act(time)
    except Refused:
        return
