"""`binance-sdk-spot` over WebSocket, which it has for tasks alone."""

from __future__ import annotations

import asyncio

from binance_common.configuration import ConfigurationWebSocketAPI
from binance_sdk_spot.spot import Spot

from benchmarks.contestants._contract import AsyncContestant, Reading, framed, read_typed
from benchmarks.contestants._official import cancel_arguments, oco_arguments
from benchmarks.exchange import API_KEY, SECRET


def make_async(origin: str) -> AsyncContestant:
    """Return awaited calls with their typed result."""
    settings = ConfigurationWebSocketAPI(
        api_key=API_KEY, api_secret=SECRET, stream_url=framed(origin)
    )
    opening = asyncio.ensure_future(Spot(config_ws_api=settings).websocket_api.create_connection())

    class Official:
        async def cancel(self, number: int) -> Reading:
            response = await (await opening).order_list_cancel(**cancel_arguments(number))
            return read_typed(response.data().result)

        async def place_oco(self, number: int) -> Reading:
            response = await (await opening).order_list_place_oco(**oco_arguments(number))
            return read_typed(response.data().result)

        async def close(self) -> None:
            await (await opening).close_connection()

    return Official()
