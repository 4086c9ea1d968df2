"""`python-binance`.  Its addresses are attributes of its clients."""

from __future__ import annotations

from binance.async_client import AsyncClient
from binance.client import Client

from benchmarks.contestants._contract import AsyncContestant, Contestant, Reading, read_tree
from benchmarks.exchange import API_KEY, RECV_WINDOW, SECRET
from benchmarks.operations import cancel_parameters, oco_parameters


def make(origin: str) -> Contestant:
    """Return calls with their dict."""
    client = Client(API_KEY, SECRET, ping=False)
    client.API_URL = f"{origin}/api"
    client.REQUEST_RECVWINDOW = RECV_WINDOW  # It overrules the one that is given.

    class PythonBinance:
        def cancel(self, number: int) -> Reading:
            return read_tree(client.v3_delete_order_list(**cancel_parameters(number)))

        def place_oco(self, number: int) -> Reading:
            return read_tree(client.create_oco_order(**oco_parameters(number)))

        def close(self) -> None:
            client.close_connection()

    return PythonBinance()


def make_async(origin: str) -> AsyncContestant:
    """Return awaited calls with their dict."""
    client = AsyncClient(API_KEY, SECRET)
    client.API_URL = f"{origin}/api"
    client.REQUEST_RECVWINDOW = RECV_WINDOW  # It overrules the one that is given.

    class PythonBinance:
        async def cancel(self, number: int) -> Reading:
            return read_tree(await client.v3_delete_order_list(**cancel_parameters(number)))

        async def place_oco(self, number: int) -> Reading:
            return read_tree(await client.create_oco_order(**oco_parameters(number)))

        async def close(self) -> None:
            await client.close_connection()

    return PythonBinance()
