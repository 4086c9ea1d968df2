"""When an exchange must be over.

Invariant: one end for the whole exchange, however many steps it takes.
"""

from __future__ import annotations

from time import monotonic


class Deadline:
    """A point in time, so many seconds from now."""

    __slots__ = ("_end",)

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left, more than zero.

        Raises:
            TimeoutError: None are left.
        """
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def within(self, seconds: float | None) -> Deadline:
        """Return an earlier deadline, so many seconds from now, or this one.

        Raises:
            TimeoutError: No time is left.
        """
        return self if seconds is None else Deadline(min(seconds, self.left()))
