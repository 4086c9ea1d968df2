"""What only the synchronous HTTP transport does: urllib3's sockets, signals, threads, TLS reads."""

from __future__ import annotations

import random
import signal
import socket
import ssl
import threading
import warnings
from collections import Counter
from contextlib import closing
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from http_servers import SOON
from orderlists import TransportError
from orderlists.extending import HttpRequest
from orderlists_transports._net.deadline import Deadline
from orderlists_transports._net.stream import Stream
from orderlists_transports.conformance._servers.http import always, answer_by, echo, reply
from orderlists_transports.urllib3 import Urllib3Transport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from http_servers import Serve
    from orderlists_transports.conformance._servers.http import Peer
    from orderlists_transports.conformance._servers.tls import Tls

INTERRUPTED_SENDS = 1_000
REQUEST = HttpRequest("GET", "/api/v3/time", ())


class Interrupt(BaseException):
    """What the signal handler raises."""


@pytest.fixture
def interrupts() -> Iterator[None]:
    def raise_interrupt(*_: object) -> None:
        raise Interrupt

    usual = signal.signal(signal.SIGALRM, raise_interrupt)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, usual)


def send_interrupted(transport: Urllib3Transport, target: str, after: float) -> bytes | None:
    """Send, and return the body, or None if the signal came first."""
    try:
        signal.setitimer(signal.ITIMER_REAL, after)
        body = transport.send(HttpRequest("DELETE", target, ()), timeout=5).body
        signal.setitimer(signal.ITIMER_REAL, 0)
    except Interrupt:
        return None
    return body


def interrupt_at_random(transport: Urllib3Transport, count: int, seed: int, longest: float) -> int:
    """Send so many requests, interrupted at random instants; return how many were answered."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    answered = 0
    for number in range(count):
        body = send_interrupted(transport, f"/{number}", chance.uniform(1e-5, longest))
        assert body in {None, f"/{number}".encode()}
        answered += body is not None
    return answered


# An exception in a callback of the garbage collector is printed by Python, and goes no further.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("interrupts")
def test_an_interrupt_at_any_instant_sends_nothing_twice_and_leaves_the_transport_usable(
    serve: Serve, wire: Tls | None
) -> None:
    server = serve(answer_by(echo), wire)
    trust = None if wire is None else wire.client
    with closing(Urllib3Transport(server.origin, ssl_context=trust)) as transport:
        with warnings.catch_warnings():
            # A socket that an interrupt takes before it has a name is closed with a warning.
            warnings.simplefilter("ignore", ResourceWarning)
            began = monotonic()
            transport.send(REQUEST, timeout=5)
            longest = 2 * (monotonic() - began)
            answered = interrupt_at_random(transport, INTERRUPTED_SENDS, 1, longest)
        assert 0 < answered < INTERRUPTED_SENDS
        assert transport.send(REQUEST, timeout=5).body == REQUEST.target.encode()
    targets = Counter(each.target for each in server.received)
    assert targets.pop(REQUEST.target) == 2
    assert max(targets.values()) == 1


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (ConnectionRefusedError(111, "refused"), "ConnectionRefusedError: Connection refused"),
        (None, "ConnectionError"),
    ],
)
def test_an_error_of_urllib3_means_not_sent(
    error: Exception | None, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: HTTPConnection) -> None:
        raise HTTPError("s3cret") from error

    monkeypatch.setattr(HTTPConnection, "connect", fail)
    transport = Urllib3Transport("http://127.0.0.1:1")
    with closing(transport), pytest.raises(TransportError) as caught:
        transport.send(REQUEST, timeout=5)
    assert caught.value.sent is False
    assert str(caught.value).endswith(why)


def test_closing_lets_a_response_in_flight_arrive_and_closes_its_connection(serve: Serve) -> None:
    closed = threading.Event()

    def script(peer: Peer) -> None:
        peer.receive()
        closed.wait(5)
        peer.write(reply())

    server = serve(script)
    transport = Urllib3Transport(server.origin)
    outcomes: list[Any] = []
    thread = threading.Thread(
        target=lambda: outcomes.append(transport.send(REQUEST, timeout=5).status)
    )
    thread.start()
    assert server.has_received(1)
    transport.close()
    closed.set()
    thread.join()
    assert outcomes == [200]
    assert server.has_closed(1)


class ScriptedSocket:
    """A socket, or a context that wraps it in TLS, which cannot do at once what it should.

    Args:
        ready: A socket that the system says is ready.
        outcomes: What its operations return or raise, one after the other.
    """

    buffered = 0

    def __init__(self, ready: socket.socket, *outcomes: object) -> None:
        self._ready = ready
        self._outcomes = list(outcomes)

    def wrap_socket(self, *_: object, **__: object) -> ScriptedSocket:
        return self

    def setblocking(self, _: object) -> None:
        pass

    def fileno(self) -> int:
        return self._ready.fileno()

    def pending(self) -> int:
        return self.buffered

    def recv(self, *_: object) -> Any:
        outcome = self._outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    send = do_handshake = recv


@pytest.fixture
def ready() -> Iterator[socket.socket]:
    here, there = socket.socketpair()
    with here, there:
        there.sendall(b"something")
        yield here


def stream_of(ready: socket.socket, *outcomes: object) -> Stream:
    """Return a stream over TLS with these outcomes, the first of them of the handshake."""
    scripted: Any = ScriptedSocket(ready, *outcomes)
    stream = Stream(scripted)
    stream.start_tls(scripted, "localhost", Deadline(5))
    return stream


WANTS = [ssl.SSLWantReadError(), ssl.SSLWantWriteError()]


def test_a_handshake_and_a_read_wait_for_what_tls_wants(ready: socket.socket) -> None:
    stream = stream_of(ready, *WANTS, None, *WANTS, BlockingIOError(), b"data")
    assert stream.read(Deadline(5)) == b"data"


def test_a_read_does_not_wait_for_bytes_that_tls_holds_already(
    ready: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = stream_of(ready, None, b"data")
    monkeypatch.setattr(ScriptedSocket, "buffered", 4)
    assert ready.recv(100) == b"something"
    assert stream.read(Deadline(5)) == b"data"


def test_a_write_waits_for_what_tls_wants_and_sends_the_rest(ready: socket.socket) -> None:
    stream_of(ready, None, *WANTS, BlockingIOError(), 1, 3).write(b"data", Deadline(5))


@pytest.mark.parametrize(
    ("outcome", "is_usable"),
    [(ssl.SSLWantReadError(), True), (ConnectionResetError(), False), (b"", False), (b"x", False)],
    ids=["a ticket", "a reset", "the end", "bytes"],
)
def test_a_tls_connection_is_usable_where_only_tls_has_something_to_say(
    outcome: object, ready: socket.socket, *, is_usable: bool
) -> None:
    assert stream_of(ready, None, outcome).is_usable() is is_usable


def test_a_wait_that_the_system_ends_early_goes_on_until_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("orderlists_transports._net.readiness._LONGEST", 0.01)
    here, there = socket.socketpair()
    with closing(Stream(here)) as stream, there:
        threading.Timer(0.05, there.sendall, [b"late"]).start()
        assert stream.read(Deadline(5)) == b"late"


def test_a_kept_connection_that_the_server_has_closed_is_replaced(serve: Serve) -> None:
    server = serve(always(reply()))
    with closing(Urllib3Transport(server.origin)) as transport:
        transport.send(REQUEST, timeout=5)
        server.ended.wait(SOON / 10)
        transport.send(REQUEST, timeout=1e12)  # Longer than the system can wait.
    assert server.connections == 1
