"""Rate-limit accounting and server-imposed blocks.

Usage is what the exchange reports, never an estimate, and only a 429, a 418 or -1015 blocks
requests.  Reads no clock: the time is an argument.

Invariant: nothing is sent before a block has ended.  Thread-safe without a lock: entries are only
added or replaced, by atomic operations.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, Final, NamedTuple, TypeAlias

from attrs import frozen

from orderlists._clock import ClockReading
from orderlists._models.base import Result
from orderlists._time import SECOND, Instant, TimeUnit
from orderlists.errors import Banned, InvalidSetting, RateLimited

ORDERS_EXCEEDED = -1015
"""The code of a block that concerns only placements of the account."""
_MINUTE = 60
_DEFAULT_BLOCK = {RateLimited: 60.0, Banned: 120.0}
_LISTED = "must be limits with rateLimitType, interval, intervalNum and limit, as exchangeInfo has"
INTERVALS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600, "DAY": 86400}
"""The length of the exchange's intervals in seconds."""


class RateLimitType(Enum):
    """What is limited: request weight per IP address, or unfilled orders per account."""

    REQUEST_WEIGHT = "REQUEST_WEIGHT"
    ORDERS = "ORDERS"

    # Hash by identity, consistent with equality; Enum's own is slow Python code.
    __hash__ = object.__hash__


# Python 3.11 finds a member in its enum ten times as slowly as a global.
_ORDERS: Final = RateLimitType.ORDERS


@frozen(kw_only=True, slots=False)
class ListedRateLimit(Result):
    """A rate limit as `exchangeInfo` lists it.

    Attributes:
        rate_limit_type: What is limited: ``REQUEST_WEIGHT``, ``ORDERS``, or another kind.
        interval: ``SECOND``, ``MINUTE``, ``HOUR`` or ``DAY``.
        interval_num: How many intervals a window has.
        limit: The limit per window.
    """

    rate_limit_type: str
    interval: str
    interval_num: int
    limit: int


Window: TypeAlias = tuple[RateLimitType, int]
"""What is limited, and the length of the window in seconds."""

Usage: TypeAlias = tuple[Window, int, int | None]
"""The reported usage of one window: the window, its usage, and its limit.

None for the limit if the reply does not report it.  A plain tuple: every reply reports several.
"""


class RateLimit(NamedTuple):
    """One rate limit and its usage.

    Attributes:
        limiter: What is limited.
        seconds: The length of the window; windows begin at multiples of it since 1970.
        limit: The limit per window; None if unknown.
        used: The usage that the exchange last reported in this window.
        ends_at: When the window ends.
    """

    limiter: RateLimitType
    seconds: int
    limit: int | None
    used: int
    ends_at: Instant


_Figure: TypeAlias = tuple[int, int, int | None]
"""The number of a window since 1970, its usage, and its limit."""


AnyLimit: TypeAlias = Mapping[str, Any] | ListedRateLimit


class RateLimits:
    """Usage and blocks of one IP address and its accounts; may be shared by several clients.

    Args:
        limits: The limits: ``rate_limits`` of an `ExchangeInfo`, or in the form of the reply; by
            default the documented ones.

    Attributes:
        blocks: The blocks that the exchange imposed on the IP address (None) or on an account, with
            their end by the monotonic clock; some may have ended.  Empty if there were none.

    Raises:
        InvalidSetting: The limits have another form.

    >>> rate_limits = RateLimits()
    >>> now = ClockReading(monotonic=0, server=90_000_000_000, error=None)
    >>> used = [((RateLimitType.REQUEST_WEIGHT, 60), 7, None)]
    >>> rate_limits.record(used, account="k", time=now.server)
    >>> [(a.used, a.limit) for a in rate_limits.read(account="k", now=now) if a.seconds == 60]
    [(7, 6000)]
    """

    def __init__(self, limits: Iterable[AnyLimit] | None = None) -> None:
        self._limits = _DOCUMENTED if limits is None else dict(_limits_in(limits))
        # Of request weight (None), and of the orders of each account, by the length of the window.
        self._figures: dict[str | None, dict[int, _Figure]] = {None: {}}
        self.blocks: dict[tuple[str | None, int], RateLimited | Banned] = {}

    def set_limits(self, limits: Iterable[AnyLimit]) -> None:
        """Replace the limits by those of an `ExchangeInfo`; usage and blocks stay.

        Raises:
            InvalidSetting: The limits have another form.
        """
        self._limits = dict(_limits_in(limits))

    def record(self, usages: Iterable[Usage], *, account: str, time: int) -> None:
        """Record the usage that a reply reported.

        Args:
            usages: The usage of each window.
            account: The API key.
            time: The exchange's time, in nanoseconds.
        """
        second = time // SECOND
        weight = self._figures[None]
        orders = self._figures.get(account) or self._figures.setdefault(account, {})
        for (limiter, seconds), used, limit in usages:
            figures = orders if limiter is _ORDERS else weight
            number, before = second // seconds, figures.get(seconds)
            # Replies may be reordered: within a window, usage only grows.
            if before is not None and before[0] == number and before[1] > used:
                used = before[1]  # noqa: PLW2901 - the latest is not always the largest
            figures[seconds] = number, used, limit

    def block(self, error: RateLimited | Banned, *, account: str, now: ClockReading) -> float:
        """Record a block: of the IP address, or of an account's placements (-1015).

        Returns:
            The seconds until it ends.
        """
        scope = account if error.code == ORDERS_EXCEEDED else None
        seconds = _DEFAULT_BLOCK[type(error)] if error.retry_after is None else error.retry_after
        # An unmeasured clock may be far off: it is used only if there is no Retry-After.
        is_reckoned = error.retry_after is None or now.error is not None
        if isinstance(error, Banned) and error.until is not None and is_reckoned:
            seconds = max(seconds, error.until.microseconds / 1e6 - now.server / SECOND)
        self.blocks[scope, now.monotonic + int(seconds * SECOND)] = error
        return seconds

    def check(self, *, account: str, now: ClockReading, places: bool = False) -> None:
        """Raise if a block of this account or of the IP address is in force.

        Args:
            account: The API key.
            now: The current time.
            places: Whether the request places orders.  A block for too many unfilled orders
                (-1015) applies only to these: cancels and queries pass.

        Raises:
            RateLimited, Banned: The error of the block, with the remaining `retry_after`.
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
        """Return every known limit of this IP address and account, and its current usage."""
        known = set(self._limits)
        known |= {(RateLimitType.REQUEST_WEIGHT, seconds) for seconds in self._figures[None]}
        known |= {(_ORDERS, seconds) for seconds in self._figures.get(account, {})}
        windows = sorted(known, key=lambda window: (window[0].value, window[1]))
        return [self._allowance(window, account, now) for window in windows]

    def used_weight(self, *, account: str, now: ClockReading) -> int:
        """Return the request weight used in the current minute, as the exchange reported it."""
        return self._allowance((RateLimitType.REQUEST_WEIGHT, _MINUTE), account, now).used

    def _allowance(self, window: Window, account: str, now: ClockReading) -> RateLimit:
        limiter, seconds = window
        number = now.server // SECOND // seconds
        scope = account if limiter is _ORDERS else None
        recorded, count, said = self._figures.get(scope, {}).get(seconds, (None, 0, None))
        used = count if recorded == number else 0
        limit = self._limits.get(window) if said is None else said
        ends_at = Instant((number + 1) * seconds * 1000, TimeUnit.MILLISECOND)
        return RateLimit(limiter, seconds, limit, used, ends_at)


def _limits_in(
    listed: Iterable[AnyLimit],
) -> Iterator[tuple[Window, int]]:
    if not isinstance(listed, Iterable):
        raise InvalidSetting(field="limits", value=listed, rule=_LISTED)
    for limit in listed:
        try:
            kind, interval, number, most = _figures_of(limit)
            # The exchange lists other kinds as well, such as connections.
            if kind in RateLimitType.__members__ and interval in INTERVALS:
                seconds = INTERVALS[interval] * operator.index(number)
                yield (RateLimitType(kind), seconds), operator.index(most)
        except (LookupError, TypeError) as error:
            raise InvalidSetting(field="limits", value=limit, rule=_LISTED) from error


def _figures_of(limit: AnyLimit) -> tuple[Any, Any, Any, Any]:
    if isinstance(limit, ListedRateLimit):
        return limit.rate_limit_type, limit.interval, limit.interval_num, limit.limit
    return limit["rateLimitType"], limit["interval"], limit["intervalNum"], limit["limit"]


_DOCUMENTED = {
    (RateLimitType.REQUEST_WEIGHT, 60): 6000,
    (RateLimitType.ORDERS, 10): 100,
    (RateLimitType.ORDERS, 86400): 200_000,
}
