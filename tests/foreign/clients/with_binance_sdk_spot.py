"""binance-sdk-spot, the exchange's own."""

import asyncio
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib import import_module
from typing import Any, cast

from foreign_client import EVENTS, SYMBOL, ForeignClient, Json, main

configuration: Any = import_module("binance_common.configuration")
spot: Any = import_module("binance_sdk_spot.spot")

METHODS = {
    "ping": "ping",
    "time": "time",
    "exchangeInfo": "exchange_info",
    "account.status": "get_account",
    "ticker.price": "ticker_price",
    "order.test": "order_test",
    "order.status": "get_order",
    "order.cancel": "delete_order",
    "openOrders.status": "get_open_orders",
    "allOrders": "all_orders",
    "orderList.place.oco": "order_list_oco",
    "orderList.status": "get_order_list",
    "orderList.cancel": "delete_order_list",
    "openOrderLists.status": "open_order_list",
    "allOrderLists": "all_order_list",
}


class Official(ForeignClient):
    @cached_property
    def _api(self) -> Any:
        settings = configuration.ConfigurationRestAPI(
            api_key=self.api_key, api_secret=self.secret, base_path=self.origin
        )
        return spot.Spot(config_rest_api=settings).rest_api

    def construct(self) -> object:
        return self._api

    def request(self, method: str, **parameters: Any) -> Json:
        return _plain(getattr(self._api, METHODS[method])(**_arguments(parameters)).data())

    def code_of(self, error: Exception) -> int:
        assert isinstance(error, import_module("binance_common.errors").BadRequestError)
        code: int = error.args[0]
        return code

    def websocket(self, place: Mapping[str, str]) -> tuple[Json, Json, Json]:
        async def run() -> tuple[Json, Json, Json]:
            connection = await self._connect()
            placed = _plain(
                (await connection.order_list_place_oco(**_arguments(place))).data().result
            )
            number = placed["orderListId"]
            found = await connection.order_list_status(order_list_id=number)
            canceled = await connection.order_list_cancel(symbol=SYMBOL, order_list_id=number)
            await connection.close_connection()
            return placed, _plain(found.data().result), _plain(canceled.data().result)

        return asyncio.run(run())

    def events(self, cancel: Callable[[], object]) -> list[str]:
        async def run() -> list[str]:
            connection = await self._connect()
            subscribed = await connection.user_data_stream_subscribe_signature()
            arrived: asyncio.Queue[Any] = asyncio.Queue()
            subscribed.stream.on("message", arrived.put_nowait)
            cancel()
            found = [await arrived.get() for _ in EVENTS]
            await connection.close_connection()
            # Of an event of its own type it keeps every field but the name.
            names = [type(each.actual_instance).__name__ for each in found]
            return [name[0].lower() + name[1:] for name in names]

        return asyncio.run(run())

    async def _connect(self) -> Any:
        settings = configuration.ConfigurationWebSocketAPI(
            api_key=self.api_key, api_secret=self.secret, stream_url=self.stream
        )
        return await spot.Spot(config_ws_api=settings).websocket_api.create_connection()


def _arguments(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a method: names in snake case, and floats."""
    return {
        re.sub("[A-Z]", lambda found: f"_{found.group().lower()}", name): _number(value)
        for name, value in parameters.items()
    }


def _number(value: Any) -> Any:
    is_amount = isinstance(value, str) and re.fullmatch(r"[0-9]+(\.[0-9]+)?", value)
    return float(value) if is_amount else value


def _plain(value: Any) -> Any:
    """Return a reply of its own types as it was in JSON."""
    if isinstance(value, list):
        return [_plain(each) for each in cast("list[object]", value)]
    found = getattr(value, "actual_instance", value)
    return found.to_dict() if hasattr(found, "to_dict") else found


if __name__ == "__main__":
    main(Official)
