"""What is said about an error, with what to do next."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path
from shlex import join
from typing import Any

from orderlists import CancelAllReport, CancelOpenOrders, InDoubt, InvalidInput, OrderListsError
from orderlists.extending import Request
from orderlists_cli import _texts
from orderlists_cli._rules import option_of, refusal_of


def record_of(error: BaseException) -> dict[str, Any]:
    """Return an error as an object for JSON."""
    if isinstance(error, OrderListsError):
        return error.to_dict()
    return {"kind": type(error).__name__, "message": str(error)}


def text_of(error: BaseException) -> str:
    """Return an error as text for people."""
    if isinstance(error, InvalidInput):
        return f"{refusal_of(error, option_of(error.field))}; nothing was sent"
    if isinstance(error, OrderListsError):
        return _texts.failure(error)
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, BrokenPipeError):
        return "interrupted: standard output was closed"
    # Without the values of variables, among which may be a secret.
    lines = traceback.format_exception(error)
    return f"a bug, in this program or in a library:\n{''.join(lines).rstrip()}"


def in_doubt_of(error: BaseException) -> tuple[InDoubt, ...]:
    """Return the requests that may have been executed when a command ended by this."""
    report = CancelAllReport.of(error)
    if report is not None:
        return report.to_reconcile
    doubt = InDoubt.of(error)
    return () if doubt is None else (doubt,)


def next_steps(doubts: Iterable[InDoubt], folder: Path, arguments: Iterable[str]) -> Sequence[str]:
    """Store the requests whose outcome is unknown, and return how to find out, for each.

    Args:
        doubts: The requests and their attempts.
        folder: Where their files are written.
        arguments: The options that select the exchange and the protocol.
    """
    return [_next_step(each, folder, arguments) for each in doubts]


def _next_step(doubt: InDoubt, folder: Path, arguments: Iterable[str]) -> str:
    name, kept = _store(doubt, folder)
    advice, command = "Do not send it anew. To find out:", ["reconcile", *arguments, name]
    if isinstance(doubt.request, CancelOpenOrders):
        # It has no id of its own: reconciled, its outcome stays unknown.
        advice, command = "Before you send it anew, see what is still open:", ["open", *arguments]
    return (
        f"{type(doubt.request).__name__} may or may not have been executed. {kept}\n"
        f"{advice}\n  {join(['orderlists', *command])}"
    )


def _store(doubt: InDoubt, folder: Path) -> tuple[str, str]:
    """Store a request, and return the name of its file and what is said of it."""
    text = doubt.to_json()
    try:
        file = _new_file(folder, f"orderlists-in-doubt-{_name_of(doubt.request)}")
        file.write_text(f"{text}\n", "utf-8")
    except OSError as error:
        why = f"no file could be written in {folder} ({error.strerror})"
        return "FILE", f"But {why}. Store this line in a FILE:\n{text}"
    return str(file), f"The request and its attempts are in {file}."


def _new_file(folder: Path, name: str) -> Path:
    """Make an empty file that only its owner may read, and never one that exists.

    Another request may have the same id: that of a cancel is the caller's to choose.
    """
    file, number = folder / f"{name}.json", 1
    while True:
        try:
            file.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            number += 1
            file = folder / f"{name}-{number}.json"
        else:
            return file


def _name_of(request: Request[Any]) -> str:
    """Return the id by which a request is recognised, which no other has; else its kind."""
    fields = vars(request)
    ids = (fields.get("new_client_order_id"), fields.get("list_client_order_id"))
    return next((str(each) for each in ids if each is not None), type(request).__name__)
