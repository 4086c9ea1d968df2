"""Decodes plain values (dict, list, str, int, bool, None) to results, without loss.

`scalars` defines the valid scalar values.  Decoding is lenient in five places: unknown fields and
unknown enum values are kept, an optional field may be absent, a malformed optional field is moved
to `malformed_fields` instead of failing the reply, and a value that does not fit the class of its
tag is one of the general class (`tagged`).  A required field is strict.

There are two decoders.  This one is fast: it iterates over the fields of the reply, not over those
of the class, and detects only *that* a value is invalid.  `diagnostics` reports *where* and *why*;
it is loaded and run only after this one has failed.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import Any, NamedTuple, TypeAlias, TypeVar, cast, get_args

from attrs import NOTHING, Factory, fields, has, resolve_types

from orderlists._formats.interfaces import Unreadable
from orderlists._formats.scalars import Decode, Mismatch, scalar_of
from orderlists._models.base import Result
from orderlists._models.fields import (
    is_general,
    is_nullable,
    is_tuple,
    matching_kind,
    non_null,
    variant_of,
    wire_names,
)
from orderlists._models.shapes import Many, One, OneOf, Shape
from orderlists._time import TimeUnit

R = TypeVar("R")

_COLLECTED = ("unknown_fields", "malformed_fields")
# To type checkers it is a function.
_FACTORY: Any = Factory


def decode_value(value: object, shape: Shape[R], unit: TimeUnit) -> R:
    """Decode a plain value to a value of this shape.

    Raises:
        Unreadable: Something required is missing, of the wrong type or out of range.
    """
    # Keyed by the class where possible: hashing a shape runs Python code for every reply.
    key: Any = shape.kind if isinstance(shape, One) else shape
    try:
        result: R = decoder_of(key, unit)(value)
    except Mismatch:
        # Lazy import: cattrs takes longer to load than the rest of core, and few replies need it.
        from orderlists._formats.diagnostics import explain  # noqa: PLC0415 - see above

        raise Unreadable(explain(value, shape, unit)) from None
    return result


@cache
def decoder_of(shape: Any, unit: TimeUnit) -> Decode:  # noqa: ANN401 - a shape or a class
    """Return the decoder of this shape or class, which raises a `Mismatch` without a text."""
    form = cast("object", type(shape))
    if form is One:
        return decoder_of(shape.kind, unit)
    if form is Many:
        return _list_decoder(decoder_of(shape.each, unit))
    if form is OneOf:
        return _choice_decoder(shape.kinds, unit)
    return (_tagged_decoder if is_general(shape) else _object_decoder)(shape, unit)


def _list_decoder(decode_each: Decode) -> Decode:
    decode_items = _items_decoder(decode_each)

    def decode(value: object) -> object:
        if type(value) is not list:
            raise Mismatch
        return decode_items(value)

    return decode


def _items_decoder(decode_each: Decode) -> Decode:
    return lambda values: tuple([decode_each(value) for value in values])


def _choice_decoder(kinds: tuple[Any, ...], unit: TimeUnit) -> Decode:
    def decode(value: object) -> object:
        kind = matching_kind(value, kinds)
        if kind is None:
            raise Mismatch
        return decoder_of(kind, unit)(value)

    return decode


def _tagged_decoder(kind: Any, unit: TimeUnit) -> Decode:  # noqa: ANN401 - a class with variants
    decode_other = _object_decoder(kind, unit)

    def decode(value: object) -> object:
        variant = variant_of(value, kind)
        if variant is not None:
            with suppress(Mismatch):
                return decoder_of(variant, unit)(value)
        return decode_other(value)

    return decode


def _object_decoder(kind: Any, unit: TimeUnit) -> Decode:  # noqa: ANN401, C901 - an attrs class; a call for each field would take too long
    known, defaults, size = plan_of(kind, unit)
    make, fill = object.__new__, object.__setattr__

    def decode(value: dict[str, Any]) -> object:
        if type(value) is not dict:
            raise Mismatch
        values = defaults.copy()
        values["unknown_fields"] = unknown = {}
        values["malformed_fields"] = malformed = {}
        for wire_name, part in value.items():
            try:
                name, plain, convert, leniency = known[wire_name]
            except KeyError:
                unknown[wire_name] = part
                continue
            if type(part) is plain:
                try:
                    values[name] = part if convert is None else convert(part)
                except Mismatch:
                    if leniency.is_required:
                        raise
                    malformed[wire_name] = part
            elif part is None and leniency.is_nullable:
                values[name] = None
            elif leniency.is_required:
                raise Mismatch
            else:
                malformed[wire_name] = part
        if len(values) < size:
            raise Mismatch
        # Equivalent to `__init__`, in a third of the time: results have no validators.
        result = make(kind)
        fill(result, "__dict__", values)
        return result

    return decode


class _Leniency(NamedTuple):
    """How a field treats a value that is not of its type.

    Attributes:
        is_nullable: Whether null is valid.
        is_required: Whether any other value fails the reply.
    """

    is_nullable: bool
    is_required: bool


# A plain tuple: a NamedTuple takes longer to unpack, once for every field of every reply.
_Field: TypeAlias = tuple[str, type, Decode | None, _Leniency]
"""How a field is decoded: its attribute, the expected plain type, the converter (None if the plain
value is kept), and the treatment of other values."""


def plan_of(kind: Any, unit: TimeUnit) -> tuple[dict[str, _Field], dict[str, Any], int]:  # noqa: ANN401 - an attrs class
    """Return the fields by their names on the wire, the defaults, and the number of attributes."""
    if not issubclass(kind, Result):
        raise TypeError(f"{kind.__name__} must be a Result")
    attributes = fields(resolve_types(kind))
    known = {
        wire_name: _field(getattr(attributes, name), unit)
        for name, wire_name in wire_names(kind).items()
    }
    defaults = {
        f.name: _plain_default(f)
        for f in attributes
        if f.default is not NOTHING and f.name not in _COLLECTED
    }
    return known, defaults, len(attributes)


def _plain_default(attribute: Any) -> Any:  # noqa: ANN401 - an attrs attribute, and any value
    if isinstance(attribute.default, _FACTORY):
        raise TypeError(f"{attribute.name}: must have a plain default, not a factory")
    return attribute.default


def _field(attribute: Any, unit: TimeUnit) -> _Field:  # noqa: ANN401 - an attrs attribute
    kind, nullable = attribute.type, is_nullable(attribute.type)
    plain, convert = _part(non_null(kind) if nullable else kind, unit, attribute.name)
    return attribute.name, plain, convert, _Leniency(nullable, attribute.default is NOTHING)


def _part(kind: Any, unit: TimeUnit, name: str) -> tuple[type, Decode | None]:  # noqa: ANN401 - any type
    """Return the plain type of a value of this kind, and its converter."""
    scalar = scalar_of(kind, unit)
    if scalar is not None:
        return scalar.plain, scalar.convert
    if is_tuple(kind):
        return list, _items_decoder(_item_decoder(get_args(kind)[0], unit, name))
    if has(kind):
        return dict, decoder_of(kind, unit)
    raise TypeError(f"{name}: {kind!r} cannot be decoded")


def _item_decoder(kind: Any, unit: TimeUnit, name: str) -> Decode:  # noqa: ANN401 - any type
    if scalar_of(kind, unit) is None and has(kind):
        return decoder_of(kind, unit)
    plain, convert = _part(kind, unit, name)

    def decode(value: object) -> object:
        if type(value) is not plain:
            raise Mismatch
        return value if convert is None else convert(value)

    return decode
