"""How those who wait for the venue learn that something has changed.

Knows nothing of what changed: whoever hears it looks for himself.

Invariant: whoever looks with the lock held, and begins to wait before letting go of it, misses
nothing.
"""

from __future__ import annotations

from threading import Condition, RLock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Bell:
    """A lock, and a signal to those who wait.

    Attributes:
        lock: Held by whoever changes the venue, or looks at it.
    """

    def __init__(self) -> None:
        self.lock = RLock()
        self._changed = Condition(self.lock)
        # In the order in which they came: a set has none.
        self._listeners: dict[Callable[[], object], None] = {}

    def ring(self) -> None:
        """Wake everybody who waits."""
        with self.lock:
            self._changed.notify_all()
            for listener in tuple(self._listeners):
                listener()

    def wait(self, seconds: float | None) -> bool:
        """Wait, with the lock held, for a ring: True if there was one in time.

        Args:
            seconds: How long at most; None for as long as it takes.
        """
        return self._changed.wait(seconds)

    def add(self, listener: Callable[[], object]) -> None:
        """Call this at every ring, in whatever thread; it must not wait."""
        with self.lock:
            self._listeners[listener] = None

    def remove(self, listener: Callable[[], object]) -> None:
        """Call it no more."""
        with self.lock:
            del self._listeners[listener]
