"""A process with one contestant, controlled by commands, one per line.

Each contestant lives in a process of its own: none pays for the imports, threads or garbage of
another, and all of them stay warm.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from itertools import cycle
from typing import Any

from benchmarks import meter
from benchmarks.exchange import REPLIES
from benchmarks.machine import pin_to_core


def made(maker: str, origin: str) -> Any:
    """Return the contestant that ``module:function`` makes."""
    module, _, function = maker.partition(":")
    return getattr(importlib.import_module(f"benchmarks.contestants.{module}"), function)(origin)


def _next_order() -> dict[str, Any] | None:
    line = sys.stdin.readline()
    return json.loads(line) if line else None


def _tell(answer: object) -> None:
    print(json.dumps(answer, default=str), flush=True)


def work(maker: str, operation: str, origin: str) -> None:
    """Work on one call at a time."""
    contestant = made(maker, origin)
    call = getattr(contestant, operation)
    ids = cycle(range(REPLIES))
    # Not before: what is imported is no part of the race, and imports on any core.
    pin_to_core(0)
    _tell("ready")
    while (order := _next_order()) is not None:
        match order["do"]:
            case "read":
                _tell([call(number) for number in range(order["times"])])
            case "run":
                _tell(meter.run(call, ids, order["calls"]))
            case "allocations":
                _tell(meter.allocations(call, ids))
    contestant.close()


async def awork(maker: str, operation: str, origin: str) -> None:
    """Work on many calls at a time."""
    contestant = made(maker, origin)
    call = getattr(contestant, operation)
    ids = cycle(range(REPLIES))
    # Not before: what is imported is no part of the race, and imports on any core.
    pin_to_core(0)
    _tell("ready")
    while (order := _next_order()) is not None:
        match order["do"]:
            case "read":
                _tell([await call(number) for number in range(order["times"])])
            case "run":
                _tell(await meter.arun(call, ids, order["calls"], order["in_flight"]))
            case "allocations":
                _tell(await meter.aallocations(call, ids))
    await contestant.close()


if __name__ == "__main__":
    _, kind, *given = sys.argv
    if kind == "async":
        asyncio.run(awork(*given))
    else:
        work(*given)
