"""The floors over WebSocket: hand-written code, without validation, types or recovery."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from itertools import count
from typing import Any

from benchmarks.contestants._contract import (
    AsyncContestant,
    Contestant,
    Reading,
    framed,
    read_tree,
)
from benchmarks.exchange import API_KEY, SECRET
from benchmarks.operations import CANCEL, PLACE_OCO, Operation


def _request(name: int, operation: Operation, number: int) -> str:
    parameters = operation.parameters(number)
    parameters |= {"apiKey": API_KEY, "timestamp": time.time_ns() // 1_000_000}
    payload = "&".join([f"{key}={value}" for key, value in sorted(parameters.items())])
    signature = hmac.new(SECRET.encode(), payload.encode(), hashlib.sha256).hexdigest()
    parameters["signature"] = signature
    return json.dumps({"id": name, "method": operation.method, "params": parameters})


def make(origin: str) -> Contestant:
    """Return calls over `websockets.sync`, one request after the other."""
    from websockets.sync.client import connect

    socket = connect(framed(origin))
    names = count(1)

    def send(operation: Operation, number: int) -> Reading:
        socket.send(_request(next(names), operation, number))
        return read_tree(json.loads(socket.recv())["result"])

    class Bare:
        def cancel(self, number: int) -> Reading:
            return send(CANCEL, number)

        def place_oco(self, number: int) -> Reading:
            return send(PLACE_OCO, number)

        def close(self) -> None:
            socket.close()

    return Bare()


class _Waiting:
    """The pending requests."""

    def __init__(self) -> None:
        self._names = count(1)
        self._futures: dict[int, asyncio.Future[Any]] = {}

    def ask(self, operation: Operation, number: int) -> tuple[str, asyncio.Future[Any]]:
        name = next(self._names)
        future = self._futures[name] = asyncio.get_running_loop().create_future()
        return _request(name, operation, number), future

    def answer(self, message: str) -> None:
        reply = json.loads(message)
        self._futures.pop(reply["id"]).set_result(reply["result"])


def make_async(origin: str) -> AsyncContestant:
    """Return calls over aiohttp's WebSocket, read by one task."""
    import aiohttp

    session = aiohttp.ClientSession()
    opening = asyncio.ensure_future(session.ws_connect(framed(origin)))
    waiting = _Waiting()

    async def read() -> None:
        async for message in await opening:
            waiting.answer(message.data)

    reader = asyncio.ensure_future(read())

    async def send(operation: Operation, number: int) -> Reading:
        request, reply = waiting.ask(operation, number)
        await (await opening).send_str(request)
        return read_tree(await reply)

    class Bare:
        async def cancel(self, number: int) -> Reading:
            return await send(CANCEL, number)

        async def place_oco(self, number: int) -> Reading:
            return await send(PLACE_OCO, number)

        async def close(self) -> None:
            reader.cancel()
            await session.close()

    return Bare()


def make_async_websockets(origin: str) -> AsyncContestant:
    """Return calls over `websockets`, read by one task."""
    from websockets.asyncio.client import ClientConnection, connect

    waiting = _Waiting()

    async def dial() -> ClientConnection:
        return await connect(framed(origin))

    opening = asyncio.ensure_future(dial())

    async def read() -> None:
        async for message in await opening:
            waiting.answer(str(message))

    reader = asyncio.ensure_future(read())

    async def send(operation: Operation, number: int) -> Reading:
        request, reply = waiting.ask(operation, number)
        await (await opening).send(request)
        return read_tree(await reply)

    class Bare:
        async def cancel(self, number: int) -> Reading:
            return await send(CANCEL, number)

        async def place_oco(self, number: int) -> Reading:
            return await send(PLACE_OCO, number)

        async def close(self) -> None:
            reader.cancel()
            await (await opening).close()

    return Bare()
