"""The commands, as one program."""

from __future__ import annotations

from collections.abc import Sequence

import typer

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

app = typer.Typer(
    name="orderlists",
    help="Place, find, watch and cancel Binance Spot order lists.",
    no_args_is_help=True,
    # Rich would take longer to import than all the rest.
    rich_markup_mode=None,
    pretty_exceptions_show_locals=False,
)
command(app, "open")(open_lists.open_lists)
command(app)(show.show)
app.add_typer(place.app, name="place")
command(app)(cancel.cancel)
command(app, "cancel-order")(cancel_order.cancel_order)
command(app, "cancel-all")(cancel_all.cancel_all)
command(app, protocol=Protocol.WEBSOCKET)(watch.watch)
command(app)(reconcile.reconcile)
command(app)(limits.limits)
command(app)(rules.rules)
command(app, "time")(server_time.server_time)


def run(arguments: Sequence[str]) -> None:
    """Run a command line.

    Raises:
        SystemExit: Always, with the exit code.
    """
    app(args=[*arguments], prog_name="orderlists")
