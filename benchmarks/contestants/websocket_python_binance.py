"""`python-binance` over WebSocket.  Its address is an attribute of its clients' class."""

from __future__ import annotations

from binance.async_client import AsyncClient
from binance.client import Client

from benchmarks.contestants._contract import (
    AsyncContestant,
    Contestant,
    Reading,
    cancel_id,
    framed,
    read_tree,
)
from benchmarks.exchange import API_KEY, RECV_WINDOW, SECRET, SYMBOL


def make(origin: str) -> Contestant:
    """Return a cancel with its dict; it runs an event loop until the reply is there."""
    Client.WS_API_URL = framed(origin)
    client = Client(API_KEY, SECRET, ping=False)

    class PythonBinance:
        def cancel(self, order_list_id: int) -> Reading:
            reply = client.ws_cancel_oco_order(
                symbol=SYMBOL,
                orderListId=order_list_id,
                newClientOrderId=cancel_id(order_list_id),
                recvWindow=RECV_WINDOW,
            )
            return read_tree(reply)

        def close(self) -> None:
            """Nothing: its own way waits for as long as it waits for a message."""

    return PythonBinance()


def make_async(origin: str) -> AsyncContestant:
    """Return an awaited cancel with its dict."""
    AsyncClient.WS_API_URL = framed(origin)
    client = AsyncClient(API_KEY, SECRET)

    class PythonBinance:
        async def cancel(self, order_list_id: int) -> Reading:
            reply = await client.ws_cancel_oco_order(
                symbol=SYMBOL,
                orderListId=order_list_id,
                newClientOrderId=cancel_id(order_list_id),
                recvWindow=RECV_WINDOW,
            )
            return read_tree(reply)

        async def close(self) -> None:
            # Not `close_connection`, which waits for as long as it waits for a message.
            await client.session.close()

    return PythonBinance()
