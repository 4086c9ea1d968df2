"""The WebSocket API: encodes requests as frames, decodes replies and events.

Sans I/O and stateless: correlation and the state of a connection belong to the session layer.

Invariant: the signed text is the text in the frame.  Parameters are signed in alphabetical order,
and not percent-encoded.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from json.encoder import encode_basestring
from typing import TypeVar

from attrs import Attribute, field, frozen

from orderlists._formats.interfaces import Format, Reply, Unreadable, bytes_of
from orderlists._formats.json import Json
from orderlists._keys.key import HmacKey, Key
from orderlists._keys.private_keys import Ed25519Key, RsaKey
from orderlists._models.base import RawReply, attach_reply
from orderlists._models.events import Event
from orderlists._operations.base import NO_ERRORS, Parameter, Request, Security
from orderlists._protocols.error_mapping import error_of
from orderlists._protocols.http_errors import http_error
from orderlists._protocols.http_messages import HttpResponse
from orderlists._protocols.interfaces import Frame
from orderlists._protocols.signing import (
    check_format,
    check_timestamp,
    check_unit,
    signature_of,
    text_of,
)
from orderlists._protocols.websocket_session import WebSocketSession
from orderlists._rate_limits import Usage
from orderlists._time import TimeUnit
from orderlists.errors import (
    InvalidRequest,
    InvalidSetting,
    Rejected,
    ServerError,
    UndecodableReply,
)

R = TypeVar("R")

_OK = 200
_QUOTED = (str, Decimal)
_TARGET = "/ws-api/v3?returnRateLimits=true"
_TARGETS = {
    TimeUnit.MILLISECOND: _TARGET,
    TimeUnit.MICROSECOND: f"{_TARGET}&timeUnit=MICROSECOND",
}


def _check_log_on(_: object, attribute: Attribute[bool | None], value: object) -> None:
    if not (value is None or isinstance(value, bool)):
        rule = "must be True, False or None"
        raise InvalidSetting(field=attribute.name, value=value, rule=rule)


@frozen(kw_only=True)
class WebSocketApi:
    """The exchange's WebSocket API.

    Args:
        time_unit: The unit of times in requests, results and events.
        format: The format of replies and events; requests are always JSON.
        log_on: Whether a connection logs on once, after which requests are sent unsigned.  The
            exchange supports this for Ed25519 keys only.  The default, None, logs on if the key is
            an `Ed25519Key`; set it to True for an Ed25519 key of your own class.

    Raises:
        InvalidSetting: A setting is of another type.

    Source: *WebSocket API*: *Request format*, *Response format*, *SIGNED request security*.

    >>> from orderlists import CancelOrderList, HmacKey
    >>> key = HmacKey(api_key="k" * 64, secret="not-a-real-one")
    >>> request = CancelOrderList(symbol="LTCBTC", order_list_id=0)
    >>> frame = WebSocketApi().encode(request, request_id=7, key=key, timestamp=1660801720210)
    >>> frame[:75]
    '{"id":7,"method":"orderList.cancel","params":{"apiKey":"kkkkkkkkkkkkkkkkkkk'
    """

    time_unit: TimeUnit = field(default=TimeUnit.MILLISECOND, validator=check_unit)
    format: Format = field(default=Json(), validator=check_format)
    log_on: bool | None = field(default=None, validator=_check_log_on)

    @property
    def target(self) -> str:
        """The target of the connection: path and query in origin form."""
        target, query = _TARGETS[self.time_unit], self.format.query
        return f"{target}&{query}" if query else target

    def session(self, *, key: Key) -> WebSocketSession:
        """Return the session layer of a new connection.

        Raises:
            InvalidSetting: `log_on` is True, and the key is an HMAC or RSA key.
        """
        if self.log_on and isinstance(key, HmacKey | RsaKey):
            rule = f"must be False or None with an {type(key).__name__}: only Ed25519 keys log on"
            raise InvalidSetting(field="log_on", value=self.log_on, rule=rule)
        logs_on = isinstance(key, Ed25519Key) if self.log_on is None else self.log_on
        return WebSocketSession(self, key=key, logs_on=logs_on)

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
            request: The request.
            request_id: Identifies the request in its reply.
            key: The key that signs it.
            timestamp: The time since 1970, in `time_unit`.
            logged_on: Whether the connection is logged on: then only `SIGNED` requests are signed.

        Raises:
            InvalidRequest: The timestamp is not an int, or the format cannot express the reply.
            InvalidSetting: `key.sign` did not return text.
        """
        operation = request.operation
        if not self.format.supports(operation.websocket):
            rule = f"must be an operation whose replies {self.format!r} reads; use REST or Json()"
            raise InvalidRequest(field="request", value=request, rule=rule)
        parameters = request.parameters()
        is_signed = operation.security is Security.SIGNED
        if operation.security is not Security.NONE:
            check_timestamp(timestamp, self.time_unit)
            parameters.append(("timestamp", timestamp))
            is_signed = is_signed or not logged_on
        if is_signed:
            parameters.append(("apiKey", key.api_key))
            parameters.sort()
        texts, members = _written(parameters)
        if is_signed:
            signature = signature_of("&".join(texts).encode(), key)
            members.append(f'"signature":{encode_basestring(signature)}')
        if not members:
            return f'{{"id":{request_id},"method":"{operation.websocket}"}}'
        return (
            f'{{"id":{request_id},"method":"{operation.websocket}",'
            f'"params":{{{",".join(members)}}}}}'
        )

    def read(self, frame: Frame) -> Reply | Event | None:
        """Return the reply or the event in a frame; None if it is neither."""
        return self.format.decode_frame(frame, self.time_unit)

    def decode(self, request: Request[R], reply: Reply) -> R:
        """Decode the reply to a request.

        Raises:
            Rejected: The exchange refused the request: it was not executed.
            ServerError: The exchange failed: the outcome is unknown.
            UndecodableReply: The reply is unreadable: the outcome is unknown.
        """
        operation = request.operation
        if reply.status != _OK:
            raise _error(reply, operation.errors)
        try:
            result: R = self.format.decode_result(reply, operation.result, self.time_unit)
        except Unreadable as error:
            raise _undecodable(reply, str(error)) from error
        attach_reply(result, _raw(reply))
        return result

    def usages(self, reply: Reply) -> list[Usage]:
        """Return the rate-limit usage that a reply reports."""
        return reply.usages

    def refusal(self, reply: Reply) -> Rejected | ServerError | UndecodableReply | None:
        """Return the error in a reply, independent of the operation; None for a success."""
        return None if reply.status == _OK else _error(reply, NO_ERRORS)

    def handshake_refusal(
        self, response: HttpResponse
    ) -> Rejected | ServerError | UndecodableReply:
        """Return the error for an HTTP response that refused the handshake."""
        return http_error(response, self.format)


def _written(parameters: list[Parameter]) -> tuple[list[str], list[str]]:
    """Return parameters as they are signed, and as the members of a JSON object."""
    texts: list[str] = []
    members: list[str] = []
    for name, value in parameters:
        # Most values are one of these two, for which `text_of` is slow.
        if type(value) is str:
            text = value
        elif type(value) is int:
            text = f"{value}"
        else:
            text = text_of(value)
        # A Decimal is sent as text, even a whole one: what is signed is text, and the server may
        # write a number that it has read in another way.
        written = encode_basestring(text) if isinstance(value, _QUOTED) else text
        texts.append(f"{name}={text}")
        members.append(f'"{name}":{written}')
    return texts, members


def _error(
    reply: Reply, errors: Mapping[int, type[Rejected]]
) -> Rejected | ServerError | UndecodableReply:
    error = error_of(reply.status, reply.error, reply=_raw(reply), errors=errors)
    return error or _undecodable(reply, "neither a result nor an error of the exchange")


def _raw(reply: Reply) -> RawReply:
    return RawReply(reply.status, (), bytes_of(reply.frame))


def _undecodable(reply: Reply, reason: str) -> UndecodableReply:
    return UndecodableReply(raw=bytes_of(reply.frame), status=reply.status, reason=reason)
