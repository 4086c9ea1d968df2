"""The interface of a format, which decodes bodies and frames.

A protocol requests a format by HTTP headers or by a query, and passes on what it receives: an HTTP
response to `decode` and `decode_error`, a frame to `decode_frame`.  A frame holds an
envelope with the result inside, and the shape of the result depends on the request.  So a `Reply`
carries the result undecoded, in a form chosen by the format (a tree of JSON values, the bytes of a
nested SBE message), and `decode_result` decodes it later.

Invariant: any bytes yield a value or `Unreadable`.  Any other exception is a bug, and passes
through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from orderlists._models.base import RawReply
from orderlists._models.shapes import Shape
from orderlists._rate_limits import Usage
from orderlists._time import TimeUnit

if TYPE_CHECKING:
    from orderlists._models.events import Event

R = TypeVar("R")


class Unreadable(ValueError):
    """A body or frame is not in this format, or not of the requested shape.

    Its text gives the place and the reason, and quotes nothing of the body.
    """


def bytes_of(frame: str | bytes) -> bytes:
    """Return the bytes of a frame."""
    return frame.encode(errors="surrogatepass") if isinstance(frame, str) else frame


class ErrorBody(NamedTuple):
    """An error reported by the exchange.

    Attributes:
        code: The exchange's error code.
        message: The exchange's error message.
        retry_after: Seconds to wait, if the error specifies them.
    """

    code: int
    message: str
    retry_after: float | None = None


class Reply(NamedTuple):
    """A reply in a frame.

    Attributes:
        id: The id of the request, of the type that was sent; None if the reply is not correlated
            with a request.
        status: The status, as in HTTP.
        result: The undecoded result, for `Format.decode_result`; None if there is none.
        error: The error; None if there is none, or it is unreadable.
        usages: The rate-limit usage that the reply reports.
        frame: The whole frame, undecoded.
    """

    id: int | str | None
    status: int
    result: Any
    error: ErrorBody | None
    usages: list[Usage]
    frame: str | bytes


class Format(Protocol):
    """The encoding of bodies and frames: `Json`, or a format of your own."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers by which an HTTP request selects this format; empty for the default."""
        ...

    @property
    def query(self) -> str:
        """The query by which a WebSocket connection selects it: ``name=value``, joined by ``&``.

        Empty for the default.
        """
        ...

    def supports(self, method: str) -> bool:
        """Return whether the replies to a method exist in this format, and can be read.

        The replies to another method are requested in the exchange's default over REST, which
        `decode` and `decode_error` have to read by its Content-Type; over the WebSocket API the
        method is refused.

        Args:
            method: The method of the WebSocket API, such as ``orderList.cancel``; it stands for the
                operation in REST, too.
        """
        ...

    def decode(self, reply: RawReply, shape: Shape[R], unit: TimeUnit) -> R:
        """Decode the body of an HTTP response to a value of this shape.

        Args:
            reply: The response.
            shape: The shape of the result.
            unit: The unit of its timestamps, unless the format defines one.

        Raises:
            Unreadable: It is not in this format, or not of this shape.
        """
        ...

    def decode_error(self, reply: RawReply) -> ErrorBody | None:
        """Return the error in the body of an HTTP response; None if there is none.

        An error may be JSON whatever format was requested: the exchange refuses a WebSocket
        handshake in JSON.
        """
        ...

    def is_cut(self, reply: RawReply) -> bool:
        """Return whether an HTTP response without a readable error may be one that was cut.

        Any other unreadable response comes from another host, which a retry would meet again.
        """
        ...

    def decode_frame(self, frame: str | bytes, unit: TimeUnit) -> Reply | Event | None:
        """Return the reply or the event in a frame; None if it is neither, or unreadable."""
        ...

    def decode_result(self, reply: Reply, shape: Shape[R], unit: TimeUnit) -> R:
        """Decode the result of a reply to a value of this shape.

        Args:
            reply: A reply that `decode_frame` returned.
            shape: The shape of the result.
            unit: The unit of its timestamps, as above.

        Raises:
            Unreadable: It is not of this shape.
        """
        ...
