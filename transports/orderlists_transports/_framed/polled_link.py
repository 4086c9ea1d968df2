"""A connection of a transport in the same process, looked at in each round of its loop."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from orderlists import TransportError

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists.extending import Frame
    from orderlists_transports._framed.inline_loop import InlineLoop
    from orderlists_transports.interfaces import Connection


class PolledLink:
    """A connection that is looked at in each round."""

    def __init__(self, connection: Connection, loop: InlineLoop, timeout: float) -> None:
        self._connection = connection
        self._loop = loop
        self._timeout = timeout
        self._is_polled = False

    def listen(
        self, received: Callable[[Frame], object], lost: Callable[[Exception], object], /
    ) -> None:
        """Begin to look."""
        self._received, self._lost = received, lost
        self._loop.links.append(self)

    def write(self, frame: Frame, failed: Callable[[Exception], object], /) -> None:
        """Send a frame."""
        send_frame(self._connection, frame, self._timeout, failed)

    def start_closing(self) -> None:
        """Close the connection, and look no more."""
        if self in self._loop.links:
            self._loop.links.remove(self)
        with suppress(TransportError):
            self._connection.close()

    def poll(self) -> bool:
        """Return whether there was a frame, or an end."""
        if self._is_polled:
            return False  # A signal handler interrupted this, and waits for something itself.
        self._is_polled = True
        try:
            frame = self._connection.receive(timeout=0)
        except Exception as error:  # noqa: BLE001 - a bug as well: it ends what is in flight, as it is
            self._lost(error)
            return True
        finally:
            self._is_polled = False
        if frame is not None:
            self._received(frame)
        return frame is not None


def send_frame(
    connection: Connection, frame: Frame, timeout: float, failed: Callable[[Exception], object]
) -> None:
    """Send a frame, and call a function if that fails."""
    try:
        connection.send(frame, timeout=timeout)
    except Exception as error:  # noqa: BLE001 - a bug as well: it ends what is in flight, as it is
        failed(error)
