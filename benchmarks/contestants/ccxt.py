"""`ccxt`, by its raw endpoint, which costs it least.  Its rate limiter, which sleeps, is off."""

from __future__ import annotations

from typing import Any

from benchmarks.contestants._contract import (
    AsyncContestant,
    Contestant,
    Reading,
    cancel_id,
    read_tree,
)
from benchmarks.exchange import API_KEY, RECV_WINDOW, SECRET, SYMBOL

_SETTINGS = {"apiKey": API_KEY, "secret": SECRET, "enableRateLimit": False}


def _parameters(order_list_id: int) -> dict[str, Any]:
    return {
        "symbol": SYMBOL,
        "orderListId": order_list_id,
        "newClientOrderId": cancel_id(order_list_id),
        "recvWindow": RECV_WINDOW,
    }


def make(origin: str) -> Contestant:
    """Return a cancel with its dict."""
    import ccxt

    exchange: Any = ccxt.binance(_SETTINGS)
    exchange.urls["api"]["private"] = f"{origin}/api/v3"

    class Ccxt:
        def cancel(self, order_list_id: int) -> Reading:
            return read_tree(exchange.privateDeleteOrderList(_parameters(order_list_id)))

        def close(self) -> None:
            exchange.session.close()

    return Ccxt()


def make_async(origin: str) -> AsyncContestant:
    """Return an awaited cancel with its dict."""
    import ccxt.async_support

    exchange: Any = ccxt.async_support.binance(_SETTINGS)
    exchange.urls["api"]["private"] = f"{origin}/api/v3"

    class Ccxt:
        async def cancel(self, order_list_id: int) -> Reading:
            return read_tree(await exchange.privateDeleteOrderList(_parameters(order_list_id)))

        async def close(self) -> None:
            await exchange.close()

    return Ccxt()
