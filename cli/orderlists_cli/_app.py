"""The commands, as one program."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, cast

import typer

from orderlists import __version__
from orderlists_cli._command import command
from orderlists_cli._commands import (
    cancel,
    cancel_all,
    cancel_order,
    limits,
    open_lists,
    place,
    reconcile,
    rules,
    server_time,
    show,
    watch,
)
from orderlists_cli._environment import Protocol
from orderlists_cli._output import JsonOutput, discard_results

# Typer exports this class alone; its base is Click's documented `UsageError`, which is in `click`
# or, by the version of Typer, in Typer itself.
_UsageError = cast("type[typer.BadParameter]", typer.BadParameter.__base__)

app = typer.Typer(
    name="orderlists",
    help="Place, find, watch and cancel Binance Spot order lists.",
    no_args_is_help=True,
    # Rich would take longer to import than all the rest.
    rich_markup_mode=None,
    pretty_exceptions_show_locals=False,
)


def _show_version(value: bool) -> None:  # noqa: FBT001 - called by Typer
    if value:
        sys.stdout.write(f"orderlists {__version__}\n")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            # Before anything else of the command line is checked.
            is_eager=True,
            callback=_show_version,
            help="Show the version and exit.",
        ),
    ] = False,
) -> None:
    del version


command(app, "open")(open_lists.open_lists)
command(app)(show.show)
app.add_typer(place.app, name="place")
command(app, changes_state=True)(cancel.cancel)
command(app, "cancel-order", changes_state=True)(cancel_order.cancel_order)
command(app, "cancel-all", changes_state=True)(cancel_all.cancel_all)
command(app, protocol=Protocol.WEBSOCKET)(watch.watch)
command(app, changes_state=True)(reconcile.reconcile)
command(app)(limits.limits)
command(app)(rules.rules)
command(app, "time")(server_time.server_time)


def run(arguments: Sequence[str]) -> None:
    """Run a command line.

    Raises:
        SystemExit: Always, with the exit code.
    """
    try:
        code = app(args=[*arguments], prog_name="orderlists", standalone_mode=False)
    except _UsageError as error:
        # No command has run that could print it.
        if "--json" in arguments:
            _print_record({"kind": "UsageError", "message": error.format_message()})
        error.show()
        sys.exit(error.exit_code)
    sys.exit(code or 0)


def _print_record(record: Mapping[str, str]) -> None:
    try:
        JsonOutput().line(record, "")
    except OSError:
        discard_results()
