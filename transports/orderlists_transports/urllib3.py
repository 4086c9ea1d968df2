"""A synchronous HTTP transport over urllib3.

urllib3 opens and keeps the connections; requests are written to them here, as they are.

Invariant: once a byte of a request was given to a socket, that request is never sent again.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from urllib3 import PoolManager
from urllib3.exceptions import ClosedPoolError, EmptyPoolError

from orderlists import TransportError
from orderlists.extending import HttpResponse
from orderlists_transports._deadline import Deadline
from orderlists_transports._redact import no_connection, told
from orderlists_transports._urllib3_pool import Connection, open_pool
from orderlists_transports._validators import check_count
from orderlists_transports._wire import flaw, host_of, serialise
from orderlists_transports.environments import Exchange, Origin, parse_origin
from orderlists_transports.interfaces import MAX_RESPONSE_SIZE

if TYPE_CHECKING:
    from orderlists.extending import HttpRequest

# As many as a client has in flight by default: none waits for another.
_CONNECTIONS = 100


class Urllib3Transport:
    """Sends requests to one exchange; keeps `HttpTransport`.  Any number of threads may share it.

    Args:
        exchange: One of Binance's environments, or an origin such as ``https://api1.binance.com``.
        manager: An unused `urllib3.PoolManager` or `urllib3.ProxyManager`, which the transport
            takes over.  It says how to connect: proxy, TLS (`ssl_context`), how many connections
            (`maxsize`, `block`), how long to try (`timeout`, its connect part).  How to send is not
            its business: retries, redirects and default headers do not apply.  Without one: ten
            connections, the system's certificates, no proxy whatever the environment says.
        max_response_size: The longest body to accept, in bytes, after decompression; 1 or more.

    Raises:
        InvalidSetting: The origin is none; the manager is none, or in use, or its proxy does not
            tunnel; or a number breaks its rule.

    >>> from urllib3 import PoolManager, Timeout
    >>> manager = PoolManager(maxsize=4, block=True, timeout=Timeout(connect=2))
    >>> transport = Urllib3Transport(Exchange.TESTNET, manager=manager)
    >>> transport
    <Urllib3Transport https://testnet.binance.vision:443>
    >>> transport.close()
    """

    def __init__(
        self,
        exchange: Exchange | str,
        *,
        manager: PoolManager | None = None,
        max_response_size: int = MAX_RESPONSE_SIZE,
    ) -> None:
        check_count("max_response_size", max_response_size)
        self._origin = parse_origin(exchange)
        self._host = host_of(self._origin)
        self._pool = open_pool(
            _manager_for(self._origin) if manager is None else manager, self._origin
        )
        self._longest_reply = max_response_size

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        """Exchange one request for one response, as `HttpTransport.send` says.

        Looking up the host's name is the operating system's business and not bound by `timeout`.
        """
        outcome = self._exchange(request, Deadline(timeout))
        # Raised here, where no foreign error is being handled: none becomes its context.
        if isinstance(outcome, TransportError):
            raise outcome
        return outcome

    def close(self) -> None:
        """Close every connection; one that is in use is closed when its reply is in."""
        self._pool.close()

    def _exchange(self, request: HttpRequest, deadline: Deadline) -> HttpResponse | TransportError:
        if (why := flaw(request)) is not None:
            return TransportError(
                f"the request was not sent: {why}", sent=False, is_retryable=False
            )
        try:
            connection = self._pool.lend(deadline)
        except ClosedPoolError:
            return TransportError(
                "the request was not sent: this transport is closed", sent=False, is_retryable=False
            )
        except EmptyPoolError:
            return TransportError("the request was not sent: no connection was free", sent=False)
        except Exception as error:  # noqa: BLE001 - whatever a library raises, one error leaves
            return no_connection(self._origin, told(error))
        return self._converse(connection, serialise(request, self._host))

    def _converse(self, connection: Connection, sent: bytes) -> HttpResponse | TransportError:
        reusable = False
        try:
            reply = connection.exchange(sent)
            body = reply.content(self._longest_reply)
            reusable = not reply.will_close
        except Exception as error:  # noqa: BLE001 - as above
            return TransportError(f"no reply from {self._origin}: {told(error)}", sent=None)
        finally:
            self._pool.take_back(connection, reusable=reusable)
        return HttpResponse(reply.status, reply.fields, body)

    def __repr__(self) -> str:
        return f"<Urllib3Transport {self._origin}>"


def _manager_for(origin: Origin) -> PoolManager:
    # One context for all connections: urllib3 would read the certificates again for each.
    context = ssl.create_default_context() if origin.scheme == "https" else None
    return PoolManager(maxsize=_CONNECTIONS, block=True, ssl_context=context)
