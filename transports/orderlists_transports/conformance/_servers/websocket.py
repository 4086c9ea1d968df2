"""The server's end of WebSocket, frame by frame, correct or not as a script wants it.

Written from RFC 6455 alone, so that no library is checked against itself.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from orderlists_transports.conformance._servers.http import Peer, Received

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_LAST, _MASKED = 0x80, 0x80
_MAX_SIZE = 64 * 1024 * 1024
_IN_16_BITS, _IN_64_BITS = 126, 127
_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3.


@frozen(kw_only=True)
class ReceivedFrame:
    """A frame as it was read from a connection, unmasked."""

    opcode: int
    payload: bytes
    is_last: bool
    mask: bytes | None


def frame(payload: str | bytes = b"", opcode: int | None = None, *, first: int = _LAST) -> bytes:
    r"""Return the bytes of an unmasked frame.

    Args:
        payload: Text or binary.
        opcode: The kind of frame; text or binary by default, as the payload is.
        first: The bits beside the opcode: FIN, and reserved ones.

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
    opcodes = [None if number == 0 else CONTINUATION for number in range(len(parts))]
    last = len(parts) - 1
    return [
        frame(part, opcode, first=_LAST if number == last else 0)
        for number, (part, opcode) in enumerate(zip(parts, opcodes, strict=True))
    ]


def close_frame(code: int | None, reason: str = "reason") -> bytes:
    """Return the bytes of a close frame."""
    content = b"" if code is None else code.to_bytes(2, "big") + reason.encode()
    return frame(content, CLOSE)


def upgrade(request: Received, *, accept: str | None = None, headers: Sequence[str] = ()) -> bytes:
    """Return the bytes of the reply that accepts a handshake."""
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


class WebSocketPeer:
    """One WebSocket connection, seen from the server."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self._close: ReceivedFrame | None = None

    def read(self) -> ReceivedFrame:
        """Read the next frame.

        Raises:
            ConnectionError: The client has closed the connection, or sends something else.
        """
        first, second = self._exactly(2)
        size = second & ~_MASKED
        if size == _IN_16_BITS:
            size = int.from_bytes(self._exactly(2), "big")
        elif size == _IN_64_BITS:
            size = int.from_bytes(self._exactly(8), "big")
        mask = self._exactly(4) if second & _MASKED else None
        received = ReceivedFrame(
            opcode=first & 0xF,
            payload=_masked(self._exactly(size), mask or bytes(4)),
            is_last=bool(first & _LAST),
            mask=mask,
        )
        if received.opcode == CLOSE:
            self._close = received
        return received

    def write(self, *frames: bytes) -> None:
        """Send frames, all at once."""
        self.peer.write(b"".join(frames))

    def wait_for_close(self) -> None:
        """Read until a close frame comes, and reply to it."""
        while self._close is None:
            self.read()
        self.write(frame(self._close.payload, CLOSE))

    def _exactly(self, size: int) -> bytes:
        if size > _MAX_SIZE:
            raise ConnectionError
        found = self.peer.read(size)
        if len(found) < size:
            raise ConnectionError
        return found


def accept_handshake(peer: Peer) -> WebSocketPeer:
    """Read a handshake and accept it."""
    peer.write(upgrade(read_handshake(peer)))
    return WebSocketPeer(peer)


def serving(script: Callable[[WebSocketPeer], None]) -> Callable[[Peer], None]:
    """Return a script that accepts the handshake, runs another, and waits for the close frame."""

    def whole(peer: Peer) -> None:
        websocket = accept_handshake(peer)
        script(websocket)
        websocket.wait_for_close()

    return whole


def dropping(script: Callable[[WebSocketPeer], None]) -> Callable[[Peer], None]:
    """Return a script that accepts the handshake, runs another, and ends without a close frame."""
    return lambda peer: script(accept_handshake(peer))


def refusing_by(make: Callable[[Received], bytes]) -> Callable[[Peer], None]:
    """Return a script that replies to the handshake with bytes made from it, and closes."""
    return lambda peer: peer.write(make(read_handshake(peer)))


def refusing(sent: bytes) -> Callable[[Peer], None]:
    """Return a script that replies to the handshake with some bytes, and closes."""
    return refusing_by(lambda _: sent)


def sending(*frames: bytes) -> Callable[[WebSocketPeer], None]:
    """Return a script that sends frames, all at once."""
    return lambda websocket: websocket.write(*frames)


def hold(websocket: WebSocketPeer) -> None:
    """Read nothing until the server is closed."""
    websocket.peer.hold()


def echo(websocket: WebSocketPeer) -> None:
    """Send every frame back, until a close frame comes."""
    while (received := websocket.read()).opcode != CLOSE:
        websocket.write(frame(received.payload, received.opcode))


def read_handshake(peer: Peer) -> Received:
    """Read a handshake."""
    request = peer.receive()
    if request is None:
        raise ConnectionError
    return request


def _masked(content: bytes, mask: bytes) -> bytes:
    size = len(content)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(content, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")
