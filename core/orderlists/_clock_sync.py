"""Measuring the exchange's clock."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from orderlists._clock import Sample, ServerClock

_SAMPLES = 3


def measure(
    clock: ServerClock, take_sample: Callable[[], Generator[Any, Any, Sample | None]]
) -> Generator[Any, Any, bool]:
    """Sample the exchange's clock a few times; return whether any sample came.

    Args:
        clock: Learns the best of the samples.
        take_sample: Asks for the time once, and returns what came, or None.
    """
    samples: list[Sample] = []
    for _ in range(_SAMPLES):
        sample = yield from take_sample()
        if sample is not None:
            samples.append(sample)
    if samples:
        clock.learn(samples)
    return bool(samples)
