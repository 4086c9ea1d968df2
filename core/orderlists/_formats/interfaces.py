"""What a format is: it decodes bodies and frames, and nothing else knows how they are written.

A protocol asks for a format by headers or by a query, because the two kinds of protocol do so in
their own ways, and hands over what came: the body of an HTTP response to `decode` and
`decode_error`, a frame to `decode_frame`.  A frame holds an envelope with the result inside, and
only the request says which shape the result has.  So a `Reply` carries the result undecoded, in a
form that its format chose (a tree of JSON values, the bytes of a nested SBE message), and
`decode_result` decodes it later.

Invariant: whatever the bytes are, the outcome is a value or `Unreadable`.  Any other exception is a
bug, and passes through.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, TypeVar

from orderlists._models.events import Event
from orderlists._models.shapes import Shape
from orderlists._rate_limits import Usage
from orderlists._time import TimeUnit

R = TypeVar("R")


class Unreadable(ValueError):
    """A body or frame is not in this format, or not of the shape asked for.

    Its text says what is wrong and where, and holds nothing of the body.
    """


def bytes_of(frame: str | bytes) -> bytes:
    """Return the bytes of a frame."""
    return frame.encode(errors="surrogatepass") if isinstance(frame, str) else frame


class ErrorBody(NamedTuple):
    """An error of the exchange.

    Attributes:
        code: The exchange's error code.
        message: The exchange's own words.
        retry_after: Seconds to wait, if the error says so.
    """

    code: int
    message: str
    retry_after: float | None = None


class Reply(NamedTuple):
    """A reply that came in a frame.

    Attributes:
        id: The id of the request, as it was sent: an int for an int; None where the exchange names
            no request or the connection is meant.
        status: As in HTTP.
        result: The result, for `Format.decode_result`; None if there is none.
        error: The error; None if there is none that can be read.
        usages: What the reply says was used of the rate limits.
        frame: All of it, as it came.
    """

    id: int | str | None
    status: int
    result: Any
    error: ErrorBody | None
    usages: list[Usage]
    frame: str | bytes


class Format(Protocol):
    """How bodies and frames are written: `Json`, or a format of your own."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers by which an HTTP request asks for this format; empty for the default."""
        ...

    @property
    def query(self) -> str:
        """The same in the target of a WebSocket connection: ``name=value`` pairs, joined by ``&``.

        Empty for the default.
        """
        ...

    def decode(self, body: bytes, shape: Shape[R], unit: TimeUnit) -> R:
        """Return the body of an HTTP response as a value of this shape.

        Args:
            body: The whole body.
            shape: The shape of the result.
            unit: The unit of the times in it, where the format does not fix one.

        Raises:
            Unreadable: It is not in this format, or not of this shape.
        """
        ...

    def decode_error(self, body: bytes) -> ErrorBody | None:
        """Return the error in the body of an HTTP response; None if there is none.

        Whatever format was asked for, an error may come as JSON: the exchange writes the refusal of
        a WebSocket handshake so.
        """
        ...

    def decode_frame(self, frame: str | bytes, unit: TimeUnit) -> Reply | Event | None:
        """Return the reply or the event in a frame; None if it is neither, or cannot be read."""
        ...

    def decode_result(self, reply: Reply, shape: Shape[R], unit: TimeUnit) -> R:
        """Return the result of a reply as a value of this shape.

        Args:
            reply: What `decode_frame` returned.
            shape: The shape of the result.
            unit: The unit of the times in it, as above.

        Raises:
            Unreadable: It is not of this shape.
        """
        ...
