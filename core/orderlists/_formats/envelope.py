"""The parts of an envelope that every format has: the rate limits, and when to ask again."""

from __future__ import annotations

from typing import Any

from orderlists._models.fields import is_list
from orderlists._rate_limits import INTERVALS, RateLimitType, Usage

_LIMITERS = {limiter.value: limiter for limiter in RateLimitType}
# A timestamp from this value on is in microseconds: milliseconds reach it in the year 5138.
_MICROSECONDS_FROM = 10**14
_LATEST = 2**63 - 1


def retry_after(data: object) -> float | None:
    """Return the seconds between the two times in the data of an error; None without them."""
    match data:
        case {"serverTime": int(now), "retryAfter": int(then)} if _LATEST >= then >= now >= 0:
            return (then - now) / (1_000_000 if now >= _MICROSECONDS_FROM else 1_000)
        case _:
            return None


def usages(limits: object) -> list[Usage]:
    """Return the rate-limit usage in plain values; what is of an unknown kind is left out."""
    if not is_list(limits):
        return []
    return [usage for limit in limits if (usage := _usage(limit)) is not None]


def _usage(limit: Any) -> Usage | None:  # noqa: ANN401 - JSON is any value
    try:
        limiter, interval = _LIMITERS[limit["rateLimitType"]], INTERVALS[limit["interval"]]
        number, most, used = limit["intervalNum"], limit["limit"], limit["count"]
    except (KeyError, TypeError):
        return None  # Of an unknown kind, such as connections, or malformed.
    is_usage = type(number) is type(most) is type(used) is int and number > 0
    return ((limiter, interval * number), used, most) if is_usage else None
