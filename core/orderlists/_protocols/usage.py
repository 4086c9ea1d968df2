"""What the headers of a reply say about the rate limits."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
        # Most names are something else; a pattern for each would cost more than the rest.
        if name[:6].lower() == "x-mbx-" and (found := _NAME.fullmatch(name)) and _is_count(value):
            what, count, unit = found[1].lower(), int(found[2]), found[3].lower()
            if count > 0:
                yield Usage(_LIMITERS[what], count * _SECONDS[unit], int(value))


def _is_count(value: str) -> bool:
    return _COUNT.fullmatch(value) is not None
