"""The Cancel All Open Orders on a Symbol operation."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from attrs import field, frozen

from orderlists._models.order_lists import CanceledOrderList
from orderlists._models.shapes import Many, OneOf
from orderlists._operations import validators
from orderlists._operations.base import Effect, Operation, Parameter, Request, Security
from orderlists._operations.cancel_order import Canceled, CanceledOrder
from orderlists._operations.recovery.cancel_open_orders import recover_cancel_open_orders
from orderlists.enums import ListOrderStatus, OrderStatus
from orderlists.errors import NothingOpen

CANCEL_OPEN_ORDERS: Operation[tuple[Canceled, ...]] = Operation(
    name="Cancel All Open Orders on a Symbol",
    method="DELETE",
    path="/api/v3/openOrders",
    websocket="openOrders.cancelAll",
    weight=1,
    security=Security.TRADE,
    effect=Effect.CANCEL,
    result=Many(OneOf((CanceledOrderList, CanceledOrder))),
    errors={-2011: NothingOpen},
    recovery=recover_cancel_open_orders,
)


@frozen(kw_only=True, repr=False, slots=False)
class CancelOpenOrders(Request[tuple[Canceled, ...]]):
    """Cancel everything that is open on a symbol: single orders and order lists.

    Protective stops go too.  The request carries no id of its own and would cancel newer orders as
    well if it was sent again: so it never is, and a lost reply is an `OutcomeUnknown` with what is
    still open.

    Args:
        symbol: The symbol, such as ``LTCBTC``.
        recv_window: How long the request stays valid, as in `CancelOrderList`.

    Raises:
        InvalidRequest: A value breaks a rule.  Nothing was sent.

    The result has a `CanceledOrderList` for each list and a `CanceledOrder` for each single order.
    If nothing is open the exchange refuses the request (-2011): `NothingOpen`.

    Source: *Cancel All Open Orders on a Symbol (TRADE)*, ``DELETE /api/v3/openOrders``.

    >>> CancelOpenOrders(symbol="LTCBTC").parameters()
    [('symbol', 'LTCBTC')]
    """

    operation: ClassVar[Operation[tuple[Canceled, ...]]] = CANCEL_OPEN_ORDERS

    symbol: str = field(converter=validators.plain_text, validator=validators.check_symbol)
    recv_window: Decimal | None = field(default=None, converter=validators.to_recv_window)

    def parameters(self) -> list[Parameter]:
        """Return the parameters to send."""
        return validators.given(symbol=self.symbol, recvWindow=self.recv_window)

    def mismatch(self, result: tuple[Canceled, ...]) -> str | None:
        """Return why a result does not belong to this cancel, or is not final."""
        if not result:
            # Where nothing is open, the exchange refuses the request.
            return "it is about no order"
        if any(each.symbol != self.symbol for each in result):
            return "it is about another symbol"
        return (
            None
            if all(map(_is_canceled, result))
            else "an order is not canceled, or an order list not over"
        )


def _is_canceled(canceled: Canceled) -> bool:
    if isinstance(canceled, CanceledOrderList):
        return canceled.list_order_status is ListOrderStatus.ALL_DONE
    return canceled.status is OrderStatus.CANCELED
