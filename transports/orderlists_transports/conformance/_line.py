"""A transport under test, seen the same way whether it is synchronous or not.

Invariant: a clause is written once.  What differs between the two colours is in this file.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol
from unittest import SkipTest

from orderlists import TransportError
from orderlists_transports.conformance._loop import LoopThread

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from orderlists.extending import HttpRequest, HttpResponse
    from orderlists_transports.interfaces import AsyncHttpTransport, HttpTransport

LONG = 10.0
"""Seconds that are more than anything here needs: the timeout where no timeout is meant."""

_MOST_THREADS = 32


class Line(Protocol):
    """One transport under test."""

    def send(self, request: HttpRequest, timeout: float = LONG) -> HttpResponse:
        """Send and wait."""
        ...

    def start(self, request: HttpRequest, timeout: float = LONG) -> Future[HttpResponse]:
        """Send in the background: in another thread, or in a task."""
        ...

    def interrupt(self, request: HttpRequest, when: Callable[[], bool]) -> bool:
        """Send, interrupt that once `when` returns, and tell whether the interrupt came through."""
        ...

    def send_in_child(self, request: HttpRequest) -> HttpResponse:
        """Send from a forked child process."""
        ...

    def close(self) -> None:
        """Close the transport."""
        ...

    def dispose(self) -> None:
        """End whatever was needed to use the transport."""
        ...


class SyncLine:
    """A synchronous transport.  The interrupt is Ctrl-C."""

    def __init__(self, transport: HttpTransport) -> None:
        self._transport = transport
        self._threads = ThreadPoolExecutor(_MOST_THREADS)

    def send(self, request: HttpRequest, timeout: float = LONG) -> HttpResponse:
        """Send in this thread."""
        return self._transport.send(request, timeout=timeout)

    def start(self, request: HttpRequest, timeout: float = LONG) -> Future[HttpResponse]:
        """Send in another thread."""
        return self._threads.submit(self._transport.send, request, timeout=timeout)

    def interrupt(self, request: HttpRequest, when: Callable[[], bool]) -> bool:
        """Send in this thread, which must be the main one, and press Ctrl-C meanwhile."""
        if threading.current_thread() is not threading.main_thread():
            raise SkipTest("Ctrl-C reaches the main thread only")
        usual = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            strike = self._threads.submit(_strike, threading.get_ident(), when)
            try:
                self._transport.send(request, timeout=LONG)
            finally:
                strike.result()
        except KeyboardInterrupt:
            return True
        except TransportError:
            return False
        finally:
            signal.signal(signal.SIGINT, usual)
        return False

    def send_in_child(self, request: HttpRequest) -> HttpResponse:
        """Send in this thread, which is the child's only one."""
        return self.send(request)

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()

    def dispose(self) -> None:
        """End the threads that sent through the transport, as soon as they are done."""
        self._threads.shutdown(wait=False)


class AsyncLine:
    """An asynchronous transport, in an event loop.  The interrupt is the cancelling of a task."""

    def __init__(self, make: Callable[[], AsyncHttpTransport]) -> None:
        self._loop = LoopThread()
        try:
            self._transport = self._loop.run(_called(make))
        except BaseException:
            self._loop.close()
            raise

    def send(self, request: HttpRequest, timeout: float = LONG) -> HttpResponse:
        """Send in a task, and wait for it."""
        return self.start(request, timeout).result()

    def start(self, request: HttpRequest, timeout: float = LONG) -> Future[HttpResponse]:
        """Send in a task."""
        return self._loop.start(self._transport.asend(request, timeout=timeout))

    def interrupt(self, request: HttpRequest, when: Callable[[], bool]) -> bool:
        """Send in a task and cancel it."""
        return self._loop.run(self._cancel(request, when))

    def send_in_child(self, request: HttpRequest) -> HttpResponse:
        """Send in a loop of the child's own: the thread of the other one stayed with the parent."""
        return asyncio.run(self._send_and_close(request))

    def close(self) -> None:
        """Close the transport."""
        self._loop.run(self._transport.aclose())

    def dispose(self) -> None:
        """End the event loop."""
        self._loop.close()

    async def _cancel(self, request: HttpRequest, when: Callable[[], bool]) -> bool:
        task = asyncio.ensure_future(self._transport.asend(request, timeout=LONG))
        await asyncio.to_thread(when)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            return True
        except TransportError:
            return False
        return False

    async def _send_and_close(self, request: HttpRequest) -> HttpResponse:
        try:
            return await self._transport.asend(request, timeout=LONG)
        finally:
            await self._transport.aclose()


async def _called(make: Callable[[], AsyncHttpTransport]) -> AsyncHttpTransport:
    return make()


def _strike(thread: int, when: Callable[[], bool]) -> None:
    if when():
        signal.pthread_kill(thread, signal.SIGINT)
