"""WebSocket transports of both colours behind the synchronous contract."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from typing import Any

from orderlists.extending import Frame
from orderlists_transports import Connection, FramedTransport
from orderlists_transports.websockets import AsyncWebsocketsTransport, WebsocketsTransport

Await = Callable[[Coroutine[Any, Any, Any]], Any]
OpenTransport = Callable[..., Any]
"""Makes a transport of one colour, closed after the test."""


class BlockingConnection:
    """An asynchronous connection, awaited in another thread."""

    def __init__(self, connection: Any, wait: Await) -> None:
        self._connection = connection
        self._wait = wait

    def send(self, frame: Frame, /, *, timeout: float) -> None:
        self._wait(self._connection.asend(frame, timeout=timeout))

    def receive(self, *, timeout: float | None) -> Frame | None:
        frame: Frame | None = self._wait(self._connection.areceive(timeout=timeout))
        return frame

    def close(self) -> None:
        self._wait(self._connection.aclose())


class BlockingTransport:
    """An asynchronous transport, awaited in another thread."""

    def __init__(self, transport: AsyncWebsocketsTransport, wait: Await) -> None:
        self._transport = transport
        self._wait = wait

    def connect(self, target: str, /, *, timeout: float) -> Connection:
        return BlockingConnection(
            self._wait(self._transport.aconnect(target, timeout=timeout)), self._wait
        )

    def close(self) -> None:
        self._wait(self._transport.aclose())


@contextmanager
def sync_transport(*args: Any, **settings: Any) -> Generator[FramedTransport]:
    transport = WebsocketsTransport(*args, **settings)
    try:
        yield transport
    finally:
        transport.close()


@contextmanager
def async_transport(*args: Any, **settings: Any) -> Generator[FramedTransport]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def wait(call: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(call, loop).result()

    transport = BlockingTransport(AsyncWebsocketsTransport(*args, **settings), wait)
    try:
        yield transport
    finally:
        transport.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


TRANSPORTS: dict[str, OpenTransport] = {"sync": sync_transport, "async": async_transport}
