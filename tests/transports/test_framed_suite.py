"""The part of the conformance suite about frames, as a stranger uses it."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any
from unittest import SkipTest

import pytest

from orderlists_transports.aiohttp_websocket import AiohttpWebSocketTransport
from orderlists_transports.conformance import (
    CLAUSES,
    FRAMED_CLAUSES,
    FramedClause,
    FramedSetup,
    _framed_suite,
    check_async_framed_transport,
    check_framed_transport,
)
from orderlists_transports.conformance._framed_bench import keep_sending
from orderlists_transports.conformance._framed_line import SyncHeld
from orderlists_transports.conformance._server import Server
from orderlists_transports.conformance._talk import echo, talking
from orderlists_transports.websockets import WebsocketsTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderlists.extending import Frame

SOME = ("an_untrusted_server_is_not_talked_to", "frames_may_come_with_the_handshake")


class Canned:
    """Takes and gives anything, without any network."""

    def __init__(self) -> None:
        self.sent = 0

    def send(self, _frame: str, /, *, timeout: float) -> None:
        assert timeout > 0
        self.sent += 1

    def receive(self, *, timeout: float | None) -> Frame | None:
        assert timeout
        return "{}"

    def close(self) -> None:
        pass


def named(name: str) -> FramedClause:
    return next(clause for clause in FRAMED_CLAUSES if clause.name == name)


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Run a few clauses only; what the factories are asked for."""
    monkeypatch.setattr(_framed_suite, "FRAMED_CLAUSES", tuple(map(named, SOME)))
    asked: list[str] = []
    yield asked
    assert [origin.partition("://")[0] for origin in asked] == ["ws"]


def test_a_transport_is_checked_against_all_clauses(checked: list[str]) -> None:
    def factory(setup: FramedSetup) -> WebsocketsTransport:
        checked.append(setup.origin)
        return WebsocketsTransport(setup.origin, max_frame_size=setup.max_frame_size)

    check_framed_transport(factory)


def test_an_asynchronous_transport_is_checked_alike(checked: list[str]) -> None:
    def factory(setup: FramedSetup) -> AiohttpWebSocketTransport:
        checked.append(setup.origin)
        return AiohttpWebSocketTransport(setup.origin, max_frame_size=setup.max_frame_size)

    check_async_framed_transport(factory)


def test_a_clause_has_a_name_and_a_promise() -> None:
    clause = named("redirects_are_refusals")
    assert str(clause) == "redirects_are_refusals"
    assert clause.promise == "A redirect is a HandshakeRefused, and is not followed."
    names = {str(each) for each in (*CLAUSES, *FRAMED_CLAUSES)}
    assert len(names) == len(CLAUSES) + len(FRAMED_CLAUSES)


def test_any_error_of_a_transport_is_a_broken_clause() -> None:
    def factory(_setup: FramedSetup) -> Any:
        raise RuntimeError("no such library")

    for check in (SOME[1], "redirects_are_refusals"):
        with pytest.raises(AssertionError, match=rf"^{check}: .*no such library"):
            named(check).check(factory)
        with pytest.raises(AssertionError, match=rf"^{check}: .*no such library"):
            named(check).check_async(factory)


def test_ctrl_c_is_left_out_off_the_main_thread() -> None:
    with ThreadPoolExecutor(1) as elsewhere, pytest.raises(SkipTest):
        elsewhere.submit(SyncHeld(Canned(), elsewhere).interrupt, lambda: None).result()


def test_a_server_bears_whoever_says_nothing() -> None:
    with closing(Server(talking(echo), None)) as server:
        socket.create_connection(("127.0.0.1", int(server.origin.rpartition(":")[2]))).close()
        assert server.has_closed(1)
        assert server.received == []


def test_a_connection_that_never_ends_is_not_sent_to_for_ever() -> None:
    canned = Canned()
    with ThreadPoolExecutor(1) as threads:
        keep_sending(SyncHeld(canned, threads))
    assert canned.sent == 1000
