"""Conversion of the numbers in a message to values.

A number has a plain value, which is what JSON would have.  A value of a result is made from that
by the rules that hold for JSON (`scalars`), so that the two formats agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from functools import cache, lru_cache, partial
from typing import Any, Final, TypeAlias

from orderlists._formats.interfaces import Unreadable
from orderlists._formats.sbe.schema import Field, load
from orderlists._formats.scalars import Decode, Mismatch, Scalar, scalar_of
from orderlists._time import TimeUnit

Convert: TypeAlias = Decode | dict[int, Any] | None
"""A conversion: a function, or the values by number; None if a number stays as it is."""

_BOOL = "boolEnum"
_NUMBERS = range(256)
_NO_EXPONENT = -128
_KEPT = 64
# All digits of a product: 19 of a mantissa, 128 of a power.  Not the context of the user, who may
# have asked for fewer.
_times = Context(prec=150).multiply


class _Amounts(dict[int, Callable[[int], Decimal]]):
    def __missing__(self, exponent: int) -> Callable[[int], Decimal]:
        if exponent == _NO_EXPONENT:
            raise Unreadable("an amount without its exponent")
        # The text of an amount has no exponent: a positive one is multiplied out.
        power = Decimal(10**exponent if exponent > 0 else f"1e{exponent}")

        # Cached: amounts repeat within a reply, in both legs, and most amounts are zero.
        self[exponent] = amount = lru_cache(maxsize=_KEPT)(partial(_times, power))
        return amount


AMOUNTS: Final = _Amounts()
"""The conversion of a mantissa to an amount, exactly, by its exponent.

>>> AMOUNTS[-8](100000000), AMOUNTS[2](12)
(Decimal('1.00000000'), Decimal('1200'))
"""


@cache
def words_of(field: Field) -> dict[int, Any] | None:
    """Return the plain values of an enumeration by number; None if it is none."""
    if field.enum is None:
        return None
    words: dict[int, Any] = {number: str(number) for number in _NUMBERS}
    if field.enum == _BOOL:
        # Any other number is no bool, and is refused as one.
        return {number: number for number in _NUMBERS} | {0: False, 1: True}
    return words | load().enums[field.enum]


@cache
def typed_of(field: Field, kind: Any) -> Convert:  # noqa: ANN401 - a scalar type
    """Return the conversion of a field other than a decimal to a value of this type.

    It raises `Mismatch` for a value that JSON may not have either.
    """
    scalar = scalar_of(kind, TimeUnit.MICROSECOND)
    if scalar is None:
        raise TypeError(f"{field.name}: {kind!r} cannot be decoded")
    words = words_of(field)
    if words is not None:
        return _Table(scalar, words)
    if scalar.plain is int:
        # A signed number needs no check: it has at most 64 bits.
        return None if kind is int and field.code != "Q" else scalar.convert
    return lambda number: converted(number, scalar)


def converted(plain: object, scalar: Scalar) -> Any:  # noqa: ANN401 - any scalar
    """Convert a plain value, as in JSON.

    Raises:
        Mismatch: It is none of this type.
    """
    if type(plain) is not scalar.plain:
        raise Mismatch(scalar.rule)
    return plain if scalar.convert is None else scalar.convert(plain)


class _Table(dict[int, Any]):
    """The values of an enumeration by number: at most 256."""

    def __init__(self, scalar: Scalar, words: Mapping[int, Any]) -> None:
        super().__init__()
        self._scalar = scalar
        self._words = words

    def __missing__(self, number: int) -> Any:  # noqa: ANN401 - any scalar
        value = self[number] = converted(self._words[number], self._scalar)
        return value
