"""What the headers of a reply say about the rate limits."""

from __future__ import annotations

import re

from orderlists._budget import Limiter, Usage
from orderlists._protocols.http_messages import HttpResponse

_NAME = re.compile(r"x-mbx-(used-weight|order-count)-([0-9]{1,4})([smhd])", re.IGNORECASE)
_COUNT = re.compile(r"[0-9]{1,9}")
_LIMITERS = {"used-weight": Limiter.REQUEST_WEIGHT, "order-count": Limiter.ORDERS}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_MOST_NAMES = 256


def usage_of(response: HttpResponse) -> list[Usage]:
    """Return what was used in each window that the reply mentions.

    >>> usage_of(HttpResponse(200, (("X-MBX-USED-WEIGHT-1M", "7"), ("Via", "x"))))
    [Usage(limiter=<Limiter.REQUEST_WEIGHT: 'REQUEST_WEIGHT'>, seconds=60, used=7, limit=None)]
    """
    usages: list[Usage] = []
    for name, value in response.headers:
        try:
            window = _WINDOWS[name]
        except KeyError:
            window = _learned(name)
        if window is not None and _COUNT.fullmatch(value) is not None:
            usages.append(Usage(*window, int(value)))
    return usages


# What a header tells of, by its name; the same two dozen come with every reply.
_WINDOWS: dict[str, tuple[Limiter, int] | None] = {}


def _learned(name: str) -> tuple[Limiter, int] | None:
    if len(_WINDOWS) >= _MOST_NAMES:
        _WINDOWS.clear()
    found = _NAME.fullmatch(name)
    window = None
    if found is not None and (seconds := int(found[2]) * _SECONDS[found[3].lower()]) > 0:
        window = _LIMITERS[found[1].lower()], seconds
    _WINDOWS[name] = window
    return window
