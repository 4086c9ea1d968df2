"""`python-binance`.  Its addresses are attributes of its clients."""

from __future__ import annotations

from binance.async_client import AsyncClient
from binance.client import Client

from benchmarks.contestants._contract import (
    AsyncContestant,
    Contestant,
    Reading,
    cancel_id,
    read_tree,
)
from benchmarks.exchange import API_KEY, RECV_WINDOW, SECRET, SYMBOL


def make(origin: str) -> Contestant:
    """Return a cancel with its dict."""
    client = Client(API_KEY, SECRET, ping=False)
    client.API_URL = f"{origin}/api"
    client.REQUEST_RECVWINDOW = RECV_WINDOW  # It overrules the one that is given.

    class PythonBinance:
        def cancel(self, order_list_id: int) -> Reading:
            reply = client.v3_delete_order_list(
                symbol=SYMBOL,
                orderListId=order_list_id,
                newClientOrderId=cancel_id(order_list_id),
                recvWindow=RECV_WINDOW,
            )
            return read_tree(reply)

        def close(self) -> None:
            client.close_connection()

    return PythonBinance()


def make_async(origin: str) -> AsyncContestant:
    """Return an awaited cancel with its dict."""
    client = AsyncClient(API_KEY, SECRET)
    client.API_URL = f"{origin}/api"
    client.REQUEST_RECVWINDOW = RECV_WINDOW  # It overrules the one that is given.

    class PythonBinance:
        async def cancel(self, order_list_id: int) -> Reading:
            reply = await client.v3_delete_order_list(
                symbol=SYMBOL,
                orderListId=order_list_id,
                newClientOrderId=cancel_id(order_list_id),
                recvWindow=RECV_WINDOW,
            )
            return read_tree(reply)

        async def close(self) -> None:
            await client.close_connection()

    return PythonBinance()
