"""The Cancel Order operation, which also cancels the order list that the order belongs to."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, TypeAlias

from attrs import field, fields_dict, frozen

from orderlists._models.fields import LOCAL
from orderlists._models.order_lists import CanceledOrderList, Evidence, OrderReport
from orderlists._models.shapes import OneOf
from orderlists._operations import validators
from orderlists._operations.base import Effect, Operation, Parameter, Request, Security
from orderlists._operations.cancel_order_list import why_not_canceled, why_not_canceled_under
from orderlists._operations.recovery.cancel_order import recover_cancel_order
from orderlists._operations.rules import Rule
from orderlists.enums import CancelRestrictions
from orderlists.errors import UnknownOrderList


@frozen(kw_only=True, slots=False, repr=False)
class CanceledOrder(OrderReport):
    """A single order that was canceled under the request's `new_client_order_id`.

    Attributes:
        evidence: How the cancel is known to have been executed, as in `CanceledOrderList`.
    """

    evidence: Evidence = field(default=Evidence.REPLY, metadata=LOCAL)


Canceled: TypeAlias = CanceledOrder | CanceledOrderList

CANCEL_ORDER: Operation[Canceled] = Operation(
    name="Cancel Order",
    method="DELETE",
    path="/api/v3/order",
    websocket="order.cancel",
    weight=1,
    security=Security.TRADE,
    effect=Effect.CANCEL,
    result=OneOf((CanceledOrderList, CanceledOrder)),
    fresh_ids=("new_client_order_id",),
    errors={-2011: UnknownOrderList},
    recovery=recover_cancel_order,
)


@frozen(kw_only=True, repr=False, slots=False)
class CancelOrder(Request[Canceled]):
    """Cancel one order.  If it belongs to an order list, the entire list is canceled.

    `order_id` or `client_order_id` must be given.  If both are, `order_id` takes precedence and is
    the only one sent.

    Args:
        symbol: The symbol of the order, such as ``LTCBTC``.
        order_id: The id that the exchange gave the order, 0 to 2^63-1.
        client_order_id: The client id of the order.  It can belong to a newer order once the first
            one is over.
        new_client_order_id: The id of this cancel, as in `CancelOrderList`.
        cancel_restrictions: Cancel only an order that has not traded yet, or only one that has.
        recv_window: How long the request stays valid, as in `CancelOrderList`.

    Raises:
        InvalidRequest: No id was given, or a value breaks a rule.  Nothing was sent.

    The result is a `CanceledOrderList` if the order belonged to a list, else a `CanceledOrder`.

    Source: *Cancel order (TRADE)*, ``DELETE /api/v3/order``.

    >>> CancelOrder(symbol="LTCBTC", order_id=2, client_order_id="stop").parameters()
    [('symbol', 'LTCBTC'), ('orderId', 2)]
    """

    operation: ClassVar[Operation[Canceled]] = CANCEL_ORDER

    symbol: str = field(converter=validators.plain_text, validator=validators.check_symbol)
    order_id: int | None = field(
        default=None, converter=validators.plain_int_or_none, validator=validators.check_id
    )
    client_order_id: str | None = field(
        default=None,
        converter=validators.plain_text_or_none,
        validator=validators.check_client_id,
    )
    new_client_order_id: str | None = field(
        default=None,
        converter=validators.plain_text_or_none,
        validator=validators.check_client_id,
    )
    cancel_restrictions: CancelRestrictions | None = field(
        default=None,
        converter=validators.to_cancel_restrictions,
        validator=validators.check_member(CancelRestrictions, Rule.RESTRICTIONS),
    )
    recv_window: Decimal | None = field(default=None, converter=validators.to_recv_window)

    def __attrs_post_init__(self) -> None:
        validators.check_one_given(self, "order_id", "client_order_id")

    def parameters(self) -> list[Parameter]:
        """Return the symbol, the effective id, and the id of this cancel."""
        by_id = self.order_id is not None
        return validators.given(
            symbol=self.symbol,
            orderId=self.order_id,
            origClientOrderId=None if by_id else self.client_order_id,
            newClientOrderId=self.new_client_order_id,
            cancelRestrictions=validators.plain_member(self.cancel_restrictions),
            recvWindow=self.recv_window,
        )

    def mismatch(self, result: Canceled) -> str | None:
        """Return why a result does not belong to this cancel."""
        if result.symbol != self.symbol:
            return "it is about another symbol"
        if isinstance(result, CanceledOrderList):
            return self._mismatch_of_list(result)
        by_id = self.order_id is not None
        if result.order_id != self.order_id if by_id else not self._is_named(result):
            return "it is about another order"
        return why_not_canceled_under(self.new_client_order_id, (result,))

    def _is_named(self, order: CanceledOrder) -> bool:
        return order.orig_client_order_id in {None, self.client_order_id}

    def _mismatch_of_list(self, result: CanceledOrderList) -> str | None:
        if self.order_id is not None:
            is_in_it = any(order.order_id == self.order_id for order in result.orders)
        else:
            names = {order.client_order_id for order in result.orders}
            is_in_it = self.client_order_id in names
        if not is_in_it:
            return "it is about a list without this order"
        return why_not_canceled(result, self.new_client_order_id)

    def canceled(self, report: OrderReport) -> CanceledOrder:
        """Return the result of this cancel from the report on a single order that proves it."""
        return CanceledOrder(
            **{name: getattr(report, name) for name in fields_dict(OrderReport)},
            evidence=Evidence.QUERY,
        )
