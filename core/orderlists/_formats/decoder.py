"""From plain values to results, exactly.

What a value may be is said in `leaves`.  Lenient only where it is meant: unknown fields, unknown
enum values, absent optional fields.

A reader follows the fields of the reply, not those of the class, and finds only *that* something
does not fit; `explain` is asked *where*, once it is known to be somewhere.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar, get_args

from attrs import NOTHING, fields, resolve_types

from orderlists._formats.scalars import (
    Mismatch,
    Read,
    is_optional,
    is_tuple,
    leaves_of,
    present,
    sent_in,
)
from orderlists._time import TimeUnit

T = TypeVar("T")


def structure(tree: object, shape: type[T], unit: TimeUnit) -> T:
    """Return `tree` as a value of the given shape.

    Raises:
        Mismatch: Something in it is missing, of the wrong type or out of range.
    """
    kind: Any = shape
    try:
        result: T = reader(kind, unit)(tree)
    except Mismatch:
        # Imported here: cattrs takes long to load, and few replies ask for it.
        from orderlists._formats.diagnostics import explain  # noqa: PLC0415 - see above

        raise Mismatch(explain(tree, kind, unit)) from None
    return result


@cache
def reader(shape: Any, unit: TimeUnit) -> Read:  # noqa: ANN401 - an attrs class
    """Return what reads a value of this shape, or raises a `Mismatch` that explains nothing."""
    attributes = fields(resolve_types(shape))
    known = {
        wire_name: (name, *_plan(getattr(attributes, name).type, unit))
        for name, wire_name in sent_in(shape).items()
    }
    defaults = {f.name: f.default for f in attributes if f.default is not NOTHING}
    size = len(attributes)
    make, fill = object.__new__, object.__setattr__

    def read(tree: dict[str, Any]) -> object:
        if type(tree) is not dict:
            raise Mismatch
        values = defaults.copy()
        values["unknown_fields"] = unknown = {}
        for field, value in tree.items():
            try:
                name, plain, convert, is_optional = known[field]
            except KeyError:
                unknown[field] = value
                continue
            if type(value) is plain:
                values[name] = value if convert is None else convert(value)
            elif value is not None or not is_optional:
                raise Mismatch
        if len(values) < size:
            raise Mismatch
        # What `__init__` would do, in a third of the time: results only hold what they are given.
        result = make(shape)
        fill(result, "__dict__", values)
        return result

    return read


def _plan(kind: Any, unit: TimeUnit) -> tuple[type, Read | None, bool]:  # noqa: ANN401 - any type
    """Return the plain type of a field, what reads it, and whether null will do."""
    if is_optional(kind):
        plain, read, _ = _plan(present(kind), unit)
        return plain, read, True
    if is_tuple(kind):
        read_one = reader(get_args(kind)[0], unit)
        return list, lambda values: tuple([read_one(value) for value in values]), False
    leaf = leaves_of(unit)[kind]
    return leaf.plain, leaf.read, False
