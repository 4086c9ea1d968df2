"""What several clauses about HTTP send, and what they count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlists.extending import HttpRequest
from orderlists_transports.conformance.adapter import LONG
from orderlists_transports.conformance.fixture import API_KEY, QUERY, expect, expect_maybe_sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists.extending import HttpResponse
    from orderlists_transports.conformance._servers.http import Peer, Server
    from orderlists_transports.conformance.fixture import HttpFixture

METHODS = ("GET", "POST", "DELETE")


def request(
    target: str = f"/api/v3/orderList?{QUERY}", *, method: str = "DELETE", body: bytes = b""
) -> HttpRequest:
    """Return a signed request."""
    return HttpRequest(method, target, (("X-MBX-APIKEY", API_KEY),), body)


def responded(fixture: HttpFixture, script: Callable[[Peer], None]) -> HttpResponse:
    """Send a request to a server that runs a script, and return the response."""
    return fixture.transport(fixture.serve(script)).send(request())


def expect_one_attempt(
    fixture: HttpFixture,
    script: Callable[[Peer], None],
    sent: HttpRequest,
    *,
    timeout: float = LONG,
) -> None:
    """Send a request that fails: it is sent once at most, on one connection, and `sent` is None."""
    server = fixture.serve(script)
    expect_maybe_sent(fixture.transport(server).send, sent, timeout)
    expect_received_once(server, sent.method)


def expect_received_once(server: Server, what: str) -> None:
    """Check that a server was sent one request at most, on one connection."""
    counts = (server.connections, len(server.received))
    expect(max(counts) <= 1, f"{what}: {counts[0]} connections, {counts[1]} requests")
