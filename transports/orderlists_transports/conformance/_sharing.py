"""Clauses about connections that serve many requests, and callers that share a transport."""

from __future__ import annotations

import multiprocessing
import threading
import warnings
from typing import TYPE_CHECKING
from unittest import SkipTest

from orderlists import TransportError
from orderlists_transports.conformance._bench import expect, expect_failure, request
from orderlists_transports.conformance._clause import clause, optional_clause
from orderlists_transports.conformance._script import always, answer, answer_by, echo, reply

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from orderlists.extending import HttpRequest
    from orderlists_transports.conformance._bench import Bench
    from orderlists_transports.conformance._line import Line
    from orderlists_transports.conformance._server import Peer

_SOON = 0.25
_MANY = 60
_PATIENCE = 10


@optional_clause("some libraries open a connection for each request")
def connections_are_kept(bench: Bench) -> None:
    """One request after the other takes the same connection."""
    server = bench.serve(always(reply()))
    line = bench.line(server)
    for _ in range(3):
        line.send(request())
    expect(server.connections == 1, f"{server.connections} connections were opened")


@clause
def a_request_is_sent_at_most_once(bench: Bench) -> None:
    """A connection that breaks just as a request goes out on it: that request never comes again."""
    for script in (_close_at_the_second_request, _reset_at_the_second_request, answer(reply())):
        for method in ("GET", "DELETE", "POST"):
            server = bench.serve(script)
            line = bench.line(server)
            line.send(request("/first", method=method))
            for target in ("/second", "/third"):
                claimed = _claim(line, request(target, method=method))
                times = [each.target for each in server.received].count(target)
                expect(times <= 1, f"{method} came {times} times")
                expect(claimed is not False or times == 0, f"{method} was sent, `sent` is False")


@optional_clause("some libraries notice a dead connection only by sending on it")
def a_dead_connection_is_replaced_before_sending(bench: Bench) -> None:
    """A kept connection that the server has closed meanwhile does not cost a request."""
    server = bench.serve(answer(reply()))
    line = bench.line(server)
    for count in (1, 2, 3):
        expect(line.send(request()).status == 200, "the request failed")  # noqa: PLR2004 - HTTP's own
        server.has_closed(count)
        server.ended.wait(_SOON / 10)  # The closing has to come through the network.


@clause
def a_late_reply_is_never_taken_for_another(bench: Bench) -> None:
    """What arrives after a timeout is not the answer to the next request."""
    server = bench.serve(_answer_the_first_late)
    line = bench.line(server, connections=1)
    expect_failure(line, request("/first"), claim=None, timeout=_SOON)
    for target in ("/second", "/third"):
        expect(line.send(request(target)).body == target.encode(), "it was")


@clause
def an_unasked_reply_is_never_taken_for_another(bench: Bench) -> None:
    """What comes while nobody waits, such as a 408, is not the answer to the next request."""
    _expect_own_answers(bench, _answer_and_speak_again)


@optional_clause("some libraries read ahead, and keep what they have read for the next reply")
def what_follows_a_reply_is_never_taken_for_another(bench: Bench) -> None:
    """What comes together with a reply, behind its end, is not the answer to the next request."""
    _expect_own_answers(bench, _answer_twice_at_once)


@clause
def an_interrupt_leaves_the_transport_usable(bench: Bench) -> None:
    """A cancelled task, or Ctrl-C, passes through at once, and the next request gets its answer."""
    server = bench.serve(_answer_unless_held)
    line = bench.line(server, connections=1)
    for count in (1, 2):
        passed = line.interrupt(request("/held"), lambda: server.has_received(count))  # noqa: B023 - called before the next round
        expect(passed, "the interrupt was swallowed")
    for target in ("/second", "/third"):
        expect(line.send(request(target)).body == target.encode(), "the wrong answer came")


@clause
def everyone_gets_the_own_answer(bench: Bench) -> None:
    """Many threads, or tasks, send at once and get the answers to their own requests."""
    line = bench.line(bench.serve(answer_by(echo)), connections=4)
    targets = [f"/{number}" for number in range(_MANY)]
    started = [(target, line.start(request(target))) for target in targets]
    for target, answered in started:
        body = answered.result().body
        expect(body == target.encode(), f"{target} got the answer {body!r}")


@optional_clause("some libraries do not notice that they were forked; make the transport after it")
def a_child_process_has_its_own_connections(bench: Bench) -> None:
    """Parent and forked child never read each other's replies: they never share a connection."""
    if "fork" not in multiprocessing.get_all_start_methods():
        raise SkipTest("this system does not fork")
    server = bench.serve(answer_by(echo))
    line = bench.line(server)
    line.send(request("/before"))
    told = _sent_by_a_child(line, request("/child"))
    expect(told == "/child", f"the child got {told!r}")
    body = line.send(request("/parent")).body
    expect(body == b"/parent", f"the parent got {body!r}")
    taken = {each.target: each.connection for each in server.received}
    expect(taken["/child"] not in (taken["/before"], taken["/parent"]), "they shared a connection")


@clause
def closing_twice_is_fine(bench: Bench) -> None:
    """Closing a transport twice is the same as closing it once, used or not."""
    server = bench.serve(always(reply()))
    for used in (False, True):
        line = bench.line(server)
        if used:
            line.send(request())
        line.close()
        line.close()


@clause
def sending_after_closing_is_an_error(bench: Bench) -> None:
    """A closed transport sends nothing, and says so."""
    server = bench.serve(always(reply()))
    line = bench.line(server)
    line.send(request())
    line.close()
    expect_failure(line, request(), claim=False)
    expect(len(server.received) == 1, "it was sent")


def send_and_tell(line: Line, sent: HttpRequest, parent: Connection) -> None:
    """Send, in a child process, and tell the parent what came back."""
    try:
        parent.send(line.send_in_child(sent).body.decode())
    except TransportError as error:
        parent.send(str(error))


def _claim(line: Line, sent: HttpRequest) -> bool | None:
    try:
        line.send(sent)
    except TransportError as error:
        return error.sent
    return True


def _expect_own_answers(bench: Bench, script: Callable[[Peer, threading.Event], None]) -> None:
    spoken = threading.Event()
    server = bench.serve(lambda peer: script(peer, spoken))
    line = bench.line(server, connections=1)
    for target in ("/first", "/second", "/third"):
        body = _answer_or_none(line, request(target))
        expect(body in (target.encode(), None), f"{target} got {body!r}")
        spoken.wait(_SOON)  # In vain, where the connection was not kept.
        spoken.clear()
        server.ended.wait(_SOON / 10)  # What nobody asked for has to come through the network.


def _answer_or_none(line: Line, sent: HttpRequest) -> bytes | None:
    try:
        return line.send(sent).body
    except TransportError:
        return None


def _sent_by_a_child(line: Line, sent: HttpRequest) -> str:
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=send_and_tell, args=(line, sent, there))
    with here, there, warnings.catch_warnings():
        # Other threads of the parent are idle or ours: no lock of theirs is needed by the child.
        warnings.simplefilter("ignore", DeprecationWarning)
        child.start()
        told = here.recv() if here.poll(_PATIENCE) else "no answer"
    child.join(_PATIENCE)
    return str(told)


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


def _answer_twice_at_once(peer: Peer, spoken: threading.Event) -> None:
    while (got := peer.receive()) is not None:
        peer.write(echo(got) + reply(b"unasked"))
        spoken.set()


def _answer_and_speak_again(peer: Peer, spoken: threading.Event) -> None:
    while (got := peer.receive()) is not None:
        peer.write(echo(got))
        peer.hold(_SOON / 20)
        peer.write(reply(b"unasked"))
        spoken.set()


def _answer_unless_held(peer: Peer) -> None:
    while (got := peer.receive()) is not None:
        if got.target != "/held":
            peer.write(echo(got))


SHARING = (
    connections_are_kept,
    a_request_is_sent_at_most_once,
    a_dead_connection_is_replaced_before_sending,
    a_late_reply_is_never_taken_for_another,
    an_unasked_reply_is_never_taken_for_another,
    what_follows_a_reply_is_never_taken_for_another,
    an_interrupt_leaves_the_transport_usable,
    everyone_gets_the_own_answer,
    a_child_process_has_its_own_connections,
    closing_twice_is_fine,
    sending_after_closing_is_an_error,
)
