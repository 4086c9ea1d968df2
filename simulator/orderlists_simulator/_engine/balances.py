"""The balances of accounts: what is free, and what the open lists lock.

An account without a deposit is not accounted for: it can place whatever it likes.  A list locks for
its placed orders; the legs of a pair share one lock, the larger of the two, and pending orders lock
nothing before their release, but those of an OPO what was bought for them.  A commission is taken
from what a trade receives.

Invariant: free and locked are never negative, and their sum changes by deposits and trades only.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from orderlists_simulator._engine.changes import Balance, ListUpdate
from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.orders import Order, VenueOrderList
from orderlists_simulator._engine.rounding import SMALLEST, round_down
from orderlists_simulator._engine.store import OrderListStore
from orderlists_simulator._engine.symbols import Symbol, assets_of
from orderlists_simulator._validators import Amount, amount

_NOTHING = Decimal(0)
_PAYS_COMMISSIONS = "BNB"


class Balances:
    """The balances of every account; guarded by the lock of the venue.

    Args:
        store: The order lists, which lock.
        symbols: The symbols, by name.
        commission_rate: The part of what a trade receives that is its commission.

    Attributes:
        commission_rate: As given.
    """

    def __init__(
        self, store: OrderListStore, symbols: Mapping[str, Symbol], *, commission_rate: Decimal
    ) -> None:
        self.commission_rate = commission_rate
        self._store = store
        self._symbols = symbols
        self._totals: dict[str, dict[str, Decimal]] = {}

    def deposit(self, account: str, asset: str, quantity: Amount) -> None:
        """Add to the free balance of an account, which is accounted for from then on.

        Raises:
            InvalidSetting: The quantity is a float, negative or not a number.
        """
        totals = self._totals.setdefault(account, {})
        totals[asset] = totals.get(asset, _NOTHING) + amount(quantity, "quantity")

    def balance(self, account: str, asset: str) -> Balance:
        """Return the balance of an asset."""
        total = self._totals.get(account, {}).get(asset, _NOTHING)
        locked = min(total, self._locked(account, asset, without=None))
        return Balance(asset=asset, free=total - locked, locked=locked)

    def of(self, account: str) -> tuple[Balance, ...]:
        """Return the balance of every asset of a symbol or of a deposit, by its name."""
        traded = {asset for symbol in self._symbols for asset in assets_of(symbol)}
        assets = traded | self._totals.get(account, {}).keys()
        return tuple(self.balance(account, each) for each in sorted(assets))

    def position(self, account: str, symbol: str) -> tuple[Balance, ...]:
        """Return the balances of the assets of a symbol; none if they are not accounted for."""
        if account not in self._totals:
            return ()
        return tuple(self.balance(account, each) for each in assets_of(symbol))

    def limit(self, order_list: VenueOrderList, order: Order, price: Decimal) -> Decimal | None:
        """Return how much an order can trade at a price; None for any quantity."""
        if order_list.account not in self._totals:
            return None
        usable = self._usable(order_list, order)
        if order.side == "SELL":
            return usable
        # First the exact product: a quotient would be rounded.
        if order.left_qty * price <= usable:
            return order.left_qty
        return round_down(usable / price, SMALLEST)

    def bought(self, order_list: VenueOrderList) -> Decimal:
        """Return what the pending orders of an OPO sell, in whole steps of its symbol.

        It is what was bought less commission; or without that, if the account has as much as the
        commission free.  [ASSUME] The release decides which, and for all trades: before it, what
        is locked is less commission.  An account that is not accounted for has nothing free.

        Args:
            order_list: The list with its working order filled.
        """
        working, pending, *_ = order_list.orders
        quantity = working.received
        # "If the received asset is not BNB and there are enough available funds."
        if working.received_asset != _PAYS_COMMISSIONS and order_list.account in self._totals:
            usable = self._usable(order_list, pending)
            quantity = working.executed_qty if usable >= working.executed_qty else quantity
        return round_down(quantity, self._symbols[order_list.symbol].lot_step)

    def covers(self, order_list: VenueOrderList) -> bool:
        """Return whether the account has what the placed orders of a list lock."""
        if order_list.account not in self._totals:
            return True
        placed = [each for each in order_list.orders if each.is_placed]
        return all(_lock(each) <= self._usable(order_list, each) for each in placed)

    def check(self, order_list: VenueOrderList) -> None:
        """Check that a new list is covered.

        Raises:
            ApiError: -2010, it is not.
        """
        if not self.covers(order_list):
            raise ApiError(-2010, "Account has insufficient balance for requested action.")

    def apply(self, update: ListUpdate) -> None:
        """Exchange the assets of the trades of an update."""
        totals = self._totals.get(update.order_list.account)
        if totals is None:
            return
        for asset in assets_of(update.order_list.symbol):
            received = sum(_received(each.before, each.after, asset) for each in update.changes)
            totals[asset] = totals.get(asset, _NOTHING) + received

    def _usable(self, order_list: VenueOrderList, order: Order) -> Decimal:
        """Return what a list has of the asset that an order spends, with trades not yet applied."""
        account, asset = order_list.account, order.spent_asset
        total = self._totals[account].get(asset, _NOTHING)
        stored = self._store.find(order_list.order_list_id, as_of=None)
        pairs = () if stored is None else zip(stored.orders, order_list.orders, strict=True)
        received = sum(_received(before, after, asset) for before, after in pairs)
        locked = self._locked(account, asset, without=order_list.order_list_id)
        return max(_NOTHING, total + received - locked)

    def _locked(self, account: str, asset: str, *, without: int | None) -> Decimal:
        locks = (
            locked_by(each, asset)
            for each in self._store.open_lists(account, None)
            if each.order_list_id != without
        )
        return sum(locks, _NOTHING)


def locked_by(order_list: VenueOrderList, asset: str) -> Decimal:
    """Return what a list locks of an asset."""
    placed = (each for each in order_list.orders if each.is_placed)
    locks = (_lock(each) for each in placed if each.spent_asset == asset)
    return max([*locks, _kept(order_list, asset)])


def _kept(order_list: VenueOrderList, asset: str) -> Decimal:
    """Return what an OPO bought of an asset for its pending orders."""
    working = order_list.orders[0]
    is_waiting = any(
        each.quantity is None and each.status == "PENDING_NEW" for each in order_list.orders
    )
    return working.received if is_waiting and working.received_asset == asset else _NOTHING


def _received(before: Order | None, after: Order, asset: str) -> Decimal:
    """Return what the fills between two states of an order add to an asset."""
    if asset == after.received_asset:
        return after.received - (_NOTHING if before is None else before.received)
    return (_NOTHING if before is None else before.spent) - after.spent


def _lock(order: Order) -> Decimal:
    if order.side == "SELL":
        return order.left_qty
    # [ASSUME] A stop without a limit locks for its stop price; a market order executes at once.
    price = order.price if order.price > 0 or order.stop_price is None else order.stop_price
    return order.left_qty * price
