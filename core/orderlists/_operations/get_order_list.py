"""The Query Order List operation."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from attrs import field, frozen

from orderlists._models.order_lists import OrderList
from orderlists._operations import validators
from orderlists._operations.base import Operation, Parameter, Request, Security
from orderlists.errors import UnknownOrderList

GET_ORDER_LIST = Operation(
    name="Query Order List",
    method="GET",
    path="/api/v3/orderList",
    websocket="orderList.status",
    weight=4,
    security=Security.USER_DATA,
    result=OrderList,
    errors={-2018: UnknownOrderList},
)


@frozen(kw_only=True, repr=False, slots=False)
class GetOrderList(Request[OrderList]):
    """Query an order list: its status and the ids of its orders, without order reports.

    The result may lag behind the matching engine.

    Args:
        order_list_id: The exchange's id of the list; the only one sent if both are given.
        list_client_order_id: The client id of the list; of several lists the newest is found.
        recv_window: How long the request stays valid, as in `CancelOrderList`.

    Raises:
        InvalidRequest: No id was given, or a value breaks a rule.

    Source: *Query Order list (USER_DATA)*, ``GET /api/v3/orderList``.

    >>> GetOrderList(list_client_order_id="C3wyj4").parameters()
    [('origClientOrderId', 'C3wyj4')]
    """

    operation: ClassVar[Operation[OrderList]] = GET_ORDER_LIST

    order_list_id: int | None = field(
        default=None, converter=validators.plain_int_or_none, validator=validators.check_id
    )
    list_client_order_id: str | None = field(
        default=None, converter=validators.plain_text_or_none, validator=validators.check_client_id
    )
    recv_window: Decimal | None = field(default=None, converter=validators.to_recv_window)

    def __attrs_post_init__(self) -> None:
        validators.check_one_given(self, "order_list_id", "list_client_order_id")

    def parameters(self) -> list[Parameter]:
        """Return the effective id, under its parameter name for queries."""
        if self.order_list_id is not None:
            return validators.given(orderListId=self.order_list_id, recvWindow=self.recv_window)
        return validators.given(
            origClientOrderId=self.list_client_order_id, recvWindow=self.recv_window
        )

    def mismatch(self, result: OrderList) -> str | None:
        """Return why a result does not belong to this query, or contradicts itself."""
        if self.order_list_id is not None:
            is_other = result.order_list_id != self.order_list_id
        else:
            is_other = result.list_client_order_id not in {None, self.list_client_order_id}
        if is_other:
            return "it is about another order list"
        # A damaged symbol must not prove that a cancel was refused for it.
        is_mixed = any(order.symbol != result.symbol for order in result.orders)
        return "its orders are on another symbol than the order list" if is_mixed else None
