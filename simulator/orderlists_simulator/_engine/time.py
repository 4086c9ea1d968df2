"""Time units, timestamps and `recvWindow`.

The venue counts nanoseconds since 1970; the time comes in as an argument, never from a clock.
Sources: "Timing security" of the REST API, and its `X-MBX-TIME-UNIT`.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

from attrs import field, frozen

from orderlists_simulator._engine.errors import ApiError

MAX_RECV_WINDOW = Decimal(60_000)
DEFAULT_RECV_WINDOW = Decimal(5_000)

SECOND = 10**9
"""In nanoseconds."""

_NANOSECONDS = 1_000
_MICROSECONDS = 1_000
_DECIMALS = 3
# As milliseconds this is the year 5138, as microseconds 1973: no request means either.
_FIRST_MICROSECONDS = 10**14
_FUTURE = 1_000 * _MICROSECONDS


def in_nanoseconds(seconds: float) -> int:
    """Return seconds as nanoseconds.

    >>> in_nanoseconds(1.5)
    1500000000
    """
    return round(seconds * SECOND)


class TimeUnit(Enum):
    """The unit of the times in a reply; the value is its length in nanoseconds."""

    MILLISECOND = 1_000_000
    MICROSECOND = 1_000

    @classmethod
    def parse(cls, name: str | None) -> TimeUnit:
        """Return the unit of a name, wholly in upper or wholly in lower case; None is the default.

        Raises:
            ApiError: -1194, there is no such unit.

        >>> TimeUnit.parse("microsecond"), TimeUnit.parse(None)
        (<TimeUnit.MICROSECOND: 1000>, <TimeUnit.MILLISECOND: 1000000>)
        """
        if name is None:
            return cls.MILLISECOND
        for unit in cls:
            if name in {unit.name, unit.name.lower()}:
                return unit
        raise ApiError(
            -1194, "Invalid value for time unit; expected either MICROSECOND or MILLISECOND."
        )

    @classmethod
    def of(cls, timestamp: int) -> TimeUnit:
        """Return the unit of a timestamp, recognised by its magnitude."""
        return cls.MICROSECOND if timestamp >= _FIRST_MICROSECONDS else cls.MILLISECOND

    def convert(self, nanoseconds: int) -> int:
        """Return nanoseconds in this unit, rounded down."""
        return nanoseconds // self.value


def _in_microseconds(timestamp: int) -> int:
    return timestamp * TimeUnit.of(timestamp).value // TimeUnit.MICROSECOND.value


@frozen(kw_only=True)
class TimeWindow:
    """The time in which a request is valid, from its `timestamp` and `recvWindow`.

    Attributes:
        timestamp: In microseconds; milliseconds are recognised by their magnitude.
        recv_window: In milliseconds, at most 60000, with at most three decimals.

    Raises:
        ApiError: -1131, the window is too long; -1111, it has too many decimals.
    """

    timestamp: int = field(converter=_in_microseconds)
    recv_window: Decimal = DEFAULT_RECV_WINDOW

    def __attrs_post_init__(self) -> None:
        if self.recv_window > MAX_RECV_WINDOW:
            raise ApiError(-1131, "'recvWindow' must be less than 60000.")
        if self.recv_window != round(self.recv_window, _DECIMALS):
            raise ApiError(-1111, "Parameter 'recvWindow' has too much precision.")

    def check(self, *, now: int) -> None:
        """Check that the request is valid at this time.

        Args:
            now: The venue's time in nanoseconds; compared in microseconds, the finest unit of a
                timestamp.

        Raises:
            ApiError: -1021, the request is too old, or a second or more ahead.

        >>> TimeWindow(timestamp=1499827319559).check(
        ...     now=1499827324560_000000
        ... )  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        orderlists_simulator._engine.errors.ApiError: -1021: ... is outside of the recvWindow.
        """
        age = now // _NANOSECONDS - self.timestamp
        if age <= -_FUTURE:
            raise ApiError(
                -1021, "Timestamp for this request was 1000ms ahead of the server's time."
            )
        if age > self.recv_window * _MICROSECONDS:
            raise ApiError(-1021, "Timestamp for this request is outside of the recvWindow.")
