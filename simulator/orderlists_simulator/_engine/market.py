"""The markets of a venue: the last price of each symbol, and the orders that it executes.

A symbol without a price has no market: its orders rest until `Venue.fill` fills them.  A price is a
jump: nothing trades between two prices.  Orders are executed list by list, the oldest list first.

Invariant: after a price was set, no order of the symbol is left that it triggers or fills.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from attrs import evolve

from orderlists import InvalidSetting
from orderlists_simulator._engine.enums import STOP_TYPES
from orderlists_simulator._engine.matching import (
    Conditions,
    Quote,
    Step,
    next_step,
    reaches,
    resting_orders,
    rises_to_trigger,
)
from orderlists_simulator._engine.orders import Order, VenueOrderList
from orderlists_simulator._engine.state import VenueState
from orderlists_simulator._engine.symbols import check_known
from orderlists_simulator._engine.time import in_nanoseconds
from orderlists_simulator._engine.trailing import Trail
from orderlists_simulator._validators import Amount, amount


class Market:
    """The part of a venue that has prices.

    Args:
        state: The state of the venue.
    """

    def __init__(self, state: VenueState) -> None:
        self._state = state
        self._quotes: dict[str, Quote] = {}
        self._trail = Trail()

    def last_price(self, symbol: str) -> Decimal | None:
        """Return the last price of a symbol; None if it has none."""
        with self._state.notifier.lock:
            quote = self._quotes.get(symbol)
            return None if quote is None else quote.price

    def last_prices(self) -> dict[str, Decimal]:
        """Return the last price of each symbol that has one."""
        with self._state.notifier.lock:
            return {symbol: quote.price for symbol, quote in self._quotes.items()}

    def set_price(
        self, symbol: str, price: Amount, *, available: Amount | None = None, now: int
    ) -> None:
        """Set the last price of a symbol, and execute the orders that it triggers or fills.

        Args:
            symbol: One of the venue's symbols.
            price: As Decimal, int or text.
            available: How much can be taken at this price; None for any quantity.
            now: In nanoseconds.

        Raises:
            InvalidSetting: The symbol is unknown; an amount is a float, negative or not a number.
        """
        check_known(symbol, self._state.symbols, field="symbol")
        size = None if available is None else amount(available, "available")
        quote = Quote(price=amount(price, "price"), available=size)
        with self._state.at(now):
            self._quotes[symbol] = quote
            for each in self._state.store.open_lists(None, symbol):
                self.execute(each, resting=resting_orders(each), now=now)

    def walk(self, symbol: str, prices: Iterable[Amount], *, every: float = 1.0, now: int) -> None:
        """Schedule prices of a symbol, one after the other; the first is set now.

        Args:
            symbol: One of the venue's symbols.
            prices: As Decimal, int or text.
            every: Seconds between two prices.
            now: In nanoseconds.

        Raises:
            InvalidSetting: The symbol is unknown, there is no price, or one is a float, negative or
                not a number.
        """
        check_known(symbol, self._state.symbols, field="symbol")
        moves = [amount(each, f"prices[{number}]") for number, each in enumerate(prices)]
        if not moves:
            raise InvalidSetting(field="prices", value=moves, rule="must be at least one price")
        with self._state.at(now):
            for number, price in enumerate(moves):
                self._schedule(symbol, price, now + in_nanoseconds(number * every))
            self._state.scheduler.run(until=now)
            self._state.notifier.notify()

    def execute(
        self, order_list: VenueOrderList, *, resting: frozenset[int], now: int
    ) -> VenueOrderList:
        """Execute the orders of a list in the market, and return the list after it.

        Args:
            order_list: The list.
            resting: The ids of its orders that rested on the book, and fill at their own prices;
                none for a new list.
            now: In nanoseconds.
        """
        quote = self._quotes.get(order_list.symbol)
        if quote is None:
            return order_list
        after = self._follow(order_list, quote, now)
        while (step := self._next_step(after, quote, resting, now)) is not None:
            self._state.replace(after, step.order_list, now=now)
            quote = quote.without(step.taken)
            after = self._follow(step.order_list, quote, now)
        self._quotes[order_list.symbol] = quote
        return after

    def _next_step(
        self, order_list: VenueOrderList, quote: Quote, resting: frozenset[int], now: int
    ) -> Step | None:
        conditions = Conditions(
            quote=quote,
            trail=self._trail,
            balances=self._state.balances,
            resting=resting,
            trade_id=self._state.recorder.next_trade_id,
            now=now,
        )
        return next_step(order_list, conditions)

    def _schedule(self, symbol: str, price: Decimal, time: int) -> None:
        self._state.scheduler.add(time, lambda due: self.set_price(symbol, price, now=due))

    def _follow(self, order_list: VenueOrderList, quote: Quote, now: int) -> VenueOrderList:
        """Let the trailing orders of a list see the price, and note where trailing begins."""
        orders = tuple(self._trailing(each, quote.price, now) for each in order_list.orders)
        if orders == order_list.orders:
            return order_list
        after = evolve(order_list, orders=orders)
        self._state.replace(order_list, after, now=now)
        return after

    def _trailing(self, order: Order, price: Decimal, now: int) -> Order:
        waits = order.type in STOP_TYPES and order.working_time is None and order.is_placed
        if order.trailing_delta is None or not waits:
            return order
        rising = rises_to_trigger(order)
        stop = price if order.stop_price is None else order.stop_price
        if order.trailing_time is None and not reaches(price, stop, rising=rising):
            return order
        self._trail.follow(order.order_id, price, rising=rising)
        return order if order.trailing_time is not None else evolve(order, trailing_time=now)
