"""Real sockets with virtual timeouts: a short real wait stands for the whole timeout."""

from __future__ import annotations

from collections import deque
from time import monotonic

from orderlists import TransportError
from orderlists.extending import Frame
from orderlists_simulator import VirtualClock
from orderlists_transports import Connection, FramedTransport

# Real seconds: longer than a reply of the simulator takes on a busy machine.
IO_TIMEOUT = 0.5
_PART = 0.001


class VirtualTimeoutTransport:
    """A framed transport whose timeouts elapse on a virtual clock."""

    def __init__(self, transport: FramedTransport, clock: VirtualClock) -> None:
        self._transport = transport
        self._clock = clock
        self._connections: list[_BufferedConnection] = []

    def connect(self, target: str, /, *, timeout: float) -> Connection:
        connection = _BufferedConnection(self._transport.connect(target, timeout=timeout))
        self._connections.append(connection)
        return connection

    def wait(self, seconds: float) -> bool:
        end = monotonic() + min(seconds, IO_TIMEOUT)
        while monotonic() < end:
            news = [connection.has_news() for connection in self._connections]
            if any(news):
                return False
        self._clock.sleep(seconds)
        return True

    def close(self) -> None:
        self._transport.close()


class _BufferedConnection:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._frames: deque[Frame] = deque()
        self._has_ended = False

    def send(self, frame: Frame, /, *, timeout: float) -> None:
        self._connection.send(frame, timeout=timeout)

    def receive(self, *, timeout: float | None) -> Frame | None:
        if self._frames:
            return self._frames.popleft()
        return self._connection.receive(timeout=timeout)

    def has_news(self) -> bool:
        """Whether a frame, or the end of the connection, arrived since it was last received."""
        if self._has_ended:
            return False
        try:
            frame = self._connection.receive(timeout=_PART)
        except TransportError:
            self._has_ended = True
            return True
        if frame is not None:
            self._frames.append(frame)
        return frame is not None

    def close(self) -> None:
        self._connection.close()
