"""Matching: what the last price of a symbol does to the orders of a list, one step at a time.

The market is one price with a quantity that can be taken at it.  A step is the trigger of a stop, a
fill, or the expiry of what an order may not leave on the book; steps follow until there is none.
An order that enters the book fills at the last price, and one that rested on it at its own.  Which
orders rested is an argument, because times do not show it: a placement and the next price may be at
the same time.  Orders with a peg rest: their price is not known here.  Pure functions.

Source: the FAQs on order lists and on trailing stops.

Invariant: a step changes the list, and a step that takes a quantity takes no more than there is.
"""

from __future__ import annotations

from decimal import Decimal

from attrs import evolve, field, frozen

from orderlists_simulator._engine.balances import Balances
from orderlists_simulator._engine.enums import MARKET_TYPES, STOP_TYPES, ExpiryReason, OrderType
from orderlists_simulator._engine.lifecycle import (
    ended,
    filled,
    refused_release,
    released,
    triggered,
)
from orderlists_simulator._engine.orders import Leg, Order, VenueOrderList
from orderlists_simulator._engine.trailing import Trail, trigger_price

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
        taken: The quantity that was filled.
    """

    order_list: VenueOrderList
    taken: Decimal = field(default=Decimal(0))


@frozen(kw_only=True)
class Conditions:
    """What decides about a step.

    Attributes:
        quote: The market.
        trail: The prices that trailing stops have seen.
        balances: The balances of the accounts.
        resting: The ids of the orders that were on the book before this market; see
            `resting_orders`.
        trade_id: The id of the trade, if the step is one.
        now: In nanoseconds.
    """

    quote: Quote
    trail: Trail
    balances: Balances
    resting: frozenset[int]
    trade_id: int
    now: int

    def offered(self, order_list: VenueOrderList, order: Order, price: Decimal) -> Decimal:
        """Return how much of what is left of an order can be filled at a price."""
        wanted = order.left_qty
        limit = self.balances.limit(order_list, order, price)
        return self.quote.offered(wanted if limit is None else min(wanted, limit))


def resting_orders(order_list: VenueOrderList) -> frozenset[int]:
    """Return the ids of the orders of a list that are on the book."""
    return frozenset(
        each.order_id
        for each in order_list.orders
        if each.is_placed and each.working_time is not None
    )


def next_step(order_list: VenueOrderList, market: Conditions) -> Step | None:
    """Return the next step of a list in a market; None if there is none."""
    placed = (each for each in order_list.orders if each.is_placed)
    steps = (_step(order_list, each, market) for each in placed)
    return next((each for each in steps if each is not None), None)


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
    if order.type in MARKET_TYPES:
        return True
    return reaches(price, order.price, rising=order.side == "SELL")


def _step(order_list: VenueOrderList, order: Order, market: Conditions) -> Step | None:
    last, now = market.quote.price, market.now
    if order.type in STOP_TYPES and order.working_time is None:
        rising = rises_to_trigger(order)
        level = trigger_price(order, market.trail, rising=rising)
        if level is None or not reaches(last, level, rising=rising):
            return None
        return Step(order_list=triggered(order_list, order.order_id, now=now))
    takes = order.type in MARKET_TYPES or order.order_id not in market.resting
    price = last if takes else order.price
    offered = market.offered(order_list, order, price) if crosses(order, last) else Decimal(0)
    if offered > 0 and not (order.time_in_force == "FOK" and offered < order.left_qty):
        return _fill(order_list, order, offered, market, takes=takes)
    reason = _expiry_reason(order)
    if reason is None:
        return None
    return Step(order_list=ended(order_list, order.order_id, reason, now=now))


def _expiry_reason(order: Order) -> ExpiryReason | None:
    """Return why an order expires that cannot fill now; None if it rests on the book."""
    if order.type in MARKET_TYPES:
        return "INSUFFICIENT_LIQUIDITY"
    reasons: dict[str, ExpiryReason] = {
        "IOC": "UNFILLED_IOC_QUANTITY_EXPIRED",
        "FOK": "UNFILLED_FOK_ORDER_EXPIRED",
    }
    return reasons.get(order.time_in_force)


def _fill(
    order_list: VenueOrderList, order: Order, quantity: Decimal, market: Conditions, *, takes: bool
) -> Step:
    now = market.now
    after = filled(
        order_list,
        order.order_id,
        quantity,
        price=market.quote.price if takes else order.price,
        takes=takes,
        trade_id=market.trade_id,
        balances=market.balances,
        now=now,
    )
    new = released(order_list, after)
    crossing = any(_is_refused(each, market.quote.price) for each in new)
    if new and (crossing or not market.balances.covers(after)):
        after = refused_release(order_list, after, now=now)
    return Step(order_list=after, taken=quantity)


def _is_refused(order: Order | Leg, price: Decimal) -> bool:
    if order.type in STOP_TYPES:
        return would_trigger(order, price)
    return order.type == "LIMIT_MAKER" and crosses(order, price)
