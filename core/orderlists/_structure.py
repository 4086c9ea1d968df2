"""From plain values to results, exactly.

cattrs does the walking; what a value may be is decided here.  Its defaults guess (``1.9`` becomes
the int 1, ``{}`` an empty list), so every kind of value has a hook of ours that takes what the
exchange documents and nothing else.  Lenient only where it is meant: unknown fields, unknown enum
values, absent optional fields.

Two converters run the same hooks.  The quick one tells only *that* something does not fit; the
thorough one is asked *where*, once it is known to be somewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeGuard, TypeVar, get_args, get_origin

from attrs import evolve, fields, has
from cattrs import BaseValidationError, Converter, transform_error
from cattrs.cols import homogenous_tuple_structure_factory
from cattrs.gen import make_dict_structure_fn, override

from orderlists._time import Instant, TimeUnit
from orderlists._words import OpenEnum

T = TypeVar("T")
Hook = Callable[[Any, Any], Any]

_DECIMAL = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
# The last second of the year 9999, in microseconds: what `datetime` can hold.
_LAST_INSTANT = 253_402_300_799_999_999
_MOST_REASONS = 3
_MISSPELT = {"cumulative_quote_qty": "cummulativeQuoteQty"}


class Mismatch(ValueError):
    """A value is not what it has to be.  Its text tells where and what, never the value."""


def structure(tree: object, shape: type[T], unit: TimeUnit) -> T:
    """Return `tree` as a value of the given shape.

    Raises:
        Mismatch: Something in it is missing, of the wrong type or out of range.
    """
    kind: Any = shape
    try:
        result: T = _hook(kind, unit, thorough=False)(tree, kind)
    except (Mismatch, KeyError):
        raise Mismatch(_explain(tree, kind, unit)) from None
    return result


def _explain(tree: object, shape: Any, unit: TimeUnit) -> str:  # noqa: ANN401 - any class
    try:
        _hook(shape, unit, thorough=True)(tree, shape)
    except (Mismatch, BaseValidationError) as error:
        reasons = transform_error(error, format_exception=_say)
        return "; ".join(reasons[:_MOST_REASONS])
    raise AssertionError("the two converters disagree")


def _say(error: BaseException, _: type | None) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


@cache
def _hook(shape: Any, unit: TimeUnit, *, thorough: bool) -> Hook:  # noqa: ANN401 - any class
    return _converter(unit, thorough=thorough).get_structure_hook(shape)


@cache
def _converter(unit: TimeUnit, *, thorough: bool) -> Converter:
    converter = Converter(detailed_validation=thorough)
    converter.register_structure_hook(str, _exact(str, "text"))
    converter.register_structure_hook(bool, _exact(bool, "true or false"))
    converter.register_structure_hook(int, _to_int)
    converter.register_structure_hook(Decimal, _to_decimal)
    converter.register_structure_hook(Instant, _to_instant(unit))
    converter.register_structure_hook_factory(_is_open_enum, _to_word)
    converter.register_structure_hook_factory(_is_tuple, _to_tuple)
    converter.register_structure_hook_factory(_is_optional, _to_optional)
    converter.register_structure_hook_factory(has, _to_object)
    return converter


def _exact(kind: type, name: str) -> Hook:
    def hook(value: object, _: object) -> object:
        if type(value) is not kind:
            raise Mismatch(f"must be {name}")
        return value

    return hook


def _to_int(value: object, _: object) -> int:
    if type(value) is not int or not _SMALLEST <= value <= _LARGEST:
        raise Mismatch("must be a 64-bit integer")
    return value


def _to_decimal(value: object, _: object) -> Decimal:
    if type(value) is not str or _DECIMAL.fullmatch(value) is None:
        raise Mismatch("must be a decimal number, as text")
    return Decimal(value)


def _to_instant(unit: TimeUnit) -> Hook:
    last = _LAST_INSTANT // unit.value

    def hook(value: object, _: object) -> Instant:
        if type(value) is not int or not -1 <= value <= last:
            raise Mismatch("must be a time, or -1")
        return Instant(value, unit)

    return hook


def _is_open_enum(kind: Any) -> bool:  # noqa: ANN401 - cattrs asks about any type
    return isinstance(kind, type) and issubclass(kind, OpenEnum)


def _to_word(kind: type[OpenEnum], _: Converter) -> Hook:
    # Calling an enum costs forty times as much as looking its known members up.
    known = {member.value: member for member in kind}

    def hook(value: object, _: object) -> OpenEnum:
        if type(value) is not str:
            raise Mismatch("must be text")
        return known.get(value) or kind(value)

    return hook


def _is_tuple(kind: Any) -> bool:  # noqa: ANN401 - cattrs asks about any type
    return get_origin(kind) is tuple


def _to_tuple(kind: Any, converter: Converter) -> Hook:  # noqa: ANN401 - a generic alias
    each = homogenous_tuple_structure_factory(kind, converter)

    def hook(value: object, _: object) -> object:
        if type(value) is not list:
            raise Mismatch("must be a list")
        return each(value, kind)

    return hook


def _is_optional(kind: Any) -> bool:  # noqa: ANN401 - cattrs asks about any type
    return get_origin(kind) is UnionType and NoneType in get_args(kind)


def _to_optional(kind: Any, converter: Converter) -> Hook:  # noqa: ANN401 - a union
    (present,) = (part for part in get_args(kind) if part is not NoneType)
    inner = converter.get_structure_hook(present)

    def hook(value: object, _: object) -> object:
        return None if value is None else inner(value, present)

    return hook


def _to_object(kind: Any, converter: Converter) -> Hook:  # noqa: ANN401 - an attrs class
    names = {f.name: _wire_name(f.name) for f in fields(kind) if f.name != "unknown_fields"}
    known = frozenset(names.values())
    options: Any = {name: override(rename=wire) for name, wire in names.items()}
    build = make_dict_structure_fn(kind, converter, unknown_fields=override(omit=True), **options)

    def hook(value: object, _: object) -> object:
        if not _is_object(value):
            raise Mismatch("must be an object")
        built = build(value, kind)
        if known.issuperset(value):
            return built
        return evolve(built, unknown_fields={k: v for k, v in value.items() if k not in known})

    return hook


def _is_object(value: object) -> TypeGuard[dict[str, Any]]:
    return type(value) is dict


def _wire_name(name: str) -> str:
    first, *rest = name.split("_")
    return _MISSPELT.get(name) or first + "".join(word.capitalize() for word in rest)
