"""The SBE format of bodies and frames."""

from __future__ import annotations

import sys
import warnings
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar

from attrs import Attribute, field, frozen

from orderlists._formats.envelope import retry_after, usages
from orderlists._formats.interfaces import ErrorBody, Reply, Unreadable
from orderlists._formats.json import Json
from orderlists._formats.sbe.messages import (
    NotInSchema,
    header_of,
    read_event,
    read_plain,
    read_value,
)
from orderlists._formats.sbe.schema import load
from orderlists._models.base import RawReply
from orderlists._models.events import Event
from orderlists._models.shapes import Shape
from orderlists._time import TimeUnit
from orderlists.errors import InvalidSetting

R = TypeVar("R")

_OK = 200
_REPLY, _ERROR = 50, 100
_REFUSALS = {
    -1152: "does not understand the request for",
    -1153: "does not support",
    -1155: "has switched off",
    -1161: "cannot encode a response in",
}
"""Errors after which JSON is requested, by code."""
_INT_DIGITS = 19
_MEDIA_TYPE = "application/sbe"
_METHODS = frozenset(
    {
        *("ping", "time"),
        *("session.logon", "session.status", "session.logout", "session.subscriptions"),
        *("userDataStream.subscribe", "userDataStream.subscribe.signature"),
        "userDataStream.unsubscribe",
        *("order.status", "order.cancel", "openOrders.cancelAll"),
        *("orderList.place.oco", "orderList.place.oto", "orderList.place.otoco"),
        *("orderList.place.opo", "orderList.place.opoco"),
        *("orderList.cancel", "orderList.status", "allOrderLists", "openOrderLists.status"),
        "account.rateLimits.orders",
    }
)
"""The methods whose replies this library has layouts for."""


@cache
def _headers() -> tuple[tuple[str, str], ...]:
    return ("Accept", f"{_MEDIA_TYPE}, application/json"), ("X-MBX-SBE", str(load()))


@cache
def _query() -> str:
    schema = load()
    return f"responseFormat=sbe&sbeSchemaId={schema.id}&sbeSchemaVersion={schema.version}"


class SbeSchemaWarning(UserWarning):
    """The exchange moves to a newer SBE schema than this library has: upgrade the library.

    Issued once for each `Sbe`.
    """


class _Notes:
    """What replies have said about the schema.

    Attributes:
        is_deprecated: Whether the exchange has called the schema deprecated.
        is_outgrown: Whether a reply did not fit into the schema.
    """

    is_deprecated = False
    is_outgrown = False


def _check_json(_: object, attribute: Attribute[Any], value: object) -> None:
    if not isinstance(value, Json):
        rule = "must be a Json, such as Json(parser=orjson.loads)"
        raise InvalidSetting(field=attribute.name, value=value, rule=rule)


@frozen(kw_only=True)
class Sbe:
    """Simple Binary Encoding, schema 3:5: less than half as many bytes, and faster to decode.

    Results and events are equal to those of `Json` in microseconds, but for `unknown_fields` and
    `reply`: SBE's times are always microseconds.  Requests are the same.

    A reply may be JSON all the same, and is read as such: REST requests accept both, and an
    operation without a layout here (amending an order, the rules of symbols) is requested in JSON;
    over the WebSocket API, whose connections have one format, it is an `InvalidRequest`.  Events
    without a layout here (of balances) are `OtherEvent`, with the message in hexadecimal.

    The exchange deprecates a schema some months before it retires it.  The first reply that says so
    issues an `SbeSchemaWarning`.  So does the first that does not fit into the schema (unreadable,
    or the error -1161), and the refusal of a connection in SBE (-1152, -1153, -1155): from then on
    the format requests JSON, over the WebSocket API on a new connection, so that a lost outcome can
    be reconciled.

    Args:
        json: Decodes replies in JSON.

    Raises:
        InvalidSetting: `json` is no `Json`.

    Source: *Simple Binary Encoding (SBE) FAQ*.

    >>> from orderlists import GetServerTime, Rest
    >>> from orderlists.extending import HttpResponse
    >>> body = bytes.fromhex("0800660003000500 2037f9cc7ce20500")
    >>> response = HttpResponse(200, (("Content-Type", "application/sbe"),), body)
    >>> Rest(format=Sbe()).decode(GetServerTime(), response).server_time
    Instant(1656400526260000 us)
    """

    json: Json = field(default=Json(), validator=_check_json)
    _notes: _Notes = field(init=False, factory=_Notes, eq=False, repr=False)

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers that accept SBE, and JSON too; none once the schema is outgrown."""
        return () if self._notes.is_outgrown else _headers()

    @property
    def query(self) -> str:
        """The options that select SBE; none once the schema is outgrown."""
        return "" if self._notes.is_outgrown else _query()

    def supports(self, method: str) -> bool:
        """Return whether there is a layout for the replies to this method."""
        return method in _METHODS

    def decode(self, reply: RawReply, shape: Shape[R], unit: TimeUnit) -> R:
        """Decode a body to a value of this shape, by its Content-Type.

        Raises:
            Unreadable: It is cut, not of this shape, or does not fit into the schema.
        """
        self._note_header(reply)
        if not _is_sbe(reply):
            return self.json.decode(reply, shape, unit)
        return self._value(reply.body, shape)

    def decode_error(self, reply: RawReply) -> ErrorBody | None:
        """Return the error in a body; None if there is none."""
        self._note_header(reply)
        error = _error_in(reply.body) if _is_sbe(reply) else self.json.decode_error(reply)
        return self._noted(error)

    def is_cut(self, reply: RawReply) -> bool:
        """Return whether an unreadable body may be one of the exchange that was cut."""
        return _is_sbe(reply) or self.json.is_cut(reply)

    def decode_frame(self, frame: str | bytes, unit: TimeUnit) -> Reply | Event | None:
        """Return the reply or the event in a frame; None if it is neither, or is unreadable.

        A text frame is JSON.
        """
        if isinstance(frame, str):
            return self.json.decode_frame(frame, unit)
        try:
            header = header_of(frame)
            _, _, template, _ = header
            if template != _REPLY:
                return read_event(frame, header)
            envelope = read_plain(frame, header)
        except Unreadable:
            return None
        if envelope.get("sbeSchemaIdVersionDeprecated"):
            self._note_deprecation()
        status = envelope.get("status")
        if status is None:
            return None
        result = envelope["result"]
        error = None if status == _OK else self._noted(_error_in(result))
        limits = usages(envelope["rateLimits"])
        return Reply(_id_of(envelope["id"]), status, result, error, limits, frame)

    def decode_result(self, reply: Reply, shape: Shape[R], unit: TimeUnit) -> R:
        """Decode the result of a reply to a value of this shape.

        Raises:
            Unreadable: It is cut, not of this shape, or does not fit into the schema.
        """
        if isinstance(reply.frame, str):
            return self.json.decode_result(reply, shape, unit)
        return self._value(reply.result, shape)

    def _value(self, body: bytes, shape: Shape[R]) -> R:
        try:
            return read_value(body, shape)
        except NotInSchema as error:
            self._note_outgrown(f"the exchange sent a {error}")
            raise

    def _noted(self, error: ErrorBody | None) -> ErrorBody | None:
        if error is not None and error.code in _REFUSALS:
            what = f"{_REFUSALS[error.code]} SBE schema {load()} ({error.code})"
            self._note_outgrown(f"the exchange {what}")
        return error

    def _note_outgrown(self, reason: str) -> None:
        if not self._notes.is_outgrown:
            self._notes.is_outgrown = True
            _warn(f"{reason}: JSON is requested from now on")

    def _note_header(self, reply: RawReply) -> None:
        if reply.header("X-MBX-SBE-DEPRECATED") is not None:
            self._note_deprecation()

    def _note_deprecation(self) -> None:
        if not self._notes.is_deprecated:
            self._notes.is_deprecated = True
            _warn(f"the exchange calls SBE schema {load()} deprecated")


def _is_sbe(reply: RawReply) -> bool:
    media_type = (reply.header("Content-Type") or "").partition(";")[0]
    return media_type.strip().lower() == _MEDIA_TYPE


def _error_in(body: bytes) -> ErrorBody | None:
    try:
        header = header_of(body)
        _, _, template, _ = header
        if template != _ERROR:
            return None
        error = read_plain(body, header)
    except Unreadable:
        return None
    code = error.get("code")
    return None if code is None else ErrorBody(code, error["msg"], retry_after(error))


def _id_of(text: str) -> int | str | None:
    # The id of every reply is text; one that was sent as a number reads as that number again.
    if text.isdecimal() and text.isascii() and len(text) < _INT_DIGITS and str(int(text)) == text:
        return int(text)
    return text or None


def _warn(text: str) -> None:
    try:
        warnings.warn(f"{text}; upgrade orderlists", SbeSchemaWarning, stacklevel=2)
    except Exception as error:  # noqa: BLE001 - whatever `warnings.showwarning` raises
        # Such as the warning, if a filter makes it an error.  Raised here, it would hide the
        # outcome of a request.
        with suppress(Exception):  # The hook may be the user's.
            sys.excepthook(type(error), error, error.__traceback__)
