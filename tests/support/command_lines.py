"""Command lines of `orderlists` in this process, against a simulated exchange."""

import json
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple, TextIO

import pytest

from orderlists_cli import __main__ as program
from orderlists_simulator import EXAMPLE_KEY

KEY = {"ORDERLISTS_API_KEY": EXAMPLE_KEY.api_key, "ORDERLISTS_SECRET": EXAMPLE_KEY.secret}


class Ended(NamedTuple):
    """How a command line ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, Any]]:
        """The JSON objects on standard output; there must be nothing else."""
        return [json.loads(line) for line in self.out.splitlines()]


@contextmanager
def closed_pipe() -> Generator[TextIO]:
    """Open a stream whose reader is gone; what is left in it is discarded in the end."""
    reader, writer = os.pipe()
    os.close(reader)
    out = os.fdopen(writer, "w")
    try:
        yield out
    finally:
        with suppress(OSError):
            out.close()


class CommandLine:
    """Runs command lines."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Ended:
        self._monkeypatch.setattr(sys, "argv", ["orderlists", *arguments])
        with pytest.raises(SystemExit) as exit_:
            program.main()
        code = exit_.value.code
        assert isinstance(code, int)
        printed = self._capsys.readouterr()
        return Ended(code, printed.out, printed.err)
