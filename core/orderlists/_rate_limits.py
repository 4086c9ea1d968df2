"""How much the exchange lets one do, and until when it said no.

Fed by the exchange's own figures, never by an estimate of ours; so a request is held back only by
the exchange's word.  Reads no clock: the time is an argument.

Invariant: after the exchange said *not before*, nothing is sent before.  Threads may share a
rate_limits: what is kept is only ever added to or replaced as a whole, by operations that cannot be
torn.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from orderlists._clock import ClockReading
from orderlists._time import SECOND, Instant, TimeUnit
from orderlists.errors import Banned, InvalidSetting, RateLimited

_ORDERS_EXCEEDED = -1015
_UNSAID = {RateLimited: 60.0, Banned: 120.0}
_LISTED = "must be limits with rateLimitType, interval, intervalNum and limit, as exchangeInfo has"
INTERVALS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400}
"""How many seconds each of the exchange's intervals has."""


class RateLimitType(Enum):
    """What is counted: the weight of an IP's requests, or an account's unfilled orders."""

    REQUEST_WEIGHT = "REQUEST_WEIGHT"
    ORDERS = "ORDERS"

    # By identity, as members are compared: Enum's own is written in Python.
    __hash__ = object.__hash__


class Usage(NamedTuple):
    """What the exchange says was used in one of its windows.

    Attributes:
        limiter: What is counted.
        seconds: How long the window is.
        used: How much of it is used up.
        limit: How much there is, if the reply says.
    """

    limiter: RateLimitType
    seconds: int
    used: int
    limit: int | None = None


class RateLimit(NamedTuple):
    """One limit and what is left of it.

    Attributes:
        limiter: What is counted.
        seconds: How long its window is; windows begin at multiples of it since 1970.
        limit: How much there is in a window; None if that is not known.
        used: How much is used up, by the exchange's last word in this window.
        ends_at: When the window ends.
    """

    limiter: RateLimitType
    seconds: int
    limit: int | None
    used: int
    ends_at: Instant


_Figure: TypeAlias = tuple[int, int, int | None]
"""The number of a window since 1970, what was used of it, and how much there is."""


class RateLimits:
    """What the exchange allows this IP address and its accounts.  Share one between clients.

    Args:
        limits: The limits as the exchange lists them under ``rateLimits`` in its `exchangeInfo`;
            the documented ones if not given.

    Attributes:
        blocks: The blocks that the exchange imposed, on this address (None) or on an account, with
            their end by the monotonic clock; some may be over.  Empty as long as it imposed none.

    Raises:
        InvalidSetting: The limits are of another form.

    >>> rate_limits = RateLimits()
    >>> now = ClockReading(monotonic=0, server=90_000_000_000, error=None)
    >>> rate_limits.record([Usage(RateLimitType.REQUEST_WEIGHT, 60, 7)], account="k", now=now)
    >>> [(a.used, a.limit) for a in rate_limits.read(account="k", now=now) if a.seconds == 60]
    [(7, 6000)]
    """

    def __init__(self, limits: Iterable[Mapping[str, Any]] | None = None) -> None:
        self._limits = _DOCUMENTED if limits is None else dict(_limits_in(limits))
        self._figures: dict[tuple[RateLimitType, int, str | None], _Figure] = {}
        self.blocks: dict[tuple[str | None, int], RateLimited | Banned] = {}

    def record(self, usages: Iterable[Usage], *, account: str, now: ClockReading) -> None:
        """Record what a reply said at this time about what this account has used."""
        figures, second = self._figures, now.server // SECOND
        for limiter, seconds, used, limit in usages:
            key = limiter, seconds, _scope(limiter, account)
            window = second // seconds
            before = figures.get(key)
            # Replies overtake each other: within a window, use only grows.
            if before is not None and before[0] == window and before[1] > used:
                figures[key] = window, before[1], limit
            else:
                figures[key] = window, used, limit

    def block(self, error: RateLimited | Banned, *, account: str, now: ClockReading) -> None:
        """Impose the block that a reply spoke of: on this IP address, or on an account's orders."""
        scope = account if error.code == _ORDERS_EXCEEDED else None
        seconds = _UNSAID[type(error)] if error.retry_after is None else error.retry_after
        # A clock that was never measured may be far off: it only counts where nothing else does.
        is_reckoned = error.retry_after is None or now.error is not None
        if isinstance(error, Banned) and error.until is not None and is_reckoned:
            seconds = max(seconds, error.until.microseconds / 1e6 - now.server / SECOND)
        self.blocks[scope, now.monotonic + int(seconds * SECOND)] = error

    def check(self, *, account: str, now: ClockReading, places: bool = False) -> None:
        """Let a request of this account pass, unless a block is in force at this time.

        Args:
            account: The API key.
            now: The time.
            places: Whether the request places orders.  A block for too many unfilled orders
                (-1015) concerns these alone: cancels and queries pass.

        Raises:
            RateLimited, Banned: What the exchange said, with the time that is left.
        """
        left = 0
        worst: RateLimited | Banned | None = None
        for (scope, until), error in list(self.blocks.items()):
            if until <= now.monotonic:
                self.blocks.pop((scope, until), None)
            elif (scope is None or (places and scope == account)) and until - now.monotonic > left:
                left, worst = until - now.monotonic, error
        if worst is not None:
            raise worst.with_time_left(left / SECOND)

    def read(self, *, account: str, now: ClockReading) -> list[RateLimit]:
        """Return every limit known, for this IP and account, and what is used of it now."""
        known = {(limiter, seconds) for limiter, seconds in self._limits}
        known |= {(limiter, seconds) for limiter, seconds, _ in list(self._figures)}
        return [
            self._allowance(limiter, seconds, account, now)
            for limiter, seconds in sorted(known, key=lambda key: (key[0].value, key[1]))
        ]

    def _allowance(
        self, limiter: RateLimitType, seconds: int, account: str, now: ClockReading
    ) -> RateLimit:
        window = now.server // SECOND // seconds
        figure = self._figures.get((limiter, seconds, _scope(limiter, account)))
        recorded, count, said = (None, 0, None) if figure is None else figure
        used = count if recorded == window else 0
        limit = self._limits.get((limiter, seconds)) if said is None else said
        ends_at = Instant((window + 1) * seconds * 1000, TimeUnit.MILLISECOND)
        return RateLimit(limiter, seconds, limit, used, ends_at)


def _scope(limiter: RateLimitType, account: str) -> str | None:
    return account if limiter is RateLimitType.ORDERS else None


def _limits_in(
    listed: Iterable[Mapping[str, Any]],
) -> Iterator[tuple[tuple[RateLimitType, int], int]]:
    if not isinstance(listed, Iterable):
        raise InvalidSetting(field="limits", value=listed, rule=_LISTED)
    for limit in listed:
        try:
            kind, interval = limit["rateLimitType"], limit["interval"]
            # The exchange lists others as well, such as connections.
            if kind in RateLimitType.__members__ and interval in INTERVALS:
                seconds = INTERVALS[interval] * operator.index(limit["intervalNum"])
                yield (RateLimitType(kind), seconds), operator.index(limit["limit"])
        except (LookupError, TypeError) as error:
            raise InvalidSetting(field="limits", value=limit, rule=_LISTED) from error


_DOCUMENTED = {
    (RateLimitType.REQUEST_WEIGHT, 60): 6000,
    (RateLimitType.ORDERS, 10): 100,
    (RateLimitType.ORDERS, 86400): 200_000,
}
