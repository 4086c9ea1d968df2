"""Order entry: placing and canceling order lists.

Pure state: times and ids come in as arguments, and no protocol is known.  Thread-safe.

Invariant: a list that was placed stays readable after its end, with the id of the cancel that ended
it, so that after any run the venue can be compared with the results of a client.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from attrs import asdict, evolve

from orderlists import InvalidSetting
from orderlists_simulator._engine.enums import (
    STOP_TYPES,
    CancelRestrictions,
    ContingencyType,
    OrderStatus,
    Side,
)
from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.keys import MAIN_ACCOUNT
from orderlists_simulator._engine.orders import (
    Cancellation,
    Leg,
    NewOrder,
    NewOrderList,
    Order,
    VenueOrderList,
    oco_legs,
)
from orderlists_simulator._engine.state import VenueState
from orderlists_simulator._validators import Amount

_FEWEST, _MOST = 2, 3
NO_LIST = -1
"""The list id of an order that belongs to no list."""
# [ASSUME] A pending order is new.
_RESTRICTED: Mapping[CancelRestrictions | None, frozenset[OrderStatus]] = {
    "ONLY_NEW": frozenset({"NEW", "PENDING_NEW"}),
    "ONLY_PARTIALLY_FILLED": frozenset({"PARTIALLY_FILLED"}),
}
_TRIGGERED = frozenset({"PARTIALLY_FILLED", "FILLED"})


class Ids:
    """The ids that a venue assigns, from iterators; None for the default ones.

    Attributes:
        lists: The ids of lists.
        orders: The ids of orders.
        names: Client ids, for lists, orders and cancels that have none.

    >>> Ids(lists=None, orders=None, names=None).name(None)
    'generated0000000000000'
    """

    def __init__(
        self,
        *,
        lists: Iterator[int] | None,
        orders: Iterator[int] | None,
        names: Iterator[str] | None,
    ) -> None:
        self.lists = count() if lists is None else lists
        self.orders = count() if orders is None else orders
        self.names = _generated() if names is None else names

    def name(self, client_id: str | None) -> str:
        """Return the client id, or a new one if None."""
        return next(self.names) if client_id is None else client_id


def _generated() -> Iterator[str]:
    # 22 letters and digits like the exchange's, with a prefix that no client uses.
    return (f"generated{number:013d}" for number in count())


class OrderEntry:
    """The part of a venue that places and cancels order lists.

    Args:
        state: The state of the venue.
        ids: The source of new ids.
    """

    def __init__(self, state: VenueState, ids: Ids) -> None:
        self._state = state
        self._ids = ids

    def place_oco(
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
        account: str = MAIN_ACCOUNT,
        now: int,
    ) -> VenueOrderList:
        """Place an OCO of a stop loss and a limit maker.

        Args:
            symbol: One of the venue's symbols.
            side: Of both orders.
            quantity: Of both orders; this and the prices as Decimal, int or text.
            price: Of the limit maker.
            stop_price: The trigger of the stop loss.
            stop_limit_price: The limit of the stop loss; None for a market order.
            list_client_order_id: Generated if None, as are those of the two orders.
            limit_client_order_id: Of the limit maker.
            stop_client_order_id: Of the stop loss.
            account: Its owner.
            now: In nanoseconds.

        Raises:
            InvalidSetting: An amount is a float, negative or not a number.
            ApiError: -1121, unknown symbol; -2010, a client id is in use.
        """
        return self.place_list(
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

    def place_list(
        self,
        *,
        symbol: str,
        contingency_type: ContingencyType,
        legs: Sequence[Leg],
        list_client_order_id: str | None = None,
        account: str = MAIN_ACCOUNT,
        now: int,
    ) -> VenueOrderList:
        """Place any list, with its legs in any status.

        The combination is not checked: a test may need one that the exchange would refuse.

        Args:
            symbol: One of the venue's symbols.
            contingency_type: ``OCO``, or ``OTO`` for OTO, OTOCO, OPO and OPOCO.
            legs: Two or three, in the order of the replies.
            list_client_order_id: Generated if None.
            account: Its owner.
            now: In nanoseconds.

        Raises:
            InvalidSetting: There are not two or three legs, or an id was used before.
            ApiError: -1121, unknown symbol; -2010, a client id is in use.
        """
        if not _FEWEST <= len(legs) <= _MOST:
            raise InvalidSetting(field="legs", value=len(legs), rule="must be 2 or 3")
        with self._state.at(now):
            self._state.check_symbol(symbol)
            new = NewOrderList(
                symbol=symbol,
                contingency_type=contingency_type,
                legs=tuple(legs),
                list_client_order_id=list_client_order_id,
                account=account,
            )
            placed = self.new_list(new, now=now)
            self._state.add(placed, now=now)
            return placed

    def new_list(self, new: NewOrderList, *, now: int) -> VenueOrderList:
        """Return a list with new ids, which is not placed yet."""
        order_list_id = next(self._ids.lists)
        return VenueOrderList(
            account=new.account,
            order_list_id=order_list_id,
            contingency_type=new.contingency_type,
            list_client_order_id=self._ids.name(new.list_client_order_id),
            transaction_time=now,
            symbol=new.symbol,
            orders=tuple(self._order(leg, new.symbol, order_list_id, now) for leg in new.legs),
        )

    def new_order(self, new: NewOrder, *, now: int) -> VenueOrderList:
        """Return a single order with a new id, as a list of one, which is not placed yet."""
        order = self._order(new.leg, new.symbol, NO_LIST, now)
        return VenueOrderList(
            account=new.account,
            # The negative numbers below -1, which replies never show.
            order_list_id=NO_LIST - 1 - order.order_id,
            contingency_type=None,
            list_client_order_id="",
            transaction_time=now,
            symbol=new.symbol,
            orders=(order,),
        )

    def cancel(
        self,
        *,
        symbol: str,
        order_list_id: int | None = None,
        list_client_order_id: str | None = None,
        new_client_order_id: str | None = None,
        account: str = MAIN_ACCOUNT,
        now: int,
    ) -> Cancellation:
        """Cancel the orders of an open list that are not final.

        Args:
            symbol: The symbol of the list.
            order_list_id: This or the next is needed; see `Behaviour.both_ids` for both.
            list_client_order_id: The client id of an open list.
            new_client_order_id: The id of this cancel; generated if None.
            account: Its owner.
            now: In nanoseconds.

        Raises:
            ApiError: -1121, unknown symbol; -2011, there is no such open list.
        """
        name, behaviour = list_client_order_id, self._state.behaviour
        with self._state.at(now):
            self._state.check_symbol(symbol)
            before = self._state.store.find_open(
                account, symbol, order_list_id=order_list_id, name=name
            )
            checked = name is not None and behaviour.both_ids == "must_match"
            if before is None or (checked and before.list_client_order_id != name):
                raise ApiError(-2011, "Unknown order list sent.")
            done = before.canceled(self._ids.name(new_client_order_id), now=now)
            if behaviour.transaction_time == "of_placement":
                kept = evolve(done.order_list, transaction_time=before.transaction_time)
                done = evolve(done, order_list=kept)
            self._state.replace(before, done.order_list, now=now)
            return done

    def cancel_order(
        self,
        *,
        symbol: str,
        order_id: int | None = None,
        orig_client_order_id: str | None = None,
        new_client_order_id: str | None = None,
        restrictions: CancelRestrictions | None = None,
        account: str = MAIN_ACCOUNT,
        now: int,
    ) -> Cancellation:
        """Cancel an open order, and with it the entire list to which it belongs.

        Args:
            symbol: The symbol of the order.
            order_id: This or the next is needed; if both are given, both must be the order's.
            orig_client_order_id: Its client id.
            new_client_order_id: The id of this cancel; generated if None.
            restrictions: The status that the order must have; None for any.
            account: Its owner.
            now: In nanoseconds.

        Raises:
            ApiError: -1121, unknown symbol; -2011, there is no such open order, or it
                has another status.
        """
        with self._state.at(now):
            self._state.check_symbol(symbol)
            found = self._state.store.find_open_by_order(
                account, symbol, order_id=order_id, name=orig_client_order_id
            )
            if found is None:
                raise ApiError(-2011, "Unknown order sent.")
            _check_restrictions(found, order_id, orig_client_order_id, restrictions)
            return self.cancel(
                symbol=symbol,
                order_list_id=found.order_list_id,
                new_client_order_id=new_client_order_id,
                account=account,
                now=now,
            )

    def cancel_open_orders(
        self, *, symbol: str, account: str = MAIN_ACCOUNT, now: int
    ) -> tuple[Cancellation, ...]:
        """Cancel every open list and order of a symbol, the oldest first.

        Each cancel has an id of its own.

        Args:
            symbol: The symbol.
            account: The owner.
            now: In nanoseconds.

        Raises:
            ApiError: -1121, unknown symbol; -2011, there is nothing to cancel.
        """
        with self._state.at(now):
            self._state.check_symbol(symbol)
            found = self._state.store.open_lists(account, symbol)
            if not found:
                raise ApiError(-2011, "Unknown order sent.")
            return tuple(
                self.cancel(
                    symbol=symbol, order_list_id=each.order_list_id, account=account, now=now
                )
                for each in found
            )

    def _order(self, leg: Leg, symbol: str, order_list_id: int, now: int) -> Order:
        facts = asdict(leg, recurse=False)
        facts["client_order_id"] = self._ids.name(leg.client_order_id)
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
    untriggered = leg.type in STOP_TYPES and leg.status not in _TRIGGERED
    return not untriggered and leg.status != "PENDING_NEW"


def _check_restrictions(
    order_list: VenueOrderList,
    order_id: int | None,
    name: str | None,
    restrictions: CancelRestrictions | None,
) -> None:
    allowed = _RESTRICTED.get(restrictions, frozenset())
    statuses = {each.status for each in order_list.open_orders(order_id, name)}
    if restrictions is not None and not statuses & allowed:
        raise ApiError(-2011, "Order was not canceled due to cancel restrictions.")
