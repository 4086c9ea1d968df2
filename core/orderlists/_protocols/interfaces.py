"""The interfaces of a protocol, which encodes requests and decodes results and events.

There are two kinds.  In an `HttpProtocol` every request has a response.  A `FramedProtocol` keeps
connections open; its `SessionLayer` handles log-on, keepalive, correlation of replies and
subscriptions on one connection.  Both are sans-I/O: bytes or frames in, values out.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, TypeVar

from orderlists._keys.key import Key
from orderlists._operations.base import Request
from orderlists._protocols.http_messages import HttpRequest, HttpResponse
from orderlists._rate_limits import Usage
from orderlists._time import TimeUnit
from orderlists.errors import OrderListsError

if TYPE_CHECKING:
    from orderlists._models.events import Event

R = TypeVar("R")

Frame: TypeAlias = str | bytes
"""A complete text or binary frame."""


class HttpProtocol(Protocol):
    """A protocol over HTTP request and response: `Rest`, or your own."""

    @property
    def time_unit(self) -> TimeUnit:
        """The unit of the timestamps passed to it."""
        ...

    def encode(self, request: Request[R], *, key: Key, timestamp: int) -> HttpRequest:
        """Return the request, encoded and signed."""
        ...

    def decode(self, request: Request[R], reply: HttpResponse, /) -> R:
        """Return the result, or raise the error in the response: see `Rest.decode`."""
        ...

    def usages(self, reply: HttpResponse, /) -> list[Usage]:
        """Return the rate-limit usage that a response reports."""
        ...


class FramedReply(Protocol):
    """A reply of a framed protocol, which may have more members."""

    @property
    def status(self) -> int:
        """The status, as in HTTP."""
        ...

    @property
    def frame(self) -> Frame:
        """The whole frame, undecoded."""
        ...


class Encoded(NamedTuple):
    """A request, encoded for one connection.

    Attributes:
        key: Correlates the reply with the request.
        data: The frame to write.
    """

    key: Hashable
    data: Frame


class ReplyPart(NamedTuple):
    """A reply to a request, or one part of it.

    Attributes:
        key: The key of the request; None for an uncorrelated reply.
        reply: The reply, as the protocol represents it.
        is_last: Whether it is the last part.
    """

    key: Hashable
    reply: Any
    is_last: bool = True


class EventReceived(NamedTuple):
    """An event of the account."""

    event: Event


class SendNow(NamedTuple):
    """A frame that the session layer must send, such as the response to a heartbeat."""

    data: Frame


class Draining(NamedTuple):
    """The exchange will close this connection soon: no new requests may be sent on it."""

    reason: str


class EventsEnded(NamedTuple):
    """The exchange ended the subscription of this connection."""

    reason: str


Received: TypeAlias = ReplyPart | EventReceived | SendNow | Draining | EventsEnded
"""What a session layer makes of a received frame."""


class SessionLayer(Protocol):
    """The state of a protocol on one connection; created with the connection.

    It sends nothing itself.  It returns requests, which the connection manager sends like any other
    (through the gate, and correlated), or a `SendNow`.

    Calls are serialized, except `encode`, which must be thread-safe.
    """

    def log_on(self) -> Request[Any] | None:
        """Return the log-on request of a new connection, or None."""
        ...

    def logged_on(self) -> None:
        """Record that the log-on succeeded."""
        ...

    def keepalive(self) -> Request[Any] | None:
        """Return the keepalive for a quiet connection; None if the transport has its own."""
        ...

    def subscribe(self) -> Request[Any]:
        """Return the request that subscribes to the events of the account.

        Its result, which must not be None, represents the subscription.
        """
        ...

    def unsubscribe(self, subscription: Any, /) -> Request[Any]:  # noqa: ANN401 - the result of `subscribe`
        """Return the request that ends a subscription."""
        ...

    def encode(self, request: Request[Any], *, timestamp: int) -> Encoded:
        """Return the request encoded for this connection, with a unique key."""
        ...

    def received(self, frame: Frame, /) -> Iterable[Received]:
        """Return the contents of a frame; empty for an unknown frame.  Must not raise."""
        ...


class FramedProtocol(Protocol):
    """A protocol over persistent connections: `WebSocketApi`, or your own."""

    @property
    def time_unit(self) -> TimeUnit:
        """The unit of the timestamps passed to it."""
        ...

    @property
    def target(self) -> str:
        """The target of the connection: path and query in origin form."""
        ...

    def session(self, *, key: Key) -> SessionLayer:
        """Return the session layer of a new connection.

        Raises:
            InvalidSetting: The protocol cannot be used with this key.
        """
        ...

    def decode(self, request: Request[R], reply: Any, /) -> R:  # noqa: ANN401 - its own reply
        """Return the result, or raise the error in the reply: see `WebSocketApi.decode`."""
        ...

    def usages(self, reply: Any, /) -> list[Usage]:  # noqa: ANN401 - its own reply
        """Return the rate-limit usage that a reply reports."""
        ...

    def refusal(self, reply: Any, /) -> OrderListsError | None:  # noqa: ANN401 - its own reply
        """Return the error in a reply; None for a success."""
        ...

    def handshake_refusal(self, response: HttpResponse, /) -> OrderListsError:
        """Return the error for an HTTP response that refused the handshake."""
        ...
