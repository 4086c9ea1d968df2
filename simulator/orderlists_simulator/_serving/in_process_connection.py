"""A WebSocket connection to a venue in the same process: frames without a socket.

It fulfils the contract of framed connections, synchronous and asynchronous, in one class.

Invariant: a frame is returned once, and not before it was sent, by the venue's time.
"""

from __future__ import annotations

import asyncio
from typing import Literal

from orderlists import TransportError
from orderlists.extending import Frame
from orderlists_simulator._engine.time import SECOND, in_nanoseconds
from orderlists_simulator._engine.venue import Venue
from orderlists_simulator._protocols.connection import ServerConnection
from orderlists_simulator._virtual_time.clock import Clock


class VenueConnection:
    """A `Connection` and an `AsyncConnection` to a venue."""

    def __init__(self, venue: Venue, server: ServerConnection, clock: Clock) -> None:
        self._venue = venue
        self._server = server
        self._clock = clock

    def send(self, frame: Frame, /, *, timeout: float) -> None:
        """Send one frame.

        Args:
            frame: Text, or bytes.
            timeout: It never runs out.

        Raises:
            TransportError: The connection has ended, or the text cannot be encoded in UTF-8.
                Nothing was sent.
        """
        del timeout
        try:
            if isinstance(frame, str):
                frame.encode()
        except UnicodeEncodeError as error:
            raise TransportError("the frame is not text", sent=False) from error
        with self._venue.notifier.lock:
            now = self._clock.now()
            self._venue.run_until(now)
            self._expect_open()
            self._server.receive_frame(frame, now=now)
            if self._server.ended == "refused":
                self._expect_open()

    def receive(self, *, timeout: float | None) -> Frame | None:
        """Return the next frame, waiting until the venue sends it.

        Args:
            timeout: In seconds; None for no timeout.

        Returns:
            The frame, or None after the timeout.

        Raises:
            TransportError: The connection has ended; or, in virtual time and without a timeout,
                nothing is scheduled that could send a frame.
        """
        wait = _Wait(self._clock.now(), timeout)
        while True:
            with self._venue.notifier.lock:
                frame = self._poll(wait)
                if frame is not None or wait.is_over:
                    return frame
                until = wait.until(self._venue.next_time)
                if not self._clock.is_virtual:
                    self._wait(wait, until)
                    continue
            if until is None:
                raise TransportError("nothing will ever come", sent=None)
            self._clock.sleep(wait.seconds(until))
            wait.reached(until)

    def close(self) -> None:
        """End the connection; without effect if it has ended."""
        self._server.close("closed")

    async def asend(self, frame: Frame, /, *, timeout: float) -> None:  # noqa: ASYNC109 - the contract of asynchronous transports
        """Send one frame, as `send` does."""
        self.send(frame, timeout=timeout)

    async def areceive(self, *, timeout: float | None) -> Frame | None:  # noqa: ASYNC109 - as above
        """Return the next frame, as `receive` does; time passes as in the event loop.

        For a `VirtualClock` the event loop must be one of its own: see `VirtualClock.event_loop`.
        """
        loop = asyncio.get_running_loop()
        wait = _Wait(self._clock.now(), timeout)
        while True:
            with self._venue.notifier.lock:
                frame = self._poll(wait)
                if frame is not None or wait.is_over:
                    return frame
                until = wait.until(self._venue.next_time)
                wakeup = _Wakeup(loop)
                self._venue.notifier.add(wakeup.set)
            try:
                if until is not None and await wakeup.wait(wait.seconds(until)):
                    wait.reached(until)
                elif until is None:
                    await wakeup.wait(None)
            finally:
                self._venue.notifier.remove(wakeup.set)

    async def aclose(self) -> None:
        """End the connection, as `close` does."""
        self.close()

    def _poll(self, wait: _Wait) -> Frame | None:
        wait.reached(self._clock.now())
        self._venue.run_until(wait.now)
        frame = self._server.next_frame()
        if frame is None:
            self._expect_open(sent=None)
        return frame

    def _wait(self, wait: _Wait, until: int | None) -> None:
        if until is None:
            self._venue.notifier.wait(None)
        elif not self._venue.notifier.wait(wait.seconds(until)):
            wait.reached(until)

    def _expect_open(self, *, sent: Literal[False] | None = False) -> None:
        how = self._server.ended
        if how is not None:
            raise TransportError(f"the connection was {how}", sent=sent)


class _Wait:
    """The progress of a wait.

    After a sleep until a time, that time is reached even if the clock says less: a clock that does
    not move must not make a wait endless.
    """

    def __init__(self, now: int, timeout: float | None) -> None:
        self.now = now
        self._deadline = None if timeout is None else now + in_nanoseconds(timeout)

    @property
    def is_over(self) -> bool:
        return self._deadline is not None and self.now >= self._deadline

    def until(self, next_time: int | None) -> int | None:
        """Return the earlier of the next action and the deadline; None if there is neither."""
        return min((time for time in (next_time, self._deadline) if time is not None), default=None)

    def seconds(self, until: int) -> float:
        return max(0, until - self.now) / SECOND

    def reached(self, time: int) -> None:
        self.now = max(self.now, time)


class _Wakeup:
    """Wakes a task from any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._timed_out: asyncio.Future[bool] = loop.create_future()

    def set(self) -> None:
        self._loop.call_soon_threadsafe(self._resolve, False)  # noqa: FBT003 - no timeout

    async def wait(self, seconds: float | None) -> bool:
        """Wait for `set`, and return whether the timeout ran out first."""
        if seconds is None:
            return await self._timed_out
        timer = self._loop.call_later(seconds, self._resolve, True)  # noqa: FBT003 - a timeout
        try:
            return await self._timed_out
        finally:
            timer.cancel()

    def _resolve(self, timed_out: bool, /) -> None:  # noqa: FBT001 - called by the loop
        if not self._timed_out.done():
            self._timed_out.set_result(timed_out)
