"""Clauses about time, and about callers that do not wait to the end."""

from __future__ import annotations

from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

from orderlists_transports.conformance._bench import expect
from orderlists_transports.conformance._framed_bench import expect_frames, expect_lost
from orderlists_transports.conformance._framed_clause import framed_clause
from orderlists_transports.conformance._line import LONG
from orderlists_transports.conformance._talk import (
    Talk,
    echo,
    fragments,
    frame,
    hold,
    talking,
)

if TYPE_CHECKING:
    from orderlists_transports.conformance._framed_bench import FramedBench

_SOON = 0.1
_AT_MOST = 1.0
_ROUNDS, _MOMENT = 40, 0.00002
_LONG, _MORE_THAN_IS_TAKEN = 256 * 1024, 100


@framed_clause
def receiving_ends_at_the_timeout(bench: FramedBench) -> None:
    """Whoever receives nothing until the timeout gets None, and loses nothing by that."""
    whole = frame("x" * 300)
    parts = fragments("one ", "two")

    def halt(talk: Talk) -> None:
        for first, second in ((whole[:2], whole[2:]), (whole[:99], whole[99:]), (*parts,)):
            talk.write(first)
            talk.read()
            talk.write(second)

    held = bench.held(talking(halt))
    for wanted in ("x" * 300, "x" * 300, "one two"):
        began = monotonic()
        found = held.receive(_SOON)
        took = monotonic() - began
        expect(found is None, f"{found!r} came early")
        expect(_SOON / 2 < took < _SOON + _AT_MOST, f"a timeout of {_SOON} s took {took:.2f} s")
        held.send("go on")
        expect_frames(held, wanted)


@framed_clause
def no_timeout_is_no_wait(bench: FramedBench) -> None:
    """A timeout of 0 returns a frame that is here already, or None at once."""
    held = bench.held(talking(echo))
    began = monotonic()
    for _ in range(5):
        found = held.receive(0)
        expect(found is None, f"{found!r} came from nowhere")
    took = monotonic() - began
    expect(took < _AT_MOST, f"that took {took:.2f} s")
    for text in ("first", "second"):
        held.send(text)
        while (arrived := held.receive(0)) is None:
            expect(monotonic() - began < LONG, "it is never here")
        expect(arrived == text, f"{arrived!r} came")


@framed_clause
def no_limit_is_no_timeout(bench: FramedBench) -> None:
    """Without a timeout, receiving takes as long as it takes."""
    held = bench.held(talking(_say_it_late))
    held.send("begin")
    found = held.receive(None)
    expect(found == "late", f"{found!r} came")


@framed_clause
def an_interrupt_loses_no_frame(bench: FramedBench) -> None:
    """A cancelled task, or Ctrl-C, passes through at once, and every frame is received."""
    begun = Event()
    whole = frame("x" * 300)
    parts = fragments("one ", "two")

    def halt(talk: Talk) -> None:
        for first, second in ((b"", frame("late")), (whole[:99], whole[99:]), (*parts,)):
            talk.read()
            talk.peer.hold(_SOON / 2)
            talk.write(first)
            talk.peer.hold(_SOON / 2)
            begun.set()
            talk.read()
            talk.write(second)

    def wait() -> None:
        begun.wait(LONG)
        begun.clear()

    held = bench.held(talking(halt))
    for wanted in ("late", "x" * 300, "one two"):
        held.send("begin")
        expect(held.interrupt(wait), "the interrupt was swallowed")
        held.send("go on")
        expect_frames(held, wanted)


@framed_clause
def cancelling_at_the_last_moment_loses_no_frame(bench: FramedBench) -> None:
    """A task that is cancelled just as a frame comes returns it, or the next one does."""
    held = bench.held(talking(echo))
    for number in range(_ROUNDS):
        held.send(str(number))
        found = held.cancel(number * _MOMENT) or held.receive()
        expect(found == str(number), f"{found!r} came instead of {number}")


@framed_clause
def sending_ends_at_the_timeout(bench: FramedBench) -> None:
    """Where the other side does not read, sending is an error at its timeout, `sent` None."""
    server = bench.serve(talking(hold))
    held = bench.line(server).connect()
    began = [0.0]

    def send() -> None:
        for _ in range(_MORE_THAN_IS_TAKEN):
            began.append(monotonic())
            held.send("x" * _LONG, _SOON)

    expect_lost(send)
    took = monotonic() - began.pop()
    expect(took < _SOON + _AT_MOST, f"a timeout of {_SOON} s took {took:.2f} s")
    closed = monotonic()
    held.close()
    took = monotonic() - closed
    expect(took < 2 * _AT_MOST, f"closing then took {took:.2f} s")


def _say_it_late(talk: Talk) -> None:
    talk.read()
    talk.peer.hold(2 * _SOON)
    talk.write(frame("late"))


WAITING = (
    receiving_ends_at_the_timeout,
    no_timeout_is_no_wait,
    no_limit_is_no_timeout,
    an_interrupt_loses_no_frame,
    cancelling_at_the_last_moment_loses_no_frame,
    sending_ends_at_the_timeout,
)
