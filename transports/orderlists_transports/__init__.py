"""Clients, and the transports that move their bytes: one module per library.

`orderlists_transports.urllib3` is what `Client` uses, `orderlists_transports.aiohttp` what
`AsyncClient` uses, each loaded when the first such client is made.
"""

from orderlists_transports._async_client import AsyncClient
from orderlists_transports._client import Client
from orderlists_transports._contract import (
    LONGEST_REPLY,
    AsyncConnection,
    AsyncFramedTransport,
    AsyncHttpTransport,
    Connection,
    FramedTransport,
    HttpTransport,
)
from orderlists_transports._dialogue import Settings, Times
from orderlists_transports._events import AsyncEventStream, EventStream
from orderlists_transports._exchange import Exchange, Origin, parse_framed_origin, parse_origin

__all__ = [
    "LONGEST_REPLY",
    "AsyncClient",
    "AsyncConnection",
    "AsyncEventStream",
    "AsyncFramedTransport",
    "AsyncHttpTransport",
    "Client",
    "Connection",
    "EventStream",
    "Exchange",
    "FramedTransport",
    "HttpTransport",
    "Origin",
    "Settings",
    "Times",
    "parse_framed_origin",
    "parse_origin",
]
