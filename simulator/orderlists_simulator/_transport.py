"""A venue as a transport: plug it into a client, sync or async, and no socket is involved.

Keeps the contracts of HTTP transports and of those that carry frames, for both colours, in one
class.
"""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING

from orderlists import TransportError
from orderlists.extending import HttpResponse
from orderlists_simulator._conversation import Conversation
from orderlists_simulator._line import Line
from orderlists_simulator._rest import RestFront
from orderlists_simulator._venue_connection import Pace, VenueConnection
from orderlists_simulator._websocket import WebSocketFront

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from orderlists.extending import HttpRequest
    from orderlists_simulator._line import Exchange
    from orderlists_simulator._plan import Plan
    from orderlists_simulator._venue import Venue

_ORIGIN_FORM = re.compile(r"/[!-~]*")


class VenueTransport:
    """Carries requests to a venue in the same process.

    Args:
        venue: Who answers.
        now: Tells the venue's time in nanoseconds since 1970; asked when a request arrives, and
            when it is answered.
        plan: What goes wrong; nothing if None.
        sleep: Lets seconds pass where the plan says that an answer takes some.
        asleep: Does the same for `asend`.

    Raises:
        InvalidSetting: The plan is none.

    A plan that cannot be played is an AssertionError for whoever sends: a function that returns no
    fate, or an event about a list or an order that is not there.

    A `VirtualClock` has all three of `now`, `sleep` and `asleep`.

    >>> from orderlists.extending import HttpRequest
    >>> from orderlists_simulator import Venue
    >>> transport = VenueTransport(Venue(), now=lambda: 0)
    >>> transport.send(HttpRequest("DELETE", "/api/v3/orderList", ()), timeout=1.0)
    <HttpResponse 401, 46 bytes>
    """

    def __init__(
        self,
        venue: Venue,
        *,
        now: Callable[[], int] = time.time_ns,
        plan: Plan | None = None,
        sleep: Callable[[float], object] = time.sleep,
        asleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._venue = venue
        self._line = Line(venue, plan)
        self._rest = RestFront(venue)
        self._websocket = WebSocketFront(venue)
        self._now = now
        self._sleep = sleep
        self._asleep = asleep
        self._connections: list[VenueConnection] = []
        self._closed = False

    @property
    def was_cut(self) -> bool:
        """Whether a connection broke at the point of the plan's `cut`."""
        return self._line.was_cut

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        """Exchange one request for one response.

        Args:
            request: As it would be sent over a socket.
            timeout: In seconds; runs out only if the plan says that the answer takes longer.

        Raises:
            TransportError: The transport is closed, or the target could not go over a wire: it does
                not start with a slash, or is not wholly made of visible ASCII.  Never sent.  Or the
                plan says so.
        """
        exchange = self._begin(request)
        self._sleep(min(exchange.seconds, timeout))
        return self._end(exchange, timeout)

    async def asend(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:  # noqa: ASYNC109 - the contract of asynchronous transports
        """Exchange one request for one response, as `send` does."""
        exchange = self._begin(request)
        await self._asleep(min(exchange.seconds, timeout))
        return self._end(exchange, timeout)

    def connect(self, target: str, /, *, timeout: float) -> VenueConnection:
        """Open a connection that carries frames.

        Args:
            target: Path and query, such as ``/ws-api/v3``.
            timeout: Never runs out.

        Raises:
            HandshakeRefused: The venue said no, with its response.
            TransportError: The transport is closed, or the target could not go over a wire.
        """
        del timeout
        self._check(target)
        with self._venue.bell.lock:
            session = self._websocket.open(target, now=self._now())
            conversation = Conversation(self._venue, self._websocket, self._line, session)
        # Real time passes by itself, and others may do something meanwhile.
        pace = Pace(self._now, None if self._sleep is time.sleep else self._sleep)
        connection = VenueConnection(self._venue, conversation, pace)
        self._connections.append(connection)
        return connection

    async def aconnect(self, target: str, /, *, timeout: float) -> VenueConnection:  # noqa: ASYNC109 - as above
        """Open a connection that carries frames, as `connect` does."""
        return self.connect(target, timeout=timeout)

    def close(self) -> None:
        """End every connection, and refuse what comes from now on.  Closing twice is fine."""
        self._closed = True
        for connection in self._connections:
            connection.close()

    async def aclose(self) -> None:
        """End every connection, and refuse what comes from now on, as `close` does."""
        self.close()

    def _begin(self, request: HttpRequest) -> Exchange:
        self._check(request.target)
        return self._line.take(self._rest.asked(request), now=self._now())

    def _check(self, target: str) -> None:
        if self._closed:
            raise TransportError("the transport is closed", sent=False)
        if _ORIGIN_FORM.fullmatch(target) is None:
            raise TransportError("the target is not in percent-encoded origin form", sent=False)

    def _end(self, exchange: Exchange, timeout: float) -> HttpResponse:
        if exchange.seconds > timeout:
            exchange.end("timed out")
            raise TransportError("no answer came in time", sent=None)
        given = exchange.answer(now=self._now())
        if isinstance(given, HttpResponse):
            return given
        if given.how == "refused":
            raise TransportError("the connection was refused", sent=False)
        raise TransportError(f"the connection was {given.how}", sent=None)
