"""Runs a clause in a thread of its own, so that a transport that hangs is a verdict.

A blocked thread cannot be ended.  After the time limit the clause is abandoned: the caller closes
the servers, which ends whatever waits for a socket; a thread that deadlocked stays behind as a
daemon.  Signals reach the main thread only, so what a signal is to interrupt runs in the caller's.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, TypeVar
from unittest import SkipTest

if TYPE_CHECKING:
    from collections.abc import Callable

R = TypeVar("R")


def in_daemon_thread(act: Callable[[], R]) -> Future[R]:
    """Run a function in a thread that does not keep the process alive."""
    future: Future[R] = Future()
    threading.Thread(target=_complete, args=(future, act), daemon=True).start()
    return future


class Supervisor:
    """Runs one function within a time limit."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()

    def run(self, act: Callable[[], R], *, seconds: float) -> R:
        """Run a function in another thread, and in this one what it hands over.

        Raises:
            TimeoutError: It has not ended in time.
        """
        end = monotonic() + seconds
        future = in_daemon_thread(act)
        future.add_done_callback(lambda _: self._calls.put(None))
        try:
            while (call := self._calls.get(timeout=max(end - monotonic(), 0))) is not None:
                call()
        except Empty:
            raise TimeoutError from None
        return future.result()

    def in_main_thread(self, act: Callable[[], R]) -> R:
        """Run a function in the thread that called `run`, which must be the main one.

        Raises:
            unittest.SkipTest: It is another.
        """
        future: Future[R] = Future()
        self._calls.put(lambda: _complete(future, _only_in_main_thread(act)))
        return future.result()


def _only_in_main_thread(act: Callable[[], R]) -> Callable[[], R]:
    if threading.current_thread() is threading.main_thread():
        return act

    def skip() -> R:
        raise SkipTest("Ctrl-C reaches only the main thread, and this is another")

    return skip


def _complete(future: Future[R], act: Callable[[], R]) -> None:
    try:
        result = act()
    except BaseException as error:  # noqa: BLE001 - raised again by `Future.result`
        future.set_exception(error)
    else:
        future.set_result(result)
