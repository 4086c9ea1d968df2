"""Scheduled actions, and the lock with which threads and tasks wait for changes of a venue.

Invariant: actions run in the order of their times, those of the same time in the order in which
they were added; each runs once, and receives its own time, which may be earlier than the present.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from threading import Condition, RLock

from orderlists_simulator._engine.errors import ApiError


class Scheduler:
    """A queue of actions by time, in nanoseconds.  Not thread-safe.

    >>> scheduler, seen = Scheduler(), []
    >>> for time in (3, 1, 2):
    ...     scheduler.add(time, seen.append)
    >>> scheduler.run(until=2)
    >>> seen
    [1, 2]
    """

    def __init__(self) -> None:
        self._entries: list[tuple[int, int, Callable[[int], object]]] = []
        self._numbers = count()
        self._is_running = False

    @property
    def next_time(self) -> int | None:
        """The time of the next action; None if there is none."""
        return self._entries[0][0] if self._entries else None

    def add(self, time: int, action: Callable[[int], object]) -> None:
        """Add an action, which receives the time; an `ApiError` that it raises is dropped."""
        heapq.heappush(self._entries, (time, next(self._numbers), action))

    def run(self, *, until: int | None) -> None:
        """Run the actions that are due at a time, or all of them if None."""
        # An action uses the venue as a client does, and must not start the next one meanwhile.
        if self._is_running:
            return
        self._is_running = True
        try:
            while self._entries and (until is None or self._entries[0][0] <= until):
                time, _, action = heapq.heappop(self._entries)
                _run(action, time)
        finally:
            self._is_running = False


def _run(action: Callable[[int], object], time: int) -> None:
    try:
        action(time)
    except ApiError:
        return


class Notifier:
    """A lock, and a signal that something guarded by it has changed.

    A waiter that checks its condition with the lock held, and starts to wait before it releases the
    lock, misses no change.

    Attributes:
        lock: Guards everything of a venue; reentrant.
    """

    def __init__(self) -> None:
        self.lock = RLock()
        self._changed = Condition(self.lock)
        # A dict and not a set: it keeps the order.
        self._listeners: dict[Callable[[], object], None] = {}

    def notify(self) -> None:
        """Wake every waiter, and call every listener."""
        with self.lock:
            self._changed.notify_all()
            for listener in tuple(self._listeners):
                listener()

    def wait(self, seconds: float | None) -> bool:
        """Wait for the next signal, with the lock held; return False after a timeout.

        Args:
            seconds: The timeout; None for no timeout.
        """
        return self._changed.wait(seconds)

    def add(self, listener: Callable[[], object]) -> None:
        """Call a function at each signal, in the thread that sends it; it must not block."""
        with self.lock:
            self._listeners[listener] = None

    def remove(self, listener: Callable[[], object]) -> None:
        """Stop calling a listener."""
        with self.lock:
            del self._listeners[listener]
