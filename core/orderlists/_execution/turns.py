"""Whose turn it is to send: a bounded number of exchanges is in flight, urgent ones go first.

A ticket waits until its turn comes, and gives the turn back when its exchange of messages is over,
whatever ended it.  Nothing holds a turn between two exchanges, so a recovery, whose queries are
urgent, cannot wait for a turn that it holds itself.

Every step may be repeated: where a signal interrupts one halfway, the next repairs it.
"""

from __future__ import annotations

from collections import deque

from attrs import define, field


class Ticket:
    """One exchange that wants its turn; a driver's own waits in its own way."""

    def wake(self) -> None:
        """Take note that the turn has come.  The turn may have come at once, without a call."""


def _nobody_waits() -> deque[Ticket]:
    return deque()


def _nothing_runs() -> dict[Ticket, None]:
    return {}


@define(eq=False)
class Turns:
    """The turns of one client.

    Attributes:
        size: How many exchanges may be in flight.

    >>> turns = Turns(1)
    >>> first, second = Ticket(), Ticket()
    >>> turns.enter(first, is_urgent=False), turns.enter(second, is_urgent=False)
    (True, False)
    >>> turns.leave(first)
    >>> turns.has_turn(second)
    True
    """

    size: int
    _running: dict[Ticket, None] = field(init=False, factory=_nothing_runs)
    _waiting: deque[Ticket] = field(init=False, factory=_nobody_waits)

    def enter(self, ticket: Ticket, *, is_urgent: bool) -> bool:
        """Queue up; return whether the turn has come at once."""
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
        """Return whether the turn of a ticket has come."""
        return ticket in self._running

    def leave(self, ticket: Ticket) -> None:
        """Give a turn back, or stop waiting for one."""
        self._running.pop(ticket, None)
        if self._waiting:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
            self._admit()

    def _admit(self) -> None:
        while self._waiting and len(self._running) < self.size:
            ticket = self._waiting[0]
            self._running[ticket] = None
            self._waiting.popleft()
            ticket.wake()
