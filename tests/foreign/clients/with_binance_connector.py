"""binance-connector: REST; its streams need listen keys, which the exchange has no more."""

from functools import cached_property
from importlib import import_module
from typing import Any

from foreign_client import ForeignClient, Json, main

spot: Any = import_module("binance.spot")

METHODS = {
    "ping": "ping",
    "time": "time",
    "exchangeInfo": "exchange_info",
    "account.status": "account",
    "ticker.price": "ticker_price",
    "order.test": "new_order_test",
    "order.status": "get_order",
    "order.cancel": "cancel_order",
    "openOrders.status": "get_open_orders",
    "allOrders": "get_orders",
    "orderList.place.oco": "new_oco_order",
    "orderList.status": "get_oco_order",
    "orderList.cancel": "cancel_oco_order",
    "openOrderLists.status": "get_oco_open_orders",
    "allOrderLists": "get_oco_orders",
}


class Connector(ForeignClient):
    @cached_property
    def _client(self) -> Any:
        return spot.Spot(api_key=self.api_key, api_secret=self.secret, base_url=self.origin)

    def construct(self) -> object:
        return self._client

    def request(self, method: str, **parameters: Any) -> Json:
        return getattr(self._client, METHODS[method])(**parameters)

    def code_of(self, error: Exception) -> int:
        assert isinstance(error, import_module("binance.error").ClientError)
        code: int = vars(error)["error_code"]
        return code


if __name__ == "__main__":
    main(Connector)
