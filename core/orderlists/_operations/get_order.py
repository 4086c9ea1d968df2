"""The Query Order operation."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from attrs import field, frozen

from orderlists._models.order_lists import OrderReport
from orderlists._operations import validators
from orderlists._operations.base import Operation, Parameter, Request, Security
from orderlists.errors import UnknownOrderList

GET_ORDER = Operation(
    name="Query Order",
    method="GET",
    path="/api/v3/order",
    websocket="order.status",
    weight=4,
    security=Security.USER_DATA,
    result=OrderReport,
    errors={-2013: UnknownOrderList},
)


@frozen(kw_only=True, repr=False, slots=False)
class GetOrder(Request[OrderReport]):
    """Query the state of an order.  The result may lag behind the matching engine.

    Args:
        symbol: The symbol of the order.
        order_id: The exchange's id of the order; the only one sent if both are given.
        client_order_id: The client id of the order.
        recv_window: How long the request stays valid, as in `CancelOrderList`.

    Raises:
        InvalidRequest: No id was given, or a value breaks a rule.

    Source: *Query order (USER_DATA)*, ``GET /api/v3/order``.

    >>> GetOrder(symbol="LTCBTC", order_id=2).parameters()
    [('symbol', 'LTCBTC'), ('orderId', 2)]
    """

    operation: ClassVar[Operation[OrderReport]] = GET_ORDER

    symbol: str = field(converter=validators.plain_text, validator=validators.check_symbol)
    order_id: int | None = field(
        default=None, converter=validators.plain_int_or_none, validator=validators.check_id
    )
    client_order_id: str | None = field(
        default=None, converter=validators.plain_text_or_none, validator=validators.check_client_id
    )
    recv_window: Decimal | None = field(default=None, converter=validators.to_recv_window)

    def __attrs_post_init__(self) -> None:
        validators.check_one_given(self, "order_id", "client_order_id")

    def parameters(self) -> list[Parameter]:
        """Return the symbol and the effective id."""
        by_id = self.order_id is not None
        return validators.given(
            symbol=self.symbol,
            orderId=self.order_id,
            origClientOrderId=None if by_id else self.client_order_id,
            recvWindow=self.recv_window,
        )

    def mismatch(self, result: OrderReport) -> str | None:
        """Return why a result does not belong to this query."""
        is_other = self.order_id is not None and result.order_id != self.order_id
        return "it is about another order" if is_other or result.symbol != self.symbol else None
