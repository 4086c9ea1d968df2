"""The base class of all results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import NOTHING, field, frozen

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


def _empty() -> dict[str, Any]:
    return {}


@frozen(kw_only=True, slots=False)
class Result:
    """A value that a format decodes from a reply.

    An attribute without a default is required: a reply without it, or with a value of another type,
    is unreadable.  An attribute with a default is optional, and never fails the reply: if its value
    is malformed, the attribute has its default and the value is in `malformed_fields`.

    A result of your own is an attrs class without slots, which would almost double the time of its
    construction: ``@frozen(kw_only=True, slots=False)``.

    Attributes:
        unknown_fields: Fields unknown to this library, undecoded, by wire name.
        malformed_fields: Optional fields with a malformed value, undecoded, by wire name.  Their
            attributes have their defaults, mostly None: check this mapping to distinguish
            *malformed* from *not sent*.
    """

    unknown_fields: Mapping[str, Any] = field(
        factory=_empty, hash=False, repr=False, metadata=LOCAL
    )
    malformed_fields: Mapping[str, Any] = field(
        factory=_empty, hash=False, repr=False, metadata=LOCAL
    )

    def __init_subclass__(cls) -> None:
        """Reject slots, which the decoder does not fill."""
        if cls.__dict__.get("__slots__"):
            raise TypeError(f"{cls.__name__} must have no slots: @frozen(slots=False)")
