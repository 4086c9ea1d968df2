"""One WebSocket connection without I/O: bytes in, frames out, and the reverse.

The `websockets` package speaks the protocol; here is what it leaves open: whole messages of several
fragments, the response that refuses a handshake, and the reason of the end, in words that hold no
secret.

Invariant: every frame that came before the end is returned, and none after it.
"""

from __future__ import annotations

import logging
from typing import Final

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame as Piece
from websockets.frames import Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.uri import parse_uri

from orderlists import HandshakeRefused, TransportError
from orderlists.extending import Frame, HttpResponse
from orderlists_transports._http1.decoders import decode_content
from orderlists_transports._http1.errors import UnusableResponse
from orderlists_transports._net.redact import describe

_NORMAL: Final = 1000
_NOT_TEXT: Final = 1007
_TEXT: Final = Opcode.TEXT
_CARRYING: Final = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)
# websockets would log what is sent, signatures and all.
_DISCREET: Final = logging.Logger("orderlists")  # noqa: LOG001 - one that is not found cannot be switched on
_DISCREET.disabled = True


class WebSocket:
    """The client's end of a connection.

    Args:
        origin: The exchange.
        target: Path and query in origin form.
        max_size: The longest frame to accept, in bytes.

    Attributes:
        end: Why nothing more arrives; None while something may.
    """

    def __init__(self, origin: object, target: str, *, max_size: int) -> None:
        self.end: str | None = None
        self._max_size = max_size
        self._pieces: list[Piece] = []
        self._protocol = ClientProtocol(parse_uri(str(origin)), max_size=max_size, logger=_DISCREET)
        request = self._protocol.connect()
        request.path = target
        self._protocol.send_request(request)

    def output(self) -> bytes:
        """Return the bytes to write, each once."""
        return b"".join(self._protocol.data_to_send())

    def receive_handshake(self, data: bytes) -> bool:
        """Take bytes that arrived, none at the end; return whether the connection is open.

        Raises:
            HandshakeRefused: The server answered with another status than 101.
            UnusableResponse: The server's answer is none.
        """
        self._feed(data)
        error = self._protocol.handshake_exc
        if isinstance(error, InvalidStatus):
            raise HandshakeRefused(_response(error.response, self._max_size))
        if error is not None:
            raise UnusableResponse(type(error).__name__)
        return self._protocol.state is not State.CONNECTING

    def receive(self, data: bytes) -> list[Frame]:
        """Take bytes that arrived, none at the end; return the frames that are whole."""
        self._feed(data)
        return self.received()

    def received(self) -> list[Frame]:
        """Return the frames that came since they were last taken."""
        frames: list[Frame] = []
        for event in self._protocol.events_received():
            if isinstance(event, Piece) and event.opcode in _CARRYING and self.end is None:
                self._take(event, frames)
        if self._protocol.state is not State.OPEN and self.end is None:
            self.end = self._reason()
        return frames

    def send(self, frame: Frame) -> None:
        """Take a frame for the output.

        Raises:
            TransportError: It cannot be sent; nothing of it was.
        """
        why = "the other side closed the connection"
        # The protocol refuses frames from the moment at which it has read a close frame.
        if self._protocol.state is State.OPEN:
            try:
                if isinstance(frame, str):
                    self._protocol.send_text(frame.encode())
                else:
                    self._protocol.send_binary(frame)
            except UnicodeEncodeError:
                why = "it is not Unicode text"
            else:
                return
        # Raised here, where no foreign error is being handled: none becomes its context.
        raise unsent(why)

    def ping(self) -> None:
        """Take a ping for the output."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_ping(b"")

    def close(self) -> None:
        """Take a close frame for the output, unless one was sent."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(_NORMAL)

    def _feed(self, data: bytes) -> None:
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()

    def _take(self, piece: Piece, frames: list[Frame]) -> None:
        pieces = self._pieces
        if pieces or not piece.fin:
            pieces.append(piece)
            if not piece.fin:
                return
            data, opcode = b"".join(each.data for each in pieces), pieces[0].opcode
            pieces.clear()
        else:
            data, opcode = bytes(piece.data), piece.opcode
        try:
            frames.append(data.decode() if opcode is _TEXT else data)
        except UnicodeDecodeError as error:
            self._protocol.fail(_NOT_TEXT)
            self.end = describe(error)

    def _reason(self) -> str | None:
        protocol = self._protocol
        closed, broken = protocol.close_rcvd, protocol.parser_exc
        if closed is not None:
            return f"the other side closed it with code {closed.code}"
        if broken is not None and not isinstance(broken, EOFError):
            return describe(broken)
        # While a close frame of ours is on its way, frames may still arrive.
        return "the other side is gone" if protocol.state is State.CLOSED or broken else None


def unsent(why: str) -> TransportError:
    """Return the error for a frame of which nothing was sent."""
    return TransportError(why, sent=False)


def _response(response: Response, max_size: int) -> HttpResponse:
    """Return a refusal as it was answered.

    Raises:
        UnusableResponse: Its body cannot be decompressed.
    """
    headers = tuple(response.headers.raw_items())
    encodings = ", ".join(response.headers.get_all("Content-Encoding"))
    body = bytes(response.body or b"")
    return HttpResponse(
        response.status_code,
        headers,
        decode_content(body, encodings, max_size) if encodings else body,
    )
