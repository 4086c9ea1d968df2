"""How many instructions one call at a time takes, counted by valgrind's callgrind.

A count does not depend on how busy the machine is.  Each contestant runs twice, with many calls
and with few; what differs, divided by the difference in calls, is one call.
``python -m benchmarks.instructions KIND MAKER ORIGIN CALLS`` is what runs under valgrind.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from benchmarks.contestants._entries import OURS, RACES
from benchmarks.crew import ROOT, environment, is_apart
from benchmarks.worker import made

if TYPE_CHECKING:
    from benchmarks.contestants._entries import Entry, Race
    from benchmarks.loopback import Loopback

_FEW = 40
_COUNTED = ("sync", "async-1", "websocket-1")
_COLLECTED = re.compile(r"Collected : ([0-9]+)")


def measure(loopback: Loopback, calls: int, *, all_rivals: bool) -> dict[str, Any]:
    """Return thousands of instructions per call, by race, or nothing where there is no valgrind."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        return {}
    return {
        race.name: _measure(valgrind, race, loopback, calls, all_rivals=all_rivals)
        for race in RACES
        if race.name in _COUNTED
    }


def _measure(
    valgrind: str, race: Race, loopback: Loopback, calls: int, *, all_rivals: bool
) -> dict[str, Any]:
    wanted = {race.floor, OURS}
    entries = [entry for entry in race.entries if all_rivals or entry.name in wanted]
    runs = [(entry, times) for entry in entries for times in (_FEW, _FEW + calls)]
    for entry in entries:
        # Compiles what was never imported, which would count against the run with few calls alone.
        _run([], race, entry, loopback, 1)
    # Two at a time: a count is the same on a busy machine.
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda run: _count(valgrind, race, *run, loopback), runs))
    per_call = {
        entry.name: (many - few) / calls / 1000
        for entry, few, many in zip(entries, counts[::2], counts[1::2], strict=True)
    }
    floor = per_call[race.floor]
    return {
        "floor": race.floor,
        "results": {
            name: {"thousands": round(count, 1), "ratio": round(count / floor, 4)}
            for name, count in per_call.items()
        },
    }


def _count(valgrind: str, race: Race, entry: Entry, calls: int, loopback: Loopback) -> int:
    callgrind = [valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    found = _COLLECTED.search(_run(callgrind, race, entry, loopback, calls))
    if found is None:
        raise RuntimeError(f"valgrind said nothing of {entry.name}")
    return int(found[1])


def _run(under: list[str], race: Race, entry: Entry, loopback: Loopback, calls: int) -> str:
    port = loopback.port()
    kind = "async" if race.is_async else "sync"
    output = subprocess.run(
        [
            *(*under, sys.executable, "-m", "benchmarks.instructions"),
            *(kind, entry.maker, f"http://127.0.0.1:{port}", str(calls)),
        ],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**environment(apart=is_apart(entry)), "PYTHONHASHSEED": "0"},
    ).stderr
    if (seen := loopback.seen(port)["count"]) != calls:
        raise RuntimeError(f"{entry.name} sent {seen} requests for {calls} calls")
    return output


def work(contestant: Any, calls: int) -> None:
    """Make so many calls, one after the other."""
    for number in range(calls):
        contestant.cancel(number)


async def awork(maker: str, origin: str, calls: int) -> None:
    """Do the same with an asynchronous contestant."""
    contestant = made(maker, origin)
    for number in range(calls):
        await contestant.cancel(number)
    await contestant.close()


if __name__ == "__main__":
    _, given_kind, given_maker, given_origin, given_calls = sys.argv
    if given_kind == "async":
        asyncio.run(awork(given_maker, given_origin, int(given_calls)))
    else:
        work(made(given_maker, given_origin), int(given_calls))
