"""What the headers of a reply say about the rate limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from orderlists._budget import Limiter, Usage
from orderlists._protocols.http_messages import HttpResponse

_NAME = re.compile(r"x-mbx-(used-weight|order-count)-([0-9]{1,4})([smhd])", re.IGNORECASE)
_COUNT = re.compile(r"[0-9]{1,9}")
_LIMITERS = {"used-weight": Limiter.REQUEST_WEIGHT, "order-count": Limiter.ORDERS}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def usage_of(response: HttpResponse) -> Iterator[Usage]:
    """Return what was used in each window that the reply mentions.

    >>> list(usage_of(HttpResponse(200, (("X-MBX-USED-WEIGHT-1M", "7"), ("Via", "x")))))
    [Usage(limiter=<Limiter.REQUEST_WEIGHT: 'REQUEST_WEIGHT'>, seconds=60, used=7, limit=None)]
    """
    for name, value in response.headers:
        # A call for each of the two dozen headers would cost more than the rest.
        if name[:1] in "Xx" and (window := _window(name)) and _is_count(value):
            yield Usage(*window, int(value))


# The same names come with every reply.
@lru_cache(maxsize=256)
def _window(name: str) -> tuple[Limiter, int] | None:
    found = _NAME.fullmatch(name)
    if found is None or int(found[2]) == 0:
        return None
    return _LIMITERS[found[1].lower()], int(found[2]) * _SECONDS[found[3].lower()]


def _is_count(value: str) -> bool:
    return _COUNT.fullmatch(value) is not None
