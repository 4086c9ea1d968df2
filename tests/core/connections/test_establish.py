"""Establishing a connection: connect, log on, and back off."""

from typing import Any

import pytest

from orderlists import (
    Banned,
    HandshakeRefused,
    OrderListsError,
    RateLimited,
    Rejected,
    TransportError,
    Unauthorized,
)
from orderlists._connections.connection import Connection
from orderlists.extending import HttpResponse
from toy_client import SECOND, ToyClient
from toy_protocol import ToyProtocol

NO_ROUTE = TransportError("no route", sent=False)


# The current connection, or a new one.


def test_the_current_connection_is_returned_without_a_request() -> None:
    client = ToyClient()
    connection = client.establish()

    assert client.establish() is connection
    assert client.log == ["connect"]


def test_a_log_on_is_sent_first() -> None:
    client = ToyClient(ToyProtocol(logs_on=True))
    queue = client.manager.events.open_queue(9)
    connection: Any = client.establish()

    assert client.log == ["connect", "LogOn", "SubscribeSigned"]
    assert connection.is_logged_on
    assert connection.session.is_logged_on
    assert connection.subscription == "fine"
    assert client.manager.current is connection
    assert queue.take() is None


def test_no_subscribe_is_sent_without_subscribers() -> None:
    client = ToyClient()
    client.establish()

    assert client.log == ["connect"]


def test_a_quiet_connection_is_probed_by_a_keepalive_before_it_is_used() -> None:
    client = ToyClient()
    connection = client.establish()
    client.pass_time(31)

    assert client.establish() is connection
    assert client.log == ["connect", "Ping"]
    assert client.establish() is connection
    assert client.log == ["connect", "Ping"]


@pytest.mark.parametrize("answer", [(500, "overloaded"), (600, "nonsense"), (400, "no")], ids=str)
def test_any_reply_to_a_keepalive_shows_that_the_connection_is_alive(answer: Any) -> None:
    client = ToyClient()
    connection = client.establish()
    client.pass_time(31)
    client.answers["Ping"] = [answer]

    assert client.establish() is connection


@pytest.mark.parametrize("answer", ["nothing", "lost"])
def test_a_keepalive_timeout_on_a_quiet_connection_causes_a_reconnect(answer: str) -> None:
    client = ToyClient()
    old = client.establish()
    client.pass_time(31)
    client.answers["Ping"] = [None if answer == "nothing" else client.answer_by_disconnect]
    new = client.establish()

    assert new is not old
    assert client.log == ["connect", "Ping", "connect"]
    # A keepalive times out after 5 seconds.
    assert client.passed == (36 if answer == "nothing" else 31) * SECOND


def test_a_quiet_connection_is_used_where_the_protocol_has_no_keepalive() -> None:
    client = ToyClient(ToyProtocol(pings=False))
    connection = client.establish()
    client.pass_time(3600)

    assert client.establish() is connection
    assert client.log == ["connect"]


def test_a_connection_near_its_expiry_is_reconnected_without_a_keepalive() -> None:
    client = ToyClient()
    old = client.establish()
    client.pass_time(24 * 3600)

    assert client.establish() is not old
    assert client.log == ["connect", "connect"]
    assert client.manager.draining == [old]


# The back-off.


def test_failed_connects_are_retried_with_backoff() -> None:
    client = ToyClient()
    for _ in range(4):
        client.connect_errors = [NO_ROUTE]
        with pytest.raises(TransportError, match=r"^nothing was sent: no route$"):
            client.establish()
    client.establish()

    assert client.log == ["connect", 0.1, "connect", 0.2, "connect", 0.4, "connect", 0.8, "connect"]


def test_a_backoff_beyond_the_deadline_is_raised_at_once() -> None:
    client = ToyClient()
    client.connect_errors = [TransportError("no connection to wss://example:443", sent=False)]
    with pytest.raises(TransportError):
        client.establish()

    with pytest.raises(TransportError) as caught:
        client.establish(seconds=0.1)
    text = "nothing was sent: no connection to wss://example:443; next attempt in 0.1 s"
    assert str(caught.value) == text
    assert caught.value.sent is False
    assert client.log == ["connect"]


HANDSHAKES = [(429, "60", RateLimited), (418, "60", Banned), (401, "no", Unauthorized)]


@pytest.mark.parametrize(("status", "text", "kind"), HANDSHAKES)
def test_a_refused_handshake_is_raised_and_feeds_the_backoff(
    status: int, text: str, kind: type[Rejected]
) -> None:
    client = ToyClient()
    client.connect_errors = [HandshakeRefused(HttpResponse(status, (), text.encode()))]

    with pytest.raises(kind):
        client.establish()
    assert client.pause == 0.1


@pytest.mark.parametrize("status", [500, 600])
def test_a_handshake_refused_by_another_host_is_raised_unchanged(
    status: int,
) -> None:
    client = ToyClient()
    refused = HandshakeRefused(HttpResponse(status, ()))
    client.connect_errors = [refused]

    with pytest.raises(HandshakeRefused) as caught:
        client.establish()
    assert caught.value is refused
    assert client.pause == 0.1


@pytest.mark.parametrize("status", [429, 418])
def test_a_429_or_418_instead_of_a_connection_closes_the_gate(status: int) -> None:
    client = ToyClient()
    client.connect_errors = [HandshakeRefused(HttpResponse(status, (), b"60"))]
    with pytest.raises((RateLimited, Banned)):
        client.establish()
    client.pass_time(59)
    with pytest.raises((RateLimited, Banned)) as caught:
        client.establish()

    assert getattr(caught.value, "retry_after", None) == 1
    assert client.log == ["connect"]
    client.pass_time(1)
    client.establish()
    assert client.log == ["connect", "connect"]


# Replies to a log-on, and what is raised
LOG_ONS: list[tuple[Any, type[OrderListsError], str]] = [
    ((500, "x"), TransportError, "HTTP 500"),
    ((600, "x"), TransportError, "HTTP 600"),
    ((401, "x"), Unauthorized, "HTTP 401"),
    ((429, "0"), RateLimited, "HTTP 429"),
    (None, TransportError, "no reply arrived in time"),
    ("lost", TransportError, "no reply: reset"),
]


@pytest.mark.parametrize(("answer", "kind", "text"), LOG_ONS, ids=str)
def test_a_log_on_that_fails_ends_the_connection_and_feeds_the_backoff(
    answer: Any, kind: type[OrderListsError], text: str
) -> None:
    client = ToyClient(ToyProtocol(logs_on=True))
    client.answers["LogOn"] = [client.answer_by_disconnect if answer == "lost" else answer]
    with pytest.raises(kind, match=text) as caught:
        client.establish()

    assert getattr(caught.value, "sent", False) is False
    assert client.pause == 0.1
    client.pass_time(10)
    idle = client.manager.take_idle(client.passed)
    assert len(idle) == (0 if answer == "lost" else 1)
    assert client.manager.connections() == []
    client.connect_errors = [NO_ROUTE]
    with pytest.raises(TransportError):
        client.establish()
    assert client.pause == 0.2


def test_log_ons_refused_with_500_are_retried_with_backoff() -> None:
    client = ToyClient(ToyProtocol(logs_on=True))
    client.answers["LogOn"] = [(500, "x")] * 3
    for _ in range(3):
        with pytest.raises(TransportError):
            client.establish()
    client.establish()

    assert [each for each in client.log if isinstance(each, float)] == [0.1, 0.2, 0.4]


def test_log_on_timeouts_are_retried_with_backoff() -> None:
    client = ToyClient(ToyProtocol(logs_on=True))
    client.answers["LogOn"] = [None] * 3
    for _ in range(3):
        with pytest.raises(TransportError):
            client.establish()
        client.manager.take_idle(client.passed)
    client.establish()

    # Each took 10 seconds, the age at which a connection would reset the back-off.
    assert [each for each in client.log if isinstance(each, float)] == [0.1, 0.2, 0.4]


def test_a_connection_that_drains_while_it_is_opened_is_not_used() -> None:
    client = ToyClient(ToyProtocol(logs_on=True))

    def announce(connection: Connection, in_flight: Any) -> None:
        client.receive(connection, "closing soon", f"reply {in_flight.key} 200 fine")

    client.answers["LogOn"] = [announce]
    with pytest.raises(TransportError, match="ended while it was opened") as caught:
        client.establish()

    assert caught.value.sent is False
    assert client.pause == 0.1
