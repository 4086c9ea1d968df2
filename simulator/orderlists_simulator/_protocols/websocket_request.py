"""The parser of requests of the WebSocket API: one JSON object in a text frame.

Source: "Request format" of the WebSocket API.

Invariant: numbers keep the text in which they were written, because that is what was signed.
"""

from __future__ import annotations

import json
import re
from typing import TypeAlias, cast

from attrs import evolve, field, frozen

from orderlists.extending import Frame
from orderlists_simulator._api.parameters import without_duplicates
from orderlists_simulator._engine.errors import ApiError, malformed

RequestId: TypeAlias = int | str | None
"""The id by which a reply is matched to its request."""

_MEMBERS = frozenset({"id", "method", "params"})
_INTEGER = re.compile(r"-?[0-9]{1,19}")
_VERSION = "v3/"


@frozen(kw_only=True, repr=False)
class WebSocketRequest:
    """One request of the WebSocket API, as far as it could be parsed.

    Attributes:
        id: Its id; None also where it could not be parsed.
        method: The method without the version; None where it could not be parsed.
        params: Names and values, as they were written, in order.
        error: Why the rest could not be parsed; None if all was.
    """

    id: RequestId = None
    method: str | None = None
    params: tuple[tuple[str, str], ...] = ()
    error: ApiError | None = field(default=None, eq=False)

    def __repr__(self) -> str:
        return f"<WebSocketRequest {self.id!r} {self.method}>"

    def parameter(self, name: str) -> str | None:
        """Return the first value of a parameter, or None."""
        return next((value for found, value in self.params if found == name), None)

    @property
    def signed_bytes(self) -> bytes:
        """The signed bytes: all parameters but the signature, sorted by name."""
        pairs = sorted(pair for pair in self.params if pair[0] != "signature")
        return "&".join(f"{name}={value}" for name, value in pairs).encode()


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


class _Members(tuple[tuple[str, object], ...]):
    """The names and values of an object, with duplicate names."""

    __slots__ = ()


def parse(frame: Frame) -> WebSocketRequest:
    """Return the request in a frame; of any other frame one with an error.

    >>> parse('{"id": 1, "method": "v3/time", "params": {"a": 1.50, "b": true}}').params
    (('a', '1.50'), ('b', 'true'))
    >>> parse("{}").error.code, parse("[1").error.message
    (-1135, 'Invalid JSON Request')
    """
    members = _members(frame)
    request = WebSocketRequest()
    if members is None:
        return evolve(request, error=_not_json())
    # [ASSUME] for every error here: the documentation describes the codes, not their use.
    try:
        sent = without_duplicates(members)
        request = evolve(request, id=_read_id(sent.get("id")))
        request = evolve(request, method=_read_method(sent.get("method")))
        request = evolve(request, params=_read_params(sent.get("params", _Members())))
        if not _MEMBERS.issuperset(sent):
            raise ApiError(-1103, "An unknown parameter was sent.")  # noqa: TRY301 - as the others
    except ApiError as error:
        return evolve(request, error=error)
    return request


def _members(frame: Frame) -> _Members | None:
    if isinstance(frame, bytes):
        return None
    try:
        found: object = json.loads(
            frame,
            object_pairs_hook=_Members,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_refuse_constant,
        )
        # A lone surrogate can be parsed, but neither signed nor echoed.
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, _Members) else None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _read_id(given: object) -> RequestId:
    if isinstance(given, _Number) and _INTEGER.fullmatch(given) is not None:
        return int(given)
    if given is None or (isinstance(given, str) and not isinstance(given, _Number)):
        return given
    raise _not_valid("id")


def _read_method(given: object) -> str:
    if not isinstance(given, str) or isinstance(given, _Number):
        raise _not_valid("method")
    return given.removeprefix(_VERSION)


def _read_params(given: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(given, _Members):
        raise _not_valid("params")
    return tuple((name, _read_value(name, value)) for name, value in given)


def _read_value(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str(value)
    if isinstance(value, list):
        return _read_texts(name, cast("list[object]", value))
    raise malformed(name)


def _read_texts(name: str, values: list[object]) -> str:
    """Return a list of texts as REST has it: as JSON without spaces."""
    if not all(type(each) is str for each in values):
        raise malformed(name)
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _not_json() -> ApiError:
    return ApiError(-1135, "Invalid JSON Request")


def _not_valid(name: str) -> ApiError:
    return ApiError(-1135, f"JSON sent for parameter '{name}' is not valid")
