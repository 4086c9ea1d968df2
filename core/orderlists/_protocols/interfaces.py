"""What a protocol is: it turns requests into messages, and messages into results and events.

There are two kinds.  An `HttpProtocol` has a response for every request.  A `FramedProtocol` keeps
connections open; what it does on one of them (log on, keep alive, correlate replies, subscribe to
events) is its `SessionLayer`.  Both are pure: bytes or frames in, values out.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

from orderlists._keys.key import Key
from orderlists._models.events import Event
from orderlists._operations.base import Request
from orderlists._protocols.http_messages import HttpRequest, HttpResponse
from orderlists._rate_limits import Usage
from orderlists._time import TimeUnit
from orderlists.errors import OrderListsError

R = TypeVar("R")

Frame: TypeAlias = str | bytes
"""What a framed transport carries: a text frame, or a binary one, whole."""


class HttpProtocol(Protocol):
    """What turns requests into HTTP requests, and responses into results: `Rest`, or yours."""

    @property
    def time_unit(self) -> TimeUnit:
        """The unit of the timestamps it is given."""
        ...

    def encode(self, request: Request[R], *, key: Key, timestamp: int) -> HttpRequest:
        """Return the request, signed, as it goes on the wire."""
        ...

    def decode(self, request: Request[R], reply: HttpResponse, /) -> R:
        """Return the result, or raise what the response says: see `Rest.decode`."""
        ...

    def usages(self, reply: HttpResponse, /) -> list[Usage]:
        """Return what a response says was used of the rate limits."""
        ...


class FramedReply(Protocol):
    """What a framed protocol makes of a reply; the rest of it is its own."""

    @property
    def status(self) -> int:
        """The status, as in HTTP."""
        ...

    @property
    def frame(self) -> Frame:
        """All of it, as it came."""
        ...


class Encoded(NamedTuple):
    """A request as it goes on one connection.

    Attributes:
        key: Finds the request again when its reply comes.
        data: What is written.
    """

    key: Hashable
    data: Frame


class ReplyPart(NamedTuple):
    """A reply to a request, or one part of it.

    Attributes:
        key: The request's; None where the exchange did not say, or means the connection.
        reply: As the protocol reads it.
        is_last: Whether no other part follows.
    """

    key: Hashable
    reply: Any
    is_last: bool = True


class EventReceived(NamedTuple):
    """An event of the account."""

    event: Event


class SendNow(NamedTuple):
    """Something that the session layer has to send, such as the answer to a heartbeat."""

    data: Frame


class Draining(NamedTuple):
    """The other side will close this connection soon: it takes no more requests."""

    reason: str


class EventsEnded(NamedTuple):
    """The exchange ended the flow of events on this connection."""

    reason: str


Received: TypeAlias = ReplyPart | EventReceived | SendNow | Draining | EventsEnded


class SessionLayer(Protocol):
    """What a protocol does on one connection.  It is made when the connection is.

    It sends nothing itself.  What it wants sent is a request that the connection manager sends as
    any other (through the gate, and correlated), or the data of a `SendNow`.

    Its methods are called by one thread at a time, except `encode`, which several may call.
    """

    def log_on(self) -> Request[Any] | None:
        """Return what has to be sent first on a new connection; None if nothing has to be."""
        ...

    def logged_on(self) -> None:
        """Take note that the log-on was answered with success."""
        ...

    def keepalive(self) -> Request[Any] | None:
        """Return what to send on a quiet connection; None if the transport keeps it alive."""
        ...

    def subscribe(self) -> Request[Any]:
        """Return what makes the events of the account flow on this connection.

        Its result, which may not be None, stands for the subscription.
        """
        ...

    def unsubscribe(self, subscription: Any, /) -> Request[Any]:  # noqa: ANN401 - the result of `subscribe`
        """Return what ends that flow."""
        ...

    def encode(self, request: Request[Any], *, timestamp: int) -> Encoded:
        """Return the request as it goes on this connection, under a key of its own."""
        ...

    def received(self, frame: Frame, /) -> Iterable[Received]:
        """Return what a frame holds; nothing if it is none of ours.  Raise nothing."""
        ...


class FramedProtocol(Protocol):
    """What speaks over connections that stay open: `WebSocketApi`, or yours."""

    @property
    def time_unit(self) -> TimeUnit:
        """The unit of the timestamps it is given."""
        ...

    @property
    def target(self) -> str:
        """What to connect to: path and query in origin form."""
        ...

    def session(self, *, key: Key) -> SessionLayer:
        """Return the session layer of a new connection.

        Raises:
            InvalidSetting: The protocol cannot be spoken with this key.
        """
        ...

    def decode(self, request: Request[R], reply: Any, /) -> R:  # noqa: ANN401 - its own reply
        """Return the result, or raise what the reply says: see `WebSocketApi.decode`."""
        ...

    def usages(self, reply: Any, /) -> list[Usage]:  # noqa: ANN401 - its own reply
        """Return what a reply says was used of the rate limits."""
        ...

    def refusal(self, reply: Any, /) -> OrderListsError | None:  # noqa: ANN401 - its own reply
        """Return what a reply says that is no success; None if it is one."""
        ...

    def handshake_refusal(self, response: HttpResponse, /) -> OrderListsError:
        """Return what an HTTP response says that came instead of a connection."""
        ...
