"""The exchange's clock, estimated from samples of it.

A signed request must carry the exchange's time.  Between two measurements this clock follows the
monotonic one, so nothing that happens to the wall clock moves it; a measurement may move it either
way.  It reads no clock itself: the monotonic time is an argument.

Invariant: the true time of the exchange is within `error` of what a measured clock says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from orderlists._time import Instant, TimeUnit

_DRIFT = 10_000
"""A quartz drifts apart from another by at most one part in this (100 ppm)."""


class ClockReading(NamedTuple):
    """One instant on both clocks.

    Attributes:
        monotonic: What the monotonic clock shows, in nanoseconds.
        server: What the exchange's clock shows, in nanoseconds since 1970.
        error: How far off `server` may be, in nanoseconds; None if that was never measured.
    """

    monotonic: int
    server: int
    error: int | None

    @property
    def instant(self) -> Instant:
        """The exchange's time, to the microsecond."""
        return Instant(TimeUnit.MICROSECOND.from_nanoseconds(self.server), TimeUnit.MICROSECOND)


class Sample(NamedTuple):
    """The exchange's time from one round trip.

    Attributes:
        asked: What the monotonic clock showed before the question, in nanoseconds.
        answered: What it showed after the answer.
        server_time: The time in the answer, which the exchange rounds down to its unit.
    """

    asked: int
    answered: int
    server_time: Instant

    @property
    def error(self) -> int:
        """How far off the middle of the round trip may be, in nanoseconds."""
        return (self.answered - self.asked + self.server_time.unit.nanoseconds + 1) // 2


class ServerClock:
    """Estimates the exchange's time.

    Args:
        wall: What the wall clock shows, in nanoseconds since 1970: used until a measurement.
        monotonic: What the monotonic clock shows at the same time.

    >>> clock = ServerClock(wall=5_000_000, monotonic=0)
    >>> clock.at(2_000_000)
    ClockReading(monotonic=2000000, server=7000000, error=None)
    >>> clock.learn([Sample(10_000_000, 14_000_000, Instant(50, TimeUnit.MILLISECOND))])
    >>> clock.at(12_000_000)
    ClockReading(monotonic=12000000, server=50500000, error=2500000)
    """

    def __init__(self, *, wall: int, monotonic: int) -> None:
        # One value, replaced as a whole: threads that share a clock never see half of a change.
        self._anchor = self._first = ClockReading(monotonic, wall, None)

    @property
    def is_measured(self) -> bool:
        """Whether the exchange was ever asked."""
        return self._anchor.error is not None

    def at(self, monotonic: int) -> ClockReading:
        """Return the reading at a monotonic time, which may be past."""
        anchor = self._anchor
        passed = monotonic - anchor.monotonic
        error = None if anchor.error is None else anchor.error + abs(passed) // _DRIFT
        return ClockReading(monotonic, anchor.server + passed, error)

    def guessed(self, reading: ClockReading) -> bool:
        """Return whether a reading was made by this clock before it was ever measured.

        If so, `at` returns a better one by now.  The distance between the two clocks of a machine
        is the same to the nanosecond for as long as this object lives, and for no other.
        """
        first = self._first
        return reading.error is None and (
            reading.server - reading.monotonic == first.server - first.monotonic
        )

    def learn(self, samples: Sequence[Sample]) -> None:
        """Take the best of some samples: the one with the shortest round trip."""
        best = min(samples, key=lambda sample: sample.error)
        middle = (best.asked + best.answered) // 2
        time = best.server_time
        server = time.microseconds * 1000 + time.unit.nanoseconds // 2
        self._anchor = ClockReading(middle, server, best.error)
