"""Waiting for events."""

from typing import Any

import pytest

from orderlists import Gap, GapReason, HandshakeRefused, RateLimited, TransportError, Unauthorized
from orderlists._commands import Outcome, Sleep
from orderlists._connections.commands import WaitOn
from orderlists._connections.event_queue import EventQueue
from orderlists._connections.event_stream import first_subscription, next_event
from orderlists._gate import Gate
from orderlists.extending import HttpResponse
from toy_client import SECOND, ToyClient
from toy_protocol import ToyProtocol


class Subscriber:
    """A subscriber of a client."""

    def __init__(self, protocol: ToyProtocol | None = None) -> None:
        self.client = ToyClient(protocol)
        self.queue: EventQueue = self.client.manager.events.open_queue(99)

    def wait(self, seconds: float) -> Any:
        client = self.client
        timeout = int(seconds * SECOND)
        item = client.run(next_event(client.manager, self.queue, client.now, timeout=timeout))
        return getattr(item, "event_type", item)

    def enter(self, seconds: float = 15) -> None:
        client = self.client
        timeout = int(seconds * SECOND)
        client.run(first_subscription(client.manager, client.now, timeout=timeout))

    @property
    def sent(self) -> list[str]:
        return [each for each in self.client.log if isinstance(each, str)]


def arrive(client: ToyClient, *lines: str) -> Any:
    def on_wait(command: WaitOn) -> None:
        assert not command.is_done()
        client.receive(command.connection, *lines)
        assert command.is_done()

    return on_wait


def test_a_subscriber_connects_subscribes_and_waits() -> None:
    subscriber = Subscriber()
    subscriber.client.on_wait = arrive(subscriber.client, "event a")

    assert subscriber.wait(5) == "a"
    assert subscriber.sent == ["connect", "SubscribeSigned"]


def test_a_subscriber_takes_a_queued_event_without_waiting() -> None:
    subscriber = Subscriber()
    subscriber.client.on_wait = arrive(subscriber.client, "event a", "event b")
    subscriber.wait(5)
    waits: list[WaitOn] = []
    subscriber.client.on_wait = waits.append

    assert subscriber.wait(5) == "b"
    assert waits == []


def test_a_timeout_returns_none_in_time() -> None:
    subscriber = Subscriber()

    assert subscriber.wait(200) is None
    assert subscriber.client.passed == 200 * SECOND


def test_a_timeout_of_0_returns_what_has_arrived() -> None:
    subscriber = Subscriber()
    subscriber.enter()
    subscriber.client.on_wait = arrive(subscriber.client, "event a")

    assert subscriber.wait(0) == "a"
    assert subscriber.client.passed == 0


def test_a_timeout_of_0_reads_once_and_returns_none() -> None:
    subscriber = Subscriber()
    subscriber.enter()
    waits: list[WaitOn] = []
    subscriber.client.on_wait = waits.append

    assert subscriber.wait(0) is None
    assert len(waits) == 1


def test_a_timeout_of_0_opens_no_connection() -> None:
    subscriber = Subscriber()

    assert subscriber.wait(0) is None
    assert subscriber.sent == []


@pytest.mark.parametrize("what", ["subscriber", "client"])
def test_a_subscriber_that_was_closed_gets_none(what: str) -> None:
    subscriber = Subscriber()
    subscriber.enter()

    def close(command: WaitOn) -> None:
        if what == "client":
            subscriber.client.manager.close(0)
        else:
            subscriber.client.manager.close_queue(subscriber.queue)
        assert command.is_done()

    subscriber.client.on_wait = close

    assert subscriber.wait(1000) is None
    assert subscriber.client.passed == 0


def test_a_subscriber_that_was_closed_while_it_sleeps_gets_none_within_a_second() -> None:
    subscriber = Subscriber()
    client = subscriber.client
    limited = RateLimited(code=None, message="", status=429, retry_after=3600.0)
    client.gate.close(limited, client.now)
    passing = client.pass_time

    def close(seconds: float) -> None:
        client.manager.close_queue(subscriber.queue)
        passing(seconds)

    client.pass_time = close  # type: ignore[method-assign]

    assert subscriber.wait(1000) is None
    assert client.passed <= SECOND


def test_closing_the_client_during_a_backoff_ends_the_event_stream() -> None:
    subscriber = Subscriber()
    client = subscriber.client
    client.manager.connect_backoff.failed(0, TransportError("x", sent=False))
    steps = next_event(client.manager, subscriber.queue, client.now, timeout=SECOND)
    assert isinstance(next(steps), Sleep)

    with pytest.raises(StopIteration) as ended:
        steps.send(Outcome(None, TransportError("closed", sent=False), client.passed))
    assert ended.value.value is None


def test_a_lost_connection_is_reconnected_and_leaves_a_gap() -> None:
    subscriber = Subscriber()
    subscriber.enter()
    subscriber.client.pass_time(60)

    def lose(command: WaitOn) -> None:
        subscriber.client.lose(command.connection)

    subscriber.client.on_wait = lose

    assert subscriber.wait(5) == Gap(reason=GapReason.CONNECTION)
    assert subscriber.sent == ["connect", "SubscribeSigned"] * 2


def test_a_draining_connection_is_reconnected_while_a_subscriber_waits() -> None:
    subscriber = Subscriber()
    subscriber.enter()
    client = subscriber.client
    client.pass_time(60)

    def announce(command: WaitOn) -> None:
        client.on_wait = client.wait_until_timeout
        client.receive(command.connection, "closing soon")

    client.on_wait = announce
    assert subscriber.wait(5) is None

    assert subscriber.sent == ["connect", "SubscribeSigned"] * 2 + ["Unsubscribe"]
    assert client.manager.delivers_events(client.passed)


def test_a_connection_near_its_expiry_is_reconnected_while_a_subscriber_waits() -> None:
    subscriber = Subscriber()
    subscriber.enter()
    old = subscriber.client.manager.current
    assert old is not None

    def keep_alive(command: WaitOn) -> None:
        subscriber.client.wait_until_timeout(command)
        command.connection.last_received_at = subscriber.client.passed

    subscriber.client.on_wait = keep_alive
    assert subscriber.wait(24 * 3600) is None

    assert subscriber.client.manager.current is not old
    assert subscriber.sent == ["connect", "SubscribeSigned"] * 2 + ["Unsubscribe"]


# Back-off and the gate.


def test_a_subscription_refused_by_a_429_is_not_retried_before_the_gate_opens() -> None:
    subscriber = Subscriber()
    subscriber.client.answers["SubscribeSigned"] = [(429, "60")]
    assert subscriber.wait(59) is None
    assert subscriber.sent == ["connect", "SubscribeSigned"]
    subscriber.wait(3)

    assert subscriber.sent == ["connect", "SubscribeSigned", "Ping", "SubscribeSigned"]


def test_a_subscription_that_is_sent_while_the_gate_is_closed_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Gate, "admit", lambda *_: None)  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType] - the planted bug
    subscriber = Subscriber()
    subscriber.client.answers["SubscribeSigned"] = [(429, "60")]
    subscriber.wait(59)

    assert subscriber.sent[:3] == ["connect", "SubscribeSigned", "SubscribeSigned"]


def test_no_reconnect_happens_before_the_gate_opens() -> None:
    subscriber = Subscriber()
    subscriber.enter()
    client = subscriber.client
    assert client.manager.current is not None
    client.receive(client.manager.current, "reply unknown 429 60")
    client.lose(client.manager.current)
    assert subscriber.wait(59) is None
    assert subscriber.sent == ["connect", "SubscribeSigned"]
    assert subscriber.wait(3) == Gap(reason=GapReason.CONNECTION)

    assert subscriber.sent == ["connect", "SubscribeSigned"] * 2


def test_a_subscriber_reads_on_while_the_gate_is_closed() -> None:
    subscriber = Subscriber()
    subscriber.enter()
    client = subscriber.client
    assert client.manager.current is not None
    client.receive(client.manager.current, "reply unknown 418 3600")
    client.pass_time(600)
    client.on_wait = arrive(client, "event a")

    assert subscriber.wait(5) == "a"


@pytest.mark.parametrize("status", [500, 600, 408])
def test_a_refused_subscription_is_retried_with_backoff_on_the_same_connection(
    status: int,
) -> None:
    subscriber = Subscriber()
    subscriber.client.answers["SubscribeSigned"] = [(status, "x")] * 99
    subscriber.wait(5)

    assert subscriber.sent.count("connect") == 1
    # At 0, 0.1, 0.3, 0.7, 1.5, 3.1 s; each refused timestamp is retried once after a resync.
    assert subscriber.sent.count("SubscribeSigned") == (12 if status == 408 else 6)


def test_failed_connections_are_retried_with_backoff() -> None:
    subscriber = Subscriber(ToyProtocol(logs_on=True))
    subscriber.client.answers["LogOn"] = [(500, "x")] * 99
    assert subscriber.wait(6) is None

    assert subscriber.sent.count("connect") == 6


def test_a_retry_after_of_0_does_not_cause_a_retry_storm() -> None:
    subscriber = Subscriber()
    subscriber.client.answers["SubscribeSigned"] = [(429, "0")] * 99
    subscriber.wait(5)

    assert subscriber.sent.count("SubscribeSigned") == 6


# Errors that are not retryable.


def test_an_unauthorized_subscription_is_raised_to_the_subscriber() -> None:
    subscriber = Subscriber()
    subscriber.client.answers["SubscribeSigned"] = [(401, "x")]

    with pytest.raises(Unauthorized):
        subscriber.wait(5)


def test_a_connect_error_that_is_not_retryable_is_raised() -> None:
    subscriber = Subscriber()
    subscriber.client.connect_errors = [HandshakeRefused(HttpResponse(404, ()))]

    with pytest.raises(TransportError) as caught:
        subscriber.wait(5)
    assert not caught.value.is_retryable


def test_a_bug_is_raised_to_a_subscriber_that_waits() -> None:
    subscriber = Subscriber()
    subscriber.enter()

    def stumble(command: WaitOn) -> None:
        subscriber.client.receive(command.connection, "nonsense")

    subscriber.client.on_wait = stumble

    with pytest.raises(KeyError, match="nonsense"):
        subscriber.wait(5)
    assert subscriber.sent == ["connect", "SubscribeSigned"]


def test_a_bug_while_subscribing_is_raised_to_the_subscriber() -> None:
    subscriber = Subscriber()
    client = subscriber.client
    client.answers["SubscribeSigned"] = [client.answer_by_garbage]

    with pytest.raises(KeyError, match="nonsense"):
        subscriber.wait(5)
