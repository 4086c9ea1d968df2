"""Rate-limit usage from the headers of a response."""

from __future__ import annotations

import re

from orderlists._protocols.http_messages import HttpResponse
from orderlists._rate_limits import RateLimitType, Usage

_NAME = re.compile(r"x-mbx-(used-weight|order-count)-([0-9]{1,4})([smhd])", re.IGNORECASE)
_LONGEST_COUNT = 9
_KEPT = 256
_LIMITERS = {"used-weight": RateLimitType.REQUEST_WEIGHT, "order-count": RateLimitType.ORDERS}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def usage_of(response: HttpResponse) -> list[Usage]:
    """Return the usage of each window in the headers.

    >>> usage_of(HttpResponse(200, (("X-MBX-USED-WEIGHT-1M", "7"),)))[0].used
    7
    """
    return [
        Usage(*window, int(value))
        for name, value in response.headers
        if (window := _WINDOWS[name]) is not None and _is_count(value)
    ]


def _is_count(text: str) -> bool:
    # `isdigit` alone takes other digits too; a pattern takes three times as long.
    return text.isdigit() and text.isascii() and len(text) <= _LONGEST_COUNT


class _Windows(dict[str, "tuple[RateLimitType, int] | None"]):
    """Windows by the names of headers: every response has the same, and most are not about one."""

    def __missing__(self, name: str) -> tuple[RateLimitType, int] | None:
        if len(self) >= _KEPT:
            self.clear()
        self[name] = window = _window(name)
        return window


_WINDOWS = _Windows()


def _window(name: str) -> tuple[RateLimitType, int] | None:
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    seconds = int(found[2]) * _SECONDS[found[3].lower()]
    return (_LIMITERS[found[1].lower()], seconds) if seconds > 0 else None
