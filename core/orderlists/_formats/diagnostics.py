"""Diagnostics for a reply that cannot be decoded: where and why.

Decodes by the same scalars and fields as `decoder`, with cattrs, which collects every error and its
path.  Imported for the first invalid reply only: cattrs takes longer to load than the rest of core.

Invariant: it accepts exactly what `decoder` accepts, and returns the same values.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from types import GenericAlias
from typing import Any, Union, cast, get_args, get_origin

from attrs import NOTHING, evolve, fields, has, resolve_types
from cattrs import BaseValidationError, Converter, transform_error
from cattrs.cols import homogenous_tuple_structure_factory
from cattrs.gen import make_dict_structure_fn, override

from orderlists._formats.scalars import SCALARS, Mismatch, scalar_of
from orderlists._models.fields import (
    is_general,
    is_list,
    is_nullable,
    is_object,
    is_tuple,
    matching_kind,
    non_null,
    required_names,
    variant_of,
    wire_names,
)
from orderlists._models.shapes import Many, One, Shape
from orderlists._time import TimeUnit

Hook = Callable[[Any, Any], Any]

_MAX_REASONS = 3


def explain(value: object, shape: Shape[Any], unit: TimeUnit) -> str:
    """Return where and why a value, which `decoder` has rejected, does not have this shape."""
    try:
        converter(unit).structure(value, type_of(shape))
    except (Mismatch, BaseValidationError) as error:
        reasons = transform_error(error, format_exception=_describe)
        return "; ".join(reasons[:_MAX_REASONS])
    raise AssertionError("the two decoders disagree")  # unreachable


def type_of(shape: Any) -> Any:  # noqa: ANN401 - a shape, and a type
    """Return the type that stands for a shape in the converter."""
    form = cast("object", type(shape))
    if form is One:
        return shape.kind
    if form is Many:
        return GenericAlias(tuple, (type_of(shape.each), ...))
    return Union[shape.kinds]  # noqa: UP007 - of a tuple


def _describe(error: BaseException, _: type | None) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


@cache
def converter(unit: TimeUnit) -> Converter:
    """Return the converter, which reports the path and the rule of every invalid value."""
    strict = Converter()

    def to_scalar(value: object, kind: Any) -> object:  # noqa: ANN401 - a scalar's type
        scalar = scalar_of(kind, unit)
        assert scalar is not None  # noqa: S101 - registered for scalars alone
        if type(value) is not scalar.plain:
            raise Mismatch(scalar.rule)
        return value if scalar.convert is None else scalar.convert(value)

    for kind in SCALARS:
        strict.register_structure_hook(kind, to_scalar)
    strict.register_structure_hook_factory(is_nullable, _nullable)
    strict.register_structure_hook_factory(_is_choice, _choice)
    strict.register_structure_hook_factory(is_tuple, _list)
    strict.register_structure_hook_factory(has, _object)
    strict.register_structure_hook_factory(is_general, _tagged)
    return strict


def _nullable(kind: Any, converter: Converter) -> Hook:  # noqa: ANN401 - a union
    inner = non_null(kind)
    return lambda value, _: None if value is None else converter.structure(value, inner)


def _is_choice(kind: Any) -> bool:  # noqa: ANN401 - any type
    return get_origin(kind) is Union


def _choice(union: Any, converter: Converter) -> Hook:  # noqa: ANN401 - a union
    kinds = get_args(union)

    def hook(value: object, _: object) -> object:
        if not is_object(value):
            raise Mismatch("must be an object")
        kind = matching_kind(value, kinds)
        if kind is None:
            lacks = [f"{k.__name__} without {_first_missing(k, value)}" for k in kinds]
            raise Mismatch(f"matches no alternative: {', '.join(lacks)}")
        return converter.structure(value, kind)

    return hook


def _first_missing(kind: Any, value: dict[str, Any]) -> str:  # noqa: ANN401 - an attrs class
    return min(required_names(kind) - value.keys())


def _list(kind: Any, converter: Converter) -> Hook:  # noqa: ANN401 - a generic alias
    each = homogenous_tuple_structure_factory(kind, converter)

    def hook(value: object, _: object) -> object:
        if not is_list(value):
            raise Mismatch("must be a list")
        return each(value, kind)

    return hook


def _object(kind: Any, converter: Converter) -> Hook:  # noqa: ANN401 - an attrs class
    sent = wire_names(kind)
    known = frozenset(sent.values())
    attributes = fields(resolve_types(kind))
    optional = {
        sent[f.name]: f.type for f in attributes if f.name in sent and f.default is not NOTHING
    }
    options: Any = {f.name: override(omit=True) for f in attributes}
    options.update((name, override(rename=wire_name)) for name, wire_name in sent.items())
    build = make_dict_structure_fn(kind, converter, **options)

    def hook(value: object, _: object) -> object:
        if not is_object(value):
            raise Mismatch("must be an object")
        malformed = {
            name: part
            for name, part in value.items()
            if name in optional and not _fits(part, optional[name], converter)
        }
        built = build({name: part for name, part in value.items() if name not in malformed}, kind)
        unknown = {name: part for name, part in value.items() if name not in known}
        return evolve(built, unknown_fields=unknown, malformed_fields=malformed)

    return hook


def _tagged(kind: Any, converter: Converter) -> Hook:  # noqa: ANN401 - a class with variants
    build = _object(kind, converter)

    def hook(value: object, _: object) -> object:
        variant = variant_of(value, kind)
        if variant is not None:
            with suppress(Mismatch, BaseValidationError):
                return converter.structure(value, variant)
        return build(value, kind)

    return hook


def _fits(value: object, kind: Any, converter: Converter) -> bool:  # noqa: ANN401 - any type
    try:
        converter.structure(value, kind)
    except (Mismatch, BaseValidationError):
        return False
    return True
