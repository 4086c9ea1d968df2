"""Real sockets under a virtual clock: who waits in vain for a moment has waited it all."""

from __future__ import annotations

from orderlists.extending import Frame
from orderlists_simulator import VirtualClock
from orderlists_transports import Connection, FramedTransport

# Real seconds: more than the simulator takes to answer on a busy machine.
PATIENCE = 0.5


class PatientTransport:
    """A framed transport whose timeouts are those of a virtual clock."""

    def __init__(self, transport: FramedTransport, clock: VirtualClock) -> None:
        self._transport = transport
        self._clock = clock

    def connect(self, target: str, /, *, timeout: float) -> Connection:
        return _PatientConnection(self._transport.connect(target, timeout=timeout), self._clock)

    def close(self) -> None:
        self._transport.close()


class _PatientConnection:
    def __init__(self, connection: Connection, clock: VirtualClock) -> None:
        self._connection = connection
        self._clock = clock

    def send(self, frame: str, /, *, timeout: float) -> None:
        self._connection.send(frame, timeout=timeout)

    def receive(self, *, timeout: float | None) -> Frame | None:
        if timeout is None:
            return self._connection.receive(timeout=None)
        frame = self._connection.receive(timeout=min(timeout, PATIENCE))
        if frame is None:
            self._clock.sleep(timeout)
        return frame

    def close(self) -> None:
        self._connection.close()
