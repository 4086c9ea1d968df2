"""The listener of the events of one client, as the engine and the gate see it.

Nothing here makes an event: the modules that do are loaded with the first event that has a
listener.  So a client that is not observed does not load them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from orderlists._observing.events import ClientEvent

DEBUG: Final = 10
INFO: Final = 20
WARNING: Final = 30
"""The levels of events; those of `logging`, which is not loaded for them."""

ENGINE: Final = "engine"
CONNECTIONS: Final = "connections"
RATE_LIMITS: Final = "rate_limits"
"""The sources of events: what decides."""

_LONG_WAIT = 1.0


def level_of_wait(seconds: float) -> int:
    """Return the level of a wait: DEBUG below a second."""
    return DEBUG if seconds < _LONG_WAIT else INFO


class Observer(Protocol):
    """Passes the events of a client on."""

    def listens(self, source: str, level: int, /) -> bool:
        """Return whether an event of this source and level has a listener."""
        ...

    def emit(self, source: str, level: int, make: Callable[[], ClientEvent], /) -> None:
        """Make an event, and pass it on.

        Raises nothing but interrupts: an error of a listener changes no outcome.
        """
        ...

    def new_call(self) -> int:
        """Return a number that no other call of this process has."""
        ...


class _Silent:
    """No listener."""

    def listens(self, source: str, level: int, /) -> bool:
        """Return that there is none."""
        del source, level
        return False

    def emit(self, source: str, level: int, make: Callable[[], ClientEvent], /) -> None:
        """Do nothing."""

    def new_call(self) -> int:
        """Return 0: no event shows it."""
        return 0


SILENT: Final[Observer] = _Silent()
