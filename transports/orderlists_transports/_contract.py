"""What a transport promises.

A transport moves bytes and knows nothing else: no key, no order list, no error code.  It is bound
to one origin when it is made.  `orderlists_transports.conformance` checks every sentence below.

Invariant: one request on the wire per send.  A transport never sends again, never follows a
redirect, never keeps a cookie, never re-encodes what it is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from orderlists import HttpRequest, HttpResponse

LONGEST_REPLY = 16 * 1024 * 1024
"""How many bytes of a body, after decompression, the built-in transports accept by default."""


class HttpTransport(Protocol):
    """The contract of a synchronous HTTP transport.  May be used by many threads at once."""

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        """Exchange one request for one response.  Any status from 200 to 599 is a response.

        Args:
            request: Sent as it is: method, target, headers and body byte for byte.
            timeout: Seconds for the whole exchange, from the wait for a free connection to the
                last byte of the body.

        Raises:
            TransportError: No usable response arrived.  `sent` is False only where the exchange
                cannot have seen the request.  Nothing else may be raised, except what interrupts
                the caller (such as KeyboardInterrupt), after which the transport stays usable.
        """
        ...

    def close(self) -> None:
        """Close every connection.  Closing twice is fine; sending then is a TransportError."""
        ...


class AsyncHttpTransport(Protocol):
    """The contract of an asynchronous HTTP transport.  May be used by many tasks at once."""

    # Only the transport knows what was sent when time is up, so the timeout is its own.
    async def asend(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:  # noqa: ASYNC109
        """Exchange one request for one response, as `HttpTransport.send` does."""
        ...

    async def aclose(self) -> None:
        """Close every connection, as `HttpTransport.close` does."""
        ...
