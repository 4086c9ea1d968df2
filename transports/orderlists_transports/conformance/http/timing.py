"""Clauses about the timeout: one bound for the whole exchange, from the first wait on."""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING

from orderlists_transports.conformance._servers.http import never_answer, reply
from orderlists_transports.conformance.clause import http_clauses
from orderlists_transports.conformance.fixture import expect, expect_maybe_sent, failure, within
from orderlists_transports.conformance.http._exchange import (
    METHODS,
    expect_one_attempt,
    expect_received_once,
    request,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_transports.conformance._servers.http import Peer
    from orderlists_transports.conformance.adapter import HttpAdapter
    from orderlists_transports.conformance.fixture import HttpFixture

_TIMEOUT = 0.15
_TIMEOUT_OF_SENT = 0.4  # Long enough for a connection, and its TLS handshake, on a busy machine.
_PACE = 0.05
_BYTES = 32  # At that pace, longer than timeout and tolerance.
_PER_READ = "some libraries bound each read, and not all of them together"
_LONG = b"x" * 16 * 1024 * 1024


TIMING = http_clauses()


@TIMING.clause()
def a_silent_server_ends_at_the_timeout(fixture: HttpFixture) -> None:
    """A server that never replies is an error with `sent` None at the timeout; sent once."""
    servers = {method: fixture.serve(never_answer) for method in METHODS}
    transports = [(method, fixture.transport(server)) for method, server in servers.items()]
    with within(_TIMEOUT_OF_SENT):
        for future in [
            transport.start(request(method=method), _TIMEOUT_OF_SENT)
            for method, transport in transports
        ]:
            expect_maybe_sent(future.result)
    sleep(_PACE)  # A second attempt would take a moment to be seen.
    for method, server in servers.items():
        expect_received_once(server, method)


@TIMING.clause(optional=_PER_READ)
def headers_that_trickle_in_end_at_the_timeout(fixture: HttpFixture) -> None:
    """Headers that arrive byte by byte do not extend the timeout."""
    _expect_timeout(fixture, _trickle(b"HTTP/1.1 200 OK\r\nX-Long: "))


@TIMING.clause(optional=_PER_READ)
def a_body_that_trickles_in_ends_at_the_timeout(fixture: HttpFixture) -> None:
    """A body that arrives byte by byte does not extend the timeout."""
    _expect_timeout(fixture, _trickle(reply(b"", length=1000)))


@TIMING.clause()
def writing_ends_at_the_timeout(fixture: HttpFixture) -> None:
    """A server that does not read is an error with `sent` None at the timeout."""
    sent = request(method="POST", body=_LONG)
    with within(_TIMEOUT_OF_SENT):
        expect_one_attempt(fixture, _read_nothing, sent, timeout=_TIMEOUT_OF_SENT)


@TIMING.clause()
def connecting_ends_at_the_timeout(fixture: HttpFixture) -> None:
    """A server that does not answer the connection attempt is an error at the timeout."""
    _expect_no_connection(fixture.transport_to_saturated_server())


@TIMING.clause(needs_tls=True)
def the_tls_handshake_ends_at_the_timeout(fixture: HttpFixture) -> None:
    """A server that does not answer the TLS handshake is an error at the timeout."""
    _expect_no_connection(fixture.transport_to_mute_server())


@TIMING.clause()
def waiting_for_a_connection_ends_at_the_timeout(fixture: HttpFixture) -> None:
    """Where every connection is in use, the next request waits no longer than its timeout."""
    server = fixture.serve(never_answer)
    transport = fixture.transport(server, connections=1)
    transport.start(request("/first"))
    expect(server.has_received(1), "the first request was not sent")
    with within(_TIMEOUT):
        failure(transport.send, request("/second"), _TIMEOUT)


def _expect_no_connection(transport: HttpAdapter) -> None:
    with within(_TIMEOUT):
        failure(transport.send, request(), _TIMEOUT)


def _expect_timeout(fixture: HttpFixture, script: Callable[[Peer], None]) -> None:
    with within(_TIMEOUT_OF_SENT):
        expect_one_attempt(fixture, script, request(), timeout=_TIMEOUT_OF_SENT)


def _trickle(first: bytes) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        peer.receive()
        peer.write_in_segments(first, *[b"x"] * _BYTES, pause=_PACE)

    return script


def _read_nothing(peer: Peer) -> None:
    peer.hold()
