"""Clients, and the transports that move their bytes: one module per library.

`orderlists_transports.urllib3` is what `Client` uses, `orderlists_transports.asyncio` what
`AsyncClient` uses, each loaded when the first such client is made.
"""

from orderlists_transports._async_client import AsyncClient
from orderlists_transports._client import Client
from orderlists_transports._events import AsyncEventStream, EventStream
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
