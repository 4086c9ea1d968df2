"""What WebSocket connections of both colours share, sans I/O."""

from collections import deque
from collections.abc import Callable
from typing import Any

import pytest

from orderlists_transports._websocket.connection import WebSocketConnection


class ManualLoop:
    """A loop that runs when a test says so."""

    def __init__(self) -> None:
        self.callbacks: deque[Callable[[], object]] = deque()

    def call_soon(self, callback: Callable[[], object], /) -> None:
        self.callbacks.append(callback)

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Any:
        assert delay > 0
        return callback

    def turn(self) -> None:
        while self.callbacks:
            self.callbacks.popleft()()


class Lines:
    """A protocol of lines."""

    end = None

    def __init__(self) -> None:
        self._sent: list[str] = []

    def send(self, frame: str) -> None:
        self._sent.append(frame)

    def output(self) -> bytes:
        sent, self._sent = self._sent, []
        return "".join(f"{line}\n" for line in sent).encode()

    def receive(self, data: bytes) -> list[str]:
        return data.decode().splitlines()


class Recorded(WebSocketConnection):
    """A connection that records what is written to its socket."""

    def __init__(self, loop: ManualLoop) -> None:
        protocol: Any = Lines()
        super().__init__(protocol, loop, heartbeat=20.0)
        self.writes: list[bytes] = []

    def _put(self, data: bytes) -> None:
        self.writes.append(data)

    def _pause(self) -> None: ...

    def _unpause(self) -> None: ...

    def _abort(self) -> None: ...


@pytest.fixture
def loop() -> ManualLoop:
    return ManualLoop()


@pytest.fixture
def connection(loop: ManualLoop) -> Any:
    return Recorded(loop)


def write(connection: Any, *frames: str) -> None:
    for frame in frames:
        connection.write(frame, pytest.fail)


def test_the_first_frame_is_written_at_once_and_others_are_joined(
    connection: Any, loop: ManualLoop
) -> None:
    write(connection, "1", "2", "3")
    assert connection.writes == [b"1\n"]
    loop.turn()
    assert connection.writes == [b"1\n", b"2\n3\n"]


def test_a_frame_is_written_at_once_where_all_before_it_were_answered(
    connection: Any, loop: ManualLoop
) -> None:
    write(connection, "1", "2")
    loop.turn()
    connection._take(b"reply")  # noqa: SLF001
    write(connection, "3")
    assert connection.writes == [b"1\n", b"2\n"]
    loop.turn()
    connection._take(b"reply\nreply\nevent")  # noqa: SLF001
    write(connection, "4")
    assert connection.writes == [b"1\n", b"2\n", b"3\n", b"4\n"]


def test_a_frame_that_waits_to_be_written_is_not_reported_as_written(
    connection: Any, loop: ManualLoop
) -> None:
    written: list[object] = []
    write(connection, "1")
    connection._transmit("2", written.append)  # noqa: SLF001
    connection._all_written()  # noqa: SLF001 - the first
    assert written == []
    loop.turn()
    connection._all_written()  # noqa: SLF001 - the second
    assert written == [None]
