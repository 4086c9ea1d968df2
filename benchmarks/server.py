"""The loopback exchange: a server that costs as little as Python allows.

It answers a cancel of list N with the reply made for N, without a venue behind it, on a port of
its own for each contestant, so that requests are counted without looking at them.  ``GET /seen``
tells how many arrived on the port, and what the last one was.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from functools import partial

from benchmarks.exchange import REPLIES, bodies, message
from benchmarks.machine import pin_to_core

_ID = re.compile(rb"orderListId=([0-9]+)")
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
_END = b"\r\n\r\n"
_MESSAGES = [message(body) for body in bodies()]


class Ledger:
    """What arrived on one port."""

    def __init__(self) -> None:
        self.count = 0
        self.last = b""

    def told(self) -> bytes:
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
        """Keep the way back."""
        assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101 - asyncio's promise
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
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
            self._transport.write(self._ledger.told())
            return
        self._ledger.count += 1
        self._ledger.last = request
        self._transport.write(_MESSAGES[int(wanted[1]) % REPLIES])


async def serve(ports: int) -> None:
    """Listen on so many ports of loopback, print them, and answer until killed."""
    loop = asyncio.get_running_loop()
    opened = []
    for ledger in [Ledger() for _ in range(ports)]:
        server = await loop.create_server(partial(Line, ledger), "127.0.0.1", 0, backlog=2048)
        opened.append(server.sockets[0].getsockname()[1])
    print(json.dumps(opened), flush=True)
    # Whoever started it closes this pipe, or dies: either way it ends.
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    pin_to_core(1)
    asyncio.run(serve(int(sys.argv[1])))
