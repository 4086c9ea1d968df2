"""What the end of a command means to a shell."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from orderlists import (
    InvalidInput,
    MissingExtra,
    NotExecuted,
    OrderListsError,
    OutcomeUnknown,
    Refused,
)


class ExitCode(IntEnum):
    """The exit codes, for all commands."""

    DONE = 0
    USAGE = 2
    REFUSED = 3
    NOT_EXECUTED = 4
    UNKNOWN = 5
    NETWORK = 6
    BUG = 70
    INTERRUPTED = 130


_BY_EXCEPTION: tuple[tuple[type[BaseException], ExitCode], ...] = (
    (InvalidInput, ExitCode.USAGE),
    (MissingExtra, ExitCode.USAGE),
    (NotExecuted, ExitCode.NOT_EXECUTED),
    (Refused, ExitCode.REFUSED),
    (OutcomeUnknown, ExitCode.UNKNOWN),
    # No usable reply arrived, and nothing that changes state is open.
    (OrderListsError, ExitCode.NETWORK),
    (KeyboardInterrupt, ExitCode.INTERRUPTED),
    # The reader of the results is gone, as that of ``orderlists watch | head``.
    (BrokenPipeError, ExitCode.INTERRUPTED),
)
"""The first class that fits counts."""

_FROM_BEST = (
    ExitCode.DONE,
    # A list that no valid cancel can name; it is open, which counts more.
    ExitCode.USAGE,
    ExitCode.REFUSED,
    ExitCode.NOT_EXECUTED,
    ExitCode.NETWORK,
    ExitCode.UNKNOWN,
)


def exit_code_of(outcome: object) -> ExitCode:
    """Return the exit code of a result or of an exception."""
    if not isinstance(outcome, BaseException):
        return ExitCode.DONE
    return next((code for kind, code in _BY_EXCEPTION if isinstance(outcome, kind)), ExitCode.BUG)


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the worst of some exit codes: unknown, then network, not executed, refused, done."""
    return max(codes, key=_FROM_BEST.index, default=ExitCode.DONE)
