"""The Cancel Order List operation, and the precedence of its two ids.

Invariant: if `order_list_id` is given, it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar, Final

from attrs import field, frozen

from orderlists._models.order_lists import CanceledOrderList, OrderList, OrderReport
from orderlists._operations import validators
from orderlists._operations.base import Effect, Operation, Parameter, Request, Security
from orderlists._operations.recovery.cancel import recover_cancel
from orderlists.enums import ListOrderStatus, OrderStatus
from orderlists.errors import InvalidRequest, UnknownOrderList

# Python 3.11 finds a member in its enum ten times as slowly as a global.
_ALL_DONE: Final = ListOrderStatus.ALL_DONE
_CANCELED: Final = OrderStatus.CANCELED

CANCEL_ORDER_LIST = Operation(
    name="Cancel Order List",
    method="DELETE",
    path="/api/v3/orderList",
    websocket="orderList.cancel",
    weight=1,
    security=Security.TRADE,
    effect=Effect.CANCEL,
    result=CanceledOrderList,
    fresh_ids=("new_client_order_id",),
    errors={-2011: UnknownOrderList, -2018: UnknownOrderList},
    recovery=recover_cancel,
)


@frozen(repr=False)
class OrderListId:
    """The exchange's id of an order list: 0 to 2^63-1, never reused."""

    value: int

    def __repr__(self) -> str:
        return f"OrderListId({self.value})"


@frozen(repr=False)
class ListClientOrderId:
    """The client id of an order list: unique among open lists, reusable afterwards."""

    value: str

    def __repr__(self) -> str:
        return f"ListClientOrderId({self.value!r})"


@frozen(kw_only=True, repr=False, slots=False)
class CancelOrderList(Request[CanceledOrderList]):
    """Cancel an entire order list.  Canceling one of its orders does the same.

    `order_list_id` or `list_client_order_id` must be given.  If both are, `order_list_id` takes
    precedence and is the only one sent, unless `both_must_match` is set.

    Args:
        symbol: The symbol of the list, such as ``LTCBTC``.  Need not be ASCII.
        order_list_id: The id that the exchange gave the list, 0 to 2^63-1.
        list_client_order_id: The id that you gave the list: 1 to 36 of A-Z, a-z, 0-9, ``_``, ``-``.
            It can belong to a newer list once the first one is over.
        new_client_order_id: The id of this cancel, of the same form.  It becomes the client id of
            every canceled order and is the only proof that this request canceled it, so it must be
            unique.  The client generates one by default.
        recv_window: How long the request stays valid after its timestamp, in milliseconds: int,
            Decimal or plain decimal text; more than 0, at most 60000, at most three decimals.  The
            exchange's own default is 5000.
        both_must_match: Send both ids; the exchange rejects the request if they do not match.

    Raises:
        InvalidRequest: No id was given, or a value breaks the rule above.  Nothing was sent.

    Source: *Cancel Order list (TRADE)*, ``DELETE /api/v3/orderList``.

    >>> request = CancelOrderList(symbol="LTCBTC", order_list_id=0, list_client_order_id="C3wyj4")
    >>> request.effective_id
    OrderListId(0)
    >>> request.parameters()
    [('symbol', 'LTCBTC'), ('orderListId', 0)]
    >>> CancelOrderList(symbol="LTCBTC", order_list_id=-1)
    Traceback (most recent call last):
    orderlists.errors.InvalidRequest: order_list_id=-1: must be an int from 0 to 9223372036854775807
    """

    operation: ClassVar[Operation[CanceledOrderList]] = CANCEL_ORDER_LIST

    symbol: str = field(converter=validators.plain_text, validator=validators.check_symbol)
    order_list_id: int | None = field(
        default=None, converter=validators.plain_int_or_none, validator=validators.check_id
    )
    list_client_order_id: str | None = field(
        default=None, converter=validators.plain_text_or_none, validator=validators.check_client_id
    )
    new_client_order_id: str | None = field(
        default=None, converter=validators.plain_text_or_none, validator=validators.check_client_id
    )
    recv_window: Decimal | None = field(default=None, converter=validators.to_recv_window)
    both_must_match: bool = field(default=False, validator=validators.check_flag)

    def __attrs_post_init__(self) -> None:
        validators.check_one_given(self, "order_list_id", "list_client_order_id")
        if self.both_must_match and None in {self.order_list_id, self.list_client_order_id}:
            rule = "both order_list_id and list_client_order_id must be given"
            raise InvalidRequest(field="both_must_match", value=True, rule=rule)

    @property
    def effective_id(self) -> OrderListId | ListClientOrderId:
        """The id that selects the list."""
        if self.order_list_id is not None:
            return OrderListId(self.order_list_id)
        assert self.list_client_order_id is not None  # noqa: S101 - checked at construction
        return ListClientOrderId(self.list_client_order_id)

    def parameters(self) -> list[Parameter]:
        """Return the parameters to send: of two ids the effective one, unless both must match."""
        # Written out, because `given` takes twice as long, and a cancel is the most urgent request.
        parameters: list[Parameter] = [("symbol", self.symbol)]
        by_name = self.order_list_id is None or self.both_must_match
        if self.order_list_id is not None:
            parameters.append(("orderListId", self.order_list_id))
        if by_name and self.list_client_order_id is not None:
            parameters.append(("listClientOrderId", self.list_client_order_id))
        if self.new_client_order_id is not None:
            parameters.append(("newClientOrderId", self.new_client_order_id))
        if self.recv_window is not None:
            parameters.append(("recvWindow", self.recv_window))
        return parameters

    def mismatch(self, result: CanceledOrderList) -> str | None:
        """Return why a result does not belong to this cancel, or is not final."""
        wrong = self.mismatch_of_list(result)
        return why_not_canceled(result, self.new_client_order_id) if wrong is None else wrong

    def mismatch_of_list(self, result: OrderList) -> str | None:
        """Return why an order list is not the target of this request."""
        if self.order_list_id is not None and result.order_list_id != self.order_list_id:
            return "it is about another order list"
        by_name = self.order_list_id is None
        if by_name and result.list_client_order_id not in {None, self.list_client_order_id}:
            return "it is about an order list with another client id"
        return None if result.symbol == self.symbol else "it is about another symbol"


def why_not_canceled(result: CanceledOrderList, cancel_id: str | None) -> str | None:
    """Return why a list is not over, or was not canceled by the cancel with this id."""
    if result.list_order_status is not _ALL_DONE:
        return f"the order list is {result.list_order_status}, not ALL_DONE"
    return why_not_canceled_under(cancel_id, result.order_reports)


def why_not_canceled_under(cancel_id: str | None, reports: Iterable[OrderReport]) -> str | None:
    """Return why reports do not prove that the cancel with this id was executed.

    Args:
        cancel_id: Its `new_client_order_id`; None if it was sent without one: nothing is checked.
        reports: The reports.
    """
    shown = [report.client_order_id for report in reports if report.status is _CANCELED]
    if cancel_id is None or (shown and shown.count(cancel_id) == len(shown)):
        return None
    if cancel_id in shown:
        return "an order was canceled under another id than this request's"
    return "no order was canceled under this request's new_client_order_id"
