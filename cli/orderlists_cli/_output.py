"""What is printed: for people, or one JSON object per line.

Results go to standard output, what is said about them to standard error.

Invariant: with JSON nothing else is on standard output.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

Record: TypeAlias = Mapping[str, Any]
"""An object for JSON."""


class Output(Protocol):
    """Where commands print."""

    def table(self, records: Iterable[Record], render: Callable[[], RenderableType]) -> None:
        """Print results: a record each, or what is rendered of all of them."""
        ...

    def line(self, record: Record, text: str) -> None:
        """Print a record, or a line of text; an empty text says that there is none for people."""
        ...

    def error(self, record: Record, text: str) -> None:
        """Print an error."""
        ...


class HumanOutput:
    """Text and tables."""

    def table(self, records: Iterable[Record], render: Callable[[], RenderableType]) -> None:
        """Print what is rendered."""
        del records
        made = console()
        with made.capture() as captured:
            made.print(render())
        # Rich fills each line of a table with blanks.
        lines = [line.rstrip() for line in captured.get().splitlines()]
        _write_line(sys.stdout, "\n".join(lines))

    def line(self, record: Record, text: str) -> None:
        """Print the text."""
        del record
        if text:
            _write_line(sys.stdout, text)

    def error(self, record: Record, text: str) -> None:
        """Print the text on standard error."""
        del record
        note(text)


class JsonOutput:
    """One JSON object per line."""

    def table(self, records: Iterable[Record], render: Callable[[], RenderableType]) -> None:
        """Print the records."""
        del render
        for each in records:
            self.line(each, "")

    def line(self, record: Record, text: str) -> None:
        """Print the record."""
        del text
        _write_line(sys.stdout, json.dumps(record))

    def error(self, record: Record, text: str) -> None:
        """Print the record, and the text on standard error."""
        self.line(record, "")
        note(text)


def console() -> Console:
    """Return a console on standard output.

    Rich is imported here: a command that prints no table, such as ``--help``, does without.
    """
    from rich.console import Console  # noqa: PLC0415

    return Console(highlight=False, markup=False, emoji=False)


def note(text: str) -> None:
    """Print a text for people on standard error."""
    # Where it cannot be shown, the exit code is all the more needed.
    with suppress(OSError):
        _write_line(sys.stderr, text)


def discard_results() -> None:
    """Discard what is still written to standard output, whose reader is gone."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def _write_line(stream: Any, text: str) -> None:  # noqa: ANN401 - a text stream
    # A symbol may have characters that the stream has not: shown as an escape, like on stderr.
    encoding = stream.encoding or "utf-8"
    shown = text.encode(encoding, "backslashreplace").decode(encoding)
    stream.write(f"{shown}\n")
    # A verdict must be readable when it is known, also through a pipe.
    stream.flush()
