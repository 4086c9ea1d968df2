"""Orders and order lists: frozen values.

A `Leg` is an order as it is to be placed; an `Order` was placed and has ids; a `VenueOrderList` is
two or three orders of one symbol.  Times are nanoseconds since 1970.

Invariant: an order keeps the client id under which it was placed or last amended; the id of the
cancel that ended it is a field of its own.  Which of the two a reply shows is up to the code that
writes the reply.
"""

from __future__ import annotations

from decimal import Decimal

from attrs import evolve, field, frozen
from attrs.converters import optional as or_none
from attrs.validators import optional

from orderlists import InvalidSetting
from orderlists_simulator._engine.enums import (
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
)
from orderlists_simulator._engine.symbols import assets_of
from orderlists_simulator._validators import Amount, Validator, amount, one_of


def _none_or(literal: object) -> Validator:
    return optional(one_of(literal))


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
    peg_price_type: PegPriceType | None = field(default=None, validator=_none_or(PegPriceType))
    peg_offset_type: PegOffsetType | None = field(default=None, validator=_none_or(PegOffsetType))
    peg_offset_value: int | None = None
    pegged_price: Decimal | None = field(default=None, converter=or_none(amount))
    used_sor: bool | None = None
    working_floor: WorkingFloor | None = field(default=None, validator=_none_or(WorkingFloor))
    status: OrderStatus = field(default="NEW", validator=one_of(OrderStatus))
    executed_qty: Decimal = field(default=Decimal(0), converter=amount)
    quote_qty: Decimal = field(default=Decimal(0), converter=amount)
    prevented_match_id: int | None = None
    prevented_quantity: Decimal | None = field(default=None, converter=or_none(amount))
    expiry_reason: ExpiryReason | None = field(default=None, validator=_none_or(ExpiryReason))

    def __attrs_post_init__(self) -> None:
        if self.type in STOP_TYPES and self.stop_price is None and self.trailing_delta is None:
            rule = f"must be given for {self.type}, or else a trailing delta"
            raise InvalidSetting(field="stop_price", value=None, rule=rule)

    @property
    def is_final(self) -> bool:
        """Whether its status is final."""
        return self.status in FINAL


@frozen(kw_only=True)
class Leg(_Facts):
    """One order of a list, as it is to be placed.

    Amounts are given as Decimal, int or text.  A field that is None does not appear in replies.

    Attributes:
        quantity: None for the pending leg of an OPO, which has none before its working leg is
            filled.
        price: 0 for a type without a limit price.
        client_order_id: None to have the venue generate one.
        trailing_time: When the trailing began, in nanoseconds; None for not yet.
        quote_qty: The amount of the quote asset exchanged so far.

    Raises:
        InvalidSetting: A value is not one of the exchange's enum, an amount is a float or negative,
            or a type with a trigger has neither stop price nor trailing delta.

    >>> Leg(side="SELL", type="LIMIT_MAKER", quantity="10", price="3").price
    Decimal('3')
    """

    client_order_id: str | None = None


@frozen(kw_only=True)
class NewOrderList:
    """A list as it is to be placed.

    Attributes:
        symbol: The symbol.
        contingency_type: ``OCO``, or ``OTO`` for any other kind.
        legs: In the order of the replies; the pending ones are ``PENDING_NEW``, and those of an OPO
            have no quantity.
        list_client_order_id: None to have the venue generate one.
        account: Its owner.
    """

    symbol: str
    contingency_type: ContingencyType
    legs: tuple[Leg, ...]
    list_client_order_id: str | None
    account: str


@frozen(kw_only=True)
class NewOrder:
    """A single order as it is to be placed.

    Attributes:
        symbol: The symbol.
        leg: The order.
        account: Its owner.
    """

    symbol: str
    leg: Leg
    account: str


@frozen(kw_only=True)
class Trade:
    """A trade of an order.

    Attributes:
        trade_id: Its id, which replies and events share.
        price: The price.
        quantity: The quantity.
        commission: The commission, in the asset that the order receives.
        is_maker: Whether the order rested on the book, and did not take.
    """

    trade_id: int
    price: Decimal
    quantity: Decimal
    commission: Decimal = Decimal(0)
    is_maker: bool = False


@frozen(kw_only=True)
class Amendment:
    """An amendment of an order.

    Attributes:
        execution_id: Its number, which replies and events share.
        orig_client_order_id: The client id of the order before it.
        new_client_order_id: The client id after it.
        orig_quantity: The quantity before it.
        new_quantity: The quantity after it.
        time: In nanoseconds.
    """

    execution_id: int
    orig_client_order_id: str
    new_client_order_id: str
    orig_quantity: Decimal
    new_quantity: Decimal
    time: int


@frozen(kw_only=True)
class Order(_Facts):
    """An order that was placed, open or finished.  It has the fields of a `Leg` as well.

    Attributes:
        client_order_id: The id under which it was placed or last amended, also after a cancel.
        update_time: Of its last change, in nanoseconds.
        working_time: When it entered the order book, in nanoseconds; None for not yet, or never.
        cancel_id: The client id of the cancel that ended it; None if none did.
        trades: Its trades, oldest first.
        amendments: Its amendments, oldest first.
    """

    symbol: str
    order_list_id: int
    order_id: int
    client_order_id: str
    time: int
    update_time: int
    working_time: int | None = None
    cancel_id: str | None = None
    trades: tuple[Trade, ...] = ()
    amendments: tuple[Amendment, ...] = ()

    @property
    def is_placed(self) -> bool:
        """Whether it is neither pending nor final."""
        return not self.is_final and self.status != "PENDING_NEW"

    @property
    def left_qty(self) -> Decimal:
        """How much of it is not filled."""
        return (Decimal(0) if self.quantity is None else self.quantity) - self.executed_qty

    @property
    def received_asset(self) -> str:
        """What its trades receive: the base asset of a BUY, the quote asset of a SELL."""
        base, quote = assets_of(self.symbol)
        return base if self.side == "BUY" else quote

    @property
    def spent_asset(self) -> str:
        """What its trades spend."""
        base, quote = assets_of(self.symbol)
        return quote if self.side == "BUY" else base

    @property
    def received(self) -> Decimal:
        """How much it received so far, less commission."""
        received = self.executed_qty if self.side == "BUY" else self.quote_qty
        return received - sum(each.commission for each in self.trades)

    @property
    def spent(self) -> Decimal:
        """How much it spent so far."""
        return self.quote_qty if self.side == "BUY" else self.executed_qty

    def canceled(self, cancel_id: str, *, now: int) -> Order:
        """Return the order after a cancel."""
        return evolve(self, status="CANCELED", cancel_id=cancel_id, update_time=now)


@frozen(kw_only=True)
class VenueOrderList:
    """Two or three orders of one symbol with a contingency between them.

    A single order is kept as a list of one, with an id that no list has.

    Attributes:
        account: Its owner.
        contingency_type: ``OCO`` or ``OTO``; None for a single order.
        transaction_time: Of its last change, in nanoseconds.
        orders: In the order in which replies name them.
        canceled_by: The client id of the cancel that ended it (``newClientOrderId``, or one
            generated by the venue); None if none did.  Compare a client's result with this.
    """

    account: str
    order_list_id: int
    contingency_type: ContingencyType | None = field(validator=optional(one_of(ContingencyType)))
    list_client_order_id: str
    transaction_time: int
    symbol: str
    orders: tuple[Order, ...]
    canceled_by: str | None = None

    @property
    def is_single(self) -> bool:
        """Whether it is a single order, and no list."""
        return self.contingency_type is None

    @property
    def is_open(self) -> bool:
        """Whether at least one of its orders is not final."""
        return not all(order.is_final for order in self.orders)

    def open_orders(self, order_id: int | None, name: str | None) -> tuple[Order, ...]:
        """Return its orders that are not final and have these ids; None stands for any id."""
        return tuple(
            each
            for each in self.orders
            if not each.is_final
            and order_id in {None, each.order_id}
            and name in {None, each.client_order_id}
        )

    def canceled(self, cancel_id: str, *, now: int) -> Cancellation:
        """Return the result of a cancel, which ends every order that is not final."""
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
    """The result of an accepted cancel.

    Attributes:
        order_list: The list after it.
        canceled: The orders that it ended; those that were final before are not among them.
    """

    order_list: VenueOrderList
    canceled: tuple[Order, ...]


def oco_legs(
    *,
    side: Side,
    quantity: Amount,
    price: Amount,
    stop_price: Amount,
    stop_limit_price: Amount | None,
    limit_client_order_id: str | None,
    stop_client_order_id: str | None,
) -> tuple[Leg, Leg]:
    """Return the legs of an OCO in the order of the documented replies: stop loss, limit maker.

    Raises:
        InvalidSetting: An amount is a float, negative or not a number.
    """
    stop = Leg(
        side=side,
        type="STOP_LOSS" if stop_limit_price is None else "STOP_LOSS_LIMIT",
        quantity=quantity,
        price=0 if stop_limit_price is None else stop_limit_price,
        stop_price=stop_price,
        client_order_id=stop_client_order_id,
    )
    limit = Leg(
        side=side,
        type="LIMIT_MAKER",
        quantity=quantity,
        price=price,
        client_order_id=limit_client_order_id,
    )
    return stop, limit
