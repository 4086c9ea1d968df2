"""The loop of a synchronous client whose transport is in the same process.

There is no thread.  Whichever caller waits runs what is due: callbacks, timers, and the frames that
the connections return.  Where nothing is due, the transport lets time pass, which may be virtual;
so what happens does not depend on the speed of the machine.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from functools import partial
from math import ceil, inf
from threading import Lock, RLock
from typing import TYPE_CHECKING

from orderlists._time import SECOND

if TYPE_CHECKING:
    from orderlists_transports._framed.polled_link import PolledLink
    from orderlists_transports.interfaces import InProcessTransport

Callback = Callable[[], object]
_FOREVER = 2**80  # In nanoseconds.


class InlineLoop:
    """Runs callbacks in the threads that wait.

    Args:
        transport: Lets time pass.
        monotonic: The client's clock, in nanoseconds.
    """

    def __init__(self, transport: InProcessTransport, monotonic: Callable[[], int]) -> None:
        self._transport = transport
        self._monotonic = monotonic
        self._begin()

    def _begin(self) -> None:
        self.links: list[PolledLink] = []
        self._reached = 0
        self._callbacks: deque[Callback] = deque()
        self._timers: list[_Timer] = []
        self._blocking: deque[Callback] = deque()
        # Reentrant: a signal handler that closes the client may interrupt the thread that holds it.
        self._lock = RLock()
        # Last: an interrupt before this leaves a copy that still begins anew.
        self._process = os.getpid()

    def is_inherited(self) -> bool:
        """Return whether this is a copy in a forked child process."""
        return self._process != os.getpid()

    def forget(self) -> None:
        """Begin anew, in a forked child."""
        self._begin()

    def stop_with(self, owner: object, name: str, close: Callback) -> None:
        """End nothing, as above."""

    def stop(self) -> None:
        """End nothing: there is no thread."""

    def run_due(self) -> None:
        """Run what is due: no thread has done so since the last wait."""
        while self._run_something():
            pass

    def call_soon(self, callback: Callback) -> None:
        """Call a function when a thread waits."""
        if self.is_inherited():
            self.forget()
        self._callbacks.append(callback)

    def call_later(self, seconds: float, callback: Callback) -> _Timer:
        """Call a function after so many seconds, when a thread waits."""
        timer = _Timer(self._time() + _in_nanoseconds(seconds), callback, self._timers)
        self._timers.append(timer)
        return timer

    def run_blocking(
        self, act: Callable[[], object], done: Callable[[object, BaseException | None], object]
    ) -> None:
        """Call a function that may block in a thread that waits, while others may go on."""

        def run() -> None:
            try:
                value = act()
            except BaseException as error:
                self.call_soon(partial(done, None, error))
                if not isinstance(error, Exception):
                    raise
            else:
                self.call_soon(partial(done, value, None))

        self._blocking.append(run)

    def wait(self, signal: Lock, seconds: float | None) -> bool:
        """Run what is due until a lock is released, at most so many seconds."""
        until = _FOREVER if seconds is None else self._time() + _in_nanoseconds(seconds)
        while True:
            has_run = self._run_something()
            # Looked at last: while a frame was received, a hook may have called this client.
            if signal.acquire(blocking=False):
                return True
            if has_run:
                continue
            now = self._time()
            if now >= until:
                return False
            due = min([until, *(timer.when for timer in self._timers)])
            if self._transport.wait((due - now) / SECOND if due < _FOREVER else inf):
                self._reached = max(self._reached, due)

    def _time(self) -> int:
        """Return the time in nanoseconds.  What was waited for is reached, whatever clocks say."""
        return max(self._reached, self._monotonic())

    def _run_something(self) -> bool:
        with self._lock:
            blocking = self._blocking.popleft() if self._blocking else None
            if blocking is None:
                return self._poll() or self._run_next()
        blocking()
        return True

    def _poll(self) -> bool:
        polled = [link.poll() for link in list(self.links)]
        return any(polled)

    def _run_next(self) -> bool:
        now = self._time()
        due = [timer for timer in self._timers if timer.when <= now]
        if due:
            first = min(due, key=lambda timer: timer.when)
            first.cancel()
            first.callback()
        elif self._callbacks:
            self._callbacks.popleft()()
        else:
            return False
        return True


class _Timer:
    def __init__(self, when: int, callback: Callback, timers: list[_Timer]) -> None:
        self.when = when
        self.callback = callback
        self._timers = timers

    def cancel(self) -> None:
        if self in self._timers:
            self._timers.remove(self)


def _in_nanoseconds(seconds: float) -> int:
    return ceil(seconds * SECOND)
