"""What a transport promises.

A transport moves bytes and knows nothing else: no key, no order list, no error code.  It is bound
to one origin when it is made.  An HTTP transport exchanges messages; a framed one, such as
WebSocket, opens connections.  `orderlists_transports.conformance` checks every sentence below.

Invariant: one request on the wire per send.  A transport never sends again, never follows a
redirect, never keeps a cookie, never re-encodes what it is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from orderlists.extending import Frame, HttpRequest, HttpResponse

MAX_RESPONSE_SIZE = 16 * 1024 * 1024
"""How many bytes of a body or frame, after decompression, the built-in transports accept."""

MAX_CONNECTIONS = 100
"""How many idle connections the built-in HTTP transports keep: a client has as many in flight."""


class HttpTransport(Protocol):
    """The contract of a synchronous HTTP transport.  May be used by many threads at once."""

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        """Exchange one request for one response.  Any status from 200 to 599 is a response.

        Args:
            request: Sent as it is: method, target, headers and body byte for byte.
            timeout: Seconds for the whole exchange, from the wait for a free connection to the
                last byte of the body.

        Raises:
            TransportError: No usable response arrived.  `sent` is False where no connection was
                opened (it was refused, the host is unknown, its certificate is not accepted) and
                where nothing was written (the request is malformed, the transport is closed, no
                connection became free); None once a byte may have been written, and wherever that
                is not known, such as at a timeout.  Nothing else may be raised, except what
                interrupts the caller (such as KeyboardInterrupt), after which the transport stays
                usable.
        """
        ...

    def close(self) -> None:
        """Close every connection; do not wait for a request in flight.

        A request in flight gets its response, or a TransportError with `sent` None.  Closing twice
        is the same as once; sending then is a TransportError with `sent` False.
        """
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


class Connection(Protocol):
    """One open connection that carries frames.

    Any number of threads may send; one at a time receives.  Pings of the other side are answered
    with their payload, at the latest during a `receive`.
    """

    def send(self, frame: Frame, /, *, timeout: float) -> None:
        """Send one frame, whole.

        Args:
            frame: Sent as it is: str as text in UTF-8, bytes as binary.
            timeout: Seconds until the system has taken it.

        Raises:
            TransportError: It was not sent, or not in time; then it may still leave, whole.  `sent`
                is False only where the connection was known to be over before the first byte.
                Nothing else may be raised, except what interrupts the caller.
        """
        ...

    def receive(self, *, timeout: float | None) -> Frame | None:
        """Return the next frame, whole: text as str, binary as bytes.

        Args:
            timeout: Seconds to wait for it; 0 for a frame that is here already, None for as long
                as it takes.

        Returns:
            The frame, or None if time was up, in which case nothing is lost.

        Raises:
            TransportError: The connection is over, and every frame that came before was returned;
                or a frame was longer than is accepted, and now the connection is over.  Nothing
                else may be raised, except what interrupts the caller; no frame is lost by that.
        """
        ...

    def close(self) -> None:
        """End the connection, also while others send and receive.  Closing twice is fine."""
        ...


class FramedTransport(Protocol):
    """The contract of a synchronous transport that carries frames.  Many threads may use it."""

    def connect(self, target: str, /, *, timeout: float) -> Connection:
        """Open a connection.

        Args:
            target: Path and query in origin form; sent as it is.
            timeout: Seconds for all of it: proxy, TLS and handshake.

        Raises:
            HandshakeRefused: The server answered with another status than 101.
            TransportError: There is no connection; `sent` is False.  Nothing else may be raised,
                except what interrupts the caller.
        """
        ...

    def close(self) -> None:
        """Close every connection.  Closing twice is fine; connecting then is a TransportError."""
        ...


class InProcessTransport(FramedTransport, Protocol):
    """A transport in the same process, whose time may be virtual.

    A client has no thread then: the caller that waits looks at the connections, by `receive` with a
    timeout of 0, and lets time pass in between.
    """

    def wait(self, seconds: float) -> bool:
        """Let time pass until a frame may have arrived.

        Args:
            seconds: How long, at most; may be infinite.

        Returns:
            Whether all of that time has passed.
        """
        ...


class AsyncConnection(Protocol):
    """One open connection that carries frames: `Connection` for tasks."""

    async def asend(self, frame: Frame, /, *, timeout: float) -> None:  # noqa: ASYNC109 - as above
        """Send one frame, as `Connection.send` does."""
        ...

    async def areceive(self, *, timeout: float | None) -> Frame | None:  # noqa: ASYNC109 - as above
        """Return the next frame, as `Connection.receive` does."""
        ...

    async def aclose(self) -> None:
        """End the connection, as `Connection.close` does."""
        ...


class AsyncFramedTransport(Protocol):
    """The contract of an asynchronous transport that carries frames.  Many tasks may use it."""

    async def aconnect(self, target: str, /, *, timeout: float) -> AsyncConnection:  # noqa: ASYNC109 - as above
        """Open a connection, as `FramedTransport.connect` does."""
        ...

    async def aclose(self) -> None:
        """Close every connection, as `FramedTransport.close` does."""
        ...
