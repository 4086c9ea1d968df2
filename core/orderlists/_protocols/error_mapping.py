"""What a reply that is no result says.

Law: a reply refuses only if it is a 4XX with readable code other than those that leave the
outcome open, or a status 403, 407, 418 or 429.  Any 5XX and those codes say that the exchange
failed, not what became of the request.  Everything else says nothing at all.

Knows no protocol: each one brings status, code and message from where it finds them.
"""

from __future__ import annotations

import re

from orderlists._time import Instant, TimeUnit
from orderlists.errors import (
    BadTimestamp,
    Banned,
    Blocked,
    RateLimited,
    Rejected,
    ServerError,
    Unauthorized,
    UnknownOrderList,
)

OPEN_CODES = frozenset({-1000, -1001, -1006, -1007, -1008, -1016})
"""Codes that do not tell whether the request was executed."""

_UNAUTHORIZED = 401
_CLIENT_ERROR, _SERVER_ERROR = 400, 500
_BY_CODE: dict[int, type[Rejected]] = {
    -1002: Unauthorized,
    -1021: BadTimestamp,
    -2011: UnknownOrderList,
    -2014: Unauthorized,
    -2015: Unauthorized,
    -2018: UnknownOrderList,
}
_BAN_END = re.compile(r"banned until ([0-9]{13,16})")
_MILLISECOND_DIGITS = 13


def verdict(
    status: int, code: int | None, message: str, retry_after: float | None
) -> Rejected | ServerError | None:
    """Return the error that a reply amounts to, or None if it says nothing.

    Args:
        status: The HTTP status, or its equivalent.
        code: The exchange's error code, or None if the reply held no readable one.
        message: The exchange's words; empty for none.
        retry_after: Seconds to wait, if the reply told.
    """
    if status < _CLIENT_ERROR:
        return None
    refused = _by_status(status, code, message, retry_after)
    if refused is not None:
        return refused
    if status >= _SERVER_ERROR or code in OPEN_CODES:
        return ServerError(code=code, message=message, status=status)
    return _by_code(status, code, message)


def _by_status(
    status: int, code: int | None, message: str, retry_after: float | None
) -> Rejected | None:
    match status:
        case 403:
            return Blocked(code=code, message=message, status=status)
        case 407:
            return Rejected(code=code, message=message, status=status)
        case 418:
            return Banned(
                code=code,
                message=message,
                status=status,
                retry_after=retry_after,
                until=_ban_end(message),
            )
        case 429:
            return RateLimited(code=code, message=message, status=status, retry_after=retry_after)
        case _:
            return None


def _by_code(status: int, code: int | None, message: str) -> Rejected | None:
    if code is None:
        return None
    kind = _BY_CODE.get(code, Unauthorized if status == _UNAUTHORIZED else Rejected)
    return kind(code=code, message=message, status=status)


def _ban_end(message: str) -> Instant | None:
    found = _BAN_END.search(message)
    if found is None:
        return None
    digits = found[1]
    in_ms = len(digits) == _MILLISECOND_DIGITS
    return Instant(int(digits), TimeUnit.MILLISECOND if in_ms else TimeUnit.MICROSECOND)
