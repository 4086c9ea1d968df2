"""How the layout of an SBE message is declared: fields, then groups, then data of variable length.

A value is taken from a JSON tree by its JSON name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from attrs import frozen

Tree: TypeAlias = Mapping[str, Any]
"""An object of a JSON reply."""

INTEGERS: Final = {
    "id": ("q", -(2**63)),
    "time": ("q", -(2**63)),
    "int64": ("q", -(2**63)),
    "int32": ("i", -(2**31)),
    "int16": ("h", -(2**15)),
    "uint64": ("Q", 2**64 - 1),
    "uint16": ("H", 2**16 - 1),
    "uint8": ("B", 2**8 - 1),
}
"""The form and the null of each kind of integer."""

DECIMALS: Final = {
    "price": "priceExponent",
    "qty": "qtyExponent",
    "commission": "commissionExponent",
}
"""The kinds of decimals, each with the field of its exponent."""

ITSELF: Final = ".."
"""The name of a group that has none in JSON, because the reply is an array."""

_NO_ID = -1


@frozen
class Field:
    """A field of fixed length.

    Attributes:
        json: The JSON name; empty for an exponent, which JSON does not have.
        kind: One of `INTEGERS` or `DECIMALS`, an exponent, or an enum.
        default: What a required field is where JSON leaves it out; None for null.
        since: The first version that has it.
    """

    json: str
    kind: str
    default: object = None
    since: int = 0

    def value(self, tree: Tree) -> object:
        """Return its value in a tree; None for null."""
        value = tree.get(self.json)
        # JSON has -1 where there is no id or no time.
        is_absent = value is None or (self.kind in {"id", "time"} and value == _NO_ID)
        return self.default if is_absent else value


@frozen
class Data:
    """Text, or a message as bytes.

    Attributes:
        json: The JSON name.
        length: The form of the length.
        null: The JSON value that is written as an empty text.
    """

    json: str
    length: str = "B"
    null: str = ""

    def value(self, tree: Tree) -> bytes:
        """Return its bytes in a tree."""
        value = tree.get(self.json)
        if isinstance(value, bytes):
            return value
        return b"" if value is None or value == self.null else str(value).encode()


@frozen
class Block:
    """The content of a message, or of an entry of a group."""

    fields: tuple[Field, ...] = ()
    groups: tuple[Group, ...] = ()
    data: tuple[Data, ...] = ()

    def amounts(self, tree: Tree, kind: str) -> Iterator[str]:
        """Yield the decimals of a kind, those of its groups included."""
        for field in self.fields:
            value = field.value(tree) if field.kind == kind else None
            if value is not None:
                yield str(value)
        for group in self.groups:
            for entry in group.entries(tree):
                yield from group.block.amounts(entry, kind)


@frozen
class Group:
    """A repeating group.

    Attributes:
        json: The JSON name.
        block: The content of an entry.
        count: The form of the number of entries.
    """

    json: str
    block: Block
    count: str = "H"

    def entries(self, tree: Tree) -> list[Tree]:
        """Return its entries in a tree."""
        found: list[Tree] | None = tree.get(self.json)
        return found or []


@frozen
class Message:
    """A message.

    Attributes:
        template: The number of its template.
        block: Its content.
        since: The first version that has it.
    """

    template: int
    block: Block = Block()
    since: int = 0
