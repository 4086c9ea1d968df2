"""Synchronization with the exchange's clock."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from orderlists._clock import ClockReading, Sample, ServerClock

_SAMPLES = 3


def measure(
    clock: ServerClock,
    take_sample: Callable[[], Generator[Any, Any, Sample | None]],
    measured: Callable[[ClockReading], object],
) -> Generator[Any, Any, bool]:
    """Sample the exchange's clock several times; return True if any sample succeeded.

    Args:
        clock: Adopts the best sample.
        take_sample: Requests the time once; returns None on failure.
        measured: Is given what the clock showed, before it adopted the sample, when the last one
            had been received.
    """
    samples: list[Sample] = []
    for _ in range(_SAMPLES):
        sample = yield from take_sample()
        if sample is not None:
            samples.append(sample)
    if samples:
        before = clock.at(samples[-1].received_at)
        clock.update(samples)
        measured(before)
    return bool(samples)
