"""The floor: hand-written code, without validation, types or recovery."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

from benchmarks.contestants._contract import (
    AsyncContestant,
    Contestant,
    Reading,
    cancel_id,
    read_tree,
)
from benchmarks.exchange import API_KEY, PATH, RECV_WINDOW, SECRET, SYMBOL

_HEADERS = {"X-MBX-APIKEY": API_KEY}


def _query(order_list_id: int) -> str:
    query = urlencode(
        {
            "symbol": SYMBOL,
            "orderListId": order_list_id,
            "newClientOrderId": cancel_id(order_list_id),
            "recvWindow": RECV_WINDOW,
            "timestamp": time.time_ns() // 1_000_000,
        }
    )
    signature = hmac.new(SECRET.encode(), query.encode(), hashlib.sha256).hexdigest()
    return f"{query}&signature={signature}"


def make(origin: str) -> Contestant:
    """Return a cancel over `urllib3.PoolManager.request`."""
    import urllib3

    pool = urllib3.PoolManager()

    class Bare:
        def cancel(self, order_list_id: int) -> Reading:
            url = f"{origin}{PATH}?{_query(order_list_id)}"
            response = pool.request("DELETE", url, headers=_HEADERS, retries=False)
            return read_tree(json.loads(response.data))

        def close(self) -> None:
            pool.clear()

    return Bare()


def make_async(origin: str) -> AsyncContestant:
    """Return a cancel over `aiohttp.ClientSession`."""
    import aiohttp

    session = aiohttp.ClientSession()

    class Bare:
        async def cancel(self, order_list_id: int) -> Reading:
            url = f"{origin}{PATH}?{_query(order_list_id)}"
            async with session.delete(url, headers=_HEADERS) as response:
                return read_tree(json.loads(await response.read()))

        async def close(self) -> None:
            await session.close()

    return Bare()
