"""Which lists or orders a query of all of them returns.

Source: `Query all Order lists`, `All orders`, and "General information on endpoints" about arrays:
without a start the most recent are returned, with one the oldest from there.

Invariant: the result is in chronological order and no longer than the limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from attrs import frozen

from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.time import SECOND, TimeUnit

T = TypeVar("T")

_DAY = 24 * 3600 * SECOND


@frozen(kw_only=True)
class Selection:
    """A range of lists or orders, by id or by the time of their last change.

    Attributes:
        from_id: The lowest id.
        start_time: The earliest time, in milliseconds or microseconds.
        end_time: The latest time, likewise.
        limit: How many at most.

    Raises:
        ApiError: -1127, more than a day is between the times.
    """

    from_id: int | None = None
    start_time: int | None = None
    end_time: int | None = None
    limit: int

    def __attrs_post_init__(self) -> None:
        if self.start_time is None or self.end_time is None:
            return
        start, end = (each * TimeUnit.of(each).value for each in (self.start_time, self.end_time))
        if end - start > _DAY:
            raise ApiError(-1127, "More than 24 hours between startTime and endTime.")

    def of(self, found: Iterable[T], key: Callable[[T], tuple[int, int]]) -> tuple[T, ...]:
        """Return those of this range, in chronological order.

        Args:
            found: The lists or orders.
            key: Returns the time of the last change, in nanoseconds, and the id.
        """
        by_time = self.start_time is not None or self.end_time is not None
        chosen = sorted(
            (each for each in found if self._includes(*key(each))),
            key=lambda each: key(each) if by_time else key(each)[1:],
        )
        oldest_first = self.start_time is not None or self.from_id is not None
        return tuple(chosen[: self.limit] if oldest_first else chosen[-self.limit :])

    def _includes(self, time: int, number: int) -> bool:
        # A bound in milliseconds includes all of its millisecond.  [ASSUME]
        return (
            (self.from_id is None or number >= self.from_id)
            and (self.start_time is None or _in_unit_of(self.start_time, time) >= self.start_time)
            and (self.end_time is None or _in_unit_of(self.end_time, time) <= self.end_time)
        )


def _in_unit_of(timestamp: int, nanoseconds: int) -> int:
    return TimeUnit.of(timestamp).convert(nanoseconds)
