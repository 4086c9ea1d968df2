"""A connection of a transport that only returns frames, read by a task."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from orderlists import TransportError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from orderlists.extending import Frame
    from orderlists_transports import interfaces


class Tasks:
    """Tasks that no one awaits: the event loop keeps no reference to them."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Start a task, and keep it until it ends."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def ended(self, name: str) -> None:
        """Wait until the tasks of a name have ended."""
        await asyncio.gather(*(task for task in self._tasks if task.get_name() == name))


class ReadByTask:
    """A connection of a transport that only returns frames: a task waits for them."""

    def __init__(
        self, connection: interfaces.AsyncConnection, tasks: Tasks, timeout: float
    ) -> None:
        self._connection = connection
        self._tasks = tasks
        self._timeout = timeout
        self._reader: asyncio.Task[None] | None = None
        self._is_closing = False

    def listen(
        self, received: Callable[[Frame], object], lost: Callable[[Exception], object], /
    ) -> None:
        """Begin to read."""
        self._reader = self._tasks.start(self._read(received, lost), "orderlists-reader")

    def write(self, frame: Frame, failed: Callable[[Exception], object], /) -> None:
        """Begin to send a frame."""
        self._tasks.start(self._send(frame, failed), "orderlists-writer")

    def start_closing(self) -> None:
        """Begin to close the connection."""
        if not self._is_closing:
            self._is_closing = True
            if self._reader is not None and self._reader is not asyncio.current_task():
                self._reader.cancel()
            self._tasks.start(self._close(), "orderlists-close")

    async def _read(
        self, received: Callable[[Frame], object], lost: Callable[[Exception], object]
    ) -> None:
        try:
            while True:
                frame = await self._connection.areceive(timeout=None)
                assert frame is not None, "areceive(timeout=None) returned None"  # noqa: S101 - the contract
                received(frame)
        except Exception as error:  # noqa: BLE001 - a bug as well: it ends what is in flight, as it is
            lost(error)

    async def _send(self, frame: Frame, failed: Callable[[Exception], object]) -> None:
        try:
            await self._connection.asend(frame, timeout=self._timeout)
        except Exception as error:  # noqa: BLE001 - as above
            failed(error)

    async def _close(self) -> None:
        with suppress(TransportError):
            await self._connection.aclose()
