"""Clauses about the end of a connection, whoever brings it about."""

from __future__ import annotations

from time import monotonic, sleep
from typing import TYPE_CHECKING

from orderlists_transports.conformance._bench import expect
from orderlists_transports.conformance._framed_bench import (
    expect_frames,
    expect_lost,
    expect_not_sent,
    failure,
    keep_sending,
)
from orderlists_transports.conformance._framed_clause import framed_clause
from orderlists_transports.conformance._line import LONG
from orderlists_transports.conformance._talk import (
    CLOSE,
    TEXT,
    Talk,
    closing,
    echo,
    fragments,
    frame,
    hold,
    saying,
    talking,
    vanishing,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_transports.conformance._framed_bench import FramedBench
    from orderlists_transports.conformance._framed_line import Held
    from orderlists_transports.conformance._server import Server

_SOON = 0.05
_AT_MOST = 2.0
_CODES = (1000, 1001, 1008, 1011, 3000, 4000, 4999, None)
_BEFORE = [str(number) for number in range(50)]
_RESERVED = 0x80 | 0x40
_BROKEN = {
    "text that is not UTF-8": frame(b"\xff\xfe", TEXT),
    "a surrogate in text": frame(b"\xed\xa0\x80", TEXT),
    "a reserved bit": frame("{}", first=_RESERVED),
    "an unknown kind of frame": frame(b"{}", 3),
    "the rest of nothing": frame(b"{}", 0),
    "a message within a message": frame("a", first=0) + frame("b"),
    "a ping that is too long": frame(b"x" * 126, 9),
    "a ping in pieces": frame(b"x", 9, first=0),
}


@framed_clause
def a_close_ends_receiving(bench: FramedBench) -> None:
    """A close, whatever its code, is an error with `sent` None, after all frames before it."""
    for code in _CODES:
        held = bench.held(talking(saying(*map(frame, _BEFORE), closing(code), frame("x"))))
        _expect_end(held, after=_BEFORE)


@framed_clause
def a_close_needs_no_end_of_the_socket(bench: FramedBench) -> None:
    """A close ends receiving at once, also where the other side keeps the socket open."""
    server = bench.serve(talking(_close_and_stay))
    began = monotonic()
    _expect_end(bench.line(server).connect(), after=_BEFORE)
    took = monotonic() - began
    server.close()
    expect(took < _AT_MOST, f"that took {took:.2f} s")


@framed_clause
def a_vanished_peer_ends_receiving(bench: FramedBench) -> None:
    """A connection that breaks off is an error with `sent` None, after all frames before it."""
    for rest in (b"", frame("x" * 300)[:99], frame("x" * 300)[:3], fragments("one ", "two")[0]):
        held = bench.held(vanishing(saying(*map(frame, _BEFORE), rest)))
        _expect_end(held, after=_BEFORE)


@framed_clause
def a_reset_ends_receiving(bench: FramedBench) -> None:
    """A connection that is reset, between frames or in one, is an error with `sent` None."""
    for rest in (b"", frame("x" * 300)[:99]):
        held = bench.held(vanishing(_resetting(rest)))
        expect_frames(held, *_BEFORE)
        held.send("go on")
        _expect_end(held)


@framed_clause
def a_broken_rule_ends_the_connection(bench: FramedBench) -> None:
    """What RFC 6455 forbids is an error with `sent` None, after all frames before it."""
    for name, broken in _BROKEN.items():
        held = bench.held(vanishing(saying(frame("before"), broken, frame("after"))))
        expect_frames(held, "before")
        try:
            _expect_end(held)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error


@framed_clause
def closing_ends_a_receive(bench: FramedBench) -> None:
    """Whoever receives while the connection is closed gets an error with `sent` None."""
    for close in (_close_connection, _close_transport):
        server = bench.serve(talking(echo))
        line = bench.line(server)
        held = line.connect()
        receiving = held.start_receiving(None)
        sleep(_SOON)
        close(line.close, held)
        expect_lost(receiving.result, LONG)
        expect(_has_ended(server), "the connection is still open")


@framed_clause
def closing_does_not_wait_for_ever(bench: FramedBench) -> None:
    """A connection can be closed, in a moment, where the other side says nothing any more."""
    server = bench.serve(talking(hold))
    held = bench.line(server).connect()
    receiving = held.start_receiving(None)
    began = monotonic()
    held.close()
    took = monotonic() - began
    expect_lost(receiving.result, LONG)
    server.close()
    expect(took < _AT_MOST, f"that took {took:.2f} s")


@framed_clause
def a_closed_connection_sends_nothing(bench: FramedBench) -> None:
    """What is sent after closing is an error with `sent` False; closing twice is fine."""
    arrived: list[int] = []

    def note(talk: Talk) -> None:
        while (piece := talk.read()).opcode != CLOSE:
            arrived.append(piece.opcode)
        talk.write(closing(1000))

    server = bench.serve(vanishing(note))
    held = bench.line(server).connect()
    held.send("before")
    held.close()
    held.close()
    expect_not_sent(held.send, "after")
    failure(held.receive)
    expect(_has_ended(server), "the connection is still open")
    expect(arrived == [TEXT], f"frames of the kinds {arrived} arrived")


@framed_clause
def a_closed_transport_opens_nothing(bench: FramedBench) -> None:
    """Closing a transport, used or not, twice or once, ends its connections and opens no more."""
    for used in (False, True):
        server = bench.serve(talking(echo))
        line = bench.line(server)
        held = [line.connect() for _ in range(2)] if used else []
        line.close()
        line.close()
        for each in held:
            expect_not_sent(each.send, "{}")
            failure(each.receive)
        expect_not_sent(line.connect)
        expect(server.connections == len(held), "a connection was opened")
        expect(server.has_closed(len(held)), "a connection is still open")


def _expect_end(held: Held, *, after: list[str] | None = None) -> None:
    expect_frames(held, *(after or []))
    for timeout in (LONG, 0, None):
        receiving = held.start_receiving(timeout)
        expect_lost(receiving.result, LONG)
    failure(keep_sending, held)


def _close_and_stay(talk: Talk) -> None:
    talk.write(*map(frame, _BEFORE), closing(1001))
    talk.peer.hold()


def _resetting(rest: bytes) -> Callable[[Talk], None]:
    def script(talk: Talk) -> None:
        talk.write(*map(frame, _BEFORE))
        talk.read()
        talk.write(rest)
        talk.peer.reset()

    return script


def _close_connection(_: Callable[[], None], held: Held) -> None:
    held.close()


def _close_transport(close: Callable[[], None], _: Held) -> None:
    close()


def _has_ended(server: Server) -> bool:
    return server.has_closed(1)


ENDINGS = (
    a_close_ends_receiving,
    a_close_needs_no_end_of_the_socket,
    a_vanished_peer_ends_receiving,
    a_reset_ends_receiving,
    a_broken_rule_ends_the_connection,
    closing_ends_a_receive,
    closing_does_not_wait_for_ever,
    a_closed_connection_sends_nothing,
    a_closed_transport_opens_nothing,
)
