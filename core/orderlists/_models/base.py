"""What every result has, beside what the exchange documents."""

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


def _nothing() -> dict[str, Any]:
    return {}


# Results have no slots: a frozen value with slots takes almost twice as long to make.
@frozen(kw_only=True, slots=False)
class Result:
    """Something that the exchange told.

    Attributes:
        unknown_fields: Fields that this library does not know, as they came.
    """

    unknown_fields: Mapping[str, Any] = field(
        factory=_nothing, hash=False, repr=False, metadata=LOCAL
    )
