"""What every result has beside the fields that the exchange documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import NOTHING, field, frozen

LOCAL = {"local": True}
"""Metadata of an attribute that no reply holds."""

WIRE_NAME = "wire_name"
"""Metadata of an attribute whose name on the wire is not its own in camel case."""


def sent_as(wire_name: str, *, default: Any = NOTHING) -> Any:  # noqa: ANN401 - as attrs.field
    """Return an attribute of a result that has another name on the wire."""
    return field(default=default, metadata={WIRE_NAME: wire_name})


def _empty() -> dict[str, Any]:
    return {}


@frozen(kw_only=True, slots=False)
class Result:
    """A value that a format decodes from a reply.

    An attribute without a default is required: a reply without it, or with another type of value
    there, cannot be read.  An attribute with a default is optional, and never costs the rest of a
    reply: where its value has an unexpected form, the attribute keeps its default and the value is
    in `malformed_fields`.

    A result of your own is an attrs class without slots, with which it would take almost twice as
    long to make: ``@frozen(kw_only=True, slots=False)``.

    Attributes:
        unknown_fields: Fields that this library does not know, by their name on the wire, as they
            came.
        malformed_fields: Optional fields whose value has an unexpected form, by their name on the
            wire, as they came.  Their attributes have their defaults, mostly None: check here
            before None is taken for *not sent*.
    """

    unknown_fields: Mapping[str, Any] = field(
        factory=_empty, hash=False, repr=False, metadata=LOCAL
    )
    malformed_fields: Mapping[str, Any] = field(
        factory=_empty, hash=False, repr=False, metadata=LOCAL
    )

    def __init_subclass__(cls) -> None:
        """Refuse slots, which a decoder would not fill."""
        if cls.__dict__.get("__slots__"):
            raise TypeError(f"{cls.__name__} must have no slots: @frozen(slots=False)")
