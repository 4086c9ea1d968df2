"""Rate-limit usage from the headers of a response."""

from __future__ import annotations

import re

from orderlists._protocols.http_messages import HttpResponse
from orderlists._rate_limits import RateLimitType, Usage, Window

_NAME = re.compile(r"x-mbx-(used-weight|order-count)-([0-9]{1,4})([smhd])", re.IGNORECASE)
_LONGEST_COUNT = 9
_KEPT = 256
_LIMITERS = {"used-weight": RateLimitType.REQUEST_WEIGHT, "order-count": RateLimitType.ORDERS}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

# The names of headers that were seen: every response has the same, and most are about no window.
_WINDOWS: dict[str, Window] = {}
_OTHERS: set[str] = set()


def usage_of(response: HttpResponse) -> list[Usage]:
    """Return the usage of each window in the headers.

    >>> usage_of(HttpResponse(200, (("X-MBX-USED-WEIGHT-1M", "7"),)))
    [((<RateLimitType.REQUEST_WEIGHT: 'REQUEST_WEIGHT'>, 60), 7, None)]
    """
    usages: list[Usage] = []
    others = _OTHERS
    for name, value in response.headers:
        if name in others:
            continue
        window = _WINDOWS.get(name) or _learn(name)
        # `isdigit` alone takes other digits too; a pattern takes three times as long.
        if window and value.isdigit() and value.isascii() and len(value) <= _LONGEST_COUNT:
            usages.append((window, int(value), None))
    return usages


def _learn(name: str) -> Window | None:
    """Return the window that a name is about, and keep what it is about."""
    if len(_WINDOWS) + len(_OTHERS) >= _KEPT:
        _WINDOWS.clear()
        _OTHERS.clear()
    found = _NAME.fullmatch(name)
    if found is None or int(found[2]) == 0:
        _OTHERS.add(name)
        return None
    seconds = int(found[2]) * _SECONDS[found[3].lower()]
    return _WINDOWS.setdefault(name, (_LIMITERS[found[1].lower()], seconds))
