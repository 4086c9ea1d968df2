"""python-binance."""

import asyncio
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib import import_module
from typing import Any

from foreign_client import EVENTS, SYMBOL, ForeignClient, Json, main

binance: Any = import_module("binance")
base: Any = import_module("binance.base_client").BaseClient

METHODS = {
    "ping": "ping",
    "time": "get_server_time",
    "exchangeInfo": "get_exchange_info",
    "account.status": "get_account",
    "ticker.price": "get_symbol_ticker",
    "order.test": "create_test_order",
    "order.status": "get_order",
    "order.cancel": "cancel_order",
    "openOrders.status": "get_open_orders",
    "allOrders": "get_all_orders",
    "orderList.place.oco": "create_oco_order",
    "orderList.status": "v3_get_order_list",
    "orderList.cancel": "v3_delete_order_list",
    "openOrderLists.status": "get_open_oco_orders",
    "allOrderLists": "v3_get_all_order_list",
}


class PythonBinance(ForeignClient):
    @cached_property
    def _client(self) -> Any:
        # Before construction, which sends a ping.
        base.API_URL = f"{self.origin}/api"
        base.WS_API_URL = self.stream
        return binance.Client(self.api_key, self.secret)

    def construct(self) -> object:
        return self._client

    def request(self, method: str, **parameters: Any) -> Json:
        return getattr(self._client, METHODS[method])(**parameters)

    def code_of(self, error: Exception) -> int:
        assert isinstance(error, import_module("binance.exceptions").BinanceAPIException)
        code: int = vars(error)["code"]
        return code

    def websocket(self, place: Mapping[str, str]) -> tuple[Json, Json, Json]:
        placed = self._client.ws_create_oco_order(**place)
        number = placed["orderListId"]
        found = self._client.ws_get_oco_order(orderListId=number)
        return placed, found, self._client.ws_cancel_oco_order(symbol=SYMBOL, orderListId=number)

    def events(self, cancel: Callable[[], object]) -> list[str]:
        async def run() -> list[str]:
            client = await binance.AsyncClient.create(self.api_key, self.secret)
            async with binance.BinanceSocketManager(client).user_socket() as stream:
                cancel()
                found = [(await stream.recv())["e"] for _ in EVENTS]
            # Not `close_connection`, which waits for as long as it waits for a message.
            await client.session.close()
            return found

        return asyncio.run(run())


if __name__ == "__main__":
    main(PythonBinance)
