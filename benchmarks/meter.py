"""What a run of calls costs: processor time, wall time, latencies.

Processor time is user and system time of the whole process, so that nothing hides in a thread.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import tracemalloc
from contextlib import contextmanager
from itertools import islice
from statistics import median
from time import perf_counter_ns, process_time_ns
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.contestants._contract import AsyncCall, Call

Figures: TypeAlias = dict[str, float]

_TRACED = 21


def run(call: Call, ids: Iterator[int], calls: int) -> Figures:
    """Make so many calls, one after the other."""
    latencies = [0] * calls
    gc.collect()
    wall, cpu = perf_counter_ns(), process_time_ns()
    for index, number in enumerate(islice(ids, calls)):
        began = perf_counter_ns()
        call(number)
        latencies[index] = perf_counter_ns() - began
    return _figures(process_time_ns() - cpu, perf_counter_ns() - wall, latencies)


async def arun(call: AsyncCall, ids: Iterator[int], calls: int, in_flight: int) -> Figures:
    """Make so many calls, this many at a time."""
    latencies: list[int] = []
    chosen = islice(ids, calls)

    async def lane() -> None:
        for number in chosen:
            began = perf_counter_ns()
            await call(number)
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


def allocations(call: Call, ids: Iterator[int]) -> Figures:
    """Return what one call needs at its peak, and what its reading keeps; medians of some."""
    traced = _Traced()
    with _frozen():
        for number in islice(ids, _TRACED):
            with traced:
                reading = call(number)
            del reading
    return traced.medians()


async def aallocations(call: AsyncCall, ids: Iterator[int]) -> Figures:
    """Do the same, awaiting."""
    traced = _Traced()
    with _frozen():
        for number in islice(ids, _TRACED):
            with traced:
                reading = await call(number)
            del reading
    return traced.medians()


@contextmanager
def _frozen() -> Iterator[None]:
    """Keep what is there already from being collected, which for some takes long."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


class _Traced:
    """Single calls seen by `tracemalloc` (peak bytes) and the allocator (blocks they leave)."""

    def __init__(self) -> None:
        self._peaks: list[int] = []
        self._kept: list[int] = []

    def medians(self) -> Figures:
        """Return what a call needs, and leaves behind."""
        return {"peak_kib": median(self._peaks) / 1024, "kept_blocks": median(self._kept)}

    def __enter__(self) -> None:
        gc.collect()
        self._blocks = sys.getallocatedblocks()
        tracemalloc.start()

    def __exit__(self, *_: object) -> None:
        self._peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        self._kept.append(sys.getallocatedblocks() - self._blocks)
