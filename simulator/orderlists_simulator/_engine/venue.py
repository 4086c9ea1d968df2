"""The exchange: order lists, keys, limits and time, without a protocol.

Pure state: times and ids come in as arguments.  The endpoints of `_api` call it, and an `ApiError`
is a result as well.  Thread-safe.

Invariant: before the venue does anything, the actions that were due by then have run.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager

from orderlists_simulator._engine.amending import Amending
from orderlists_simulator._engine.behaviour import Behaviour
from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.keys import EXAMPLE_KEY, MAIN_ACCOUNT, ApiKey, KeyStore
from orderlists_simulator._engine.lifecycle import expired, filled
from orderlists_simulator._engine.log import Log
from orderlists_simulator._engine.market import Market
from orderlists_simulator._engine.order_entry import Ids, OrderEntry
from orderlists_simulator._engine.orders import Order, VenueOrderList
from orderlists_simulator._engine.placement import Placement
from orderlists_simulator._engine.queries import Queries, QueryLag, queried_time
from orderlists_simulator._engine.rate_limits import RequestWeight
from orderlists_simulator._engine.state import VenueState
from orderlists_simulator._engine.symbols import Symbol
from orderlists_simulator._validators import Amount, amount


class Venue:
    """An exchange in memory, for order lists.

    Args:
        keys: The API keys it accepts; the key of the exchange's documentation by default.
        symbols: The symbols that are traded; a name alone is a `Symbol` with the usual rules.
        behaviour: Its settings; those of the documentation by default.
        list_ids: The ids of new lists; 0, 1, 2, ... by default.
        order_ids: The ids of new orders; 0, 1, 2, ... by default.
        client_ids: The client ids of lists, orders and cancels that have none.

    An iterator of ids must not end and not repeat.  Times are nanoseconds since 1970, as
    `time.time_ns()` returns them.

    Attributes:
        behaviour: Its settings.
        symbols: The symbols, by name.
        order_entry: Places order lists without any check, and cancels them.
        amending: Amends orders.
        placement: Places order lists and orders as the endpoints do, after every check.
        market: The last prices, which execute orders; a symbol without a price executes none.
        balances: The balances; an account without a deposit is not accounted for.
        order_count: The unfilled orders of each account.
        keys: The API keys.
        request_weight: The request weight used.
        connections: The open WebSocket connections.
        notifier: The lock of the venue, and the signal of a change.
        lags: How stale queries are, and when; may be set at any time.  The longest lag counts.
        log: The requests received, and their executions.
        engine_delay: How long before now the time window of the request that is executed now was
            checked, in nanoseconds.

    >>> venue = Venue()
    >>> oco = venue.order_entry.place_oco(
    ...     symbol="LTCBTC", side="SELL", quantity="10", price="3", stop_price="1", now=0
    ... )
    >>> oco.order_list_id, oco.list_order_status
    (0, 'EXECUTING')
    >>> done = venue.order_entry.cancel(
    ...     symbol="LTCBTC", order_list_id=0, new_client_order_id="mine", now=1
    ... )
    >>> venue.order_list(0).canceled_by
    'mine'
    """

    def __init__(
        self,
        *,
        keys: Iterable[ApiKey] = (EXAMPLE_KEY,),
        symbols: Iterable[Symbol | str] = ("LTCBTC", "BTCUSDT"),
        behaviour: Behaviour | None = None,
        list_ids: Iterator[int] | None = None,
        order_ids: Iterator[int] | None = None,
        client_ids: Iterator[str] | None = None,
    ) -> None:
        self.behaviour = Behaviour() if behaviour is None else behaviour
        self._state = VenueState(symbols=symbols, behaviour=self.behaviour)
        ids = Ids(lists=list_ids, orders=order_ids, names=client_ids)
        self.symbols = self._state.symbols
        self.order_entry = OrderEntry(self._state, ids)
        self.amending = Amending(self._state, ids)
        self.balances = self._state.balances
        self.order_count = self._state.order_count
        self.market = Market(self._state)
        self.placement = Placement(self._state, self.order_entry, self.market)
        self.keys = KeyStore(keys)
        self.request_weight = RequestWeight(
            limit=self.behaviour.weight_limit, ban_after=self.behaviour.ban_after
        )
        self.connections = self._state.connections
        self.notifier = self._state.notifier
        self.lags: tuple[QueryLag, ...] = ()
        self.log = Log()
        self.engine_delay = 0

    @property
    def lists(self) -> tuple[VenueOrderList, ...]:
        """Every list, open or finished, oldest first, in its present state."""
        with self.notifier.lock:
            return tuple(each for each in self._state.store if not each.is_single)

    @property
    def single_orders(self) -> tuple[Order, ...]:
        """Every order that belongs to no list, open or finished, oldest first."""
        with self.notifier.lock:
            return tuple(each.orders[0] for each in self._state.store if each.is_single)

    def order_list(self, order_list_id: int) -> VenueOrderList:
        """Return a list, open or finished, in its present state.

        Raises:
            KeyError: There is no such list.
        """
        with self.notifier.lock:
            return self._state.store[order_list_id]

    def check_symbol(self, symbol: str) -> None:
        """Check that there is a symbol.

        Raises:
            ApiError: -1121, there is none.
        """
        self._state.check_symbol(symbol)

    @contextmanager
    def queries(
        self, *, account: str = MAIN_ACCOUNT, is_lagging: bool = True, now: int
    ) -> Generator[Queries]:
        """Query the lists and orders of an account, at one moment.

        Args:
            account: The account.
            is_lagging: Whether an earlier state is shown, by `lags`.
            now: In nanoseconds.
        """
        with self._state.at(now):
            as_of = queried_time(self.lags, now=now) if is_lagging else None
            yield Queries(self._state.store, self.behaviour, account=account, as_of=as_of)

    def fill(
        self, order_list_id: int, order_id: int, *, quantity: Amount | None = None, now: int
    ) -> VenueOrderList:
        """Fill an order, with the consequences for the rest of its list.

        Args:
            order_list_id: The list.
            order_id: One of its orders that is not pending; a stop order is triggered first.
            quantity: As Decimal, int or text; None, or more than is left, for a complete fill.
            now: In nanoseconds.

        Raises:
            InvalidSetting: The quantity is a float, negative or not a number.
            ApiError: -2018, there is no such list; -2013, no such order can be filled.
        """
        part = None if quantity is None else amount(quantity)

        def change(before: VenueOrderList) -> VenueOrderList:
            return filled(
                before,
                order_id,
                part,
                trade_id=self._state.recorder.next_trade_id,
                balances=self.balances,
                now=now,
            )

        return self._change(order_list_id, change, now)

    def expire(self, order_list_id: int, *, now: int) -> VenueOrderList:
        """Expire the orders of a list that are not final, as the exchange may do by itself.

        Raises:
            ApiError: -2018, there is no such open list.
        """
        return self._change(order_list_id, lambda before: expired(before, now=now), now)

    def set_price(
        self, symbol: str, price: Amount, *, available: Amount | None = None, now: int
    ) -> None:
        """Set the last price of a symbol; see `Market.set_price`."""
        self.market.set_price(symbol, price, available=available, now=now)

    def walk(self, symbol: str, prices: Iterable[Amount], *, every: float = 1.0, now: int) -> None:
        """Schedule prices of a symbol, one after the other; see `Market.walk`."""
        self.market.walk(symbol, prices, every=every, now=now)

    @contextmanager
    def engine_delayed(self, by: int) -> Generator[None]:
        """Execute a request within, of which the time window was checked before.

        Args:
            by: How long before, in nanoseconds.
        """
        before, self.engine_delay = self.engine_delay, by
        try:
            yield
        finally:
            self.engine_delay = before

    def schedule(self, time: int, action: Callable[[Venue, int], object]) -> None:
        """Schedule an action; it runs when the venue is next used at this time or later.

        Args:
            time: In nanoseconds.
            action: Receives the venue and its own time.  An `ApiError` that it raises is dropped.
        """
        with self.notifier.lock:
            self._state.scheduler.add(time, lambda due: action(self, due))
            self.notifier.notify()

    @property
    def next_time(self) -> int | None:
        """The time of the next scheduled action, in nanoseconds; None if there is none."""
        with self.notifier.lock:
            return self._state.scheduler.next_time

    def run_until(self, now: int | None) -> None:
        """Run the actions that are due by now, in nanoseconds; None for all, however late."""
        with self.notifier.lock:
            self._state.scheduler.run(until=now)

    def finish(self) -> None:
        """Run every scheduled action, however late: after that nothing changes by itself."""
        self.run_until(None)

    def _change(
        self, order_list_id: int, change: Callable[[VenueOrderList], VenueOrderList], now: int
    ) -> VenueOrderList:
        with self._state.at(now):
            before = self._state.store.find(order_list_id, as_of=None)
            if before is None:
                raise ApiError(-2018, "Order list does not exist.")
            after = change(before)
            self._state.replace(before, after, now=now)
            return after
