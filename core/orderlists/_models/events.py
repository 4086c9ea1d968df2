"""User-data events of an account.

Attributes have the names of the corresponding attributes of `OrderReport` and `OrderList`; their
wire names have one to three letters.

Source: *User Data Streams*.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, TypeAlias

from attrs import field, frozen

from orderlists._models.base import JsonForm, Result
from orderlists._models.fields import sent_as
from orderlists._models.shapes import One
from orderlists._time import Instant
from orderlists.enums import (
    ContingencyType,
    ExecutionType,
    ExpiryReason,
    ListOrderStatus,
    ListStatusType,
    MatchType,
    OrderStatus,
    OrderType,
    PegOffsetType,
    PegPriceType,
    RejectReason,
    SelfTradePreventionMode,
    Side,
    TimeInForce,
    WorkingFloor,
)


@frozen(kw_only=True, slots=False, repr=False)
class ListedOrderEvent(Result):
    """One order of a list, by its ids alone."""

    symbol: str = sent_as("s")
    order_id: int = sent_as("i")
    client_order_id: str = sent_as("c")

    def __repr__(self) -> str:
        return f"<ListedOrderEvent {self.order_id} {self.symbol} {self.client_order_id}>"


@frozen(kw_only=True, slots=False, repr=False)
class ListStatus(Result):
    """An event about an order list: ``listStatus``.

    Attributes:
        event_time: When the exchange sent it.
        transaction_time: When it happened.
        reject_reason: ``NONE`` unless the list was rejected.
        orders: Its orders.
    """

    event_type: str = sent_as("e")
    event_time: Instant = sent_as("E")
    symbol: str = sent_as("s")
    order_list_id: int = sent_as("g")
    contingency_type: ContingencyType = sent_as("c")
    list_status_type: ListStatusType = sent_as("l")
    list_order_status: ListOrderStatus = sent_as("L")
    reject_reason: RejectReason = sent_as("r")
    list_client_order_id: str = sent_as("C")
    transaction_time: Instant = sent_as("T")
    orders: tuple[ListedOrderEvent, ...] = sent_as("O")

    def __repr__(self) -> str:
        return (
            f"<ListStatus {self.order_list_id} {self.symbol} {self.contingency_type} "
            f"{self.list_status_type} {self.list_order_status}>"
        )


@frozen(kw_only=True, slots=False, repr=False)
class ExecutionReport(Result):
    """An event about an order: ``executionReport``.

    Attributes:
        event_time: When the exchange sent it.
        client_order_id: The current client id; on a canceled order the id of the cancel.
        orig_client_order_id: The client id before the cancel; else empty.
        execution_type: What happened.
        status: The current status of the order.
        order_list_id: The list it belongs to; -1 for none.
        transact_time: When it happened.
        trade_id: -1 for no trade.
        execution_id: The id of this report.
        is_working: Whether it is on the order book.
        is_maker: Whether it was the maker of the trade.
        time: When it was placed.
        working_time: When it was added to the order book.
        ignored: Documented as to be ignored.
    """

    event_type: str = sent_as("e")
    event_time: Instant = sent_as("E")
    symbol: str = sent_as("s")
    client_order_id: str = sent_as("c")
    side: Side = sent_as("S")
    type: OrderType = sent_as("o")
    time_in_force: TimeInForce = sent_as("f")
    orig_qty: Decimal = sent_as("q")
    price: Decimal = sent_as("p")
    stop_price: Decimal = sent_as("P")
    iceberg_qty: Decimal = sent_as("F")
    order_list_id: int = sent_as("g")
    orig_client_order_id: str = sent_as("C")
    execution_type: ExecutionType = sent_as("x")
    status: OrderStatus = sent_as("X")
    reject_reason: RejectReason = sent_as("r")
    order_id: int = sent_as("i")
    last_executed_qty: Decimal = sent_as("l")
    executed_qty: Decimal = sent_as("z")
    last_price: Decimal = sent_as("L")
    commission: Decimal | None = sent_as("n", default=None)
    commission_asset: str | None = sent_as("N", default=None)
    transact_time: Instant = sent_as("T")
    trade_id: int = sent_as("t")
    execution_id: int = sent_as("I")
    is_working: bool = sent_as("w")
    is_maker: bool = sent_as("m")
    ignored: bool | None = sent_as("M", default=None)
    time: Instant = sent_as("O")
    cumulative_quote_qty: Decimal = sent_as("Z")
    last_quote_qty: Decimal = sent_as("Y")
    orig_quote_order_qty: Decimal = sent_as("Q")
    self_trade_prevention_mode: SelfTradePreventionMode | None = sent_as("V", default=None)
    trailing_delta: int | None = sent_as("d", default=None)
    trailing_time: Instant | None = sent_as("D", default=None)
    strategy_id: int | None = sent_as("j", default=None)
    strategy_type: int | None = sent_as("J", default=None)
    prevented_match_id: int | None = sent_as("v", default=None)
    prevented_quantity: Decimal | None = sent_as("A", default=None)
    last_prevented_quantity: Decimal | None = sent_as("B", default=None)
    trade_group_id: int | None = sent_as("u", default=None)
    counter_order_id: int | None = sent_as("U", default=None)
    counter_symbol: str | None = sent_as("Cs", default=None)
    prevented_execution_qty: Decimal | None = sent_as("pl", default=None)
    prevented_execution_price: Decimal | None = sent_as("pL", default=None)
    prevented_execution_quote_qty: Decimal | None = sent_as("pY", default=None)
    working_time: Instant | None = sent_as("W", default=None)
    match_type: MatchType | None = sent_as("b", default=None)
    allocation_id: int | None = sent_as("a", default=None)
    working_floor: WorkingFloor | None = sent_as("k", default=None)
    used_sor: bool | None = sent_as("uS", default=None)
    peg_price_type: PegPriceType | None = sent_as("gP", default=None)
    peg_offset_type: PegOffsetType | None = sent_as("gOT", default=None)
    peg_offset_value: int | None = sent_as("gOV", default=None)
    pegged_price: Decimal | None = sent_as("gp", default=None)
    expiry_reason: ExpiryReason | None = sent_as("eR", default=None)

    def __repr__(self) -> str:
        return (
            f"<ExecutionReport {self.order_id} {self.symbol} {self.side} {self.type} "
            f"{self.execution_type} {self.status}>"
        )


@frozen(kw_only=True, slots=False, repr=False)
class OtherEvent(JsonForm):
    """An event of another type, or with a malformed required field, undecoded.

    Attributes:
        event_type: The type, such as ``outboundAccountPosition``.
        fields: The whole event.
    """

    event_type: str
    fields: Mapping[str, Any] = field(hash=False)

    def __repr__(self) -> str:
        return f"<OtherEvent {self.event_type}>"


class GapReason(Enum):
    """Why events are missing.

    ``CONNECTION``: the connection ended.  ``BUFFER``: the consumer was too slow, and the buffer
    overflowed.
    """

    CONNECTION = "CONNECTION"
    BUFFER = "BUFFER"


@frozen(kw_only=True, slots=False)
class Gap(JsonForm):
    """Events are missing here.  The exchange does not send them again: query the current state.

    Attributes:
        reason: Why they are missing.
        count: How many are missing; None if unknown.
    """

    reason: GapReason
    count: int | None = None


Event: TypeAlias = ListStatus | ExecutionReport | OtherEvent
"""Anything that a subscription delivers."""

KINDS: Mapping[str, type[ListStatus | ExecutionReport]] = {
    "listStatus": ListStatus,
    "executionReport": ExecutionReport,
}
"""The event types with a class of their own, by name."""

SHAPES = {name: One(kind) for name, kind in KINDS.items()}
"""The shapes of these."""
