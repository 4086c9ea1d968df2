"""The replies that the loopback exchange has prepared, in JSON and in SBE."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping

from benchmarks import binary, frames
from benchmarks.exchange import (
    JSON,
    REPLIES,
    filled,
    message,
    parts_of,
    websocket_message,
    websocket_parts,
    websocket_time,
)
from benchmarks.operations import OPERATIONS, bodies_of

# In a query, a form and JSON alike; without the value's quotation mark, if it has one.
_IS = r'(?:=|": ?"?)'
_NUMBERED_BY = "|".join(each.numbered_by for each in OPERATIONS)
_NUMBER = re.compile(rf"({_NUMBERED_BY}){_IS}([0-9]+)".encode())
_CLIENT_IDS = sorted({name for each in OPERATIONS for name in each.client_ids})
_CLIENT_ID = re.compile(rf"({'|'.join(_CLIENT_IDS)}){_IS}([A-Za-z0-9_-]+)".encode())
_NAME = re.compile(rb'"id": ?("[^"]*"|[0-9]+)')


class _Prepared:
    """Replies in parts, by the parameter that tells the number, and the number."""

    def __init__(self, parts: Mapping[bytes, list[list[bytes]]]) -> None:
        self._parts = parts

    def reply(self, request: bytes) -> tuple[int, list[bytes], dict[bytes, bytes]] | None:
        """Return number and parts of the reply, and the ids to fill in; None for no operation."""
        found = _NUMBER.search(request)
        if found is None:
            return None
        number = int(found[2]) % REPLIES
        return number, self._parts[found[1]][number], dict(_CLIENT_ID.findall(request))


class JsonReplies:
    """The replies in JSON."""

    is_binary = False

    def __init__(self) -> None:
        bodies = {each.numbered_by.encode(): bodies_of(each.reply) for each in OPERATIONS}
        self._bodies = _Prepared(_split(bodies, parts_of))
        self._rests = _Prepared({name: websocket_parts(each) for name, each in bodies.items()})

    def response(self, request: bytes) -> bytes | None:
        """Return the HTTP response to a request; None if it is no operation."""
        found = self._bodies.reply(request)
        return None if found is None else message(filled(*found[1:]), JSON)

    def frame(self, request: bytes) -> bytes:
        """Return the frame in reply to one; to no operation it is the time."""
        found = self._rests.reply(request)
        rest = websocket_time(_now()) if found is None else filled(*found[1:])
        return frames.frame_of(frames.TEXT, websocket_message(_name_in(request), rest))


class BinaryReplies:
    """The replies in SBE."""

    is_binary = True

    def __init__(self) -> None:
        bodies = {
            each.numbered_by.encode(): binary.bodies_of(each.method, each.reply)
            for each in OPERATIONS
        }
        self._bodies = _Prepared(_split(bodies, binary.splitter(_CLIENT_IDS)))
        self._heads = [binary.envelope_head(number) for number in range(REPLIES)]

    def response(self, request: bytes) -> bytes | None:
        """Return the HTTP response to a request; None if it is no operation."""
        found = self._message(request)
        return None if found is None else message(found[1], binary.MEDIA_TYPE)

    def frame(self, request: bytes) -> bytes:
        """Return the frame in reply to one; to no operation it is the time."""
        number, result = self._message(request) or (
            0,
            binary.body_of("time", {"serverTime": _now()}),
        )
        envelope = binary.envelope(_name_in(request), self._heads[number], result)
        return frames.frame_of(frames.BINARY, envelope)

    def _message(self, request: bytes) -> tuple[int, bytes] | None:
        found = self._bodies.reply(request)
        if found is None:
            return None
        number, parts, given = found
        return number, filled(parts, binary.texts(given))


def _split(
    bodies: Mapping[bytes, Iterable[bytes]], split: Callable[[bytes], list[bytes]]
) -> dict[bytes, list[list[bytes]]]:
    return {name: [split(body) for body in each] for name, each in bodies.items()}


def _name_in(request: bytes) -> bytes:
    name = _NAME.search(request)
    if name is None:
        raise ValueError("a request without an id")
    return name[1]


def _now() -> int:
    return time.time_ns() // 1_000_000
