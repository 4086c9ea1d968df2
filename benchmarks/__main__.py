"""Run the benchmark: ``python -m benchmarks [--quick] [--instructions] [--page]``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks import imports, instructions, memory, scaling, wire
from benchmarks.chart import write_chart
from benchmarks.contestants._entries import RACES
from benchmarks.crew import APART
from benchmarks.loopback import Loopback
from benchmarks.machine import machine, on_core, versions
from benchmarks.page import write_pages
from benchmarks.parts import bookkeeping, decoding, encoding
from benchmarks.race import run_races
from benchmarks.scope import FULL, QUICK, Scope
from benchmarks.tables import everything

_HERE = Path(__file__).parent
_PORTS = 128


def run(scope: Scope, *, all_rivals: bool) -> tuple[dict[str, Any], list[str]]:
    """Measure everything, and return the results and the wrong answers."""
    wrong: list[str] = []
    results: dict[str, Any] = {
        "date": f"{datetime.now(tz=UTC):%Y-%m-%d}",
        "machine": machine(),
        "versions": versions(str(APART)),
        "rounds": scope.rounds,
        "bytes": wire.measure(),
    }
    with Loopback(_PORTS) as loopback:
        with phase("the server"):
            results["ceiling_per_second"] = loopback.ceiling(scope.ceiling)
        results["races"] = {}
        for _, group in groupby(RACES, key=lambda race: (race.operation, race.entries)):
            races = list(group)
            with phase("; ".join(f"{race.operation.title}, {race.title}" for race in races)):
                found, faults = run_races(races, scope, loopback)
            results["races"] |= found
            wrong += faults
        with phase("many in flight"):
            results["scaling"] = scaling.measure(scope, loopback)
        with phase("the parts of a call"), on_core(0):
            results["parts"] = {
                "encode + sign": encoding.measure(scope.part_rounds),
                "decode": decoding.measure(scope.part_rounds),
                "bookkeeping": bookkeeping.measure(scope.part_rounds),
            }
        with phase("imports"), on_core(0):
            results["imports"] = imports.measure(scope.imports, is_quick=scope.is_quick)
        with phase("memory"):
            results["memory"] = memory.measure(loopback, scope.endurance)
        results["instructions"] = {}
        if scope.instructions:
            with phase("instructions"):
                results["instructions"] = instructions.measure(
                    loopback, scope.instructions, all_rivals=all_rivals
                )
    return results, wrong


@contextmanager
def phase(what: str) -> Iterator[None]:
    """Log the name and the duration of a phase to stderr."""
    print(f"measuring: {what}", end="", file=sys.stderr, flush=True)
    began = perf_counter()
    yield
    print(f", {perf_counter() - began:.0f} s", file=sys.stderr, flush=True)


def main() -> int:
    """Run, print and store the results; return 1 if a result was wrong, never for slowness."""
    asked = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    asked.add_argument("--quick", action="store_true", help="a small part, nothing kept")
    asked.add_argument("--instructions", action="store_true", help="count those of rivals too")
    asked.add_argument("--page", action="store_true", help="only write pages and chart anew")
    given = asked.parse_args()
    kept = _HERE / "results.json"
    if given.page:
        _publish(json.loads(kept.read_text(encoding="utf-8")))
        return 0
    began = perf_counter()
    results, wrong = run(QUICK if given.quick else FULL, all_rivals=given.instructions)
    print(everything(results))
    for fault in wrong:
        print(f"WRONG ANSWER: {fault}", file=sys.stderr)
    if not given.quick and not wrong:
        kept.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        _publish(results)
    print(f"\n{perf_counter() - began:.0f} seconds; {len(wrong)} wrong answers")
    return 1 if wrong else 0


def _publish(results: dict[str, Any]) -> None:
    write_chart(results, _HERE / "results.svg")
    write_pages(results, _HERE)


if __name__ == "__main__":
    sys.exit(main())
