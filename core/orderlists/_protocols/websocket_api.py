"""The WebSocket API: requests to frames, frames to replies and events, replies to results.

Pure, and without a memory: what belongs to which request, and what became of a connection, is the
business of a `Session`.

Invariant: the text that is signed is the text that stands in the frame.  Here values are signed in
the order of their names and as they are, not percent-encoded.
"""

from __future__ import annotations

from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, NamedTuple, TypeGuard, TypeVar

from attrs import Attribute, field, frozen

from orderlists._clock import ServerClock
from orderlists._connections.manager import Session
from orderlists._formats.decoder import structure
from orderlists._formats.json import (
    JsonParser,
    Unreadable,
    check_parser,
    exact_json,
    parse_json,
)
from orderlists._formats.scalars import Mismatch, is_object
from orderlists._keys.key import HmacKey, Key
from orderlists._keys.private_keys import Ed25519Key, RsaKey
from orderlists._models.events import KINDS, Event, OtherEvent
from orderlists._operations.base import Request, Security
from orderlists._operations.user_data_stream import Ping
from orderlists._protocols.error_mapping import verdict
from orderlists._protocols.frames import Frame
from orderlists._protocols.http_messages import HttpResponse
from orderlists._protocols.rest import Rest
from orderlists._protocols.signing import check_timestamp, check_unit, signature_of, text_of
from orderlists._rate_limits import INTERVALS, RateLimitType, Usage
from orderlists._time import TimeUnit
from orderlists.errors import InvalidSetting, OrderListsError, UndecodableReply

R = TypeVar("R")

_OK = 200
_LIMITERS = {limiter.value: limiter for limiter in RateLimitType}
_TARGETS = {
    TimeUnit.MILLISECOND: "/ws-api/v3?returnRateLimits=true",
    TimeUnit.MICROSECOND: "/ws-api/v3?returnRateLimits=true&timeUnit=MICROSECOND",
}
# The exchange's times with this many digits are microseconds; so few are not reached by
# milliseconds before the year 5138.
_MICROSECONDS_FROM = 10**14


class Reply(NamedTuple):
    """What the exchange answered to a request.

    Attributes:
        id: Which request; None where the exchange could not tell, or speaks of the connection.
        status: As in HTTP.
        result: The result, as it came; None if there is none.
        error: The error, as it came; None if there is none.
        limits: What it says about the rate limits, as it came.
        frame: All of it.
    """

    id: object
    status: int
    result: Any
    error: Any
    limits: Any
    frame: Frame


def _check_log_on(_: object, attribute: Attribute[bool | None], value: object) -> None:
    if not (value is None or isinstance(value, bool)):
        rule = "must be True, False or None"
        raise InvalidSetting(field=attribute.name, value=value, rule=rule)


@frozen(kw_only=True)
class WebSocketApi:
    """The exchange's WebSocket API.

    Args:
        time_unit: The unit of the times in requests, results and events.
        json_parser: Turns the bytes of a frame into Python values.
        log_on: Whether a connection logs on once, after which requests go unsigned.  The exchange
            lets Ed25519 keys do so, and no others; whether a key of your own is one, you know.
            None for: if the key is an `Ed25519Key`.

    Raises:
        InvalidSetting: A setting is not one of these.

    Source: *WebSocket API*: *Request format*, *Response format*, *SIGNED request security*.

    >>> from orderlists import CancelOrderList, HmacKey
    >>> key = HmacKey(api_key="k" * 64, secret="not-a-real-one")
    >>> request = CancelOrderList(symbol="LTCBTC", order_list_id=0)
    >>> frame = WebSocketApi().encode(request, request_id=7, key=key, timestamp=1660801720210)
    >>> frame[:75]
    '{"id":7,"method":"orderList.cancel","params":{"apiKey":"kkkkkkkkkkkkkkkkkkk'
    """

    time_unit: TimeUnit = field(default=TimeUnit.MILLISECOND, validator=check_unit)
    json_parser: JsonParser = field(default=exact_json, validator=check_parser, repr=False)
    log_on: bool | None = field(default=None, validator=_check_log_on)

    @property
    def target(self) -> str:
        """The path and query to connect to."""
        return _TARGETS[self.time_unit]

    def session(self, *, key: Key, clock: ServerClock) -> Session:
        """Return what keeps connections for this key.

        Raises:
            InvalidSetting: It is to log on, and is known to be of a kind that cannot.
        """
        if self.log_on and isinstance(key, HmacKey | RsaKey):
            rule = f"must be False or None with an {type(key).__name__}: only Ed25519 keys log on"
            raise InvalidSetting(field="log_on", value=self.log_on, rule=rule)
        logs_on = isinstance(key, Ed25519Key) if self.log_on is None else self.log_on
        return Session(self, key=key, clock=clock, logs_on=logs_on)

    def encode(
        self,
        request: Request[R],
        *,
        request_id: int,
        key: Key,
        timestamp: int,
        logged_on: bool = False,
    ) -> str:
        """Return the request as a frame.

        Args:
            request: What is asked for.
            request_id: Names the request in its reply.
            key: Who asks.
            timestamp: The time since 1970, in `time_unit`.
            logged_on: Whether the connection knows already who asks: then nothing is signed.

        Raises:
            InvalidRequest: The timestamp is not a whole number.
            InvalidSetting: The key did not sign with text.
        """
        operation = request.operation
        parameters = request.parameters()
        if operation.security is not Security.NONE:
            check_timestamp(timestamp, self.time_unit)
            parameters.append(("timestamp", timestamp))
            if not logged_on or operation.security is Security.SIGNED:
                parameters.append(("apiKey", key.api_key))
                parameters.sort()
                text = "&".join([f"{name}={text_of(value)}" for name, value in parameters])
                parameters.append(("signature", signature_of(text.encode(), key)))
        if not parameters:
            return f'{{"id":{request_id},"method":"{operation.websocket}"}}'
        members = ",".join([f'"{name}":{_json(value)}' for name, value in parameters])
        return f'{{"id":{request_id},"method":"{operation.websocket}","params":{{{members}}}}}'

    def read(self, frame: Frame) -> Reply | Event | None:
        """Return the reply or the event that a frame holds, or None if it is something else."""
        raw = frame.encode() if isinstance(frame, str) else frame
        try:
            tree = parse_json(raw, self.json_parser)
        except Unreadable:
            return None
        if not is_object(tree):
            return None
        get = tree.get
        event, status = get("event"), get("status")
        if is_object(event) and type(event.get("e")) is str:
            return self._event(event)
        if type(status) is not int or "id" not in tree:
            return None
        return Reply(tree["id"], status, get("result"), get("error"), get("rateLimits"), frame)

    def _event(self, event: dict[str, Any]) -> Event:
        kind = KINDS.get(event["e"])
        if kind is not None:
            try:
                return structure(event, kind, self.time_unit)
            except Mismatch:
                pass  # Kept as it is: what the exchange changes must not silence it.
        return OtherEvent(event_type=event["e"], fields=event)

    def decode(self, request: Request[R], reply: Reply) -> R:
        """Return the result that a reply to this request holds.

        Raises:
            Rejected: The exchange refused: the request was not executed.
            ServerError: The exchange failed: whether the request was executed is open.
            UndecodableReply: The reply cannot be read: whether the request was executed is open.
        """
        if reply.status != _OK:
            raise _failure(reply)
        shape: type[R] = request.operation.result
        try:
            return structure(reply.result, shape, self.time_unit)
        except Mismatch as error:
            raise _undecodable(reply, str(error)) from error

    def refusal(self, response: HttpResponse) -> OrderListsError:
        """Return what an HTTP response says that came instead of a connection."""
        try:
            Rest(json_parser=self.json_parser).decode(Ping(), response)
        except OrderListsError as error:
            return error
        return UndecodableReply(raw=response.body, status=response.status, reason="no connection")

    def usages(self, reply: Reply) -> list[Usage]:
        """Return what a reply says was used of the rate limits."""
        if not _is_list(reply.limits):
            return []
        return [usage for limit in reply.limits if (usage := _usage(limit)) is not None]


def _json(value: str | int | Decimal) -> str:
    if type(value) is str:
        return encode_basestring(value)
    # A fraction goes as text, for whoever reads a number may write it down in another way.
    if isinstance(value, int) or (isinstance(value, Decimal) and value == int(value)):
        return text_of(value)
    return encode_basestring(text_of(value))


def _failure(reply: Reply) -> OrderListsError:
    match reply.error:
        case {"code": int(code), "msg": str(message)} if type(code) is int:
            error = verdict(reply.status, code, message, _retry_after(reply.error.get("data")))
        case _:
            error = verdict(reply.status, None, "", None)
    return error or _undecodable(reply, "neither a result nor an error of the exchange")


def _retry_after(data: object) -> float | None:
    match data:
        case {"serverTime": int(now), "retryAfter": int(then)} if then >= now >= 0:
            return (then - now) / (1_000_000 if now >= _MICROSECONDS_FROM else 1_000)
        case _:
            return None


def _undecodable(reply: Reply, reason: str) -> UndecodableReply:
    raw = reply.frame.encode() if isinstance(reply.frame, str) else reply.frame
    return UndecodableReply(raw=raw, status=reply.status, reason=reason)


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _usage(limit: Any) -> Usage | None:  # noqa: ANN401 - JSON is any value
    try:
        limiter = _LIMITERS[limit["rateLimitType"]]
        seconds = INTERVALS[limit["interval"]] * limit["intervalNum"]
        most, used = limit["limit"], limit["count"]
    except (KeyError, TypeError):
        return None  # Of a kind that is not known, such as connections, or of another shape.
    counts = type(seconds) is type(most) is type(used) is int
    return Usage(limiter, seconds, used, most) if counts and seconds > 0 else None
