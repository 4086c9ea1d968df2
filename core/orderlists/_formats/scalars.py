"""What each kind of value in a reply may be, and what it stands for.

Defaults of libraries guess (``1.9`` becomes the int 1, ``{}`` an empty list), so every kind of
value has a `Leaf` that takes what the exchange documents and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache, lru_cache
from types import NoneType, UnionType
from typing import Any, NamedTuple, TypeGuard, get_args, get_origin

from attrs import fields

from orderlists._models.base import LOCAL, WIRE_NAME
from orderlists._time import Instant, TimeUnit
from orderlists.enums import OpenEnum

Read = Callable[[Any], Any]

_DECIMAL = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?")
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
# The last second of the year 9999, in microseconds: what `datetime` can hold.
_LAST_INSTANT = 253_402_300_799_999_999


class Mismatch(ValueError):
    """A value is not what it has to be.  Its text tells where and what, never the value."""


class Leaf(NamedTuple):
    """What one kind of value is.

    Attributes:
        plain: The type it comes as: exactly this one, for a bool is an int as well.
        rule: What is said of a value that does not fit.
        read: Makes of the plain value what it stands for, or raises `Mismatch`; None if it stands
            for itself.
    """

    plain: type
    rule: str
    read: Read | None = None


@cache
def leaves_of(unit: TimeUnit) -> dict[Any, Leaf]:
    """Return the kinds of values that hold no others, where times have this unit."""
    last = _LAST_INSTANT // unit.microseconds

    def to_instant(value: int) -> Instant:
        if -1 <= value <= last:
            return Instant(value, unit)
        raise Mismatch(_INSTANT_RULE)

    return {
        str: Leaf(str, "must be text"),
        bool: Leaf(bool, "must be true or false"),
        int: Leaf(int, _INT_RULE, _to_int),
        Decimal: Leaf(str, _DECIMAL_RULE, _to_decimal),
        Instant: Leaf(int, _INSTANT_RULE, to_instant),
        **{
            kind: Leaf(str, "must be text", _Words(kind).__getitem__)
            for kind in OpenEnum.__subclasses__()
        },
    }


_INT_RULE = "must be a 64-bit integer"
_DECIMAL_RULE = "must be a decimal number, as text"
_INSTANT_RULE = "must be a time, or -1"


def _to_int(value: int) -> int:
    if _SMALLEST <= value <= _LARGEST:
        return value
    raise Mismatch(_INT_RULE)


# Amounts come again within a reply: the same in both legs, zero in most fields.
@lru_cache(maxsize=64)
def _to_decimal(text: str) -> Decimal:
    if _DECIMAL.fullmatch(text) is None:
        raise Mismatch(_DECIMAL_RULE)
    return Decimal(text)


class _Words(dict[str, OpenEnum]):
    """The members of an enumeration by their text; calling it costs forty times as much."""

    def __init__(self, kind: type[OpenEnum]) -> None:
        super().__init__((member.value, member) for member in kind)
        self._kind = kind

    def __missing__(self, word: str) -> OpenEnum:
        return self._kind(word)


def sent_in(shape: Any) -> dict[str, str]:  # noqa: ANN401 - an attrs class
    """Return the attributes that a reply holds, and their names there."""
    return {
        f.name: f.metadata.get(WIRE_NAME, _camel_case(f.name))
        for f in fields(shape)
        if f.metadata != LOCAL
    }


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def is_optional(kind: Any) -> bool:  # noqa: ANN401 - any type
    """Tell whether null will do for a field of this type."""
    return get_origin(kind) is UnionType and NoneType in get_args(kind)


def present(kind: Any) -> Any:  # noqa: ANN401 - a union
    """Return the type of an optional field where it is not null."""
    (part,) = (part for part in get_args(kind) if part is not NoneType)
    return part


def is_tuple(kind: Any) -> bool:  # noqa: ANN401 - any type
    """Tell whether a field of this type is a list on the wire."""
    return get_origin(kind) is tuple


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Tell whether a plain value is an object."""
    return type(value) is dict
