"""Strict decoding of scalar values.

The defaults of conversion libraries guess (``1.9`` becomes the int 1, ``{}`` an empty list), so
every type has a `Scalar`, which accepts exactly what the exchange documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, NamedTuple

from orderlists._time import Instant, TimeUnit
from orderlists.enums import OpenEnum

Decode = Callable[[Any], Any]

_DECIMAL = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?")
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
# The end of the year 9999, in microseconds: the maximum of `datetime`.
_LAST_INSTANT = 253_402_300_799_999_999
# Cached: amounts and times repeat within a reply, in both legs, and most amounts are zero.
_KEPT = 64
_TEXT_RULE = "must be text"
_INT_RULE = "must be a 64-bit integer"
_DECIMAL_RULE = "must be a decimal number, as text"
_INSTANT_RULE = "must be a time, or -1"


class Mismatch(ValueError):
    """A value is invalid.  The text gives the place and the rule, and never the value."""


class Scalar(NamedTuple):
    """How one scalar type is decoded.

    Attributes:
        plain: The plain type, matched exactly, because a bool is also an int.
        rule: The rule that an error quotes for an invalid value.
        convert: Converts a plain value, or raises `Mismatch`; None if the plain value is kept.
    """

    plain: type
    rule: str
    convert: Decode | None = None


SCALARS = (str, bool, int, Decimal, Instant, OpenEnum)
"""The scalar types; `OpenEnum` stands for its subclasses."""


@cache
def scalar_of(kind: Any, unit: TimeUnit) -> Scalar | None:  # noqa: ANN401 - any type
    """Return how a value of this type is decoded; None if it is not a scalar."""
    if kind is Instant:
        return Scalar(int, _INSTANT_RULE, _instant_decoder(unit))
    if isinstance(kind, type) and issubclass(kind, OpenEnum):
        return Scalar(str, _TEXT_RULE, _Members(kind).__getitem__)
    return _UNITLESS.get(kind)


def _instant_decoder(unit: TimeUnit) -> Decode:
    last = _LAST_INSTANT // unit.microseconds

    @lru_cache(maxsize=_KEPT)
    def to_instant(value: int) -> Instant:
        if -1 <= value <= last:
            return Instant(value, unit)
        raise Mismatch(_INSTANT_RULE)

    return to_instant


def _to_int(value: int) -> int:
    if _SMALLEST <= value <= _LARGEST:
        return value
    raise Mismatch(_INT_RULE)


@lru_cache(maxsize=_KEPT)
def _to_decimal(text: str) -> Decimal:
    if _DECIMAL.fullmatch(text) is None:
        raise Mismatch(_DECIMAL_RULE)
    return Decimal(text)


class _Members(dict[str, OpenEnum]):
    """The members of an enumeration by value; calling the class costs forty times as much."""

    def __init__(self, kind: type[OpenEnum]) -> None:
        super().__init__((member.value, member) for member in kind)
        self._kind = kind

    def __missing__(self, text: str) -> OpenEnum:
        return self._kind(text)


_UNITLESS: dict[Any, Scalar] = {
    str: Scalar(str, _TEXT_RULE),
    bool: Scalar(bool, "must be true or false"),
    int: Scalar(int, _INT_RULE, _to_int),
    Decimal: Scalar(str, _DECIMAL_RULE, _to_decimal),
}
