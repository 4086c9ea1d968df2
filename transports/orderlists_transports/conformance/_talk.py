"""WebSocket as the server speaks it, frame by frame: well, or badly if a script wants it so.

Written against RFC 6455 alone, so that no library is measured by itself.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from orderlists_transports.conformance._server import Peer, Received

CONTINUED, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_LAST, _MASKED = 0x80, 0x80
_IN_16_BITS, _IN_64_BITS = 126, 127
_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3.


@frozen(kw_only=True)
class Piece:
    """A frame as it came off the wire, its mask undone."""

    opcode: int
    payload: bytes
    is_last: bool
    is_masked: bool


def frame(payload: str | bytes = b"", opcode: int | None = None, *, first: int = _LAST) -> bytes:
    r"""Return the bytes of a frame; of what kind its payload says, unless it is said otherwise.

    Args:
        payload: Text or binary.
        opcode: What kind of frame it is.
        first: The bits beside the opcode: that it is the last of its message, and reserved ones.

    >>> frame("{}"), frame(b"ok", PING)
    (b'\x81\x02{}', b'\x89\x02ok')
    """
    if opcode is None:
        opcode = TEXT if isinstance(payload, str) else BINARY
    content = payload.encode() if isinstance(payload, str) else payload
    size = len(content)
    head = bytes([first | opcode])
    if size < _IN_16_BITS:
        head += bytes([size])
    elif size < 1 << 16:
        head += bytes([_IN_16_BITS]) + size.to_bytes(2, "big")
    else:
        head += bytes([_IN_64_BITS]) + size.to_bytes(8, "big")
    return head + content


def fragments(*parts: str | bytes) -> list[bytes]:
    """Return one message as several frames."""
    opcodes = [None if number == 0 else CONTINUED for number in range(len(parts))]
    last = len(parts) - 1
    return [
        frame(part, opcode, first=_LAST if number == last else 0)
        for number, (part, opcode) in enumerate(zip(parts, opcodes, strict=True))
    ]


def closing(code: int | None) -> bytes:
    """Return a frame that ends the connection."""
    return frame(b"" if code is None else code.to_bytes(2, "big") + b"reason", CLOSE)


def switching(
    request: Received, *, accept: str | None = None, headers: Sequence[str] = ()
) -> bytes:
    """Return the answer that a handshake hopes for."""
    key = "".join(request.values("sec-websocket-key"))
    digest = hashlib.sha1((key + _MAGIC).encode()).digest()  # noqa: S324 - RFC 6455 wants it
    lines = [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {accept or base64.b64encode(digest).decode()}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


class Talk:
    """One WebSocket connection, seen from the server."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer

    def read(self) -> Piece:
        """Read the next frame.

        Raises:
            ConnectionError: The other side is gone.
        """
        first, second = self._exactly(2)
        size = second & ~_MASKED
        if size == _IN_16_BITS:
            size = int.from_bytes(self._exactly(2), "big")
        elif size == _IN_64_BITS:
            size = int.from_bytes(self._exactly(8), "big")
        is_masked = bool(second & _MASKED)
        mask = self._exactly(4) if is_masked else bytes(4)
        return Piece(
            opcode=first & 0xF,
            payload=_masked(self._exactly(size), mask),
            is_last=bool(first & _LAST),
            is_masked=is_masked,
        )

    def write(self, *frames: bytes) -> None:
        """Send frames, all at once."""
        self.peer.write(b"".join(frames))

    def linger(self) -> None:
        """Read until the other side closes, and agree."""
        while (piece := self.read()).opcode != CLOSE:
            pass
        self.write(frame(piece.payload, CLOSE))

    def _exactly(self, size: int) -> bytes:
        found = self.peer.read(size)
        if len(found) < size:
            raise ConnectionError
        return found


def meet(peer: Peer) -> Talk:
    """Read a handshake and agree to it."""
    peer.write(switching(asked(peer)))
    return Talk(peer)


def talking(script: Callable[[Talk], None]) -> Callable[[Peer], None]:
    """Return a script for a whole connection: handshake, what is to happen, and a polite end."""

    def whole(peer: Peer) -> None:
        talk = meet(peer)
        script(talk)
        talk.linger()

    return whole


def vanishing(script: Callable[[Talk], None]) -> Callable[[Peer], None]:
    """Return a script that ends without a word."""
    return lambda peer: script(meet(peer))


def answering(make: Callable[[Received], bytes]) -> Callable[[Peer], None]:
    """Return a script that answers the handshake by something else, and hangs up."""
    return lambda peer: peer.write(make(asked(peer)))


def answering_with(sent: bytes) -> Callable[[Peer], None]:
    """Return a script that answers every handshake alike, and hangs up."""
    return answering(lambda _: sent)


def saying(*frames: bytes) -> Callable[[Talk], None]:
    """Return a script that sends frames, all at once."""
    return lambda talk: talk.write(*frames)


def hold(talk: Talk) -> None:
    """Do nothing until the server is closed."""
    talk.peer.hold()


def echo(talk: Talk) -> None:
    """Send back what comes, until the other side closes."""
    while (piece := talk.read()).opcode != CLOSE:
        talk.write(frame(piece.payload, piece.opcode))
    talk.write(frame(piece.payload, CLOSE))


def asked(peer: Peer) -> Received:
    """Read a handshake."""
    request = peer.receive()
    if request is None:
        raise ConnectionError
    return request


def _masked(content: bytes, mask: bytes) -> bytes:
    size = len(content)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(content, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")
