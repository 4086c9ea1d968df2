"""A venue as a transport: plug it into a client, sync or async, and no socket is involved.

Keeps the contract of HTTP transports for both colours in one class.
"""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING

from orderlists import HttpResponse, TransportError
from orderlists_simulator._line import Line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from orderlists import HttpRequest
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

    A `VirtualClock` has all three of `now`, `sleep` and `asleep`.

    >>> from orderlists import HttpRequest
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
        self._line = Line(venue, plan)
        self._now = now
        self._sleep = sleep
        self._asleep = asleep
        self._closed = False

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

    def close(self) -> None:
        """Refuse every request from now on.  Closing twice is fine."""
        self._closed = True

    async def aclose(self) -> None:
        """Refuse every request from now on, as `close` does."""
        self.close()

    def _begin(self, request: HttpRequest) -> Exchange:
        if self._closed:
            raise TransportError("the transport is closed", sent=False)
        if _ORIGIN_FORM.fullmatch(request.target) is None:
            raise TransportError("the target is not in percent-encoded origin form", sent=False)
        return self._line.take(request, now=self._now())

    def _end(self, exchange: Exchange, timeout: float) -> HttpResponse:
        if exchange.seconds > timeout:
            exchange.give_up()
            raise TransportError("no answer came in time", sent=None)
        given = exchange.answer(now=self._now())
        if isinstance(given, HttpResponse):
            return given
        if given.how == "refused":
            raise TransportError("the connection was refused", sent=False)
        raise TransportError(f"the connection was {given.how}", sent=None)
