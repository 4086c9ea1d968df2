"""ccxt: raw methods for lists, which its unified methods do not know, and those for orders."""

import asyncio
import re
from collections.abc import Callable
from functools import cached_property
from importlib import import_module
from typing import Any, cast

from foreign_client import ForeignClient, Json, main

ccxt: Any = import_module("ccxt")

METHODS = {
    "ping": "publicGetPing",
    "time": "publicGetTime",
    "exchangeInfo": "publicGetExchangeInfo",
    "account.status": "privateGetAccount",
    "ticker.price": "publicGetTickerPrice",
    "order.test": "privatePostOrderTest",
    "order.status": "privateGetOrder",
    "order.cancel": "privateDeleteOrder",
    "openOrders.status": "privateGetOpenOrders",
    "allOrders": "privateGetAllOrders",
    "orderList.place.oco": "privatePostOrderListOco",
    "orderList.status": "privateGetOrderList",
    "orderList.cancel": "privateDeleteOrderList",
    "openOrderLists.status": "privateGetOpenOrderList",
    "allOrderLists": "privateGetAllOrderList",
}
# Without these it loads the markets from endpoints outside of the Spot API as well.
OPTIONS = {"fetchMarkets": {"types": ["spot"]}, "fetchCurrencies": False, "fetchMargins": False}
HOST = re.compile(r"^https://[^/]+")
MARKET = "LTC/BTC"
CODE = re.compile(r'"code":(-[0-9]+)')


class Ccxt(ForeignClient):
    shown = ("executionReport",)

    def _make(self, module: Any) -> Any:
        settings = {"apiKey": self.api_key, "secret": self.secret, "options": OPTIONS}
        exchange = module.binance(settings)
        for name, url in exchange.urls["api"].items():
            if isinstance(url, str):
                exchange.urls["api"][name] = HOST.sub(self.origin, url)
        return exchange

    @cached_property
    def _exchange(self) -> Any:
        return self._make(ccxt)

    def construct(self) -> object:
        return self._exchange

    def request(self, method: str, **parameters: Any) -> Json:
        return _with_numbers(getattr(self._exchange, METHODS[method])(parameters))

    def code_of(self, error: Exception) -> int:
        assert isinstance(error, ccxt.OrderNotFound)
        found = CODE.search(str(error))
        assert found is not None
        return int(found.group(1))

    def events(self, cancel: Callable[[], object]) -> list[str]:
        async def run() -> list[str]:
            exchange = self._make(import_module("ccxt.pro"))
            exchange.urls["api"]["ws"]["ws-api"]["spot"] = self.stream
            try:
                await exchange.load_markets()
                watching = asyncio.ensure_future(exchange.watch_orders(MARKET))
                await exchange.authenticate()
                cancel()
                return sorted({each["info"]["e"] for each in await watching})
            finally:
                await exchange.close()

        return asyncio.run(run())

    def unified_markets(self) -> list[str]:
        return [*self._exchange.load_markets()]

    def unified_order(self) -> list[str]:
        placed = self._exchange.create_order(MARKET, "limit", "buy", 1, 1.5)
        number = placed["id"]
        found = self._exchange.fetch_order(number, MARKET)
        (listed,) = [
            each for each in self._exchange.fetch_open_orders(MARKET) if each["id"] == number
        ]
        canceled = self._exchange.cancel_order(number, MARKET)
        (last,) = [each for each in self._exchange.fetch_orders(MARKET) if each["id"] == number]
        assert last["status"] == canceled["status"]
        return [each["status"] for each in (placed, found, listed, last)]

    def unified_balance(self, asset: str) -> float:
        free: float = self._exchange.fetch_balance()[asset]["free"]
        return free


def _with_numbers(value: Any) -> Any:
    """Return a reply with its integers, of which raw methods return the text."""
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        return {name: _with_numbers(each) for name, each in members.items()}
    if isinstance(value, list):
        return [_with_numbers(each) for each in cast("list[object]", value)]
    return int(value) if isinstance(value, str) and re.fullmatch("[0-9]+", value) else value


if __name__ == "__main__":
    main(Ccxt)
