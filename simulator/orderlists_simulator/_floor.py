"""Where lists come into the book, and stay to be looked at.

Pure state: time and ids come in as arguments, and it knows no protocol.  May be used by many
threads.

Invariant: what happened stays readable.  A finished list is kept for ever, with the id of the
cancel that ended it, so that after any run the truth can be compared with what a client believes.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import asdict

from orderlists import InvalidSetting
from orderlists_simulator._agenda import Agenda
from orderlists_simulator._bell import Bell
from orderlists_simulator._book import Book
from orderlists_simulator._connections import Connections
from orderlists_simulator._keys import MAIN
from orderlists_simulator._news import Reporter
from orderlists_simulator._oco import oco_legs
from orderlists_simulator._orders import Leg, Order, OrderList
from orderlists_simulator._refused import Refused
from orderlists_simulator._terms import STOP_TYPES

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

    from orderlists_simulator._amounts import Amount
    from orderlists_simulator._ids import Ids
    from orderlists_simulator._rules import Rules
    from orderlists_simulator._terms import ContingencyType, Side

_FEWEST, _MOST = 2, 3
_TRIGGERED = frozenset({"PARTIALLY_FILLED", "FILLED"})


class Floor:
    """The part of a venue where lists are placed and looked at; use a `Venue`.

    Args:
        symbols: What is traded.
        ids: Where new ids come from.
        rules: How connections are told what happens.

    Attributes:
        bell: Rings when there is something new to see or to wait for.
        connections: Those who are connected, and are told what happens.
    """

    def __init__(self, *, symbols: Iterable[str], ids: Ids, rules: Rules) -> None:
        self._symbols = frozenset(symbols)
        self._ids = ids
        self._book = Book()
        self._agenda = Agenda()
        self.bell = Bell()
        self._lock = self.bell.lock
        self._reporter = Reporter()
        self.connections = Connections(rules)

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
        with self._at(now):
            self._check_symbol(symbol)
            order_list_id = next(self._ids.lists)
            placed = OrderList(
                account=account,
                order_list_id=order_list_id,
                contingency_type=contingency_type,
                list_client_order_id=self._ids.named(list_client_order_id),
                transaction_time=now,
                symbol=symbol,
                orders=tuple(self._placed(leg, symbol, order_list_id, now) for leg in legs),
            )
            self._book.add(placed)
            self._tell(None, placed, now)
            return placed

    @contextmanager
    def _at(self, now: int) -> Generator[None]:
        # Whoever asks comes after what was due before.
        with self._lock:
            self._agenda.run(until=now)
            yield

    def _replace(self, before: OrderList, after: OrderList, now: int) -> None:
        self._book.replace(after, now=now)
        self._tell(before, after, now)

    def _tell(self, before: OrderList | None, after: OrderList, now: int) -> None:
        news = self._reporter.news(before, after, now=now)
        if self.connections.rules.events_come == "before_reply":
            self.connections.tell(news)
        else:
            # Whatever is answered at this time is answered first.
            self._agenda.add(now, lambda _now: self.connections.tell(news))
            self.bell.ring()

    def _check_symbol(self, symbol: str) -> None:
        if symbol not in self._symbols:
            raise Refused(-1121, "Invalid symbol.")

    def _placed(self, leg: Leg, symbol: str, order_list_id: int, now: int) -> Order:
        facts = asdict(leg, recurse=False)
        facts["client_order_id"] = self._ids.named(leg.client_order_id)
        return Order(
            **facts,
            symbol=symbol,
            order_list_id=order_list_id,
            order_id=next(self._ids.orders),
            time=now,
            update_time=now,
            working_time=now if _is_on_the_book(leg) else None,
        )


def _is_on_the_book(leg: Leg) -> bool:
    waits = leg.type in STOP_TYPES and leg.status not in _TRIGGERED
    return not waits and leg.status != "PENDING_NEW"
