"""A little reader of SBE frames, which knows no message but the envelope of the WebSocket API."""

import struct

from attrs import frozen


@frozen
class Header:
    """The header of a message."""

    block: int
    template: int
    schema: int
    version: int


@frozen
class Reply:
    """A `WebSocketResponse`."""

    deprecated: int
    status: int
    limits: int
    id: str
    result: bytes


def header_of(frame: object) -> Header:
    assert isinstance(frame, bytes), frame
    return Header(*struct.unpack_from("<HHHH", frame))


def template_of(frame: object) -> int:
    return header_of(frame).template


def read_reply(frame: object) -> Reply:
    header = header_of(frame)
    assert isinstance(frame, bytes)
    assert (header.template, header.schema) == (50, 3)
    deprecated, status = struct.unpack_from("<BH", frame, 8)
    at = 8 + header.block
    length, limits = struct.unpack_from("<HH", frame, at)
    at += 4 + length * limits
    ends = at + 1 + frame[at]
    (size,) = struct.unpack_from("<I", frame, ends)
    result = frame[ends + 4 : ends + 4 + size]
    assert len(result) == size
    return Reply(deprecated, status, limits, frame[at + 1 : ends].decode(), result)


def int64_at(message: bytes, offset: int) -> int:
    """Return the number at an offset of the root block."""
    found: int = struct.unpack_from("<q", message, 8 + offset)[0]
    return found
