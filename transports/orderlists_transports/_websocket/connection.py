"""What WebSocket connections of both colours share: frames, silence, the end.

All of it runs on one loop, the event loop or the I/O thread.  Frames are given to the client's
driver, if one listens, or else kept until they are received; while more than four mebibytes of them
wait, nothing is read, so that the exchange has to wait as well.  In the other direction, a frame is
refused while more than four mebibytes wait until the system takes them.

A frame is written at once if as many frames arrived as were sent before it, else together with all
others of the same turn of the loop, as Nagle's algorithm does: to the system a burst of requests is
one write, and each would cost as much as all else that is done to send a frame.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Final

from orderlists import TransportError
from orderlists_transports._net.redact import NOT_WHOLE
from orderlists_transports._websocket.protocol import unsent

if TYPE_CHECKING:
    from orderlists.extending import Frame
    from orderlists_transports._framed.interfaces import Loop, Timer
    from orderlists_transports._websocket.protocol import WebSocket

_MAX_UNREAD: Final = 4 * 1024 * 1024
_MAX_UNWRITTEN: Final = 4 * 1024 * 1024
CLOSING_TIMEOUT: Final = 0.5
"""Seconds that the other side is given to agree that a connection is over."""

Written = Callable[[TransportError | None], object]
"""Is called when the system has taken a frame, or with the error that it has not."""


class WebSocketConnection(ABC):
    """One connection; a colour adds the socket, and how a caller waits.

    Args:
        protocol: Has shaken hands.
        loop: Where all of this runs.
        heartbeat: After so many seconds of silence the other side is pinged; if it stays silent
            for half as long again, the connection is over.
    """

    def __init__(self, protocol: WebSocket, loop: Loop, heartbeat: float) -> None:
        self._protocol = protocol
        self._loop = loop
        self._heartbeat = heartbeat
        self._frames: deque[Frame] = deque()
        # In bytes; the loop counts the ones that arrive, the receiver those it has received.
        self._n_arrived = self._n_received = 0
        self._is_paused = False
        self._received: Callable[[Frame], object] = self._keep
        self._lost: Callable[[Exception], object] = self._wake
        self._wake_receiver: Callable[[], object] | None = None
        self._end: str | None = None
        # Why nothing can be written any more, while what has arrived before is still to be read.
        self._broken: str | None = None
        self._refused: list[Callable[[TransportError], object]] = []
        self._is_flushing = False
        self._n_unanswered = 0
        self._unwritten: list[Written] = []
        self._heard, self._is_pinged = monotonic(), False
        self._timer: Timer | None = None
        self._closed: list[Callable[[], object]] = []
        self._is_closed = False

    # For a driver.

    def listen(
        self, received: Callable[[Frame], object], lost: Callable[[Exception], object], /
    ) -> None:
        """Call a function with every frame, and another once with the reason of the end."""
        self._received, self._lost = received, lost
        was_over = self._end is not None
        # The function may close the connection, which reports the end.
        while self._frames and (was_over or self._end is None):
            received(self._frames.popleft())
        self._n_received = self._n_arrived
        if was_over:
            lost(self._over())
        elif self._is_paused:
            self._loop.call_soon(self._resume)

    def write(self, frame: Frame, failed: Callable[[TransportError], object], /) -> None:
        """Write a frame, or call a function if it cannot be written."""
        if self._broken is not None and self._end is None:
            # Later: an error would end the connection, and replies may still arrive.
            self._refused.append(failed)
            return
        try:
            if self._end is not None:
                raise unsent(self._end)
            if self._n_unwritten() > _MAX_UNWRITTEN:
                raise unsent("the other side does not read those before it")
            self._protocol.send(frame)
        except TransportError as error:
            failed(error)
        else:
            self._n_unanswered += 1
            if self._n_unanswered == 1:
                self._flush()
            else:
                self._flush_soon()

    def start_closing(self, closed: Callable[[], object] | None = None) -> None:
        """Agree on the end with the other side, or do without after a while."""
        if closed is not None:
            self._closed.append(closed)
        if self._is_closed:
            self._call_closed()
        elif self._end is None:
            self._protocol.close()
            self._flush_soon()
            self._set_end("it was closed here")
            self._set_timer(CLOSING_TIMEOUT, self.shut)

    # For a colour.

    def _begin(self) -> None:
        """Take in what came with the handshake, and begin to listen for silence."""
        self._set_timer(self._heartbeat, self._beat)
        self._deliver(self._protocol.received())

    def _take(self, data: bytes) -> None:
        """Take bytes that arrived; none mean the end."""
        self._heard, self._is_pinged = monotonic(), False
        self._deliver(self._protocol.receive(data))

    def _deliver(self, frames: list[Frame]) -> None:
        self._n_unanswered = max(0, self._n_unanswered - len(frames))
        for frame in frames:
            if self._end is None:
                self._received(frame)
        self._flush()
        if self._protocol.end is not None:
            self._finish(self._protocol.end)

    def _finish(self, why: str) -> None:
        """End it: nothing more arrives.  What is still to be written is, as far as possible."""
        self._set_end(why)
        self._loop.call_soon(self.shut)

    def _transmit(self, frame: Frame, written: Written) -> None:
        """Write a frame, and call a function when the system has taken it."""

        def failed(error: TransportError) -> None:
            self._unwritten.remove(written)
            written(error)

        self._unwritten.append(written)
        self.write(frame, failed)

    def _all_written(self) -> None:
        """Note that the system has taken all."""
        if self._unwritten and not self._is_flushing and self._broken is None:
            self._call_written(None)

    def shut(self) -> None:
        """Close the socket at once."""
        if not self._is_closed:
            self._is_closed = True
            self._cancel_timer()
            self._abort()
            self._call_closed()

    def _over(self) -> TransportError:
        return TransportError(f"the connection is over: {self._end}", sent=None)

    def _set_end(self, why: str) -> None:
        if self._end is None:
            self._end = why
            refused, self._refused = self._refused, []
            for failed in refused:
                failed(unsent(why))
            self._fail_unwritten(why)
            self._lost(self._over())

    def _fail_unwritten(self, why: str) -> None:
        self._call_written(TransportError(f"{NOT_WHOLE}: {why}", sent=None))

    def _call_written(self, error: TransportError | None) -> None:
        unwritten, self._unwritten = self._unwritten, []
        for written in unwritten:
            written(error)

    def _call_closed(self) -> None:
        closed, self._closed = self._closed, []
        for call in closed:
            call()

    def _flush_soon(self) -> None:
        if not self._is_flushing:
            self._is_flushing = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._is_flushing = False
        data = self._protocol.output()
        if (data or self._unwritten) and self._broken is None and not self._is_closed:
            self._put(data)

    def _beat(self) -> None:
        if self._is_paused:  # What the other side sends is not read.
            self._heard, self._is_pinged = monotonic(), False
        left = self._heartbeat - (monotonic() - self._heard)
        if left > 0:
            self._set_timer(left, self._beat)
        elif not self._is_pinged:
            self._is_pinged = True
            self._protocol.ping()
            self._flush_soon()
            # From now on: this may be called late, such as after a suspension of the process.
            self._set_timer(self._heartbeat / 2, self._beat)
        else:
            self._finish("the other side is silent")

    def _set_timer(self, seconds: float, callback: Callable[[], object]) -> None:
        self._cancel_timer()
        self._timer = self._loop.call_later(seconds, callback)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    # Frames that wait to be received.

    def _keep(self, frame: Frame) -> None:
        self._frames.append(frame)
        self._n_arrived += len(frame)
        if self._n_arrived - self._n_received > _MAX_UNREAD and not self._is_paused:
            self._is_paused = True
            self._pause()
        self._wake(frame)

    def _wake(self, _: object) -> None:
        wake, self._wake_receiver = self._wake_receiver, None
        if wake is not None:
            wake()

    def _has_news(self) -> bool:
        """Return whether there is a frame, or the end."""
        return bool(self._frames) or self._end is not None

    def _next_frame(self) -> Frame | None:
        """Return a frame that is here, or None.

        Raises:
            TransportError: There is none, and none will come.
        """
        is_over = self._end is not None  # Looked at first: the last frame may arrive meanwhile.
        if not self._frames:
            if is_over:
                raise self._over()
            return None
        self._n_received += len(self._frames[0])
        if self._is_paused:
            self._loop.call_soon(self._resume)
        return self._frames.popleft()

    def _resume(self) -> None:
        """Read again, unless too much waits still."""
        if self._is_paused and self._n_arrived - self._n_received <= _MAX_UNREAD:
            self._is_paused = False
            self._unpause()

    # What a colour does with its socket.

    @abstractmethod
    def _put(self, data: bytes) -> None: ...

    @abstractmethod
    def _n_unwritten(self) -> int:
        """Return how many bytes the system has not taken."""

    @abstractmethod
    def _pause(self) -> None: ...

    @abstractmethod
    def _unpause(self) -> None: ...

    @abstractmethod
    def _abort(self) -> None: ...
