"""`binance-sdk-spot` over WebSocket, which it has for tasks alone."""

from __future__ import annotations

import asyncio

from binance_common.configuration import ConfigurationWebSocketAPI
from binance_sdk_spot.spot import Spot

from benchmarks.contestants._contract import AsyncContestant, Reading, cancel_id, framed
from benchmarks.exchange import API_KEY, RECV_WINDOW, SECRET, SYMBOL


def make_async(origin: str) -> AsyncContestant:
    """Return an awaited cancel with its typed result."""
    settings = ConfigurationWebSocketAPI(
        api_key=API_KEY, api_secret=SECRET, stream_url=framed(origin)
    )
    opening = asyncio.ensure_future(Spot(config_ws_api=settings).websocket_api.create_connection())

    class Official:
        async def cancel(self, order_list_id: int) -> Reading:
            response = await (await opening).order_list_cancel(
                symbol=SYMBOL,
                order_list_id=order_list_id,
                new_client_order_id=cancel_id(order_list_id),
                recv_window=RECV_WINDOW,
            )
            reply = response.data().result
            return (
                reply.order_list_id,
                reply.list_order_status,
                *[
                    (leg.order_id, leg.client_order_id, leg.price, leg.orig_qty, leg.status)
                    for leg in reply.order_reports
                ],
            )

        async def close(self) -> None:
            await (await opening).close_connection()

    return Official()
