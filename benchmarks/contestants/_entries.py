"""The contestants of each race."""

from __future__ import annotations

from typing import NamedTuple

from benchmarks.operations import CANCEL, PLACE_OCO, Operation

OURS, OURS_ORJSON, OURS_SBE = "orderlists", "orderlists + orjson", "orderlists, SBE"


class Entry(NamedTuple):
    """One contestant: its name, and ``module:function`` of what makes it."""

    name: str
    maker: str
    is_quick: bool = False


class Race(NamedTuple):
    """Contestants that are compared with each other, the floor first."""

    name: str
    title: str
    entries: tuple[Entry, ...]
    in_flight: int = 1
    is_async: bool = False
    operation: Operation = CANCEL

    @property
    def floor(self) -> str:
        """The name of the contestant that all others are divided by."""
        return self.entries[0].name


_SYNC = (
    Entry("urllib3 + json", "bare:make", is_quick=True),
    Entry(OURS, "ours:make", is_quick=True),
    Entry(OURS_ORJSON, "ours:make_orjson"),
    Entry(OURS_SBE, "ours:make_sbe", is_quick=True),
    Entry("ccxt", "ccxt:make"),
    Entry("binance-connector", "connector:make"),
    Entry("python-binance", "python_binance:make", is_quick=True),
    Entry("binance-sdk-spot", "official:make", is_quick=True),
)
_ASYNC = (
    Entry("aiohttp + json", "bare:make_async", is_quick=True),
    Entry(OURS, "ours:make_async", is_quick=True),
    Entry(OURS_ORJSON, "ours:make_async_orjson"),
    Entry(OURS_SBE, "ours:make_async_sbe"),
    Entry("ccxt", "ccxt:make_async"),
    Entry("python-binance", "python_binance:make_async", is_quick=True),
)
_FRAMED_SYNC = (
    Entry("websockets + json", "websocket_bare:make", is_quick=True),
    Entry(OURS, "ours:make_websocket", is_quick=True),
    Entry(OURS_ORJSON, "ours:make_websocket_orjson"),
    Entry(OURS_SBE, "ours:make_websocket_sbe"),
    Entry("python-binance", "websocket_python_binance:make", is_quick=True),
)
_FRAMED = (
    Entry("aiohttp + json", "websocket_bare:make_async", is_quick=True),
    Entry("websockets + json", "websocket_bare:make_async_websockets", is_quick=True),
    Entry(OURS, "ours:make_websocket_async", is_quick=True),
    Entry(OURS_ORJSON, "ours:make_websocket_async_orjson"),
    Entry(OURS_SBE, "ours:make_websocket_async_sbe", is_quick=True),
    Entry("python-binance", "websocket_python_binance:make_async", is_quick=True),
    Entry("binance-sdk-spot", "websocket_official:make_async", is_quick=True),
)

_CANCELS = (
    Race("sync", "HTTP, synchronous", _SYNC),
    Race("async-1", "HTTP, asynchronous, one in flight", _ASYNC, 1, is_async=True),
    Race("async-50", "HTTP, asynchronous, 50 in flight", _ASYNC, 50, is_async=True),
    Race("websocket-sync", "WebSocket, synchronous", _FRAMED_SYNC),
    Race("websocket-1", "WebSocket, asynchronous, one in flight", _FRAMED, 1, is_async=True),
    Race("websocket-50", "WebSocket, asynchronous, 50 in flight", _FRAMED, 50, is_async=True),
)
_PLACEMENTS = tuple(
    race._replace(name=f"place-{race.name}", operation=PLACE_OCO) for race in _CANCELS
)
RACES = (*_CANCELS, *_PLACEMENTS)
SCALE = (1, 10, 100, 1000)
SCALED = ("aiohttp + json", OURS)
