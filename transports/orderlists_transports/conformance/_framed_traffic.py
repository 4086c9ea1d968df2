"""Clauses about frames: whole, in order, in both directions."""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING

from orderlists_transports.conformance._bench import expect
from orderlists_transports.conformance._framed_bench import (
    expect_frames,
    expect_lost,
    failure,
)
from orderlists_transports.conformance._framed_clause import framed_clause
from orderlists_transports.conformance._line import LONG
from orderlists_transports.conformance._talk import (
    PING,
    PONG,
    TEXT,
    Talk,
    echo,
    fragments,
    frame,
    saying,
    talking,
)

if TYPE_CHECKING:
    from orderlists_transports.conformance._framed_bench import FramedBench
    from orderlists_transports.conformance._talk import Piece

_MEBIBYTE = 1024 * 1024
_SIZES = (0, 1, 125, 126, 127, 65535, 65536, _MEBIBYTE)
_TEXTS = ("", "{}", "\u20ac \U0001f4b6 \u0000 \x7f \u4f60", '{"id":7,"method":"time"}')
_SENDERS, _EACH = 8, 12
_WAITS = 0.05


@framed_clause
def what_is_sent_arrives_whole(bench: FramedBench) -> None:
    """A frame arrives as one text frame, masked, byte for byte, in the order of sending."""
    arrived: list[Piece] = []
    texts = [*_TEXTS, *("x" * size for size in _SIZES)]

    def note(talk: Talk) -> None:
        for _ in texts:
            arrived.append(talk.read())
            talk.write(frame("noted"))

    held = bench.held(talking(note))
    for text in texts:
        held.send(text)
    expect_frames(held, *["noted"] * len(texts))
    for text, piece in zip(texts, arrived, strict=True):
        expect(piece.payload == text.encode(), f"{len(text)} characters arrived as something else")
        expect(piece.opcode == TEXT, f"a frame of the kind {piece.opcode} arrived")
        expect(piece.is_last, "a frame arrived in pieces")
        expect(piece.is_masked, "a frame was not masked")


@framed_clause
def what_arrives_is_received_whole(bench: FramedBench) -> None:
    """Text is received as str, binary as bytes, whole and in order, however long or empty."""
    sent: list[str | bytes]
    sent = [*_TEXTS, *("x" * size for size in _SIZES), *(b"\xff" * size for size in _SIZES)]
    held = bench.held(talking(saying(*map(frame, sent))))
    expect_frames(held, *sent)


@framed_clause
def fragments_are_put_together(bench: FramedBench) -> None:
    """A frame that comes in fragments is received as one, whatever comes between them."""
    text = "\u20ac\U0001f4b6" * 9
    cut = text.encode()
    halves = [frame(cut[:4], TEXT, first=0), frame(cut[4:], 0)]
    held = bench.held(
        talking(
            saying(
                *fragments("a", "", "b", "c"),
                *fragments(b"\x00", b"\xff", b""),
                halves[0],
                frame(b"between", PING),
                frame(b"nobody asked", PONG),
                halves[1],
                frame("end"),
            )
        )
    )
    expect_frames(held, "abc", b"\x00\xff", text, "end")


@framed_clause
def segments_do_not_matter(bench: FramedBench) -> None:
    """Frames that come byte by byte, and many that come at once, are the same frames."""
    short = [frame("{}"), frame(b"\x00"), *fragments("\u20ac", "b"), frame("x" * 130)]
    many = [str(number) for number in range(500)]

    def send(talk: Talk) -> None:
        for byte in b"".join(short):
            talk.write(bytes([byte]))
            talk.peer.hold(0.0002)
        talk.write(*(frame(each) for each in many))

    expect_frames(bench.held(talking(send)), "{}", b"\x00", "\u20acb", "x" * 130, *many)


@framed_clause
def both_sides_may_send_at_once(bench: FramedBench) -> None:
    """Long frames pass each other: neither side has to read before it may send."""
    long = "x" * 4 * _MEBIBYTE

    def send_first(talk: Talk) -> None:
        talk.read()
        talk.write(frame(long[:-1]))
        talk.write(frame(str(len(talk.read().payload))))

    held = bench.held(talking(send_first))
    held.send("go")
    sent = held.start_sending(long)
    expect_frames(held, long[:-1], str(len(long)))
    sent.result()


@framed_clause
def a_frame_has_a_bound(bench: FramedBench) -> None:
    """A frame longer than the bound, in one piece or many, is an error and ends the connection."""
    for long in ([frame("x" * 1001)], fragments("x" * 600, "x" * 600), [frame(b"x" * 100_000)]):
        held = bench.held(
            talking(saying(frame("x" * 1000), *long, frame("late"))),
            max_frame_size=1000,
        )
        expect_frames(held, "x" * 1000)
        for _ in range(2):
            expect_lost(held.receive)
        failure(held.send, "{}")


@framed_clause
def pings_are_answered_while_receiving(bench: FramedBench) -> None:
    """A ping that comes while somebody receives is answered with its payload, and is no frame."""
    payloads = (b"", b"1499827319559", b"\xff" * 125)
    answers: list[Piece] = []

    def ping(talk: Talk) -> None:
        for payload in payloads:
            talk.write(frame(payload, PING))
            answers.append(talk.read())
        talk.write(frame("end"))

    expect_frames(bench.held(talking(ping)), "end")
    expect([each.opcode for each in answers] == [PONG] * 3, "something else was answered")
    found = [each.payload for each in answers]
    expect(found == [*payloads], f"the answers are {found}")


@framed_clause
def senders_do_not_disturb_each_other(bench: FramedBench) -> None:
    """Many threads, or tasks, send at once: every frame arrives whole, each one's in order."""
    held = bench.held(talking(echo))
    texts = [
        [f"{who} {number} " + "x" * 9000 for number in range(_EACH)] for who in range(_SENDERS)
    ]
    started = [held.start_sending(*each) for each in texts]
    found: list[list[object]] = [[] for _ in range(_SENDERS)]
    for _ in range(_SENDERS * _EACH):
        text = str(held.receive())
        expect(text[:1].isdigit(), f"{text[:20]!r} came")
        found[int(text[0])].append(text)
    for each in started:
        each.result()
    expect(found == texts, "frames were mixed up")


@framed_clause
def sending_does_not_wait_for_receiving(bench: FramedBench) -> None:
    """One sends while another receives, for as long as it takes."""
    held = bench.held(talking(echo))
    receiving = held.start_receiving(None)
    sleep(_WAITS)
    held.send("{}")
    expect(receiving.result(LONG) == "{}", "it was not received")


@framed_clause
def connections_do_not_know_each_other(bench: FramedBench) -> None:
    """Each connection has its own frames; when one is closed, the others live on."""
    server = bench.serve(talking(echo))
    line = bench.line(server)
    held = [line.connect(f"/{number}") for number in range(3)]
    for number, each in enumerate(held):
        each.send(str(number))
    held.pop(1).close()
    expect_frames(held[0], "0")
    expect_frames(held[1], "2")
    for each in held:
        each.send("again")
        expect_frames(each, "again")
    expect(server.connections == 3, f"{server.connections} connections were opened")  # noqa: PLR2004 - as above


TRAFFIC = (
    what_is_sent_arrives_whole,
    what_arrives_is_received_whole,
    fragments_are_put_together,
    segments_do_not_matter,
    both_sides_may_send_at_once,
    a_frame_has_a_bound,
    pings_are_answered_while_receiving,
    senders_do_not_disturb_each_other,
    sending_does_not_wait_for_receiving,
    connections_do_not_know_each_other,
)
