"""The Query Open Order Lists operation."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from attrs import field, frozen

from orderlists._models.order_lists import OrderList
from orderlists._models.shapes import Many, One
from orderlists._operations import validators
from orderlists._operations.base import Operation, Parameter, Request, Security

GET_OPEN_ORDER_LISTS: Operation[tuple[OrderList, ...]] = Operation(
    name="Query Open Order Lists",
    method="GET",
    path="/api/v3/openOrderList",
    websocket="openOrderLists.status",
    weight=6,
    security=Security.USER_DATA,
    result=Many(One(OrderList)),
)


@frozen(kw_only=True, repr=False, slots=False)
class GetOpenOrderLists(Request[tuple[OrderList, ...]]):
    """Query all open order lists of the account: status and ids, without order reports.

    The result may lag behind the matching engine.

    Args:
        recv_window: How long the request stays valid, as in `CancelOrderList`.

    Raises:
        InvalidRequest: A value breaks a rule.

    Source: *Query Open Order lists (USER_DATA)*, ``GET /api/v3/openOrderList``.

    >>> GetOpenOrderLists().parameters()
    []
    """

    operation: ClassVar[Operation[tuple[OrderList, ...]]] = GET_OPEN_ORDER_LISTS

    recv_window: Decimal | None = field(default=None, converter=validators.to_recv_window)

    def parameters(self) -> list[Parameter]:
        """Return the parameters to send."""
        return validators.given(recvWindow=self.recv_window)
