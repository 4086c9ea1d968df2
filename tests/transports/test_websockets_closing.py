"""Closing WebSocket transports, and interrupts: no connection is left open."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from orderlists import TransportError
from orderlists_transports.conformance._servers.http import never_answer
from orderlists_transports.websockets import AsyncWebsocketsTransport

if TYPE_CHECKING:
    from http_servers import Serve


def test_an_async_transport_can_be_closed_again_while_a_connect_is_being_canceled(
    serve: Serve,
) -> None:
    server = serve(never_answer)

    async def main() -> None:
        transport = AsyncWebsocketsTransport(server.origin)
        connecting = asyncio.create_task(transport.aconnect("/", timeout=30))
        assert await asyncio.to_thread(server.has_received, 1)
        while not connecting.done():
            await transport.aclose()
            await asyncio.sleep(0)
        with pytest.raises(TransportError, match="closed"):
            await connecting

    asyncio.run(main())
