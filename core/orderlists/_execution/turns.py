"""A sans-I/O semaphore with two priorities: bounds the number of requests in flight.

A ticket waits until it acquires a turn, and releases it when its round trip ends, for whatever
reason.  No turn is held between two round trips, so a recovery, whose queries are urgent, cannot
deadlock on a turn that it holds itself.

Every step is idempotent: if a signal interrupts one halfway, the next one repairs the state.
"""

from __future__ import annotations

from collections import deque

from attrs import define, field


class Ticket:
    """One round trip that needs a turn; each driver has a subclass that can wait."""

    def wake(self) -> None:
        """Signal that the turn was acquired.  Not called if it was acquired at once."""


def _no_tickets() -> deque[Ticket]:
    return deque()


def _no_running() -> dict[Ticket, None]:
    return {}


@define(eq=False, repr=False)
class Turns:
    """The turns of one client.

    Attributes:
        size: The maximum number of round trips in flight.

    >>> turns = Turns(1)
    >>> first, second = Ticket(), Ticket()
    >>> turns.enter(first, is_urgent=False), turns.enter(second, is_urgent=False)
    (True, False)
    >>> turns.leave(first)
    >>> turns.has_turn(second)
    True
    """

    size: int
    _running: dict[Ticket, None] = field(init=False, factory=_no_running)
    _waiting: deque[Ticket] = field(init=False, factory=_no_tickets)

    def enter(self, ticket: Ticket, *, is_urgent: bool) -> bool:
        """Queue up; return whether the turn was acquired at once."""
        if not self._waiting and len(self._running) < self.size:
            self._running[ticket] = None
            return True
        if is_urgent:
            self._waiting.appendleft(ticket)
        else:
            self._waiting.append(ticket)
        self._admit()
        return ticket in self._running

    def has_turn(self, ticket: Ticket) -> bool:
        """Return whether a ticket holds a turn."""
        return ticket in self._running

    def release(self, ticket: Ticket) -> bool:
        """Release a turn; return whether a ticket waits: then `leave` is due.

        One atomic step, for which threads need no lock: a ticket that is waiting by then is seen
        here, and one that comes later finds the turn free.
        """
        self._running.pop(ticket, None)
        return bool(self._waiting)

    def leave(self, ticket: Ticket) -> None:
        """Release a turn, or stop waiting for one."""
        if self.release(ticket):
            if ticket in self._waiting:
                self._waiting.remove(ticket)
            self._admit()

    def _admit(self) -> None:
        while self._waiting and len(self._running) < self.size:
            ticket = self._waiting[0]
            self._running[ticket] = None
            self._waiting.popleft()
            ticket.wake()
