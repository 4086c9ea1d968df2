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
    "must be https://host or https://host:port, from port 1, without path, query or user; "
    "http:// is for loopback only"
)
_PLAIN_RULE = f"{_RULE}; wss:// and ws:// are for WebSocketApi()"
_FRAMED_RULE = f"{_RULE}; wss:// and ws:// mean the same, and the path is added"
_UNKNOWN_RULE = (
    "must be the address of its WebSocket API, as wss://host or wss://host:port: "
    "which one belongs to this REST address is not known"
)


class Exchange(Enum):
    """The environments that Binance runs; the value is the REST origin."""

    LIVE = "https://api.binance.com"
    TESTNET = "https://testnet.binance.vision"
    DEMO = "https://demo-api.binance.com"


_LIVE_CLUSTERS = ("api", "api-gcp", "api1", "api2", "api3", "api4")
_WEBSOCKET_HOSTS = {
    **{f"{cluster}.binance.com": "ws-api.binance.com" for cluster in _LIVE_CLUSTERS},
    "testnet.binance.vision": "ws-api.testnet.binance.vision",
    "demo-api.binance.com": "demo-ws-api.binance.com",
    "api.binance.us": "ws-api.binance.us",
}
"""The hosts of REST, and those of the WebSocket API beside them."""


@frozen
class Origin:
    """Scheme, host and port of the one server that a transport talks to."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.scheme}://{bracketed(self.host)}:{self.port}"


def bracketed(host: str) -> str:
    """Return a host as a URL shows it: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def parse_origin(exchange: Exchange | str) -> Origin:
    """Return the origin of an environment or of a URL, in any spelling of it.

    Raises:
        InvalidSetting: The URL is not an origin, or is unencrypted and not on loopback.

    >>> str(parse_origin(Exchange.TESTNET))
    'https://testnet.binance.vision:443'
    >>> str(parse_origin("HTTPS://API1.Binance.com/"))
    'https://api1.binance.com:443'
    >>> str(parse_origin("http://127.0.0.1:8080"))
    'http://127.0.0.1:8080'
    """
    origin, shown = _parse(exchange, rule=_RULE)
    if origin.scheme in {"ws", "wss"} or origin.host in _WEBSOCKET_HOSTS.values():
        raise InvalidSetting(field="exchange", value=shown, rule=_PLAIN_RULE)
    return origin


def parse_framed_origin(exchange: Exchange | str) -> Origin:
    """Return the origin at which an environment, or the exchange at a URL, speaks WebSocket.

    Binance speaks it at another host than REST.  Which one is known for Binance's own hosts; on
    loopback it is the same.

    Raises:
        InvalidSetting: The URL is not an origin, or is unencrypted and not on loopback, or is the
            REST address of an exchange whose WebSocket address is not known.

    >>> str(parse_framed_origin("https://api1.binance.com/"))
    'wss://ws-api.binance.com:443'
    >>> str(parse_framed_origin("http://127.0.0.1:8080"))
    'ws://127.0.0.1:8080'
    """
    origin, shown = _parse(exchange, rule=_FRAMED_RULE)
    scheme = origin.scheme.replace("http", "ws")
    if origin.port == _DEFAULT_PORTS["wss"] and origin.host in _WEBSOCKET_HOSTS:
        return Origin(scheme, _WEBSOCKET_HOSTS[origin.host], origin.port)
    is_known = scheme == origin.scheme or origin.host in _WEBSOCKET_HOSTS.values()
    if not is_known and not _LOOPBACK.fullmatch(origin.host):
        raise InvalidSetting(field="exchange", value=shown, rule=_UNKNOWN_RULE)
    return Origin(scheme, origin.host, origin.port)


def _parse(exchange: Exchange | str, *, rule: str) -> tuple[Origin, object]:
    """Return an origin of any scheme, and how to show what was given."""
    url = exchange.value if isinstance(exchange, Exchange) else exchange
    shown = HIDDEN if "@" in str(url) else url
    name = str(url).upper()
    if name in Exchange.__members__:
        raise InvalidSetting(field="exchange", value=shown, rule=f"must be Exchange.{name} itself")
    try:
        parts = urlsplit(str(url))  # Of another type than text: that is no origin.
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidSetting(field="exchange", value=shown, rule=rule) from None
    is_bare = parts.path in {"", "/"} and not (parts.query or parts.fragment or parts.username)
    is_safe = parts.scheme in {"https", "wss"} or (
        parts.scheme in {"http", "ws"} and _LOOPBACK.fullmatch(host) is not None
    )
    if not (_HOST.fullmatch(host) and is_bare and is_safe) or port == 0:
        raise InvalidSetting(field="exchange", value=shown, rule=rule)
    default = _DEFAULT_PORTS[parts.scheme]
    return Origin(parts.scheme, host, default if port is None else port), shown
