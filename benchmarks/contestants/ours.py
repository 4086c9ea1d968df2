"""`orderlists`, as its README says to use it: the client makes the client ids."""

from __future__ import annotations

from benchmarks.contestants._contract import AsyncContestant, Contestant, Reading, read_typed
from benchmarks.exchange import API_KEY, SECRET, SYMBOL
from benchmarks.operations import AMOUNTS
from orderlists import CancelOrderList, HmacKey, Json, PlaceOco, Rest, Sbe, WebSocketApi
from orderlists.enums import Side, TimeInForce
from orderlists.legs import LimitMaker, StopLossLimit
from orderlists_transports import AsyncClient, Client

_KEY = HmacKey(api_key=API_KEY, secret=SECRET)


def _cancel(number: int) -> CancelOrderList:
    return CancelOrderList(symbol=SYMBOL, order_list_id=number)


def _oco(number: int) -> PlaceOco:
    quantity, above_price, below_stop_price, below_price = AMOUNTS[number]
    return PlaceOco(
        symbol=SYMBOL,
        side=Side.SELL,
        quantity=quantity,
        above=LimitMaker(price=above_price),
        below=StopLossLimit(
            stop_price=below_stop_price, price=below_price, time_in_force=TimeInForce.GTC
        ),
    )


class _Ours:
    def __init__(self, client: Client) -> None:
        self._client = client

    def cancel(self, number: int) -> Reading:
        return read_typed(self._client.send(_cancel(number)))

    def place_oco(self, number: int) -> Reading:
        return read_typed(self._client.send(_oco(number)))

    def close(self) -> None:
        self._client.close()


class _OursAsync:
    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def cancel(self, number: int) -> Reading:
        return read_typed(await self._client.send(_cancel(number)))

    async def place_oco(self, number: int) -> Reading:
        return read_typed(await self._client.send(_oco(number)))

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


def make_sbe(origin: str) -> Contestant:
    """Return the client that asks for SBE."""
    return _Ours(Client(_KEY, exchange=origin, protocol=Rest(format=Sbe())))


def make_async(origin: str) -> AsyncContestant:
    """Return the asynchronous client as it comes."""
    return _OursAsync(AsyncClient(_KEY, exchange=origin))


def make_async_orjson(origin: str) -> AsyncContestant:
    """Return the asynchronous client with the `orjson` extra."""
    return _OursAsync(AsyncClient(_KEY, exchange=origin, protocol=Rest(format=_orjson())))


def make_async_sbe(origin: str) -> AsyncContestant:
    """Return the asynchronous client that asks for SBE."""
    return _OursAsync(AsyncClient(_KEY, exchange=origin, protocol=Rest(format=Sbe())))


def make_websocket(origin: str) -> Contestant:
    """Return the client over WebSocket."""
    return _Ours(Client(_KEY, exchange=origin, protocol=WebSocketApi()))


def make_websocket_orjson(origin: str) -> Contestant:
    """Return the client over WebSocket, with the `orjson` extra."""
    return _Ours(Client(_KEY, exchange=origin, protocol=WebSocketApi(format=_orjson())))


def make_websocket_sbe(origin: str) -> Contestant:
    """Return the client over WebSocket that asks for SBE."""
    return _Ours(Client(_KEY, exchange=origin, protocol=WebSocketApi(format=Sbe())))


def make_websocket_async(origin: str) -> AsyncContestant:
    """Return the asynchronous client over WebSocket."""
    return _OursAsync(AsyncClient(_KEY, exchange=origin, protocol=WebSocketApi()))


def make_websocket_async_orjson(origin: str) -> AsyncContestant:
    """Return the asynchronous client over WebSocket, with the `orjson` extra."""
    protocol = WebSocketApi(format=_orjson())
    return _OursAsync(AsyncClient(_KEY, exchange=origin, protocol=protocol))


def make_websocket_async_sbe(origin: str) -> AsyncContestant:
    """Return the asynchronous client over WebSocket that asks for SBE."""
    return _OursAsync(AsyncClient(_KEY, exchange=origin, protocol=WebSocketApi(format=Sbe())))
