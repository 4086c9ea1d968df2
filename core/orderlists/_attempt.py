"""One time that a state-changing request was sent."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from orderlists._clock import ClockReading
from orderlists._time import SECOND

_MILLISECOND = 1_000_000


class Attempt(NamedTuple):
    """When a request was sent, and how long it can still take effect.

    Attributes:
        at: The time that it carried.
        may_arrive_until: The exchange's time, in nanoseconds, after which it can take effect no
            more.  Exact whatever the client's clock showed: the exchange compares its own time with
            the timestamp that was sent.
    """

    at: ClockReading
    may_arrive_until: int

    @classmethod
    def of(cls, now: ClockReading, recv_window: Decimal, engine_delay: float) -> Attempt:
        """Return the attempt that is sent now.

        Args:
            now: The time whose `server` is its timestamp.
            recv_window: How long it is accepted after that, in milliseconds.
            engine_delay: How long it may take to execute once it was accepted, in seconds.
        """
        valid = int(recv_window * _MILLISECOND) + int(engine_delay * SECOND)
        return cls(now, now.server + valid)
