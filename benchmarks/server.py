"""The loopback exchange: a server that costs as little as Python allows.

It answers the request of number N with the reply made for N, under the client ids that the request
gives, in JSON or in SBE, without a venue behind it, on a port of its own for each contestant, so
that requests are counted without looking at them.  The same port speaks HTTP and WebSocket.
``GET /seen`` returns how many arrived on the port, how many were answered in SBE, and what the last
one was.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from functools import partial
from typing import TypeAlias

from benchmarks import frames
from benchmarks.binary import MEDIA_TYPE
from benchmarks.exchange import message
from benchmarks.machine import pin_to_core
from benchmarks.replies import BinaryReplies, JsonReplies

Replies: TypeAlias = JsonReplies | BinaryReplies

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_END = b"\r\n\r\n"
_WISHES_BINARY = re.compile(
    rb"\r\naccept: *%b|[?&]responseFormat=sbe\b" % MEDIA_TYPE.encode(), re.IGNORECASE
)
_JSON, _BINARY = JsonReplies(), BinaryReplies()


class Ledger:
    """What arrived on one port."""

    def __init__(self) -> None:
        self.count = 0
        self.binary = 0
        self.last = b""

    def note(self, request: bytes, replies: Replies) -> None:
        """Count a request, and the replies in SBE apart."""
        self.count += 1
        self.binary += replies.is_binary
        self.last = request

    def as_response(self) -> bytes:
        """Return it as a response."""
        facts = {
            "count": self.count,
            "binary": self.binary,
            "last": self.last.decode("latin-1"),
        }
        return message(json.dumps(facts).encode())


class Line(asyncio.Protocol):
    """One connection.  Requests may come in pieces or several at once."""

    _transport: asyncio.WriteTransport

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101 - asyncio's promise
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every complete request."""
        waiting = self._waiting + data if self._waiting else data
        while (end := waiting.find(_END)) >= 0:
            size = end + len(_END)
            length = _LENGTH.search(waiting, 0, end)
            if length is not None:
                size += int(length[1])
            if len(waiting) < size:
                break
            self._answer(waiting[:size])
            waiting = waiting[size:]
        self._waiting = waiting

    def _answer(self, request: bytes) -> None:
        replies = _BINARY if _WISHES_BINARY.search(request) is not None else _JSON
        response = replies.response(request)
        if response is not None:
            self._ledger.note(request, replies)
            self._transport.write(response)
        elif frames.wishes_to_upgrade(request):
            self._transport.write(frames.consent(request))
            self._transport.set_protocol(FramedLine(self._ledger, self._transport, replies))
        else:
            self._transport.write(self._ledger.as_response())


class FramedLine(asyncio.Protocol):
    """One connection after the WebSocket handshake.  Serves operations and queries of the time."""

    def __init__(self, ledger: Ledger, transport: asyncio.WriteTransport, replies: Replies) -> None:
        self._ledger = ledger
        self._transport = transport
        self._replies = replies
        self._waiting = b""

    def data_received(self, data: bytes) -> None:
        """Answer every complete frame."""
        waiting = self._waiting + data if self._waiting else data
        at = 0
        while (frame := frames.first_frame(waiting, at)) is not None:
            at = frame.end
            if frame.kind == frames.TEXT:
                self._answer(frame.payload)
            elif frame.kind == frames.PING:
                self._transport.write(frames.frame_of(frames.PONG, frame.payload))
            elif frame.kind == frames.CLOSE:
                self._transport.write(frames.frame_of(frames.CLOSE, frame.payload))
                self._transport.close()
        self._waiting = waiting[at:]

    def _answer(self, request: bytes) -> None:
        self._ledger.note(request, self._replies)
        self._transport.write(self._replies.frame(request))


async def serve(ports: int) -> None:
    """Listen on a number of loopback ports, print them, and serve until killed."""
    loop = asyncio.get_running_loop()
    opened = []
    for ledger in [Ledger() for _ in range(ports)]:
        server = await loop.create_server(partial(Line, ledger), "127.0.0.1", 0, backlog=2048)
        opened.append(server.sockets[0].getsockname()[1])
    print(json.dumps(opened), flush=True)
    # The parent process closes this pipe, or exits: either way this process ends.
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    pin_to_core(1)
    asyncio.run(serve(int(sys.argv[1])))
