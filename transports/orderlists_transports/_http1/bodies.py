"""The three ways in which the body of a response ends: by length, by chunks, by the connection.

Invariant: a body never grows past its bound, whatever it announces.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final

from orderlists_transports._http1.decoders import too_long
from orderlists_transports._http1.errors import UnusableResponse

if TYPE_CHECKING:
    from collections.abc import Callable

_CHUNK_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]{0,64}(?:;[^\r\n]{0,4000})?\r?\n")
_MAX_SIZE_LINE: Final = 4096  # More than the pattern above can match.
_MAX_TRAILER: Final = 64 * 1024


class Body(ABC):
    """What has arrived of a body.

    Attributes:
        has_excess: Whether bytes arrived behind its end.
    """

    def __init__(self, max_size: int) -> None:
        self.has_excess = False
        self._max_size = max_size
        self._parts: list[bytes] = []
        self._room = max_size

    @abstractmethod
    def receive(self, data: bytes) -> bool:
        """Take bytes; return whether the body is whole.

        Raises:
            UnusableResponse: It is malformed or longer than its bound.
        """

    def content(self) -> bytes:
        """Return what has arrived."""
        return b"".join(self._parts)

    def _keep(self, part: bytes) -> None:
        self._room -= len(part)
        if self._room < 0:
            raise too_long(self._max_size)
        self._parts.append(part)


class UnboundedBody(Body):
    """A body that ends with its connection."""

    def receive(self, data: bytes) -> bool:
        """Take bytes; more may always follow."""
        self._keep(data)
        return False


class SizedBody(Body):
    """A body whose length was announced, and is within the bound."""

    def __init__(self, size: int, max_size: int) -> None:
        super().__init__(max_size)
        self._left = size

    def receive(self, data: bytes) -> bool:
        """Take bytes; return whether the body is whole."""
        self.has_excess = len(data) > self._left
        part = data[: self._left]
        self._left -= len(part)
        self._keep(part)
        return self._left == 0


class ChunkedBody(Body):
    """A body in chunks.  Extensions and trailers are skipped."""

    def __init__(self, max_size: int) -> None:
        super().__init__(max_size)
        self._buffer = b""
        self._at = 0
        self._left = 0
        self._trailer_room = _MAX_TRAILER
        self._is_whole = False
        self._read: Callable[[], bool] = self._read_size

    def receive(self, data: bytes) -> bool:
        """Take bytes; return whether the body is whole."""
        self._buffer = self._buffer[self._at :] + data
        self._at = 0
        # Each step consumes what it can and names the next one; it returns whether to go on.
        while self._read():
            pass
        return self._is_whole

    def _read_size(self) -> bool:
        found = _CHUNK_SIZE.match(self._buffer, self._at)
        if found is None:
            rest = len(self._buffer) - self._at
            if rest > _MAX_SIZE_LINE or self._buffer.find(b"\n", self._at) >= 0:
                raise UnusableResponse("a chunk of the response is malformed")
            return False
        self._at = found.end()
        self._left = int(found[1], 16)
        if self._left > self._room:
            raise too_long(self._max_size)
        self._read = self._read_data if self._left else self._read_trailer
        return True

    def _read_data(self) -> bool:
        part = self._buffer[self._at : self._at + self._left]
        self._at += len(part)
        self._left -= len(part)
        self._keep(part)
        if self._left:
            return False
        self._read = self._read_data_end
        return True

    def _read_data_end(self) -> bool:
        end = self._buffer[self._at : self._at + 2]
        if end == b"\r\n" or end[:1] == b"\n":
            self._at += 2 if end == b"\r\n" else 1
            self._read = self._read_size
            return True
        if end in {b"", b"\r"}:
            return False
        raise UnusableResponse("a chunk of the response is malformed")

    def _read_trailer(self) -> bool:
        end = self._buffer.find(b"\n", self._at)
        size = (len(self._buffer) if end < 0 else end + 1) - self._at
        if size > self._trailer_room:
            raise UnusableResponse("the trailer of the response is too long")
        if end < 0:
            return False
        line = self._buffer[self._at : end + 1]
        self._trailer_room -= size
        self._at = end + 1
        if line not in {b"\r\n", b"\n"}:
            return True
        self._is_whole = True
        self.has_excess = self._at < len(self._buffer)
        return False
