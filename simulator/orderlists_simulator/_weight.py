"""How much request weight is used in a minute, and what follows if it is too much.

All requests come from one address here.  Source: "IP limits" of the REST API.

Invariant: a request that is turned away is not looked at any further, and costs nothing.
"""

from __future__ import annotations

from threading import Lock
from typing import NoReturn

from orderlists_simulator._refused import Refused
from orderlists_simulator._timing import SECOND, in_nanoseconds

_MINUTE = 60 * SECOND
_MILLISECOND = 10**6
_USUAL_LIMIT = 6000
# "IP bans ... scale in duration for repeat offenders, from 2 minutes to 3 days."
_FIRST_BAN = 120
_LONGEST_BAN = 3 * 24 * 3600


class TooMany(Refused):
    """Too many requests came: this one is not looked at.

    Attributes:
        banned: Whether the address is banned for going on (418), or just to wait (429).
        retry_at: When requests are let in again, in nanoseconds.
        retry_after: Whole seconds until then.
    """

    def __init__(
        self, message: str, *, code: int = -1003, banned: bool = False, retry_at: int, now: int
    ) -> None:
        super().__init__(code, message)
        self.banned = banned
        self.retry_at = retry_at
        self.retry_after = -(-(retry_at - now) // SECOND)


class RequestWeight:
    """The weight used since the last full minute of the clock.

    Args:
        limit: How much a minute may use; None for any.
        ban_after: How many requests may follow one that was turned away, in the same minute, until
            the address is banned.

    >>> weight = RequestWeight(limit=2, ban_after=10)
    >>> weight.admit(2, now=59 * 10**9), weight.refund(1, now=59 * 10**9)
    (2, 1)
    >>> weight.admit(2, now=59 * 10**9)
    Traceback (most recent call last):
    orderlists_simulator._weight.TooMany: -1003: Too much request weight used; ...
    >>> weight.admit(2, now=60 * 10**9)
    2
    """

    def __init__(self, *, limit: int | None, ban_after: int) -> None:
        self._limit = limit
        self._ban_after = ban_after
        self._lock = Lock()
        self._minute = -1
        self._used = 0
        self._turned_away = 0
        self._banned_until = 0
        self._next_ban = _FIRST_BAN

    @property
    def limit(self) -> int:
        """How much a minute may use, as replies tell it: that of the exchange if any may."""
        return _USUAL_LIMIT if self._limit is None else self._limit

    def admit(self, weight: int, *, now: int) -> int:
        """Let a request in, at its full price, and return what is used then.

        Raises:
            TooMany: It is not let in.
        """
        with self._lock:
            self._turn_to(now)
            if now < self._banned_until:
                self._refuse_banned(now)
            over = self._limit is not None and self._used + weight > self._limit
            if over or self._turned_away > 0:
                self._turn_away(now)
            self._used += weight
            return self._used

    def refund(self, weight: int, *, now: int) -> int:
        """Give back what a request was charged too much, and return what is used then."""
        with self._lock:
            self._turn_to(now)
            self._used = max(0, self._used - weight)
            return self._used

    def _turn_to(self, now: int) -> None:
        minute = now // _MINUTE
        if minute != self._minute:
            self._minute = minute
            self._used = 0
            self._turned_away = 0

    def _turn_away(self, now: int) -> NoReturn:
        self._turned_away += 1
        if self._turned_away > self._ban_after + 1:
            self._banned_until = now + in_nanoseconds(self._next_ban)
            self._next_ban = min(2 * self._next_ban, _LONGEST_BAN)
            self._refuse_banned(now)
        raise TooMany(
            too_much(self._limit),
            retry_at=now - now % _MINUTE + _MINUTE,
            now=now,
        )

    def _refuse_banned(self, now: int) -> NoReturn:
        raise TooMany(
            banned_until(self._banned_until),
            banned=True,
            retry_at=self._banned_until,
            now=now,
        )


def too_much(limit: int | None) -> str:
    """Return the exchange's words for a limit that was passed."""
    return (
        f"Too much request weight used; current limit is {limit} request weight per 1 MINUTE. "
        "Please use WebSocket Streams for live updates to avoid polling the API."
    )


def banned_until(time: int) -> str:
    """Return the exchange's words for a ban that ends at this time, in nanoseconds."""
    # Rounded up: whoever comes back at this time is let in.
    return (
        f"Way too much request weight used; IP banned until {-(-time // _MILLISECOND)}. "
        "Please use WebSocket Streams for live updates to avoid bans."
    )
