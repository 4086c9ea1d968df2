"""The Query Unfilled Order Count operation."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from attrs import field, frozen

from orderlists._models.base import Result
from orderlists._models.shapes import Many, One
from orderlists._operations import validators
from orderlists._operations.base import Operation, Parameter, Request, Security
from orderlists._rate_limits import INTERVALS


@frozen(kw_only=True, slots=False)
class UnfilledOrderCount(Result):
    """How many unfilled orders the account has placed in one window, and how many it may.

    Attributes:
        rate_limit_type: ``ORDERS``.
        interval: ``SECOND``, ``MINUTE``, ``HOUR`` or ``DAY``.
        interval_num: How many intervals the window has.
        limit: The limit of a window.
        count: The count of the current window.
    """

    rate_limit_type: str
    interval: str
    interval_num: int
    limit: int
    count: int

    @property
    def seconds(self) -> int | None:
        """The length of the window; None if the interval is unknown to this library."""
        interval = INTERVALS.get(self.interval)
        return None if interval is None else interval * self.interval_num


GET_UNFILLED_ORDER_COUNT: Operation[tuple[UnfilledOrderCount, ...]] = Operation(
    name="Query Unfilled Order Count",
    method="GET",
    path="/api/v3/rateLimit/order",
    websocket="account.rateLimits.orders",
    weight=40,
    security=Security.USER_DATA,
    result=Many(One(UnfilledOrderCount)),
)


@frozen(kw_only=True, repr=False, slots=False)
class GetUnfilledOrderCount(Request[tuple[UnfilledOrderCount, ...]]):
    """Query the account's unfilled orders in every window; 40 of request weight.

    The replies to placements report the same counts for nothing: `client.rate_limits()`.

    Args:
        recv_window: How long the request stays valid, as in `CancelOrderList`.

    Raises:
        InvalidRequest: `recv_window` breaks a rule.

    Source: *Query Unfilled Order Count (USER_DATA)*, ``GET /api/v3/rateLimit/order``.

    >>> GetUnfilledOrderCount().parameters()
    []
    """

    operation: ClassVar[Operation[tuple[UnfilledOrderCount, ...]]] = GET_UNFILLED_ORDER_COUNT

    recv_window: Decimal | None = field(default=None, converter=validators.to_recv_window)

    def parameters(self) -> list[Parameter]:
        """Return the parameters to send."""
        return validators.given(recvWindow=self.recv_window)
