"""An open connection to a venue in the same process: frames go in and out, and no socket is there.

Keeps the contract of framed connections for both colours in one class.

Invariant: a frame is handed out once, and only after it left the venue, by the venue's time.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

from attrs import field, frozen

from orderlists import TransportError
from orderlists_simulator._timing import SECOND, in_nanoseconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists.extending import Frame
    from orderlists_simulator._conversation import Conversation
    from orderlists_simulator._venue import Venue


@frozen
class Pace:
    """How time passes for those who wait in blocking calls.

    Attributes:
        now: Tells the time in nanoseconds.
        sleep: Lets seconds pass; None for real time, in which others may do something meanwhile.
    """

    now: Callable[[], int]
    sleep: Callable[[float], object] | None = field(default=None)


class VenueConnection:
    """A connection: give it to whoever needs a `Connection` or an `AsyncConnection`."""

    def __init__(self, venue: Venue, conversation: Conversation, pace: Pace) -> None:
        self._venue = venue
        self._conversation = conversation
        self._pace = pace

    def send(self, frame: str, /, *, timeout: float) -> None:
        """Send one text frame.

        Args:
            frame: As it would be sent over a socket.
            timeout: Never runs out.

        Raises:
            TransportError: The connection is over, or the text cannot be written in UTF-8: never
                sent.
        """
        del timeout
        try:
            frame.encode()
        except UnicodeEncodeError as error:
            raise TransportError("the frame is not text", sent=False) from error
        with self._venue.bell.lock:
            now = self._pace.now()
            self._venue.run_until(now)
            self._expect_open()
            self._conversation.arrive(frame, now=now)
            if self._conversation.ended == "refused":
                self._expect_open()

    def receive(self, *, timeout: float | None) -> Frame | None:
        """Return the next frame, letting time pass until it leaves the venue.

        Args:
            timeout: In seconds; None for as long as it takes.

        Returns:
            The frame, or None if time was up.

        Raises:
            TransportError: The connection is over; or there is no timeout, time is virtual, and
                nothing will ever come unless somebody sends something first.
        """
        wait = _Wait(self._pace.now(), timeout)
        while True:
            with self._venue.bell.lock:
                frame = self._look(wait)
                if frame is not None or wait.is_over:
                    return frame
                until = wait.until(self._venue.next_time)
                if self._pace.sleep is None:
                    self._wait(wait, until)
                    continue
            if until is None:
                raise TransportError("nothing will ever come", sent=None)
            self._pace.sleep(wait.seconds(until))
            wait.reached(until)

    def close(self) -> None:
        """End the connection.  Closing twice is fine."""
        self._conversation.end("closed")

    async def asend(self, frame: str, /, *, timeout: float) -> None:  # noqa: ASYNC109 - the contract of asynchronous transports
        """Send one text frame, as `send` does."""
        self.send(frame, timeout=timeout)

    async def areceive(self, *, timeout: float | None) -> Frame | None:  # noqa: ASYNC109 - as above
        """Return the next frame, as `receive` does; time passes as it does in the event loop.

        With a `VirtualClock` that has to be one of its own: see `VirtualClock.event_loop`.
        """
        loop = asyncio.get_running_loop()
        wait = _Wait(self._pace.now(), timeout)
        while True:
            with self._venue.bell.lock:
                frame = self._look(wait)
                if frame is not None or wait.is_over:
                    return frame
                until = wait.until(self._venue.next_time)
                alarm = _Alarm(loop)
                self._venue.bell.add(alarm.ring)
            try:
                if until is not None and await alarm.wait(wait.seconds(until)):
                    wait.reached(until)
                elif until is None:
                    await alarm.wait(None)
            finally:
                self._venue.bell.remove(alarm.ring)

    async def aclose(self) -> None:
        """End the connection, as `close` does."""
        self.close()

    def _look(self, wait: _Wait) -> Frame | None:
        wait.reached(self._pace.now())
        self._venue.run_until(wait.now)
        frame = self._conversation.take()
        if frame is None:
            self._expect_open(sent=None)
        return frame

    def _wait(self, wait: _Wait, until: int | None) -> None:
        if until is None:
            self._venue.bell.wait(None)
        elif not self._venue.bell.wait(wait.seconds(until)):
            wait.reached(until)

    def _expect_open(self, *, sent: Literal[False] | None = False) -> None:
        how = self._conversation.ended
        if how is not None:
            raise TransportError(f"the connection was {how}", sent=sent)


class _Wait:
    """How far somebody who waits has come.

    Whoever slept until a time has reached it: a clock that stands still must not keep him waiting
    for ever.
    """

    def __init__(self, now: int, timeout: float | None) -> None:
        self.now = now
        self._deadline = None if timeout is None else now + in_nanoseconds(timeout)

    @property
    def is_over(self) -> bool:
        return self._deadline is not None and self.now >= self._deadline

    def until(self, next_time: int | None) -> int | None:
        """Return what to sleep until: what happens next, or the deadline, or None for neither."""
        return min((time for time in (next_time, self._deadline) if time is not None), default=None)

    def seconds(self, until: int) -> float:
        return max(0, until - self.now) / SECOND

    def reached(self, time: int) -> None:
        self.now = max(self.now, time)


class _Alarm:
    """Wakes a task, from whatever thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._rung: asyncio.Future[bool] = loop.create_future()

    def ring(self) -> None:
        self._loop.call_soon_threadsafe(self._set, False)  # noqa: FBT003 - no time was up

    async def wait(self, seconds: float | None) -> bool:
        """Wait for a ring, and tell whether time was up before there was one."""
        if seconds is None:
            return await self._rung
        timer = self._loop.call_later(seconds, self._set, True)  # noqa: FBT003 - time was up
        try:
            return await self._rung
        finally:
            timer.cancel()

    def _set(self, by_time: bool, /) -> None:  # noqa: FBT001 - called by the loop
        if not self._rung.done():
            self._rung.set_result(by_time)
