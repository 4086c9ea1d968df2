"""What the driver of framed connections needs: a loop that calls back, and links."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from orderlists.extending import Frame

Done = Callable[[Any, BaseException | None], object]
"""Is called once, with a value or with an error."""


class Timer(Protocol):
    """A call that is due later."""

    def cancel(self) -> object:
        """Have it not called."""
        ...


class Loop(Protocol):
    """Where callbacks run: an asyncio event loop, or a loop of ours."""

    def call_soon(self, callback: Callable[[], object], /) -> object:
        """Call a function, as soon as what runs has ended."""
        ...

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Timer:
        """Call a function after so many seconds."""
        ...


class Link(Protocol):
    """One connection, as the driver uses it."""

    def listen(
        self, received: Callable[[Frame], object], lost: Callable[[Exception], object], /
    ) -> None:
        """Call a function with every frame, and another once with the reason of the end."""
        ...

    def write(self, frame: Frame, failed: Callable[[Exception], object], /) -> None:
        """Write a frame; call a function if it was not written, at once or later."""
        ...

    def start_closing(self) -> object:
        """Begin to close the connection; do not wait."""
        ...


Connect = Callable[[str, float, Done], object]
"""Opens a link to a target within so many seconds."""
