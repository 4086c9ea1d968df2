"""Keepalives: when they are sent, and when a connection is dead."""

import pytest

from orderlists import RateLimited, TransportError
from orderlists._connections.connection import Connection
from orderlists._connections.keepalive import keepalive
from orderlists._operations.user_data_stream import Ping
from toy_client import SECOND, ToyClient
from toy_protocol import ToyProtocol


def tick(client: ToyClient, connection: Connection) -> list[str]:
    return [
        data.decode().split()[-1] if isinstance(data, bytes) else data
        for data in keepalive(client.manager, connection, client.now)
    ]


def test_a_keepalive_is_sent_after_30_quiet_seconds_and_only_once() -> None:
    client = ToyClient()
    connection = client.connect()
    client.pass_time(29.9)
    assert tick(client, connection) == []
    client.pass_time(0.1)
    assert tick(client, connection) == ["Ping"]

    assert tick(client, connection) == []
    assert connection.time_to_keepalive(client.passed) == 10 * SECOND


def test_a_keepalive_leaves_nothing_in_flight() -> None:
    client = ToyClient()
    connection = client.connect()
    client.pass_time(30)
    tick(client, connection)

    assert connection.in_flight == {}
    assert connection.is_idle(client.passed)


def test_any_received_frame_satisfies_a_keepalive() -> None:
    client = ToyClient()
    connection = client.connect()
    client.pass_time(30)
    tick(client, connection)
    client.pass_time(9)
    client.receive(connection, "event fill")
    client.pass_time(29)

    assert tick(client, connection) == []
    assert connection.closed_by is None


def test_a_keepalive_timeout_ends_the_connection() -> None:
    client = ToyClient()
    connection = client.connect()
    in_flight = client.send(connection)
    client.pass_time(30)
    tick(client, connection)
    client.pass_time(10)
    assert tick(client, connection) == []

    with pytest.raises(TransportError, match="keepalive timeout") as caught:
        in_flight.result()
    assert caught.value.sent is None
    assert tick(client, connection) == []


def test_no_keepalive_is_sent_while_the_gate_is_closed_and_the_connection_is_not_dead() -> None:
    client = ToyClient()
    connection = client.connect()
    refusal = RateLimited(code=None, message="", status=429, retry_after=100.0)
    client.gate.close(refusal, client.now)
    for _ in range(9):
        client.pass_time(11)
        assert tick(client, connection) == []
    assert connection.closed_by is None
    assert 0 < connection.time_to_keepalive(client.passed) <= SECOND + 1
    client.pass_time(1.1)

    assert tick(client, connection) == ["Ping"]


def test_a_429_in_answer_to_a_keepalive_closes_the_gate() -> None:
    client = ToyClient()
    connection = client.connect()
    client.pass_time(30)
    tick(client, connection)
    client.receive(connection, "reply r1 429 60")
    client.pass_time(30)

    assert tick(client, connection) == []
    with pytest.raises(RateLimited):
        client.gate.admit(Ping.operation, client.now)


def test_a_protocol_whose_transport_keeps_connections_alive_sends_no_keepalive() -> None:
    client = ToyClient(ToyProtocol(pings=False))
    connection = client.connect()
    for _ in range(5):
        client.pass_time(60)
        assert tick(client, connection) == []
        assert connection.time_to_keepalive(client.passed) == 30 * SECOND

    assert connection.closed_by is None


def test_a_bug_while_a_keepalive_is_encoded_ends_the_connection_unchanged() -> None:
    client = ToyClient(ToyProtocol(unencodable=(Ping,)))
    connection = client.connect()
    in_flight = client.send(connection)
    client.pass_time(30)
    assert tick(client, connection) == []

    with pytest.raises(KeyError, match="Ping"):
        in_flight.result()
