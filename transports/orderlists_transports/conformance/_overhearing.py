"""What others get to hear: the texts of errors, and what is logged."""

from __future__ import annotations

import logging
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


def texts_of(error: BaseException) -> list[str]:
    """Return every text that an error can be shown as, with its causes and contexts."""
    seen: dict[int, BaseException] = {}
    left: list[BaseException | None] = [error]
    while left:
        each = left.pop()
        if each is not None and id(each) not in seen:
            seen[id(each)] = each
            left += [each.__cause__, each.__context__]
    told = [text for each in seen.values() for text in (str(each), repr(each), repr(vars(each)))]
    return [*told, "".join(traceback.format_exception(error))]


@contextmanager
def overheard() -> Generator[list[str]]:
    """Collect what is logged meanwhile, by anyone, at any level."""
    told: list[str] = []
    ear = _Ear(told)
    named = [
        each
        for each in logging.root.manager.loggerDict.values()
        if isinstance(each, logging.Logger)
    ]
    before = [(each, each.level, each.disabled) for each in (logging.root, *named)]
    for each, _, _ in before:
        each.addHandler(ear)
        each.setLevel(logging.DEBUG)
        each.disabled = False
    try:
        yield told
    finally:
        for each, level, disabled in before:
            each.removeHandler(ear)
            each.setLevel(level)
            each.disabled = disabled


class _Ear(logging.Handler):
    def __init__(self, told: list[str]) -> None:
        super().__init__(logging.NOTSET)
        self._told = told

    def emit(self, record: logging.LogRecord) -> None:
        self._told.append(f"{self.format(record)} {record.args!r}")
