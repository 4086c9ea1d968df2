"""Which lists a query of all lists returns.

Source: `Query all Order lists`, and "General information on endpoints" about arrays: without a
start the most recent lists are returned, with one the oldest from there.

Invariant: the result is in chronological order and no longer than the limit.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.orders import VenueOrderList
from orderlists_simulator._engine.time import SECOND, TimeUnit

_DAY = 24 * 3600 * SECOND


@frozen(kw_only=True)
class ListSelection:
    """A range of lists, by id or by the time of their last change.

    Attributes:
        from_id: The lowest id.
        start_time: The earliest time, in milliseconds or microseconds.
        end_time: The latest time, likewise.
        limit: How many lists at most.

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

    def of(self, lists: Iterable[VenueOrderList]) -> tuple[VenueOrderList, ...]:
        """Return the lists of this range, in chronological order."""
        by_time = self.start_time is not None or self.end_time is not None
        found = sorted(
            (each for each in lists if self._includes(each)),
            key=lambda each: (each.transaction_time if by_time else 0, each.order_list_id),
        )
        oldest_first = self.start_time is not None or self.from_id is not None
        return tuple(found[: self.limit] if oldest_first else found[-self.limit :])

    def _includes(self, found: VenueOrderList) -> bool:
        time = found.transaction_time
        # A bound in milliseconds includes all of its millisecond.  [ASSUME]
        return (
            (self.from_id is None or found.order_list_id >= self.from_id)
            and (self.start_time is None or _in_unit_of(self.start_time, time) >= self.start_time)
            and (self.end_time is None or _in_unit_of(self.end_time, time) <= self.end_time)
        )


def _in_unit_of(timestamp: int, nanoseconds: int) -> int:
    return TimeUnit.of(timestamp).convert(nanoseconds)
