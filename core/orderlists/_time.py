"""Instants with their unit.

The exchange sends milliseconds or microseconds since 1970 as a bare number.  An `Instant` keeps
that number together with its unit.  Nothing here reads a clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import total_ordering

from attrs import frozen

SECOND = 1_000_000_000
"""One second in nanoseconds."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TimeUnit(Enum):
    """The unit of the exchange's timestamps.

    Attributes:
        microseconds: The unit in microseconds; also its value.
        nanoseconds: The unit in nanoseconds.
    """

    MILLISECOND = 1000
    MICROSECOND = 1

    # Hash by identity, consistent with equality; Enum's own is slow Python code, as `value` is.
    __hash__ = object.__hash__

    def __init__(self, microseconds: int) -> None:
        self.microseconds = microseconds
        self.nanoseconds = microseconds * 1000

    def from_nanoseconds(self, nanoseconds: int) -> int:
        """Convert nanoseconds since 1970 to this unit, rounded down.

        >>> TimeUnit.MILLISECOND.from_nanoseconds(1_574_040_868_128_999_999)
        1574040868128
        """
        return nanoseconds // self.nanoseconds


@total_ordering
@frozen(eq=False, slots=False, repr=False)
class Instant:
    """A timestamp of the exchange.  Compared by time, not by number.

    Attributes:
        value: The number of units since 1970-01-01T00:00Z.  The exchange sends -1 for *not yet*
            (`working_time`, `trailing_time`).
        unit: The unit of `value`.

    >>> Instant(1574040868128, TimeUnit.MILLISECOND)
    Instant(1574040868128 ms)
    >>> Instant(1574040868128, TimeUnit.MILLISECOND).to_datetime().isoformat()
    '2019-11-18T01:34:28.128000+00:00'
    """

    value: int
    unit: TimeUnit

    @property
    def microseconds(self) -> int:
        """Microseconds since 1970, whatever the unit."""
        return self.value * self.unit.microseconds

    def to_datetime(self) -> datetime:
        """Return the same instant as an aware `datetime` in UTC, exactly."""
        return _EPOCH + timedelta(microseconds=self.microseconds)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Instant):
            return NotImplemented
        return self.microseconds == other.microseconds

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Instant):
            return NotImplemented
        return self.microseconds < other.microseconds

    def __hash__(self) -> int:
        return hash(self.microseconds)

    def __repr__(self) -> str:
        return f"Instant({self.value} {'ms' if self.unit is TimeUnit.MILLISECOND else 'us'})"
