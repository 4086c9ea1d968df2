"""How the WebSocket API writes a request: one JSON object in a text frame.

Reads text and judges only what keeps it from being read.  Source: "Request format" of the
WebSocket API.

Invariant: numbers keep the text they were written in, for that is what was signed.
"""

from __future__ import annotations

import json
import re
from typing import TypeAlias

from attrs import evolve, field, frozen

from orderlists_simulator._refused import Refused

RequestId: TypeAlias = int | str | None
"""What a reply is matched by."""

_MEMBERS = frozenset({"id", "method", "params"})
_INTEGER = re.compile(r"-?[0-9]{1,19}")
_VERSION = "v3/"


@frozen(kw_only=True, repr=False)
class WebSocketRequest:
    """One request of the WebSocket API, as far as it could be read.

    Attributes:
        id: As it came; None also where it could not be read.
        method: Its name without the version; empty where it could not be read.
        params: Names and values as text, as they were written, in order.
        flaw: Why it cannot be served; None if it was read wholly.
    """

    id: RequestId = None
    method: str = ""
    params: tuple[tuple[str, str], ...] = ()
    flaw: Refused | None = field(default=None, eq=False)

    def __repr__(self) -> str:
        return f"<WebSocketRequest {self.id!r} {self.method}>"

    def parameter(self, name: str) -> str | None:
        """Return the first parameter of this name, or None."""
        return next((value for found, value in self.params if found == name), None)

    @property
    def signed_bytes(self) -> bytes:
        """What a signature covers: all parameters but itself, in the order of their names."""
        pairs = sorted(pair for pair in self.params if pair[0] != "signature")
        return "&".join(f"{name}={value}" for name, value in pairs).encode()


class _Number(str):
    """A number, as it was written."""

    __slots__ = ()


class _Members(tuple[tuple[str, object], ...]):
    """The names and values of an object, also where names repeat."""

    __slots__ = ()


def read(frame: str | bytes) -> WebSocketRequest:
    """Return the request in a frame; also of one that holds none.

    >>> read('{"id": 1, "method": "v3/time", "params": {"a": 1.50, "b": true}}').params
    (('a', '1.50'), ('b', 'true'))
    >>> read("{}").flaw.code, read("[1").flaw.message
    (-1135, 'Invalid JSON Request')
    """
    members = _members(frame)
    request = WebSocketRequest()
    if members is None:
        return evolve(request, flaw=_not_json())
    # [ASSUME] for every refusal here; the code says what it is about, the documentation no more.
    try:
        sent = _once(members)
        request = evolve(request, id=_read_id(sent.get("id")))
        request = evolve(request, method=_read_method(sent.get("method")))
        request = evolve(request, params=_read_params(sent.get("params", _Members())))
        if not _MEMBERS.issuperset(sent):
            raise Refused(-1103, "An unknown parameter was sent.")  # noqa: TRY301 - one of many flaws
    except Refused as flaw:
        return evolve(request, flaw=flaw)
    return request


def _members(frame: str | bytes) -> _Members | None:
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
        # A lone surrogate could be written down, but neither signed nor echoed.
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, _Members) else None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _once(members: _Members) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in members:
        if name in found:
            raise Refused(-1101, f"Duplicate values for parameter '{name}'.")
        found[name] = value
    return found


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
    raise Refused(
        -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
    )


def _not_json() -> Refused:
    return Refused(-1135, "Invalid JSON Request")


def _not_valid(name: str) -> Refused:
    return Refused(-1135, f"JSON sent for parameter '{name}' is not valid")
