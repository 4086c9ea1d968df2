"""Bodies written in JSON.

Knows JSON and the exchange's two kinds of body: a result of a given shape, and an error with a
code.  Knows no status, no header and no request.

Invariant: whatever the bytes are, the answer is a value or `Unreadable`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from json import JSONDecoder
from typing import Any, NoReturn, TypeAlias, TypeVar

from attrs import Attribute

from orderlists._formats.decoder import structure
from orderlists._formats.scalars import Mismatch
from orderlists._time import TimeUnit
from orderlists.errors import InvalidSetting

T = TypeVar("T")

JsonParser: TypeAlias = Callable[[bytes], Any]
"""Turns UTF-8 text into Python values, or raises a ValueError or RecursionError."""


def check_parser(_: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what cannot be called."""
    if not callable(value):
        rule = "must be a function that parses bytes, such as orjson.loads"
        raise InvalidSetting(field=attribute.name, value=value, rule=rule)


class Unreadable(ValueError):
    """The body is not JSON, or not of the shape asked for.  Its text tells what is wrong."""


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_WHITE_SPACE = " \t\n\r"
_DECODER = JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant)


def exact_json(body: bytes) -> Any:  # noqa: ANN401 - JSON is any value
    """Parse JSON with the standard library, exactly: fractions become Decimal, NaN is refused.

    >>> exact_json(b'{"rate": 0.10}')
    {'rate': Decimal('0.10')}
    """
    text = body.decode().strip(_WHITE_SPACE)
    tree, end = _DECODER.raw_decode(text)
    if end != len(text):
        raise ValueError("more than one value")
    return tree


def read_result(body: bytes, shape: type[T], unit: TimeUnit, parse: JsonParser) -> T:
    """Return the body as a value of the given shape, or raise `Unreadable`."""
    tree = parse_json(body, parse)
    try:
        return structure(tree, shape, unit)
    except Mismatch as error:
        raise Unreadable(str(error)) from error


def read_error(body: bytes, parse: JsonParser) -> tuple[int, str] | None:
    """Return code and message if the body is one of the exchange's errors, else None."""
    try:
        tree = parse_json(body, parse)
    except Unreadable:
        return None
    match tree:
        case {"code": int(code), "msg": str(message)} if not isinstance(code, bool):
            return code, message
        case _:
            return None


def parse_json(body: bytes, parse: JsonParser) -> Any:  # noqa: ANN401 - JSON is any value
    try:
        return parse(body)
    except RecursionError as error:
        raise Unreadable("nested too deeply") from error
    except ValueError as error:
        raise Unreadable(f"not JSON: {type(error).__name__}") from error
