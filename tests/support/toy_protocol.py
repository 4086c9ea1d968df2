"""A framed protocol that shares nothing with the WebSocket API.

It runs over a byte stream, which arrives in chunks of any size and is cut at line ends.  Lines are
numbered both ways, keys are text, a reply may have several parts, and a heartbeat is answered:

    7 send r1 GetServerTime       a request with the key r1
    3 part r1 200 hello          a part of the reply, not the last
    4 reply r1 200 world         the last part, or the only one
    5 reply - 429 60             an uncorrelated reply: Retry-After of 60 seconds
    6 event fill                 an event of the account
    7 heartbeat 42               to be answered
    8 closing soon               the exchange takes no more requests
    9 silent now                 no more events
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from orderlists import (
    BadTimestamp,
    Banned,
    Instant,
    Key,
    OrderListsError,
    OtherEvent,
    RateLimited,
    Rejected,
    ServerError,
    ServerTime,
    TimeUnit,
    Unauthorized,
    UndecodableReply,
)
from orderlists._operations.get_server_time import GetServerTime
from orderlists._operations.user_data_stream import LogOn, Ping, SubscribeSigned, Unsubscribe
from orderlists.extending import (
    Draining,
    Encoded,
    EventReceived,
    EventsEnded,
    Frame,
    HttpResponse,
    RateLimitType,
    Received,
    ReplyPart,
    Request,
    SendNow,
    Usage,
)


class ToyReply(NamedTuple):
    """One part of a reply."""

    status: int
    text: str

    @property
    def frame(self) -> str:
        return self.text


def error_of(status: int, text: str) -> OrderListsError | None:
    """Return the error for a status; None for success."""
    if status == 200:
        return None
    kind = ERRORS.get(status, Rejected)
    if kind is UndecodableReply:
        return UndecodableReply(raw=b"?", status=status, reason=text)
    said: dict[str, Any] = {"code": None, "message": text, "status": status}
    if kind in {RateLimited, Banned}:
        said["retry_after"] = float(text)
    if kind is Banned:
        said["until"] = None
    make: Any = kind
    error: OrderListsError = make(**said)
    return error


ERRORS: dict[int, type[OrderListsError]] = {
    401: Unauthorized,
    404: UndecodableReply,
    408: BadTimestamp,
    418: Banned,
    429: RateLimited,
    500: ServerError,
    600: UndecodableReply,
}


class ToySession:
    """The session layer of `ToyProtocol`."""

    def __init__(self, protocol: "ToyProtocol", key: Key) -> None:
        self.protocol = protocol
        self.key = key
        self.is_logged_on = False
        self._sent = self._seen = self._keys = 0
        self._rest = b""

    def log_on(self) -> LogOn | None:
        return LogOn() if self.protocol.logs_on else None

    def logged_on(self) -> None:
        self.is_logged_on = True

    def keepalive(self) -> Ping | None:
        return Ping() if self.protocol.pings else None

    def subscribe(self) -> SubscribeSigned:
        return SubscribeSigned()

    def unsubscribe(self, subscription: Any, /) -> Unsubscribe:
        return Unsubscribe(subscription)

    def encode(self, request: Request[Any], *, timestamp: int) -> Encoded:
        del timestamp
        if isinstance(request, self.protocol.unencodable):
            raise KeyError(type(request).__name__)
        self._keys += 1
        key = f"r{self._keys}"
        return Encoded(key, self._line(f"send {key} {type(request).__name__}"))

    def received(self, frame: Frame, /) -> Iterator[Received]:
        assert isinstance(frame, bytes)
        *lines, self._rest = (self._rest + frame).split(b"\n")
        for line in lines:
            number, verb, *rest = line.decode().split(" ")
            assert int(number) == self._seen + 1, "a line was lost"
            self._seen += 1
            yield self._read(verb, rest)

    def _read(self, verb: str, rest: list[str]) -> Received:
        match verb, rest:
            case "reply" | "part", [key, status, text]:
                reply = ToyReply(int(status), text)
                return ReplyPart(None if key == "-" else key, reply, is_last=verb == "reply")
            case "event", [name]:
                return EventReceived(OtherEvent(event_type=name, fields={"name": name}))
            case "heartbeat", [what]:
                return SendNow(self._line(f"alive {what}"))
            case "closing", [reason]:
                return Draining(reason)
            case "silent", [reason]:
                return EventsEnded(reason)
            case _:
                raise KeyError(verb)

    def _line(self, text: str) -> bytes:
        self._sent += 1
        return f"{self._sent} {text}\n".encode()


class ToyProtocol:
    """A protocol over a byte stream.

    Args:
        logs_on: Whether a connection begins with a log-on.
        pings: Whether the protocol has a keepalive.
        unencodable: Classes of requests on which `encode` raises: a bug.
    """

    time_unit = TimeUnit.MILLISECOND
    target = "toy://exchange"

    def __init__(
        self,
        *,
        logs_on: bool = False,
        pings: bool = True,
        unencodable: tuple[type[Any], ...] = (),
    ) -> None:
        self.logs_on = logs_on
        self.pings = pings
        self.unencodable = unencodable

    def session(self, *, key: Key) -> ToySession:
        return ToySession(self, key)

    def decode(self, request: Request[Any], reply: Any, /) -> Any:
        last: ToyReply = reply[-1] if isinstance(reply[0], tuple) else reply
        error = error_of(last.status, last.text)
        if error is not None:
            raise error
        if isinstance(request, GetServerTime):
            return ServerTime(server_time=Instant(0, TimeUnit.MILLISECOND))
        return last.text

    def usages(self, reply: ToyReply, /) -> list[Usage]:
        del reply
        return [((RateLimitType.REQUEST_WEIGHT, 60), 7, None)]

    def refusal(self, reply: ToyReply, /) -> OrderListsError | None:
        return error_of(reply.status, reply.text)

    def handshake_refusal(self, response: HttpResponse, /) -> OrderListsError:
        error = error_of(response.status, response.body.decode() or "-")
        return error or UndecodableReply(raw=b"", status=200, reason="no connection")
