"""The thread that owns the sockets and timers of a synchronous client."""

import errno
import gc
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from time import monotonic, time_ns
from types import CodeType, FrameType
from typing import Any

import pytest

from orderlists_simulator import Venue, VenueTransport
from orderlists_transports._framed.inline_loop import InlineLoop
from orderlists_transports._framed.io_thread import IoThread

SOON = 0.05


@pytest.fixture
def thread() -> Iterator[IoThread]:
    running = IoThread()
    yield running
    running.stop()


@pytest.fixture
def reported(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Errors of callbacks, in the order in which they are reported."""
    errors: list[object] = []

    def report(args: threading.ExceptHookArgs) -> None:
        errors.append(args.exc_value)

    monkeypatch.setattr(threading, "excepthook", report)
    return errors


def wait_for(event: threading.Event) -> None:
    assert event.wait(5)


def test_callbacks_run_in_order_in_one_thread(thread: IoThread) -> None:
    ran: list[tuple[int, int]] = []
    done = threading.Event()
    for number in range(100):
        thread.call_soon(lambda number=number: ran.append((number, threading.get_ident())))  # type: ignore[misc] # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    thread.call_soon(done.set)
    wait_for(done)
    assert [number for number, _ in ran] == list(range(100))
    assert len({ident for _, ident in ran}) == 1
    assert ran[0][1] != threading.get_ident()


def test_a_timer_is_called_at_its_time_unless_it_is_canceled(thread: IoThread) -> None:
    called: list[str] = []
    done = threading.Event()

    def start() -> None:
        thread.call_later(3 * SOON, done.set)
        thread.call_later(2 * SOON, lambda: called.append("second"))
        first = thread.call_later(SOON, lambda: called.append("first"))
        canceled = thread.call_later(SOON, lambda: called.append("canceled"))
        thread.call_later(SOON, canceled.cancel)
        thread.call_later(0, canceled.cancel)
        assert first.callback is not None

    began = time.monotonic()
    thread.call_soon(start)
    wait_for(done)
    assert called == ["first", "second"]
    assert time.monotonic() - began >= 3 * SOON


def test_a_timer_that_another_of_the_same_time_cancels_is_not_called(thread: IoThread) -> None:
    called: list[int] = []
    done = threading.Event()

    def start() -> None:
        timers: list[Any] = []
        thread.call_later(SOON, lambda: [timer.cancel() for timer in timers])
        timers.append(thread.call_later(SOON, lambda: called.append(1)))
        thread.call_later(SOON, done.set)
        time.sleep(2 * SOON)

    thread.call_soon(start)
    wait_for(done)
    assert called == []


def run(thread: IoThread, act: Callable[[], object]) -> None:
    """Run a function in the thread, and wait until it has run."""
    done = threading.Event()
    thread.call_soon(act)
    thread.call_soon(done.set)
    wait_for(done)


def until_it_has_ended(thread: IoThread) -> None:
    until = monotonic() + 5
    while thread.is_used:
        assert monotonic() < until
        time.sleep(0.01)


def test_a_socket_is_watched_until_it_is_not(thread: IoThread) -> None:
    here, there = socket.socketpair()
    received: list[bytes] = []
    first, second = threading.Event(), threading.Event()

    def read(_: int) -> None:
        received.append(here.recv(10))
        (second if first.is_set() else first).set()

    with here, there:
        run(thread, lambda: thread.watch(here, EVENT_READ, read))
        there.send(b"1")
        wait_for(first)
        run(thread, lambda: thread.watch(here, 0, read))
        there.send(b"2")
        assert not second.wait(SOON)
        run(thread, lambda: thread.watch(here, EVENT_READ, read))
        wait_for(second)
        run(thread, lambda: thread.unwatch(here))
        run(thread, lambda: thread.unwatch(here))
        there.send(b"3")
        run(thread, lambda: None)
    assert received == [b"1", b"2"]


def test_what_may_block_runs_in_a_thread_of_its_own(thread: IoThread) -> None:
    outcomes: list[tuple[Any, Any]] = []
    done = threading.Event()
    error = ValueError("no")

    def fail() -> None:
        raise error

    def note(value: object, raised: BaseException | None) -> None:
        outcomes.append((value, raised))
        if len(outcomes) == 2:
            done.set()

    thread.run_blocking(lambda: 5, note)
    thread.run_blocking(fail, note)
    wait_for(done)
    assert sorted(outcomes, key=str) == [(5, None), (None, error)]


def test_waiting_ends_at_the_timeout(thread: IoThread) -> None:
    lock = threading.Lock()
    lock.acquire()
    assert not thread.wait(lock, SOON)
    assert not thread.wait(lock, -1)
    lock.release()
    assert thread.wait(lock, None)


def test_a_bug_in_a_callback_is_reported_and_ends_nothing_else(
    thread: IoThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[tuple[object, object]] = []
    idents: list[int] = []
    here, there = socket.socketpair()
    in_timer, in_socket = threading.Event(), threading.Event()

    def report(args: threading.ExceptHookArgs) -> None:
        assert args.thread is not None
        reported.append((str(args.exc_value), args.thread.ident))
        raise AssertionError("the hook fails as well")

    def fail(where: str, event: threading.Event) -> None:
        idents.append(threading.get_ident())
        event.set()
        raise ValueError(where)

    def fail_with_socket(_: int) -> None:
        thread.unwatch(here)
        fail("socket", in_socket)

    def start() -> None:
        thread.watch(here, EVENT_READ, fail_with_socket)
        thread.call_later(0, lambda: fail("timer", in_timer))
        fail("callback", threading.Event())

    monkeypatch.setattr(threading, "excepthook", report)
    with here, there:
        run(thread, start)
        wait_for(in_timer)
        there.send(b"1")
        wait_for(in_socket)
        run(thread, lambda: idents.append(threading.get_ident()))
    (ident,) = set(idents)
    assert reported == [("callback", ident), ("timer", ident), ("socket", ident)]


def test_a_bug_in_the_end_of_a_socket_is_reported_and_the_others_end(
    thread: IoThread, reported: list[object]
) -> None:
    ended = threading.Event()
    (here, there), bug = socket.socketpair(), ValueError("planted")

    def fail(_: int) -> None:
        raise bug

    def end(events: int) -> None:
        assert events == 0
        ended.set()

    with here, there:
        run(thread, lambda: thread.watch(here, EVENT_READ, fail))
        run(thread, lambda: thread.watch(there, EVENT_READ, end))
        thread.stop()
        wait_for(ended)
    assert reported == [bug]


def test_a_socket_that_is_watched_for_nothing_is_forgotten(thread: IoThread) -> None:
    here, there = socket.socketpair()
    done = threading.Event()
    calls: list[int] = []

    def watch_and_forget() -> None:
        thread.watch(here, 0, calls.append)
        thread.unwatch(here)
        done.set()

    with here, there:
        thread.call_soon(watch_and_forget)
        wait_for(done)
    assert calls == []


def test_callbacks_after_the_end_still_run() -> None:
    thread = IoThread()
    started, late = threading.Event(), threading.Event()
    thread.stop()
    thread.call_soon(started.set)
    wait_for(started)
    thread.stop()
    thread.call_soon(late.set)
    wait_for(late)


def test_timers_fire_after_a_stop_and_then_the_thread_ends(thread: IoThread) -> None:
    before, after = threading.Event(), threading.Event()
    here, there = socket.socketpair()
    ended: list[int] = []
    with here, there:
        run(thread, lambda: thread.call_later(SOON, before.set))
        run(thread, lambda: thread.watch(here, EVENT_READ, ended.append))
        thread.stop()
        wait_for(before)
        assert ended == [0]
    thread.call_soon(lambda: thread.call_later(SOON, after.set))
    wait_for(after)
    until_it_has_ended(thread)


def test_without_a_descriptor_callbacks_and_timers_run_and_there_is_no_busy_loop(
    thread: IoThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[int] = []
    fired = threading.Event()

    def refuse() -> None:
        attempts.append(threading.get_ident())
        raise OSError(errno.EMFILE, "Too many open files")

    began = monotonic()
    monkeypatch.setattr(socket, "socketpair", refuse)
    run(thread, lambda: thread.call_later(2 * SOON, fired.set))
    wait_for(fired)
    run(thread, lambda: None)
    took = monotonic() - began
    assert len(set(attempts)) == 1
    # It looks fifty times a second, and after a callback.
    assert len(attempts) < 50 * took + 5
    monkeypatch.undo()
    until = monotonic() + 5
    while not vars(thread)["_alarms"]:
        assert monotonic() < until


def test_one_thread_runs_although_many_are_started(thread: IoThread) -> None:
    ready, done = threading.Barrier(8), threading.Event()
    idents: set[int] = set()
    count: list[int] = []

    def note() -> None:
        idents.add(threading.get_ident())
        count.append(1)
        if len(count) == 800:
            done.set()

    def give() -> None:
        ready.wait()
        for _ in range(100):
            thread.call_soon(note)

    givers = [threading.Thread(target=give) for _ in range(8)]
    for giver in givers:
        giver.start()
    for giver in givers:
        giver.join()
    wait_for(done)
    assert len(idents) == 1


def test_a_thread_that_is_started_beside_another_one_ends_at_once(thread: IoThread) -> None:
    idents: list[int] = []
    run(thread, lambda: idents.append(threading.get_ident()))
    second = threading.Thread(target=vars(IoThread)["_run"], args=(thread,))
    second.start()
    second.join(5)
    assert not second.is_alive()
    run(thread, lambda: idents.append(threading.get_ident()))
    assert len(set(idents)) == 1


def test_a_forked_child_closes_the_sockets_that_it_inherited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    thread = IoThread()
    here, there = socket.socketpair()
    vars(thread)["_sockets"][here] = print
    monkeypatch.setattr(os, "getpid", lambda: -1)
    done = threading.Event()
    with there:
        thread.call_soon(done.set)
        wait_for(done)
        assert here.fileno() == -1
    thread.stop()


def test_an_inline_loop_in_a_forked_child_runs_no_callback_of_the_parent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop, ran = InlineLoop(VenueTransport(Venue()), time_ns), list[str]()
    loop.call_soon(partial(ran.append, "parent"))
    monkeypatch.setattr(os, "getpid", lambda: -1)
    loop.call_soon(partial(ran.append, "child"))
    loop.run_due()

    assert ran == ["child"]


def interrupting(code: CodeType, line: int) -> Any:
    """Return a trace function that interrupts a function before one of its lines."""
    left = [line]

    def trace(frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code is not code:
            return None
        if event == "line":
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
        return trace

    return trace


@pytest.mark.parametrize("line", range(15))
@pytest.mark.parametrize("kind", [IoThread, InlineLoop])
def test_an_interrupt_while_a_forked_child_begins_anew_leaves_no_callback_of_the_parent(
    kind: Any, line: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = IoThread() if kind is IoThread else InlineLoop(VenueTransport(Venue()), time_ns)
    callbacks = vars(loop)["_callbacks"]
    callbacks.append(print)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    usual = sys.gettrace()
    sys.settrace(interrupting(vars(kind)["_begin"].__code__, line))
    with suppress(KeyboardInterrupt):
        loop.forget()
    sys.settrace(usual)
    if loop.is_inherited():
        loop.forget()
    assert vars(loop)["_callbacks"] is not callbacks
    assert not vars(loop)["_callbacks"]


class Owner:
    pass


def test_a_thread_ends_with_its_owner_and_warns_unless_it_was_stopped() -> None:
    for is_stopped in (True, False):
        thread, owner, started = IoThread(), Owner(), threading.Event()
        thread.stop_with(owner, "thing")
        thread.call_soon(started.set)
        wait_for(started)
        if is_stopped:
            thread.stop()
            del owner
            gc.collect()
        else:
            owners = [owner]
            del owner
            with pytest.warns(ResourceWarning, match="unclosed thing"):
                owners.clear()
        until_it_has_ended(thread)


def test_a_thread_that_was_just_started_can_be_stopped() -> None:
    for _ in range(50):
        thread = IoThread()
        ran = threading.Event()
        thread.call_soon(ran.set)
        assert thread.is_used
        thread.stop()
        wait_for(ran)
        until_it_has_ended(thread)
