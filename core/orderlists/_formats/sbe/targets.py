"""What a block is read to: a result of a class, or a plain mapping as JSON would have it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple, Protocol, get_args

from attrs import fields, resolve_types

from orderlists._formats.decoder import plan_of
from orderlists._formats.interfaces import Unreadable
from orderlists._formats.sbe import left_out
from orderlists._formats.sbe.schema import Block, Data, Field
from orderlists._formats.sbe.values import Convert, typed_of, words_of
from orderlists._formats.scalars import scalar_of
from orderlists._models.fields import is_nullable, is_tuple, non_null
from orderlists._time import TimeUnit

_US = TimeUnit.MICROSECOND


class Making(NamedTuple):
    """Lines of source, and the global variables of which they make use."""

    lines: tuple[str, ...]
    names: dict[str, Any]


class Target(Protocol):
    """A kind of value, and how the parts of a block become its attributes."""

    def attribute(self, json_name: str) -> str | None:
        """Return the attribute for a part; None if there is none."""
        ...

    def is_required(self, json_name: str) -> bool:
        """Return whether a part must be there, and valid."""
        ...

    def convert(self, part: Field | Data) -> Convert:
        """Return the conversion of a number, a `Decimal` or a text; None if it stays as it is."""
        ...

    def element(self, json_name: str) -> Target:
        """Return the target of the entries of a group."""
        ...

    def defaults(self, block: Block, constants: Mapping[str, Any]) -> dict[str, Any]:
        """Return the attributes where a message has null, and those that are constant."""
        ...

    def making(self) -> Making:
        """Return the source that makes the value of its attributes.

        It has ``values``, and what has no attribute or is invalid in ``unknown`` and ``malformed``;
        it leaves the value in ``value``.
        """
        ...


class PlainTarget:
    """A plain mapping by JSON's names: amounts are text, times and ids are numbers."""

    def attribute(self, json_name: str) -> str | None:
        """Return the name itself."""
        return json_name

    def is_required(self, json_name: str) -> bool:
        """Return True: a part that cannot be read has no plain form either."""
        del json_name
        return True

    def convert(self, part: Field | Data) -> Convert:
        """Return the conversion to a plain value."""
        if isinstance(part, Data):
            return None
        return words_of(part) if part.exponent is None else "{:f}".format

    def element(self, json_name: str) -> PlainTarget:
        """Return a plain mapping too."""
        del json_name
        return PLAIN

    def defaults(self, block: Block, constants: Mapping[str, Any]) -> dict[str, Any]:
        """Return JSON's own."""
        return {**constants, **_json_defaults(block)}

    def making(self) -> Making:
        """Return the source that makes the mapping."""
        return Making(("value = merged(values, unknown, malformed)",), {"merged": _merged})


def _merged(*parts: dict[str, Any]) -> dict[str, Any]:
    # A group is a list, as JSON has it.
    return {
        name: [*part] if isinstance(part, tuple) else part
        for each in parts
        for name, part in each.items()
    }


PLAIN = PlainTarget()

_RESULT = (
    'values["unknown_fields"], values["malformed_fields"] = unknown, malformed',
    "if malformed or len(values) < attributes:",
    "    mend(values, malformed)",
    # Equivalent to `__init__`, in a third of the time: results have no validators.  A function of
    # its own would take longer, for every leg.
    "value = new(kind)",
    'fill(value, "__dict__", values)',
)


class ResultTarget:
    """A `Result` class, with the leniency that it has in JSON."""

    def __init__(self, kind: Any) -> None:  # noqa: ANN401 - an attrs class
        self._kind = kind
        self._known, self._defaults, self._size = plan_of(kind, _US)
        self._types = {each.name: each.type for each in fields(resolve_types(kind))}

    def attribute(self, json_name: str) -> str | None:
        """Return the attribute with this name in JSON."""
        found = self._known.get(json_name)
        return None if found is None else found[0]

    def is_required(self, json_name: str) -> bool:
        """Return whether its attribute has no default."""
        found = self._known.get(json_name)
        return found is not None and found[3].is_required

    def convert(self, part: Field | Data) -> Convert:
        """Return the conversion to the type of the attribute."""
        attribute = self.attribute(part.json_name)
        if attribute is None:
            return PLAIN.convert(part)
        kind = self._type_of(attribute)
        if isinstance(part, Field) and part.exponent is None:
            return typed_of(part, kind)
        if kind is (str if isinstance(part, Data) else Decimal):
            return None
        scalar = scalar_of(kind, _US)
        if scalar is None or scalar.plain is not str:
            raise TypeError(f"{self._kind.__name__}.{attribute}: {part.name} is text")
        to_value = scalar.convert or str
        return to_value if isinstance(part, Data) else lambda amount: to_value(f"{amount:f}")

    def element(self, json_name: str) -> Target:
        """Return the class of the entries."""
        attribute = self.attribute(json_name)
        if attribute is None:
            return PLAIN
        kind = self._type_of(attribute)
        if not is_tuple(kind):
            raise TypeError(f"{self._kind.__name__}.{attribute}: {json_name} is a list")
        return ResultTarget(get_args(kind)[0])

    def defaults(self, block: Block, constants: Mapping[str, Any]) -> dict[str, Any]:
        """Return those of the class, with JSON's own in front."""
        found = dict(self._defaults)
        for sent, value in {**constants, **_json_defaults(block)}.items():
            if sent in self._known:
                name, _, convert, _ = self._known[sent]
                found[name] = value if convert is None else convert(value)
        return found

    def making(self) -> Making:
        """Return the source that makes the result.

        It raises `Unreadable` where a required attribute is missing.
        """
        return Making(
            _RESULT,
            {
                "attributes": self._size,
                "mend": self._mend,
                "new": object.__new__,
                "fill": object.__setattr__,
                "kind": self._kind,
            },
        )

    def _mend(self, values: dict[str, Any], malformed: dict[str, Any]) -> None:
        for name in malformed:
            # Not JSON's own default, which stands for null.
            values[self._known[name][0]] = self._defaults[self._known[name][0]]
        if len(values) < self._size:
            missing = sorted({name for name, *_ in self._known.values()} - values.keys())
            raise Unreadable(f"{self._kind.__name__}: {', '.join(missing)}: missing")

    def _type_of(self, attribute: str) -> Any:  # noqa: ANN401 - a type
        kind: Any = self._types[attribute]
        return non_null(kind) if is_nullable(kind) else kind


def _json_defaults(block: Block) -> dict[str, Any]:
    numbers = {
        each.json_name: json.loads(each.default)
        for each in block.fields
        if each.default is not None and each.name not in left_out.NUMBERS
    }
    texts = {each.json_name: each.default for each in block.data if each.default is not None}
    return {**numbers, **texts}
