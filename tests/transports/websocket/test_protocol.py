"""One WebSocket connection without I/O: bytes in, frames out."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

import pytest
from websockets.frames import Frame as Piece
from websockets.frames import Opcode

from orderlists import HandshakeRefused, TransportError
from orderlists_transports._http1.errors import UnusableResponse
from orderlists_transports._websocket.protocol import WebSocket

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderlists.extending import Frame

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CLOSE_1001 = b"\x03\xe9"


def piece(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    return Piece(opcode, data, fin).serialize(mask=False)


def answer_to(request: bytes) -> bytes:
    key = re.search(rb"Sec-WebSocket-Key: (.*)\r\n", request)
    assert key is not None
    accept = base64.b64encode(hashlib.sha1(key[1] + GUID.encode()).digest())  # noqa: S324 - the RFC's
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


@pytest.fixture
def protocol() -> WebSocket:
    """An open connection."""
    opened = WebSocket("ws://127.0.0.1:1", "/ws-api/v3", max_size=1000)
    assert opened.receive_handshake(answer_to(opened.output()))
    return opened


def feed(protocol: WebSocket, chunks: Iterable[bytes]) -> list[Frame]:
    return [frame for chunk in chunks for frame in protocol.receive(chunk)]


def test_the_handshake_asks_for_the_target() -> None:
    request = WebSocket("wss://example:9443", "/ws?a=%2F", max_size=1000).output()
    assert request.startswith(b"GET /ws?a=%2F HTTP/1.1\r\nHost: example:9443\r\n")


def test_a_handshake_is_the_same_byte_by_byte() -> None:
    opened = WebSocket("ws://127.0.0.1:1", "/", max_size=1000)
    answer = answer_to(opened.output())
    states = [opened.receive_handshake(answer[at : at + 1]) for at in range(len(answer))]
    assert states == [False] * (len(answer) - 1) + [True]


def test_frames_that_come_with_the_handshake_are_received() -> None:
    opened = WebSocket("ws://127.0.0.1:1", "/", max_size=1000)
    assert opened.receive_handshake(answer_to(opened.output()) + piece(Opcode.TEXT, b"{}"))
    assert opened.received() == ["{}"]


def test_another_status_than_101_is_a_handshake_refused() -> None:
    opened = WebSocket("ws://127.0.0.1:1", "/", max_size=1000)
    opened.output()
    with pytest.raises(HandshakeRefused) as caught:
        opened.receive_handshake(b"HTTP/1.1 429 Too Many\r\nContent-Length: 2\r\n\r\n{}")
    assert (caught.value.response.status, caught.value.response.body) == (429, b"{}")


@pytest.mark.parametrize("data", [b"", b"SSH-2.0\r\n", b"HTTP/1.1 101 Fine\r\n\r\n"])
def test_what_is_no_handshake_is_an_unusable_response(data: bytes) -> None:
    opened = WebSocket("ws://127.0.0.1:1", "/", max_size=1000)
    opened.output()
    with pytest.raises(UnusableResponse, match=r"^Invalid"):
        opened.receive_handshake(data)


@pytest.mark.parametrize("size", [1, 3, 10_000])
def test_frames_are_the_same_however_the_bytes_are_cut(protocol: WebSocket, size: int) -> None:
    data = (
        piece(Opcode.TEXT, "\u20ac".encode())
        + piece(Opcode.BINARY, b"\xff", fin=False)
        + piece(Opcode.PING, b"1")
        + piece(Opcode.CONT, b"\x00")
        + piece(Opcode.TEXT, b"")
        + piece(Opcode.CLOSE, CLOSE_1001)
        + piece(Opcode.TEXT, b"late")
    )
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    assert feed(protocol, chunks) == ["\u20ac", b"\xff\x00", ""]
    assert protocol.end == "the other side closed it with code 1001"


@pytest.mark.parametrize("length", [125, 126, 65_535, 65_536])
def test_a_frame_is_whole_at_its_last_byte_however_its_length_is_encoded(length: int) -> None:
    opened = WebSocket("ws://127.0.0.1:1", "/", max_size=65_536)
    data = piece(Opcode.TEXT, b"x" * length)
    # Its head and a byte come with the handshake.
    assert opened.receive_handshake(answer_to(opened.output()) + data[:3])
    assert opened.received() == []
    assert feed(opened, [data[3:4], data[4:9], data[9:-1]]) == []
    assert feed(opened, [data[-1:] + data]) == ["x" * length] * 2


@pytest.mark.parametrize(
    ("head", "end"),
    [
        (b"\x81\x85", "ProtocolError"),
        (b"\x81\x7e\x03\xe9", "PayloadTooBig"),
        (b"\x82\x7f" + bytes(5) + b"\x01\x00\x00", "PayloadTooBig"),
    ],
    ids=["masked", "longer than 1000", "longer than 65535"],
)
def test_an_invalid_frame_is_refused_by_its_head(
    protocol: WebSocket, head: bytes, end: str
) -> None:
    assert feed(protocol, [head[:-1]]) == []
    assert protocol.end is None
    assert feed(protocol, [head[-1:]]) == []
    assert protocol.end == end


def test_a_whole_message_between_the_fragments_of_another_breaks_a_rule(
    protocol: WebSocket,
) -> None:
    assert feed(protocol, [piece(Opcode.TEXT, b"{", fin=False), piece(Opcode.TEXT, b"{}")]) == []
    assert protocol.end == "ProtocolError"


@pytest.mark.parametrize(
    ("data", "end"),
    [
        (b"", "the other side is gone"),
        (piece(Opcode.TEXT, b"\xff"), "UnicodeDecodeError"),
        (piece(Opcode.TEXT, b"x" * 1001), "PayloadTooBig"),
        (piece(Opcode.CONT, b"x"), "ProtocolError"),
        (b"\xf1\x00", "ProtocolError"),
    ],
)
def test_the_end_has_a_reason_without_what_was_sent(
    protocol: WebSocket, data: bytes, end: str
) -> None:
    assert feed(protocol, [piece(Opcode.TEXT, b"before")]) == ["before"]
    assert feed(protocol, [data]) == []
    assert protocol.end == end
    with pytest.raises(TransportError) as caught:
        protocol.send("{}")
    assert caught.value.sent is False


def test_what_is_no_unicode_cannot_be_sent(protocol: WebSocket) -> None:
    with pytest.raises(TransportError, match="not Unicode text") as caught:
        protocol.send("\ud800")
    assert caught.value.sent is False
    assert caught.value.__context__ is None
    assert protocol.output() == b""


def test_frames_arrive_until_a_close_frame_of_ours_is_answered(protocol: WebSocket) -> None:
    protocol.close()
    protocol.close()
    assert protocol.receive(piece(Opcode.TEXT, b"late")) == ["late"]
    assert protocol.end is None
    protocol.receive(piece(Opcode.CLOSE, CLOSE_1001))
    assert protocol.end == "the other side closed it with code 1001"


def test_the_end_of_the_stream_after_a_close_frame_of_ours_is_an_end(protocol: WebSocket) -> None:
    protocol.close()
    protocol.receive(b"")
    assert protocol.end == "the other side is gone"
    protocol.ping()
    assert protocol.output().endswith(b"")


def test_a_ping_is_written_while_it_is_open(protocol: WebSocket) -> None:
    protocol.ping()
    assert protocol.output()[:1] == b"\x89"
