"""What is printed while a command waits: for a connection, or for the end of a rate limit.

Without it a command whose exchange is away would be silent until its deadline.
"""

from __future__ import annotations

from orderlists.observing import (
    ClientEvent,
    ConnectionFailed,
    ConnectionOpened,
    Retrying,
    Waiting,
    WaitReason,
)
from orderlists_cli._output import note

_LONG = 1.0


class WaitNotes:
    """A listener that notes on standard error why a command waits."""

    def __init__(self) -> None:
        self._is_failing = False

    def __call__(self, event: ClientEvent) -> None:
        """Note an event, if a command waits because of it; of failures in a row the first."""
        match event:
            case ConnectionOpened():
                self._is_failing = False
            case ConnectionFailed() | Retrying(failure="NOT_SENT") if not self._is_failing:
                self._is_failing = True
                note(f"{event.reason}; trying again")
            case Waiting(reason=WaitReason.RATE_LIMIT, seconds=float(seconds)) if seconds >= _LONG:
                note(f"waiting {seconds:.0f} s for the end of a rate limit")
            case _:
                pass
