"""Rate-limit usage from the headers of a response."""

from __future__ import annotations

import re
from functools import lru_cache

from orderlists._protocols.http_messages import HttpResponse
from orderlists._rate_limits import RateLimitType, Usage

_NAME = re.compile(r"x-mbx-(used-weight|order-count)-([0-9]{1,4})([smhd])", re.IGNORECASE)
_COUNT = re.compile(r"[0-9]{1,9}")
_LIMITERS = {"used-weight": RateLimitType.REQUEST_WEIGHT, "order-count": RateLimitType.ORDERS}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def usage_of(response: HttpResponse) -> list[Usage]:
    """Return the usage of each window in the headers.

    >>> usage_of(HttpResponse(200, (("X-MBX-USED-WEIGHT-1M", "7"),)))[0].used
    7
    """
    usages: list[Usage] = []
    for name, value in response.headers:
        window = _window(name)
        if window is not None and _COUNT.fullmatch(value) is not None:
            usages.append(Usage(*window, int(value)))
    return usages


# Cached: every response has the same header names.
@lru_cache(maxsize=256)
def _window(name: str) -> tuple[RateLimitType, int] | None:
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    seconds = int(found[2]) * _SECONDS[found[3].lower()]
    return (_LIMITERS[found[1].lower()], seconds) if seconds > 0 else None
