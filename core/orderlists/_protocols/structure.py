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
from functools import cache, lru_cache, partial
from types import NoneType, UnionType
from typing import Any, TypeGuard, TypeVar, get_args, get_origin

from attrs import evolve, fields, has
from cattrs import BaseValidationError, Converter, transform_error
from cattrs.cols import homogenous_tuple_structure_factory
from cattrs.gen import make_dict_structure_fn, override

from orderlists._results.result import LOCAL, WIRE_NAME
from orderlists._results.words import OpenEnum
from orderlists._time import Instant, TimeUnit

T = TypeVar("T")
Hook = Callable[[Any, Any], Any]
Leaf = Callable[..., Hook]

_DECIMAL = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?")
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
# The last second of the year 9999, in microseconds: what `datetime` can hold.
_LAST_INSTANT = 253_402_300_799_999_999
_MOST_REASONS = 3


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
    raise AssertionError("the two converters disagree")  # unreachable


def _say(error: BaseException, _: type | None) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


@cache
def _hook(shape: Any, unit: TimeUnit, *, thorough: bool) -> Hook:  # noqa: ANN401 - any class
    return _converter(unit, thorough=thorough).get_structure_hook(shape)


@cache
def _converter(unit: TimeUnit, *, thorough: bool) -> Converter:
    converter = Converter(detailed_validation=thorough)
    leaves: dict[type, Leaf] = {
        str: _to_text,
        bool: _to_flag,
        int: _to_int,
        Decimal: _to_decimal,
        Instant: partial(_to_instant, unit=unit),
        **{kind: partial(_to_word, kind=kind) for kind in OpenEnum.__subclasses__()},
    }
    for kind, leaf in leaves.items():
        converter.register_structure_hook(kind, leaf(optional=False))

    def to_optional(kind: Any) -> Hook:  # noqa: ANN401 - a union
        return leaves[_present(kind)](optional=True)

    converter.register_structure_hook_factory(_is_optional, to_optional)
    converter.register_structure_hook_factory(_is_tuple, _to_tuple)
    converter.register_structure_hook_factory(has, _to_object)
    return converter


def _is_optional(kind: Any) -> bool:  # noqa: ANN401 - cattrs asks about any type
    return get_origin(kind) is UnionType and NoneType in get_args(kind)


def _present(kind: Any) -> Any:  # noqa: ANN401 - a union
    (present,) = (part for part in get_args(kind) if part is not NoneType)
    return present


def _absent(value: object, rule: str, *, optional: bool) -> object:
    if value is not None or not optional:
        raise Mismatch(rule)
    return value


# One hook a leaf, asked for None last: a reply has dozens of leaves, and each call counts.


def _to_text(*, optional: bool) -> Hook:
    def hook(value: object, _: object) -> object:
        if type(value) is str:
            return value
        return _absent(value, "must be text", optional=optional)

    return hook


def _to_flag(*, optional: bool) -> Hook:
    def hook(value: object, _: object) -> object:
        if type(value) is bool:
            return value
        return _absent(value, "must be true or false", optional=optional)

    return hook


def _to_int(*, optional: bool) -> Hook:
    def hook(value: object, _: object) -> object:
        if type(value) is int and _SMALLEST <= value <= _LARGEST:
            return value
        return _absent(value, "must be a 64-bit integer", optional=optional)

    return hook


def _to_decimal(*, optional: bool) -> Hook:
    def hook(value: object, _: object) -> object:
        if type(value) is str and (number := _decimal(value)) is not None:
            return number
        return _absent(value, "must be a decimal number, as text", optional=optional)

    return hook


# Amounts come again and again: the same in both legs, zero in most fields.
@lru_cache(maxsize=1024)
def _decimal(text: str) -> Decimal | None:
    return None if _DECIMAL.fullmatch(text) is None else Decimal(text)


def _to_instant(*, unit: TimeUnit, optional: bool) -> Hook:
    last = _LAST_INSTANT // unit.value

    def hook(value: object, _: object) -> object:
        if type(value) is int and -1 <= value <= last:
            return Instant(value, unit)
        return _absent(value, "must be a time, or -1", optional=optional)

    return hook


def _to_word(*, kind: type[OpenEnum], optional: bool) -> Hook:
    # Calling an enum costs forty times as much as looking its known members up.
    known = {member.value: member for member in kind}

    def hook(value: object, _: object) -> object:
        if type(value) is str:
            return known[value] if value in known else kind(value)
        return _absent(value, "must be text", optional=optional)

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


def _to_object(kind: Any, converter: Converter) -> Hook:  # noqa: ANN401 - an attrs class
    sent = {
        f.name: f.metadata.get(WIRE_NAME, _camel_case(f.name))
        for f in fields(kind)
        if f.metadata != LOCAL
    }
    known = frozenset(sent.values())
    options: Any = {f.name: override(omit=True) for f in fields(kind)}
    options.update((name, override(rename=wire_name)) for name, wire_name in sent.items())
    build = make_dict_structure_fn(kind, converter, **options)

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


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
