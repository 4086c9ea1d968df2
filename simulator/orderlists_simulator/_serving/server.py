"""The simulator: a venue served on a port for as long as a `with` block lasts.

REST and the WebSocket API are served on one port, by a thread of their own, so that any client,
blocking or not, in this process or another, in any language, can use the venue while the test reads
and changes it.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from concurrent.futures import Future
from threading import Thread, current_thread
from types import TracebackType
from typing import Self

from attrs import frozen

from orderlists import HmacKey, InvalidSetting
from orderlists_simulator._engine.keys import HmacApiKey
from orderlists_simulator._engine.venue import Venue
from orderlists_simulator._faults.plan import Plan
from orderlists_simulator._serving.control import Control, ControlAccess
from orderlists_simulator._serving.exchange import Exchange, MakePlan, MakeVenue, WriteLine
from orderlists_simulator._virtual_time.clock import Clock, RealClock
from orderlists_simulator.example import example_venue

# An address of every interface, and one by which a client on this machine reaches it.
_REACHABLE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not listened on


class Simulator:
    """A simulated exchange at an address.

    Args:
        venue: The venue; the example venue, with open lists 0 to 4 on LTCBTC, if None; or a
            function that makes it, given the time in nanoseconds, now and at each reset.
        host: The address to listen on; other machines and containers need ``0.0.0.0``.
        port: The port; 0 for a free one.
        clock: The venue's time, and how delays pass; real time if None.  In virtual time no
            connection is pinged, and scheduled actions run when the venue is next used.
        plan: The faults to inject; None for none; or a function that makes the plan, likewise.
        control: The addresses from which it can be controlled over HTTP, under ``/control/``:
            ``loopback``, ``any`` or ``none``.
        write_line: Receives a line of text for each request, in the thread of the server; None for
            no lines.

    Raises:
        MissingExtra: `aiohttp` is not installed.
        InvalidSetting: The plan is not a `Plan`, or `control` is not one of its words; in the
            `with` statement, the address cannot be listened on.
        AssertionError: At the end of the `with` block, if there was an error in the plan: a rule
            that returned no fault, or an event about a list or an order that does not exist.

    >>> with Simulator() as simulator:
    ...     simulator.url.startswith("http://127.0.0.1:")
    True
    """

    def __init__(
        self,
        venue: Venue | MakeVenue | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Clock | None = None,
        plan: Plan | MakePlan | None = None,
        control: ControlAccess = "loopback",
        write_line: WriteLine | None = None,
    ) -> None:
        # Imported here: aiohttp is an extra, and slow to import.
        from orderlists_simulator._serving.http_server import HttpServer  # noqa: PLC0415

        self._exchange = Exchange(
            (lambda now: example_venue(now=now)) if venue is None else venue,
            plan,
            clock=RealClock() if clock is None else clock,
            write_line=write_line,
        )
        self._server = HttpServer(self._exchange, Control(self._exchange, access=control))
        self._host = host
        self._port = port
        self._running: _Running | None = None

    @property
    def venue(self) -> Venue:
        """The venue that is served; another one after a reset."""
        return self._exchange.venue

    @property
    def url(self) -> str:
        """The address, such as ``http://127.0.0.1:8080``, inside the `with` block.

        The WebSocket API is at ``ws://`` and the same host and port, path ``/ws-api/v3``.

        Raises:
            RuntimeError: The simulator is not running.
        """
        return self._expect_running().url

    @property
    def was_cut(self) -> bool:
        """Whether a connection broke at the point of the plan's `cut`."""
        return self._exchange.injector.was_cut

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
            raise self._cannot_listen(error) from error
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
        self._exchange.injector.raise_failure()

    def _cannot_listen(self, error: OSError | OverflowError) -> InvalidSetting:
        # asyncio gives no number where none of the addresses of the host is one of this machine
        # (Python 3.13), and the system's where it does not look on.
        unbound = isinstance(error, OSError) and error.errno in (None, errno.EADDRNOTAVAIL)
        if unbound or isinstance(error, socket.gaierror):
            rule = f"must be an address of this machine ({error})"
            return InvalidSetting(field="host", value=self._host, rule=rule)
        rule = f"must be free to listen on ({error})"
        return InvalidSetting(field="port", value=self._port, rule=rule)

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
            host = _REACHABLE.get(self._host, self._host)
            url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
            started.set_result(_Running(current_thread(), loop, stop, url))

        await self._server.serve(self._host, self._port, listening=listening, stop=stop)


@frozen
class _Running:
    thread: Thread
    loop: asyncio.AbstractEventLoop
    stop: asyncio.Event
    url: str
