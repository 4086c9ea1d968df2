"""Clauses about frames: whole and in order, in both directions."""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING

from orderlists_transports.conformance._servers.websocket import (
    BINARY,
    PING,
    PONG,
    TEXT,
    WebSocketPeer,
    echo,
    fragments,
    frame,
    sending,
    serving,
)
from orderlists_transports.conformance.adapter import LONG
from orderlists_transports.conformance.clause import framed_clauses
from orderlists_transports.conformance.fixture import expect, expect_maybe_sent, failure, shown
from orderlists_transports.conformance.framed._exchange import connected, expect_frames

if TYPE_CHECKING:
    from orderlists_transports.conformance._servers.websocket import ReceivedFrame
    from orderlists_transports.conformance.fixture import FramedFixture

_MEBIBYTE = 1024 * 1024
_SIZES = (0, 1, 125, 126, 127, 65535, 65536, _MEBIBYTE)
_TEXTS = ("", "{}", "\u20ac \U0001f4b6 \u0000 \x7f \u4f60", '{"id":7,"method":"time"}')
_SENDERS, _EACH = 8, 12
_MOMENT = 0.05
_BACKLOG = 2000


FRAMES = framed_clauses()


@FRAMES.clause()
def sent_frames_arrive_whole(fixture: FramedFixture) -> None:
    """A frame arrives whole, masked, byte for byte, in order: str as text, bytes as binary."""
    arrived: list[ReceivedFrame] = []
    sent: list[str | bytes] = [*_TEXTS, *("x" * size for size in _SIZES), b"", b"\xff" * 300]

    def script(websocket: WebSocketPeer) -> None:
        for _ in sent:
            arrived.append(websocket.read())
            websocket.write(frame("noted"))

    connection = connected(fixture, serving(script))
    for each in sent:
        connection.send(each)
    expect_frames(connection, *["noted"] * len(sent))
    for each, found in zip(sent, arrived, strict=True):
        payload, opcode = (each.encode(), TEXT) if isinstance(each, str) else (each, BINARY)
        expect(found.payload == payload, f"a frame of length {len(each)} arrived changed")
        expect(found.opcode == opcode, f"a frame with opcode {found.opcode} arrived")
        expect(found.is_last, "a frame arrived in fragments")
        expect(found.mask is not None, "a frame was not masked")


@FRAMES.clause()
def frames_are_received_whole(fixture: FramedFixture) -> None:
    """Text is received as str, binary as bytes, whole and in order, however long or empty."""
    sent: list[str | bytes]
    sent = [*_TEXTS, *("x" * size for size in _SIZES), *(b"\xff" * size for size in _SIZES)]
    expect_frames(connected(fixture, serving(sending(*map(frame, sent)))), *sent)


@FRAMES.clause()
def fragments_are_joined(fixture: FramedFixture) -> None:
    """A frame in fragments is received as one, whatever comes between them."""
    text = "\u20ac\U0001f4b6" * 9
    cut = text.encode()
    halves = [frame(cut[:4], TEXT, first=0), frame(cut[4:], 0)]
    script = sending(
        *fragments("a", "", "b", "c"),
        *fragments(b"\x00", b"\xff", b""),
        halves[0],
        frame(b"between", PING),
        frame(b"unsolicited", PONG),
        halves[1],
        frame("end"),
    )
    expect_frames(connected(fixture, serving(script)), "abc", b"\x00\xff", text, "end")


@FRAMES.clause()
def segments_do_not_matter(fixture: FramedFixture) -> None:
    """Frames that arrive byte by byte are the same frames."""
    sent = [frame("{}"), frame(b"\x00"), *fragments("\u20ac", "b"), frame("x" * 130)]
    bytewise = [bytes([byte]) for byte in b"".join(sent)]

    def script(websocket: WebSocketPeer) -> None:
        websocket.peer.write_in_segments(*bytewise, pause=0.0002)

    connection = connected(fixture, serving(script))
    expect_frames(connection, "{}", b"\x00", "\u20acb", "x" * 130)


@FRAMES.clause()
def a_backlog_of_frames_is_kept(fixture: FramedFixture) -> None:
    """Thousands of frames that arrive before the first is received are all received."""
    texts = [str(number) for number in range(_BACKLOG)]
    connection = connected(fixture, serving(sending(*map(frame, texts))))
    sleep(_MOMENT)
    expect_frames(connection, *texts)


@FRAMES.clause()
def both_sides_may_send_at_once(fixture: FramedFixture) -> None:
    """Long frames pass each other: neither side has to read before it may send."""
    long = "x" * 4 * _MEBIBYTE

    def script(websocket: WebSocketPeer) -> None:
        websocket.read()
        websocket.write(frame(long[:-1]))
        websocket.write(frame(str(len(websocket.read().payload))))

    connection = connected(fixture, serving(script))
    connection.send("go")
    sent = connection.start_sending(long)
    expect_frames(connection, long[:-1], str(len(long)))
    sent.result()


@FRAMES.clause()
def a_frame_has_a_maximum_size(fixture: FramedFixture) -> None:
    """A frame longer than `max_frame_size`, whole or in fragments, ends the connection."""
    for long in ([frame("x" * 1001)], fragments("x" * 600, "x" * 600), [frame(b"x" * 100_000)]):
        script = serving(sending(frame("x" * 1000), *long, frame("late")))
        connection = connected(fixture, script, max_frame_size=1000)
        expect_frames(connection, "x" * 1000)
        for _ in range(2):
            expect_maybe_sent(connection.receive)
        failure(connection.send, "{}")


@FRAMES.clause()
def pings_are_answered_while_receiving(fixture: FramedFixture) -> None:
    """A ping that comes during a receive is answered with its payload, and is no frame."""
    payloads = (b"", b"1499827319559", b"\xff" * 125)
    answers: list[ReceivedFrame] = []

    def script(websocket: WebSocketPeer) -> None:
        for payload in payloads:
            websocket.write(frame(payload, PING))
            answers.append(websocket.read())
        websocket.write(frame("end"))

    expect_frames(connected(fixture, serving(script)), "end")
    expect([each.opcode for each in answers] == [PONG] * 3, "the answer is not a pong")
    found = [each.payload for each in answers]
    expect(found == [*payloads], f"the answers are {found}")


@FRAMES.clause()
def concurrent_senders_are_independent(fixture: FramedFixture) -> None:
    """Many threads, or tasks, send at once: every frame arrives whole, each sender's in order."""
    connection = connected(fixture, serving(echo))
    texts = [
        [f"{sender} {number} " + "x" * 9000 for number in range(_EACH)]
        for sender in range(_SENDERS)
    ]
    started = [connection.start_sending(*each) for each in texts]
    found: list[list[object]] = [[] for _ in range(_SENDERS)]
    for _ in range(_SENDERS * _EACH):
        text = connection.receive()
        expect(str(text)[:1].isdigit(), f"{shown(text)} was received")
        found[int(str(text)[0])].append(text)
    for each in started:
        each.result()
    expect(found == texts, "frames were mixed up")


@FRAMES.clause()
def sending_does_not_wait_for_receiving(fixture: FramedFixture) -> None:
    """A frame can be sent during a receive, however long that takes."""
    connection = connected(fixture, serving(echo))
    receiving = connection.start_receiving(timeout=None)
    sleep(_MOMENT)
    connection.send("{}")
    expect(receiving.result(LONG)[0] == "{}", "it was not received")


@FRAMES.clause()
def connections_are_independent(fixture: FramedFixture) -> None:
    """Each connection has its own frames; when one is closed, the others stay open."""
    server = fixture.serve(serving(echo))
    transport = fixture.transport(server)
    connections = [transport.connect(f"/{number}") for number in range(3)]
    for number, each in enumerate(connections):
        each.send(str(number))
    connections.pop(1).close()
    expect_frames(connections[0], "0")
    expect_frames(connections[1], "2")
    for each in connections:
        each.send("again")
        expect_frames(each, "again")
    expect(server.connections == 3, f"{server.connections} connections were opened")  # noqa: PLR2004 - as above
