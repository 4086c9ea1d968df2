"""One race: the contestants take turns, in short runs, round by round.

The speed of a machine drifts, so a contestant is divided by the floor of the same round, a second
away at most; the order changes from round to round.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from benchmarks.answers import faults
from benchmarks.crew import Crew, Worker
from benchmarks.spread import spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.contestants._entries import Race
    from benchmarks.loopback import Loopback
    from benchmarks.meter import Figures
    from benchmarks.scope import Scope

_WARM_UP = 100


def run_races(
    races: Sequence[Race], scope: Scope, loopback: Loopback
) -> tuple[dict[str, Any], list[str]]:
    """Return the results of races between the same contestants, and the wrong answers."""
    first = races[0]
    entries = [entry for entry in first.entries if entry.is_quick or not scope.is_quick]
    with Crew([Worker(entry, first, loopback.port()) for entry in entries]) as crew:
        wrong = [fault for worker in crew.workers for fault in faults(worker, loopback)]
        allocations = {worker.name: worker.allocations() for worker in crew.workers}
        results = {
            race.name: _result(
                race,
                rounds_of(crew.workers, scope.rounds, scope.calls, race.in_flight),
                allocations,
            )
            for race in races
        }
    return results, wrong


def _result(
    race: Race, rounds: list[dict[str, Figures]], allocations: dict[str, Figures]
) -> dict[str, Any]:
    results = {
        name: {**summary(rounds, name, race.floor), **found} for name, found in allocations.items()
    }
    return {
        "operation": race.operation.title,
        "title": race.title,
        "floor": race.floor,
        "results": results,
    }


def rounds_of(
    workers: Sequence[Worker], rounds: int, calls: int, in_flight: int, each: int = 12
) -> list[dict[str, Figures]]:
    """Run every contestant once per round, and return the figures of each.

    Args:
        workers: Who runs.
        rounds: How often.
        calls: How many calls each makes in a round, at least.
        in_flight: How many of them at a time.
        each: How many for each of these, so that filling and draining hardly show.
    """
    shuffled = Random(5)  # noqa: S311 - the same orders every time
    calls = max(calls, in_flight * each)
    for worker in workers:
        worker.run(max(_WARM_UP, in_flight * 2), in_flight)
    return [
        {
            worker.name: worker.run(calls, in_flight)
            for worker in shuffled.sample(workers, len(workers))
        }
        for _ in range(rounds)
    ]


def summary(rounds: list[dict[str, Figures]], name: str, floor: str) -> dict[str, Any]:
    """Return one contestant's figures over all rounds, and its ratio to the floor in each."""
    figures = {
        figure: spread([each[name][figure] for each in rounds]) for figure in rounds[0][name]
    }
    ratios = [each[name]["cpu_us"] / each[floor]["cpu_us"] for each in rounds]
    return {**figures, "ratio": spread(ratios)}
