"""The fields of result classes: wire names, required fields, nullable types."""

from __future__ import annotations

from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeGuard, get_args, get_origin

from attrs import NOTHING, field, fields

LOCAL = {"local": True}
"""Metadata of an attribute that is not on the wire."""

WIRE_NAME = "wire_name"
"""Metadata of an attribute whose wire name is not its own name in camel case."""


def sent_as(wire_name: str, *, default: Any = NOTHING) -> Any:  # noqa: ANN401 - as attrs.field
    """Define an attribute of a result with an explicit wire name."""
    return field(default=default, metadata={WIRE_NAME: wire_name})


def camel_case(name: str) -> str:
    """Return a name as the exchange writes it.

    >>> camel_case("list_client_order_id")
    'listClientOrderId'
    """
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def wire_names(kind: Any) -> dict[str, str]:  # noqa: ANN401 - an attrs class
    """Return the attributes that are on the wire, and their wire names."""
    return {
        f.name: f.metadata.get(WIRE_NAME, camel_case(f.name))
        for f in fields(kind)
        if f.metadata != LOCAL
    }


@cache
def required_names(kind: Any) -> frozenset[str]:  # noqa: ANN401 - an attrs class
    """Return the wire names of the required fields."""
    sent = wire_names(kind)
    return frozenset(sent[f.name] for f in fields(kind) if f.name in sent and f.default is NOTHING)


def matching_kind(value: object, kinds: tuple[Any, ...]) -> Any:  # noqa: ANN401 - an attrs class
    """Return the first kind whose required fields are all present, or None."""
    if is_object(value):
        names = value.keys()
        for kind in kinds:
            if required_names(kind) <= names:
                return kind
    return None


def is_nullable(kind: Any) -> bool:  # noqa: ANN401 - any type
    """Return whether a field of this type may be null."""
    return get_origin(kind) is UnionType and NoneType in get_args(kind)


def non_null(kind: Any) -> Any:  # noqa: ANN401 - a union
    """Return the type of a nullable field where it is not null."""
    (part,) = (part for part in get_args(kind) if part is not NoneType)
    return part


def is_tuple(kind: Any) -> bool:  # noqa: ANN401 - any type
    """Return whether a field of this type is a list on the wire."""
    return get_origin(kind) is tuple


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a plain value is an object."""
    return type(value) is dict


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Return whether a plain value is a list."""
    return type(value) is list


def is_general(kind: Any) -> bool:  # noqa: ANN401 - any type
    """Return whether a type is a class whose variants a field names; see `Tagged`."""
    return isinstance(kind, type) and "variants" in vars(kind)


def variant_of(value: object, kind: Any) -> Any:  # noqa: ANN401 - attrs classes
    """Return the variant of a class that a plain value names, or None."""
    name = value.get(camel_case(kind.tag)) if is_object(value) else None
    return kind.variants.get(name) if type(name) is str else None
