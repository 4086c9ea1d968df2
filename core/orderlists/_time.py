"""Instants, with their unit.

The exchange counts milliseconds or microseconds since 1970, and says the same number either way.
An `Instant` keeps the number as it came and the unit beside it.  Nothing here knows what time it
is.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import total_ordering

from attrs import frozen

SECOND = 1_000_000_000
"""How many nanoseconds a second has."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TimeUnit(Enum):
    """The unit of every time in a conversation.

    Attributes:
        microseconds: How many microseconds it has; also its value.
        nanoseconds: How many nanoseconds it has.
    """

    MILLISECOND = 1000
    MICROSECOND = 1

    # By identity, as members are compared: Enum's own is written in Python, as `value` is.
    __hash__ = object.__hash__

    def __init__(self, microseconds: int) -> None:
        self.microseconds = microseconds
        self.nanoseconds = microseconds * 1000

    def from_nanoseconds(self, nanoseconds: int) -> int:
        """Return a time since 1970, given in nanoseconds, in this unit, rounded down.

        >>> TimeUnit.MILLISECOND.from_nanoseconds(1_574_040_868_128_999_999)
        1574040868128
        """
        return nanoseconds // self.nanoseconds


@total_ordering
@frozen(eq=False, slots=False, repr=False)
class Instant:
    """A point in time as the exchange wrote it.  Equal and ordered by time, not by number.

    Attributes:
        value: How many units since 1970-01-01T00:00Z.  -1 is the exchange's word for *not yet*
            (`working_time`, `trailing_time`).
        unit: What `value` counts.

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
