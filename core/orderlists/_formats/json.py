"""The JSON format of bodies and frames."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from json import JSONDecoder
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, TypeVar

from attrs import Attribute, field, frozen

from orderlists._formats.decoder import decode_value
from orderlists._formats.envelope import retry_after, usages
from orderlists._formats.interfaces import ErrorBody, Reply, Unreadable, bytes_of
from orderlists._models.base import RawReply
from orderlists._models.fields import is_object
from orderlists._models.shapes import Shape
from orderlists._time import TimeUnit
from orderlists.errors import InvalidSetting

if TYPE_CHECKING:
    from orderlists._models.events import Event

R = TypeVar("R")

JsonParser: TypeAlias = Callable[[bytes], Any]
"""Parses UTF-8 bytes to Python values, or raises a ValueError or RecursionError."""

_OK = 200
_ERROR_MEMBERS = {"code", "msg", "data"}
_ID_TYPES = (int, str)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_MEDIA_TYPE = re.compile(r"\s*application/json\s*(;|$)", re.IGNORECASE)
_WHITE_SPACE = " \t\n\r"
_DECODER = JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant)


def exact_json(body: bytes) -> Any:  # noqa: ANN401 - JSON is any value
    """Parse JSON with the standard library, without loss: fractions become Decimal, NaN is refused.

    >>> exact_json(b'{"rate": 0.10}')
    {'rate': Decimal('0.10')}
    """
    text = body.decode().strip(_WHITE_SPACE)
    tree, end = _DECODER.raw_decode(text)
    if end != len(text):
        raise ValueError("more than one value")
    return tree


def _check_parser(_: object, attribute: Attribute[Any], value: object) -> None:
    if not callable(value):
        rule = "must be a function that parses bytes, such as orjson.loads"
        raise InvalidSetting(field=attribute.name, value=value, rule=rule)


@frozen(kw_only=True)
class Json:
    """JSON, the exchange's default format.

    Args:
        parser: A function from the bytes of a body to Python values.  It must reject invalid input
            with a `ValueError` or `RecursionError`; any other exception is a bug of the parser and
            passes through.  The default is the standard library's parser, with every
            fraction as a Decimal; ``orjson.loads`` is several times as fast.

    Raises:
        InvalidSetting: The parser is not callable.

    >>> from orderlists import RawReply
    >>> body = b'{"code": -2011, "msg": "Unknown order list sent."}'
    >>> Json().decode_error(RawReply(400, (), body))
    ErrorBody(code=-2011, message='Unknown order list sent.', retry_after=None)
    """

    parser: JsonParser = field(default=exact_json, validator=_check_parser, repr=False)

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Empty: JSON is the default of the exchange."""
        return ()

    @property
    def query(self) -> str:
        """Empty, for the same reason."""
        return ""

    def supports(self, method: str) -> bool:
        """Return True: every reply of the exchange exists in JSON."""
        del method
        return True

    def decode(self, reply: RawReply, shape: Shape[R], unit: TimeUnit) -> R:
        """Decode a body to a value of this shape.

        Raises:
            Unreadable: It is not JSON, or not of this shape.
        """
        return decode_value(self._parse(reply.body), shape, unit)

    def decode_error(self, reply: RawReply) -> ErrorBody | None:
        """Return the error in a body; None if there is none."""
        try:
            return _error_in(self._parse(reply.body))
        except Unreadable:
            return None

    def is_cut(self, reply: RawReply) -> bool:
        """Return whether a body may be JSON that was cut: its type is, and its end is missing."""
        is_json = _MEDIA_TYPE.match(reply.header("Content-Type") or "") is not None
        body = reply.body.strip()
        return is_json and body.startswith(b"{") and not body.endswith(b"}")

    def decode_frame(self, frame: str | bytes, unit: TimeUnit) -> Reply | Event | None:
        """Return the reply or the event in a frame; None if it is neither, or is not JSON."""
        try:
            tree = self._parse(bytes_of(frame))
        except Unreadable:
            return None
        if not is_object(tree):
            return None
        event, status = tree.get("event"), tree.get("status")
        if is_object(event) and type(event.get("e")) is str:
            return _event(event, unit)
        if type(status) is not int or "id" not in tree:
            return None
        request_id = tree["id"]
        return Reply(
            request_id if type(request_id) in _ID_TYPES else None,
            status,
            tree.get("result"),
            None if status == _OK else _error_in(tree.get("error")),
            usages(tree.get("rateLimits")),
            frame,
        )

    def decode_result(self, reply: Reply, shape: Shape[R], unit: TimeUnit) -> R:
        """Decode the result of a reply to a value of this shape.

        Raises:
            Unreadable: It is not of this shape.
        """
        return decode_value(reply.result, shape, unit)

    def _parse(self, body: bytes) -> Any:  # noqa: ANN401 - JSON is any value
        try:
            return self.parser(body)
        except RecursionError as error:
            raise Unreadable("nested too deeply") from error
        except ValueError as error:
            raise Unreadable(f"not JSON: {type(error).__name__}") from error


def _event(event: dict[str, Any], unit: TimeUnit) -> Event:
    # Every protocol with events has loaded their classes; REST has none, and they are large.
    from orderlists._models.events import SHAPES, OtherEvent  # noqa: PLC0415

    shape = SHAPES.get(event["e"])
    if shape is not None:
        try:
            return decode_value(event, shape, unit)
        except Unreadable:
            pass  # Kept undecoded: a change of the exchange's schema does not lose an event.
    return OtherEvent(event_type=event["e"], fields=event)


def _error_in(tree: object) -> ErrorBody | None:
    # Another member means that another host sent it: a proxy, or a gateway with codes of its own.
    if not is_object(tree) or not tree.keys() <= _ERROR_MEMBERS:
        return None
    code, message = tree.get("code"), tree.get("msg")
    if type(code) is not int or not isinstance(message, str):
        return None
    return ErrorBody(code, message, retry_after(tree.get("data")))
