"""Matching: what the last price of a symbol does to the orders of a list, one step at a time.

The market is one price with a quantity that can be taken at it.  A step is the trigger of a stop, a
fill, or the expiry of what an order may not leave on the book; steps follow until there is none.
An order fills at the last price in the moment in which it enters the book, and at its own price
later.  Orders with a peg rest: their price is not known here.  Pure functions.

Source: the FAQs on order lists and on trailing stops.

Invariant: a step changes the list, and a step that takes a quantity takes no more than there is.
"""

from __future__ import annotations

from decimal import Decimal

from attrs import evolve, field, frozen

from orderlists_simulator._engine.enums import STOP_TYPES, ExpiryReason, OrderType
from orderlists_simulator._engine.lifecycle import (
    ended,
    filled,
    is_placed,
    left_of,
    refused_release,
    triggered,
)
from orderlists_simulator._engine.orders import Leg, Order, VenueOrderList
from orderlists_simulator._engine.trailing import Trail, trigger_price

_AT_MARKET: frozenset[OrderType] = frozenset({"MARKET", "STOP_LOSS", "TAKE_PROFIT"})
_STOP_LOSS: frozenset[OrderType] = frozenset({"STOP_LOSS", "STOP_LOSS_LIMIT"})


@frozen(kw_only=True)
class Quote:
    """The market of a symbol.

    Attributes:
        price: The last price.
        available: How much can be taken at it; None for any quantity.
    """

    price: Decimal
    available: Decimal | None = None

    def offered(self, wanted: Decimal) -> Decimal:
        """Return how much of a quantity can be taken."""
        return wanted if self.available is None else min(wanted, self.available)

    def without(self, taken: Decimal) -> Quote:
        """Return the market after a quantity was taken."""
        return self if self.available is None else evolve(self, available=self.available - taken)


@frozen(kw_only=True)
class Step:
    """One step.

    Attributes:
        order_list: The list after it.
        order: The order that it is about, before it.
        taken: The quantity that was filled.
    """

    order_list: VenueOrderList
    order: Order
    taken: Decimal = field(default=Decimal(0))


def next_step(order_list: VenueOrderList, quote: Quote, trail: Trail, *, now: int) -> Step | None:
    """Return the next step of a list in a market; None if there is none.

    Args:
        order_list: The list.
        quote: The market.
        trail: The prices that its trailing stops have seen.
        now: In nanoseconds.
    """
    for order in order_list.orders:
        if is_placed(order):
            step = _step(order_list, order, quote, trail, now)
            if step is not None:
                return step
    return None


def rises_to_trigger(order: Order | Leg) -> bool:
    """Whether a stop order is triggered by a rise of the price, and not by a fall."""
    return (order.type in _STOP_LOSS) == (order.side == "BUY")


def would_trigger(order: Order | Leg, price: Decimal) -> bool:
    """Whether a stop order without a trailing delta is triggered at a price."""
    if order.stop_price is None or order.trailing_delta is not None:
        return False
    return reaches(price, order.stop_price, rising=rises_to_trigger(order))


def reaches(price: Decimal, level: Decimal, *, rising: bool) -> bool:
    """Whether a price is at a level, or beyond it."""
    return price >= level if rising else price <= level


def crosses(order: Order | Leg, price: Decimal) -> bool:
    """Whether an order on the book can fill at a price."""
    if order.peg_price_type is not None:
        return False
    if order.type in _AT_MARKET:
        return True
    return reaches(price, order.price, rising=order.side == "SELL")


def _step(
    order_list: VenueOrderList, order: Order, quote: Quote, trail: Trail, now: int
) -> Step | None:
    if order.type in STOP_TYPES and order.working_time is None:
        level = trigger_price(order, trail, rising=rises_to_trigger(order))
        if level is None or not reaches(quote.price, level, rising=rises_to_trigger(order)):
            return None
        return Step(order_list=triggered(order_list, order.order_id, now=now), order=order)
    left, reason = left_of(order), _expiry_reason(order)
    offered = quote.offered(left) if crosses(order, quote.price) else Decimal(0)
    if offered > 0 and not (order.time_in_force == "FOK" and offered < left):
        return _fill(order_list, order, offered, quote, now)
    if reason is None:
        return None
    return Step(order_list=ended(order_list, order.order_id, reason, now=now), order=order)


def _expiry_reason(order: Order) -> ExpiryReason | None:
    """Return why an order expires that cannot fill now; None if it rests on the book."""
    if order.type in _AT_MARKET:
        return "INSUFFICIENT_LIQUIDITY"
    reasons: dict[str, ExpiryReason] = {
        "IOC": "UNFILLED_IOC_QUANTITY_EXPIRED",
        "FOK": "UNFILLED_FOK_ORDER_EXPIRED",
    }
    return reasons.get(order.time_in_force)


def _fill(
    order_list: VenueOrderList, order: Order, quantity: Decimal, quote: Quote, now: int
) -> Step:
    at_market = order.type in _AT_MARKET or order.working_time == now
    price = quote.price if at_market else order.price
    after = filled(order_list, order.order_id, quantity, price=price, now=now)
    pairs = zip(order_list.orders, after.orders, strict=True)
    released = [new for old, new in pairs if old.status == "PENDING_NEW" and new.status == "NEW"]
    if any(_is_refused(each, quote.price) for each in released):
        after = refused_release(order_list, after, now=now)
    return Step(order_list=after, order=order, taken=quantity)


def _is_refused(order: Order | Leg, price: Decimal) -> bool:
    if order.type in STOP_TYPES:
        return would_trigger(order, price)
    return order.type == "LIMIT_MAKER" and crosses(order, price)
