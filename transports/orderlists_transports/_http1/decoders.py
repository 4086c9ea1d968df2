"""Content encodings, undone within a bound.

Invariant: a body is returned whole or not at all; never more than its bound is held in memory.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from orderlists_transports._http1.errors import UnusableResponse

if TYPE_CHECKING:
    from collections.abc import Callable

_GZIP, _ZLIB, _BARE = 31, 15, -15  # zlib's numbers for the wrappings of a deflated stream.
_MOST_ENCODINGS: Final = 3


def too_long(max_size: int) -> UnusableResponse:
    """Return the error for a body that is longer than its bound."""
    return UnusableResponse(f"the response is longer than {max_size} bytes")


def decode_content(body: bytes, encodings: str, max_size: int) -> bytes:
    """Undo the content encodings that a `Content-Encoding` header lists.

    Raises:
        UnusableResponse: An encoding is unknown or broken, or the result is longer than `max_size`.

    >>> import gzip
    >>> decode_content(gzip.compress(b"{}"), "gzip", 100)
    b'{}'
    """
    names = [name.strip().lower() for name in encodings.split(",")]
    if len(names) > _MOST_ENCODINGS:
        raise UnusableResponse("the response has too many content encodings")
    for name in reversed(names):
        decode = _DECODERS.get(name)
        if decode is None:
            raise UnusableResponse("the response has an unknown content encoding")
        try:
            body = decode(body, max_size)
        except zlib.error:
            raise UnusableResponse("the response's content encoding is broken") from None
    return body


def _identity(body: bytes, _max_size: int) -> bytes:
    return body


def _gunzip(body: bytes, max_size: int) -> bytes:
    whole = b""
    while body:  # A gzip file may have several members, one after the other.
        member, body = _inflate(body, _GZIP, max_size - len(whole), max_size)
        whole += member
    return whole


def _undeflate(body: bytes, max_size: int) -> bytes:
    if not body:
        return body
    # RFC 9110 means zlib's wrapping; some servers send the bare stream.
    wrapping = _ZLIB if body[0] & 0x0F == zlib.DEFLATED else _BARE
    return _inflate(body, wrapping, max_size, max_size)[0]


def _inflate(body: bytes, wrapping: int, room: int, max_size: int) -> tuple[bytes, bytes]:
    stream = zlib.decompressobj(wrapping)
    whole = stream.decompress(body, room + 1)
    if len(whole) > room:
        raise too_long(max_size)
    if not stream.eof:
        raise UnusableResponse("the response is cut off in its content encoding")
    return whole, stream.unused_data


_DECODERS: Final[dict[str, Callable[[bytes, int], bytes]]] = {
    "": _identity,
    "identity": _identity,
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
}
