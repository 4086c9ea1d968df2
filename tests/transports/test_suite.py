"""The conformance suite as it is called: reports, single clauses, hangs, pytest and unittest."""

from __future__ import annotations

import io
import multiprocessing
import select
import signal
import socket
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import SkipTest

import pytest

from orderlists import TransportError
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_transports.conformance import (
    FRAMED_CLAUSES,
    HTTP_CLAUSES,
    FramedSetup,
    Setup,
    Verdict,
    check_framed,
    check_http,
    clause,
)
from orderlists_transports.conformance._servers.http import Peer, Server
from orderlists_transports.conformance._servers.saturated import SaturatedListener
from orderlists_transports.conformance._servers.websocket import echo, serving
from orderlists_transports.conformance.adapter import ConnectionAdapter, HttpAdapter
from orderlists_transports.conformance.callers import BlockingCaller, CoroutineCaller
from orderlists_transports.conformance.framed._exchange import send_until_failure
from orderlists_transports.conformance.http.concurrency import send_and_report
from orderlists_transports.conformance.supervisor import Supervisor
from orderlists_transports.urllib3 import Urllib3Transport
from orderlists_transports.websockets import WebsocketsTransport

REQUEST = HttpRequest("GET", "/", ())
HTTP = {each.name: each for each in HTTP_CLAUSES}
METHOD = "the_method_arrives_unchanged"
CERTIFICATE = "an_untrusted_certificate_means_not_sent"


class Canned:
    """Returns one response, or raises one error, without any network."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.frames = 0

    def send(self, message: Any, /, *, timeout: float) -> HttpResponse:
        assert timeout > 0
        self.frames += isinstance(message, str)
        if self.error is not None:
            raise self.error
        return HttpResponse(200, (), b"hello")

    async def asend(self, message: Any, /, *, timeout: float) -> HttpResponse:  # noqa: ASYNC109 - the contract's
        return self.send(message, timeout=timeout)

    def close(self) -> None:
        pass

    async def aclose(self) -> None:
        pass


class Deadlocked(Canned):
    """Waits for a lock that is never released."""

    def send(self, message: Any, /, *, timeout: float) -> HttpResponse:
        threading.Event().wait()
        raise AssertionError(message, timeout)


class WaitsForTheServer(Canned):
    """Reads from a server that sends nothing, without a timeout."""

    ended = threading.Event()

    def __init__(self, setup: Setup) -> None:
        super().__init__()
        self.address = setup.origin.rpartition("/")[2].split(":")

    def send(self, message: Any, /, *, timeout: float) -> HttpResponse:
        with socket.create_connection((self.address[0], int(self.address[1]))) as sock:
            sock.recv(1)
        self.ended.set()
        return super().send(message, timeout=timeout)


def over_urllib3(setup: Setup) -> Urllib3Transport:
    return Urllib3Transport(setup.origin)


def canned(_setup: Setup) -> Canned:
    return Canned()


def no_library(_setup: object) -> Any:
    raise RuntimeError("no such library")


def test_a_report_holds_every_clause_over_plain_and_tls() -> None:
    report = check_http(canned, without=["connections_are_kept_alive"], only=list(HTTP)[:5])
    assert {(each.name, each.tls) for each in report.results} == {
        (name, tls) for name in list(HTTP)[:5] for tls in (False, True)
    }
    assert {each.verdict for each in report.results} == {Verdict.BROKEN}
    assert str(report) == "0 passed, 10 broken, 0 skipped"


def test_a_report_raises_with_every_broken_clause() -> None:
    report = check_http(canned, only=[METHOD, "connections_are_kept_alive"], tls=False)
    with pytest.raises(AssertionError) as caught:
        report.raise_if_broken()
    lines = str(caught.value).splitlines()
    assert lines[0].startswith(f"broken [plain] {METHOD}: The method arrives as it was given. But")
    assert lines[1].startswith("broken [plain] connections_are_kept_alive: ")
    assert lines[2] == "0 passed, 2 broken, 2 skipped"


def test_a_report_without_a_broken_clause_raises_nothing() -> None:
    report = check_http(over_urllib3, only=[METHOD], tls=False)
    report.raise_if_broken()
    assert [str(each) for each in report.passed] == [f"passed [plain] {METHOD}"]


def test_what_is_skipped_is_reported_with_its_reason() -> None:
    left_out = "no_header_is_added"
    report = check_http(canned, only=[left_out, CERTIFICATE], without=[left_out], tls=False)
    assert [str(each) for each in report.skipped] == [
        f"skipped [plain] {left_out}: left out: {HTTP[left_out].optional}",
        f"skipped [tls] {left_out}: left out: {HTTP[left_out].optional}",
        f"skipped [tls] {CERTIFICATE}: TLS is left out",
    ]


def test_a_clause_that_cannot_be_checked_here_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    report = check_http(canned, only=["a_child_process_has_its_own_connections"], tls=False)
    assert next(each.reason for each in report.skipped) == "this system does not fork"


def test_a_framed_transport_is_checked_alike() -> None:
    def factory(setup: FramedSetup) -> WebsocketsTransport:
        return WebsocketsTransport(setup.origin, max_frame_size=setup.max_frame_size)

    report = check_framed(factory, only=["frames_may_follow_the_handshake_at_once"], tls=False)
    assert [each.verdict for each in report.results] == [Verdict.PASSED, Verdict.SKIPPED]


@pytest.mark.parametrize("is_async", [False, True])
def test_any_error_of_a_factory_breaks_the_clause(*, is_async: bool) -> None:
    with pytest.raises(AssertionError, match=rf"^{METHOD}: .*no such library"):
        HTTP[METHOD].check(no_library, is_async=is_async)


def test_only_an_optional_clause_can_be_left_out() -> None:
    with pytest.raises(ValueError, match=r"^without: 'no_secret_leaks' is not .* optional clause$"):
        check_http(canned, without=["no_secret_leaks"])


@pytest.mark.parametrize("check", [check_http, check_framed])
def test_an_unknown_clause_is_refused(check: Any) -> None:
    with pytest.raises(ValueError, match=r"^only: 'cookies' is not the name of a clause$"):
        check(canned, only=["cookies"])


def test_names_of_clauses_are_a_list() -> None:
    with pytest.raises(ValueError, match=r"^without='x': must be a list of names, not one text$"):
        check_http(canned, without="x")


def test_a_clause_has_a_name_a_sentence_and_perhaps_a_reason() -> None:
    kept = HTTP["connections_are_kept_alive"]
    assert str(kept) == "connections_are_kept_alive"
    assert kept.sentence == "One request after the other uses the same connection."
    assert kept.optional == "some libraries open a connection for each request"
    for clauses in (HTTP_CLAUSES, FRAMED_CLAUSES):
        assert len({each.name for each in clauses}) == len(clauses)
        assert all(each.sentence.endswith(".") for each in clauses)


def test_a_clause_about_tls_is_skipped_over_plain_http() -> None:
    with pytest.raises(SkipTest, match="TLS"):
        HTTP[CERTIFICATE].check(canned)


def test_unittest_runs_clauses_as_subtests() -> None:
    class Conformance(unittest.TestCase):
        def test_clauses(self) -> None:
            for name in (METHOD, CERTIFICATE, "no_header_is_added"):
                with self.subTest(clause=name):
                    HTTP[name].check(over_urllib3)

    result = unittest.TextTestRunner(stream=io.StringIO()).run(Conformance("test_clauses"))
    assert result.wasSuccessful()
    assert [reason for _, reason in result.skipped] == ["it concerns TLS alone"]


def test_a_deadlocked_transport_breaks_the_clause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clause, "TIME_LIMIT", 0.1)
    with pytest.raises(AssertionError, match=r"it has not ended after 0\.1 s$"):
        HTTP[METHOD].check(lambda _: Deadlocked())


def test_a_thread_that_waits_for_a_server_ends_with_the_clause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clause, "TIME_LIMIT", 0.1)
    with pytest.raises(AssertionError, match="it has not ended"):
        HTTP[METHOD].check(WaitsForTheServer)
    assert WaitsForTheServer.ended.wait(5)


def test_a_transport_that_reports_a_cut_off_tls_stream_keeps_the_clause() -> None:
    error = TransportError("the stream is cut off", sent=None)
    HTTP["a_tls_stream_is_cut_off"].check(lambda _: Canned(error), tls=True)


def test_an_interrupt_is_skipped_off_the_main_thread() -> None:
    supervisor = Supervisor()
    caller = BlockingCaller(supervisor)

    def run() -> object:
        return supervisor.run(
            lambda: caller.interrupt(lambda: None, Canned().send, REQUEST, timeout=1), seconds=5
        )

    with ThreadPoolExecutor(1) as elsewhere, pytest.raises(SkipTest, match="main thread"):
        elsewhere.submit(run).result()


def test_an_interrupt_is_skipped_without_pthread_kill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "pthread_kill")
    with pytest.raises(SkipTest, match="signal"):
        BlockingCaller(Supervisor()).interrupt(lambda: None, Canned().send, REQUEST, timeout=1)


@pytest.mark.parametrize("error", [None, TransportError("lost", sent=None)])
def test_an_interrupt_that_does_not_pass_is_seen(error: TransportError | None) -> None:
    supervisor, over = Supervisor(), threading.Event()

    def wait() -> None:
        over.wait(5)

    blocking, coroutine = BlockingCaller(supervisor), CoroutineCaller()
    found = supervisor.run(
        lambda: blocking.interrupt(wait, Canned(error).send, REQUEST, timeout=1), seconds=5
    )
    over.set()
    assert not found.passed
    assert not coroutine.interrupt(wait, Canned(error).asend, REQUEST, timeout=1).passed
    coroutine.dispose()


def test_an_interrupt_is_sent_again_where_it_was_swallowed() -> None:
    begun = threading.Event()

    class Swallowing(Canned):
        def send(self, message: Any, /, *, timeout: float) -> HttpResponse:
            try:
                begun.set()
                time.sleep(5)
            except KeyboardInterrupt:
                time.sleep(5)
            return super().send(message, timeout=timeout)

    supervisor = Supervisor()
    caller = BlockingCaller(supervisor)
    found = supervisor.run(
        lambda: caller.interrupt(begun.wait, Swallowing().send, REQUEST, timeout=1), seconds=5
    )
    assert found.passed
    assert found.seconds > 0.3


@pytest.mark.parametrize(
    ("error", "reported"), [(None, "hello"), (TransportError("lost", sent=None), "lost")]
)
def test_a_child_process_reports_what_came_back(
    error: TransportError | None, reported: str
) -> None:
    coroutine = CoroutineCaller()
    for caller in (BlockingCaller(Supervisor()), coroutine):
        here, there = multiprocessing.Pipe(duplex=False)
        with here, there:
            send_and_report(HttpAdapter(caller, Canned(error)), REQUEST, there)
            assert reported in here.recv()
    coroutine.dispose()


def test_a_server_that_runs_late_breaks_no_clause(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = Peer.hold

    def late(peer: Peer, seconds: float) -> bool:
        return usual(peer, seconds + 0.1)

    monkeypatch.setattr(Peer, "hold", late)
    HTTP["an_unsolicited_reply_is_discarded"].check(over_urllib3)


def test_a_transport_may_fail_rather_than_take_an_unsolicited_reply() -> None:
    class Wary(Urllib3Transport):
        def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
            if request.target == "/second":
                raise TransportError("something has arrived already", sent=False)
            return super().send(request, timeout=timeout)

    HTTP["an_unsolicited_reply_is_discarded"].check(lambda setup: Wary(setup.origin))


def test_a_server_endures_a_client_that_sends_nothing() -> None:
    with closing(Server(serving(echo), None)) as server:
        socket.create_connection(("127.0.0.1", int(server.host.rpartition(":")[2]))).close()
        assert server.has_closed(1)
        assert server.received == []


def test_a_server_endures_a_frame_of_an_absurd_size() -> None:
    with closing(Server(serving(echo), None)) as server:
        host, port = server.host.split(":")
        with socket.create_connection((host, int(port))) as sock:
            sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert server.has_received(1)
            sock.sendall(b"\x81\xff" + b"\xff" * 12)
            assert server.has_closed(1)


def test_a_system_that_leaves_no_connection_unanswered_is_skipped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def all_ready(*sockets: Any) -> Any:
        return sockets[:3]

    monkeypatch.setattr(select, "select", all_ready)
    with pytest.raises(SkipTest, match="unanswered"):
        SaturatedListener()


def test_a_connection_that_never_ends_is_not_sent_to_forever() -> None:
    subject = Canned()
    send_until_failure(ConnectionAdapter(BlockingCaller(Supervisor()), subject))
    assert subject.frames == 1000


def test_the_certificate_of_the_suite_is_a_file() -> None:
    paths: list[str | None] = []

    def factory(setup: Setup) -> Canned:
        paths.append(setup.ca_file)
        return Canned()

    check_http(factory, only=[METHOD])
    assert paths[0] is None
    assert Path(str(paths[-1])).is_file()
