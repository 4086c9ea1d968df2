"""Clauses about connections that carry many requests, and about callers that share a transport."""

from __future__ import annotations

import multiprocessing
import threading
import warnings
from typing import TYPE_CHECKING
from unittest import SkipTest

from orderlists import TransportError
from orderlists_transports.conformance._servers.http import always, answer, answer_by, echo, reply
from orderlists_transports.conformance.clause import http_clauses
from orderlists_transports.conformance.fixture import (
    expect,
    expect_in_time,
    expect_maybe_sent,
    expect_not_sent,
    within,
)
from orderlists_transports.conformance.http._exchange import METHODS, request

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from multiprocessing.connection import Connection

    from orderlists.extending import HttpRequest, HttpResponse
    from orderlists_transports.conformance._servers.http import Peer
    from orderlists_transports.conformance.adapter import HttpAdapter
    from orderlists_transports.conformance.fixture import HttpFixture

_SOON = 0.25  # Long enough for a connection on a busy machine.
_WRITTEN = 0.25
_MOMENT = 0.02
_MANY = 60
_PATIENCE = 5
_HELD = 1.5


CONCURRENCY = http_clauses()


@CONCURRENCY.clause(optional="some libraries open a connection for each request")
def connections_are_kept_alive(fixture: HttpFixture) -> None:
    """One request after the other uses the same connection."""
    server = fixture.serve(always(reply()))
    transport = fixture.transport(server)
    for _ in range(3):
        transport.send(request())
    expect(server.connections == 1, f"{server.connections} connections were opened")


@CONCURRENCY.clause()
def a_request_is_sent_at_most_once(fixture: HttpFixture) -> None:
    """A kept connection that breaks as a request goes out: that request is not sent again."""
    for script in (_close_at_the_second_request, _reset_at_the_second_request, answer(reply())):
        for method in METHODS:
            server = fixture.serve(script)
            transport = fixture.transport(server)
            transport.send(request("/first", method=method))
            for target in ("/second", "/third"):
                claim = _claim(transport, request(target, method=method))
                times = [each.target for each in server.received].count(target)
                expect(times <= 1, f"{method} was sent {times} times")
                expect(claim is not False or times == 0, f"{method} was sent, and `sent` is False")


@CONCURRENCY.clause(optional="some libraries notice a closed connection only by sending on it")
def a_closed_connection_is_replaced_before_sending(fixture: HttpFixture) -> None:
    """A kept connection that the server has closed meanwhile does not cost a request."""
    server = fixture.serve(answer(reply()))
    transport = fixture.transport(server)
    for count in (1, 2, 3):
        expect(transport.send(request()).status == 200, "the request failed")  # noqa: PLR2004 - HTTP's own
        server.has_closed(count)
        server.ended.wait(_MOMENT)  # The close has to pass the network.


@CONCURRENCY.clause()
def a_late_reply_is_discarded(fixture: HttpFixture) -> None:
    """A reply that arrives after the timeout is not the response to the next request."""
    server = fixture.serve(_answer_the_first_late)
    transport = fixture.transport(server, connections=1)
    expect_maybe_sent(transport.send, request("/first"), _SOON)
    _expect_own_responses(transport, "/second", "/third")


@CONCURRENCY.clause()
def an_unsolicited_reply_is_discarded(fixture: HttpFixture) -> None:
    """A reply between two requests, such as a 408, is not the response to the next one."""
    _expect_no_mix_up(fixture, _answer_and_send_another)


@CONCURRENCY.clause(optional="some libraries keep what they have read ahead for the next reply")
def bytes_after_a_reply_are_discarded(fixture: HttpFixture) -> None:
    """Bytes that arrive together with a reply, after its end, are no reply to the next request."""
    _expect_no_mix_up(fixture, _answer_twice_at_once)


@CONCURRENCY.clause()
def an_interrupt_passes_and_its_reply_is_discarded(fixture: HttpFixture) -> None:
    """A cancelled task, or Ctrl-C, passes at once; the late reply is not taken for another."""
    release = threading.Event()
    server = fixture.serve(lambda peer: _answer_when_released(peer, release))
    transport = fixture.transport(server, connections=1)
    for count in (1, 2):
        held = request(f"/held/{count}")
        interruption = transport.interrupt(held, lambda: server.has_received(count))  # noqa: B023 - called before the next round
        expect(interruption.passed, "the interrupt was swallowed")
        expect_in_time(interruption.seconds)
    release.set()
    server.ended.wait(_MOMENT)
    _expect_own_responses(transport, "/third", "/fourth")
    targets = sorted(each.target for each in server.received)
    expect(targets == ["/fourth", "/held/1", "/held/2", "/third"], f"{targets} were sent")


@CONCURRENCY.clause()
def concurrent_requests_get_their_own_responses(fixture: HttpFixture) -> None:
    """Many threads, or tasks, send at once, and each gets the response to its own request."""
    transport = fixture.transport(fixture.serve(answer_by(echo)), connections=4)
    targets = [f"/{number}" for number in range(_MANY)]
    started = [(target, transport.start(request(target))) for target in targets]
    for target, future in started:
        body = future.result()[0].body
        expect(body == target.encode(), f"{target} got the response {body!r}")


@CONCURRENCY.clause()
def equal_requests_are_each_sent(fixture: HttpFixture) -> None:
    """Two equal requests in flight at once are both sent."""
    server = fixture.serve(lambda peer: _answer_when_sent(peer, lambda: server.has_received(2)))
    transport = fixture.transport(server)
    for future in [transport.start(request(method="GET")) for _ in range(2)]:
        future.result()
    expect(len(server.received) == 2, f"{len(server.received)} of 2 were sent")  # noqa: PLR2004 - as written


@CONCURRENCY.clause(optional="some libraries do not notice a fork; make the transport after it")
def a_child_process_has_its_own_connections(fixture: HttpFixture) -> None:
    """Parent and forked child never share a connection, so never read each other's replies."""
    if "fork" not in multiprocessing.get_all_start_methods():
        raise SkipTest("this system does not fork")
    server = fixture.serve(answer_by(echo))
    transport = fixture.transport(server)
    transport.send(request("/before"))
    found = _sent_by_a_child(transport, request("/child"))
    expect(found == "/child", f"the child got {found!r}")
    body = transport.send(request("/parent")).body
    expect(body == b"/parent", f"the parent got {body!r}")
    taken = {each.target: each.connection for each in server.received}
    expect(taken["/child"] not in (taken["/before"], taken["/parent"]), "they shared a connection")


@CONCURRENCY.clause()
def closing_twice_is_once(fixture: HttpFixture) -> None:
    """Closing a transport twice is the same as closing it once, used or not."""
    server = fixture.serve(always(reply()))
    for used in (False, True):
        transport = fixture.transport(server)
        if used:
            transport.send(request())
        transport.close()
        transport.close()


@CONCURRENCY.clause()
def closing_closes_every_connection(fixture: HttpFixture) -> None:
    """Closing a transport closes its connections; then sending is an error with `sent` False."""
    server = fixture.serve(always(reply()))
    transport = fixture.transport(server)
    transport.send(request())
    transport.close()
    expect(server.has_closed(server.connections), "a connection is still open")
    expect_not_sent(transport.send, request())
    expect(len(server.received) == 1, "it was sent")


@CONCURRENCY.clause()
def closing_does_not_lose_a_request_in_flight(fixture: HttpFixture) -> None:
    """Closing does not wait for a request in flight, which gets its response or `sent` None."""
    release = threading.Event()
    server = fixture.serve(lambda peer: _answer_when_released(peer, release))
    transport = fixture.transport(server)
    in_flight = transport.start(request("/held"))
    expect(server.has_received(1), "the request was not sent")
    with within():
        transport.close()
    release.set()
    outcome = _outcome(in_flight)
    expect(outcome in (b"/held", None), f"it ended in {outcome!r}")
    expect(server.has_closed(1), "its connection is still open")


def send_and_report(transport: HttpAdapter, sent: HttpRequest, parent: Connection) -> None:
    """Send a request in a child process, and pass the outcome to the parent."""
    try:
        parent.send(transport.send_in_child(sent).body.decode())
    except Exception as error:  # noqa: BLE001 - the parent judges it
        parent.send(repr(error))


def _claim(transport: HttpAdapter, sent: HttpRequest) -> bool | None:
    try:
        transport.send(sent)
    except TransportError as error:
        return error.sent
    return True


def _outcome(future: Future[list[HttpResponse]]) -> bytes | bool | None:
    try:
        return future.result()[0].body
    except TransportError as error:
        return error.sent


def _expect_own_responses(transport: HttpAdapter, *targets: str) -> None:
    for target in targets:
        body = transport.send(request(target)).body
        expect(body == target.encode(), f"{target} got the response {body!r}")


def _expect_no_mix_up(
    fixture: HttpFixture, script: Callable[[Peer, threading.Event], None]
) -> None:
    written = threading.Event()
    server = fixture.serve(lambda peer: script(peer, written))
    transport = fixture.transport(server, connections=1)
    for target in ("/first", "/second", "/third"):
        outcome = _outcome(transport.start(request(target)))
        expect(outcome in (target.encode(), None, False), f"{target} got {outcome!r}")
        # In vain, where the request did not reach the server.
        written.wait(_WRITTEN if outcome in (None, False) else _PATIENCE)
        written.clear()
        server.ended.wait(_MOMENT)  # The bytes have to pass the network.


def _sent_by_a_child(transport: HttpAdapter, sent: HttpRequest) -> str:
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=send_and_report, args=(transport, sent, there))
    with here, there, warnings.catch_warnings():
        # Other threads of the parent are idle or ours: no lock of theirs is needed by the child.
        warnings.simplefilter("ignore", DeprecationWarning)
        child.start()
        found = here.recv() if here.poll(_PATIENCE) else "no response"
    child.join(_PATIENCE)
    return str(found)


def _close_at_the_second_request(peer: Peer) -> None:
    answer(reply())(peer)
    peer.receive()


def _reset_at_the_second_request(peer: Peer) -> None:
    _close_at_the_second_request(peer)
    peer.reset()


def _answer_the_first_late(peer: Peer) -> None:
    while (got := peer.receive()) is not None:
        if got.target == "/first":
            peer.hold(2 * _SOON)
        peer.write(echo(got))


def _answer_twice_at_once(peer: Peer, written: threading.Event) -> None:
    while (got := peer.receive()) is not None:
        peer.write(echo(got) + reply(b"unsolicited"))
        written.set()


def _answer_and_send_another(peer: Peer, written: threading.Event) -> None:
    while (got := peer.receive()) is not None:
        peer.write(echo(got))
        peer.hold(_MOMENT)
        try:
            peer.write(reply(b"unsolicited"))
        finally:  # Also where the client does not keep the connection.
            written.set()


def _answer_when_sent(peer: Peer, both: Callable[[], bool]) -> None:
    while peer.receive() is not None:
        both()
        peer.write(reply())


def _answer_when_released(peer: Peer, release: threading.Event) -> None:
    while (got := peer.receive()) is not None:
        if got.target.startswith("/held"):
            release.wait(_HELD)
        peer.write(echo(got))
