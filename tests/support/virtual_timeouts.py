"""Real sockets with virtual timeouts: a short real wait stands for the whole timeout."""

from __future__ import annotations

from orderlists.extending import Frame
from orderlists_simulator import VirtualClock
from orderlists_transports import Connection, FramedTransport

# Real seconds: longer than a reply of the simulator takes on a busy machine.
IO_TIMEOUT = 0.5


class VirtualTimeoutTransport:
    """A framed transport whose timeouts elapse on a virtual clock."""

    def __init__(self, transport: FramedTransport, clock: VirtualClock) -> None:
        self._transport = transport
        self._clock = clock

    def connect(self, target: str, /, *, timeout: float) -> Connection:
        return _VirtualTimeoutConnection(
            self._transport.connect(target, timeout=timeout), self._clock
        )

    def close(self) -> None:
        self._transport.close()


class _VirtualTimeoutConnection:
    def __init__(self, connection: Connection, clock: VirtualClock) -> None:
        self._connection = connection
        self._clock = clock

    def send(self, frame: str, /, *, timeout: float) -> None:
        self._connection.send(frame, timeout=timeout)

    def receive(self, *, timeout: float | None) -> Frame | None:
        if timeout is None:
            return self._connection.receive(timeout=None)
        frame = self._connection.receive(timeout=min(timeout, IO_TIMEOUT))
        if frame is None:
            self._clock.sleep(timeout)
        return frame

    def close(self) -> None:
        self._connection.close()
