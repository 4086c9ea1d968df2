"""What several clauses about frames do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlists_transports.conformance.fixture import expect, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_transports.conformance._servers.http import Peer
    from orderlists_transports.conformance.adapter import ConnectionAdapter
    from orderlists_transports.conformance.fixture import FramedFixture

_MAX_SENT = 1000
_TIMEOUT = 2.0


def connected(
    fixture: FramedFixture, script: Callable[[Peer], None], **settings: int
) -> ConnectionAdapter:
    """Open a connection to a server that runs a script."""
    return fixture.transport(fixture.serve(script), **settings).connect()


def send_until_failure(connection: ConnectionAdapter, text: str = "{}") -> None:
    """Send frames until the closed connection is noticed."""
    for _ in range(_MAX_SENT):
        connection.send(text)


def expect_frames(connection: ConnectionAdapter, *frames: str | bytes) -> None:
    """Receive frames and compare them."""
    for wanted in frames:
        received = connection.receive(_TIMEOUT)
        same = type(received) is type(wanted) and received == wanted
        expect(same, f"{shown(wanted)} was sent, {shown(received)} was received")
