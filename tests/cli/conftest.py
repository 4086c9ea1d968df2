"""Fixtures for tests of the command line."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from command_lines import KEY, CommandLine
from orderlists_simulator import Simulator

pytest.importorskip("typer")


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """Restore how this process takes the signals that the program takes as interrupts."""
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> CommandLine:
    """Return a command line in an empty folder, with a key, and without an exchange."""
    for name in [each for each in os.environ if each.startswith("ORDERLISTS_")]:
        monkeypatch.delenv(name)
    for name, value in {**KEY, "COLUMNS": "80", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return CommandLine(monkeypatch, capsys)


@pytest.fixture
def orderlists(
    command: CommandLine, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    """Return a command line whose exchange is the simulated one."""
    monkeypatch.setenv("ORDERLISTS_URL", simulator.url)
    return command
