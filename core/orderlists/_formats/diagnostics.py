"""What is wrong with a reply: where, and why.

Walks the leaves that a reader walks, by cattrs, which collects every reason.  Loaded by the first
reply that does not fit: cattrs takes longer to load than the rest of core.

Invariant: it takes what `structure` takes, and makes the same of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from attrs import evolve, fields, has
from cattrs import BaseValidationError, Converter, transform_error
from cattrs.cols import homogenous_tuple_structure_factory
from cattrs.gen import make_dict_structure_fn, override

from orderlists._formats.scalars import (
    Leaf,
    Mismatch,
    is_object,
    is_optional,
    is_tuple,
    leaves_of,
    present,
    sent_in,
)
from orderlists._time import TimeUnit

Hook = Callable[[Any, Any], Any]

_MOST_REASONS = 3


def explain(tree: object, shape: Any, unit: TimeUnit) -> str:  # noqa: ANN401 - any class
    """Return where and why this is not a value of the given shape, which it must not be."""
    try:
        converter(unit).structure(tree, shape)
    except (Mismatch, BaseValidationError) as error:
        reasons = transform_error(error, format_exception=_say)
        return "; ".join(reasons[:_MOST_REASONS])
    raise AssertionError("the two disagree")  # unreachable


def _say(error: BaseException, _: type | None) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


@cache
def converter(unit: TimeUnit) -> Converter:
    """Return what reads the values that a reader reads, and tells where one does not fit."""
    walker = Converter()
    leaves = leaves_of(unit)
    for kind, leaf in leaves.items():
        walker.register_structure_hook(kind, _hook(leaf, optional=False))

    def to_optional(kind: Any) -> Hook:  # noqa: ANN401 - a union
        return _hook(leaves[present(kind)], optional=True)

    walker.register_structure_hook_factory(is_optional, to_optional)
    walker.register_structure_hook_factory(is_tuple, _to_tuple)
    walker.register_structure_hook_factory(has, _to_object)
    return walker


def _hook(leaf: Leaf, *, optional: bool) -> Hook:
    def hook(value: object, _: object) -> object:
        if type(value) is leaf.plain:
            return value if leaf.read is None else leaf.read(value)
        if value is None and optional:
            return None
        raise Mismatch(leaf.rule)

    return hook


def _to_tuple(kind: Any, converter: Converter) -> Hook:  # noqa: ANN401 - a generic alias
    each = homogenous_tuple_structure_factory(kind, converter)

    def hook(value: object, _: object) -> object:
        if type(value) is not list:
            raise Mismatch("must be a list")
        return each(value, kind)

    return hook


def _to_object(kind: Any, converter: Converter) -> Hook:  # noqa: ANN401 - an attrs class
    sent = sent_in(kind)
    known = frozenset(sent.values())
    options: Any = {f.name: override(omit=True) for f in fields(kind)}
    options.update((name, override(rename=wire_name)) for name, wire_name in sent.items())
    build = make_dict_structure_fn(kind, converter, **options)

    def hook(value: object, _: object) -> object:
        if not is_object(value):
            raise Mismatch("must be an object")
        built = build(value, kind)
        return evolve(built, unknown_fields={k: v for k, v in value.items() if k not in known})

    return hook
