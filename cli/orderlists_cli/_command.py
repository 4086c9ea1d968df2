"""The options that every command has, and how a command runs and ends.

A command is a function whose first parameter is its `Session`; Typer reads the others, and those of
`_settings`.  An exception ends it: it is printed, and its exit code is that of its class.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, signature
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Option

from orderlists_cli._environment import Protocol
from orderlists_cli._errors import in_doubt_of, next_steps, record_of, text_of
from orderlists_cli._exit_codes import exit_code_of
from orderlists_cli._output import discard_results, note
from orderlists_cli._session import Session, Settings
from orderlists_cli._values import decimal_number

Symbol = Annotated[
    str, typer.Argument(metavar="SYMBOL", help="Such as LTCBTC.", show_default=False)
]
Id = Annotated[
    str | None, typer.Argument(metavar="ID", help="The exchange's id.", show_default=False)
]
ClientId = Annotated[str | None, Option(help="The client id, instead of the exchange's.")]
CancelId = Annotated[
    str | None, Option(help="The id of this cancel; by default one that was never used.")
]


def _protocol(text: str) -> Protocol:
    try:
        return Protocol(text)
    except ValueError:
        rule = f"must be {' or '.join(Protocol)}, not {text!r}"
        raise typer.BadParameter(rule) from None


def _protocols() -> list[str]:
    return [each.value for each in Protocol]


def _settings(
    live: Annotated[bool, Option("--live", help="The live exchange.")] = False,
    testnet: Annotated[bool, Option("--testnet", help="Binance's Testnet.")] = False,
    demo: Annotated[bool, Option("--demo", help="Binance's demo.")] = False,
    url: Annotated[str | None, Option(help="Another, such as http://127.0.0.1:8080.")] = None,
    protocol: Annotated[
        Protocol,
        Option(
            help="How it is reached.",
            metavar=f"<{'|'.join(Protocol)}>",
            # With a text of its own for what is neither.
            parser=_protocol,
            autocompletion=_protocols,
        ),
    ] = Protocol.REST,
    as_json: Annotated[bool, Option("--json", help="One JSON object per line.")] = False,
    dry_run: Annotated[bool, Option("--dry-run", help="Print what would be sent.")] = False,
    yes: Annotated[bool, Option("--yes", help="Change a live exchange unasked.")] = False,
    deadline: Annotated[
        str | None, Option(help="Seconds for the whole call.", metavar="SECONDS")
    ] = None,
    in_doubt_dir: Annotated[
        Path,
        Option(help="For requests whose outcome is unknown.", file_okay=False, exists=True),
    ] = Path(),
) -> Settings:
    return Settings(
        environment={"live": live, "testnet": testnet, "demo": demo, "url": url},
        protocol=protocol,
        as_json=as_json,
        dry_run=dry_run,
        yes=yes,
        deadline=decimal_number(deadline),
        in_doubt_folder=in_doubt_dir,
    )


_COMMON = signature(_settings, eval_str=True).parameters


def command(
    app: typer.Typer, name: str | None = None, *, changes_state: bool = False, **defaults: object
) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """Register a function as a command.

    Args:
        app: Where.
        name: The name of the command; that of the function by default.
        changes_state: Whether it may change something, so that there is something to confirm.
        defaults: Other defaults of the common options.
    """

    def register(function: Callable[..., object]) -> Callable[..., object]:
        own = [*signature(function, eval_str=True).parameters.values()][1:]
        common = [
            each.replace(default=defaults.get(each.name, each.default))
            for each in _COMMON.values()
            if changes_state or each.name != "yes"
        ]

        def run(**given: Any) -> None:  # noqa: ANN401 - what Typer has parsed
            settings = _settings(**{each.name: given.pop(each.name) for each in common})
            run_command(settings, lambda session: function(session, **given))

        parameters = [each.replace(kind=Parameter.KEYWORD_ONLY) for each in (*own, *common)]
        # Typer reads the first, `typing.get_type_hints` within it the second.
        vars(run)["__signature__"] = signature(run).replace(parameters=parameters)
        run.__annotations__ = {each.name: each.annotation for each in parameters}
        run.__doc__ = function.__doc__
        app.command(name or function.__name__)(run)
        return function

    return register


def run_command(settings: Settings, body: Callable[[Session], object]) -> None:
    """Run a command.

    Raises:
        typer.Exit: Always if it failed, with its exit code.
    """
    session = Session(settings)
    try:
        # Before anything else, so that a command without an exchange is refused as such.
        _ = session.environment
        body(session)
    except typer.Exit:
        raise
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - each has an exit code
        code = _show(session, KeyboardInterrupt() if isinstance(error, typer.Abort) else error)
        raise typer.Exit(code) from None
    finally:
        session.close()


def _show(session: Session, error: BaseException) -> int:
    # Stored before anything is printed, which may fail.  Without an exchange there is none.
    doubts = in_doubt_of(error)
    folder = session.settings.in_doubt_folder
    steps = next_steps(doubts, folder, session.arguments) if doubts else ()
    if isinstance(error, BrokenPipeError):
        discard_results()
    try:
        session.output.error(record_of(error), text_of(error))
    except OSError:
        discard_results()
        note(text_of(error))
    for step in steps:
        note(step)
    return exit_code_of(error)
