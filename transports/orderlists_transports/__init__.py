"""Clients, and the transports that move their bytes: one module per library.

`orderlists_transports.urllib3` is what `Client` uses, `orderlists_transports.asyncio` what
`AsyncClient` uses, each loaded when the first such client is made.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from orderlists_transports._client import Client
from orderlists_transports._settings import Clocks
from orderlists_transports.environments import Exchange, Origin, parse_framed_origin, parse_origin
from orderlists_transports.interfaces import (
    MAX_RESPONSE_SIZE,
    AsyncConnection,
    AsyncFramedTransport,
    AsyncHttpTransport,
    Connection,
    FramedTransport,
    HttpTransport,
    InProcessTransport,
)

if TYPE_CHECKING:
    from orderlists_transports._async_client import AsyncClient
    from orderlists_transports._events import AsyncEventStream, EventStream

__all__ = [
    "MAX_RESPONSE_SIZE",
    "AsyncClient",
    "AsyncConnection",
    "AsyncEventStream",
    "AsyncFramedTransport",
    "AsyncHttpTransport",
    "Client",
    "Clocks",
    "Connection",
    "EventStream",
    "Exchange",
    "FramedTransport",
    "HttpTransport",
    "InProcessTransport",
    "Origin",
    "parse_framed_origin",
    "parse_origin",
]

# Loaded when they are first used: asyncio and what keeps connections take a third of the import.
_LATER = {"AsyncClient": "_async_client", "AsyncEventStream": "_events", "EventStream": "_events"}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a class
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
