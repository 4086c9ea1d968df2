"""Received frames: replies, events, and their effect on the connection and the gate."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderlists import Banned, Gap, GapReason, RateLimited, TransportError
from orderlists._connections.connection import Connection
from orderlists._connections.keepalive import keepalive
from orderlists._connections.receive import frame_received
from orderlists._operations.user_data_stream import SubscribeSigned
from orderlists.extending import Request
from toy_client import LOOK, SECOND, ToyClient
from toy_protocol import ToyProtocol

GAP = Gap(reason=GapReason.CONNECTION)


def waits(client: ToyClient) -> float | None:
    """Return the seconds for which the gate is closed; None if it is open."""
    try:
        client.gate.admit(LOOK.operation, client.now)
    except (RateLimited, Banned) as refusal:
        return refusal.retry_after
    return None


# Replies.


def test_a_reply_ends_the_request_with_its_key() -> None:
    client, woken = ToyClient(), list[int]()
    connection = client.connect()
    one, other = client.send(connection), client.send(connection)
    other.wake = lambda: woken.append(1)
    client.receive(connection, f"reply {other.key} 200 fine")

    assert other.result() == (200, "fine")
    assert not one.is_done
    assert woken == [1]


def test_a_reply_of_several_parts_is_done_with_the_last_one() -> None:
    client = ToyClient()
    connection = client.connect()
    in_flight = client.send(connection)
    client.receive(connection, f"part {in_flight.key} 200 one", f"part {in_flight.key} 200 two")
    assert not in_flight.is_done
    client.receive(connection, f"reply {in_flight.key} 200 three")

    assert [part.text for part in in_flight.result()] == ["one", "two", "three"]
    assert connection.in_flight == {}


def test_a_bug_in_the_decoding_of_a_subscription_does_not_keep_its_caller_waiting() -> None:
    class Buggy(ToyProtocol):
        def decode(self, request: Request[Any], reply: Any, /) -> Any:
            del request, reply
            raise KeyError("planted")

    client = ToyClient(Buggy())
    connection = client.connect()
    in_flight = client.send(connection, SubscribeSigned(), subscribe=True)
    client.receive(connection, f"reply {in_flight.key} 200 s1")

    assert in_flight.result().text == "s1"
    assert isinstance(connection.closed_by, KeyError)


def test_a_connection_that_is_lost_between_two_reply_parts_leaves_the_request_unanswered() -> None:
    client = ToyClient()
    connection = client.connect()
    in_flight = client.send(connection)
    client.receive(connection, f"part {in_flight.key} 200 one")
    client.lose(connection)

    with pytest.raises(TransportError):
        in_flight.result()


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_a_byte_stream_may_arrive_in_chunks_of_any_size(size: int) -> None:
    client = ToyClient()
    connection = client.connect()
    both = [client.send(connection), client.send(connection)]
    stream = b"1 reply r2 200 second\n2 heartbeat 42\n3 reply r1 200 first\n"
    answers: list[Any] = []
    for start in range(0, len(stream), size):
        answers += connection_received(client, connection, stream[start : start + size])

    assert [each.result().text for each in both] == ["first", "second"]
    # The requests were lines 1 and 2.
    assert answers == [b"3 alive 42\n"]


def connection_received(client: ToyClient, connection: Connection, chunk: bytes) -> list[Any]:
    return list(frame_received(client.manager, connection, chunk, client.now))


def test_late_duplicate_and_uncorrelated_replies_change_no_outcome() -> None:
    client, woken = ToyClient(), list[int]()
    connection = client.connect()
    in_flight = client.send(connection)
    in_flight.wake = lambda: woken.append(1)
    client.receive(
        connection,
        f"reply {in_flight.key} 200 first",
        f"reply {in_flight.key} 400 second",
        "reply unknown 200 third",
    )

    assert in_flight.result().text == "first"
    assert woken == [1]
    assert client.manager.current is connection


def test_an_error_without_a_request_id_fails_every_request_in_flight() -> None:
    client = ToyClient()
    connection = client.connect()
    both = [client.send(connection), client.send(connection)]
    client.receive(connection, "reply - 500 overloaded")

    for in_flight in both:
        with pytest.raises(TransportError, match=r"without a request id .*overloaded") as caught:
            in_flight.result()
        assert caught.value.sent is None
    assert client.manager.draining == [connection]


def test_a_success_without_a_request_id_fails_every_request_in_flight() -> None:
    client = ToyClient()
    connection = client.connect()
    in_flight = client.send(connection)
    client.receive(connection, "reply - 200 fine")

    with pytest.raises(TransportError, match="a success"):
        in_flight.result()


@pytest.mark.parametrize("is_logged_on", [True, False])
def test_an_expired_log_on_drains_the_connection(*, is_logged_on: bool) -> None:
    client = ToyClient()
    connection = client.connect()
    connection.is_logged_on = is_logged_on
    in_flight = client.send(connection)
    client.receive(connection, f"reply {in_flight.key} 401 revoked")

    assert in_flight.result().text == "revoked"
    assert (client.manager.current is None) is is_logged_on


# The gate.


def late(client: ToyClient, connection: Connection) -> str:
    in_flight = client.send(connection)
    client.manager.abandon(connection, in_flight, client.passed, timed_out=False)
    return str(in_flight.key)


LATE: dict[str, Callable[[ToyClient, Connection], str]] = {
    "in time": lambda client, connection: str(client.send(connection).key),
    "late": late,
    "unknown": lambda _, __: "r99",
    "without a key": lambda _, __: "-",
}


@pytest.mark.parametrize("status", [429, 418])
@pytest.mark.parametrize("when", LATE)
def test_every_429_and_418_that_is_read_closes_the_gate(when: str, status: int) -> None:
    client = ToyClient()
    connection = client.connect()
    key = LATE[when](client, connection)
    client.receive(connection, f"reply {key} {status} 60")

    assert waits(client) == 60


def test_one_part_of_a_reply_can_close_the_gate() -> None:
    client = ToyClient()
    connection = client.connect()
    client.receive(connection, f"part {client.send(connection).key} 429 60")

    assert waits(client) == 60


@pytest.mark.parametrize("key", ["r1", "r99", "-"])
def test_the_rate_limit_usage_of_every_reply_is_recorded(key: str) -> None:
    client = ToyClient()
    connection = client.connect()
    client.send(connection)
    client.receive(connection, f"reply {key} 200 fine")

    (limit,) = (
        each
        for each in client.gate.rate_limits.read(account="k", now=client.now)
        if each.seconds == 60
    )
    assert limit.used == 7


# Bugs.


def test_a_bug_while_a_frame_is_read_ends_the_requests_in_flight_on_that_connection() -> None:
    client = ToyClient()
    connection, old = client.connect(), client.connect()
    client.manager.drain(old)
    client.manager.current = connection
    affected, other = client.send(connection), client.send(old)
    assert client.receive(connection, "heartbeat 1", "nonsense") == [b"2 alive 1\n"]

    with pytest.raises(KeyError, match="nonsense"):
        affected.result()
    assert connection.closed_by is not None
    assert client.manager.connections() == [old]
    assert not other.is_done


def test_a_bug_while_a_frame_is_read_is_raised_to_subscribers() -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    connection = client.connect()
    client.subscribe(connection)
    client.receive(connection, "event a", "nonsense")

    assert len(queue) == 2
    queue.take()
    with pytest.raises(KeyError, match="nonsense"):
        queue.take()
    client.subscribe(client.connect())
    assert queue.take() == GAP


def test_a_bug_while_a_frame_is_read_feeds_the_backoff() -> None:
    client = ToyClient()
    client.receive(client.connect(), "nonsense")

    assert client.manager.connect_backoff.pause(0) > 0


# The connection.


def test_every_frame_proves_that_the_connection_is_alive() -> None:
    client = ToyClient()
    connection = client.connect()
    client.pass_time(30)
    assert keepalive(client.manager, connection, client.now) != []
    client.pass_time(8)
    client.receive(connection, "heartbeat 1")

    assert connection.time_to_keepalive(client.passed) == 30 * SECOND
    assert client.manager.usable(68 * SECOND) is connection


# Age in seconds, and whether an announced end counts as a failure.
@pytest.mark.parametrize(("age", "counts"), [(0, True), (9.9, True), (10, False)])
@pytest.mark.parametrize("line", ["closing soon", "reply - 500 x"])
def test_draining_a_new_connection_feeds_the_backoff(
    line: str, age: float, *, counts: bool
) -> None:
    client = ToyClient()
    connection = client.connect()
    client.pass_time(age)
    client.receive(connection, line)

    assert client.manager.draining == [connection]
    assert (client.manager.connect_backoff.pause(client.passed) > 0) is counts


# Events.


def test_an_event_reaches_subscribers_and_wakes_what_waits_for_it() -> None:
    client, woken = ToyClient(), list[int]()
    queue = client.manager.events.open_queue(9)
    connection = client.connect()
    client.subscribe(connection)
    connection.watchers.append(lambda: woken.append(1))
    client.receive(connection, "event fill")

    item: Any = queue.take()
    assert item.event_type == "fill"
    assert woken == [1]


def test_an_event_without_a_subscription_is_ignored() -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    client.receive(client.connect(), "event fill")

    assert queue.take() is None


def test_an_event_behind_the_reply_to_the_subscription_is_not_missed() -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    connection = client.connect()
    in_flight = client.send(connection, SubscribeSigned(), subscribe=True)
    client.receive(connection, f"reply {in_flight.key} 200 s1", "event fill")

    assert connection.subscription == "s1"
    assert queue.take() is not None


def test_a_refused_subscription_is_not_recorded() -> None:
    client = ToyClient()
    connection = client.connect()
    in_flight = client.send(connection, SubscribeSigned(), subscribe=True)
    client.receive(connection, f"reply {in_flight.key} 400 no")

    assert connection.subscription is None
    assert in_flight.result().text == "no"


def test_a_terminated_event_stream_leaves_a_gap_and_drains_the_connection() -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    connection = client.connect()
    client.subscribe(connection)
    client.receive(connection, "silent now")

    assert client.manager.draining == [connection]
    assert client.manager.connect_backoff.pause(0) == SECOND // 10
    client.subscribe(client.connect())
    assert queue.take() == GAP


def test_a_terminated_event_stream_on_a_stable_connection_resets_the_backoff() -> None:
    client = ToyClient()
    for _ in range(5):
        client.lose(client.connect())
    connection = client.connect()
    client.pass_time(60)
    client.receive(connection, "silent now")

    assert client.manager.connect_backoff.pause(client.passed) == SECOND // 10


def test_a_terminated_event_stream_after_unsubscribing_leaves_no_gap() -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    connection = client.connect()
    client.subscribe(connection)
    connection.is_unsubscribing = True
    client.receive(connection, "silent now")

    assert client.manager.current is connection
    assert queue.take() is None


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=12) | st.sampled_from([b"1 event a\n", b"\n"]), max_size=6))
def test_no_frame_leaves_a_request_in_flight_on_a_connection_that_is_over(
    chunks: list[bytes],
) -> None:
    client = ToyClient(ToyProtocol())
    connection = client.connect()
    in_flight = client.send(connection)
    for chunk in chunks:
        connection_received(client, connection, chunk)

    assert in_flight.is_done == (connection.closed_by is not None)
    assert (client.manager.current is None) == in_flight.is_done
