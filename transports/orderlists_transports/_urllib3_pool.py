"""urllib3's connection pool, lending connections instead of sending requests.

urllib3 opens connections: addresses, TLS, proxies, limits.  What it would do with a request, such
as sending it again, following redirects, rewriting targets and logging them, is not used.

Invariant: a connection that is lent is open, and before its deadline.  A child process never uses
its parent's connections.
"""

from __future__ import annotations

import os
import re
import socket
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakSet

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager, pool_classes_by_scheme
from urllib3.util.connection import create_connection
from urllib3.util.proxy import connection_requires_http_tunnel

from orderlists import InvalidSetting
from orderlists.errors import HIDDEN
from orderlists_transports._http1.errors import TunnelRefused
from orderlists_transports._inlet import Inlet

if TYPE_CHECKING:
    from orderlists_transports._net.deadline import Deadline
    from orderlists_transports.environments import Origin

_TUNNEL_REFUSED = re.compile(r"Tunnel connection failed: ([1-5][0-9]{2})\b")
_RULE = (
    "must be an unused urllib3.PoolManager, or an unused urllib3.ProxyManager that tunnels to an "
    "https:// origin"
)


class Connection(HTTPConnection):
    """One connection.  Whoever uses it gives it a deadline first."""

    deadline: Deadline

    def response_class(  # type: ignore[override] # http.client calls it, so a method serves as well as a class
        self, sock: socket.socket, debuglevel: int = 0, method: str | None = None
    ) -> HTTPResponse:
        """Return the reply to read: http.client asks when a proxy answers."""
        del debuglevel  # It would print what is exchanged.
        return HTTPResponse(cast("socket.socket", Inlet(sock, self.deadline)), method=method)

    def _new_conn(self) -> socket.socket:
        # urllib3 would allow the whole timeout to each address of a host.
        failure = OSError("the host has no address")
        found = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
        for _, _, _, _, address in found:
            try:
                sock = create_connection(
                    cast("tuple[str, int]", address[:2]),
                    self._patience(),
                    self.source_address,
                    self.socket_options,
                )
            except OSError as error:
                failure = error
            else:
                sock.settimeout(self.deadline.left())
                return sock
        raise failure

    def _tunnel(self) -> None:
        try:
            super()._tunnel()
        except OSError as error:
            # http.client says the status in its text only, and the proxy's own words after it.
            refusal = _TUNNEL_REFUSED.match(str(error))
            if refusal is None:
                raise
            raise TunnelRefused(int(refusal[1])) from None
        self.sock.settimeout(self.deadline.left())

    def _patience(self) -> float:
        left = self.deadline.left()
        return left if self.timeout is None else min(self.timeout, left)


class SecureConnection(Connection, HTTPSConnection):  # pyright: ignore[reportIncompatibleVariableOverride] # response_class, as above
    """One connection with TLS."""


class Pool(HTTPConnectionPool):
    """The connections to one origin."""

    ConnectionCls = Connection  # pyright: ignore[reportAssignmentType] # urllib3's own classes do not fit its protocol either

    def __init__(self, *args: Any, **settings: Any) -> None:  # noqa: ANN401 - the manager's business
        super().__init__(*args, **settings)
        _POOLS.add(self)

    def lend(self, deadline: Deadline) -> Connection:
        """Return an open connection, waiting for a free one and opening it as need be."""
        connection = cast("Connection", self._get_conn(deadline.left()))
        try:
            connection.deadline = deadline
            self._open(connection)
        except BaseException:
            self.take_back(connection)
            raise
        return connection

    def take_back(self, connection: Connection) -> None:
        """Close a connection, and make room for another."""
        connection.close()
        self._put_conn(None)

    def leave_to_parent(self) -> None:
        """Start anew in a child process.

        No lock is taken: one that a thread of the parent held at the fork is held for ever here.
        """
        if self.pool is None:
            return
        size = self.pool.maxsize
        self.pool.__init__(size)  # type: ignore[misc] # in place: urllib3's finalizer holds this very queue
        for _ in range(size):
            self.pool.put(None)

    def _open(self, connection: Connection) -> None:
        if connection.proxy is None:
            connection.connect()
        else:
            self._prepare_proxy(connection)  # pyright: ignore[reportArgumentType] # as above
        # Warns where certificates are not checked.
        self._validate_conn(connection)  # pyright: ignore[reportArgumentType] # as above


class SecurePool(Pool, HTTPSConnectionPool):
    """The connections to one origin, with TLS."""

    ConnectionCls = SecureConnection


def check_manager(manager: object) -> None:
    """Refuse what is no manager, or one that something else uses.

    Raises:
        InvalidSetting: It is so; a text is not shown.
    """
    if not isinstance(manager, PoolManager):
        shown = HIDDEN if isinstance(manager, str) else manager
        raise InvalidSetting(field="manager", value=shown, rule=_RULE)
    taken = manager.pool_classes_by_scheme is not pool_classes_by_scheme
    if taken or len(manager.pools) > 0:
        raise InvalidSetting(field="manager", value=manager, rule=_RULE)


def open_pool(manager: PoolManager, origin: Origin) -> Pool:
    """Take a manager over and return its pool for an origin.

    Raises:
        InvalidSetting: It is none, or used by something else, or its proxy would read the requests.
    """
    check_manager(manager)
    tunnels = manager.proxy is None or connection_requires_http_tunnel(
        manager.proxy, manager.proxy_config, origin.scheme
    )
    if not tunnels:
        raise InvalidSetting(field="manager", value=manager, rule=_RULE)
    ours: dict[str, type[HTTPConnectionPool | HTTPSConnectionPool]]
    ours = {"http": Pool, "https": SecurePool}
    manager.pool_classes_by_scheme = ours
    return cast("Pool", manager.connection_from_url(str(origin)))


def leave_connections_to_parent() -> None:
    """Make every pool start anew.  Runs in each child process, right after the fork."""
    for pool in list(_POOLS):
        pool.leave_to_parent()


_POOLS: WeakSet[Pool] = WeakSet()


def _no_forks(**_: object) -> None:
    """Stand in for `os.register_at_fork`, which Windows has not."""


getattr(os, "register_at_fork", _no_forks)(after_in_child=leave_connections_to_parent)
