"""What a run of calls costs: processor time, wall time, latencies.

Processor time is user and system time of the whole process, so that nothing hides in a thread.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import tracemalloc
from itertools import islice
from time import perf_counter_ns, process_time_ns
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.contestants._contract import AsyncContestant, Contestant

Figures: TypeAlias = dict[str, float]


def run(contestant: Contestant, ids: Iterator[int], calls: int) -> Figures:
    """Make so many calls, one after the other."""
    latencies = [0] * calls
    cancel = contestant.cancel
    gc.collect()
    wall, cpu = perf_counter_ns(), process_time_ns()
    for index, number in enumerate(islice(ids, calls)):
        began = perf_counter_ns()
        cancel(number)
        latencies[index] = perf_counter_ns() - began
    return _figures(process_time_ns() - cpu, perf_counter_ns() - wall, latencies)


async def arun(
    contestant: AsyncContestant, ids: Iterator[int], calls: int, in_flight: int
) -> Figures:
    """Make so many calls, this many at a time."""
    latencies: list[int] = []
    chosen = islice(ids, calls)

    async def lane() -> None:
        for number in chosen:
            began = perf_counter_ns()
            await contestant.cancel(number)
            latencies.append(perf_counter_ns() - began)

    gc.collect()
    wall, cpu = perf_counter_ns(), process_time_ns()
    if in_flight == 1:
        await lane()
    else:
        await asyncio.gather(*[lane() for _ in range(in_flight)])
    return _figures(process_time_ns() - cpu, perf_counter_ns() - wall, latencies)


def _figures(cpu: int, wall: int, latencies: list[int]) -> Figures:
    calls = len(latencies)
    latencies.sort()
    return {
        "cpu_us": cpu / calls / 1000,
        "per_second": calls / wall * 1e9,
        "p50_us": latencies[calls // 2] / 1000,
        "p99_us": latencies[calls * 99 // 100] / 1000,
    }


def allocations(contestant: Contestant, ids: Iterator[int]) -> Figures:
    """Return what one call needs at its peak, and what its reading keeps; medians of 21."""
    peaks: list[int] = []
    kept: list[int] = []
    for number in islice(ids, 21):
        with _Traced(peaks, kept):
            reading = contestant.cancel(number)
        del reading
    return _medians(peaks, kept)


async def aallocations(contestant: AsyncContestant, ids: Iterator[int]) -> Figures:
    """Do the same, awaiting."""
    peaks: list[int] = []
    kept: list[int] = []
    for number in islice(ids, 21):
        with _Traced(peaks, kept):
            reading = await contestant.cancel(number)
        del reading
    return _medians(peaks, kept)


def _medians(peaks: list[int], kept: list[int]) -> Figures:
    middle = len(peaks) // 2
    return {"peak_kib": sorted(peaks)[middle] / 1024, "kept_blocks": sorted(kept)[middle]}


class _Traced:
    """One call seen by `tracemalloc` (peak bytes) and the allocator (blocks it leaves behind)."""

    def __init__(self, peaks: list[int], kept: list[int]) -> None:
        self._peaks, self._kept = peaks, kept

    def __enter__(self) -> None:
        gc.collect()
        self._blocks = sys.getallocatedblocks()
        tracemalloc.start()

    def __exit__(self, *_: object) -> None:
        self._peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        self._kept.append(sys.getallocatedblocks() - self._blocks)
