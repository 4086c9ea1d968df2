"""Mapping of status and error code to an exception.

Invariant: a reply is a refusal only if it is a 4XX with a code of the exchange, which is -1000 or
less, other than `OPEN_CODES`, or has the status 403, 407, 418 or 429.  A 5XX or one of `OPEN_CODES`
is a `ServerError`: the outcome is unknown.  Anything else is undecodable: another host sent it.

Codes with a meaning specific to an operation are mapped by `Operation.errors`, the others by the
table here.  Independent of the protocol, which extracts status, code and message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from orderlists._formats.interfaces import ErrorBody
from orderlists._models.base import RawReply
from orderlists._operations.base import NO_ERRORS
from orderlists._time import Instant, TimeUnit
from orderlists.errors import (
    BadTimestamp,
    Banned,
    Blocked,
    NothingOpen,
    RateLimited,
    Rejected,
    ServerError,
    Unauthorized,
    UnknownOrderList,
)

OPEN_CODES = frozenset({-1000, -1001, -1006, -1007, -1008, -1016, -1161, -2021})
"""Codes after which it is unknown whether the request was executed.

-1161 is about the response alone: it cannot be encoded in the SBE schema.  -2021 says that one half
of the request was executed and the other was not.
"""

COMMON_ERRORS: Mapping[int, type[Rejected]] = {
    -1002: Unauthorized,
    -1021: BadTimestamp,
    -1022: Unauthorized,
    -2008: Unauthorized,
    -2014: Unauthorized,
    -2015: Unauthorized,
}
"""Codes with the same meaning in every operation."""

# -2011 stands for every refusal of a cancel; only the text distinguishes them.  These are the
# documented ones ("Messages for -1010, -2010, and -2011") that a cancel can receive and that do not
# mean a missing order: neither the request nor an earlier copy of it was executed.  After any other
# text a copy may have been executed, so it is an `UnknownOrderList`, which is reconciled.
_CANCEL_REJECTED = -2011
_CANCEL_REFUSALS = frozenset(
    {
        "market is closed",
        "this action is disabled on this account",
        "this account may not place or cancel orders",
        "cancel order is invalid. check origclordid and orderid",
        "this symbol is not permitted for this account",
        "this symbol is restricted for this account",
        "order was not canceled due to cancel restrictions",
        "rest api trading is not enabled",
        "websocket api trading is not enabled",
        "fix api trading is not enabled",
    }
)
# The text where a cancel of everything on a symbol finds nothing; no other text proves that.
_UNKNOWN_ORDER = "unknown order sent"

_FIRST_CODE = -1000
_UNAUTHORIZED = 401
_CLIENT_ERROR, _SERVER_ERROR = 400, 500
_NO_BODY = (None, "", None)
_BAN_END = re.compile(r"banned until ([0-9]{13,16})")
_MILLISECOND_DIGITS = 13


def error_of(
    status: int,
    body: ErrorBody | None,
    *,
    reply: RawReply | None = None,
    retry_after: float | None = None,
    errors: Mapping[int, type[Rejected]] = NO_ERRORS,
) -> Rejected | ServerError | None:
    """Return the exception for a reply; None if it is not an error of the exchange.

    Args:
        status: The HTTP status, or its equivalent.
        body: The exchange's error; None if there is no readable one.
        reply: The whole reply, which the exception keeps.
        retry_after: Seconds to wait, if specified outside of the error.
        errors: The codes specific to the operation: `Operation.errors`.
    """
    if status < _CLIENT_ERROR:
        return None
    error = _without_reply(status, body, retry_after, errors)
    if error is not None:
        error.reply = reply
    return error


def _without_reply(
    status: int,
    body: ErrorBody | None,
    retry_after: float | None,
    errors: Mapping[int, type[Rejected]],
) -> Rejected | ServerError | None:
    code, message, delay = body or _NO_BODY
    refusal = _by_status(status, code, message, delay if retry_after is None else retry_after)
    if refusal is not None:
        return refusal
    if status >= _SERVER_ERROR or code in OPEN_CODES:
        return ServerError(code=code, message=message, status=status)
    if code is None or code > _FIRST_CODE:
        return None
    return _class_of(status, code, message, errors)(code=code, message=message, status=status)


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


def _class_of(
    status: int, code: int, message: str, errors: Mapping[int, type[Rejected]]
) -> type[Rejected]:
    default = Unauthorized if status == _UNAUTHORIZED else Rejected
    kind = errors.get(code) or COMMON_ERRORS.get(code, default)
    text = message.strip().rstrip(".").lower()
    if kind is UnknownOrderList and code == _CANCEL_REJECTED and text in _CANCEL_REFUSALS:
        return Rejected
    if kind is NothingOpen and text != _UNKNOWN_ORDER:
        return Rejected
    return kind


def _ban_end(message: str) -> Instant | None:
    found = _BAN_END.search(message)
    if found is None:
        return None
    digits = found[1]
    in_ms = len(digits) == _MILLISECOND_DIGITS
    return Instant(int(digits), TimeUnit.MILLISECOND if in_ms else TimeUnit.MICROSECOND)
