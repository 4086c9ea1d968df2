"""A connection of a transport that only returns frames, read by a thread."""

from __future__ import annotations

from functools import partial
from threading import Thread
from typing import TYPE_CHECKING

from orderlists_transports._framed.polled_link import send_frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists.extending import Frame
    from orderlists_transports import interfaces
    from orderlists_transports._framed.io_thread import IoThread


class ReadByThread:
    """A connection of a transport that only returns frames: a thread waits for them."""

    def __init__(self, connection: interfaces.Connection, loop: IoThread, timeout: float) -> None:
        self._connection = connection
        self._loop = loop
        self._timeout = timeout

    def listen(
        self, received: Callable[[Frame], object], lost: Callable[[Exception], object], /
    ) -> None:
        """Begin to read."""
        Thread(
            target=self._read, args=(received, lost), name="orderlists-reader", daemon=True
        ).start()

    def write(self, frame: Frame, failed: Callable[[Exception], object], /) -> None:
        """Send a frame; this waits until the system has taken it."""
        send_frame(self._connection, frame, self._timeout, failed)

    def start_closing(self) -> None:
        """Close the connection, in a thread of its own."""
        self._loop.run_blocking(self._connection.close, lambda _value, _error: None)

    def _read(
        self, received: Callable[[Frame], object], lost: Callable[[Exception], object]
    ) -> None:
        try:
            while True:
                frame = self._connection.receive(timeout=None)
                assert frame is not None, "receive(timeout=None) returned None"  # noqa: S101 - the contract
                self._loop.call_soon(partial(received, frame))
        except Exception as error:  # noqa: BLE001 - a bug as well: it ends what is in flight, as it is
            self._loop.call_soon(partial(lost, error))
