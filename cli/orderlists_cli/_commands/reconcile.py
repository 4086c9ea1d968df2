"""``orderlists reconcile``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from attrs import evolve
from typer import Argument, Option

from orderlists import InDoubt, InvalidInput, InvalidRequest, Policy
from orderlists.extending import Result
from orderlists_cli._rules import refusal_of, rule_of
from orderlists_cli._session import Session

_THEN = "This was sent earlier. Now it is queried; a cancel is sent again where that is safe."


def reconcile(
    session: Session,
    file: Annotated[
        str, Argument(help="The JSON of the request; - for standard input.", metavar="FILE")
    ],
    query_only: Annotated[bool, Option("--query-only", help="Send no cancel again.")] = False,
) -> None:
    """Find out what became of a request whose outcome is unknown."""
    doubt = _read(file)
    session.prepare(doubt.request, what=f"Reconcile {doubt.request!r}", then=_THEN)
    policy = _policy(session, query_only=query_only)
    result: Result | tuple[Result, ...] = session.client().reconcile(
        doubt.request, attempts=doubt.attempts, policy=policy
    )
    session.show(*(result if isinstance(result, tuple) else (result,)))


def _read(file: str) -> InDoubt:
    text = _text_in(file)
    try:
        return InDoubt.from_json(text)
    except InvalidInput as error:
        # With the name of the file, and not all that it holds.
        is_text = error.field == "text"
        rule = rule_of(error.rule) if is_text else refusal_of(error, error.field)
        raise _refused(file, rule) from None


def _text_in(file: str) -> str | bytes:
    if file == "-":
        return sys.stdin.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise _refused(file, f"must be a file that can be read ({error.strerror})") from None


def _refused(file: str, rule: str) -> InvalidRequest:
    return InvalidRequest(field="FILE", value=file, rule=rule)


def _policy(session: Session, *, query_only: bool) -> Policy | None:
    if query_only:
        return evolve(session.policy, max_resends=0)
    # Without a policy the deadline fits the attempt, which may be executed late.
    return None if session.settings.deadline is None else session.policy
