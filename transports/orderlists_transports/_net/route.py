"""How to reach one origin: through which proxy, with which certificates, within which time.

The same for both colours, and nothing here opens a connection.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from orderlists_transports._http1.errors import TunnelRefused, UnusableResponse
from orderlists_transports._http1.writer import write_connect
from orderlists_transports._validators import check_instance, check_seconds

if TYPE_CHECKING:
    from orderlists.extending import HttpResponse
    from orderlists_transports._http1.reader import ResponseReader
    from orderlists_transports._net.proxy import Proxy
    from orderlists_transports.environments import Origin

_SUCCESS = range(200, 300)


class Route:
    """The way to one origin.

    Args:
        origin: Where requests go.
        proxy: The URL of a proxy, or None.
        ssl_context: How certificates are checked; None for the system's way.
        connect_timeout: Seconds to open a connection, or None.

    Raises:
        InvalidSetting: The proxy is none, or `ssl_context` is none, or the time is.
    """

    def __init__(
        self,
        origin: Origin,
        *,
        proxy: str | None,
        ssl_context: ssl.SSLContext | None,
        connect_timeout: float | None,
    ) -> None:
        if connect_timeout is not None:
            check_seconds("connect_timeout", connect_timeout)
        if ssl_context is not None:
            rule = "must be an ssl.SSLContext, such as ssl.create_default_context()"
            check_instance("ssl_context", ssl_context, ssl.SSLContext, rule=rule)
        self.origin = origin
        self.proxy: Proxy | None = None
        if proxy is not None:
            from orderlists_transports._net.proxy import parse_proxy  # noqa: PLC0415 - most have none

            self.proxy = parse_proxy(proxy)
        self.connect_timeout = connect_timeout
        self._tls = ssl_context

    @property
    def first_hop(self) -> tuple[str, int]:
        """The host and port to connect to: those of the proxy, if there is one."""
        hop = self.proxy or self.origin
        return hop.host, hop.port

    def __str__(self) -> str:
        """Where it leads, and by which proxy, whose password is not shown."""
        return f"{self.origin}" if self.proxy is None else f"{self.origin} by {self.proxy}"

    def tls(self) -> ssl.SSLContext | None:
        """Return the one TLS context of all connections, or None where there is no TLS.

        It is made with the first connection: reading the system's certificates takes longer than
        everything else that a transport needs.
        """
        if self.origin.scheme in {"http", "ws"}:
            return None
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls

    def connect_request(self) -> bytes | None:
        """Return the bytes that ask the proxy for a tunnel, or None without a proxy."""
        return None if self.proxy is None else write_connect(self.origin, self.proxy.headers)


def check_tunnel(response: HttpResponse, reader: ResponseReader) -> None:
    """Refuse a proxy's response to CONNECT that does not open a tunnel.

    Raises:
        UnusableResponse: It is a refusal, or bytes came with it that are not the exchange's.
    """
    if response.status not in _SUCCESS:
        raise TunnelRefused(response.status)
    if reader.has_excess:
        raise UnusableResponse("the proxy sent bytes behind its response to CONNECT")
