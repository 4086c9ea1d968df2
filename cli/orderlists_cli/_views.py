"""How `watch` shows the open lists: a table that is kept up to date, or a line for each event."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol, Self

from orderlists import Event, Gap, OrderList, OrderReport
from orderlists_cli import _tables, _texts
from orderlists_cli._open_lists import OpenLists
from orderlists_cli._output import HumanOutput, Output, console

if TYPE_CHECKING:
    from rich.console import Console


class View(Protocol):
    """Shows the open lists."""

    def read(self, results: Iterable[OrderList | OrderReport], lists: OpenLists) -> None:
        """Show what queries have returned."""
        ...

    def change(self, event: Event | Gap, lists: OpenLists) -> None:
        """Show the lists after an event."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class LogView:
    """The table once, and then a line for each event; or the records of both."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def read(self, results: Iterable[OrderList | OrderReport], lists: OpenLists) -> None:
        """Print all that is open."""
        self._output.table((each.to_dict() for each in results), lambda: _tables.watched(lists))

    def change(self, event: Event | Gap, lists: OpenLists) -> None:
        """Print the event."""
        del lists
        self._output.line(event.to_dict(), _texts.event(event))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class LiveView:
    """A table in a terminal, drawn anew with each event."""

    def __init__(self, terminal: Console) -> None:
        from rich.live import Live  # noqa: PLC0415 - only a terminal needs it

        self._live = Live(console=terminal, auto_refresh=False)

    def read(self, results: Iterable[OrderList | OrderReport], lists: OpenLists) -> None:
        """Draw the table."""
        del results
        self._live.update(_tables.watched(lists), refresh=True)

    def change(self, event: Event | Gap, lists: OpenLists) -> None:
        """Draw the table."""
        del event
        self.read((), lists)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()


def view_of(output: Output) -> View:
    """Return the view that fits an output."""
    if isinstance(output, HumanOutput) and (terminal := console()).is_terminal:
        return LiveView(terminal)
    return LogView(output)
