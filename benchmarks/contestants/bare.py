"""The floor: hand-written code, without validation, types or recovery."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

from benchmarks.contestants._contract import AsyncContestant, Contestant, Reading, read_tree
from benchmarks.exchange import API_KEY, SECRET
from benchmarks.operations import CANCEL, PLACE_OCO, Operation

_HEADERS = {"X-MBX-APIKEY": API_KEY}


def _target(operation: Operation, number: int) -> str:
    parameters = operation.parameters(number)
    parameters["timestamp"] = time.time_ns() // 1_000_000
    query = urlencode(parameters)
    signature = hmac.new(SECRET.encode(), query.encode(), hashlib.sha256).hexdigest()
    return f"{operation.path}?{query}&signature={signature}"


def make(origin: str) -> Contestant:
    """Return calls over `urllib3.PoolManager.request`."""
    import urllib3

    pool = urllib3.PoolManager()

    def send(operation: Operation, number: int) -> Reading:
        url = f"{origin}{_target(operation, number)}"
        response = pool.request(operation.verb, url, headers=_HEADERS, retries=False)
        return read_tree(json.loads(response.data))

    class Bare:
        def cancel(self, number: int) -> Reading:
            return send(CANCEL, number)

        def place_oco(self, number: int) -> Reading:
            return send(PLACE_OCO, number)

        def close(self) -> None:
            pool.clear()

    return Bare()


def make_async(origin: str) -> AsyncContestant:
    """Return calls over `aiohttp.ClientSession.request`."""
    import aiohttp

    session = aiohttp.ClientSession()

    async def send(operation: Operation, number: int) -> Reading:
        url = f"{origin}{_target(operation, number)}"
        async with session.request(operation.verb, url, headers=_HEADERS) as response:
            return read_tree(json.loads(await response.read()))

    class Bare:
        async def cancel(self, number: int) -> Reading:
            return await send(CANCEL, number)

        async def place_oco(self, number: int) -> Reading:
            return await send(PLACE_OCO, number)

        async def close(self) -> None:
            await session.close()

    return Bare()
