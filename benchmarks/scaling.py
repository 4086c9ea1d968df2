"""How a call fares while many others are in flight.

aiohttp opens at most 100 connections to begin with, for the floor as for us: beyond that, calls
wait in line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.contestants._entries import RACES, SCALE, SCALED
from benchmarks.crew import Crew, Worker
from benchmarks.race import rounds_of, summary

if TYPE_CHECKING:
    from benchmarks.loopback import Loopback
    from benchmarks.scope import Scope


def measure(scope: Scope, loopback: Loopback) -> dict[str, Any]:
    """Return the figures for each number in flight."""
    (race,) = [race for race in RACES if race.name == "async-1"]
    entries = [entry for entry in race.entries if entry.name in SCALED]
    rounds = max(3, scope.rounds // 2)
    scale = SCALE[:2] if scope.is_quick else SCALE
    found: dict[str, Any] = {}
    with Crew([Worker(entry, race, loopback.port()) for entry in entries]) as crew:
        for in_flight in scale:
            seen = rounds_of(crew.workers, rounds, scope.calls, in_flight, each=2)
            found[str(in_flight)] = {
                worker.name: summary(seen, worker.name, race.floor) for worker in crew.workers
            }
    return {"floor": race.floor, "results": found}
