"""Orders, and the lists they are in: plain frozen values.

A `Leg` is what somebody wants to stand in the book; an `Order` is one that does, with the ids the
venue gave it; an `OrderList` is two or three orders of one symbol.  Times are nanoseconds since
1970.

Invariant: an order keeps the client id it was placed under for ever; the id of the cancel that
ended it stands beside it and never over it.  What a reply shows of the two is the front's affair.
"""

from __future__ import annotations

from decimal import Decimal

from attrs import evolve, field, frozen
from attrs.converters import optional as or_none
from attrs.validators import optional

from orderlists import InvalidSetting
from orderlists_simulator._amounts import amount
from orderlists_simulator._terms import (
    FINAL,
    STOP_TYPES,
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
    one_of,
)


@frozen(kw_only=True)
class _Facts:
    side: Side = field(validator=one_of(Side))
    type: OrderType = field(validator=one_of(OrderType))
    quantity: Decimal | None = field(default=None, converter=or_none(amount))
    price: Decimal = field(default=Decimal(0), converter=amount)
    stop_price: Decimal | None = field(default=None, converter=or_none(amount))
    trailing_delta: int | None = None
    trailing_time: int | None = None
    time_in_force: TimeInForce = field(default="GTC", validator=one_of(TimeInForce))
    iceberg_qty: Decimal | None = field(default=None, converter=or_none(amount))
    strategy_id: int | None = None
    strategy_type: int | None = None
    self_trade_prevention_mode: SelfTradePreventionMode = field(
        default="NONE", validator=one_of(SelfTradePreventionMode)
    )
    peg_price_type: PegPriceType | None = field(
        default=None, validator=optional(one_of(PegPriceType))
    )
    peg_offset_type: PegOffsetType | None = field(
        default=None, validator=optional(one_of(PegOffsetType))
    )
    peg_offset_value: int | None = None
    pegged_price: Decimal | None = field(default=None, converter=or_none(amount))
    used_sor: bool | None = None
    working_floor: WorkingFloor | None = field(
        default=None, validator=optional(one_of(WorkingFloor))
    )
    status: OrderStatus = field(default="NEW", validator=one_of(OrderStatus))
    executed_qty: Decimal = field(default=Decimal(0), converter=amount)
    quote_qty: Decimal = field(default=Decimal(0), converter=amount)
    prevented_match_id: int | None = None
    prevented_quantity: Decimal | None = field(default=None, converter=or_none(amount))
    expiry_reason: ExpiryReason | None = field(
        default=None, validator=optional(one_of(ExpiryReason))
    )

    def __attrs_post_init__(self) -> None:
        if self.type in STOP_TYPES and self.stop_price is None and self.trailing_delta is None:
            rule = f"{self.type} waits for a price or a trailing delta"
            raise InvalidSetting(field="stop_price", value=None, rule=rule)

    @property
    def is_final(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self.status in FINAL


@frozen(kw_only=True)
class Leg(_Facts):
    """One order of a list, as it is to stand in the book.

    Amounts are given as Decimal, int or text.  A field that is None does not appear in replies.

    Attributes:
        quantity: None for the pending leg of an OPO, which has none before its working leg filled.
        price: 0 for a type without a limit price.
        client_order_id: None for one made by the venue.
        trailing_time: When the trailing began, in nanoseconds; None for not yet.
        quote_qty: What was exchanged in the quote asset so far.

    Raises:
        InvalidSetting: A word is not one of the exchange's, an amount is a float or negative, or a
            type that waits for a trigger has neither stop price nor trailing delta.

    >>> Leg(side="SELL", type="LIMIT_MAKER", quantity="10", price="3").price
    Decimal('3')
    """

    client_order_id: str | None = None


@frozen(kw_only=True)
class Order(_Facts):
    """An order in the book, or one that was.  It has the fields of a `Leg` as well.

    Attributes:
        client_order_id: The id it was placed under, also after a cancel.
        update_time: When it last changed, in nanoseconds.
        working_time: When it came onto the book, in nanoseconds; None for not yet, or never.
        cancel_id: The client id of the cancel that ended it; None if none did.
    """

    symbol: str
    order_list_id: int
    order_id: int
    client_order_id: str
    time: int
    update_time: int
    working_time: int | None = None
    cancel_id: str | None = None

    def canceled(self, cancel_id: str, *, now: int) -> Order:
        """Return the same order after a cancel."""
        return evolve(self, status="CANCELED", cancel_id=cancel_id, update_time=now)


@frozen(kw_only=True)
class OrderList:
    """Two or three orders of one symbol that live and end together.

    Attributes:
        account: Whose it is.
        transaction_time: When the list last changed; in nanoseconds.
        orders: In the order in which replies name them.
        canceled_by: The client id of the cancel that ended it (``newClientOrderId``, or the one the
            venue made); None if none did.  This is the truth to compare a client's verdict with.
    """

    account: str
    order_list_id: int
    contingency_type: ContingencyType = field(validator=one_of(ContingencyType))
    list_client_order_id: str
    transaction_time: int
    symbol: str
    orders: tuple[Order, ...]
    canceled_by: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether at least one of its orders is still alive."""
        return not all(order.is_final for order in self.orders)

    def canceled(self, cancel_id: str, *, now: int) -> Cancellation:
        """Return what a cancel makes of it: whatever is still alive ends."""
        orders = tuple(
            each if each.is_final else each.canceled(cancel_id, now=now) for each in self.orders
        )
        pairs = zip(self.orders, orders, strict=True)
        return Cancellation(
            order_list=evolve(self, orders=orders, transaction_time=now, canceled_by=cancel_id),
            canceled=tuple(after for before, after in pairs if after is not before),
        )

    @property
    def list_status_type(self) -> ListStatusType:
        """``EXEC_STARTED`` while it is open, then ``ALL_DONE``."""
        return "EXEC_STARTED" if self.is_open else "ALL_DONE"

    @property
    def list_order_status(self) -> ListOrderStatus:
        """``EXECUTING`` while it is open, then ``ALL_DONE``."""
        return "EXECUTING" if self.is_open else "ALL_DONE"


@frozen(kw_only=True)
class Cancellation:
    """What one accepted cancel did.

    Attributes:
        order_list: The list, as it is now.
        canceled: The orders that this cancel ended, so none that were final before.
    """

    order_list: OrderList
    canceled: tuple[Order, ...]
