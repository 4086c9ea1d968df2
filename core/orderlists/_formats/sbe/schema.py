"""The layouts of the messages, loaded from ``schema.json``.

A message is a header, a block of fixed-size fields, repeating groups and variable-length data, in
that order and without padding.  ``tools/sbe_schema.py`` writes the file from the exchange's schema.

Source: *SBE FAQ*, ``sbe/schemas``; the FIX standard *Simple Binary Encoding*.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple, Self

_CODES = {
    "int8": "b",
    "uint8": "B",
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "uint64": "Q",
}
"""Format characters of `struct` by type."""


class Field(NamedTuple):
    """A number at a fixed place.

    Attributes:
        name: Its name in the schema.
        json_name: Its name in JSON.
        code: Its type, as a format character of `struct`.
        null: The number that stands for null.
        since: The version of the schema that added it.
        exponent: The field with the exponent, if this is the mantissa of a decimal.
        enum: Its enumeration, if it has one.
        is_time: Whether it is a time, in microseconds.
        default: What JSON has instead of null, as JSON text.
    """

    name: str
    json_name: str
    code: str
    null: int
    since: int
    exponent: str | None
    enum: str | None
    is_time: bool
    default: str | None

    @property
    def is_exponent(self) -> bool:
        """Whether it is the exponent of decimals, and nothing by itself."""
        return self.name.endswith("Exponent")


class Data(NamedTuple):
    """Text, or a message, after its length.

    Attributes:
        prefix: The size of the length, in bytes.
        since: The version of the schema that added it.
        is_message: Whether it is a message with a header of its own.
        is_optional: Whether the length 0 stands for null.
        default: What JSON has instead of null.
    """

    name: str
    json_name: str
    prefix: int
    since: int
    is_message: bool
    is_optional: bool
    default: str | None


class Group(NamedTuple):
    """A part that is repeated.

    Attributes:
        json_name: Its name in JSON; ``..`` if JSON has the list itself in place of the message.
        dimension: The types of the length of an entry and of the number of entries.
        since: The version of the schema that added it.
        block: The parts of an entry.
    """

    name: str
    json_name: str
    dimension: str
    since: int
    block: Block


class Block(NamedTuple):
    """The parts of a message or of a group."""

    fields: tuple[Field, ...]
    groups: tuple[Group, ...]
    data: tuple[Data, ...]

    @property
    def names(self) -> frozenset[str]:
        """The names of its parts in JSON."""
        parts: list[Field | Group | Data] = [*self.fields, *self.groups, *self.data]
        return frozenset(part.json_name for part in parts)

    def at(self, version: int) -> Self:
        """Return what of it existed in a version of the schema; parts were added at the end."""

        def known(parts: tuple[Any, ...]) -> Any:  # noqa: ANN401 - parts of one kind
            return tuple(part for part in parts if part.since <= version)

        groups = [group._replace(block=group.block.at(version)) for group in known(self.groups)]
        return self._replace(fields=known(self.fields), groups=tuple(groups), data=known(self.data))


class Schema(NamedTuple):
    """The messages and enumerations of one version.

    Attributes:
        enums: JSON's values of each enumeration, by number.
        messages: Names and blocks by template.
    """

    id: int
    version: int
    enums: dict[str, dict[int, str]]
    messages: dict[int, tuple[str, Block]]

    def __str__(self) -> str:
        return f"{self.id}:{self.version}"


@cache
def load() -> Schema:
    """Return the schema that this library reads."""
    text = files("orderlists._formats.sbe").joinpath("schema.json").read_text(encoding="utf-8")
    found = json.loads(text)
    return Schema(
        found["id"],
        found["version"],
        {name: {int(n): word for n, word in each.items()} for name, each in found["enums"].items()},
        {int(n): (each["name"], _block(each)) for n, each in found["messages"].items()},
    )


def _block(found: dict[str, Any]) -> Block:
    return Block(
        tuple([_field(each) for each in found.get("fields", ())]),
        tuple([_group(each) for each in found.get("groups", ())]),
        tuple([_data(each) for each in found.get("data", ())]),
    )


def _field(found: dict[str, Any]) -> Field:
    code = _CODES[found["type"]]
    return Field(
        *_names(found),
        code,
        _null(found["type"]),
        found.get("since", 0),
        found.get("exponent"),
        found.get("enum"),
        found.get("is_time", False),
        found.get("default"),
    )


def _group(found: dict[str, Any]) -> Group:
    dimension = "<" + "".join([_CODES[kind] for kind in found["dimension"]])
    return Group(*_names(found), dimension, found.get("since", 0), _block(found))


def _data(found: dict[str, Any]) -> Data:
    return Data(
        *_names(found),
        _bits(found["prefix"]) // 8,
        found.get("since", 0),
        found.get("is_message", False),
        found.get("is_optional", False),
        found.get("default"),
    )


def _names(found: dict[str, Any]) -> tuple[str, str]:
    name = found["name"]
    return name, found.get("json", name)


def _bits(kind: str) -> int:
    return int(kind.removeprefix("u").removeprefix("int"))


def _null(kind: str) -> int:
    # The greatest number of an unsigned type, the least of a signed one.
    return (1 << _bits(kind)) - 1 if kind.startswith("u") else -(1 << _bits(kind) - 1)
