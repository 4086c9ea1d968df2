"""As much of WebSocket (RFC 6455) as the loopback exchange needs.

Messages in one frame each, which is how every contestant sends; no extensions.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from typing import NamedTuple

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA

_WHOLE, _MASKED = 0x80, 0x80
_SHORTEST = 6
"""Two bytes and the mask."""
_TWO_BYTES, _EIGHT_BYTES = 126, 127
_WISH = re.compile(rb"\r\nupgrade: *websocket\r\n", re.IGNORECASE)
_NONCE = re.compile(rb"\r\nsec-websocket-key: *(\S+)\r\n", re.IGNORECASE)
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Frame(NamedTuple):
    """A frame, and where the next one begins."""

    kind: int
    payload: bytes
    end: int


def wishes_to_upgrade(request: bytes) -> bool:
    """Return whether an HTTP request is a WebSocket handshake."""
    return _WISH.search(request) is not None


def consent(request: bytes) -> bytes:
    """Return the HTTP response that accepts the handshake."""
    nonce = _NONCE.search(request)
    if nonce is None:
        raise ValueError("a handshake without a key")
    digest = hashlib.sha1(nonce[1] + _GUID, usedforsecurity=False).digest()
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + b64encode(digest) + b"\r\n\r\n"
    )


def frame_of(kind: int, payload: bytes) -> bytes:
    r"""Return a server's frame.

    >>> frame_of(TEXT, b"hello")
    b'\x81\x05hello'
    """
    length = len(payload)
    if length < _TWO_BYTES:
        return bytes((_WHOLE | kind, length)) + payload
    return bytes((_WHOLE | kind, _TWO_BYTES)) + length.to_bytes(2) + payload


def first_frame(data: bytes, at: int) -> Frame | None:
    """Return the client's frame that begins there, or None if it is not whole.

    >>> first_frame(bytes.fromhex("8185 37fa213d 7f9f4d5158"), 0)
    Frame(kind=1, payload=b'Hello', end=11)
    """
    if len(data) < at + _SHORTEST:
        return None
    if not (data[at] & _WHOLE and data[at + 1] & _MASKED):
        raise ValueError("a frame in pieces, or not masked")
    length, body = data[at + 1] & 0x7F, at + 6
    if length == _TWO_BYTES:
        length, body = int.from_bytes(data[at + 2 : at + 4]), at + 8
    elif length == _EIGHT_BYTES:
        raise ValueError("a frame longer than any request")
    end = body + length
    if len(data) < end:
        return None
    mask = data[body - 4 : body] * (length // 4 + 1)
    plain = int.from_bytes(data[body:end]) ^ int.from_bytes(mask[:length])
    return Frame(data[at] & 0x0F, plain.to_bytes(length), end)
