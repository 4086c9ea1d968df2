"""Clauses about what fails: the error says honestly whether the request can have been seen."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from attrs import field, frozen

from orderlists_transports.conformance._bench import expect, expect_failure, request
from orderlists_transports.conformance._clause import Clause, clause, optional_clause
from orderlists_transports.conformance._script import always, chunked, reply, unmeasured
from orderlists_transports.conformance._setup import Setup

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_transports.conformance._bench import Bench
    from orderlists_transports.conformance._server import Peer

_SOON = 1.0  # A part of it tells waiting for a connection from all else: it must be some time.
_BODY = b"{}" * 300
_CUT_SHORT = {
    "the_connection_closes_without_a_reply": b"",
    "the_connection_closes_in_the_status_line": b"HTTP/1.1 20",
    "the_connection_closes_in_the_headers": b"HTTP/1.1 200 OK\r\nContent-Type: application/",
    "the_connection_closes_after_a_header": b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n",
    "the_connection_closes_in_the_body": reply(_BODY, length=2 * len(_BODY)),
    "the_connection_closes_in_a_chunk": unmeasured(
        chunked(_BODY, 1000)[:100], headers=["Transfer-Encoding: chunked"]
    ),
    "the_connection_closes_between_chunks": unmeasured(
        chunked(_BODY, 100)[:-5], headers=["Transfer-Encoding: chunked"]
    ),
    "a_compressed_body_is_cut_off": reply(
        gzip.compress(_BODY)[:-4], headers=["Content-Encoding: gzip"]
    ),
    "a_compressed_body_is_broken": reply(_BODY, headers=["Content-Encoding: gzip"]),
    "the_answer_is_not_http": b"SSH-2.0-OpenSSH_9.6\r\n",
    "the_answer_has_no_status": b"HTTP/1.1 fine\r\nContent-Length: 2\r\n\r\n{}",
    "the_length_is_no_number": unmeasured(b"{}", headers=["Content-Length: two"]),
}


@frozen(kw_only=True)
class Failure:
    """A way for an exchange to fail after the request was sent."""

    name: str
    script: Callable[[Peer], None] = field(repr=False)
    body: bytes = field(default=b"", repr=False)

    def __call__(self, bench: Bench) -> None:
        """Let it fail, and look at what the error says."""
        line = bench.line(bench.serve(self.script))
        expect_failure(line, request(body=self.body), claim=None)


def _cut_short(sent: bytes) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        peer.receive()
        peer.write(sent)

    return script


def _reset(sent: bytes) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        peer.receive()
        peer.write(sent)
        peer.reset()

    return script


def _close_while_reading(peer: Peer) -> None:
    peer.read(1000)


def _reset_while_reading(peer: Peer) -> None:
    peer.read(1000)
    peer.reset()


FAILURES = (
    Failure(name="the_connection_closes_before_the_request_is_read", script=lambda _: None),
    Failure(
        name="the_connection_closes_while_the_request_is_read",
        script=_close_while_reading,
        body=b"x" * 512 * 1024,
    ),
    Failure(
        name="the_connection_is_reset_while_the_request_is_read",
        script=_reset_while_reading,
        body=b"x" * 512 * 1024,
    ),
    Failure(name="the_connection_is_reset_without_a_reply", script=_reset(b"")),
    Failure(
        name="the_connection_is_reset_in_the_body",
        script=_reset(reply(_BODY, length=2 * len(_BODY))),
    ),
    *(Failure(name=name, script=_cut_short(sent)) for name, sent in _CUT_SHORT.items()),
)
"""What can happen once a request is on its way.  The exchange may have seen it."""


@clause
def a_refused_connection_was_not_sent_to(bench: Bench) -> None:
    """Where nobody listens, nothing was sent."""
    server = bench.serve(always(reply()))
    line = bench.line(server)
    server.close()
    expect_failure(line, request(), claim=False)


@clause
def an_unknown_host_was_not_sent_to(bench: Bench) -> None:
    """Where a name cannot be resolved, nothing was sent."""
    line = bench.line_to(Setup(origin="https://orderlists.invalid"))
    expect_failure(line, request(), claim=False)


@clause
def an_untrusted_server_was_not_sent_to(bench: Bench) -> None:
    """A certificate that nobody vouches for is not accepted, and nothing was sent."""
    bench.needs_tls()
    server = bench.serve(always(reply()))
    line = bench.line_to(Setup(origin=server.origin))
    expect_failure(line, request(), claim=False)
    expect(not server.received, "it was sent")


@clause
def another_name_in_the_certificate_is_not_accepted(bench: Bench) -> None:
    """A certificate for another host is not accepted, and nothing was sent."""
    bench.needs_tls()
    server = bench.serve(always(reply()))
    setup = bench.setup(server)
    port = server.origin.rpartition(":")[2]
    line = bench.line_to(Setup(origin=f"https://localhost:{port}", ssl_context=setup.ssl_context))
    expect_failure(line, request(), claim=False)
    expect(not server.received, "it was sent")


@optional_clause("a library without a limit never runs out of connections")
def no_free_connection_means_not_sent(bench: Bench) -> None:
    """Whoever waits for a free connection until the timeout has not sent anything."""
    server = bench.serve(_never_answer)
    line = bench.line(server, connections=1)
    line.start(request("/first"))
    expect(server.has_received(1), "the first request never came")
    expect_failure(line, request("/second"), claim=False, timeout=_SOON)
    expect([each.target for each in server.received] == ["/first"], "it was sent")


def _never_answer(peer: Peer) -> None:
    peer.receive()
    peer.hold()


def _clause_for(failure: Failure) -> Clause:
    sentence = failure.name.replace("_", " ").capitalize()
    return Clause(
        name=failure.name,
        promise=f"{sentence}: the exchange may have seen the request, so `sent` is None.",
        optional=None,
        test=failure,
    )


FAILING = (
    a_refused_connection_was_not_sent_to,
    an_unknown_host_was_not_sent_to,
    an_untrusted_server_was_not_sent_to,
    another_name_in_the_certificate_is_not_accepted,
    no_free_connection_means_not_sent,
    *(_clause_for(failure) for failure in FAILURES),
)
