"""A transport that carries frames, seen the same way whether it is synchronous or not.

Invariant: a clause is written once.  What differs between the two colours is in this file.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol
from unittest import SkipTest

from orderlists_transports.conformance._line import LONG
from orderlists_transports.conformance._loop import LoopThread

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from concurrent.futures import Future

    from orderlists.extending import Frame
    from orderlists_transports.interfaces import (
        AsyncConnection,
        AsyncFramedTransport,
        Connection,
        FramedTransport,
    )

_MOST_THREADS = 32
_A_WHILE = 1.0


class Held(Protocol):
    """One connection under test."""

    def send(self, frame: str, timeout: float = LONG) -> None:
        """Send and wait until it was taken."""
        ...

    def receive(self, timeout: float | None = LONG) -> Frame | None:
        """Receive and wait."""
        ...

    def start_sending(self, *frames: str) -> Future[None]:
        """Send one after the other in the background: in another thread, or in a task."""
        ...

    def start_receiving(self, timeout: float | None = LONG) -> Future[Frame | None]:
        """Receive in the background."""
        ...

    def interrupt(self, when: Callable[[], object]) -> bool:
        """Receive, interrupt that once `when` returns, and tell whether that came through."""
        ...

    def cancel(self, delay: float) -> Frame | None:
        """Receive, cancel that after so many seconds, and return what came nevertheless."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class FramedLine(Protocol):
    """One transport under test."""

    def connect(self, target: str = "/", timeout: float = LONG) -> Held:
        """Open a connection."""
        ...

    def close(self) -> None:
        """Close the transport."""
        ...

    def dispose(self) -> None:
        """End whatever was needed to use the transport."""
        ...


class SyncHeld:
    """A synchronous connection.  The interrupt is Ctrl-C."""

    def __init__(self, connection: Connection, threads: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._threads = threads

    def send(self, frame: str, timeout: float = LONG) -> None:
        """Send in this thread."""
        self._connection.send(frame, timeout=timeout)

    def receive(self, timeout: float | None = LONG) -> Frame | None:
        """Receive in this thread."""
        return self._connection.receive(timeout=timeout)

    def start_sending(self, *frames: str) -> Future[None]:
        """Send in another thread."""
        return self._threads.submit(self._send, frames)

    def start_receiving(self, timeout: float | None = LONG) -> Future[Frame | None]:
        """Receive in another thread."""
        return self._threads.submit(self.receive, timeout)

    def interrupt(self, when: Callable[[], object]) -> bool:
        """Receive in this thread, which must be the main one, and press Ctrl-C meanwhile."""
        if threading.current_thread() is not threading.main_thread():
            raise SkipTest("Ctrl-C reaches the main thread only")
        usual = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            strike = self._threads.submit(_strike, threading.get_ident(), when)
            try:
                self.receive(_A_WHILE)
            finally:
                strike.result()
        except KeyboardInterrupt:
            return True
        finally:
            signal.signal(signal.SIGINT, usual)
        return False

    def cancel(self, delay: float) -> Frame | None:
        """Receive nothing: a thread cannot be cancelled."""
        del delay
        raise SkipTest("a thread cannot be cancelled")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _send(self, frames: tuple[str, ...]) -> None:
        for frame in frames:
            self.send(frame)


class SyncFramedLine:
    """A synchronous transport."""

    def __init__(self, transport: FramedTransport) -> None:
        self._transport = transport
        self._threads = ThreadPoolExecutor(_MOST_THREADS)

    def connect(self, target: str = "/", timeout: float = LONG) -> SyncHeld:
        """Connect in this thread."""
        return SyncHeld(self._transport.connect(target, timeout=timeout), self._threads)

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()

    def dispose(self) -> None:
        """End the threads, as soon as they are done."""
        self._threads.shutdown(wait=False)


class AsyncHeld:
    """An asynchronous connection, in an event loop.  The interrupt is the cancelling of a task."""

    def __init__(self, connection: AsyncConnection, loop: LoopThread) -> None:
        self._connection = connection
        self._loop = loop

    def send(self, frame: str, timeout: float = LONG) -> None:
        """Send in a task, and wait for it."""
        self._loop.run(self._connection.asend(frame, timeout=timeout))

    def receive(self, timeout: float | None = LONG) -> Frame | None:
        """Receive in a task, and wait for it."""
        return self.start_receiving(timeout).result()

    def start_sending(self, *frames: str) -> Future[None]:
        """Send in a task."""
        return self._loop.start(self._send(frames))

    def start_receiving(self, timeout: float | None = LONG) -> Future[Frame | None]:
        """Receive in a task."""
        return self._loop.start(self._connection.areceive(timeout=timeout))

    def interrupt(self, when: Callable[[], object]) -> bool:
        """Receive in a task and cancel it."""
        return self._loop.run(self._cancel(asyncio.to_thread(when)))[0]

    def cancel(self, delay: float) -> Frame | None:
        """Receive in a task and cancel it, in the same loop."""
        return self._loop.run(self._cancel(asyncio.sleep(delay)))[1]

    def close(self) -> None:
        """Close the connection."""
        self._loop.run(self._connection.aclose())

    async def _send(self, frames: tuple[str, ...]) -> None:
        for frame in frames:
            await self._connection.asend(frame, timeout=LONG)

    async def _cancel(self, when: Awaitable[object]) -> tuple[bool, Frame | None]:
        task = asyncio.ensure_future(self._connection.areceive(timeout=_A_WHILE))
        await when
        task.cancel()
        try:
            return False, await task
        except asyncio.CancelledError:
            return True, None


class AsyncFramedLine:
    """An asynchronous transport."""

    def __init__(self, make: Callable[[], AsyncFramedTransport]) -> None:
        self._loop = LoopThread()
        try:
            self._transport = self._loop.run(_called(make))
        except BaseException:
            self._loop.close()
            raise

    def connect(self, target: str = "/", timeout: float = LONG) -> AsyncHeld:
        """Connect in a task, and wait for it."""
        connection = self._loop.run(self._transport.aconnect(target, timeout=timeout))
        return AsyncHeld(connection, self._loop)

    def close(self) -> None:
        """Close the transport."""
        self._loop.run(self._transport.aclose())

    def dispose(self) -> None:
        """End the event loop."""
        self._loop.close()


async def _called(make: Callable[[], AsyncFramedTransport]) -> AsyncFramedTransport:
    return make()


def _strike(thread: int, when: Callable[[], object]) -> None:
    when()
    signal.pthread_kill(thread, signal.SIGINT)
