"""Clauses about timeouts, and about callers that are interrupted."""

from __future__ import annotations

from contextlib import suppress
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

from orderlists import TransportError
from orderlists_transports.conformance._servers.websocket import (
    CLOSE,
    WebSocketPeer,
    dropping,
    echo,
    fragments,
    frame,
    hold,
    serving,
)
from orderlists_transports.conformance.adapter import LONG
from orderlists_transports.conformance.clause import framed_clauses
from orderlists_transports.conformance.fixture import (
    expect,
    expect_in_time,
    expect_maybe_sent,
    within,
)
from orderlists_transports.conformance.framed._exchange import connected, expect_frames

if TYPE_CHECKING:
    from orderlists_transports.conformance.adapter import ConnectionAdapter
    from orderlists_transports.conformance.fixture import FramedFixture

_TIMEOUT = 0.06
_INTERRUPTED = 1.0
_CLOSE_TIMEOUT = 1.0
_ROUNDS, _STEP = 40, 0.00002
_FRAME, _MAX_FRAMES = "x" * 256 * 1024, 100  # More than the system's buffers hold.
_LONGER_THAN_A_SECOND = 1.1


TIMING = framed_clauses()


@TIMING.clause()
def receiving_ends_at_the_timeout(fixture: FramedFixture) -> None:
    """A receive without a frame returns None at the timeout, and loses nothing."""
    whole = frame("x" * 300)
    parts = fragments("one ", "two")

    def script(websocket: WebSocketPeer) -> None:
        for first, second in ((whole[:2], whole[2:]), (whole[:99], whole[99:]), (*parts,)):
            websocket.write(first)
            websocket.read()
            websocket.write(second)

    connection = connected(fixture, serving(script))
    for wanted in ("x" * 300, "x" * 300, "one two"):
        began = monotonic()
        with within(_TIMEOUT):
            found = connection.receive(_TIMEOUT)
        expect(found is None, f"{found!r} was received")
        expect(monotonic() - began > _TIMEOUT / 2, "it ended before the timeout")
        connection.send("go on")
        expect_frames(connection, wanted)


@TIMING.clause()
def timeout_zero_does_not_wait(fixture: FramedFixture) -> None:
    """A timeout of 0 returns a frame that has arrived, or None at once."""
    connection = connected(fixture, serving(_echo_late))
    with within():
        for _ in range(5):
            found = connection.receive(0)
            expect(found is None, f"{found!r} was received")
    began = monotonic()
    for text in ("first", "second"):
        connection.send(text)
        while (arrived := connection.receive(0)) is None:
            expect(monotonic() - began < LONG, "a frame that has arrived is never received")
        expect(arrived == text, f"{arrived!r} was received")


@TIMING.clause()
def timeout_none_waits_forever(fixture: FramedFixture) -> None:
    """Without a timeout, a receive waits until a frame comes."""
    connection = connected(fixture, serving(_send_late))
    connection.send("begin")
    found = connection.receive(None)
    expect(found == "late", f"{found!r} was received")


@TIMING.clause()
def an_interrupt_loses_no_frame(fixture: FramedFixture) -> None:
    """A cancelled task, or Ctrl-C, passes at once, and every frame is received."""
    begun = Event()
    whole = frame("x" * 300)
    parts = fragments("one ", "two")

    def script(websocket: WebSocketPeer) -> None:
        for first, second in ((b"", frame("late")), (whole[:99], whole[99:]), (*parts,)):
            websocket.read()
            websocket.peer.hold(_TIMEOUT / 2)
            websocket.write(first)
            websocket.peer.hold(_TIMEOUT / 2)
            begun.set()
            websocket.read()
            websocket.write(second)

    def wait() -> None:
        begun.wait(LONG)
        begun.clear()

    connection = connected(fixture, serving(script))
    for wanted in ("late", "x" * 300, "one two"):
        connection.send("begin")
        interruption = connection.interrupt(wait, _INTERRUPTED)
        expect(interruption.passed, "the interrupt was swallowed")
        expect_in_time(interruption.seconds)
        connection.send("go on")
        expect_frames(connection, wanted)


@TIMING.clause()
def cancelling_as_a_frame_arrives_loses_no_frame(fixture: FramedFixture) -> None:
    """A task that is cancelled as a frame arrives returns it, or the next receive does."""
    connection = connected(fixture, serving(echo))
    for number in range(_ROUNDS):
        connection.send(str(number))
        found = connection.cancel(number * _STEP, _INTERRUPTED).value or connection.receive()
        expect(found == str(number), f"{found!r} was received instead of {number}")


@TIMING.clause()
def sending_ends_at_the_timeout(fixture: FramedFixture) -> None:
    """Where the server does not read, sending is an error with `sent` None at the timeout."""
    connection = connected(fixture, serving(hold))
    _send_until_timeout(connection)
    with within(_CLOSE_TIMEOUT):
        connection.close()


@TIMING.clause()
def a_timeout_leaves_no_half_frame(fixture: FramedFixture) -> None:
    """After a send that timed out, whole frames arrive, or nothing more."""
    resume, ended = Event(), Event()
    arrived: list[bytes] = []

    def script(websocket: WebSocketPeer) -> None:
        resume.wait(LONG)
        with suppress(OSError):  # The connection ended, perhaps within a frame.
            while (received := websocket.read()).opcode != CLOSE:
                arrived.append(received.payload)
        ended.set()

    connection = connected(fixture, dropping(script))
    _send_until_timeout(connection)
    resume.set()
    with suppress(TransportError):
        connection.send("after")
    connection.close()
    expect(ended.wait(LONG), "the connection has not ended")
    strange = [each[:20] for each in arrived if each not in (_FRAME.encode(), b"after")]
    expect(not strange, f"half a frame was followed by others: {strange[:3]}")


def _send_until_timeout(connection: ConnectionAdapter) -> None:
    began = [0.0]

    def send() -> None:
        for _ in range(_MAX_FRAMES):
            began.append(monotonic())
            connection.send(_FRAME, _TIMEOUT)

    expect_maybe_sent(send)
    expect_in_time(monotonic() - began.pop(), _TIMEOUT)


def _echo_late(websocket: WebSocketPeer) -> None:
    for _ in range(2):
        received = websocket.read()
        websocket.peer.hold(_TIMEOUT)
        websocket.write(frame(received.payload, received.opcode))


def _send_late(websocket: WebSocketPeer) -> None:
    websocket.read()
    websocket.peer.hold(_LONGER_THAN_A_SECOND)
    websocket.write(frame("late"))
