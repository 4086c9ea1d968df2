"""The body of a reply: how long it may be, and how its content encodings are undone.

Invariant: a body is returned whole or not at all; never more than its bound is held in memory.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_GZIP, _ZLIB, _BARE = 31, 15, -15  # zlib's numbers for the wrappings of a deflated stream.
_MOST_ENCODINGS = 3


class Unusable(Exception):
    """A reply arrived and is no use.  The text is ours: it shows nothing of what was exchanged.

    It never leaves a transport, which raises a `TransportError` of its own.
    """


def too_long(longest: int) -> Unusable:
    """Return the error for a body that is longer than its bound."""
    return Unusable(f"the reply is longer than {longest} bytes")


def decoded(body: bytes, encodings: str, longest: int) -> bytes:
    """Undo the content encodings that a `Content-Encoding` header lists.

    Raises:
        Unusable: An encoding is unknown or broken, or the result is longer than `longest`.

    >>> import gzip
    >>> decoded(gzip.compress(b"{}"), "gzip", 100)
    b'{}'
    """
    names = [name.strip().lower() for name in encodings.split(",")]
    if len(names) > _MOST_ENCODINGS:
        raise Unusable("the reply has too many content encodings")
    for name in reversed(names):
        undo = _UNDO.get(name)
        if undo is None:
            raise Unusable("the reply has an unknown content encoding")
        try:
            body = undo(body, longest)
        except zlib.error:
            raise Unusable("the reply's content encoding is broken") from None
    return body


def _identity(body: bytes, _longest: int) -> bytes:
    return body


def _gunzipped(body: bytes, longest: int) -> bytes:
    whole = b""
    while body:  # A gzip file may have several members, one after the other.
        member, body = _inflated(body, _GZIP, longest - len(whole))
        whole += member
    return whole


def _undeflated(body: bytes, longest: int) -> bytes:
    # RFC 9110 means zlib's wrapping; some servers send the bare stream.
    wrapping = _ZLIB if body[:1] and body[0] & 0x0F == zlib.DEFLATED else _BARE
    return _inflated(body, wrapping, longest)[0] if body else body


def _inflated(body: bytes, wrapping: int, longest: int) -> tuple[bytes, bytes]:
    stream = zlib.decompressobj(wrapping)
    whole = stream.decompress(body, longest + 1)
    if len(whole) > longest:
        raise too_long(longest)
    if not stream.eof:
        raise Unusable("the reply is cut off in its content encoding")
    return whole, stream.unused_data


_UNDO: dict[str, Callable[[bytes, int], bytes]] = {
    "": _identity,
    "identity": _identity,
    "gzip": _gunzipped,
    "x-gzip": _gunzipped,
    "deflate": _undeflated,
}
