"""Placing order lists and orders as the exchange does: after every check.

`OrderEntry.place_list` places a list without these checks.  [ASSUME] The order of the checks:
symbol, unfilled orders, what the symbol allows, amounts of 0, filters, prices, balances, client
ids.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from orderlists_simulator._engine.enums import ContingencyType
from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.filters import check_filters
from orderlists_simulator._engine.market import Market
from orderlists_simulator._engine.order_entry import OrderEntry
from orderlists_simulator._engine.orders import Leg, NewOrder, NewOrderList, Order, VenueOrderList
from orderlists_simulator._engine.permissions import check_permissions
from orderlists_simulator._engine.price_rules import check_amounts, check_prices
from orderlists_simulator._engine.state import VenueState


class Placement:
    """The part of a venue that checks and places new lists and single orders.

    Args:
        state: The state of the venue.
        entry: Places a list that was checked.
        market: Executes the orders of a new list.
    """

    def __init__(self, state: VenueState, entry: OrderEntry, market: Market) -> None:
        self._state = state
        self._entry = entry
        self._market = market

    def place(self, new: NewOrderList, *, now: int) -> VenueOrderList:
        """Place a list, and return it as the reply shows it.

        Raises:
            ApiError: -1121, unknown symbol; -1015, too many unfilled orders; -1013, the symbol is
                not traded, an amount is 0, a filter refuses one, or there are too many open lists;
                -2010, the symbol does not allow it, the prices do not fit each other or the market,
                the account has too little, or a client id is in use.
        """
        with self._state.at(now):
            self._check_account(new.symbol, new.account, len(new.legs), now)
            self._check_rules(new.symbol, new.contingency_type, new.legs)
            self._check_open_lists(new)
            check_prices(new.contingency_type, new.legs, self._market.last_price(new.symbol))
            return self._execute(self._entry.new_list(new, now=now), now)

    def place_order(self, new: NewOrder, *, now: int) -> Order:
        """Place a single order, and return it as the reply shows it.

        Raises:
            ApiError: As for a list.
        """
        with self._state.at(now):
            self._check_account(new.symbol, new.account, 1, now)
            self._check_rules(new.symbol, None, (new.leg,))
            check_prices(None, (new.leg,), self._market.last_price(new.symbol))
            return self._execute(self._entry.new_order(new, now=now), now).orders[0]

    def check_order(self, new: NewOrder, *, now: int) -> None:
        """Check a single order before it would reach the market and the balances.

        Raises:
            ApiError: -1121, unknown symbol; -1013, an amount is 0, or a filter fails; -2010, the
                symbol has no such orders.
        """
        with self._state.at(now):
            self._state.check_symbol(new.symbol)
            self._check_rules(new.symbol, None, (new.leg,))

    def _check_account(self, symbol: str, account: str, orders: int, now: int) -> None:
        self._state.check_symbol(symbol)
        self._state.order_count.check(account, orders, now=now)

    def _execute(self, placed: VenueOrderList, now: int) -> VenueOrderList:
        self._state.balances.check(placed)
        self._state.add(placed, now=now)
        self._state.order_count.add(placed.account, len(placed.orders), now=now)
        after = self._market.execute(placed, resting=frozenset(), now=now)
        return _as_replied(placed, after)

    def _check_rules(
        self, name: str, contingency_type: ContingencyType | None, legs: Sequence[Leg]
    ) -> None:
        symbol = self._state.symbols[name]
        check_permissions(symbol, contingency_type, legs)
        check_amounts(legs)
        check_filters(symbol.filters, legs, self._market.last_price(name))

    def _check_open_lists(self, new: NewOrderList) -> None:
        limit = self._state.behaviour.max_num_order_lists
        found = self._state.store.open_lists(new.account, new.symbol)
        lists = [each for each in found if not each.is_single]
        if limit is not None and len(lists) >= limit:
            raise ApiError(-1013, "Filter failure: MAX_NUM_ORDER_LISTS")


def _as_replied(placed: VenueOrderList, after: VenueOrderList) -> VenueOrderList:
    """Return a list as the reply to its placement shows it.

    Pending orders are shown as pending even if they were released within the placement.
    """
    orders = tuple(
        old if old.status == "PENDING_NEW" and not _ended_with_working(new) else new
        for old, new in zip(placed.orders, after.orders, strict=True)
    )
    return evolve(after, orders=orders)


def _ended_with_working(order: Order) -> bool:
    return order.expiry_reason == "OTO_PHASE_ONE_EXPIRED"
