"""Establishing a connection: the gate, the clock, bugs, interrupts and closing."""

from typing import Any

import pytest

from orderlists import (
    RateLimited,
    TransportError,
)
from orderlists._connections.connection import Connection
from orderlists._connections.establish import not_connected_in_time
from orderlists._operations.user_data_stream import LogOn
from toy_client import ToyClient
from toy_protocol import ToyProtocol

NO_ROUTE = TransportError("no route", sent=False)


# The gate.


def test_a_closed_gate_blocks_every_step_and_does_not_feed_the_backoff() -> None:
    client = ToyClient(ToyProtocol(logs_on=True))
    limited = RateLimited(code=None, message="", status=429, retry_after=60.0)
    client.gate.close(limited, client.now)
    with pytest.raises(RateLimited):
        client.establish()

    assert client.log == []
    assert client.pause == 0


def test_a_gate_that_closes_after_the_handshake_blocks_the_log_on() -> None:
    client = ToyClient(ToyProtocol(logs_on=True))

    def limit_first(connection: Connection, in_flight: Any) -> None:
        client.receive(connection, "reply unknown 429 60", f"reply {in_flight.key} 408 stale")

    client.answers["LogOn"] = [limit_first]
    with pytest.raises(RateLimited):
        client.establish()
    assert client.log == ["connect", "LogOn"]


def test_a_log_on_blocked_by_the_gate_does_not_feed_the_backoff() -> None:
    client = ToyClient(ToyProtocol(logs_on=True))
    limited = RateLimited(code=None, message="", status=429, retry_after=60.0)
    connecting = client.manager.connection_made

    def close_the_gate(handle: object, now: int) -> Connection:
        client.gate.close(limited, client.now)
        return connecting(handle, now)

    client.manager.connection_made = close_the_gate  # type: ignore[method-assign]
    with pytest.raises(RateLimited):
        client.establish()

    assert client.log == ["connect"]
    assert client.pause == 0
    assert len(client.manager.take_idle(client.passed)) == 1
    assert client.pause == 0


def test_a_quiet_connection_is_not_declared_dead_by_a_closed_gate() -> None:
    client = ToyClient()
    connection = client.establish()
    client.pass_time(31)
    limited = RateLimited(code=None, message="", status=429, retry_after=60.0)
    client.gate.close(limited, client.now)
    with pytest.raises(RateLimited):
        client.establish()

    assert client.manager.current is connection


# The clock.


def test_a_refused_timestamp_resyncs_the_clock_once() -> None:
    client = ToyClient(ToyProtocol(logs_on=True))
    client.answers["LogOn"] = [(408, "stale")]
    client.establish()

    assert client.log == ["connect", "LogOn", *["GetServerTime"] * 3, "LogOn"]
    assert client.clock.is_measured


def test_a_timestamp_that_is_refused_again_ends_the_connection() -> None:
    client = ToyClient(ToyProtocol(logs_on=True))
    client.answers["LogOn"] = [(408, "stale"), (408, "stale")]
    with pytest.raises(TransportError, match="HTTP 408") as caught:
        client.establish()

    assert caught.value.sent is False
    assert client.log.count("LogOn") == 2
    assert client.pause == 0.1


@pytest.mark.parametrize("answer", [(500, "x"), (600, "x"), None], ids=str)
def test_a_failed_clock_sync_ends_the_connection(answer: Any) -> None:
    client = ToyClient(ToyProtocol(logs_on=True))
    client.answers = {"LogOn": [(408, "stale")], "GetServerTime": [answer] * 3}
    with pytest.raises(TransportError, match="HTTP 408"):
        client.establish()

    assert client.log.count("LogOn") == 1


def test_one_sample_is_enough_for_a_clock_sync() -> None:
    client = ToyClient(ToyProtocol(logs_on=True))
    client.answers = {"LogOn": [(408, "stale")], "GetServerTime": [(500, "x"), (500, "x")]}
    client.establish()

    assert client.clock.is_measured


# Bugs, interrupts and closing.


def test_a_bug_while_connecting_is_raised_unchanged() -> None:
    client = ToyClient()
    client.connect_errors = [OSError("no such thing")]

    with pytest.raises(OSError, match="no such thing"):
        client.establish()


def test_a_parser_bug_while_logging_on_is_raised_unchanged() -> None:
    client = ToyClient(ToyProtocol(logs_on=True))
    client.answers["LogOn"] = [client.answer_by_garbage]

    with pytest.raises(KeyError, match="nonsense"):
        client.establish()
    assert client.manager.connections() == []
    assert client.pause == 0.1


def test_a_bug_while_the_log_on_is_encoded_passes_and_leaves_a_connection_to_close() -> None:
    client = ToyClient(ToyProtocol(logs_on=True, unencodable=(LogOn,)))

    with pytest.raises(KeyError, match="LogOn"):
        client.establish()
    assert client.manager.opening is None
    assert len(client.manager.take_idle(client.passed)) == 1


def test_an_interrupt_while_logging_on_leaves_a_connection_to_close() -> None:
    client = ToyClient(ToyProtocol(logs_on=True))

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    client.answers["LogOn"] = [interrupt]
    with pytest.raises(KeyboardInterrupt):
        client.establish()

    assert client.manager.opening is None
    assert len(client.manager.draining) == 1


def test_an_unreported_bug_is_raised_before_anything_is_sent() -> None:
    client = ToyClient()
    client.receive(client.establish(), "nonsense")
    client.log.clear()

    with pytest.raises(KeyError, match="nonsense"):
        client.establish()
    assert client.log == []
    client.establish()


def test_a_closed_client_opens_no_connection() -> None:
    client = ToyClient()
    client.manager.close(0)

    with pytest.raises(TransportError, match="closed"):
        client.establish()
    assert client.log == []


def test_a_client_that_is_closed_while_it_waits_opens_no_connection() -> None:
    client = ToyClient()
    client.connect_errors = [NO_ROUTE]
    with pytest.raises(TransportError):
        client.establish()
    passing = client.pass_time

    def close(seconds: float) -> None:
        client.manager.is_closed = True
        passing(seconds)

    client.pass_time = close  # type: ignore[method-assign]
    with pytest.raises(TransportError, match="closed"):
        client.establish()
    assert client.log == ["connect", 0.1]


def test_a_client_that_is_closed_while_it_connects_leaves_a_connection_to_close() -> None:
    client = ToyClient(ToyProtocol(logs_on=True))
    connecting = client.manager.connection_made

    def close_meanwhile(handle: object, now: int) -> Connection:
        client.manager.close(now)
        return connecting(handle, now)

    client.manager.connection_made = close_meanwhile  # type: ignore[method-assign]
    with pytest.raises(TransportError, match="closed"):
        client.establish()

    assert client.log == ["connect"]
    assert len(client.manager.take_idle(client.passed)) == 1


def test_a_deadline_before_the_connection_is_established_has_sent_false() -> None:
    error = not_connected_in_time()

    assert error.sent is False
    assert "in time" in str(error)
