"""The conformance suite as a stranger uses it."""

from __future__ import annotations

import multiprocessing
import runpy
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import SkipTest

import pytest

from orderlists import TransportError
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_transports.asyncio import AsyncioTransport
from orderlists_transports.conformance import (
    CLAUSES,
    Clause,
    Setup,
    Tls,
    check_async_http_transport,
    check_http_transport,
)
from orderlists_transports.conformance._line import AsyncLine, SyncLine
from orderlists_transports.conformance._server import Peer
from orderlists_transports.conformance._sharing import send_and_tell

EXAMPLE = runpy.run_path(str(Path(__file__).parents[2] / "examples" / "custom_transport.py"))
HttpxTransport: Any = EXAMPLE["HttpxTransport"]
TRUST = ssl.create_default_context()
REQUEST = HttpRequest("GET", "/", ())
LATE = 0.1
NOT_KEPT_BY_HTTPX = {
    "a_body_that_trickles_in_ends_at_the_timeout",
    "a_child_process_has_its_own_connections",
    "headers_that_trickle_in_end_at_the_timeout",
    "no_free_connection_means_not_sent",
    "what_follows_a_reply_is_never_taken_for_another",
}


class Canned:
    """Gives one answer, or one error, without any network."""

    def __init__(self, error: TransportError | None = None) -> None:
        self.error = error

    def send(self, _request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        assert timeout > 0
        if self.error is not None:
            raise self.error
        return HttpResponse(200, (), b"hello")

    async def asend(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:  # noqa: ASYNC109 - the contract's
        return self.send(request, timeout=timeout)

    def close(self) -> None:
        pass

    async def aclose(self) -> None:
        pass


def over_httpx(setup: Setup) -> Any:
    trust = TRUST if setup.ssl_context is None else setup.ssl_context
    return HttpxTransport(setup.origin, trust, setup.max_response_size)


def over_asyncio(setup: Setup) -> AsyncioTransport:
    return AsyncioTransport(setup.origin, max_response_size=setup.max_response_size)


def named(name: str) -> Clause:
    return next(clause for clause in CLAUSES if clause.name == name)


def test_the_worked_example_keeps_what_is_not_optional(wire: Tls | None) -> None:
    check_http_transport(over_httpx, tls=wire, without=NOT_KEPT_BY_HTTPX)


def test_the_worked_example_names_the_optional_clauses_that_it_breaks() -> None:
    named_there = {clause.name for clause in CLAUSES if f"`{clause}`" in (EXAMPLE["__doc__"] or "")}
    assert named_there == NOT_KEPT_BY_HTTPX
    assert all(named(name).optional for name in NOT_KEPT_BY_HTTPX)


def test_a_transport_may_fail_rather_than_take_what_nobody_asked_for() -> None:
    class Wary(HttpxTransport):  # type: ignore[misc] # the example is run, not imported
        def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
            if request.target == "/second":
                raise TransportError("something has arrived already", sent=False)
            response: HttpResponse = super().send(request, timeout=timeout)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - as above
            return response  # pyright: ignore[reportUnknownVariableType] - as above

    named("an_unasked_reply_is_never_taken_for_another").check(
        lambda setup: Wary(setup.origin, TRUST)
    )


def test_a_server_that_gets_its_turn_late_makes_no_transport_a_liar(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usual = Peer.hold

    def late(peer: Peer, seconds: float) -> bool:
        return usual(peer, seconds + LATE)

    monkeypatch.setattr(Peer, "hold", late)
    named("an_unasked_reply_is_never_taken_for_another").check(over_httpx)


def test_an_asynchronous_transport_is_checked_alike() -> None:
    check_async_http_transport(over_asyncio, without=["no_free_connection_means_not_sent"])


def test_only_an_optional_clause_can_be_left_out() -> None:
    with pytest.raises(ValueError, match="no_secret_is_told"):
        check_http_transport(over_httpx, without=["no_secret_is_told"])


@pytest.mark.parametrize("check", [check_http_transport, check_async_http_transport])
def test_clauses_to_leave_out_are_a_list(check: Any) -> None:
    with pytest.raises(ValueError, match=r"^without='nothing_is_added': must be names in a list"):
        check(over_httpx, without="nothing_is_added")


def test_a_clause_has_a_name_a_promise_and_perhaps_a_reason() -> None:
    clause = named("connections_are_kept")
    assert str(clause) == "connections_are_kept"
    assert clause.promise == "One request after the other takes the same connection."
    assert clause.optional == "some libraries open a connection for each request"
    assert len({each.name for each in CLAUSES}) == len(CLAUSES)


def test_any_error_of_a_transport_is_a_broken_clause() -> None:
    def factory(_setup: Setup) -> Any:
        raise RuntimeError("no such library")

    with pytest.raises(AssertionError, match=r"^the_method_arrives: .*no such library"):
        named("the_method_arrives").check(factory)
    with pytest.raises(AssertionError, match=r"^the_method_arrives: .*no such library"):
        named("the_method_arrives").check_async(factory)


def test_ctrl_c_is_left_out_off_the_main_thread() -> None:
    with ThreadPoolExecutor(1) as elsewhere, pytest.raises(SkipTest):
        elsewhere.submit(SyncLine(Canned()).interrupt, REQUEST, lambda: False).result()


def test_the_fork_is_left_out_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    with pytest.raises(SkipTest):
        named("a_child_process_has_its_own_connections").check(over_httpx)


@pytest.mark.parametrize("error", [None, TransportError("lost", sent=None)])
def test_an_interrupt_that_does_not_come_through_is_seen(error: TransportError | None) -> None:
    over = threading.Event()
    over.set()
    synchronous, asynchronous = SyncLine(Canned(error)), AsyncLine(lambda: Canned(error))
    assert synchronous.interrupt(REQUEST, lambda: False) is False
    assert asynchronous.interrupt(REQUEST, over.wait) is False
    synchronous.dispose()
    asynchronous.dispose()


@pytest.mark.parametrize(
    ("error", "told"), [(None, "hello"), (TransportError("lost", sent=None), "lost")]
)
def test_a_child_process_tells_what_came_back(error: TransportError | None, told: str) -> None:
    synchronous, asynchronous = SyncLine(Canned(error)), AsyncLine(lambda: Canned(error))
    for line in (synchronous, asynchronous):
        here, there = multiprocessing.Pipe(duplex=False)
        with here, there:
            send_and_tell(line, REQUEST, there)
            assert here.recv() == told
        line.dispose()
