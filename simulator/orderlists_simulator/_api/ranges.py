"""The parameters of a query of all lists or orders: a time range, and a limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from orderlists_simulator._api.endpoint import Call
from orderlists_simulator._api.parameters import LONG, Parameter, optional
from orderlists_simulator._engine.errors import malformed
from orderlists_simulator._engine.selection import Selection

_START_TIME = optional("startTime", LONG)
_END_TIME = optional("endTime", LONG)
_LIMIT = optional("limit", LONG)
_DEFAULT, _MOST = 500, 1000

RANGE: Final[tuple[Parameter[Any], ...]] = (_START_TIME, _END_TIME, _LIMIT)
"""The parameters, for the declaration of an endpoint."""


def has_times(call: Call) -> bool:
    """Return whether a time was sent."""
    return call[_START_TIME] is not None or call[_END_TIME] is not None


def check_limit(values: Mapping[str, object]) -> None:
    """Check that the limit is not 0.

    Raises:
        ApiError: -1102, it is.
    """
    if values[_LIMIT.name] == 0:
        raise malformed(_LIMIT.name)


def selection(call: Call, from_id: int | None) -> Selection:
    """Return the range that a call selects.

    Args:
        call: The call.
        from_id: The lowest id; ignored where a time was sent.
    """
    sent = call[_LIMIT]
    limit = _DEFAULT if sent is None else sent
    return Selection(
        from_id=None if has_times(call) else from_id,
        start_time=call[_START_TIME],
        end_time=call[_END_TIME],
        # [ASSUME] A greater limit is not an error.
        limit=min(limit, _MOST),
    )
