"""An order list as it is, and as it was at any time.

Lists are frozen values, so the past costs nothing but keeping it.

Invariant: nothing is ever taken out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderlists_simulator._orders import OrderList


class History:
    """Every state of one list, oldest first.

    Args:
        placed: The list as it was placed, at its own time.
    """

    def __init__(self, placed: OrderList) -> None:
        self._states = [(placed.transaction_time, placed)]

    def add(self, state: OrderList, *, now: int) -> None:
        """Note what it became, now, in nanoseconds."""
        self._states.append((now, state))

    @property
    def present(self) -> OrderList:
        """The list as it is now."""
        return self._states[-1][1]

    def as_of(self, time: int | None) -> OrderList | None:
        """Return the list as it was at this time, or None if it was not there yet.

        Args:
            time: In nanoseconds; None for the present, whatever the time is.
        """
        if time is None:
            return self.present
        for since, state in reversed(self._states):
            if since <= time:
                return state
        return None
