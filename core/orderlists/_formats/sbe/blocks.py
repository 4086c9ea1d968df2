"""Readers of blocks and what follows them, compiled once from the layouts.

A reader is made for one version of the schema and one kind of value, as Python source: a loop over
a table of the fields takes 1.4 times as long.  Versions differ in the length of a block:
a reader goes on by the length that the message gives, and takes a field beyond it for null.

Invariant: a reader takes time and memory in proportion to the bytes of the message, and raises
nothing but `Unreadable`, `struct.error` and `UnicodeDecodeError`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import accumulate
from struct import Struct, calcsize
from types import MappingProxyType
from typing import Any, TypeAlias

from orderlists._formats.interfaces import Unreadable
from orderlists._formats.sbe import left_out
from orderlists._formats.sbe.schema import Block, Data, Field, Group
from orderlists._formats.sbe.targets import PLAIN, Target
from orderlists._formats.sbe.values import AMOUNTS
from orderlists._formats.scalars import Mismatch

Scope: TypeAlias = Mapping[str, Callable[[int], Decimal]]
"""Conversions of amounts by the names of their exponents, of the enclosing blocks too."""

Read: TypeAlias = Callable[[bytes, int, int, int, Scope], tuple[Any, int]]
"""Reads a block and what follows it.

Its arguments are the bytes, the start and the length of the block, the end of the message, and the
conversions of amounts.  It returns the value and the end of what was read.  An end beyond that of
the message means that the message is cut: the caller checks that, once.
"""

ReadGroup: TypeAlias = Callable[[bytes, int, int, Scope], tuple[tuple[Any, ...], int]]
"""Reads a group, from its start; else as `Read`."""

CUT = "the message is cut"

_NONE: Mapping[str, Any] = MappingProxyType({})


def block_reader(
    block: Block,
    target: Target,
    *,
    constants: Mapping[str, Any] = _NONE,
    dropped: frozenset[str] = frozenset(),
) -> Read:
    """Return the reader of a block to a value.

    Args:
        block: The layout, at one version of the schema.
        target: The kind of value.
        constants: Values by JSON's names that every such message has.
        dropped: Names of fields that are no part of the value.
    """
    return _Compiler(block, target, target.defaults(block, constants), dropped).read


def group_reader(group: Group, read_entry: Read) -> ReadGroup:
    """Return the reader of a group to a tuple of the values of its entries."""
    dimension = Struct(group.dimension)
    size = dimension.size
    block = group.block
    prefixes = sum(each.prefix for each in block.data)
    least = prefixes + sum(Struct(each.dimension).size for each in block.groups)

    def read(body: bytes, end: int, limit: int, scope: Scope) -> tuple[tuple[Any, ...], int]:
        length, count = dimension.unpack_from(body, end)
        end += size
        # An entry takes a byte at least here, so that no number of empty ones takes long.
        if count * (length + least or 1) > limit - end:
            raise Unreadable(CUT)
        items: list[Any] = []
        for _ in range(count):
            item, end = read_entry(body, end, length, limit, scope)
            items.append(item)
        return tuple(items), end

    return read


class _Compiler:
    """Writes the source of one reader.

    A number is the variable ``f_`` and its name, the conversion of amounts of an exponent
    ``p_`` and its name; any other conversion, or a nested reader, is global.
    """

    def __init__(
        self, block: Block, target: Target, defaults: dict[str, Any], dropped: frozenset[str]
    ) -> None:
        self._block = block
        self._target = target
        self._fields = {each.name: each for each in block.fields}
        packed = Struct("<" + "".join([each.code for each in block.fields]))
        self._globals: dict[str, Any] = {
            "defaults": defaults,
            "padded": _padded_reader(packed, block.fields),
            "unpack": packed.unpack_from,
            "SIZE": packed.size,
            "refuse": _refusal(target),
            "AMOUNTS": AMOUNTS,
            "CUT": CUT,
            "Mismatch": Mismatch,
            "Unreadable": Unreadable,
            **target.making().names,
        }
        lines = ["def read(body, start, length, limit, scope):", *_indented(self._body(dropped))]
        exec("\n".join(lines), self._globals)  # noqa: S102 - written from the layouts alone
        self.read: Read = self._globals["read"]

    def _body(self, dropped: frozenset[str]) -> list[str]:
        lines = ["end = start + length", "if end > limit:", "    raise Unreadable(CUT)"]
        lines += self._numbers()
        lines.append("values, unknown, malformed = defaults.copy(), {}, {}")
        for field in self._block.fields:
            if not field.is_exponent and field.name not in dropped:
                lines += self._field(field)
        for group in self._block.groups:
            lines += self._group(group)
        for data in self._block.data:
            lines += self._data(data)
        return [*lines, *self._target.making().lines, "return value, end"]

    def _numbers(self) -> list[str]:
        fields = self._block.fields
        lines: list[str] = []
        if fields:
            variables = "".join(f"f_{each.name}, " for each in fields)
            whole, padded = "unpack(body, start)", "padded(body, start, length)"
            lines.append(f"{variables}= {whole} if length >= SIZE else {padded}")
        own = [each.name for each in fields if each.is_exponent]
        lines += [f"p_{name} = AMOUNTS[f_{name}]" for name in own]
        if own and self._block.groups:
            lines.append(f"scope = {{**scope, {', '.join([f'{n!r}: p_{n}' for n in own])}}}")
        used = {each.exponent for each in fields if each.exponent is not None}
        return [*lines, *[f"p_{name} = scope[{name!r}]" for name in sorted(used - {*own})]]

    def _field(self, field: Field) -> list[str]:
        value, convert = f"f_{field.name}", self._target.convert(field)
        if field.exponent is not None:
            value = f"p_{field.exponent}({value})"
        if convert is not None:
            name = self._named(convert)
            value = f"{name}[{value}]" if isinstance(convert, dict) else f"{name}({value})"
        assign = [f"{self._place(field)} = {value}"]
        if convert is not None:
            assign = self._guarded(assign, field, f"f_{field.name}")
        return [f"if {self._is_shown(field)}:", *_indented(assign)]

    def _is_shown(self, field: Field) -> str:
        """Return the condition that JSON has the field, too."""
        hidden = {field.null, left_out.NUMBERS.get(field.name, field.null)}
        shown = " and ".join([f"f_{field.name} != {number}" for number in sorted(hidden)])
        companion = self._fields.get(left_out.COMPANIONS.get(field.name, ""))
        return shown if companion is None else f"{shown} and {self._is_shown(companion)}"

    def _group(self, group: Group) -> list[str]:
        name, target = group.json_name, self._target.element(group.json_name)
        read = self._named(group_reader(group, block_reader(group.block, target)))
        lines = [f"items, end = {read}(body, end, limit, scope)"]
        if self._target.attribute(name) is None:
            return [*lines, "if items:", f"    {self._place(group)} = list(items)"]
        assign = [*lines, f"{self._place(group)} = items"]
        if self._target.is_required(name):
            return assign
        plain = self._named(group_reader(group, block_reader(group.block, PLAIN)))
        items = [
            f"items, end = {plain}(body, end, limit, scope)",
            f"malformed[{name!r}] = [*items]",
        ]
        return ["try:", *_indented(assign), "except Unreadable:", *_indented(items)]

    def _data(self, data: Data) -> list[str]:
        size, part, convert = data.prefix, "body[begin:end]", self._target.convert(data)
        if not data.is_message:
            part += ".decode()"
        lines = [f"begin = end + {size}", "if begin > limit:", "    raise Unreadable(CUT)"]
        length = "body[end]" if size == 1 else 'int.from_bytes(body[end:begin], "little")'
        lines.append(f"end = begin + {length}")
        assign = [f"{self._place(data)} = {part}"]
        if convert is not None:
            assign = [f"{self._place(data)} = {self._named(convert)}({part})"]
            assign = self._guarded(assign, data, part)
        if data.is_optional or data.json_name in left_out.EMPTY_IS_NULL:
            assign = ["if end > begin:", *_indented(assign)]
        return [*lines, *assign]

    def _guarded(self, lines: list[str], part: Field | Data, value: str) -> list[str]:
        handler = f"    refuse({part.json_name!r}, {value}, error, malformed)"
        return ["try:", *_indented(lines), "except Mismatch as error:", handler]

    def _place(self, part: Field | Group | Data) -> str:
        attribute = self._target.attribute(part.json_name)
        return f"unknown[{part.json_name!r}]" if attribute is None else f"values[{attribute!r}]"

    def _named(self, value: object) -> str:
        name = f"g_{len(self._globals)}"
        self._globals[name] = value
        return name


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _padded_reader(
    packed: Struct, fields: tuple[Field, ...]
) -> Callable[[bytes, int, int], tuple[int, ...]]:
    """Return a function that reads a block shorter than that of this version.

    What is not wholly there is null.
    """
    nulls = packed.pack(*[each.null for each in fields])
    ends = [0, *accumulate(calcsize(each.code) for each in fields)]

    def read(body: bytes, start: int, length: int) -> tuple[int, ...]:
        known = max(end for end in ends if end <= length)
        return packed.unpack(body[start : start + known] + nulls[known:])

    return read


def _refusal(target: Target) -> Callable[[str, Any, Mismatch, dict[str, Any]], None]:
    """Return what is done with an invalid part: by its name in JSON, and its value."""

    def refuse(name: str, value: object, error: Mismatch, malformed: dict[str, Any]) -> None:
        if target.is_required(name):
            raise Unreadable(f"{name}: {error}") from None
        malformed[name] = value

    return refuse
