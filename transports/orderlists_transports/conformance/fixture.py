"""What a clause works with: servers, and transports under test.

Invariant: everything that was opened for a clause is closed after it.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from orderlists import TransportError
from orderlists_transports.conformance._servers.http import Server
from orderlists_transports.conformance._servers.saturated import SaturatedListener
from orderlists_transports.conformance._servers.tls import new_tls
from orderlists_transports.conformance.adapter import FramedAdapter, HttpAdapter
from orderlists_transports.conformance.callers import BlockingCaller, CoroutineCaller
from orderlists_transports.conformance.setup import FramedSetup, Setup
from orderlists_transports.conformance.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from orderlists_transports.conformance._servers.http import Peer
    from orderlists_transports.conformance._servers.tls import Tls
    from orderlists_transports.conformance.callers import Caller

API_KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
SIGNATURE = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
QUERY = f"symbol=LTCBTC&orderListId=0&timestamp=1499827319559&signature={SIGNATURE}"
"""A signed query; the key and the signature are those of the public documentation."""

TOLERANCE = 1.0
"""Seconds by which a call may be late: the machine may be busy."""

S = TypeVar("S", Setup, FramedSetup)
A = TypeVar("A", HttpAdapter, FramedAdapter)


class Fixture(Generic[S, A]):
    """Makes servers and transports, and closes them."""

    _scheme: str
    _setup_type: type[S]
    _adapter_type: type[A]

    def __init__(self, factory: Callable[[S], Any], *, is_async: bool, tls: bool) -> None:
        self.tls = new_tls() if tls else None
        self.supervisor = Supervisor()
        self._factory: Callable[[S], Any] = factory
        self._is_async = is_async
        self._transports = ExitStack()
        self._servers = ExitStack()
        self._callers = ExitStack()

    def serve(self, script: Callable[[Peer], None]) -> Server:
        """Start a server."""
        server = Server(script, None if self.tls is None else self.tls.server)
        self._servers.callback(server.close)
        return server

    def origin(self, server: Server, host: str = "127.0.0.1") -> str:
        """Return the origin of a server, in the spelling of the protocol under test."""
        return self._origin(host, server.host.rpartition(":")[2])

    def transport(self, server: Server, **settings: int) -> A:
        """Make a transport to a server, which it is to trust."""
        return self._transport(self.origin(server), self.tls, **settings)

    def transport_to(self, origin: str, *, is_trusted: bool = True) -> A:
        """Make a transport to an origin."""
        return self._transport(origin, self.tls if is_trusted else None)

    def _transport(self, origin: str, trust: Tls | None, **settings: int) -> A:
        context, ca_file = (None, None) if trust is None else (trust.client, trust.ca_file)
        setup: Any = self._setup_type(
            origin=origin, ssl_context=context, ca_file=ca_file, **settings
        )
        caller = self._caller()
        adapter = self._adapter_type(caller, caller.make(lambda: self._factory(setup)))
        self._transports.callback(adapter.close)
        return adapter

    def transport_to_saturated_server(self) -> A:
        """Make a transport to a server whose queue of connections is full."""
        listener = SaturatedListener()
        self._servers.callback(listener.close)
        return self.transport_to(self._origin("127.0.0.1", str(listener.port)))

    def transport_to_mute_server(self) -> A:
        """Make a transport to a TLS server that reads, and writes nothing."""
        server = Server(_read_until_closed, None)
        self._servers.callback(server.close)
        return self.transport(server)

    def unknown_host(self) -> str:
        """Return an origin whose host cannot be resolved."""
        return f"{self._scheme}s://orderlists.invalid"

    def close(self) -> None:
        """Close the transports, then the servers."""
        # In this order no transport waits for a reply that cannot come.
        with self._callers, self._servers, self._transports:
            pass

    def abort(self) -> None:
        """Close the servers, which ends whatever a transport waits for on a socket."""
        self._servers.close()

    def _origin(self, host: str, port: str) -> str:
        return f"{self._scheme}{'' if self.tls is None else 's'}://{host}:{port}"

    def _caller(self) -> Caller:
        caller = CoroutineCaller() if self._is_async else BlockingCaller(self.supervisor)
        self._callers.callback(caller.dispose)
        return caller


class HttpFixture(Fixture[Setup, HttpAdapter]):
    """Servers and transports for a clause about HTTP."""

    _scheme = "http"
    _setup_type = Setup
    _adapter_type = HttpAdapter


class FramedFixture(Fixture[FramedSetup, FramedAdapter]):
    """Servers and transports for a clause about frames."""

    _scheme = "ws"
    _setup_type = FramedSetup
    _adapter_type = FramedAdapter


def expect(kept: bool, otherwise: str) -> None:  # noqa: FBT001 - reads like an assertion, and stays one under python -O
    """Raise an AssertionError unless a condition holds."""
    if not kept:
        raise AssertionError(otherwise)


def failure(act: Callable[..., object], *args: object) -> TransportError:
    """Return the error of a call that cannot succeed."""
    try:
        result = act(*args)
    except TransportError as error:
        return error
    raise AssertionError(f"expected a TransportError, got {shown(result)}")


def expect_not_sent(act: Callable[..., object], *args: object) -> None:
    """Make a call that cannot succeed; `sent` of its error is False."""
    error = failure(act, *args)
    expect(error.sent is False, f"expected sent=False, got sent={error.sent} ({error})")


def expect_maybe_sent(act: Callable[..., object], *args: object) -> None:
    """Make a call that cannot succeed; `sent` of its error is None."""
    error = failure(act, *args)
    expect(error.sent is None, f"expected sent=None, got sent={error.sent} ({error})")


@contextmanager
def within(seconds: float = 0.0) -> Generator[None]:
    """Check that a block takes no longer, but for the tolerance."""
    began = monotonic()
    yield
    expect_in_time(monotonic() - began, seconds)


def expect_in_time(took: float, seconds: float = 0.0) -> None:
    """Check that something took no longer, but for the tolerance."""
    most = seconds + TOLERANCE
    expect(took < most, f"expected it within {most:.2f} s, it took {took:.2f} s")


def shown(value: object) -> str:
    """Return a value in one line."""
    if isinstance(value, (str, bytes)) and len(value) > 40:  # noqa: PLR2004 - fits in a line
        return f"{type(value).__name__} of {len(value)}, {value[:20]!r}..."
    return repr(value)


def _read_until_closed(peer: Peer) -> None:
    while peer.read_some():
        pass
