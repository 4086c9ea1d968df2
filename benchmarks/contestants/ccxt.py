"""`ccxt`, by its raw endpoints, which cost it least.  Its rate limiter, which sleeps, is off."""

from __future__ import annotations

from typing import Any

from benchmarks.contestants._contract import AsyncContestant, Contestant, Reading, read_tree
from benchmarks.exchange import API_KEY, SECRET
from benchmarks.operations import cancel_parameters, oco_parameters

_SETTINGS = {"apiKey": API_KEY, "secret": SECRET, "enableRateLimit": False}


def make(origin: str) -> Contestant:
    """Return calls with their dict."""
    import ccxt

    exchange: Any = ccxt.binance(_SETTINGS)
    exchange.urls["api"]["private"] = f"{origin}/api/v3"

    class Ccxt:
        def cancel(self, number: int) -> Reading:
            return read_tree(exchange.privateDeleteOrderList(cancel_parameters(number)))

        def place_oco(self, number: int) -> Reading:
            return read_tree(exchange.privatePostOrderListOco(oco_parameters(number)))

        def close(self) -> None:
            exchange.session.close()

    return Ccxt()


def make_async(origin: str) -> AsyncContestant:
    """Return awaited calls with their dict."""
    import ccxt.async_support

    exchange: Any = ccxt.async_support.binance(_SETTINGS)
    exchange.urls["api"]["private"] = f"{origin}/api/v3"

    class Ccxt:
        async def cancel(self, number: int) -> Reading:
            return read_tree(await exchange.privateDeleteOrderList(cancel_parameters(number)))

        async def place_oco(self, number: int) -> Reading:
            return read_tree(await exchange.privatePostOrderListOco(oco_parameters(number)))

        async def close(self) -> None:
            await exchange.close()

    return Ccxt()
