"""How often somebody may connect."""

from __future__ import annotations

from typing import NoReturn

from orderlists_simulator._timing import SECOND
from orderlists_simulator._weight import TooMany

_WINDOW = 300 * SECOND


class ConnectionAttempts:
    """The connections asked for in five minutes of the clock.

    Args:
        limit: How many there may be; None for any number.
    """

    def __init__(self, *, limit: int | None) -> None:
        self._limit = limit
        self._window = -1
        self._made = 0

    def admit(self, *, now: int) -> None:
        """Count one more.

        Raises:
            TooMany: There were enough already.
        """
        window = now // _WINDOW
        self._made = self._made + 1 if window == self._window else 1
        self._window = window
        if self._limit is not None and self._made > self._limit:
            self._refuse(now)

    def _refuse(self, now: int) -> NoReturn:
        # [ASSUME] "300 connections per attempt every 5 minutes"; what is answered is not said.
        raise TooMany(
            f"Too many connection attempts; current limit is {self._limit} per '5 MINUTE'.",
            code=-1034,
            retry_at=(now // _WINDOW + 1) * _WINDOW,
            now=now,
        )
