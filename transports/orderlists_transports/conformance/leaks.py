"""Where a secret can appear: in errors, in logs, in warnings and on the standard streams."""

from __future__ import annotations

import io
import logging
import traceback
import warnings
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

from orderlists_transports.conformance.fixture import API_KEY, QUERY, SIGNATURE, expect

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

_WINDOW = 16
"""So many characters of a secret in a row are a leak."""


class Leaks:
    """Collects texts, and finds the secrets of the suite in them."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def call(self, act: Callable[..., object], *args: object) -> None:
        """Make a call that may fail, and collect the texts of its error."""
        try:
            act(*args)
        except Exception as error:  # noqa: BLE001 - which error it is, other clauses check
            self.texts.extend(_texts_of(error))

    def expect_none(self) -> None:
        """Check that no part of a secret was found."""
        found = [_masked(text) for text in self.texts if any(part in text for part in _PARTS)]
        expect(not found, f"a secret is in: {found[:3]}")


@contextmanager
def captured() -> Generator[Leaks]:
    """Collect what is logged, warned of and printed meanwhile, at any level and by any thread."""
    leaks, printed = Leaks(), io.StringIO()
    with (
        _logging_to(leaks),
        warnings.catch_warnings(record=True) as warned,
        redirect_stdout(printed),
        redirect_stderr(printed),
    ):
        warnings.simplefilter("always")
        yield leaks
    leaks.texts += [printed.getvalue(), *(str(each.message) for each in warned)]


@contextmanager
def _logging_to(leaks: Leaks) -> Generator[None]:
    handler = _Handler(leaks)
    named = [
        each
        for each in logging.root.manager.loggerDict.values()
        if isinstance(each, logging.Logger)
    ]
    before = [(each, each.level, each.disabled) for each in (logging.root, *named)]
    for each, _, _ in before:
        each.addHandler(handler)
        each.setLevel(logging.DEBUG)
        each.disabled = False
    try:
        yield
    finally:
        for each, level, disabled in before:
            each.removeHandler(handler)
            each.setLevel(level)
            each.disabled = disabled


class _Handler(logging.Handler):
    def __init__(self, leaks: Leaks) -> None:
        super().__init__(logging.NOTSET)
        self._leaks = leaks

    def emit(self, record: logging.LogRecord) -> None:
        self._leaks.texts.append(f"{self.format(record)} {record.args!r}")


def _texts_of(error: BaseException) -> list[str]:
    """Return every text that an error can be shown as, with its causes and contexts."""
    seen: dict[int, BaseException] = {}
    left: list[BaseException | None] = [error]
    while left:
        each = left.pop()
        if each is not None and id(each) not in seen:
            seen[id(each)] = each
            left += [each.__cause__, each.__context__]
    texts = [text for each in seen.values() for text in (str(each), repr(each), repr(vars(each)))]
    return [*texts, "".join(traceback.format_exception(error))]


def _masked(text: str) -> str:
    for part in _PARTS:
        text = text.replace(part, "[secret]")
    return text


_PARTS = [
    secret[at : at + _WINDOW]
    for secret in (API_KEY, SIGNATURE, QUERY)
    for at in range(len(secret) - _WINDOW + 1)
]
