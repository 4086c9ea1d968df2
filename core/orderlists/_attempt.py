"""One transmission of a state-changing request."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from orderlists._clock import ClockReading
from orderlists._time import SECOND

_MILLISECOND = 1_000_000


class Attempt(NamedTuple):
    """When a request was sent, and until when it can take effect.

    Attributes:
        at: The timestamp that was sent; in an `InDoubt` the earliest time at which it may have been
            sent.
        may_arrive_until: The exchange's time, in nanoseconds, after which the request can no longer
            take effect.  Independent of the error of the client's clock: the exchange compares its
            own time with the timestamp that was sent.
        latest: The exchange's time, in nanoseconds, at which it was sent at the latest, if another
            estimate than `at` is later; None if there is none.
        new_to: The API key that signed it, masked, if it was lost and every id by which its effect
            can be found was generated for it: finding none of them, once it can no longer take
            effect, proves that it was not executed.  Otherwise None.
    """

    at: ClockReading
    may_arrive_until: int
    latest: int | None = None
    new_to: str | None = None

    @classmethod
    def of(cls, now: ClockReading, recv_window: Decimal, engine_delay: float) -> Attempt:
        """Return the attempt for a request that is sent now.

        Args:
            now: The current time; its `server` is the timestamp of the request.
            recv_window: How long after its timestamp the exchange accepts it, in milliseconds.
            engine_delay: How long an accepted request may take to execute, in seconds.
        """
        valid = int(recv_window * _MILLISECOND) + int(engine_delay * SECOND)
        return cls(now, now.server + valid)
