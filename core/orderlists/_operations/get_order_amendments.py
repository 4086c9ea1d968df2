"""The Query Order Amendments operation."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from attrs import field, frozen

from orderlists._models.base import Result
from orderlists._models.shapes import Many, One
from orderlists._operations import validators
from orderlists._operations.base import Operation, Parameter, Request, Security
from orderlists._operations.rules import Rule
from orderlists._time import Instant
from orderlists.errors import UnknownOrderList


@frozen(kw_only=True, slots=False)
class OrderAmendment(Result):
    """One amendment of an order.

    Attributes:
        execution_id: Its id; the `ExecutionReport` of the amendment has the same.
        orig_client_order_id: The client id of the order before it.
        new_client_order_id: The client id of the order after it.
        orig_qty: The quantity before it.
        new_qty: The quantity after it.
        time: When it was executed.
    """

    symbol: str
    order_id: int
    execution_id: int
    orig_client_order_id: str
    new_client_order_id: str
    orig_qty: Decimal
    new_qty: Decimal
    time: Instant


GET_ORDER_AMENDMENTS: Operation[tuple[OrderAmendment, ...]] = Operation(
    name="Query Order Amendments",
    method="GET",
    path="/api/v3/order/amendments",
    websocket="order.amendments",
    weight=4,
    security=Security.USER_DATA,
    result=Many(One(OrderAmendment)),
    errors={-2013: UnknownOrderList},
)


@frozen(kw_only=True, repr=False, slots=False)
class GetOrderAmendments(Request[tuple[OrderAmendment, ...]]):
    """Query the amendments of an order.  The result may lag behind the matching engine.

    Args:
        symbol: The symbol of the order.
        order_id: The id that the exchange gave the order.
        from_execution_id: The smallest id of an amendment.
        limit: How many amendments at most: 1 to 1000; the exchange's default is 500.
        recv_window: How long the request stays valid, as in `CancelOrderList`.

    Raises:
        InvalidRequest: A value breaks a rule.

    Source: *Query Order Amendments (USER_DATA)*, ``GET /api/v3/order/amendments``.

    >>> GetOrderAmendments(symbol="LTCBTC", order_id=2).parameters()
    [('symbol', 'LTCBTC'), ('orderId', 2)]
    """

    operation: ClassVar[Operation[tuple[OrderAmendment, ...]]] = GET_ORDER_AMENDMENTS

    symbol: str = field(converter=validators.plain_text, validator=validators.check_symbol)
    order_id: int = field(converter=validators.plain_int, validator=validators.check_given_id)
    from_execution_id: int | None = field(
        default=None, converter=validators.plain_int_or_none, validator=validators.check_id
    )
    limit: int | None = field(default=None, validator=validators.check_integer(Rule.LIMIT))
    recv_window: Decimal | None = field(default=None, converter=validators.to_recv_window)

    def parameters(self) -> list[Parameter]:
        """Return the parameters to send."""
        return validators.given(
            symbol=self.symbol,
            orderId=self.order_id,
            fromExecutionId=self.from_execution_id,
            limit=self.limit,
            recvWindow=self.recv_window,
        )

    def mismatch(self, result: tuple[OrderAmendment, ...]) -> str | None:
        """Return why a result does not belong to this query."""
        is_ours = all(
            (each.symbol, each.order_id) == (self.symbol, self.order_id) for each in result
        )
        return None if is_ours else "it is about another order"
