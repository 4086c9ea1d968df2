"""The exchange's clock, estimated from samples of it.

A signed request must carry the exchange's time.  Between two measurements the estimate follows the
monotonic clock, so a step of the wall clock does not affect it; a measurement may move it forward
or back.  Nothing here reads a clock: the monotonic time is an argument.

Invariant: once measured, the estimate is within `error` of the exchange's true time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from orderlists._time import Instant, TimeUnit

_DRIFT = 10_000
"""The maximum drift between two quartz clocks, as a divisor (100 ppm)."""


class ClockReading(NamedTuple):
    """One instant on both clocks.

    Attributes:
        monotonic: The monotonic clock, in nanoseconds.
        server: The exchange's clock, estimated, in nanoseconds since 1970.
        error: The maximum error of `server`, in nanoseconds; None if the clock was never measured.
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
        sent_at: The monotonic clock before the request, in nanoseconds.
        received_at: The monotonic clock after the reply.
        server_time: The time in the reply, which the exchange rounds down to its unit.
    """

    sent_at: int
    received_at: int
    server_time: Instant

    @property
    def error(self) -> int:
        """The maximum error of the middle of the round trip, in nanoseconds."""
        return (self.received_at - self.sent_at + self.server_time.unit.nanoseconds + 1) // 2


class ServerClock:
    """An estimate of the exchange's time.

    Args:
        wall: The wall clock, in nanoseconds since 1970: the estimate until the first measurement.
        monotonic: The monotonic clock at the same time.

    >>> clock = ServerClock(wall=5_000_000, monotonic=0)
    >>> clock.at(2_000_000)
    ClockReading(monotonic=2000000, server=7000000, error=None)
    >>> clock.update([Sample(10_000_000, 14_000_000, Instant(50, TimeUnit.MILLISECOND))])
    >>> clock.at(12_000_000)
    ClockReading(monotonic=12000000, server=50500000, error=2500000)
    """

    def __init__(self, *, wall: int, monotonic: int) -> None:
        # One value, replaced atomically: threads that share a clock never see a partial update.
        self._anchor = self._first = ClockReading(monotonic, wall, None)

    @property
    def is_measured(self) -> bool:
        """Whether the clock was ever measured."""
        return self._anchor.error is not None

    def at(self, monotonic: int) -> ClockReading:
        """Return the reading at a monotonic time, which may be in the past."""
        since, server, error = self._anchor
        passed = monotonic - since
        if error is not None:
            error += abs(passed) // _DRIFT
        # Calling the class of a named tuple takes half as long again.
        return tuple.__new__(ClockReading, (monotonic, server + passed, error))  # pyright: ignore[reportUnknownMemberType]

    def server_time(self, monotonic: int) -> int:
        """Return the exchange's time alone, of the reading at a monotonic time."""
        since, server, _ = self._anchor
        return server + monotonic - since

    def is_provisional(self, reading: ClockReading) -> bool:
        """Return whether this clock made a reading before its first measurement.

        If so, `at` now returns a better one.  Until the first measurement, the difference between
        the two clocks is constant for one object, and different for every other object.
        """
        first = self._first
        return reading.error is None and (
            reading.server - reading.monotonic == first.server - first.monotonic
        )

    def update(self, samples: Sequence[Sample]) -> None:
        """Adopt the sample with the shortest round trip."""
        best = min(samples, key=lambda sample: sample.error)
        middle = (best.sent_at + best.received_at) // 2
        time = best.server_time
        server = time.microseconds * 1000 + time.unit.nanoseconds // 2
        self._anchor = ClockReading(middle, server, best.error)
