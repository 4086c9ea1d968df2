"""One daemon thread that owns the sockets and timers of a synchronous client.

A signal handler runs in the main thread, between any two of its steps, and may raise.  If that
thread wrote to a socket itself, an interrupt could strike after the write and before the removal of
the bytes from the outbox, and they would be written again.  If it held a lock meanwhile, the lock
could stay held for ever.  So a caller does two things only, each of which is one atomic step of the
interpreter or of the system: it appends a callback to a deque, and it writes a byte that wakes the
thread.  Then it waits on a lock of its own, which no other thread needs.  An interrupt can strike
anywhere in that: the callback is in the deque or it is not, and it runs once.

Everything else, timers included, is done in the thread, where no signal handler runs.  It is
started by the first callback.

Where the process has no descriptor left for what wakes the thread, the thread looks for callbacks
fifty times a second until it has: a caller gets the error of the connection that cannot be opened,
or its timeout.

A forked child process has no such thread: it starts its own, and inherits nothing.  (`poll` keeps
no descriptor in the system that parent and child would share.)

Invariant: callbacks run in the order in which they were given, each once, one at a time.  One that
raises ends nothing but itself: its error goes to `threading.excepthook`, as an event loop's goes to
its exception handler.
"""

from __future__ import annotations

import os
import selectors
import socket
import sys
import threading
import warnings
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack, suppress
from heapq import heappop, heappush
from itertools import count
from threading import TIMEOUT_MAX, ExceptHookArgs, Lock, Thread, current_thread
from time import monotonic
from typing import Any, Final
from weakref import finalize

Callback = Callable[[], object]

_Selector: Final[type[selectors.BaseSelector]] = getattr(
    selectors, "PollSelector", selectors.SelectSelector
)
_BYTES: Final = 4096
# Seconds between two looks, while nothing can wake the thread.
_LOOK: Final = 0.02


class Timer:
    """A callback that is due at a time; `cancel` lets it be."""

    __slots__ = ("callback",)

    def __init__(self, callback: Callback) -> None:
        self.callback: Callback | None = callback

    def cancel(self) -> None:
        """Have the callback not called."""
        self.callback = None


class IoThread:
    """Runs callbacks in one thread: at once, later, or when a socket is ready.

    Only `call_soon`, `run_blocking`, `wait` and `stop` may be called by other threads.

    Attributes:
        is_running: Whether the thread runs.
    """

    def __init__(self) -> None:
        self._finalizer: finalize[Any, Any] | None = None
        self._begin()

    def _begin(self) -> None:
        self.is_running = False
        self._is_stopping = self._is_stopped = False
        self._claim = Lock()
        self._callbacks: deque[Callback] = deque()
        self._timers: list[tuple[float, int, Timer]] = []
        self._numbers = count()
        self._selector: selectors.BaseSelector | None = None
        self._sockets: dict[socket.socket, Callable[[int], object]] = {}
        self._alarms: tuple[socket.socket, ...] = ()
        self._sleeps = False
        # Last: an interrupt before this leaves a copy that still begins anew.
        self._process = os.getpid()

    def is_inherited(self) -> bool:
        """Return whether this is a copy in a forked child process."""
        return self._process != os.getpid()

    def forget(self) -> None:
        """Begin anew, in a forked child: callbacks, timers and sockets are the parent's."""
        for sock in (*self._sockets, *self._alarms):
            sock.close()
        self._begin()

    # For every thread.

    @property
    def is_used(self) -> bool:
        """Whether the thread runs, or is about to; never in a forked child before it is."""
        return (self.is_running or bool(self._callbacks)) and not self.is_inherited()

    def run_due(self) -> None:
        """Run nothing: the thread does."""

    def call_soon(self, callback: Callback) -> None:
        """Call a function in the thread, as soon as possible."""
        if self.is_inherited():
            self.forget()
        self._callbacks.append(callback)
        self._wake()

    def run_blocking(
        self, act: Callable[[], object], done: Callable[[object, BaseException | None], object]
    ) -> None:
        """Call a function that may block, in a thread of its own; then `done`, in this one."""

        def run() -> None:
            try:
                value = act()
            except BaseException as error:  # noqa: BLE001 - it is handed over as it is
                self.call_soon(_bind(done, None, error))
            else:
                self.call_soon(_bind(done, value, None))

        Thread(target=run, name="orderlists-connect", daemon=True).start()

    def wait(self, signal: Lock, seconds: float | None) -> bool:
        """Wait until a lock is released, at most so many seconds; return whether it was."""
        return signal.acquire(timeout=-1 if seconds is None else min(max(seconds, 0), TIMEOUT_MAX))

    def stop(self) -> None:
        """End the thread, after the callbacks that were given before, and after all timers.

        The sockets end at once.  Later callbacks, and their timers, still run.
        """
        if self.is_used:
            self._is_stopping = True
            self.call_soon(self._stop)

    def stop_with(self, owner: object, name: str, close: Callback | None = None) -> None:
        """End the thread when its owner is collected, with a warning if it was not closed.

        A later owner replaces the one before: a client owns the transport that it was given.

        Args:
            owner: Is collected some time.
            name: What to call it in the warning.
            close: Is called in the thread before it ends: it cancels the owner's timers, which
                would keep the thread.
        """
        if self._finalizer is not None:
            self._finalizer.detach()
        self._finalizer = finalize(owner, self._collected, name, close)
        self._finalizer.atexit = False

    def _collected(self, name: str, close: Callback | None) -> None:
        if self.is_used and not self._is_stopping:
            if close is not None:
                self.call_soon(close)
            self.stop()
            warnings.warn(f"unclosed {name}", ResourceWarning, stacklevel=2)

    def _stop(self) -> None:
        self._is_stopped = True

    def _wake(self) -> None:
        if not self.is_running:
            # An interrupt may end this halfway, so it is done again; one thread claims the work.
            Thread(target=self._run, name="orderlists", daemon=True).start()
        elif self._sleeps:
            self._ring()

    def _ring(self) -> None:
        with suppress(OSError):  # It is full, so it wakes; or the thread has just ended.
            for alarm in self._alarms[1:]:
                alarm.send(b"!")

    # For the thread alone.

    def call_later(self, seconds: float, callback: Callback) -> Timer:
        """Call a function after so many seconds."""
        timer = Timer(callback)
        heappush(self._timers, (monotonic() + seconds, next(self._numbers), timer))
        return timer

    def watch(self, sock: socket.socket, events: int, ready: Callable[[int], object]) -> None:
        """Call a function whenever a socket is ready for these events, if there are any.

        It is called without an event when the thread ends.
        """
        self._sockets[sock] = ready
        self._select(sock, events, ready)

    def unwatch(self, sock: socket.socket) -> None:
        """Forget a socket."""
        if self._sockets.pop(sock, None) is not None:
            self._select(sock, 0, None)

    def _select(self, sock: socket.socket, events: int, ready: object) -> None:
        selector = self._selector
        assert selector is not None  # noqa: S101 - the thread runs
        is_selected = sock in selector.get_map()
        if not events:
            if is_selected:
                selector.unregister(sock)
        elif is_selected:
            selector.modify(sock, events, ready)
        else:
            selector.register(sock, events, ready)

    def _run(self) -> None:
        if not self._claim.acquire(blocking=False):
            self._ring()  # Another thread runs already.
            return
        try:
            with ExitStack() as stack:
                self._selector, self._alarms = stack.enter_context(_Selector()), ()
                self.is_running = True
                try:
                    self._call_all()
                    while not (self._is_stopped and self._is_over()):
                        if not self._alarms:
                            self._set_alarm(self._selector, stack)
                        self._turn(self._selector)
                finally:
                    self._end_sockets()
        finally:
            # In this order: a thread that is started in between leaves its callbacks to this one.
            self.is_running = False
            self._claim.release()
            if self._callbacks:  # Given meanwhile.
                self._wake()

    def _set_alarm(self, selector: selectors.BaseSelector, stack: ExitStack) -> None:
        try:
            alarm, ringer = socket.socketpair()
        except OSError:
            return  # There is no descriptor left.
        for end in (alarm, ringer):
            stack.enter_context(end).settimeout(0)

        def silence(_: int) -> None:
            alarm.recv(_BYTES)

        selector.register(alarm, selectors.EVENT_READ, silence)
        self._alarms = alarm, ringer

    def _is_over(self) -> bool:
        self._end_sockets()
        # A timer may be all that ends the wait of a caller.
        return not self._callbacks and self._time_to_timer() is None

    def _end_sockets(self) -> None:
        for sock, ready in list(self._sockets.items()):
            _call(ready, 0)
            self.unwatch(sock)

    def _turn(self, selector: selectors.BaseSelector) -> None:
        self._sleeps = True
        # Looked at after that: a callback that is given meanwhile is either seen here, or wakes.
        seconds = 0 if self._callbacks else self._time_to_timer()
        if not self._alarms:
            seconds = _LOOK if seconds is None else min(seconds, _LOOK)
        ready = selector.select(seconds)
        self._sleeps = False
        for key, events in ready:
            _call(key.data, events)
        self._call_timers()
        self._call_all()

    def _call_all(self) -> None:
        callbacks = self._callbacks
        while callbacks:
            _call(callbacks.popleft())

    def _time_to_timer(self) -> float | None:
        timers = self._timers
        while timers and timers[0][2].callback is None:
            heappop(timers)
        return max(0, timers[0][0] - monotonic()) if timers else None

    def _call_timers(self) -> None:
        timers = self._timers
        while timers and timers[0][0] <= monotonic():
            callback = heappop(timers)[2].callback
            if callback is not None:
                _call(callback)


def locked() -> Lock:
    """Return a lock that is held: what releases it wakes who waits for it."""
    lock = Lock()
    lock.acquire()
    return lock


def _call(callback: Callable[..., object], *args: object) -> None:
    """Call a function; report what it raises."""
    try:
        callback(*args)
    except BaseException:  # noqa: BLE001 - a bug, whatever it is: callers still need the thread
        # The hook may be the user's: it must not end the thread either.
        with suppress(BaseException):
            threading.excepthook(ExceptHookArgs((*sys.exc_info(), current_thread())))


def _bind(
    done: Callable[[object, BaseException | None], object],
    value: object,
    error: BaseException | None,
) -> Callback:
    return lambda: done(value, error)
