"""Messages to values of a shape, to errors and to events.

The header of a message says what it is: its template and the version it was written with, which may
be another than the one that was asked for.

Invariant: any bytes yield a value or `Unreadable`.
"""

from __future__ import annotations

from functools import cache
from struct import Struct
from struct import error as StructError  # noqa: N812 - a class
from typing import Any, TypeAlias, TypeVar, cast

from orderlists._formats.interfaces import Unreadable
from orderlists._formats.sbe import left_out
from orderlists._formats.sbe.blocks import CUT, Read, Scope, block_reader, group_reader
from orderlists._formats.sbe.schema import Block, Group, load
from orderlists._formats.sbe.targets import PLAIN, ResultTarget
from orderlists._models.events import KINDS, Event, OtherEvent
from orderlists._models.fields import required_names
from orderlists._models.shapes import Many, One, OneOf, Shape

R = TypeVar("R")

_HEADER = Struct("<HHHH")
_ARRAY = ".."
NOT_REPRESENTABLE = 999
"""The template of the message in place of one that a version of the schema cannot express."""

EVENTS = {
    601: "balanceUpdate",
    602: "eventStreamTerminated",
    603: "executionReport",
    604: "externalLockUpdate",
    606: "listStatus",
    607: "outboundAccountPosition",
    610: "serverShutdown",
}
"""Templates of events, and their types in JSON."""


class NotInSchema(Unreadable):
    """A message that the schema of this library cannot express; JSON can."""


# A plain tuple: a NamedTuple takes longer to make and to read, for every message.
Header: TypeAlias = tuple[int, int, int, int]
"""Where the root block of a message begins, its length, the template, and the version.

The version is that of the schema that the message was written with; of a newer one than that of
this library, which only adds parts, the latter.
"""


def header_of(body: bytes, start: int = 0) -> Header:
    """Return the header of the message that begins there.

    Raises:
        Unreadable: It is cut, or is none of the schema.
    """
    try:
        length, template, schema, version = _HEADER.unpack_from(body, start)
    except StructError:
        raise Unreadable(CUT) from None
    known = load()
    if schema != known.id:
        raise Unreadable(f"a message of another schema than {known.id}")
    return start + _HEADER.size, length, template, min(version, known.version)


def read_value(body: bytes, shape: Shape[R], start: int = 0, limit: int | None = None) -> R:
    """Read the message between two places, by default all bytes, to a value of this shape.

    Raises:
        NotInSchema: The schema does not have the message, or cannot express it.
        Unreadable: It is cut, or not of this shape.
    """
    header = header_of(body, start)
    _, _, template, version = header
    # Keyed by the class where possible: hashing a shape runs Python code for every reply.
    key: Any = shape.kind if isinstance(shape, One) else shape
    read = _value_reader(template, version, key)
    return cast("R", _read_with(read, body, header, len(body) if limit is None else limit))


def read_plain(body: bytes, header: Header) -> dict[str, Any]:
    """Read a message to what JSON would have; a message inside it stays as bytes.

    Raises:
        NotInSchema: The schema does not have the message.
        Unreadable: It is cut.
    """
    _, _, template, version = header
    read = _plain_reader(template, version)
    return cast("dict[str, Any]", _read_with(read, body, header, len(body)))


def read_event(body: bytes, header: Header) -> Event | None:
    """Read a message that is no reply: the event in it, or None if it is cut.

    An event without a layout here is an `OtherEvent` with the whole message, in hexadecimal.
    """
    _, _, template, version = header
    name = EVENTS.get(template)
    if name is None or template not in load().messages:
        undecoded = {"template": template, "message": body.hex()}
        return OtherEvent(event_type=name or f"template {template}", fields=undecoded)
    try:
        if name in KINDS:
            kind: Any = KINDS[name]
            read = _event_reader(template, version, kind)
            return cast("Event", _read_with(read, body, header, len(body)))
    except Unreadable:
        pass  # Kept undecoded: a change of the exchange's schema does not lose an event.
    try:
        fields = _read_with(_event_reader(template, version, None), body, header, len(body))
    except Unreadable:
        return None
    return OtherEvent(event_type=name, fields=cast("dict[str, Any]", fields))


def _read_with(read: Read, body: bytes, header: Header, limit: int) -> object:
    start, length, _, _ = header
    try:
        value, end = read(body, start, length, limit, {})
    except UnicodeDecodeError:
        raise Unreadable("a text is not UTF-8") from None
    except StructError:
        raise Unreadable(CUT) from None
    if end > limit:
        raise Unreadable(CUT)
    return value


@cache
def _value_reader(template: int, version: int, key: Any) -> Read:  # noqa: ANN401 - a shape or a class
    name, block = _layout(template, version)
    if cast("object", type(key)) is not Many:
        return block_reader(block, ResultTarget(_kind_for(key, name, block)))
    group = next((each for each in block.groups if each.json_name == _ARRAY), None)
    if group is None:
        raise Unreadable(f"{name} instead of a list")
    read_items = group_reader(group, _item_reader(key.each, name, group))

    def read(body: bytes, start: int, length: int, limit: int, scope: Scope) -> tuple[Any, int]:
        return read_items(body, start + length, limit, scope)

    return read


@cache
def _plain_reader(template: int, version: int) -> Read:
    return block_reader(_layout(template, version)[1], PLAIN)


@cache
def _event_reader(template: int, version: int, kind: Any) -> Read:  # noqa: ANN401 - a class, or None
    return block_reader(
        _layout(template, version)[1],
        PLAIN if kind is None else ResultTarget(kind),
        constants={"e": EVENTS[template]},
        dropped=left_out.OUTSIDE,
    )


def _layout(template: int, version: int) -> tuple[str, Block]:
    schema = load()
    if template not in schema.messages:
        raise NotInSchema(f"template {template}, which schema {schema} lacks")
    name, block = schema.messages[template]
    if template == NOT_REPRESENTABLE:
        raise NotInSchema(f"{name}: schema {schema} cannot express the reply")
    return name, block.at(version)


def _item_reader(shape: Any, name: str, group: Group) -> Read:  # noqa: ANN401 - a shape
    block = group.block
    if not (block.data and block.data[0].is_message):
        return block_reader(block, ResultTarget(_kind_for(shape, name, block)))
    prefix = block.data[0].prefix

    def read(body: bytes, start: int, length: int, limit: int, scope: Scope) -> tuple[Any, int]:
        del scope  # A message has its own exponents.
        begin = start + length + prefix
        end = begin + int.from_bytes(body[begin - prefix : begin], "little")
        if end > limit:
            raise Unreadable(CUT)
        return read_value(body, shape, begin, end), end

    return read


def _kind_for(key: Any, name: str, block: Block) -> Any:  # noqa: ANN401 - a shape or a class, and a class
    """Return the first class all of whose required fields this message has."""
    form = cast("object", type(key))
    kinds: Any = key.kinds if form is OneOf else (key.kind if form is One else key,)
    for kind in kinds:
        if required_names(kind) <= block.names:
            return kind
    wanted = " or ".join(kind.__name__ for kind in kinds)
    raise Unreadable(f"{name} instead of {wanted}")
