"""What a clause works with: servers, and the transport under test.

Invariant: whatever was opened for a clause is closed after it.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Literal, Self
from unittest import SkipTest

from orderlists import TransportError
from orderlists.extending import HttpRequest
from orderlists_transports.conformance._line import LONG
from orderlists_transports.conformance._server import Server
from orderlists_transports.conformance._setup import Setup, Tls

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from orderlists_transports.conformance._line import Line
    from orderlists_transports.conformance._server import Peer

API_KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
SIGNATURE = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
QUERY = f"symbol=LTCBTC&orderListId=0&timestamp=1499827319559&signature={SIGNATURE}"


class Bench:
    """Makes servers and transports, and closes them."""

    def __init__(self, make: Callable[[Setup], Line], tls: Tls | None) -> None:
        self._make = make
        self._tls = tls
        self._lines = ExitStack()
        self._servers = ExitStack()
        self._rest = ExitStack()

    def serve(self, script: Callable[[Peer], None]) -> Server:
        """Start a server."""
        server = Server(script, None if self._tls is None else self._tls.server)
        self._servers.callback(server.close)
        return server

    def setup(
        self, server: Server, *, connections: int = 8, max_response_size: int = 4 * 1024 * 1024
    ) -> Setup:
        """Return the setup for a server that is to be trusted."""
        return Setup(
            origin=server.origin,
            ssl_context=None if self._tls is None else self._tls.client,
            connections=connections,
            max_response_size=max_response_size,
        )

    def line(
        self, server: Server, *, connections: int = 8, max_response_size: int = 4 * 1024 * 1024
    ) -> Line:
        """Make a transport to a server."""
        setup = self.setup(server, connections=connections, max_response_size=max_response_size)
        return self.line_to(setup)

    def line_to(self, setup: Setup) -> Line:
        """Make a transport of any setup."""
        line = self._make(setup)
        self._lines.callback(line.close)
        self._rest.callback(line.dispose)
        return line

    def needs_tls(self) -> None:
        """Leave a clause out where the servers speak plain HTTP."""
        if self._tls is None:
            raise SkipTest("there is no certificate to look at without TLS")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # In this order nobody waits for an answer that cannot come.
        with self._rest, self._servers, self._lines:
            pass


def request(
    target: str = f"/api/v3/orderList?{QUERY}", *, method: str = "DELETE", body: bytes = b""
) -> HttpRequest:
    """Return a signed request; the key and the signature are those of the public documentation."""
    return HttpRequest(method, target, (("X-MBX-APIKEY", API_KEY),), body)


def expect(kept: bool, why: str) -> None:  # noqa: FBT001 - reads like an assertion, and stays one under python -O
    """Raise an AssertionError unless a promise was kept."""
    if not kept:
        raise AssertionError(why)


def failure(line: Line, sent: HttpRequest, timeout: float = LONG) -> TransportError:
    """Send what cannot succeed and return the error."""
    try:
        response = line.send(sent, timeout)
    except TransportError as error:
        return error
    raise AssertionError(f"a TransportError was due, and {response} came")


def expect_failure(
    line: Line, sent: HttpRequest, claim: Literal[False] | None, timeout: float = LONG
) -> None:
    """Send what cannot succeed and look at what the error says about the request."""
    error = failure(line, sent, timeout)
    expect(error.sent is claim, f"`sent` was to be {claim} and is {error.sent} ({error})")
