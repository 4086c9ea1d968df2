"""The unfilled order count of each account, in windows of ten seconds and of a day.

Source: "Unfilled Order Count" of the REST API.  A placement adds its orders; the first fill of an
order takes it off again; a cancel does not.

Invariant: a count is never below zero, and starts again at zero with its window.
"""

from __future__ import annotations

from collections import defaultdict

from attrs import frozen

from orderlists_simulator._engine.changes import ListUpdate
from orderlists_simulator._engine.rate_limits import NO_LIMIT, TooManyRequests
from orderlists_simulator._engine.time import SECOND


@frozen(kw_only=True)
class OrderWindow:
    """A window in which orders are counted.

    Attributes:
        interval: ``SECOND`` or ``DAY``.
        interval_num: How many of them.
        seconds: Its length.
        limit: The orders allowed in it.
    """

    interval: str
    interval_num: int
    seconds: int
    limit: int

    @property
    def header(self) -> str:
        """The name of the response header with the count."""
        return f"X-MBX-ORDER-COUNT-{self.interval_num}{self.interval[0]}"

    def start(self, *, now: int) -> int:
        """Return when the window of a time began, both in nanoseconds."""
        return now - now % (self.seconds * SECOND)


class OrderCount:
    """The unfilled orders of every account; guarded by the lock of the venue.

    Args:
        in_ten_seconds: The orders allowed in ten seconds; None for no limit.
        in_a_day: The orders allowed in a day; None for no limit.

    Attributes:
        windows: The windows.

    >>> count = OrderCount(in_ten_seconds=2, in_a_day=None)
    >>> count.add("main", 2, now=0)
    >>> count.used("main", now=0), count.used("main", now=10 * 10**9)
    ((2, 2), (0, 2))
    >>> count.check("main", 1, now=0)
    Traceback (most recent call last):
    orderlists_simulator._engine.rate_limits.TooManyRequests: -1015: Too many new orders; ...
    """

    def __init__(self, *, in_ten_seconds: int | None, in_a_day: int | None) -> None:
        tens = NO_LIMIT if in_ten_seconds is None else in_ten_seconds
        days = NO_LIMIT if in_a_day is None else in_a_day
        self.windows = (
            OrderWindow(interval="SECOND", interval_num=10, seconds=10, limit=tens),
            OrderWindow(interval="DAY", interval_num=1, seconds=24 * 3600, limit=days),
        )
        self._counts: defaultdict[tuple[str, str, int], int] = defaultdict(int)

    def check(self, account: str, orders: int, *, now: int) -> None:
        """Check that orders may be placed.

        Raises:
            TooManyRequests: -1015, a limit would be exceeded.
        """
        for window, used in zip(self.windows, self.used(account, now=now), strict=True):
            if used + orders > window.limit:
                raise TooManyRequests(
                    f"Too many new orders; current limit is {window.limit} orders per "
                    f"{window.interval_num} {window.interval}.",
                    code=-1015,
                    retry_at=window.start(now=now) + window.seconds * SECOND,
                    now=now,
                )

    def add(self, account: str, orders: int, *, now: int) -> None:
        """Add orders that were placed; a negative number takes orders off."""
        for window in self.windows:
            key = account, window.interval, window.start(now=now)
            self._counts[key] = max(0, self._counts[key] + orders)

    def apply(self, update: ListUpdate) -> None:
        """Take the orders off that an update fills for the first time."""
        first_fills = [
            each
            for each in update.changes
            if each.trade is not None and len(each.after.trades) == 1
        ]
        self.add(update.order_list.account, -len(first_fills), now=update.at)

    def used(self, account: str, *, now: int) -> tuple[int, ...]:
        """Return the counts of an account, in the order of the windows."""
        return tuple(
            self._counts.get((account, each.interval, each.start(now=now)), 0)
            for each in self.windows
        )
