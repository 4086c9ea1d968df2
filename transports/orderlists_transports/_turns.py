"""Leader and followers: of the threads that wait for something on a connection, one reads for all.

A thread that waits takes the reading lock, if it is free, and reads until its own condition holds;
others sleep until they are woken.  A thread that stops reading wakes the first of the others, which
takes over.

Invariant: while a thread waits, a thread reads.
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
"""Wakes a thread: its condition may hold, or it is its turn to read."""

_SECOND = 1_000_000_000
# A hundred years, in seconds: longer than any wait, and shorter than what a lock accepts.
_LONGEST = 3_000_000_000
# The frames that are read at most after the time is up.
_MOST_WHEN_LATE = 100


class Turns:
    """The threads that wait on one connection."""

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
        """Wait until a condition holds or time is up, and read if no other thread does.

        Args:
            is_done: The condition; reading may fulfil it, in whichever thread.
            turn: Wakes this thread.
            left: Returns the nanoseconds that are left.
            read: Reads for at most so many nanoseconds; returns whether anything arrived.
        """
        # Enqueue before trying the lock: either the thread that stops reading sees this one, or
        # this one finds the lock free.  No wake-up is lost.
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
        """Read what has arrived, unless another thread reads."""
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
