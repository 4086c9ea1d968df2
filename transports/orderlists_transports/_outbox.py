"""Frames on their way out.

Invariant: they leave whole and in order, and none waits for longer than a turn of the event loop.
"""

from __future__ import annotations

import asyncio

TAKEN_AT_ONCE = 32 * 1024
"""Bytes that are written without a look at who takes them: half of what asyncio calls too many."""


class Outbox:
    """What frames are written to: those that follow in one turn of the event loop leave together.

    The first leaves at once.  To the system a burst of cancels is two writes, and each would cost
    as much as all else that is done to send a frame.
    """

    def __init__(self, carrier: asyncio.Transport) -> None:
        self._carrier = carrier
        self._loop = asyncio.get_running_loop()
        self._waiting = bytearray()
        self._is_turn = False

    def write(self, frame: bytes) -> None:
        """Take a frame, or a part of one."""
        self._waiting += frame
        if not self._is_turn:
            self._is_turn = True
            self._loop.call_soon(self._end_turn)
            self._flush()
        elif len(self._waiting) > TAKEN_AT_ONCE:
            self._flush()

    def is_closing(self) -> bool:
        """Tell whether nothing will be taken any more."""
        return self._carrier.is_closing()

    def size(self) -> int:
        """Return how many bytes the system has not taken yet."""
        return len(self._waiting) + self._carrier.get_write_buffer_size()

    def abort(self) -> None:
        """Let it be over at once, whatever was not taken."""
        self._carrier.abort()

    def _end_turn(self) -> None:
        self._is_turn = False
        if self._waiting:
            self._flush()

    def _flush(self) -> None:
        frames = bytes(self._waiting)
        self._waiting.clear()
        self._carrier.write(frames)
