"""Placing order lists as the exchange does: after every check of the account and the market.

`OrderEntry.place_list` places a list without these checks.  [ASSUME] The order of the checks:
symbol, unfilled orders, filters, client ids.
"""

from __future__ import annotations

from attrs import frozen

from orderlists_simulator._engine.enums import ContingencyType
from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.order_count import OrderCount
from orderlists_simulator._engine.order_entry import OrderEntry
from orderlists_simulator._engine.orders import Leg, VenueOrderList
from orderlists_simulator._engine.state import VenueState


@frozen(kw_only=True)
class NewOrderList:
    """A list as it is to be placed.

    Attributes:
        symbol: The symbol.
        contingency_type: ``OCO``, or ``OTO`` for OTO and OTOCO.
        legs: In the order of the replies; the pending ones are ``PENDING_NEW``.
        list_client_order_id: None to have the venue generate one.
        account: Its owner.
    """

    symbol: str
    contingency_type: ContingencyType
    legs: tuple[Leg, ...]
    list_client_order_id: str | None
    account: str


class ListPlacement:
    """The part of a venue that checks and places new lists.

    Args:
        state: The state of the venue.
        entry: Places a list that was checked.
        count: The unfilled orders.
    """

    def __init__(self, state: VenueState, entry: OrderEntry, count: OrderCount) -> None:
        self._state = state
        self._entry = entry
        self._count = count

    def place(self, new: NewOrderList, *, now: int) -> VenueOrderList:
        """Place a list, and return it as the reply shows it.

        Raises:
            ApiError: -1121, unknown symbol; -1015, too many unfilled orders; -1013, too many open
                lists; -2010, a client id is in use.
        """
        with self._state.at(now):
            self._state.check_symbol(new.symbol)
            self._count.check(new.account, len(new.legs), now=now)
            self._check_open_lists(new)
            placed = self._entry.place_list(
                symbol=new.symbol,
                contingency_type=new.contingency_type,
                legs=new.legs,
                list_client_order_id=new.list_client_order_id,
                account=new.account,
                now=now,
            )
            self._count.add(new.account, len(new.legs), now=now)
            return placed

    def _check_open_lists(self, new: NewOrderList) -> None:
        limit = self._state.behaviour.max_num_order_lists
        lists = [
            each
            for each in self._state.store
            if each.is_open and (each.account, each.symbol) == (new.account, new.symbol)
        ]
        if limit is not None and len(lists) >= limit:
            raise ApiError(-1013, "Filter failure: MAX_NUM_ORDER_LISTS")
