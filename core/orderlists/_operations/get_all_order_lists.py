"""The Query All Order Lists operation."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from attrs import field, frozen

from orderlists._models.order_lists import OrderList
from orderlists._models.shapes import Many, One
from orderlists._operations import validators
from orderlists._operations.base import Operation, Parameter, Request, Security
from orderlists._operations.rules import Rule

GET_ALL_ORDER_LISTS: Operation[tuple[OrderList, ...]] = Operation(
    name="Query All Order Lists",
    method="GET",
    path="/api/v3/allOrderList",
    websocket="allOrderLists",
    weight=20,
    security=Security.USER_DATA,
    result=Many(One(OrderList)),
)

_DAY = 24 * 60 * 60
_MICROSECONDS_FROM = 10**14


@frozen(kw_only=True, repr=False, slots=False)
class GetAllOrderLists(Request[tuple[OrderList, ...]]):
    """Query a page of the order lists of the account, open and finished; 20 of request weight.

    Args:
        from_id: The smallest id of a list; not together with the times.
        start_time: The earliest time of the *last update* of a list, in milliseconds since 1970,
            or in the unit of the protocol.
        end_time: The latest one, at most 24 hours later.
        limit: How many lists at most: 1 to 1000; the exchange's default is 500.
        recv_window: How long the request stays valid, as in `CancelOrderList`.

    Raises:
        InvalidRequest: A value breaks a rule.

    Source: *Query all Order lists (USER_DATA)*, ``GET /api/v3/allOrderList``.

    >>> GetAllOrderLists(from_id=0, limit=1000).parameters()
    [('fromId', 0), ('limit', 1000)]
    """

    operation: ClassVar[Operation[tuple[OrderList, ...]]] = GET_ALL_ORDER_LISTS

    from_id: int | None = field(
        default=None, converter=validators.plain_int_or_none, validator=validators.check_id
    )
    start_time: int | None = field(
        default=None, converter=validators.plain_int_or_none, validator=validators.check_id
    )
    end_time: int | None = field(
        default=None, converter=validators.plain_int_or_none, validator=validators.check_id
    )
    limit: int | None = field(default=None, validator=validators.check_integer(Rule.LIMIT))
    recv_window: Decimal | None = field(default=None, converter=validators.to_recv_window)

    def __attrs_post_init__(self) -> None:
        times = (self.start_time, self.end_time)
        if self.from_id is not None and times != (None, None):
            raise Rule.ID_OR_TIMES.broken("from_id", self.from_id)
        if self.start_time is not None and self.end_time is not None:
            self._check_times(self.start_time, self.end_time)

    def _check_times(self, start: int, end: int) -> None:
        if not 0 <= end - start <= _longest_window(start):
            raise Rule.ONE_DAY.broken("end_time", end)

    def parameters(self) -> list[Parameter]:
        """Return the parameters to send."""
        return validators.given(
            fromId=self.from_id,
            startTime=self.start_time,
            endTime=self.end_time,
            limit=self.limit,
            recvWindow=self.recv_window,
        )


def _longest_window(start: int) -> int:
    """Return how far the end may be from the start: 24 hours, in the unit of the start."""
    # Microseconds since 1970 have three digits more; which unit it is, the protocol knows.
    return _DAY * (1_000_000 if start >= _MICROSECONDS_FROM else 1_000)
