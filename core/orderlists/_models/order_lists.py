"""Order lists, their orders, and the report on each order.

The same types for every protocol and format.  Amounts are Decimal, ids are int, times carry their
unit, and a field that the exchange did not send is None.  Unknown fields are in `unknown_fields`,
malformed optional fields in `malformed_fields`.

Attribute names are the exchange's names in snake case, except that ``cummulativeQuoteQty`` is spelt
correctly.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from attrs import field, frozen

from orderlists._models.base import Result
from orderlists._models.fields import LOCAL, sent_as
from orderlists._time import Instant
from orderlists.enums import (
    ContingencyType,
    ExpiryReason,
    ListOrderStatus,
    ListStatusType,
    OrderStatus,
    OrderType,
    PegOffsetType,
    PegPriceType,
    SelfTradePreventionMode,
    Side,
    TimeInForce,
    WorkingFloor,
)


@frozen(kw_only=True, slots=False, repr=False)
class ListedOrder(Result):
    """One order of a list, by its ids alone.

    Attributes:
        client_order_id: The client id of the order; in the reply to a cancel the one before it.
    """

    symbol: str
    order_id: int
    client_order_id: str

    def __repr__(self) -> str:
        return f"<ListedOrder {self.order_id} {self.symbol} {self.client_order_id}>"


@frozen(kw_only=True, slots=False, repr=False)
class OrderFill(Result):
    """One trade of an order, as the reply to its placement reports it.

    Attributes:
        price: The price.
        qty: The quantity.
        commission: What it cost.
        commission_asset: In which asset.
        trade_id: The id of the trade.
    """

    price: Decimal
    qty: Decimal
    commission: Decimal
    commission_asset: str
    trade_id: int | None = None

    def __repr__(self) -> str:
        # Written out, because Python writes the 0.00000000 of the exchange as 0E-8.
        cost = f"commission {self.commission:f} {self.commission_asset}"
        return f"<OrderFill {self.trade_id} {self.qty:f} at {self.price:f}, {cost}>"


@frozen(kw_only=True, slots=False, repr=False)
class OrderReport(Result):
    """The state of one order, as a reply to a cancel, a placement or a query reports it.

    Attributes:
        order_list_id: The list it belongs to; -1 for none.
        client_order_id: The current client id; on a canceled order the id of the cancel.
        orig_client_order_id: The client id before the cancel.
        transact_time: When the reported transaction was executed.
        price: The limit price.
        orig_qty: The quantity ordered; not sent for a pending order without one yet.
        executed_qty: The quantity filled so far.
        orig_quote_order_qty: The quantity ordered in the quote asset; 0 if it was not.
        cumulative_quote_qty: The quote asset traded so far; below 0 means not available.
        stop_price: The price that triggers it (stop and take-profit orders).
        iceberg_qty: The visible part of an iceberg order.
        trailing_delta: The distance of a trailing stop, in basis points.
        trailing_time: When the trailing stop became active; -1 for not yet.
        strategy_id: Your own id of the strategy.
        strategy_type: Your own number for the kind of strategy.
        prevented_match_id: The match that self-trade prevention stopped.
        prevented_quantity: The quantity that expired by self-trade prevention.
        used_sor: Whether smart order routing was used.
        working_floor: Where it worked.
        peg_price_type: The price that a pegged order follows.
        peg_offset_type: The unit of the peg offset.
        peg_offset_value: The peg offset.
        pegged_price: The price it is pegged at, once known.
        expiry_reason: Why it expired.
        time: When it was placed.  This and the next three come in replies to queries only.
        update_time: When it last changed.
        fills: Its trades within the placement, in a reply to a placement of type ``FULL``.
        is_working: Whether it is in the order book.
        working_time: When it entered the order book; -1 for not yet.
    """

    symbol: str
    order_id: int
    order_list_id: int
    client_order_id: str
    orig_client_order_id: str | None = None
    transact_time: Instant | None = None
    price: Decimal | None = None
    orig_qty: Decimal | None = None
    executed_qty: Decimal | None = None
    orig_quote_order_qty: Decimal | None = None
    cumulative_quote_qty: Decimal | None = sent_as("cummulativeQuoteQty", default=None)
    status: OrderStatus | None = None
    time_in_force: TimeInForce | None = None
    type: OrderType | None = None
    side: Side | None = None
    stop_price: Decimal | None = None
    iceberg_qty: Decimal | None = None
    self_trade_prevention_mode: SelfTradePreventionMode | None = None
    trailing_delta: int | None = None
    trailing_time: Instant | None = None
    strategy_id: int | None = None
    strategy_type: int | None = None
    prevented_match_id: int | None = None
    prevented_quantity: Decimal | None = None
    used_sor: bool | None = None
    working_floor: WorkingFloor | None = None
    peg_price_type: PegPriceType | None = None
    peg_offset_type: PegOffsetType | None = None
    peg_offset_value: int | None = None
    pegged_price: Decimal | None = None
    expiry_reason: ExpiryReason | None = None
    time: Instant | None = None
    update_time: Instant | None = None
    fills: tuple[OrderFill, ...] = ()
    is_working: bool | None = None
    working_time: Instant | None = None

    def __repr__(self) -> str:
        known = (self.side, self.type, self.status)
        words = " ".join(str(word) for word in known if word is not None)
        return f"<OrderReport {self.order_id} {self.symbol} {words}>"


@frozen(kw_only=True, slots=False, repr=False)
class OrderList(Result):
    """An order list.

    Attributes:
        order_list_id: The id that the exchange gave it; 0 is a valid id.
        contingency_type: ``OCO`` or ``OTO``; OTOCO, OPO and OPOCO lists are also ``OTO``.
        list_status_type: ``EXEC_STARTED`` while it is open, ``ALL_DONE`` when it is over.
        list_order_status: ``EXECUTING`` while it is open, ``ALL_DONE`` when it is over.
        list_client_order_id: The client id of the list; None if the exchange sends null.
        transaction_time: When it last changed.
        orders: Its two or three orders.
        order_reports: The reports on its orders.  After a cancel there is one for each order that
            was still open, so there may be fewer than `orders`: match them by `order_id`.
    """

    order_list_id: int
    contingency_type: ContingencyType
    list_status_type: ListStatusType
    list_order_status: ListOrderStatus
    list_client_order_id: str | None = None
    transaction_time: Instant
    symbol: str
    orders: tuple[ListedOrder, ...]
    order_reports: tuple[OrderReport, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether it is over: nothing of it can trade any more."""
        return self.list_order_status is not ListOrderStatus.EXECUTING

    def _repr_html_(self) -> str:
        """Return a table of its orders, which notebooks show."""
        from orderlists._models.html import to_html  # noqa: PLC0415 - for notebooks alone

        return to_html(self)

    def __repr__(self) -> str:
        legs = "".join(f" {report.order_id}:{report.status}" for report in self.order_reports)
        return (
            f"<{type(self).__name__} {self.order_list_id} {self.symbol} {self.contingency_type} "
            f"{self.list_order_status}{legs}>"
        )


class Evidence(StrEnum):
    """How a cancel or a placement is known to have been executed.

    ``REPLY``: by its reply.  ``EVENT``, ``QUERY``: the reply was lost, and an event or a query
    reported an order with its id.
    """

    REPLY = "REPLY"
    EVENT = "EVENT"
    QUERY = "QUERY"


@frozen(kw_only=True, slots=False, repr=False)
class CanceledOrderList(OrderList):
    """An order list that was canceled under the request's `new_client_order_id`.

    Attributes:
        evidence: How the cancel is known to have been executed.  With ``EVENT`` and ``QUERY``, an
            attribute of `order_reports` that events or queries do not report is None.
    """

    evidence: Evidence = field(default=Evidence.REPLY, metadata=LOCAL)


@frozen(kw_only=True, slots=False, repr=False)
class PlacedOrderList(OrderList):
    """An order list that a request placed.

    In a reply its reports have what was asked for by `new_order_resp_type`: ids alone, states, or
    states and fills.  A pending order is reported as ``PENDING_NEW`` even where the working order
    was filled at once; queries and events show its state.

    Attributes:
        evidence: How the placement is known to have been executed.  With ``EVENT`` and ``QUERY``,
            an attribute of `order_reports` that events or queries do not report is None.
    """

    evidence: Evidence = field(default=Evidence.REPLY, metadata=LOCAL)
