"""The exchange: what it knows, and what it does when it is asked.

Pure state: time and ids come in as arguments, and it knows no protocol.  Fronts read requests, ask
the venue, and write down what it answers; a `Refused` is an answer as well.  May be used by many
threads.

Invariant: what happened stays readable.  A finished list is kept for ever, with the id of the
cancel that ended it, so that after any run the truth can be compared with what a client believes.
"""

from __future__ import annotations

from itertools import count
from threading import RLock
from typing import TYPE_CHECKING

from attrs import asdict, evolve

from orderlists import InvalidSetting
from orderlists_simulator._book import Book
from orderlists_simulator._keyring import KeyRing
from orderlists_simulator._keys import EXAMPLE_KEY, MAIN, ApiKey
from orderlists_simulator._oco import oco_legs
from orderlists_simulator._orders import Cancellation, Leg, Order, OrderList
from orderlists_simulator._refused import Refused
from orderlists_simulator._rules import Rules
from orderlists_simulator._weight import UsedWeight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from orderlists_simulator._amounts import Amount
    from orderlists_simulator._terms import ContingencyType, Side

_FEWEST, _MOST = 2, 3


class Venue:
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
        self.keys = KeyRing(keys)
        self._symbols = frozenset(symbols)
        self._rules = Rules() if rules is None else rules
        self._list_ids = count() if list_ids is None else list_ids
        self._order_ids = count() if order_ids is None else order_ids
        self._client_ids = _generated() if client_ids is None else client_ids
        self._book = Book()
        self.weight = UsedWeight()
        self._lock = RLock()

    @property
    def lists(self) -> tuple[OrderList, ...]:
        """Every list there is or was, oldest first, as they are now."""
        with self._lock:
            return tuple(self._book)

    def order_list(self, order_list_id: int) -> OrderList:
        """Return a list, open or finished, as it is now.

        Raises:
            KeyError: There is no such list.
        """
        with self._lock:
            return self._book[order_list_id]

    def open_oco(
        self,
        *,
        symbol: str,
        side: Side,
        quantity: Amount,
        price: Amount,
        stop_price: Amount,
        stop_limit_price: Amount | None = None,
        list_client_order_id: str | None = None,
        limit_client_order_id: str | None = None,
        stop_client_order_id: str | None = None,
        account: str = MAIN,
        now: int,
    ) -> OrderList:
        """Put an OCO into the book: a stop loss, and a limit maker on the other side of the market.

        Args:
            symbol: One of the venue's symbols.
            side: Of both orders.
            quantity: Of both orders; this and the prices as Decimal, int or text.
            price: Of the limit maker.
            stop_price: Where the stop loss is triggered.
            stop_limit_price: The limit of the stop loss; a market order once triggered if None.
            list_client_order_id: The venue makes one if None, as for the two orders.
            limit_client_order_id: Of the limit maker.
            stop_client_order_id: Of the stop loss.
            account: Whose it is.
            now: In nanoseconds.

        Raises:
            InvalidSetting: An amount is a float, negative or not a number.
            Refused: -1121, unknown symbol; -2010, a client id is in use.
        """
        return self.open_list(
            symbol=symbol,
            contingency_type="OCO",
            legs=oco_legs(
                side=side,
                quantity=quantity,
                price=price,
                stop_price=stop_price,
                stop_limit_price=stop_limit_price,
                limit_client_order_id=limit_client_order_id,
                stop_client_order_id=stop_client_order_id,
            ),
            list_client_order_id=list_client_order_id,
            account=account,
            now=now,
        )

    def open_list(
        self,
        *,
        symbol: str,
        contingency_type: ContingencyType,
        legs: Sequence[Leg],
        list_client_order_id: str | None = None,
        account: str = MAIN,
        now: int,
    ) -> OrderList:
        """Put any list into the book, in whatever state its legs are.

        Whether such a list could have come about is not asked: a test may need one that could not.

        Args:
            symbol: One of the venue's symbols.
            contingency_type: ``OCO``, or ``OTO`` for OTO, OTOCO, OPO and OPOCO alike.
            legs: Two or three, in the order in which replies name them.
            list_client_order_id: The venue makes one if None.
            account: Whose it is.
            now: In nanoseconds.

        Raises:
            InvalidSetting: There are not two or three legs, or an id was given out before.
            Refused: -1121, unknown symbol; -2010, a client id is in use.
        """
        if not _FEWEST <= len(legs) <= _MOST:
            raise InvalidSetting(field="legs", value=len(legs), rule="must be 2 or 3")
        with self._lock:
            self._check_symbol(symbol)
            order_list_id = next(self._list_ids)
            placed = OrderList(
                account=account,
                order_list_id=order_list_id,
                contingency_type=contingency_type,
                list_client_order_id=self._named(list_client_order_id),
                transaction_time=now,
                symbol=symbol,
                orders=tuple(self._placed(leg, symbol, order_list_id, now) for leg in legs),
            )
            self._book.add(placed)
            return placed

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
        with self._lock:
            self._check_symbol(symbol)
            before = self._find(account, symbol, order_list_id, list_client_order_id)
            cancel_id = self._named(new_client_order_id)
            done = before.canceled(cancel_id, now=now)
            if self._rules.transaction_time == "of_placement":
                kept = evolve(done.order_list, transaction_time=before.transaction_time)
                done = evolve(done, order_list=kept)
            self._book.replace(done.order_list)
            return done

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

    def _check_symbol(self, symbol: str) -> None:
        if symbol not in self._symbols:
            raise Refused(-1121, "Invalid symbol.")

    def _named(self, client_id: str | None) -> str:
        return next(self._client_ids) if client_id is None else client_id

    def _placed(self, leg: Leg, symbol: str, order_list_id: int, now: int) -> Order:
        facts = asdict(leg, recurse=False)
        facts["client_order_id"] = self._named(leg.client_order_id)
        return Order(
            **facts,
            symbol=symbol,
            order_list_id=order_list_id,
            order_id=next(self._order_ids),
            time=now,
            update_time=now,
        )


def _generated() -> Iterator[str]:
    # 22 letters and digits, as the exchange's own; told apart at a glance from a client's.
    return (f"generated{number:013d}" for number in count())
