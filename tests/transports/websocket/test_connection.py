"""What WebSocket connections of both colours share, sans I/O."""

from typing import Any

import pytest

from manual_loop import Lines, ManualLoop
from orderlists_transports._websocket.connection import WebSocketConnection


class Recorded(WebSocketConnection):
    """A connection that records what is written to its socket."""

    def __init__(self, loop: ManualLoop, heartbeat: float = 20.0) -> None:
        protocol: Any = Lines()
        super().__init__(protocol, loop, heartbeat)
        self.writes: list[bytes] = []
        self.is_reading = True
        self._begin()

    def _put(self, data: bytes) -> None:
        self.writes.append(data)

    def _n_unwritten(self) -> int:
        return 0

    def _pause(self) -> None:
        self.is_reading = False

    def _unpause(self) -> None:
        self.is_reading = True

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


def listen_and_close_at_once(connection: Any) -> list[str]:
    seen: list[str] = []

    def received(frame: str) -> None:
        seen.append(frame)
        connection.start_closing()

    def lost(error: Exception) -> None:
        seen.append(str(error))

    connection.listen(received, lost)
    return seen


def test_the_end_is_reported_once_where_a_kept_frame_has_the_connection_closed(
    connection: Any, loop: ManualLoop
) -> None:
    connection._take(b"1\n2")  # noqa: SLF001
    seen = listen_and_close_at_once(connection)
    loop.turn()
    assert seen == ["1", "the connection is over: it was closed here"]


def test_a_frame_that_came_with_the_one_that_has_the_connection_closed_is_dropped(
    connection: Any, loop: ManualLoop
) -> None:
    seen = listen_and_close_at_once(connection)
    connection._take(b"1\n2")  # noqa: SLF001
    loop.turn()
    assert seen == ["1", "the connection is over: it was closed here"]


def test_frames_and_an_end_that_came_before_a_driver_listens_are_reported_once_and_in_order(
    connection: Any, loop: ManualLoop
) -> None:
    connection._take(b"1\n2")  # noqa: SLF001
    connection._finish("gone")  # noqa: SLF001
    seen = listen_and_close_at_once(connection)
    loop.turn()
    assert seen == ["1", "2", "the connection is over: gone"]


def test_reading_that_was_paused_goes_on_when_a_driver_listens(
    connection: Any, loop: ManualLoop
) -> None:
    received: list[str] = []
    connection._take(b"x" * 5 * 1024 * 1024)  # noqa: SLF001
    assert not connection.is_reading
    connection.listen(received.append, pytest.fail)
    loop.turn()
    assert connection.is_reading
    connection._take(b"next")  # noqa: SLF001
    assert [len(frame) for frame in received] == [5 * 1024 * 1024, 4]


def test_a_heartbeat_that_is_late_leaves_its_ping_time_to_be_answered(loop: ManualLoop) -> None:
    connection: Any = Recorded(loop, heartbeat=1e-9)  # Any time is longer.
    received, lost = list[str](), list[Exception]()
    connection.listen(received.append, lost.append)
    for number in range(1, 4):
        loop.timer.fire()
        loop.turn()
        assert connection.writes == [b"ping\n"] * number
        connection._take(b"awake")  # noqa: SLF001
    assert lost == []
    loop.timer.fire()
    loop.timer.fire()
    assert [str(each) for each in lost] == ["the connection is over: the other side is silent"]
