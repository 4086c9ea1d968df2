"""One time that a state-changing request was sent."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from orderlists._clock import ClockReading

_MILLISECOND = 1_000_000
# The exchange checks an attempt's age for the last time right before its engine.
_MARGIN = 1_000_000_000


class Attempt(NamedTuple):
    """When it was sent, and how long it can still execute.

    Attributes:
        at: The moment whose time it carried.
        may_arrive_until: The exchange's time, in nanoseconds, after which it is too old to execute.
    """

    at: ClockReading
    may_arrive_until: int

    @classmethod
    def of(cls, now: ClockReading, recv_window: Decimal) -> Attempt:
        """Return the attempt that is sent now and stays valid for so many milliseconds."""
        return cls(now, now.server + int(recv_window * _MILLISECOND) + _MARGIN)
