"""An event loop in a thread of its own, for whoever has none."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from concurrent.futures import Future

T = TypeVar("T")

_LAST_ROUNDS = 10
"""How often the loop goes round once more, so that connections the other side has closed end."""


class LoopThread:
    """Runs coroutines that other threads hand in."""

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), daemon=True)
        self._thread.start()
        self._ready.wait()

    def start(self, coroutine: Coroutine[object, object, T]) -> Future[T]:
        """Run a coroutine in the background."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def run(self, coroutine: Coroutine[object, object, T]) -> T:
        """Run a coroutine and wait for its result."""
        return self.start(coroutine).result()

    def close(self) -> None:
        """End the loop and its thread; what still runs in it is cancelled."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        self._ready.set()
        await self._over.wait()
        for _ in range(_LAST_ROUNDS):
            await asyncio.sleep(0)
