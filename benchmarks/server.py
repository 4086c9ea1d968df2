"""The loopback exchange: a server that costs as little as Python allows.

It answers a cancel of list N with the reply made for N, under the id that the request gives the
cancel, without a venue behind it, on a port of its own for each contestant, so that requests are
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
    bodies,
    message,
    parts_of,
    websocket_message,
    websocket_rests,
    websocket_time,
)
from benchmarks.machine import pin_to_core

_ID = re.compile(rb"orderListId=([0-9]+)")
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_END = b"\r\n\r\n"
_BODIES = [parts_of(body) for body in bodies()]
_CANCEL_ID = re.compile(rb'newClientOrderId(?:=|": ?")([A-Za-z0-9_-]+)')
_NAME = re.compile(rb'"id": ?("[^"]*"|[0-9]+)')
_NAMED_ID = re.compile(rb'"orderListId": ?"?([0-9]+)')
_RESTS = websocket_rests()


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
        wanted = _ID.search(request)
        if wanted is None:
            if frames.wishes_to_upgrade(request):
                self._transport.write(frames.consent(request))
                self._transport.set_protocol(FramedLine(self._ledger, self._transport))
            else:
                self._transport.write(self._ledger.as_response())
            return
        self._ledger.count += 1
        self._ledger.last = request
        body = _cancel_id(request).join(_BODIES[int(wanted[1]) % REPLIES])
        self._transport.write(message(body))


class FramedLine(asyncio.Protocol):
    """One connection after the WebSocket handshake.  Serves cancels and queries of the time."""

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
        wanted = _NAMED_ID.search(request)
        if wanted is None:
            parts, cancel_id = [websocket_time(time.time_ns() // 1_000_000)], b""
        else:
            parts, cancel_id = _RESTS[int(wanted[1]) % REPLIES], _cancel_id(request)
        reply = websocket_message(name[1], parts, cancel_id)
        self._transport.write(frames.frame_of(frames.TEXT, reply))


def _cancel_id(request: bytes) -> bytes:
    """Return the client id of the cancel, which the canceled orders carry."""
    named = _CANCEL_ID.search(request)
    return b"" if named is None else named[1]


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
