"""Taking turns: of the threads that wait for something on a connection, one reads, for all.

Invariant: as long as somebody waits, somebody reads.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Turn: TypeAlias = "SimpleQueue[None]"
"""Where somebody is woken: something came for him, or it is his turn to read."""

_SECOND = 1_000_000_000
# More than anybody waits, and less than what a lock can: a hundred years, in seconds.
_LONGEST = 3_000_000_000
# However many frames are there: when time is up, it is up.
_MOST_WHEN_LATE = 100


class Turns:
    """Who reads, and who waits for a turn to."""

    def __init__(self) -> None:
        self._reading = Lock()
        self._waiting: deque[Turn] = deque()

    def wait(
        self,
        is_done: Callable[[], bool],
        turn: Turn,
        *,
        left: Callable[[], int],
        read: Callable[[int], bool],
    ) -> None:
        """Wait until it is done, or time is up; read if nobody does.

        Args:
            is_done: Tells whether it is; changed by reading, whoever does.
            turn: Where to be woken.
            left: Returns how many nanoseconds are left.
            read: Reads for at most so many nanoseconds, and tells whether anything came.
        """
        # First in the queue, then a look at whether somebody reads: so either he who stops
        # reading sees who waits, or who waits sees that nobody reads.
        self._waiting.append(turn)
        try:
            while not is_done():
                if self._reading.acquire(blocking=False):
                    try:
                        _read_until(is_done, left, read)
                    finally:
                        self._reading.release()
                    return
                nanoseconds = left()
                if nanoseconds == 0:
                    return
                with suppress(Empty):
                    turn.get(timeout=min(nanoseconds / _SECOND, _LONGEST))
        finally:
            self._waiting.remove(turn)
            self._pass_on()

    def catch_up(self, read: Callable[[], bool]) -> None:
        """Read what is here, if nobody reads already."""
        if self._reading.acquire(blocking=False):
            try:
                _read_until(lambda: False, lambda: 0, lambda _: read())
            finally:
                self._reading.release()
                self._pass_on()

    def _pass_on(self) -> None:
        if not self._reading.locked():
            with suppress(IndexError):
                self._waiting[0].put(None)


def _read_until(
    is_done: Callable[[], bool], left: Callable[[], int], read: Callable[[int], bool]
) -> None:
    late = 0
    while not is_done() and late < _MOST_WHEN_LATE:
        nanoseconds = left()
        late += nanoseconds == 0
        if not read(nanoseconds) and nanoseconds == 0:
            return
