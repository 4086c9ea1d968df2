"""How the methods of a transport under test are called: blocking ones, and coroutines.

Invariant: a clause is written once.  What differs between synchronous and asynchronous transports
is in this file.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol
from unittest import SkipTest

from attrs import frozen

from orderlists import TransportError
from orderlists_transports.conformance.supervisor import in_daemon_thread

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from concurrent.futures import Future

    from orderlists_transports.conformance.supervisor import Supervisor

Method = Any
"""A bound method of a transport: a function, or one that returns a coroutine."""

Value = Any
"""What such a method takes, or returns."""

Args = tuple[Value, ...]
"""The positional arguments of one call."""

_EXIT_TIMEOUT = 5.0
_LAST_TURNS = 10
"""How often the loop runs once more, so that connections that the server closed end."""
_STRIKE_AGAIN = 0.4
"""Seconds until a signal is sent again.  One that comes between the interpreter's last look and the
wait in the system does not end the wait."""


@frozen(kw_only=True)
class Interruption:
    """The outcome of a call that was interrupted.

    Attributes:
        passed: Whether the interrupt left the call.
        value: The result of the call, if it returned one nevertheless.
        seconds: The time from the interrupt to the end of the call.
    """

    passed: bool
    value: Value = None
    seconds: float = 0.0


class Caller(Protocol):
    """Calls the methods of a transport under test.  `prefix` begins the names of the methods."""

    prefix: str

    def make(self, factory: Callable[[], Value]) -> Value:
        """Return what a factory makes."""
        ...

    def start(
        self, method: Method, calls: Iterable[Value], **options: Value
    ) -> Future[list[Value]]:
        """Call a method in the background, once with each tuple of arguments."""
        ...

    def interrupt(
        self, when: Callable[[], object], method: Method, *args: Value, **options: Value
    ) -> Interruption:
        """Call a method and interrupt it once `when` returns."""
        ...

    def cancel(self, delay: float, method: Method, **options: Value) -> Interruption:
        """Call a method and cancel it after so many seconds, in the same event loop."""
        ...

    def in_child(self, method: Method, close: Method, *args: Value, **options: Value) -> Value:
        """Call a method in a forked child process."""
        ...

    def dispose(self) -> None:
        """Release what was needed for the calls."""
        ...


class BlockingCaller:
    """Calls methods that block.  The interrupt is Ctrl-C."""

    prefix = ""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor

    def make(self, factory: Callable[[], Value]) -> Value:
        """Return what a factory makes."""
        return factory()

    def start(
        self, method: Method, calls: Iterable[Value], **options: Value
    ) -> Future[list[Value]]:
        """Call a method in another thread."""
        return in_daemon_thread(lambda: [method(*args, **options) for args in calls])

    def interrupt(
        self, when: Callable[[], object], method: Method, *args: Value, **options: Value
    ) -> Interruption:
        """Call a method in the main thread, and send SIGINT to it."""
        if not hasattr(signal, "pthread_kill"):
            raise SkipTest("this system sends no signal to a thread")
        call = partial(method, *args, **options)
        return self._supervisor.in_main_thread(partial(_interrupted, when, call))

    def cancel(self, delay: float, method: Method, **options: Value) -> Interruption:
        """Call nothing: a thread cannot be cancelled."""
        del delay, method, options
        raise SkipTest("a thread cannot be cancelled")

    def in_child(self, method: Method, close: Method, *args: Value, **options: Value) -> Value:
        """Call a method in this thread, the only one of the child."""
        del close
        return method(*args, **options)

    def dispose(self) -> None:
        """Release nothing: the threads end with their calls."""


class CoroutineCaller:
    """Calls coroutine methods in an event loop of its own.  The interrupt cancels the task."""

    prefix = "a"

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), daemon=True)
        self._thread.start()
        self._ready.wait()

    def make(self, factory: Callable[[], Value]) -> Value:
        """Return what a factory makes while the loop runs."""
        return self._run(_called(factory))

    def start(
        self, method: Method, calls: Iterable[Value], **options: Value
    ) -> Future[list[Value]]:
        """Call a method in a task."""
        return asyncio.run_coroutine_threadsafe(_each(method, calls, options), self._loop)

    def interrupt(
        self, when: Callable[[], object], method: Method, *args: Value, **options: Value
    ) -> Interruption:
        """Call a method in a task, and cancel that."""
        call = method(*args, **options)
        outcome: Interruption = self._run(_cancelled(asyncio.to_thread(when), call))
        return outcome

    def cancel(self, delay: float, method: Method, **options: Value) -> Interruption:
        """Call a method in a task, and cancel that after a delay."""
        outcome: Interruption = self._run(_cancelled(asyncio.sleep(delay), method(**options)))
        return outcome

    def in_child(self, method: Method, close: Method, *args: Value, **options: Value) -> Value:
        """Call a method in a loop of the child's own: this one's thread stayed with the parent."""
        return asyncio.run(_closed_after(method(*args, **options), close))

    def dispose(self) -> None:
        """End the loop and its thread; a task that still runs is cancelled."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(_EXIT_TIMEOUT)

    def _run(self, call: Value) -> Value:
        return asyncio.run_coroutine_threadsafe(call, self._loop).result()

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        self._ready.set()
        await self._over.wait()
        for _ in range(_LAST_TURNS):
            await asyncio.sleep(0)


async def _called(factory: Callable[[], Value]) -> Value:
    return factory()


async def _each(method: Method, calls: Iterable[Args], options: dict[str, Value]) -> list[Value]:
    return [await method(*args, **options) for args in calls]


async def _closed_after(call: Awaitable[Value], close: Method) -> Value:
    try:
        return await call
    finally:
        await close()


async def _cancelled(when: Awaitable[object], call: Awaitable[Value]) -> Interruption:
    task = asyncio.ensure_future(call)
    await when
    began = monotonic()
    task.cancel()
    try:
        value = await task
    except asyncio.CancelledError:
        return Interruption(passed=True, seconds=monotonic() - began)
    except TransportError as error:
        return Interruption(passed=False, value=error)
    return Interruption(passed=False, value=value)


def _interrupted(when: Callable[[], object], call: Callable[[], Value]) -> Interruption:
    striker = _Striker(when)
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        striker.thread.start()
        try:
            value = call()
        except TransportError as error:
            value = error
        striker.stop()
    except KeyboardInterrupt:
        return Interruption(passed=True, seconds=striker.seconds())
    finally:
        striker.stop()
        signal.signal(signal.SIGINT, usual)
    return Interruption(passed=False, value=value)


class _Striker:
    """Sends SIGINT to the thread that made it, again and again until it is stopped."""

    def __init__(self, when: Callable[[], object]) -> None:
        self.thread = threading.Thread(target=self._strike, daemon=True)
        self._when = when
        self._target = threading.get_ident()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._began: float | None = None

    def seconds(self) -> float:
        """Return the time since the first signal."""
        return 0.0 if self._began is None else monotonic() - self._began

    def stop(self) -> None:
        """Send no further signal."""
        with self._lock:
            self._stopped.set()

    def _strike(self) -> None:
        self._when()
        self._began = monotonic()
        while True:
            with self._lock:
                if self._stopped.is_set():
                    return
                signal.pthread_kill(self._target, signal.SIGINT)
            self._stopped.wait(_STRIKE_AGAIN)
