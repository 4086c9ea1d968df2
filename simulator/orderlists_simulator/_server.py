"""The simulator: a venue, served on loopback for as long as a `with` block lasts.

It speaks REST and the WebSocket API on one port.  It runs in a thread of its own, so that any
client, blocking or not, in this process or another, in any language, can talk to it while the venue
is looked at and changed from here.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import Future
from threading import Thread, current_thread
from typing import TYPE_CHECKING

from attrs import frozen

from orderlists import HmacKey, InvalidSetting
from orderlists_simulator._example import example_venue
from orderlists_simulator._keys import HmacApiKey
from orderlists_simulator._line import Line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType
    from typing import Self

    from orderlists_simulator._plan import Plan
    from orderlists_simulator._venue import Venue


class Simulator:
    """A simulated exchange at an address.

    Args:
        venue: Who answers; the example venue, with open lists 0 to 4 on LTCBTC, if None.
        port: On 127.0.0.1; 0 for a free one.
        now: Tells the venue's time in nanoseconds since 1970.
        plan: What goes wrong; nothing if None.
        asleep: Lets seconds pass where the plan says that an answer takes some.

    A `VirtualClock` has both `now` and `asleep`.  Where `asleep` is not that of asyncio, no
    connection is pinged, and what is planned happens when the venue is next asked for anything.

    Raises:
        MissingExtra: `aiohttp` is not installed.
        InvalidSetting: The plan is none.
        AssertionError: At the end of the `with` block, if the plan could not be played: a function
            returned no fate, or an event was about a list or an order that is not there.

    >>> with Simulator() as simulator:
    ...     simulator.url.startswith("http://127.0.0.1:")
    True
    """

    def __init__(
        self,
        venue: Venue | None = None,
        *,
        port: int = 0,
        now: Callable[[], int] = time.time_ns,
        plan: Plan | None = None,
        asleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        # Here and not above: aiohttp is an extra, and slow to import.
        from orderlists_simulator._aiohttp import serve  # noqa: PLC0415

        self.venue = example_venue(now=now()) if venue is None else venue
        self._line = Line(self.venue, plan)
        self._serve = serve
        self._port = port
        self._now = now
        self._asleep = asleep
        self._running: _Running | None = None

    @property
    def url(self) -> str:
        """The address, such as ``http://127.0.0.1:8080``; known inside the `with` block only.

        The WebSocket API is at ``ws://`` and the same host and port, path ``/ws-api/v3``.

        Raises:
            RuntimeError: The simulator is not running.
        """
        return self._expect_running().url

    @property
    def was_cut(self) -> bool:
        """Whether a connection broke at the point of the plan's `cut`."""
        return self._line.was_cut

    @property
    def key(self) -> HmacKey:
        """The client's half of the venue's first HMAC key.

        Raises:
            LookupError: The venue has none.
        """
        for key in self.venue.keys:
            if isinstance(key, HmacApiKey):
                return HmacKey(api_key=key.api_key, secret=key.secret)
        raise LookupError("this venue has no HMAC key")

    def __enter__(self) -> Self:
        if self._running is not None:
            raise RuntimeError("the simulator is running already")
        started: Future[_Running] = Future()
        thread = Thread(target=self._run, args=(started,), name="orderlists-simulator", daemon=True)
        thread.start()
        try:
            self._running = started.result()
        except (OSError, OverflowError) as error:
            thread.join()
            raise InvalidSetting(
                field="port", value=self._port, rule=f"must be free to listen on ({error})"
            ) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        running = self._expect_running()
        self._running = None
        running.loop.call_soon_threadsafe(running.stop.set)
        running.thread.join()
        self._line.expect_no_mistake()

    def _expect_running(self) -> _Running:
        if self._running is None:
            raise RuntimeError("the simulator is not running: use it in a with block")
        return self._running

    def _run(self, started: Future[_Running]) -> None:
        try:
            asyncio.run(self._serve_until_stopped(started))
        except (OSError, OverflowError) as error:
            started.set_exception(error)

    async def _serve_until_stopped(self, started: Future[_Running]) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()

        def listening(port: int) -> None:
            url = f"http://127.0.0.1:{port}"
            started.set_result(_Running(current_thread(), loop, stop, url))

        await self._serve(
            self.venue,
            self._line,
            port=self._port,
            now=self._now,
            asleep=self._asleep,
            listening=listening,
            stop=stop,
        )


@frozen
class _Running:
    thread: Thread
    loop: asyncio.AbstractEventLoop
    stop: asyncio.Event
    url: str
