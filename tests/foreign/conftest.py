"""Runs each client in the environment that has it, and prints the table of clients and actions."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from foreign_client import ACTIONS
from orderlists_simulator import EXAMPLE_KEY, Simulator, Venue, example_venue

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RACE = ROOT / os.environ.get("RACE", "benchmarks/.venv")
CLIENTS = {
    "python-binance": "with_python_binance.py",
    "ccxt": "with_ccxt.py",
    "binance-connector": "with_binance_connector.py",
    "binance-sdk-spot": "with_binance_sdk_spot.py",
}
# It shares its import name with another.
APART = {"binance-connector": RACE / "apart"}
SECONDS = 120
NOT_INSTALLED = "ModuleNotFoundError"

# They are scripts, for another environment.
collect_ignore = ["clients"]


class Run:
    """What became of the actions of a client, by their names, and the venue they were done at."""

    def __init__(self, client: str) -> None:
        self.venue: Venue = example_venue(now=time.time_ns(), lists=0)
        with Simulator(self.venue) as simulator:
            done = _script(client, simulator.url)
        self.is_installed = NOT_INSTALLED not in done.stderr or done.stdout != ""
        lines = [json.loads(each) for each in done.stdout.splitlines()]
        self.actions: Mapping[str, dict[str, Any]] = {each["action"]: each for each in lines}
        assert not self.is_installed or self.actions.keys() == ACTIONS.keys(), done.stderr


def _script(client: str, origin: str) -> "subprocess.CompletedProcess[str]":
    path = [*filter(None, [APART.get(client)]), ROOT / "tests" / "support"]
    script = HERE / "clients" / CLIENTS[client]
    return subprocess.run(
        [RACE / "bin" / "python", script, origin, EXAMPLE_KEY.api_key, EXAMPLE_KEY.secret],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@pytest.fixture(scope="session")
def run_of() -> Callable[[str], Run]:
    """Return a function that returns the run of a client, or skips where it is not installed."""
    runs: dict[str, Run] = {}

    def run_of(client: str) -> Run:
        if not (RACE / "bin" / "python").exists():
            pytest.skip(f"there is no environment {RACE}")
        if client not in runs:
            runs[client] = Run(client)
        if not runs[client].is_installed:
            pytest.skip(f"{client} is not installed")
        return runs[client]

    return run_of


_cells: dict[object, str] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    cell = dict(report.user_properties).get("cell")
    if cell is not None and report.when == "call":
        _cells[cell] = "expected" if hasattr(report, "wasxfail") else report.outcome


WORDS = {"passed": "ok", "failed": "FAILED", "skipped": "skipped", "expected": "not yet"}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    width = max(map(len, ACTIONS))
    heading = "".join(f"{each:>{max(len(each), 7) + 3}}" for each in CLIENTS)
    terminalreporter.section("client x action; '.': the client has no method for it")
    terminalreporter.write_line(f"{'':{width}}{heading}")
    for action in ACTIONS:
        words = {each: WORDS.get(_cells.get((each, action), ""), ".") for each in CLIENTS}
        row = "".join(f"{word:>{max(len(each), 7) + 3}}" for each, word in words.items())
        terminalreporter.write_line(f"{action:{width}}{row}")
