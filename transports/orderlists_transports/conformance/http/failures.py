"""Clauses about failures: `sent` is honest, and nothing is sent again.

Each way to fail is tried with GET, DELETE and POST: libraries that retry choose by the method.
"""

from __future__ import annotations

import gzip
from functools import partial
from typing import TYPE_CHECKING

from orderlists_transports.conformance._servers.http import (
    always,
    answer,
    in_chunks,
    never_answer,
    reply,
    unmeasured,
)
from orderlists_transports.conformance.clause import http_clauses
from orderlists_transports.conformance.fixture import HttpFixture, expect, expect_not_sent
from orderlists_transports.conformance.http._exchange import METHODS, expect_one_attempt, request

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_transports.conformance._servers.http import Peer

_SOON = 0.2
_BODY = b"{}" * 300
_LONG = b"x" * 16 * 1024 * 1024  # More than the system's buffers between client and server.
_TRUNCATED = reply(_BODY, length=2 * len(_BODY))


def _send_and_reset(sent: bytes) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        peer.receive()
        peer.write(sent)
        peer.reset()

    return script


def _close_at_once(_: Peer) -> None:
    pass


def _close_while_reading(peer: Peer) -> None:
    peer.read(1000)


def _reset_while_reading(peer: Peer) -> None:
    peer.read(1000)
    peer.reset()


def _cut_off(peer: Peer) -> None:
    peer.receive()
    peer.write(unmeasured(_BODY))
    peer.cut_off()


SCRIPTS: dict[str, Callable[[Peer], None]] = {
    "the_connection_closes_before_the_request_is_read": _close_at_once,
    "the_connection_is_reset_without_a_reply": _send_and_reset(b""),
    "the_connection_is_reset_in_the_body": _send_and_reset(_TRUNCATED),
    "the_connection_closes_without_a_reply": answer(b""),
    "the_connection_closes_in_the_status_line": answer(b"HTTP/1.1 20"),
    "the_connection_closes_in_a_header": answer(b"HTTP/1.1 200 OK\r\nContent-Type: application/"),
    "the_connection_closes_after_a_header": answer(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
    ),
    "the_connection_closes_in_the_body": answer(_TRUNCATED),
    "the_connection_closes_in_a_chunk": answer(in_chunks(_BODY, 1000)[:150]),
    "the_connection_closes_between_chunks": answer(in_chunks(_BODY, 100)[:-5]),
    "a_compressed_body_is_cut_short": answer(
        reply(gzip.compress(_BODY)[:-4], headers=["Content-Encoding: gzip"])
    ),
    "a_compressed_body_is_corrupt": answer(reply(_BODY, headers=["Content-Encoding: gzip"])),
    "the_reply_is_not_http": answer(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "the_reply_has_no_status": answer(b"HTTP/1.1 fine\r\nContent-Length: 2\r\n\r\n{}"),
    "the_length_is_not_a_number": answer(unmeasured(b"{}", headers=["Content-Length: two"])),
}
"""How an exchange can fail after the request was sent, by the name of the clause."""

WRITING_SCRIPTS: dict[str, Callable[[Peer], None]] = {
    "the_connection_closes_while_the_request_is_written": _close_while_reading,
    "the_connection_is_reset_while_the_request_is_written": _reset_while_reading,
}
"""How an exchange can fail before the whole request was sent, by the name of the clause."""


FAILURES = http_clauses()


@FAILURES.clause()
def a_refused_connection_means_not_sent(fixture: HttpFixture) -> None:
    """A refused connection is an error with `sent` False."""
    server = fixture.serve(always(reply()))
    transport = fixture.transport(server)
    server.close()
    expect_not_sent(transport.send, request())


@FAILURES.clause()
def an_unknown_host_means_not_sent(fixture: HttpFixture) -> None:
    """A host name that cannot be resolved is an error with `sent` False."""
    transport = fixture.transport_to(fixture.unknown_host())
    expect_not_sent(transport.send, request())


@FAILURES.clause(needs_tls=True)
def an_untrusted_certificate_means_not_sent(fixture: HttpFixture) -> None:
    """A certificate of an unknown authority is an error with `sent` False, and nothing is sent."""
    server = fixture.serve(always(reply()))
    transport = fixture.transport_to(fixture.origin(server), is_trusted=False)
    expect_not_sent(transport.send, request())
    expect(not server.received, "it was sent")


@FAILURES.clause(needs_tls=True)
def a_certificate_for_another_host_means_not_sent(fixture: HttpFixture) -> None:
    """A certificate for another host is an error with `sent` False, and nothing is sent."""
    server = fixture.serve(always(reply()))
    transport = fixture.transport_to(fixture.origin(server, "localhost"))
    expect_not_sent(transport.send, request())
    expect(not server.received, "it was sent")


@FAILURES.clause(optional="a library without a maximum opens another connection")
def no_free_connection_means_not_sent(fixture: HttpFixture) -> None:
    """A timeout in the wait for a free connection is an error with `sent` False."""
    server = fixture.serve(never_answer)
    transport = fixture.transport(server, connections=1)
    transport.start(request("/first"))
    expect(server.has_received(1), "the first request was not sent")
    expect_not_sent(transport.send, request("/second"), _SOON)
    expect([each.target for each in server.received] == ["/first"], "it was sent")


@FAILURES.clause(
    needs_tls=True, optional="some libraries take a TLS stream that is cut off for a finished one"
)
def a_tls_stream_is_cut_off(fixture: HttpFixture) -> None:
    """A body without a length that ends without close_notify is an error with `sent` None."""
    for method in METHODS:
        expect_one_attempt(fixture, _cut_off, request(method=method))


def _fail(script: Callable[[Peer], None], body: bytes, fixture: HttpFixture) -> None:
    for method in METHODS:
        expect_one_attempt(fixture, script, request(method=method, body=body))


for _scripts, _body in ((SCRIPTS, b""), (WRITING_SCRIPTS, _LONG)):
    for _name, _script in _scripts.items():
        _what = _name.replace("_", " ").capitalize()
        _sentence = f"{_what}: an error with `sent` None, and nothing is sent again."
        FAILURES.add(_name, _sentence, partial(_fail, _script, _body))
