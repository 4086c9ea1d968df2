"""Lifecycle of connections: opening, current, draining, and failures for the back-off."""

import pytest

from orderlists import HmacKey, InvalidSetting, TransportError, WebSocketApi
from orderlists._clock import ServerClock
from orderlists._connections.manager import ConnectionManager
from orderlists._gate import Gate
from orderlists._rate_limits import RateLimits
from orderlists.errors import RedactedBug
from toy_client import SECOND, ToyClient

HOUR = 3600 * SECOND
RESET = TransportError("reset", sent=None)


def test_a_key_that_the_protocol_cannot_use_is_rejected_at_once() -> None:
    key = HmacKey(api_key="k" * 64, secret="s")
    gate = Gate(key, ServerClock(wall=0, monotonic=0), RateLimits())

    with pytest.raises(InvalidSetting, match="only Ed25519 keys log on"):
        ConnectionManager(WebSocketApi(log_on=True), gate)


class Interrupting:
    """An observer whose listener is interrupted."""

    def listens(self, source: str, level: int, /) -> bool:
        return (source, level) == ("connections", 20)

    def emit(self, source: str, level: int, make: object, /) -> None:
        del source, level, make
        raise KeyboardInterrupt

    def new_call(self) -> int:
        return 0


def test_an_interrupt_while_the_end_of_a_connection_is_emitted_fails_what_is_in_flight() -> None:
    client = ToyClient(observer=Interrupting())
    connection = client.connect()
    in_flight = client.send(connection)

    with pytest.raises(KeyboardInterrupt):
        client.manager.connection_lost(connection, RESET, 1)

    assert in_flight.is_done
    assert client.manager.connections() == []


# The current connection.


def test_a_connection_is_usable_until_it_is_quiet_for_30_seconds() -> None:
    client = ToyClient()
    connection = client.connect()

    assert client.manager.usable(30 * SECOND) is connection
    assert client.manager.usable(30 * SECOND + 1) is None


def test_a_connection_is_reconnected_before_it_is_24_hours_old() -> None:
    client = ToyClient()
    connection = client.connect()
    age = 23 * HOUR + 50 * 60 * SECOND
    connection.last_received_at = age

    assert client.manager.usable(age) is connection
    assert client.manager.usable(age + 1) is None
    assert client.manager.needs_replacement(connection, age + 1)


def test_a_new_connection_takes_no_requests_before_it_is_activated() -> None:
    client = ToyClient()
    connection = client.manager.connection_made("handle", 0)
    assert client.manager.usable(0) is None
    assert client.manager.connections() == [connection]
    client.manager.activate(connection)

    assert client.manager.usable(0) is connection
    assert client.manager.opening is None


@pytest.mark.parametrize("what", ["lost", "drained"])
def test_a_connection_that_ended_while_it_was_opened_is_not_activated(what: str) -> None:
    client = ToyClient()
    connection = client.manager.connection_made("handle", 0)
    if what == "lost":
        client.lose(connection)
    else:
        client.manager.drain(connection)

    with pytest.raises(TransportError) as caught:
        client.manager.activate(connection)
    assert caught.value.sent is False
    assert client.manager.current is None


def test_a_draining_connection_is_kept_until_its_requests_in_flight_are_done() -> None:
    client = ToyClient()
    connection = client.connect()
    in_flight = client.send(connection)
    client.manager.drain(connection)
    assert client.manager.usable(0) is None
    assert client.manager.take_idle(0) == []
    client.receive(connection, f"reply {in_flight.key} 200 fine")

    assert client.manager.take_idle(0) == [connection]
    assert isinstance(connection.closed_by, TransportError)
    assert client.manager.connections() == []


def test_a_draining_connection_with_a_subscription_is_kept_for_its_subscribers() -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    connection = client.connect()
    client.subscribe(connection)
    client.manager.drain(connection)
    assert client.manager.take_idle(0) == []
    client.manager.unsubscribed(connection, lossless=True)

    assert client.manager.take_idle(0) == [connection]
    assert queue.take() is None


def test_a_subscription_without_subscribers_keeps_no_draining_connection() -> None:
    client = ToyClient()
    connection = client.connect()
    client.subscribe(connection)
    client.manager.drain(connection)

    assert client.manager.take_idle(0) == [connection]


def test_draining_wakes_what_waits_on_the_connection() -> None:
    client, woken = ToyClient(), list[int]()
    connection = client.connect()
    connection.watchers.append(lambda: woken.append(1))
    client.manager.drain(connection)

    assert woken == [1]


# Failures for the back-off.

# Age in seconds, whether this side closed it, whether it counts as a failure
LOSSES = [(0, False, True), (9.9, False, True), (10, False, False), (0, True, False)]


@pytest.mark.parametrize(("age", "by_us", "counts"), LOSSES)
def test_only_a_connection_that_is_lost_within_10_seconds_feeds_the_backoff(
    age: float, *, by_us: bool, counts: bool
) -> None:
    client = ToyClient()
    connection = client.connect()
    client.pass_time(age)
    client.manager.connection_lost(connection, RESET, client.passed, by_us=by_us)

    assert (client.manager.connect_backoff.pause(client.passed) > 0) is counts


def test_a_connection_that_lasts_resets_the_backoff() -> None:
    client = ToyClient()
    for _ in range(5):
        client.lose(client.connect())
    last = client.connect()
    client.pass_time(10)
    client.lose(last)
    client.lose(client.connect())

    assert client.manager.connect_backoff.pause(client.passed) == SECOND // 10


def test_closing_an_idle_connection_does_not_feed_the_backoff() -> None:
    client = ToyClient()
    client.manager.drain(client.connect())
    assert client.manager.take_idle(0) != []

    assert client.manager.connect_backoff.pause(0) == 0


# Age in seconds, and whether it counts as a failure.
@pytest.mark.parametrize(("age", "counts"), [(0, True), (9.9, True), (10, False)])
def test_a_new_unresponsive_connection_feeds_the_backoff(age: float, *, counts: bool) -> None:
    client = ToyClient()
    connection = client.connect()
    client.pass_time(age)
    client.manager.abandon(connection, client.send(connection), client.passed, timed_out=True)

    assert (client.pause > 0) is counts


def test_closing_an_unresponsive_connection_does_not_reset_the_backoff() -> None:
    client = ToyClient()
    client.lose(client.connect())
    connection = client.connect()
    client.pass_time(15)
    client.manager.abandon(connection, client.send(connection), client.passed, timed_out=True)
    client.pass_time(15)
    assert client.manager.take_idle(client.passed) == [connection]
    client.lose(client.connect())

    assert client.pause == 0.2


def test_a_connection_feeds_the_backoff_only_once() -> None:
    client = ToyClient()
    connection = client.connect()
    client.manager.count_failure(connection, RESET, 0)
    client.lose(connection)

    assert client.manager.connect_backoff.pause(0) == SECOND // 10
    assert client.manager.connect_backoff.reason == "reset"


def test_the_backoff_redacts_the_text_of_a_third_party_exception() -> None:
    client = ToyClient()
    client.manager.connection_lost(client.connect(), OSError("s3cret"), 0)

    assert client.manager.connect_backoff.reason == "a bug: OSError"


def test_closing_the_client_ends_everything_without_feeding_the_backoff() -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    old, current = client.connect(), client.connect()
    client.manager.drain(old)
    client.manager.current = current
    client.subscribe(current)
    in_flight = client.send(current)
    assert set(client.manager.close(0)) == {old, current}

    with pytest.raises(TransportError, match="this client was closed"):
        in_flight.result()
    with pytest.raises(TransportError, match="this client is closed") as caught:
        client.manager.check_open()
    assert (caught.value.sent, caught.value.is_retryable) == (False, False)
    assert queue.is_closed
    assert queue.take() is None
    assert client.manager.connect_backoff.pause(0) == 0


def test_a_bug_with_signed_text_is_redacted_before_anything_sees_it() -> None:
    client = ToyClient()
    connection = client.connect()
    client.manager.connection_lost(connection, OSError("GET /?signature=c8db56"), 0)
    assert isinstance(connection.closed_by, RedactedBug)
    assert "c8db56" not in str(connection.closed_by)
