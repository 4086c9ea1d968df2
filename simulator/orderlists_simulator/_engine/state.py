"""The state that the components of a venue share, and the one lock that guards it.

Invariant: before anything reads or changes the state at a time, the actions scheduled until then
have run; and every change is published to the subscribers.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager

from attrs import evolve

from orderlists_simulator._engine.balances import Balances
from orderlists_simulator._engine.behaviour import Behaviour
from orderlists_simulator._engine.changes import ChangeRecorder
from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.order_count import OrderCount
from orderlists_simulator._engine.orders import VenueOrderList
from orderlists_simulator._engine.scheduler import Notifier, Scheduler
from orderlists_simulator._engine.store import OrderListStore
from orderlists_simulator._engine.subscribers import OpenConnections
from orderlists_simulator._engine.symbols import Symbol


class VenueState:
    """The state of a venue.

    Args:
        symbols: The symbols that are traded; a name alone is a symbol with the usual rules.
        behaviour: The settings of the venue.

    Attributes:
        symbols: The symbols, by name.
        store: The order lists.
        balances: The balances of the accounts.
        order_count: The unfilled orders of the accounts.
        recorder: The numbers of executions and trades.
        scheduler: Actions to come.
        notifier: The lock, and the signal of a change.
        connections: The open connections.
    """

    def __init__(self, *, symbols: Iterable[Symbol | str], behaviour: Behaviour) -> None:
        known = (each if isinstance(each, Symbol) else Symbol(each) for each in symbols)
        self.symbols: Mapping[str, Symbol] = {each.name: each for each in known}
        self.recorder = ChangeRecorder()
        self.behaviour = behaviour
        self.store = OrderListStore()
        self.balances = Balances(
            self.store, self.symbols, commission_rate=behaviour.commission_rate
        )
        self.order_count = OrderCount(
            in_ten_seconds=behaviour.orders_in_ten_seconds, in_a_day=behaviour.orders_in_a_day
        )
        self.scheduler = Scheduler()
        self.notifier = Notifier()
        self.connections = OpenConnections(behaviour)

    @contextmanager
    def at(self, now: int) -> Generator[None]:
        """Hold the lock, with every action run that is due by now, in nanoseconds."""
        with self.notifier.lock:
            self.scheduler.run(until=now)
            yield

    def check_symbol(self, symbol: str) -> None:
        """Check that a symbol is traded.

        Raises:
            ApiError: -1121, it is not.
        """
        if symbol not in self.symbols:
            raise ApiError(-1121, "Invalid symbol.")

    def add(self, order_list: VenueOrderList, *, now: int) -> None:
        """Add a new list, and publish it; raises what `OrderListStore.add` does."""
        self.store.add(order_list)
        self._publish(None, order_list, now)

    def replace(self, before: VenueOrderList, after: VenueOrderList, *, now: int) -> None:
        """Replace an open list by its next state, and publish the change."""
        self.store.replace(after, now=now)
        self._publish(before, after, now)

    def _publish(self, before: VenueOrderList | None, after: VenueOrderList, now: int) -> None:
        update = self.recorder.update(before, after, now=now)
        if not update.changes:
            return
        self.balances.apply(update)
        self.order_count.apply(update)
        position = self.balances.position(after.account, after.symbol)
        update = evolve(update, position=position)
        if self.behaviour.events_sent == "before_reply":
            self.connections.publish(update)
        else:
            # Scheduled for now: the replies of this moment are sent first.
            self.scheduler.add(now, lambda _now: self.connections.publish(update))
            self.notifier.notify()
