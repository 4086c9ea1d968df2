"""The workers of a race, seen from the parent process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from benchmarks.contestants._entries import OURS_SBE
from benchmarks.meter import Figures

if TYPE_CHECKING:
    from benchmarks.contestants._entries import Entry, Race

ROOT = Path(__file__).parent.parent
APART = Path(sys.prefix) / "apart"
"""Where the rivals are whose import names clash with others."""


def is_apart(entry: Entry) -> bool:
    """Return whether a contestant's library is installed."""
    return entry.maker.startswith("connector:")


def environment(*, apart: bool = False) -> dict[str, str]:
    """Return the environment of a child: no proxy, and nothing of the caller's Python."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTHON") and not name.lower().endswith("_proxy")
    }
    return {**kept, "PYTHONPATH": str(APART)} if apart else kept


class Worker:
    """One contestant of a race, in a process of its own."""

    def __init__(self, entry: Entry, race: Race, port: int) -> None:
        self.name = entry.name
        self.is_binary = entry.name == OURS_SBE
        self.operation = race.operation
        self.port = port
        kind = "async" if race.is_async else "sync"
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "benchmarks.worker"),
                *(kind, entry.maker, race.operation.name, f"http://127.0.0.1:{port}"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment(apart=is_apart(entry)),
        )

    def await_ready(self) -> None:
        """Wait until its library is imported and its client made."""
        self._hear()

    def readings(self, times: int) -> list[list[Any]]:
        """Return the values that it decoded from the replies to the first ids."""
        read: list[list[Any]] = self._ask({"do": "read", "times": times})
        return read

    def run(self, calls: int, in_flight: int) -> Figures:
        """Run a number of calls."""
        figures: Figures = self._ask({"do": "run", "calls": calls, "in_flight": in_flight})
        return figures

    def allocations(self) -> Figures:
        """Measure the allocations of single calls."""
        figures: Figures = self._ask({"do": "allocations"})
        return figures

    def dismiss(self) -> None:
        """Stop the process."""
        self._process.communicate()

    def _ask(self, order: dict[str, Any]) -> Any:
        assert self._process.stdin is not None  # noqa: S101 - a pipe was asked for
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._hear()

    def _hear(self) -> Any:
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended with status {self._process.wait()}")
        return json.loads(line)


class Crew:
    """All workers of a race, alive at the same time."""

    def __init__(self, workers: list[Worker]) -> None:
        self.workers = workers

    def __enter__(self) -> Self:
        for worker in self.workers:
            worker.await_ready()
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers:
            worker.dismiss()
