"""Where the exchange is.

An origin is checked before anything is sent to it: a signed request travels encrypted, or does not
leave this machine.
"""

from __future__ import annotations

import re
from enum import Enum
from urllib.parse import urlsplit

from attrs import frozen

from orderlists import InvalidSetting
from orderlists.errors import HIDDEN

_LOOPBACK = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|::1")
_HOST = re.compile(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:.]+")
_DEFAULT_PORTS = {"https": 443, "http": 80, "wss": 443, "ws": 80}
_RULE = (
    "must be https://host or https://host:port, without path, query or user; "
    "http:// is for loopback only"
)
_PLAIN_RULE = f"{_RULE}; wss:// and ws:// are for WebSocketApi()"
_FRAMED_RULE = f"{_RULE}; wss:// and ws:// mean the same, and the path is added"


class Exchange(Enum):
    """The environments that Binance runs; the value is the REST origin."""

    LIVE = "https://api.binance.com"
    TESTNET = "https://testnet.binance.vision"
    DEMO = "https://demo-api.binance.com"


_WEBSOCKET = {
    Exchange.LIVE: "wss://ws-api.binance.com",
    Exchange.TESTNET: "wss://ws-api.testnet.binance.vision",
    Exchange.DEMO: "wss://demo-ws-api.binance.com",
}


@frozen
class Origin:
    """Scheme, host and port of the one server that a transport talks to."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def parse_origin(exchange: Exchange | str) -> Origin:
    """Return the origin of an environment or of a URL.

    Raises:
        InvalidSetting: The URL is not an origin, or is unencrypted and not on loopback.

    >>> str(parse_origin(Exchange.TESTNET))
    'https://testnet.binance.vision:443'
    >>> str(parse_origin("http://127.0.0.1:8080"))
    'http://127.0.0.1:8080'
    """
    url = exchange.value if isinstance(exchange, Exchange) else exchange
    speaks_frames = str(url).startswith(("wss:", "ws:"))
    rule = _PLAIN_RULE if speaks_frames else _RULE
    return _origin(url, secure="https", plain="http", rule=rule)


def parse_framed_origin(exchange: Exchange | str) -> Origin:
    """Return the origin at which an environment, or whoever has this URL, speaks WebSocket.

    Raises:
        InvalidSetting: The URL is not an origin, or is unencrypted and not on loopback.

    >>> str(parse_framed_origin(Exchange.TESTNET))
    'wss://ws-api.testnet.binance.vision:443'
    >>> str(parse_framed_origin("http://127.0.0.1:8080"))
    'ws://127.0.0.1:8080'
    """
    # An environment speaks it at another host than REST, also where it is named by its URL.
    known = next((one for one in Exchange if exchange in (one, one.value)), None)
    url = str(exchange) if known is None else _WEBSOCKET[known]
    if url.startswith(("http:", "https:")):
        url = url.replace("http", "ws", 1)
    return _origin(url, secure="wss", plain="ws", rule=_FRAMED_RULE)


def _origin(url: str, *, secure: str, plain: str, rule: str) -> Origin:
    shown = HIDDEN if "@" in str(url) else url
    name = str(url).upper()
    if name in Exchange.__members__:
        raise InvalidSetting(field="exchange", value=shown, rule=f"must be Exchange.{name} itself")
    try:
        parts = urlsplit(str(url))  # Whatever else it is, it is no origin then.
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidSetting(field="exchange", value=shown, rule=rule) from error
    bare = parts.path in {"", "/"} and not (parts.query or parts.fragment or parts.username)
    safe = parts.scheme == secure or (
        parts.scheme == plain and _LOOPBACK.fullmatch(host or "") is not None
    )
    if not (host and _HOST.fullmatch(host) and bare and safe):
        raise InvalidSetting(field="exchange", value=shown, rule=rule)
    return Origin(parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme])
