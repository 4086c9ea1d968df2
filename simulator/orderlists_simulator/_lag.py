"""How far behind the truth the answers of queries are, and when.

The exchange answers queries from a database that follows the matching engine at a distance; what
was just placed may be missing, and what was just cancelled may still be shown as open.
Source: "Data Sources" of the REST API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from orderlists_simulator._range import within
from orderlists_simulator._timing import in_nanoseconds

if TYPE_CHECKING:
    from collections.abc import Iterable


@frozen
class Lag:
    """For a while, queries see the venue as it was some time ago.

    Attributes:
        seconds: How long ago.
        since: When it begins, in nanoseconds since 1970; None for always so far.
        until: When it is over, in nanoseconds since 1970; None for never.

    >>> Lag(2.5, until=10**9).applies(now=10**9)
    False
    """

    seconds: float = field(validator=within(0))
    since: int | None = field(
        default=None, validator=within(0, whole=True, optional=True), kw_only=True
    )
    until: int | None = field(
        default=None, validator=within(0, whole=True, optional=True), kw_only=True
    )

    def applies(self, *, now: int) -> bool:
        """Tell whether it is in force at this time."""
        begun = self.since is None or self.since <= now
        return begun and (self.until is None or now < self.until)


def seen_from(lags: Iterable[Lag], *, now: int) -> int | None:
    """Return the time that queries see: that of the longest lag, or None for the present.

    >>> seen_from([Lag(1), Lag(2)], now=5 * 10**9)
    3000000000
    """
    longest = max((lag.seconds for lag in lags if lag.applies(now=now)), default=0)
    return None if longest == 0 else now - in_nanoseconds(longest)
