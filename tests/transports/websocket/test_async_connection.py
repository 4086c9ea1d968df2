"""WebSocket connections of an event loop: what does not get written."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from orderlists_transports.conformance._servers.websocket import CLOSE, frame, serving
from orderlists_transports.websockets import AsyncWebsocketsTransport

if TYPE_CHECKING:
    from http_servers import Serve
    from orderlists import TransportError
    from orderlists_transports.conformance._servers.tls import Tls
    from orderlists_transports.conformance._servers.websocket import WebSocketPeer

MEBIBYTE = 1024 * 1024


def test_a_frame_is_refused_while_more_than_four_mebibytes_wait_to_be_written(
    serve: Serve, wire: Tls | None
) -> None:
    reads = threading.Event()

    def read_late(talk: WebSocketPeer) -> None:
        reads.wait(30)
        while (piece := talk.read()).opcode != CLOSE:
            talk.write(frame(str(len(piece.payload))))

    async def main() -> None:
        failures: list[TransportError] = []
        trusted = None if wire is None else wire.client
        server = serve(serving(read_late), wire)
        transport = AsyncWebsocketsTransport(server.origin, ssl_context=trusted)
        connection = await transport.aconnect("/", timeout=5)
        n_accepted = 0
        for _ in range(3):
            connection.write("x" * 16 * MEBIBYTE, failures.append)
            n_accepted += not failures
            await asyncio.sleep(0)  # It is written in this turn of the loop.
        assert {failure.sent for failure in failures} == {False}
        # The system takes some of the first; asyncio's TLS takes all of it.
        assert n_accepted == (1 if wire is None else 2)
        reads.set()
        for _ in range(n_accepted):
            assert await connection.areceive(timeout=30) == str(16 * MEBIBYTE)
        failures.clear()
        connection.write("x", failures.append)
        assert await connection.areceive(timeout=30) == "1"
        assert failures == []
        await transport.aclose()

    asyncio.run(main())
