"""A venue as a transport: plug it into a client, sync or async, and no socket is involved.

Keeps the contract of HTTP transports for both colours in one class.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from orderlists import TransportError
from orderlists_simulator._rest import RestFront

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists import HttpRequest, HttpResponse
    from orderlists_simulator._venue import Venue

_ORIGIN_FORM = re.compile(r"/[!-~]*")


class VenueTransport:
    """Carries requests to a venue in the same process.

    Args:
        venue: Who answers.
        now: Tells the venue's time in nanoseconds since 1970; asked once for each request.

    >>> from orderlists import HttpRequest
    >>> from orderlists_simulator import Venue
    >>> transport = VenueTransport(Venue(), now=lambda: 0)
    >>> transport.send(HttpRequest("DELETE", "/api/v3/orderList", ()), timeout=1.0)
    <HttpResponse 401, 46 bytes>
    """

    def __init__(self, venue: Venue, *, now: Callable[[], int] = time.time_ns) -> None:
        self._front = RestFront(venue)
        self._now = now
        self._closed = False

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        """Exchange one request for one response.

        Args:
            request: As it would be sent over a socket.
            timeout: Cannot run out: the answer is there at once.

        Raises:
            TransportError: The transport is closed, or the target could not go over a wire: it does
                not start with a slash, or is not wholly made of visible ASCII.  Never sent.
        """
        del timeout
        if self._closed:
            raise TransportError("the transport is closed", sent=False)
        if _ORIGIN_FORM.fullmatch(request.target) is None:
            raise TransportError("the target is not in percent-encoded origin form", sent=False)
        return self._front.answer(request, now=self._now())

    async def asend(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:  # noqa: ASYNC109 - the contract of asynchronous transports
        """Exchange one request for one response, as `send` does."""
        return self.send(request, timeout=timeout)

    def close(self) -> None:
        """Refuse every request from now on.  Closing twice is fine."""
        self._closed = True

    async def aclose(self) -> None:
        """Refuse every request from now on, as `close` does."""
        self.close()
