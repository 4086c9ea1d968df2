"""The writer of SBE messages: a JSON tree with times in microseconds in, bytes out.

Invariant: a message has the blocks of its version, and no value is rounded.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from attrs import evolve

from orderlists_simulator._sbe.decimals import exponent_for, mantissa_of
from orderlists_simulator._sbe.enums import ENUMS, number_of
from orderlists_simulator._sbe.layout import DECIMALS, INTEGERS, Block, Field, Group, Tree
from orderlists_simulator._sbe.messages import MESSAGES
from orderlists_simulator._sbe.settings import NEWEST, SCHEMA_ID, SbeSettings

NON_REPRESENTABLE = MESSAGES["NonRepresentableMessage"].template

_HEADER = struct.Struct("<HHHH")
# What the invented version has behind every message, every entry of orders, and every other entry.
_LATER_DATA, _LATER_ROOT = b"\x05later", struct.pack("<I", 77)
_LATER_ORDER, _LATER_ENTRY = b"\x05", struct.pack("<H", 9)

_Exponents: TypeAlias = Mapping[str, int]


class SbeWriter:
    """Writes messages in one version of the schema.

    Args:
        settings: How.
        version: The version.

    >>> SbeWriter(SbeSettings(), 5).message("ServerTimeResponse", {"serverTime": 1}).hex()
    '08006600030005000100000000000000'
    """

    def __init__(self, settings: SbeSettings, version: int) -> None:
        self._settings = settings
        self._version = version
        self._wanted = {
            "priceExponent": settings.price_exponent,
            "qtyExponent": settings.qty_exponent,
            "commissionExponent": settings.commission_exponent,
        }

    def message(self, name: str, tree: Tree) -> bytes:
        """Return a message.

        Args:
            name: Its name in the schema.
            tree: Its content.

        A message that is not in this version, or has a value that it cannot represent, is a
        ``NonRepresentableMessage``.
        """
        message = MESSAGES[name]
        template = self._settings.templates.get(name, message.template)
        if template == NON_REPRESENTABLE or message.since > self._version:
            return self._header(0, NON_REPRESENTABLE)
        try:
            root, rest = self._block(message.block, tree, {}, self._later(_LATER_ROOT))
        except struct.error:
            # A number that does not fit its field.
            return self._header(0, NON_REPRESENTABLE)
        return self._header(len(root), template) + root + rest + self._later(_LATER_DATA)

    def replaced(self, *, template: int | None, enum_values: Mapping[str, int]) -> SbeWriter:
        """Return a writer that writes other numbers.

        Args:
            template: The template id of every message but the `WebSocketResponse`; None for their
                own.
            enum_values: As in `SbeSettings`.
        """
        templates = dict(self._settings.templates)
        if template is not None:
            templates |= {name: template for name in MESSAGES if name != "WebSocketResponse"}
        numbers = {**self._settings.enum_values, **enum_values}
        settings = evolve(self._settings, templates=templates, enum_values=numbers)
        return SbeWriter(settings, self._version)

    def _header(self, length: int, template: int) -> bytes:
        return _HEADER.pack(length, template, SCHEMA_ID, self._version)

    def _later(self, data: bytes) -> bytes:
        return data if self._version > NEWEST else b""

    def _block(
        self, block: Block, tree: Tree, exponents: _Exponents, later: bytes
    ) -> tuple[bytes, bytes]:
        """Return the fields, and the groups and data behind them."""
        exponents = {**exponents, **dict(self._exponents(block, tree))}
        fields = b"".join(
            self._field(each, tree, exponents)
            for each in block.fields
            if each.since <= self._version
        )
        groups = b"".join(self._group(each, tree, exponents) for each in block.groups)
        texts = [(each, each.value(tree)) for each in block.data]
        data = b"".join(struct.pack(f"<{each.length}", len(text)) + text for each, text in texts)
        return fields + later, groups + data

    def _exponents(self, block: Block, tree: Tree) -> Iterator[tuple[str, int]]:
        own = {each.kind for each in block.fields}
        for kind, name in DECIMALS.items():
            if name in own:
                yield name, exponent_for(block.amounts(tree, kind), self._wanted[name])

    def _group(self, group: Group, tree: Tree, exponents: _Exponents) -> bytes:
        is_order = group.json in {"orders", "O"}
        later = self._later(_LATER_ORDER if is_order else _LATER_ENTRY)
        entries = [self._block(group.block, each, exponents, later) for each in group.entries(tree)]
        length = len(self._block(group.block, {}, dict.fromkeys(self._wanted, 0), later)[0])
        head = struct.pack(f"<H{group.count}", length, len(entries))
        return head + b"".join(fields + rest for fields, rest in entries)

    def _field(self, field: Field, tree: Tree, exponents: _Exponents) -> bytes:
        if field.kind in self._wanted:
            return struct.pack("<b", exponents[field.kind])
        value = field.value(tree)
        if field.kind in ENUMS:
            number = number_of(field.kind, value, version=self._version)
            replaced = (
                number if value is None else self._settings.enum_values.get(field.kind, number)
            )
            return struct.pack("<B", replaced)
        form, null = INTEGERS["int64" if field.kind in DECIMALS else field.kind]
        if value is not None and field.kind in DECIMALS:
            value = mantissa_of(str(value), exponents[DECIMALS[field.kind]])
        return struct.pack(f"<{form}", null if value is None else value)
