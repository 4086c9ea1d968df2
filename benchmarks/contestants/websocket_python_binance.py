"""`python-binance` over WebSocket.  Its address is an attribute of its clients' class."""

from __future__ import annotations

from binance.async_client import AsyncClient
from binance.client import Client

from benchmarks.contestants._contract import (
    AsyncContestant,
    Contestant,
    Reading,
    framed,
    read_tree,
)
from benchmarks.exchange import API_KEY, SECRET
from benchmarks.operations import cancel_parameters, oco_parameters


def make(origin: str) -> Contestant:
    """Return calls with their dict; it runs an event loop until the reply is there."""
    Client.WS_API_URL = framed(origin)
    client = Client(API_KEY, SECRET, ping=False)

    class PythonBinance:
        def cancel(self, number: int) -> Reading:
            return read_tree(client.ws_cancel_oco_order(**cancel_parameters(number)))

        def place_oco(self, number: int) -> Reading:
            return read_tree(client.ws_create_oco_order(**oco_parameters(number)))

        def close(self) -> None:
            """Nothing: its own way waits for as long as it waits for a message."""

    return PythonBinance()


def make_async(origin: str) -> AsyncContestant:
    """Return awaited calls with their dict."""
    AsyncClient.WS_API_URL = framed(origin)
    client = AsyncClient(API_KEY, SECRET)

    class PythonBinance:
        async def cancel(self, number: int) -> Reading:
            return read_tree(await client.ws_cancel_oco_order(**cancel_parameters(number)))

        async def place_oco(self, number: int) -> Reading:
            return read_tree(await client.ws_create_oco_order(**oco_parameters(number)))

        async def close(self) -> None:
            # Not `close_connection`, which waits for as long as it waits for a message.
            await client.session.close()

    return PythonBinance()
