"""Rate limits: request weight in a minute with bans, and connections in five minutes.

All requests come from one address here.  Source: "IP limits" of the REST API.

Invariant: a request over the limit is not processed any further, and has no weight.
"""

from __future__ import annotations

from threading import Lock
from typing import NoReturn

from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.time import SECOND, in_nanoseconds

_MINUTE = 60 * SECOND
_CONNECTION_WINDOW = 300 * SECOND
_MILLISECOND = 10**6
# "IP bans ... scale in duration for repeat offenders, from 2 minutes to 3 days."
_FIRST_BAN = 120
_LONGEST_BAN = 3 * 24 * 3600
NO_LIMIT = 2**31 - 1


class TooManyRequests(ApiError):
    """A rate limit is exceeded.

    Attributes:
        retry_at: When requests are accepted again, in nanoseconds.
        retry_after: Whole seconds until then.
    """

    def __init__(
        self, message: str, *, code: int = -1003, banned: bool = False, retry_at: int, now: int
    ) -> None:
        super().__init__(code, message, status=418 if banned else 429)
        self.retry_at = retry_at
        self.retry_after = -(-(retry_at - now) // SECOND)


class RequestWeight:
    """The weight used since the last full minute of the clock.

    Args:
        limit: The weight allowed in a minute; None for no limit.
        ban_after: How many requests may follow the first 429 of a minute before a ban.

    >>> weight = RequestWeight(limit=2, ban_after=10)
    >>> weight.charge(2, now=59 * 10**9), weight.refund(1, now=59 * 10**9)
    (2, 1)
    >>> weight.charge(2, now=59 * 10**9)
    Traceback (most recent call last):
    orderlists_simulator._engine.rate_limits.TooManyRequests: -1003: Too much request ...
    >>> weight.charge(2, now=60 * 10**9)
    2
    """

    def __init__(self, *, limit: int | None, ban_after: int) -> None:
        self._limit = NO_LIMIT if limit is None else limit
        self._ban_after = ban_after
        self._lock = Lock()
        self._minute = -1
        self._used = 0
        self._refused = 0
        self._banned_until = 0
        self._next_ban = _FIRST_BAN

    @property
    def limit(self) -> int:
        """The weight allowed in a minute; 2147483647 where there is no limit."""
        return self._limit

    def charge(self, weight: int, *, now: int) -> int:
        """Charge the weight of a request, and return the weight used.

        Raises:
            TooManyRequests: The limit is exceeded, or the address is banned.
        """
        with self._lock:
            self._start_minute(now)
            if now < self._banned_until:
                self._refuse_banned(now)
            if self._used + weight > self._limit or self._refused > 0:
                self._refuse(now)
            self._used += weight
            return self._used

    def refund(self, weight: int, *, now: int) -> int:
        """Reduce the weight of a request that was charged in full, and return the weight used."""
        with self._lock:
            self._start_minute(now)
            self._used = max(0, self._used - weight)
            return self._used

    def _start_minute(self, now: int) -> None:
        minute = now // _MINUTE
        if minute != self._minute:
            self._minute = minute
            self._used = 0
            self._refused = 0

    def _refuse(self, now: int) -> NoReturn:
        self._refused += 1
        if self._refused > self._ban_after + 1:
            self._banned_until = now + in_nanoseconds(self._next_ban)
            self._next_ban = min(2 * self._next_ban, _LONGEST_BAN)
            self._refuse_banned(now)
        raise TooManyRequests(
            weight_exceeded(self._limit), retry_at=now - now % _MINUTE + _MINUTE, now=now
        )

    def _refuse_banned(self, now: int) -> NoReturn:
        raise TooManyRequests(
            banned_until(self._banned_until), banned=True, retry_at=self._banned_until, now=now
        )


class ConnectionLimit:
    """The connection attempts in five minutes of the clock.  Not thread-safe.

    Args:
        limit: How many are allowed; None for no limit.
    """

    def __init__(self, limit: int | None) -> None:
        self._limit = NO_LIMIT if limit is None else limit
        self._window = -1
        self._made = 0

    def count(self, *, now: int) -> None:
        """Count an attempt.

        Raises:
            TooManyRequests: The limit is exceeded.
        """
        window = now // _CONNECTION_WINDOW
        self._made = self._made + 1 if window == self._window else 1
        self._window = window
        if self._made > self._limit:
            # [ASSUME] "300 connections per attempt every 5 minutes"; the answer is not documented.
            raise TooManyRequests(
                f"Too many connection attempts; current limit is {self._limit} per '5 MINUTE'.",
                code=-1034,
                retry_at=(window + 1) * _CONNECTION_WINDOW,
                now=now,
            )


def weight_exceeded(limit: int) -> str:
    """Return the exchange's text for an exceeded weight limit."""
    return (
        f"Too much request weight used; current limit is {limit} request weight per 1 MINUTE. "
        "Please use WebSocket Streams for live updates to avoid polling the API."
    )


def banned_until(time: int) -> str:
    """Return the exchange's text for a ban that ends at a time, in nanoseconds."""
    # Rounded up, so that a request at the time in the text is accepted.
    return (
        f"Way too much request weight used; IP banned until {-(-time // _MILLISECOND)}. "
        "Please use WebSocket Streams for live updates to avoid bans."
    )
