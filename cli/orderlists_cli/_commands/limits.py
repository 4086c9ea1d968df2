"""``orderlists limits``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlists import GetUnfilledOrderCount, RateLimit, UnfilledOrderCount
from orderlists_cli import _tables
from orderlists_cli._session import Session


def limits(session: Session) -> None:
    """Show the rate limits, and what is used of them; 40 of request weight."""
    counts = session.send(GetUnfilledOrderCount())
    used = session.client().rate_limits()
    weights = [_weight(each) for each in used if each.limiter.value != "ORDERS"]
    records = [*weights, *(_count(each) for each in counts)]
    session.output.table(records, lambda: _tables.limits(records))


def _weight(each: RateLimit) -> Mapping[str, Any]:
    return _record(each.limiter.value, each.seconds, each.used, each.limit)


def _count(each: UnfilledOrderCount) -> Mapping[str, Any]:
    return _record(each.rate_limit_type, each.seconds, each.count, each.limit)


def _record(limiter: str, seconds: int | None, used: int, limit: int | None) -> Mapping[str, Any]:
    return {
        "kind": "RateLimit",
        "limiter": limiter,
        "seconds": seconds,
        "used": used,
        "limit": limit,
    }
