"""The loopback exchange, seen from the parent process."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from time import perf_counter
from types import TracebackType
from typing import Any, Self

from benchmarks.exchange import API_KEY, WEBSOCKET_PATH
from benchmarks.operations import CANCEL

_SEEN = b"GET /seen HTTP/1.1\r\nHost: loopback\r\n\r\n"
_CANCEL = (
    f"{CANCEL.verb} {CANCEL.path}?symbol=LTCBTC&orderListId=1&timestamp=1&signature=0 HTTP/1.1\r\n"
    f"Host: loopback\r\nX-MBX-APIKEY: {API_KEY}\r\n\r\n"
).encode()
_UPGRADE = (
    f"GET {WEBSOCKET_PATH} HTTP/1.1\r\nHost: loopback\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
).encode()
_REQUEST = f'{{"id":1,"method":"{CANCEL.method}","params":{{"orderListId":1}}}}'.encode()
# Masked, as a client's frame has to be, with a mask that changes nothing.
_FRAME = bytes((0x81, 0x80 | len(_REQUEST), 0, 0, 0, 0)) + _REQUEST


class Loopback:
    """A server in a process of its own, with many ports."""

    def __init__(self, ports: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.server", str(ports)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        self._free: list[int] = json.loads(self._process.stdout.readline())

    def port(self) -> int:
        """Return an unused port."""
        return self._free.pop()

    def seen(self, port: int) -> dict[str, Any]:
        """Return how many requests arrived on a port, and the last of them."""
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(_SEEN)
            head, _, body = line.makefile("rb").read1(65536).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")  # noqa: S101 - our own server
        ledger: dict[str, Any] = json.loads(body)
        return ledger

    def ceiling(self, calls: int) -> dict[str, dict[str, float]]:
        """Return how many calls a second it answers a bare socket: one, and 50, in flight."""
        ceilings = {}
        for protocol, opening, request in (("HTTP", b"", _CANCEL), ("WebSocket", _UPGRADE, _FRAME)):
            with socket.create_connection(("127.0.0.1", self.port())) as line:
                if opening:
                    line.sendall(opening)
                    line.recv(65536)
                ceilings[protocol] = {
                    str(in_flight): _rate(line, request, calls, in_flight) for in_flight in (1, 50)
                }
        return ceilings

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()


def _rate(line: socket.socket, request: bytes, calls: int, in_flight: int) -> float:
    line.sendall(request)
    size = len(line.recv(65536))
    began = perf_counter()
    for _ in range(calls // in_flight):
        line.sendall(request * in_flight)
        left = size * in_flight
        while left > 0:
            left -= len(line.recv(262144))
    return round((calls // in_flight) * in_flight / (perf_counter() - began))
