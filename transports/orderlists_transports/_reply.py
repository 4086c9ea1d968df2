"""A reply, read from a socket before a deadline.

The standard library reads the body (lengths, chunks); the head is read here, because the standard
library gives it to its e-mail parser, which takes longer than everything else together, and takes
what is not HTTP for a reply without a length.

Invariant: a reply is whole, or an error.  Bytes that trickle in do not move the deadline.
"""

from __future__ import annotations

import io
import re
from http.client import HTTPResponse
from typing import TYPE_CHECKING, cast

from orderlists_transports._http1.decoders import decode_content, too_long
from orderlists_transports._http1.errors import UnusableResponse as Unusable

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from orderlists_transports._net.deadline import Deadline

_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9][0-9])(?: [^\r\n]*)?\r?\n")
_LENGTH = re.compile(r"[0-9]{1,15}")
_FRAMING = frozenset({"content-length", "transfer-encoding", "connection", "content-encoding"})
_BLANK = (b"\r\n", b"\n")
_LONGEST_LINE = 65536
_MOST_LINES = 256
_AT_ONCE = 65536
_HTTP_1_0 = 10  # As http.client writes it.
_SWITCHING = 101
_OK = 200
_BODILESS = frozenset({204, 304})


class Inlet(io.RawIOBase):
    """What arrives at a socket, until the deadline."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        """Return True: `io.BufferedReader` asks."""
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override] # BufferedReader gives nothing else
        """Fill the buffer with what has arrived, or wait for it as long as the deadline allows."""
        self._sock.settimeout(self._deadline.left())
        return self._sock.recv_into(buffer)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return a buffered reader of this inlet: `http.client.HTTPResponse` asks."""
        return io.BufferedReader(self, 16384)


class Reply(HTTPResponse):
    """One reply.  `begin` reads its head, `content` its body."""

    fields: tuple[tuple[str, str], ...]

    def __init__(self, inlet: Inlet, method: str | None) -> None:
        super().__init__(cast("socket.socket", inlet), method=method)
        self._bodiless = method == "HEAD"

    def begin(self) -> None:
        """Read the head.  Interim replies (1XX) are passed over.

        Raises:
            Unusable: What arrived is not a reply in HTTP/1.
        """
        framing = self._read_head()
        while self.status < _OK:
            framing = self._read_head()
        old = self.version == _HTTP_1_0
        self.will_close = old or "close" in framing.get("connection", "").lower()
        self._encodings = framing.get("content-encoding")
        self._frame(framing.get("transfer-encoding"), framing.get("content-length"))

    def content(self, longest: int) -> bytes:
        """Read the body to its end and undo its content encodings.

        Raises:
            Unusable: The body is cut off, or longer than `longest`, or its encoding is unknown.
        """
        parts: list[bytes] = []
        room = longest
        while part := self.read1(_AT_ONCE):
            parts.append(part)
            room -= len(part)
            if room < 0:
                raise too_long(longest)
        if self.length:
            raise Unusable("the reply is cut off in its body")
        body = b"".join(parts)
        return body if self._encodings is None else decode_content(body, self._encodings, longest)

    def _read_head(self) -> dict[str, str]:
        line = self.fp.readline(_LONGEST_LINE)
        if not line:
            raise Unusable("the server closed the connection without a reply")
        found = _STATUS_LINE.fullmatch(line)
        if found is None:
            raise Unusable("what the server sent is not a reply in HTTP/1")
        self.version, self.status = 10 + int(found[1]), int(found[2])
        if self.status == _SWITCHING:
            raise Unusable("the server switched to another protocol")
        return self._read_fields()

    def _read_fields(self) -> dict[str, str]:
        fields: list[tuple[str, str]] = []
        framing: dict[str, str] = {}
        for line in self._lines():
            name, colon, rest = line.partition(":")
            if not colon or not name or name.strip() != name:
                raise Unusable("a header line of the reply is malformed")
            value = rest.strip()
            fields.append((name, value))
            key = name.lower()
            if key in _FRAMING:
                framing[key] = f"{framing[key]}, {value}" if key in framing else value
        self.fields = tuple(fields)
        return framing

    def _lines(self) -> Iterator[str]:
        for _ in range(_MOST_LINES):
            line = self.fp.readline(_LONGEST_LINE)
            if line in _BLANK:
                return
            if not line.endswith(b"\n"):
                raise Unusable("the reply is cut off in its headers, or a header is too long")
            yield line.decode("latin-1")
        raise Unusable("the reply has too many headers")

    def _frame(self, transfer_encoding: str | None, length: str | None) -> None:
        self.chunked = transfer_encoding is not None
        self.chunk_left = None
        self.length = None
        if self._bodiless or self.status in _BODILESS:
            self.chunked, self.length = False, 0
        elif transfer_encoding is not None:
            if transfer_encoding.lower() != "chunked":
                raise Unusable("the reply has an unknown transfer encoding")
        elif length is None:
            self.will_close = True
        elif _LENGTH.fullmatch(length):
            self.length = int(length)
        else:
            raise Unusable("the length of the reply is malformed")
