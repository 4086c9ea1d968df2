"""The in-process transport: a client reaches a venue without a socket.

It fulfils the contracts of HTTP transports and of framed transports, synchronous and asynchronous,
in one class.
"""

from __future__ import annotations

import re
from math import inf

from orderlists import TransportError
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator._engine.time import SECOND
from orderlists_simulator._engine.venue import Venue
from orderlists_simulator._faults.injector import FaultInjector, PendingAnswer
from orderlists_simulator._faults.plan import Plan
from orderlists_simulator._protocols.connection import ServerConnection
from orderlists_simulator._protocols.rest import RestServerProtocol
from orderlists_simulator._protocols.websocket import WebSocketServerProtocol
from orderlists_simulator._serving.in_process_connection import VenueConnection
from orderlists_simulator._virtual_time.clock import Clock, RealClock

# Another thread may have the frame by then.
_LONGEST_WAIT = 0.02
_ORIGIN_FORM = re.compile(r"/[!-~]*")


class VenueTransport:
    """A transport to a venue in the same process.

    Args:
        venue: The venue.
        clock: The venue's time, and how delays pass; real time if None.
        plan: The faults to inject; None for none.

    Raises:
        InvalidSetting: The plan is not a `Plan`.

    An error in a plan is raised by `send` as an AssertionError: a rule that returns no fault, or an
    event about a list or an order that does not exist.

    >>> from orderlists.extending import HttpRequest
    >>> from orderlists_simulator import Venue
    >>> transport = VenueTransport(Venue())
    >>> transport.send(HttpRequest("DELETE", "/api/v3/orderList", ()), timeout=1.0)
    <HttpResponse 401, 46 bytes>
    """

    def __init__(
        self, venue: Venue, *, clock: Clock | None = None, plan: Plan | None = None
    ) -> None:
        self._venue = venue
        self._clock = RealClock() if clock is None else clock
        self._injector = FaultInjector(venue, plan)
        self._rest = RestServerProtocol(venue)
        self._websocket = WebSocketServerProtocol(venue)
        self._connections: list[VenueConnection] = []
        self._closed = False

    @property
    def was_cut(self) -> bool:
        """Whether a connection broke at the point of the plan's `cut`."""
        return self._injector.was_cut

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        """Exchange one request for one response.

        Args:
            request: The request.
            timeout: In seconds, by the clock; it runs out only where the plan delays the answer.

        Raises:
            TransportError: The transport is closed, or the target is not in origin form or not in
                visible ASCII, and nothing was sent; or the plan injects it.
        """
        pending = self._begin(request)
        self._clock.sleep(min(pending.seconds, timeout))
        return self._end(request, pending, timeout)

    async def asend(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:  # noqa: ASYNC109 - the contract of asynchronous transports
        """Exchange one request for one response, as `send` does."""
        pending = self._begin(request)
        await self._clock.asleep(min(pending.seconds, timeout))
        return self._end(request, pending, timeout)

    def connect(self, target: str, /, *, timeout: float) -> VenueConnection:
        """Open a WebSocket connection.

        Args:
            target: Path and query, such as ``/ws-api/v3``.
            timeout: It never runs out.

        Raises:
            HandshakeRefused: The venue refused it, with this response.
            TransportError: The transport is closed, or the target is not in origin form.
        """
        del timeout
        self._check(target)
        with self._venue.notifier.lock:
            session = self._websocket.open(target, now=self._clock.now())
            server = ServerConnection(self._venue, self._websocket, self._injector, session)
        connection = VenueConnection(self._venue, server, self._clock)
        self._connections.append(connection)
        return connection

    async def aconnect(self, target: str, /, *, timeout: float) -> VenueConnection:  # noqa: ASYNC109 - as above
        """Open a WebSocket connection, as `connect` does."""
        return self.connect(target, timeout=timeout)

    def wait(self, seconds: float) -> bool:
        """Let time pass until the venue may have sent a frame.

        Args:
            seconds: How long, at most; may be infinite.

        Returns:
            Whether all of that time has passed.

        Raises:
            TransportError: In virtual time, that would be for ever.
        """
        with self._venue.notifier.lock:
            now, due = self._clock.now(), self._venue.next_time
            left = inf if due is None else max(0, due - now) / SECOND
            if not self._clock.is_virtual:
                part = min(seconds, left, _LONGEST_WAIT)
                return not self._venue.notifier.wait(part) and part == seconds
        if min(seconds, left) == inf:
            raise TransportError("nothing will ever come", sent=None)
        self._clock.sleep(min(seconds, left))
        if due is not None and left <= seconds:
            self._venue.run_until(due)
        return seconds <= left

    def close(self) -> None:
        """End every connection, and refuse requests from now on; may be called twice."""
        self._closed = True
        for connection in self._connections:
            connection.close()

    async def aclose(self) -> None:
        """Close the transport, as `close` does."""
        self.close()

    def _begin(self, request: HttpRequest) -> PendingAnswer:
        self._check(request.target)
        return self._injector.receive(
            self._rest.describe(request),
            lambda at: self._rest.execute(request, now=at),
            now=self._clock.now(),
        )

    def _check(self, target: str) -> None:
        if self._closed:
            raise TransportError("the transport is closed", sent=False)
        if _ORIGIN_FORM.fullmatch(target) is None:
            raise TransportError("the target is not in percent-encoded origin form", sent=False)

    def _end(self, request: HttpRequest, pending: PendingAnswer, timeout: float) -> HttpResponse:
        if pending.seconds > timeout:
            pending.end("timed out")
            raise TransportError("no answer came in time", sent=None)
        given = pending.answer(
            lambda response: self._rest.written(request, response, pending.fault.answer),
            now=self._clock.now(),
        )
        if isinstance(given, HttpResponse):
            body = b"" if request.method == "HEAD" else given.body
            return HttpResponse(given.status, given.headers, body)
        if given.how == "refused":
            raise TransportError("the connection was refused", sent=False)
        raise TransportError(f"the connection was {given.how}", sent=None)
