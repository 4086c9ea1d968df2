"""The exchange: what it knows, and what it does when it is asked.

Pure state: time and ids come in as arguments, and it knows no protocol.  Fronts read requests, ask
the venue, and write down what it answers; a `Refused` is an answer as well.  May be used by many
threads.

Invariant: before the venue does anything, what was due by then has happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from orderlists_simulator._amounts import amount
from orderlists_simulator._floor import Floor
from orderlists_simulator._ids import Ids
from orderlists_simulator._keyring import KeyRing
from orderlists_simulator._keys import EXAMPLE_KEY, MAIN, ApiKey
from orderlists_simulator._lag import Lag, seen_from
from orderlists_simulator._life import expired, filled
from orderlists_simulator._log import Log
from orderlists_simulator._orders import Cancellation, OrderList
from orderlists_simulator._queries import OrderView, Queries
from orderlists_simulator._refused import Refused
from orderlists_simulator._rules import Rules
from orderlists_simulator._weight import RequestWeight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from orderlists_simulator._amounts import Amount


class Venue(Floor):
    """An exchange in memory, for order lists.

    Args:
        keys: The API keys it knows; the key of the exchange's documentation by default.
        symbols: The symbols it trades.
        rules: What it does where the exchange leaves it open.
        list_ids: Where the ids of new lists come from; 0, 1, 2, ... by default.
        order_ids: Where the ids of new orders come from; 0, 1, 2, ... by default.
        client_ids: Where client ids come from when none is given, also those of cancels.

    Every iterator must be endless, or last for what is asked of it, and never repeat.  Times are
    nanoseconds since 1970, as `time.time_ns()` gives them.

    Attributes:
        lags: How far behind queries are, and when.  Set it at any time; of those in force the
            longest counts.
        log: What was asked of the venue and what it did, request by request.

    >>> venue = Venue()
    >>> oco = venue.open_oco(
    ...     symbol="LTCBTC", side="SELL", quantity="10", price="3", stop_price="1", now=0
    ... )
    >>> oco.order_list_id, oco.list_order_status
    (0, 'EXECUTING')
    >>> done = venue.cancel(symbol="LTCBTC", order_list_id=0, new_client_order_id="mine", now=1)
    >>> venue.order_list(0).canceled_by
    'mine'
    """

    def __init__(
        self,
        *,
        keys: Iterable[ApiKey] = (EXAMPLE_KEY,),
        symbols: Iterable[str] = ("LTCBTC", "BTCUSDT"),
        rules: Rules | None = None,
        list_ids: Iterator[int] | None = None,
        order_ids: Iterator[int] | None = None,
        client_ids: Iterator[str] | None = None,
    ) -> None:
        ids = Ids(lists=list_ids, orders=order_ids, names=client_ids)
        self._rules = Rules() if rules is None else rules
        super().__init__(symbols=symbols, ids=ids, rules=self._rules)
        self.keys = KeyRing(keys)
        self.weight = RequestWeight(limit=self._rules.weight_limit, ban_after=self._rules.ban_after)
        self.lags: tuple[Lag, ...] = ()
        self.log = Log()

    def cancel(
        self,
        *,
        symbol: str,
        order_list_id: int | None = None,
        list_client_order_id: str | None = None,
        new_client_order_id: str | None = None,
        account: str = MAIN,
        now: int,
    ) -> Cancellation:
        """Cancel what is still alive of an open list.

        Args:
            symbol: The list must be on it.
            order_list_id: One of this and the next is needed; `Rules.both_ids` says what both mean.
            list_client_order_id: Finds the open list of this name, never a finished one.
            new_client_order_id: The id of this cancel; the venue makes one if None.
            account: Whose list it is.
            now: In nanoseconds.

        Raises:
            Refused: -1121, unknown symbol; -2011, no open list answers to these ids.
        """
        with self._at(now):
            self._check_symbol(symbol)
            before = self._find(account, symbol, order_list_id, list_client_order_id)
            cancel_id = self._ids.named(new_client_order_id)
            done = before.canceled(cancel_id, now=now)
            if self._rules.transaction_time == "of_placement":
                kept = evolve(done.order_list, transaction_time=before.transaction_time)
                done = evolve(done, order_list=kept)
            self._replace(before, done.order_list, now)
            return done

    def query_list(
        self,
        *,
        order_list_id: int | None = None,
        orig_client_order_id: str | None = None,
        account: str = MAIN,
        now: int,
    ) -> OrderList:
        """Tell where a list stands, as far as queries know by now: see `lags`.

        Args:
            order_list_id: One of this and the next is needed; `Rules.both_query_ids` says which
                counts.
            orig_client_order_id: The list's client id; the newest list of this name is found.
            account: Whose list it is.
            now: In nanoseconds.

        Raises:
            Refused: -2018, there is no such list, or not yet.
        """
        with self._at(now):
            return self._seen(account, now).order_list(order_list_id, orig_client_order_id)

    def query_order(
        self,
        *,
        symbol: str,
        order_id: int | None = None,
        orig_client_order_id: str | None = None,
        account: str = MAIN,
        now: int,
    ) -> OrderView:
        """Tell where an order stands, as far as queries know by now: see `lags`.

        Args:
            symbol: The order must be on it.
            order_id: One of this and the next is needed; the order must answer to both.
            orig_client_order_id: What the order shows; the newest order of this name is found.
            account: Whose order it is.
            now: In nanoseconds.

        Raises:
            Refused: -1121, unknown symbol; -2013, there is no such order, or not yet; -2039, the
                order of this id has another client id.
        """
        with self._at(now):
            self._check_symbol(symbol)
            return self._seen(account, now).order(symbol, order_id, orig_client_order_id)

    def fill(
        self, order_list_id: int, order_id: int, *, quantity: Amount | None = None, now: int
    ) -> OrderList:
        """Fill an order, and let happen to the rest of its list what follows from it.

        Args:
            order_list_id: The list.
            order_id: One of its orders, not a pending one; a stop is triggered first if need be.
            quantity: How much, as Decimal, int or text; all that is left if None or more than that.
            now: In nanoseconds.

        Raises:
            InvalidSetting: The quantity is a float, negative or not a number.
            Refused: -2018, there is no such list; -2013, no such order can be filled.
        """
        part = None if quantity is None else amount(quantity)
        return self._change(
            order_list_id, lambda before: filled(before, order_id, part, now=now), now
        )

    def expire(self, order_list_id: int, *, now: int) -> OrderList:
        """Let all that is alive of a list expire, as the exchange does of its own accord.

        Raises:
            Refused: -2018, there is no such open list.
        """
        return self._change(order_list_id, lambda before: expired(before, now=now), now)

    def schedule(self, time: int, act: Callable[[Venue, int], object]) -> None:
        """Let something happen once the venue is asked anything at this time or later.

        Args:
            time: In nanoseconds.
            act: Given the venue, and the time at which it was to happen.  What is refused does not
                happen, and nobody is told.
        """
        with self._lock:
            self._agenda.add(time, lambda due: act(self, due))
            self.bell.ring()

    @property
    def next_time(self) -> int | None:
        """When the next thing that is planned happens, in nanoseconds; None if nothing will."""
        with self._lock:
            return self._agenda.next_time

    def run_until(self, now: int) -> None:
        """Let everything happen that is due by now, in nanoseconds."""
        with self._lock:
            self._agenda.run(until=now)

    def finish(self) -> None:
        """Let everything happen that is still to come, however late: then the truth is final."""
        with self._lock:
            self._agenda.run(until=None)

    def _change(
        self, order_list_id: int, change: Callable[[OrderList], OrderList], now: int
    ) -> OrderList:
        with self._at(now):
            before = self._book.find(order_list_id, as_of=None)
            if before is None:
                raise Refused(-2018, "Order list does not exist.")
            after = change(before)
            self._replace(before, after, now)
            return after

    def _seen(self, account: str, now: int) -> Queries:
        moment = seen_from(self.lags, now=now)
        return Queries(self._book, self._rules, account=account, as_of=moment)

    def _find(
        self, account: str, symbol: str, order_list_id: int | None, name: str | None
    ) -> OrderList:
        found: OrderList | None = None
        if order_list_id is not None:
            found = self._book.find_open(account, symbol, order_list_id)
        elif name is not None:
            found = self._book.find_open_named(account, symbol, name)
        checked = name is not None and self._rules.both_ids == "must_match"
        if found is None or (checked and found.list_client_order_id != name):
            raise Refused(-2011, "Unknown order list sent.")
        return found
