"""The replies of the loopback exchange in Simple Binary Encoding (SBE), as the simulator writes it.

A text has its length in front, so a client id of the request is filled in with its own.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from benchmarks.exchange import REPLIES, echo_of, rate_limits
from orderlists_simulator._sbe.replies import result
from orderlists_simulator._sbe.settings import NEWEST, SbeSettings
from orderlists_simulator._sbe.writer import SbeWriter

MEDIA_TYPE = "application/sbe"

_WRITER = SbeWriter(SbeSettings(), NEWEST)
_TIMES = {"transactionTime", "transactTime", "workingTime", "trailingTime", "serverTime"}
_LENGTHS = struct.Struct("<B"), struct.Struct("<I")
"""Of the id in an envelope, and of the result."""


def body_of(method: str, reply: Any) -> bytes:
    """Return the message of a reply that is given in JSON."""
    return result(_WRITER, method, _in_microseconds(reply))


def bodies_of(method: str, reply: Callable[[int], dict[str, Any]]) -> list[bytes]:
    """Return the message of the reply for every number."""
    return [body_of(method, reply(number)) for number in range(REPLIES)]


def splitter(parameters: Iterable[str]) -> Callable[[bytes], list[bytes]]:
    """Return what splits a message as `parts_of` does JSON, at any of these parameters."""
    names = "|".join(sorted(parameters))
    return re.compile(rf"[\x00-\xff]{echo_of('')}({names})".encode("latin-1"), re.DOTALL).split


def texts(given: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    r"""Return texts as they stand in a message.

    >>> texts({b"name": b"x"})
    {b'name': b'\x01x'}
    """
    return {name: bytes((len(text),)) + text for name, text in given.items()}


def envelope(name: bytes, head: bytes, message: bytes) -> bytes:
    """Return a reply over WebSocket: to the request of this id, as it stood in its frame."""
    of_id, of_result = _LENGTHS
    text = name.strip(b'"')
    return head + of_id.pack(len(text)) + text + of_result.pack(len(message)) + message


def envelope_head(number: int) -> bytes:
    """Return what is in front of the id in the envelope of the reply of this number."""
    tree = {"sbeSchemaIdVersionDeprecated": False, "status": 200, "rateLimits": rate_limits(number)}
    empty = _WRITER.message("WebSocketResponse", tree)
    return empty.removesuffix(bytes(sum(each.size for each in _LENGTHS)))


def _in_microseconds(value: Any) -> Any:
    match value:
        case dict():
            return {
                name: part * 1000 if name in _TIMES else _in_microseconds(part)
                for name, part in value.items()
            }
        case list():
            return [_in_microseconds(part) for part in value]
        case _:
            return value
