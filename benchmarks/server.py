"""The loopback exchange: a server that costs as little as Python allows.

It answers the request of number N with the reply made for N, under the client ids that the request
gives, without a venue behind it, on a port of its own for each contestant, so that requests are
counted without looking at them.  The same port speaks HTTP and WebSocket.  ``GET /seen`` returns
how many arrived on the port, and what the last one was.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from functools import partial

from benchmarks import frames
from benchmarks.exchange import (
    REPLIES,
    filled,
    message,
    parts_of,
    websocket_message,
    websocket_parts,
    websocket_time,
)
from benchmarks.machine import pin_to_core
from benchmarks.operations import OPERATIONS, bodies_of

# In a query, a form and JSON alike; without the value's quotation mark, if it has one.
_IS = r'(?:=|": ?"?)'
_NUMBERED_BY = "|".join(each.numbered_by for each in OPERATIONS)
_NUMBER = re.compile(rf"({_NUMBERED_BY}){_IS}([0-9]+)".encode())
_CLIENT_IDS = "|".join(name for each in OPERATIONS for name in each.client_ids)
_CLIENT_ID = re.compile(rf"({_CLIENT_IDS}){_IS}([A-Za-z0-9_-]+)".encode())
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_END = b"\r\n\r\n"
_BODIES = {each.numbered_by.encode(): bodies_of(each.reply) for each in OPERATIONS}
_PARTS = {name: [parts_of(body) for body in bodies] for name, bodies in _BODIES.items()}
_WEBSOCKET_PARTS = {name: websocket_parts(bodies) for name, bodies in _BODIES.items()}
_NAME = re.compile(rb'"id": ?("[^"]*"|[0-9]+)')


class Ledger:
    """What arrived on one port."""

    def __init__(self) -> None:
        self.count = 0
        self.last = b""

    def as_response(self) -> bytes:
        """Return it as a response."""
        facts = {"count": self.count, "last": self.last.decode("latin-1")}
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
        reply = _reply(request, _PARTS)
        if reply is None:
            if frames.wishes_to_upgrade(request):
                self._transport.write(frames.consent(request))
                self._transport.set_protocol(FramedLine(self._ledger, self._transport))
            else:
                self._transport.write(self._ledger.as_response())
            return
        self._ledger.count += 1
        self._ledger.last = request
        self._transport.write(message(reply))


class FramedLine(asyncio.Protocol):
    """One connection after the WebSocket handshake.  Serves operations and queries of the time."""

    def __init__(self, ledger: Ledger, transport: asyncio.WriteTransport) -> None:
        self._ledger = ledger
        self._transport = transport
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
        self._ledger.count += 1
        self._ledger.last = request
        name = _NAME.search(request)
        if name is None:
            raise ValueError("a request without an id")
        rest = _reply(request, _WEBSOCKET_PARTS)
        if rest is None:
            rest = websocket_time(time.time_ns() // 1_000_000)
        self._transport.write(frames.frame_of(frames.TEXT, websocket_message(name[1], rest)))


def _reply(request: bytes, parts: dict[bytes, list[list[bytes]]]) -> bytes | None:
    """Return the reply with the ids of the request; None if the request is no operation."""
    number = _NUMBER.search(request)
    if number is None:
        return None
    return filled(parts[number[1]][int(number[2]) % REPLIES], dict(_CLIENT_ID.findall(request)))


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
