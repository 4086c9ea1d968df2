"""The program as a whole: how it starts, its help, and how errors become exit codes."""

import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer

from command_lines import KEY, CommandLine, closed_pipe
from orderlists import (
    CancelOrderList,
    InDoubt,
    MissingExtra,
    NotExecuted,
    ServerError,
    TransportError,
    __version__,
)
from orderlists_cli import __main__ as program
from orderlists_cli._command import command as register
from orderlists_cli._exit_codes import ExitCode, worst
from orderlists_cli._session import Session
from orderlists_simulator import Plan, Simulator
from orderlists_simulator import faults as f

LATE = 3600


def start(*arguments: str, folder: Path, url: str = "") -> "subprocess.Popen[str]":
    # A child inherits that a signal is ignored, as this one is under nohup.
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "orderlists_cli", *arguments],
            env={
                **KEY,
                "PATH": os.environ["PATH"],
                "PYTHONPATH": ":".join(sys.path),
                "ORDERLISTS_URL": url,
            },
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
    finally:
        signal.signal(signal.SIGHUP, before)


def test_the_module_runs_as_a_process(tmp_path: Path, simulator: Simulator) -> None:
    with start("cancel", "LTCBTC", "0", folder=tmp_path, url=simulator.url) as process:
        out, err = process.communicate(timeout=30)

    assert (process.returncode, err) == (0, "")
    assert out.startswith("list 0 LTCBTC OCO ALL_DONE, known by REPLY\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_or_a_termination_stores_the_request_in_doubt_and_exits_130(
    tmp_path: Path, number: signal.Signals
) -> None:
    seen: list[f.ReceivedRequest] = []
    process: list[subprocess.Popen[str]] = []

    def interrupt_at_the_cancel(_number: int, request: f.ReceivedRequest) -> f.Fault:
        if request.effect != "cancel":
            return f.NORMAL
        seen.append(request)
        process[0].send_signal(number)
        return f.executed(answer=f.SILENT)

    with Simulator(plan=Plan(interrupt_at_the_cancel)) as simulator:
        process.append(start("cancel", "LTCBTC", "0", folder=tmp_path, url=simulator.url))
        with process[0]:
            out, err = process[0].communicate(timeout=30)

    assert (process[0].returncode, out, len(seen)) == (130, "", 1)
    assert err.startswith("interrupted\nCancelOrderList may or may not have been executed.")
    (file,) = tmp_path.glob("orderlists-in-doubt-*.json")
    assert InDoubt.from_json(file.read_text()).attempts


def test_a_signal_that_is_ignored_stays_so(command: CommandLine) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    command("--help")

    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler


def test_help_does_not_import_rich(tmp_path: Path) -> None:
    code = "import sys, orderlists_cli._app; sys.exit('rich' in sys.modules)"
    with subprocess.Popen(
        [sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}, cwd=tmp_path
    ) as process:
        assert process.wait(timeout=30) == 0


def test_the_help_lists_the_commands(command: CommandLine) -> None:
    ended = command("--help")

    names = [line.split()[0] for line in ended.out.partition("Commands:\n")[2].splitlines()]
    assert ended.code == 0
    assert sorted(names) == [
        "cancel",
        "cancel-all",
        "cancel-order",
        "limits",
        "open",
        "place",
        "reconcile",
        "rules",
        "show",
        "time",
        "watch",
    ]


USAGE_ERRORS = [
    (("open", "--nonsense"), "No such option: --nonsense"),
    (("cancel",), "Missing argument 'SYMBOL'"),
    (("open", "--protocol", "fix"), "'--protocol': must be rest or websocket, not 'fix'"),
    (("open", "0"), "unexpected extra argument"),
    (("opne",), "No such command 'opne'"),
]


@pytest.mark.parametrize(("arguments", "message"), USAGE_ERRORS, ids=str)
def test_a_usage_error_has_exit_code_2_and_is_an_object_where_json_is_asked_for(
    command: CommandLine, arguments: tuple[str, ...], message: str
) -> None:
    plain, as_json = command(*arguments), command(*arguments, "--json")

    assert (plain.code, plain.out, as_json.code) == (2, "", 2)
    (record,) = as_json.records
    assert record["kind"] == "UsageError"
    assert message in record["message"]
    assert record["message"] in plain.err
    assert record["message"] in as_json.err


def test_a_usage_error_keeps_its_exit_code_where_standard_output_is_closed(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closed_pipe() as out:
        monkeypatch.setattr(sys, "stdout", out)
        ended = command("cancel", "--json")

    assert ended.code == 2
    assert "Missing argument" in ended.err


def test_the_version_is_shown_without_a_command(command: CommandLine) -> None:
    assert command("--version") == (0, f"orderlists {__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (("cancel-",), ["cancel-order", "cancel-all"]),
        (("open", "--protocol", ""), ["rest", "websocket"]),
    ],
)
def test_completion_of_a_shell_is_shown(
    command: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    completed: list[str],
) -> None:
    monkeypatch.setenv("_ORDERLISTS_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", " ".join(("orderlists", *words)))
    monkeypatch.setenv("COMP_CWORD", str(len(words)))

    assert command().out.split() == completed


@pytest.mark.parametrize("library", ["typer", "rich"])
def test_without_the_extra_the_program_says_how_to_install_it(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)

    assert command("open") == (2, "", "orderlists needs an extra: pip install 'orderlists[cli]'\n")


def test_the_module_is_the_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["orderlists", "--help"])

    with pytest.raises(SystemExit) as exit_:
        runpy.run_path(program.__file__, run_name="__main__")

    assert exit_.value.code == 0
    assert "Usage: orderlists" in capsys.readouterr().out


def end_by(error: BaseException, *arguments: str) -> int:
    """Return the exit code of a command that raises this."""
    app = typer.Typer(rich_markup_mode=None)
    secret = "a-secret-in-a-variable"

    def fail(session: Session) -> None:
        assert secret
        assert session.settings.dry_run is False
        raise error

    register(app)(fail)
    with pytest.raises(SystemExit) as exit_:
        app(args=["--demo", *arguments])
    code = exit_.value.code
    assert isinstance(code, int)
    return code


def test_a_bug_has_exit_code_70_and_a_traceback_without_values(
    command: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    del command

    assert end_by(KeyError("x")) == 70

    err = capsys.readouterr().err
    assert err.startswith("a bug, in this program or in a library:\nTraceback")
    assert err.endswith("KeyError: 'x'\n")
    assert "in fail" in err
    assert "a-secret-in-a-variable" not in err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotExecuted(InDoubt(CancelOrderList(symbol="LTCBTC", order_list_id=0)), cause=None), 4),
        (TransportError("no route", sent=False), 6),
        (ServerError(code=None, message="", status=503), 6),
        (MissingExtra("websockets", needed_for="it"), 2),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_has_the_exit_code_of_its_kind(
    command: CommandLine, error: Exception, code: int
) -> None:
    del command

    assert end_by(error) == code


def test_an_interrupt_has_exit_code_130_and_is_an_object(
    command: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    del command

    assert end_by(KeyboardInterrupt(), "--json") == 130
    assert capsys.readouterr() == (
        '{"kind": "KeyboardInterrupt", "message": ""}\n',
        "interrupted\n",
    )


def test_a_closed_pipe_has_exit_code_130_without_a_traceback(
    orderlists: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closed_pipe() as out:
        monkeypatch.setattr(sys, "stdout", out)
        ended = orderlists("open", "--json")

    assert (ended.code, ended.err) == (130, "interrupted: standard output was closed\n")


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ([], 0),
        ([0, 3], 3),
        ([3, 4, 0], 4),
        ([4, 6, 3], 6),
        ([6, 5, 4], 5),
    ],
)
def test_the_worst_exit_code_is_unknown_then_network_not_executed_and_refused(
    codes: Sequence[int], code: int
) -> None:
    assert worst(map(ExitCode, codes)) == code
