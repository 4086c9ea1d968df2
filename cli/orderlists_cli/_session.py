"""What a command has while it runs: its options, the exchange, and a client.

Invariant: nothing is sent with ``--dry-run``, nor an unconfirmed change to a live exchange.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import typer
from attrs import evolve, frozen

from orderlists import InvalidSetting, Policy, Rest, TimeUnit, WebSocketApi
from orderlists.extending import Request, Result, Security, text_of
from orderlists_cli import _keys, _tables
from orderlists_cli._environment import Environment, Protocol
from orderlists_cli._output import HumanOutput, JsonOutput, Output, note
from orderlists_cli._waiting import WaitNotes
from orderlists_transports import Client

R = TypeVar("R")

_CONFIRM_RULE = "must be given to change a live exchange where no terminal can confirm it"


@frozen(kw_only=True)
class Settings:
    """The options that every command has; `_command` describes them."""

    environment: Mapping[str, str | bool | None]
    protocol: Protocol
    as_json: bool
    dry_run: bool
    yes: bool
    deadline: float | None
    in_doubt_folder: Path


class Session:
    """One run of a command."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.output: Output = JsonOutput() if settings.as_json else HumanOutput()
        self._client: Client | None = None

    @cached_property
    def environment(self) -> Environment:
        """The exchange.

        Raises:
            InvalidSetting: Not exactly one is selected.
        """
        return Environment.of(self.settings.environment, os.environ, self.settings.protocol)

    @cached_property
    def policy(self) -> Policy:
        """How far a call goes.

        The clock is measured first: a lost request is reconciled by another process, for which its
        attempts prove nothing otherwise.

        Raises:
            InvalidSetting: The deadline breaks a rule.
        """
        seconds = self.settings.deadline
        policy = Policy(measure_clock=True)
        return policy if seconds is None else evolve(policy, deadline=seconds)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The options for another command on the same exchange, over the same protocol."""
        protocol = ("--protocol", self.settings.protocol.value)
        is_rest = self.settings.protocol is Protocol.REST
        return self.environment.arguments if is_rest else (*self.environment.arguments, *protocol)

    def client(self, *, signs: bool = True) -> Client:
        """Return the client; it is made once.

        Args:
            signs: Whether a key is needed.

        Raises:
            InvalidSetting: A setting or the key is wrong.
            MissingExtra: A library is not installed.
        """
        if self._client is None:
            name = self.environment.name
            key = (
                _keys.key_of(name, os.environ, _keys.read_system_keyring)
                if signs
                else _keys.NoKey()
            )
            is_rest = self.settings.protocol is Protocol.REST
            self._client = Client(
                key,
                exchange=self.environment.exchange,
                protocol=Rest() if is_rest else WebSocketApi(),
                policy=self.policy,
                observe=WaitNotes(),
            )
        return self._client

    def send(self, request: Request[R]) -> R:
        """Send a request and return its result, unless this is a dry run.

        Raises:
            typer.Exit: It was a dry run.
            InvalidSetting: A change that was not confirmed; or a setting is wrong.
            OrderListsError: What the client raised.
        """
        self.prepare(request)
        signs = request.operation.security is not Security.NONE
        return self.client(signs=signs).send(request)

    def prepare(self, request: Request[Any], *, what: str | None = None, then: str = "") -> None:
        """End a dry run by printing a request; else have a change confirmed.

        Args:
            request: What is sent first.
            what: What is confirmed, if it is more than this request.
            then: What is sent after it.

        Raises:
            typer.Exit: It was a dry run, or the change was declined.
            InvalidSetting: The change cannot be confirmed.
        """
        if self.settings.dry_run:
            self._show_unsent(request, then)
            raise typer.Exit(0)
        if what is not None or request.operation.changes_state:
            self._confirm(repr(request) if what is None else what)

    def _confirm(self, what: str) -> None:
        if self.settings.yes or not self.environment.is_live:
            return
        # None where it was closed before the start, as by ``<&-``.
        if sys.stdin is None or not sys.stdin.isatty():
            raise InvalidSetting(field="yes", value=False, rule=_CONFIRM_RULE)
        if not typer.confirm(f"{what}\non {self.environment.name}: proceed?", err=True):
            note("Nothing was sent.")
            raise typer.Exit(2)

    def _show_unsent(self, request: Request[Any], then: str) -> None:
        operation = request.operation
        complete = request.completed(recv_window=self.policy.recv_window, new_id=_new_id)
        parameters = {name: text_of(value) for name, value in complete.parameters()}
        if operation.security is not Security.NONE:
            now = time.time_ns()
            parameters["timestamp"] = str(TimeUnit.MILLISECOND.from_nanoseconds(now))
        is_rest = self.settings.protocol is Protocol.REST
        target = f"{operation.method} {operation.path}" if is_rest else operation.websocket
        lines = [target, *(f"  {name}={value}" for name, value in parameters.items())]
        record = {"kind": "DryRun", "target": target, "parameters": parameters, "then": then}
        self.output.line(record, "\n".join([*lines, then] if then else lines))
        note(
            "Nothing was sent. The signature is left out; ids that were not given differ each time."
        )

    def show(self, *results: Result) -> None:
        """Print results, on standard error if standard output cannot take them."""
        try:
            records = (each.to_dict() for each in results)
            self.output.table(records, lambda: _tables.results(results))
        except OSError:
            for each in results:
                note(f"done: {each!r}")
            raise

    def close(self) -> None:
        """Close the client, if there is one."""
        if self._client is not None:
            self._client.close()


def _new_id() -> str:
    return os.urandom(16).hex()
