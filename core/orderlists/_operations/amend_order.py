"""The Order Amend Keep Priority operation, which lowers the quantity of an open order."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import ClassVar

from attrs import field, fields_dict, frozen

from orderlists._models.base import Result
from orderlists._models.events import ExecutionReport
from orderlists._models.fields import LOCAL, sent_as
from orderlists._models.order_lists import Evidence, ListedOrder, OrderReport
from orderlists._operations import validators
from orderlists._operations.base import Effect, Operation, Parameter, Request, Security
from orderlists._operations.get_order_amendments import OrderAmendment
from orderlists._operations.recovery.amend_order import recover_amend_order
from orderlists._time import Instant
from orderlists.enums import ContingencyType, ListOrderStatus
from orderlists.errors import UnknownOrderList


@frozen(kw_only=True, slots=False, repr=False)
class AmendedOrder(OrderReport):
    """An order after its amendment: `orig_qty` is the new quantity.

    The attributes have the names of those of `OrderReport`, although the reply to an amend has
    others for some.
    """

    orig_qty: Decimal | None = sent_as("qty", default=None)
    orig_quote_order_qty: Decimal | None = sent_as("quoteOrderQty", default=None)
    cumulative_quote_qty: Decimal | None = sent_as("cumulativeQuoteQty", default=None)
    prevented_quantity: Decimal | None = sent_as("preventedQty", default=None)


@frozen(kw_only=True, slots=False, repr=False)
class AmendedOrderList(Result):
    """The list of an amended order, with the client id that the order has after it."""

    order_list_id: int
    contingency_type: ContingencyType
    list_order_status: ListOrderStatus
    list_client_order_id: str | None = None
    symbol: str
    orders: tuple[ListedOrder, ...]

    def __repr__(self) -> str:
        return f"<AmendedOrderList {self.order_list_id} {self.symbol} {self.list_order_status}>"


@frozen(kw_only=True, slots=False, repr=False)
class AmendReport(Result):
    """The amendment of an order.

    Attributes:
        transact_time: When it was executed.
        execution_id: Its id; its `ExecutionReport` and its `OrderAmendment` have the same.
        amended_order: The order after it.  With `Evidence.QUERY` it is the order as the query found
            it: it may have been filled, canceled or amended again since.
        list_status: The list that the order belongs to, as the reply reports it; None for a single
            order.
        evidence: How the amend is known to have been executed, as in `CanceledOrderList`.
    """

    transact_time: Instant
    execution_id: int
    amended_order: AmendedOrder
    list_status: AmendedOrderList | None = None
    evidence: Evidence = field(default=Evidence.REPLY, metadata=LOCAL)

    def __repr__(self) -> str:
        order = self.amended_order
        return f"<AmendReport {order.order_id} {order.symbol} {order.orig_qty}>"


AMEND_ORDER: Operation[AmendReport] = Operation(
    name="Order Amend Keep Priority",
    method="PUT",
    path="/api/v3/order/amend/keepPriority",
    websocket="order.amend.keepPriority",
    weight=4,
    security=Security.TRADE,
    effect=Effect.AMEND,
    result=AmendReport,
    fresh_ids=("new_client_order_id",),
    errors={-2011: UnknownOrderList, -2013: UnknownOrderList},
    recovery=recover_amend_order,
)


@frozen(kw_only=True, repr=False, slots=False)
class AmendOrder(Request[AmendReport]):
    """Lower the quantity of an open order, which keeps its priority in the order book.

    Of two legs of a pair, such as those of an OCO, the other one gets the same quantity.

    `order_id` or `client_order_id` must be given.  If both are, `order_id` takes precedence and is
    the only one sent.  The outcome is known more often by `order_id`: an amended order is not found
    by its former client id.

    Args:
        symbol: The symbol of the order, such as ``LTCBTC``.
        order_id: The id that the exchange gave the order, 0 to 2^63-1.
        client_order_id: The client id of the order.  It can belong to a newer order once the first
            one is over or amended.
        new_qty: The new quantity, less than that of the order: an int, a Decimal or plain text.
        new_client_order_id: The client id of the order from then on; generated if None.  It is what
            proves that this amend was executed, so choose one that no amend had before.
        recv_window: How long the request stays valid, as in `CancelOrderList`.
        generated_ids: `new_client_order_id`, if a client made it: never used before.

    Raises:
        InvalidRequest: No id was given, or a value breaks a rule.  Nothing was sent.

    Source: *Order Amend Keep Priority (TRADE)*, ``PUT /api/v3/order/amend/keepPriority``.

    >>> AmendOrder(symbol="LTCBTC", order_id=2, new_qty="1.50").parameters()
    [('symbol', 'LTCBTC'), ('orderId', 2), ('newQty', Decimal('1.50'))]
    """

    operation: ClassVar[Operation[AmendReport]] = AMEND_ORDER

    symbol: str = field(converter=validators.plain_text, validator=validators.check_symbol)
    order_id: int | None = field(
        default=None, converter=validators.plain_int_or_none, validator=validators.check_id
    )
    client_order_id: str | None = field(
        default=None,
        converter=validators.plain_text_or_none,
        validator=validators.check_client_id,
    )
    new_qty: Decimal = field(converter=validators.to_amount, validator=validators.check_amount)
    new_client_order_id: str | None = field(
        default=None,
        converter=validators.plain_text_or_none,
        validator=validators.check_client_id,
    )
    recv_window: Decimal | None = field(default=None, converter=validators.to_recv_window)
    generated_ids: frozenset[str] = field(default=frozenset(), converter=frozenset, repr=False)

    def __attrs_post_init__(self) -> None:
        validators.check_one_given(self, "order_id", "client_order_id")

    def fresh_ids(self, new_id: Callable[[], str]) -> dict[str, object]:
        """Return the field that a client fills in, and that it did."""
        fresh = super().fresh_ids(new_id)
        return {**fresh, "generated_ids": frozenset(fresh.values())} if fresh else {}

    def parameters(self) -> list[Parameter]:
        """Return the symbol, the effective id, and what changes."""
        by_id = self.order_id is not None
        return validators.given(
            symbol=self.symbol,
            orderId=self.order_id,
            origClientOrderId=None if by_id else self.client_order_id,
            newClientOrderId=self.new_client_order_id,
            newQty=self.new_qty,
            recvWindow=self.recv_window,
        )

    def mismatch(self, result: AmendReport) -> str | None:
        """Return why a result does not belong to this amend."""
        order = result.amended_order
        is_named = order.orig_client_order_id in {None, self.client_order_id}
        is_it = order.order_id == self.order_id if self.order_id is not None else is_named
        if order.symbol != self.symbol or not is_it:
            return "it is about another order"
        if order.orig_qty != self.new_qty:
            return "the order does not have the new quantity"
        if self.new_client_order_id not in {None, order.client_order_id}:
            return "the order does not have this request's new_client_order_id"
        return None

    def amended(
        self,
        found: OrderReport,
        execution: OrderAmendment | ExecutionReport,
        *,
        at: Instant,
        evidence: Evidence,
    ) -> AmendReport:
        """Return the result of this amend from the queries or the event that prove it."""
        facts = {name: getattr(found, name) for name in fields_dict(OrderReport)}
        facts["orig_client_order_id"] = execution.orig_client_order_id
        return AmendReport(
            transact_time=at,
            execution_id=execution.execution_id,
            amended_order=AmendedOrder(**facts),
            evidence=evidence,
        )
