"""HTTP/1.1 responses from bytes, without I/O.

A reader is given what arrives on a connection, in pieces of any size, and returns one response when
its last byte is there.  Which bytes those are is decided by the head: HEAD, CONNECT, 204 and 304
have no body; otherwise chunks win over a length, and without both the body ends with the
connection.  Responses with a status from 100 to 199 are skipped.

Whether the connection can carry another request is decided here as well.  Bytes behind a response
were not asked for, and if they were read as the next response, one request would get the answer to
another.  So they make the connection unusable.

Invariant: a response is whole, or an error; the same bytes give the same, however they are cut.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from orderlists.extending import HttpResponse
from orderlists_transports._http1.bodies import Body, ChunkedBody, SizedBody, UnboundedBody
from orderlists_transports._http1.decoders import decode_content, too_long
from orderlists_transports._http1.errors import UnusableResponse
from orderlists_transports._http1.head import (
    MAX_HEAD_SIZE,
    not_http,
    parse_head,
    parse_known_head,
)

if TYPE_CHECKING:
    from orderlists_transports._http1.head import Head

_BLANK_LINE: Final = re.compile(rb"\r?\n\r?\n")
_LENGTH: Final = re.compile(r"[0-9]{1,15}")
_BODILESS_METHODS: Final = frozenset({"HEAD", "CONNECT"})
_BODILESS_STATUSES: Final = frozenset({204, 304})
_SWITCHING: Final = 101
_OK: Final = 200


class ResponseReader:
    r"""Reads the response to one request.

    Args:
        method: That of the request.
        max_size: The longest body to accept, in bytes, after decompression.

    Attributes:
        is_reusable: Whether the connection can carry another request, once the response is whole.
        has_excess: Whether bytes arrived behind the response.

    >>> reader = ResponseReader("GET", max_size=100)
    >>> reader.receive(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{")
    >>> reader.receive(b"}")
    <HttpResponse 200, 2 bytes>
    >>> reader.is_reusable
    True
    """

    __slots__ = ("_body", "_buffer", "_head", "_max_size", "_method", "has_excess", "is_reusable")

    def __init__(self, method: str, *, max_size: int) -> None:
        self._method = method
        self._max_size = max_size
        self._buffer = b""
        self._head: Head | None = None
        self._body: Body | None = None
        self.is_reusable = False
        self.has_excess = False

    def receive(self, data: bytes) -> HttpResponse | None:
        """Take the bytes that arrived; return the response once it is whole.

        Raises:
            UnusableResponse: It is not one in HTTP/1, or longer than its bound.
        """
        head, body = self._head, self._body
        if head is None or body is None:
            if self._buffer:
                data = self._buffer + data
            found = self._read_head(data)
            if found is None:
                return None
            head, data = found
            # Nearly every response has a length and arrives at once: no body object is needed.
            size = self._size_of(head)
            if size is not None and size == len(data):
                return self._finish(head, data, has_excess=False)
            self._head, self._buffer = head, b""
            self._body = body = self._body_of(head, size)
        if body.receive(data):
            return self._finish(head, body.content(), has_excess=body.has_excess)
        return None

    def receive_eof(self) -> HttpResponse:
        """Return the response that ends with the connection.

        Raises:
            UnusableResponse: The response is not whole.
        """
        head, body = self._head, self._body
        if head is not None and isinstance(body, UnboundedBody):
            return self._finish(head, body.content(), has_excess=False)
        if body is not None:
            raise UnusableResponse("the response is cut off in its body")
        if self._buffer:
            raise UnusableResponse("the response is cut off in its headers")
        raise UnusableResponse("the server closed the connection without a response")

    def _read_head(self, data: bytes) -> tuple[Head, bytes] | None:
        """Return the head of the response and what follows it, or None if more is needed."""
        while True:
            head, after = self._next_head(data)
            if head is None:
                self._buffer = data
                return None
            data = data[after:]
            if head.status >= _OK:
                return head, data
            if head.status == _SWITCHING:
                raise UnusableResponse("the server switched to another protocol")

    def _next_head(self, data: bytes) -> tuple[Head | None, int]:
        """Return the first head in the data, interim or not, and where it ends."""
        end = data.find(b"\r\n\r\n", 0, MAX_HEAD_SIZE)
        if end >= 0:
            head = parse_known_head(data[:end].decode("latin-1"))
            if head is not None:
                return head, end + 4
        if not b"HTTP/".startswith(data[:5]):
            raise not_http()
        blank = _BLANK_LINE.search(data, 0, MAX_HEAD_SIZE)
        if blank is not None:
            return parse_head(data[: blank.start()].decode("latin-1")), blank.end()
        if len(data) >= MAX_HEAD_SIZE:
            raise UnusableResponse(f"the response's headers are longer than {MAX_HEAD_SIZE} bytes")
        return None, 0

    def _size_of(self, head: Head) -> int | None:
        """Return the length of the body, or None where chunks or the connection end it."""
        framing = head.framing
        if self._method in _BODILESS_METHODS or head.status in _BODILESS_STATUSES:
            return 0
        length = framing.get("content-length")
        if length is None or "transfer-encoding" in framing:
            return None
        if not _LENGTH.fullmatch(length):
            raise UnusableResponse("the length of the response is malformed")
        size = int(length)
        if size > self._max_size:
            raise too_long(self._max_size)
        return size

    def _body_of(self, head: Head, size: int | None) -> Body:
        if size is not None:
            return SizedBody(size, self._max_size)
        encoding = head.framing.get("transfer-encoding")
        if encoding is None:
            return UnboundedBody(self._max_size)
        if encoding.lower() != "chunked":
            raise UnusableResponse("the response has an unknown transfer encoding")
        return ChunkedBody(self._max_size)

    def _finish(self, head: Head, content: bytes, *, has_excess: bool) -> HttpResponse:
        self.has_excess = has_excess
        framing = head.framing
        ends_with_connection = isinstance(self._body, UnboundedBody)
        # Both together may mean that a proxy on the way understood another length.
        is_ambiguous = "transfer-encoding" in framing and "content-length" in framing
        self.is_reusable = head.is_persistent and not (
            has_excess or ends_with_connection or is_ambiguous
        )
        encodings = framing.get("content-encoding")
        if encodings is not None:
            content = decode_content(content, encodings, self._max_size)
        return HttpResponse(head.status, head.headers, content)
