"""WebSocket connections whose socket belongs to an I/O thread: what does not get written."""

import socket
from collections.abc import Callable, Iterator
from selectors import EVENT_READ, EVENT_WRITE
from typing import Any

import pytest

from manual_loop import Lines, ManualLoop
from orderlists import TransportError
from orderlists_transports._websocket.thread_connection import ThreadWebSocket


class ManualThread(ManualLoop):
    """An I/O thread that runs when a test says so, and looks at no socket."""

    def watch(self, sock: socket.socket, events: int, ready: Callable[[int], object]) -> None: ...

    def unwatch(self, sock: socket.socket) -> None: ...


@pytest.fixture
def thread() -> ManualThread:
    return ManualThread()


@pytest.fixture
def sockets() -> Iterator[tuple[socket.socket, socket.socket]]:
    here, there = socket.socketpair()
    here.settimeout(0)
    with here, there:
        yield here, there


@pytest.fixture
def there(sockets: tuple[socket.socket, socket.socket]) -> socket.socket:
    return sockets[1]


@pytest.fixture
def connection(thread: Any, sockets: tuple[socket.socket, socket.socket]) -> Any:
    protocol: Any = Lines()
    connection = ThreadWebSocket(sockets[0], protocol, thread, heartbeat=20.0)
    connection.start()
    thread.turn()
    return connection


def listen(connection: Any) -> list[str]:
    """Return the list of what is received, and of the end."""
    seen: list[str] = []

    def lost(error: Exception) -> None:
        seen.append(str(error))

    connection.listen(seen.append, lost)
    return seen


MEBIBYTE = 1024 * 1024
BROKEN = "the connection is over: BrokenPipeError: Broken pipe"


def test_a_write_that_fails_receives_nothing_before_it_has_returned(
    connection: Any, thread: ManualThread, there: socket.socket
) -> None:
    seen = listen(connection)
    there.send(b"1\n2\n")
    there.close()
    connection.write("x", pytest.fail)
    assert seen == []
    thread.turn()
    assert seen == ["1", "2", BROKEN]


def test_frames_are_received_in_order_where_the_answer_to_the_first_cannot_be_written(
    connection: Any, thread: ManualThread, there: socket.socket
) -> None:
    seen: list[Any] = []

    def received(frame: str) -> None:
        if frame == "1":
            there.send(b"3\n")
            there.close()
            connection.write("answer", pytest.fail)
        seen.append(frame)

    connection.listen(received, seen.append)
    there.send(b"1\n2\n")
    connection._ready(EVENT_READ)  # noqa: SLF001
    thread.turn()
    assert seen[:-1] == ["1", "2", "3"]
    assert str(seen[-1]) == BROKEN


def test_a_frame_that_follows_a_failed_write_is_unsent_and_does_not_keep_replies_from_being_read(
    connection: Any, thread: ManualThread, there: socket.socket
) -> None:
    seen: list[Any] = listen(connection)
    there.send(b"1\n")
    there.close()
    connection.write("x", pytest.fail)
    connection.write("y", seen.append)
    connection._transmit("z", seen.append)  # noqa: SLF001
    connection._ready(EVENT_WRITE)  # noqa: SLF001
    assert seen == []
    thread.turn()
    assert [getattr(each, "sent", each) for each in seen] == ["1", False, False, BROKEN]


def test_a_send_that_waits_when_a_write_fails_may_have_been_sent_in_part(
    connection: Any, there: socket.socket
) -> None:
    outcomes: list[Any] = []
    connection._transmit("x" * 16 * MEBIBYTE, outcomes.append)  # noqa: SLF001
    assert outcomes == []
    there.close()
    connection._ready(EVENT_WRITE)  # noqa: SLF001
    assert [error.sent for error in outcomes] == [None]


def test_a_frame_is_refused_while_more_than_four_mebibytes_wait_to_be_written(
    connection: Any, thread: ManualThread, there: socket.socket
) -> None:
    failures: list[TransportError] = []
    connection.write("x" * 16 * MEBIBYTE, pytest.fail)
    connection.write("y", failures.append)
    assert [failure.sent for failure in failures] == [False]
    there.settimeout(5)
    read = bytearray()
    while connection._outbox:  # noqa: SLF001
        read += there.recv(MEBIBYTE)
        connection._ready(EVENT_WRITE)  # noqa: SLF001
    connection.write("z", pytest.fail)
    thread.turn()
    while not read.endswith(b"z\n"):
        read += there.recv(MEBIBYTE)
        connection._ready(EVENT_WRITE)  # noqa: SLF001
    assert read == b"x" * 16 * MEBIBYTE + b"\nz\n"
