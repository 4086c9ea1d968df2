"""Time as requests and replies write it, and the window in which a request is valid.

The venue counts nanoseconds since 1970 and is told the time; nothing here has a clock.
Sources: "Timing security" of the REST API, and its `X-MBX-TIME-UNIT`.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

from attrs import field, frozen

from orderlists_simulator._refused import Refused

LONGEST_WINDOW = Decimal(60_000)
DEFAULT_WINDOW = Decimal(5_000)

SECOND = 10**9
"""In nanoseconds."""

_NANOSECONDS = 1_000
_MICROSECONDS = 1_000
_DECIMALS = 3
# As milliseconds that is the year 5138, as microseconds 1973: no request means either.
_FIRST_MICROSECONDS = 10**14
_FUTURE = 1_000 * _MICROSECONDS


def in_nanoseconds(seconds: float) -> int:
    """Return seconds in the unit that the venue counts in.

    >>> in_nanoseconds(1.5)
    1500000000
    """
    return round(seconds * SECOND)


class TimeUnit(Enum):
    """The unit of the times in a reply; the value is how many nanoseconds it has."""

    MILLISECOND = 1_000_000
    MICROSECOND = 1_000

    @classmethod
    def named(cls, name: str | None) -> TimeUnit:
        """Return the unit of this name: in capitals or not, but not in both.

        Raises:
            Refused: -1194, there is no such unit.

        >>> TimeUnit.named("microsecond"), TimeUnit.named(None)
        (<TimeUnit.MICROSECOND: 1000>, <TimeUnit.MILLISECOND: 1000000>)
        """
        if name is None:
            return cls.MILLISECOND
        for unit in cls:
            if name in {unit.name, unit.name.lower()}:
                return unit
        raise Refused(
            -1194, "Invalid value for time unit; expected either MICROSECOND or MILLISECOND."
        )

    def written(self, now: int) -> int:
        """Return nanoseconds in this unit, rounded down."""
        return now // self.value


def _in_microseconds(timestamp: int) -> int:
    return timestamp if timestamp >= _FIRST_MICROSECONDS else timestamp * _MICROSECONDS


@frozen(kw_only=True)
class Window:
    """When a request is valid, by its own account.

    Attributes:
        timestamp: In microseconds, made from either unit by its size.
        recv_window: In milliseconds, at most 60000, with at most three decimals.

    Raises:
        Refused: -1131, the window is too long; -1111, it is too precise.
    """

    timestamp: int = field(converter=_in_microseconds)
    recv_window: Decimal = DEFAULT_WINDOW

    def __attrs_post_init__(self) -> None:
        if self.recv_window > LONGEST_WINDOW:
            raise Refused(-1131, "'recvWindow' must be less than 60000.")
        if self.recv_window != round(self.recv_window, _DECIMALS):
            raise Refused(-1111, "Parameter 'recvWindow' has too much precision.")

    def check(self, *, now: int) -> None:
        """Check that the request is valid at this time.

        Args:
            now: The venue's time in nanoseconds; compared in microseconds, as fine as a request can
                tell it.

        Raises:
            Refused: -1021, too old, or a second or more from the future.

        >>> Window(timestamp=1499827319559).check(
        ...     now=1499827324560_000000
        ... )  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        orderlists_simulator._refused.Refused: -1021: ... is outside of the recvWindow.
        """
        age = now // _NANOSECONDS - self.timestamp
        if age <= -_FUTURE:
            raise Refused(
                -1021, "Timestamp for this request was 1000ms ahead of the server's time."
            )
        if age > self.recv_window * _MICROSECONDS:
            raise Refused(-1021, "Timestamp for this request is outside of the recvWindow.")
