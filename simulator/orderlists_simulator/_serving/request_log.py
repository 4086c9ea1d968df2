"""Entries of the log as lines of text and as JSON, for readers outside of Python.

Invariant: no line and no value has a signature, a secret or an API key, wherever a client put it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from orderlists.errors import HIDDEN
from orderlists_simulator._engine.log import Execution, LogEntry
from orderlists_simulator._engine.time import SECOND, TimeUnit

_MILLISECONDS = TimeUnit.MILLISECOND
# A client id has 36 characters at most; keys and HMAC signatures have 64, others more.
_SECRET = re.compile(r"[A-Za-z0-9+/=_-]{40,}")
_SEGMENT_SECRET = re.compile(r"[A-Za-z0-9+=_-]{40,}")
# Where a client forgot the question mark, its parameters are part of the path.
_NO_NAME = re.compile(r"[^A-Za-z0-9/._-].*", re.DOTALL)


def control_line(method: str, path: str, status: int, *, now: int) -> str:
    """Return the line of a request of control.

    >>> control_line("POST", "/control/reset", 200, now=0)
    '1970-01-01T00:00:00.000Z POST /control/reset: 200'
    """
    return f"{_stamp(now)} {_name(method)} {_name(path)}: {status}"


def entry_line(entry: LogEntry) -> str:
    """Return the line of a request that was answered."""
    done = ", ".join(_execution(entry, each) for each in entry.executions) or "not executed"
    where = f"{_name(entry.method)} {_name(entry.path)}"
    return f"{_stamp(entry.arrived)} #{entry.number} {where}: {entry.answered}, {done}"


def entry_json(entry: LogEntry) -> dict[str, object]:
    """Return an entry as JSON, with its times in milliseconds."""
    # Reversed, so that the first of two values is kept, as in `LogEntry.parameter`.
    pairs = reversed(entry.parameters)
    return {
        "number": entry.number,
        "protocol": entry.protocol,
        "method": _name(entry.method),
        "path": _name(entry.path),
        "parameters": {_redacted(name): _redacted(value) for name, value in pairs},
        "effect": entry.effect,
        "arrived": _MILLISECONDS.convert(entry.arrived),
        "answered": entry.answered,
        "executions": [
            {
                "at": _MILLISECONDS.convert(each.at),
                "code": each.code,
                "order_list_id": each.order_list_id,
            }
            for each in entry.executions
        ],
    }


def _execution(entry: LogEntry, execution: Execution) -> str:
    what = "executed" if execution.code is None else f"refused {execution.code}"
    seconds = (execution.at - entry.arrived) / SECOND
    return what if seconds == 0 else f"{what} after {seconds:.3f} s"


def _name(text: str) -> str:
    return _SEGMENT_SECRET.sub(HIDDEN, _NO_NAME.sub("...", text))


def _redacted(text: str) -> str:
    return _SECRET.sub(HIDDEN, text)


def _stamp(now: int) -> str:
    seconds, rest = divmod(_MILLISECONDS.convert(now), 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03}Z"
