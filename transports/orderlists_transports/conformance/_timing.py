"""Clauses about time."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from orderlists_transports.conformance._bench import expect, expect_failure, request
from orderlists_transports.conformance._clause import clause, optional_clause
from orderlists_transports.conformance._script import reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_transports.conformance._bench import Bench
    from orderlists_transports.conformance._server import Peer

_TIMEOUT = 0.25
_AT_MOST = _TIMEOUT + 1
_PACE = 0.05
_PER_READ = "some libraries bound each read, not all of them together"


@clause
def a_silent_server_ends_at_the_timeout(bench: Bench) -> None:
    """A server that never answers is given up at the timeout."""
    _ends_in_time(bench, _dribble(b""))


@optional_clause(_PER_READ)
def headers_that_trickle_in_end_at_the_timeout(bench: Bench) -> None:
    """Headers that come byte by byte do not move the timeout."""
    _ends_in_time(bench, _dribble(reply(headers=["X-Long: " + "x" * 1000])))


@optional_clause(_PER_READ)
def a_body_that_trickles_in_ends_at_the_timeout(bench: Bench) -> None:
    """A body that comes byte by byte does not move the timeout."""
    head = reply(b"", length=1000)
    _ends_in_time(bench, _dribble(b"x" * 1000, at_once=head))


def _ends_in_time(bench: Bench, script: Callable[[Peer], None]) -> None:
    line = bench.line(bench.serve(script))
    began = monotonic()
    expect_failure(line, request(), claim=None, timeout=_TIMEOUT)
    took = monotonic() - began
    expect(took < _AT_MOST, f"a timeout of {_TIMEOUT} s took {took:.2f} s")


def _dribble(sent: bytes, *, at_once: bytes = b"") -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        peer.receive()
        peer.write(at_once)
        for byte in sent:
            if peer.hold(_PACE):
                return
            peer.write(bytes([byte]))
        peer.hold()

    return script


TIMING = (
    a_silent_server_ends_at_the_timeout,
    headers_that_trickle_in_end_at_the_timeout,
    a_body_that_trickles_in_ends_at_the_timeout,
)
