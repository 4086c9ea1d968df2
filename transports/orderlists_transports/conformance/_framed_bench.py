"""What a clause about frames works with: servers, and the transport under test.

Invariant: whatever was opened for a clause is closed after it.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Literal
from unittest import SkipTest

from orderlists import TransportError
from orderlists_transports.conformance._bench import expect
from orderlists_transports.conformance._server import Server
from orderlists_transports.conformance._setup import FramedSetup, Tls

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_transports.conformance._framed_line import FramedLine, Held
    from orderlists_transports.conformance._server import Peer

LONGEST = 4 * 1024 * 1024
_MOST_SENT = 1000


class FramedBench(ExitStack):
    """Makes servers and transports, and closes them."""

    def __init__(self, make: Callable[[FramedSetup], FramedLine], tls: Tls | None) -> None:
        super().__init__()
        self._make = make
        self._tls = tls

    def serve(self, script: Callable[[Peer], None]) -> Server:
        """Start a server."""
        server = Server(script, None if self._tls is None else self._tls.server)
        self.callback(server.close)
        return server

    def setup(self, server: Server, *, max_frame_size: int = LONGEST) -> FramedSetup:
        """Return the setup for a server that is to be trusted."""
        return FramedSetup(
            origin=origin_of(server),
            ssl_context=None if self._tls is None else self._tls.client,
            max_frame_size=max_frame_size,
        )

    def line(self, server: Server, *, max_frame_size: int = LONGEST) -> FramedLine:
        """Make a transport to a server."""
        return self.line_to(self.setup(server, max_frame_size=max_frame_size))

    def line_to(self, setup: FramedSetup) -> FramedLine:
        """Make a transport of any setup."""
        line = self._make(setup)
        self.callback(line.dispose)
        self.callback(line.close)
        return line

    def held(self, script: Callable[[Peer], None], *, max_frame_size: int = LONGEST) -> Held:
        """Open a connection to a server that does what a script says."""
        return self.line(self.serve(script), max_frame_size=max_frame_size).connect()

    def needs_tls(self) -> None:
        """Leave a clause out where the servers speak plain WebSocket."""
        if self._tls is None:
            raise SkipTest("there is no certificate to look at without TLS")


def origin_of(server: Server) -> str:
    """Return the origin of a server, as WebSocket names it."""
    return server.origin.replace("http", "ws", 1)


def failure(act: Callable[..., object], *given: object) -> TransportError:
    """Do what cannot succeed and return the error."""
    try:
        result = act(*given)
    except TransportError as error:
        return error
    raise AssertionError(f"a TransportError was due, and {_shown(result)} came")


def expect_not_sent(act: Callable[..., object], *given: object) -> None:
    """Do what cannot succeed; the error says that nothing was sent."""
    _expect_failure(False, act, given)  # noqa: FBT003 - what `sent` is to be


def expect_lost(act: Callable[..., object], *given: object) -> None:
    """Do what cannot succeed; the error leaves open what was sent."""
    _expect_failure(None, act, given)


def keep_sending(held: Held, text: str = "{}") -> None:
    """Send for as long as it takes to notice that nobody is there."""
    for _ in range(_MOST_SENT):
        held.send(text)


def expect_frames(held: Held, *frames: str | bytes) -> None:
    """Receive frames and compare them."""
    for wanted in frames:
        found = held.receive()
        same = type(found) is type(wanted) and found == wanted
        expect(same, f"{_shown(wanted)} was sent, and {_shown(found)} came")


def _expect_failure(
    claim: Literal[False] | None, act: Callable[..., object], given: tuple[object, ...]
) -> None:
    error = failure(act, *given)
    expect(error.sent is claim, f"`sent` was to be {claim} and is {error.sent} ({error})")


def _shown(value: object) -> str:
    if isinstance(value, (str, bytes)) and len(value) > 40:  # noqa: PLR2004 - what fits in a line
        return f"{type(value).__name__} of {len(value)}, {value[:20]!r}..."
    return repr(value)
