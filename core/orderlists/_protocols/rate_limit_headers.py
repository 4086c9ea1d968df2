"""Rate-limit usage from the headers of a response."""

from __future__ import annotations

import re
from functools import lru_cache

from orderlists._protocols.http_messages import HttpResponse
from orderlists._rate_limits import RateLimitType, Usage

_NAME = re.compile(r"x-mbx-(used-weight|order-count)-([0-9]{1,4})([smhd])", re.IGNORECASE)
_LONGEST_COUNT = 9
_KEPT = 256
_LIMITERS = {"used-weight": RateLimitType.REQUEST_WEIGHT, "order-count": RateLimitType.ORDERS}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

# Names of headers about no window: every response has the same, and most are of this kind.
_OTHERS: set[str] = set()


def usage_of(response: HttpResponse) -> list[Usage]:
    """Return the usage of each window in the headers.

    >>> usage_of(HttpResponse(200, (("X-MBX-USED-WEIGHT-1M", "7"),)))
    [(<RateLimitType.REQUEST_WEIGHT: 'REQUEST_WEIGHT'>, 60, 7, None)]
    """
    usages: list[Usage] = []
    for name, value in response.headers:
        if name in _OTHERS:
            continue
        window = _window(name)
        if window is None:
            _remember(name)
        # `isdigit` alone takes other digits too; a pattern takes three times as long.
        elif value.isdigit() and value.isascii() and len(value) <= _LONGEST_COUNT:
            limiter, seconds = window
            usages.append((limiter, seconds, int(value), None))
    return usages


def _remember(name: str) -> None:
    if len(_OTHERS) >= _KEPT:
        _OTHERS.clear()
    _OTHERS.add(name)


@lru_cache(_KEPT)
def _window(name: str) -> tuple[RateLimitType, int] | None:
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    seconds = int(found[2]) * _SECONDS[found[3].lower()]
    return (_LIMITERS[found[1].lower()], seconds) if seconds > 0 else None
