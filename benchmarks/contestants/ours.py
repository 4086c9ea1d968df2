"""`orderlists`, as its README says to use it: the client makes the cancel's own id."""

from __future__ import annotations

from benchmarks.contestants._contract import AsyncContestant, Contestant, Reading
from benchmarks.exchange import API_KEY, SECRET, SYMBOL
from orderlists import CanceledOrderList, CancelOrderList, HmacKey, Json, Rest, WebSocketApi
from orderlists_transports import AsyncClient, Client

_KEY = HmacKey(api_key=API_KEY, secret=SECRET)


def _read(reply: CanceledOrderList) -> Reading:
    return (
        reply.order_list_id,
        reply.list_order_status,
        *[
            (leg.order_id, leg.client_order_id, leg.price, leg.orig_qty, leg.status)
            for leg in reply.order_reports
        ],
    )


class _Ours:
    def __init__(self, client: Client) -> None:
        self._client = client

    def cancel(self, order_list_id: int) -> Reading:
        request = CancelOrderList(symbol=SYMBOL, order_list_id=order_list_id)
        return _read(self._client.send(request))

    def close(self) -> None:
        self._client.close()


class _OursAsync:
    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def cancel(self, order_list_id: int) -> Reading:
        request = CancelOrderList(symbol=SYMBOL, order_list_id=order_list_id)
        return _read(await self._client.send(request))

    async def close(self) -> None:
        await self._client.aclose()


def _orjson() -> Json:
    import orjson

    return Json(parser=orjson.loads)


def make(origin: str) -> Contestant:
    """Return the client as it comes."""
    return _Ours(Client(_KEY, exchange=origin))


def make_orjson(origin: str) -> Contestant:
    """Return the client with the `orjson` extra."""
    return _Ours(Client(_KEY, exchange=origin, protocol=Rest(format=_orjson())))


def make_async(origin: str) -> AsyncContestant:
    """Return the asynchronous client as it comes."""
    return _OursAsync(AsyncClient(_KEY, exchange=origin))


def make_async_orjson(origin: str) -> AsyncContestant:
    """Return the asynchronous client with the `orjson` extra."""
    return _OursAsync(AsyncClient(_KEY, exchange=origin, protocol=Rest(format=_orjson())))


def make_websocket(origin: str) -> Contestant:
    """Return the client over WebSocket."""
    return _Ours(Client(_KEY, exchange=origin, protocol=WebSocketApi()))


def make_websocket_orjson(origin: str) -> Contestant:
    """Return the client over WebSocket, with the `orjson` extra."""
    return _Ours(Client(_KEY, exchange=origin, protocol=WebSocketApi(format=_orjson())))


def make_websocket_async(origin: str) -> AsyncContestant:
    """Return the asynchronous client over WebSocket."""
    return _OursAsync(AsyncClient(_KEY, exchange=origin, protocol=WebSocketApi()))


def make_websocket_async_orjson(origin: str) -> AsyncContestant:
    """Return the asynchronous client over WebSocket, with the `orjson` extra."""
    protocol = WebSocketApi(format=_orjson())
    return _OursAsync(AsyncClient(_KEY, exchange=origin, protocol=protocol))
