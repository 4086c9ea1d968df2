"""Establishing a connection with a subscription: back-off and handover."""

from typing import Any

import pytest

from orderlists import (
    Gap,
    GapReason,
    TransportError,
    Unauthorized,
)
from orderlists._connections.connection import Connection
from toy_client import SECOND, ToyClient

REFUSED = TransportError("refused", sent=False)

# Subscriptions.


@pytest.mark.parametrize("answer", [(500, "x"), (600, "x"), (400, "x")], ids=str)
def test_a_refused_subscription_leaves_the_connection_to_requests(answer: Any) -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    client.answers["SubscribeSigned"] = [answer]
    connection = client.establish()

    assert client.manager.current is connection
    assert connection.subscription is None
    assert client.pause == 0
    assert client.establish() is connection
    assert client.log == ["connect", "SubscribeSigned"]
    assert queue.take() is None


def test_subscriptions_are_retried_with_backoff_on_the_same_connection() -> None:
    client = ToyClient()
    client.answers["SubscribeSigned"] = [(500, "x")] * 3
    for _ in range(3):
        with pytest.raises(TransportError, match="HTTP 500") as caught:
            client.establish(subscribed=True)
        assert caught.value.sent is False
    connection = client.establish(subscribed=True)

    again = "SubscribeSigned"
    assert client.log == ["connect", again, 0.1, again, 0.2, again, 0.4, again]
    assert connection.subscription == "fine"


def test_a_request_does_not_wait_for_the_subscription_backoff() -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    client.answers["SubscribeSigned"] = [(500, "x")]
    client.lose(client.establish())
    client.pass_time(0.1)
    client.answers["SubscribeSigned"] = [(500, "x")]
    client.establish()
    client.log.clear()
    client.establish()

    assert client.log == []
    assert queue.take() is None


def test_a_new_connection_does_not_subscribe_during_the_backoff() -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    for _ in range(3):
        client.manager.subscribe_backoff.failed(client.passed, REFUSED)
    client.establish()

    assert client.log == ["connect"]
    assert queue.take() is None


def test_a_subscription_timeout_drains_the_connection() -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    client.answers["SubscribeSigned"] = [None]
    with pytest.raises(TransportError) as caught:
        client.establish()

    assert caught.value.sent is False
    assert client.manager.current is None
    assert client.pause == 0.1
    client.pass_time(10)
    assert len(client.manager.take_idle(client.passed)) == 1
    assert queue.take() is None


def test_an_unauthorized_subscription_is_raised() -> None:
    client = ToyClient()
    client.answers["SubscribeSigned"] = [(401, "x")]

    with pytest.raises(Unauthorized):
        client.establish(subscribed=True)


def test_a_successful_subscription_resets_its_backoff() -> None:
    client = ToyClient()
    client.answers["SubscribeSigned"] = [(500, "x")] * 3
    for _ in range(3):
        with pytest.raises(TransportError):
            client.establish(subscribed=True)
    client.establish(subscribed=True)
    client.manager.subscribe_backoff.failed(client.passed, REFUSED)

    assert client.manager.subscribe_backoff.pause(client.passed) == SECOND // 10


# Handover.


def drained(client: ToyClient) -> Connection:
    """Return a draining connection with a subscription."""
    old = client.establish(subscribed=True)
    client.receive(old, "closing soon")
    client.pass_time(60)
    client.log.clear()
    return old


def names(queue: Any) -> list[Any]:
    found: list[Any] = []
    while (item := queue.take()) is not None:
        found.append(getattr(item, "event_type", item))
    return found


def test_events_are_handed_over_to_a_new_connection_without_a_gap() -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    old = drained(client)

    def both_tell(connection: Connection, in_flight: Any) -> None:
        assert connection is old
        assert client.manager.current is not None
        client.receive(client.manager.current, "event a", "event b")
        client.receive(old, "event a", f"reply {in_flight.key} 200 fine")

    client.answers["Unsubscribe"] = [both_tell]
    new = client.establish(subscribed=True)

    assert client.log == ["connect", "SubscribeSigned", "Unsubscribe"]
    assert old.subscription is None
    assert client.manager.subscribed(client.passed) is new
    assert names(queue) == ["a", "b"]
    assert client.manager.take_idle(client.passed) == [old]


def test_a_connection_that_drains_while_it_subscribes_keeps_its_events_until_replaced() -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)

    def announce(connection: Connection, in_flight: Any) -> None:
        client.receive(connection, f"reply {in_flight.key} 200 fine", "closing soon")

    client.answers["SubscribeSigned"] = [announce]
    with pytest.raises(TransportError, match="ended while it was opened"):
        client.establish()
    (old,) = client.manager.draining
    assert client.manager.take_idle(client.passed) == []
    client.receive(old, "event a")
    client.establish(subscribed=True)

    assert client.manager.take_idle(client.passed) == [old]
    assert names(queue) == ["a"]


def test_a_connection_opened_by_a_request_takes_over_the_subscription() -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    old = drained(client)
    new = client.establish()
    assert client.manager.subscribed(client.passed) is None

    assert client.establish(subscribed=True) is new
    assert client.log == ["connect", "SubscribeSigned", "Unsubscribe"]
    assert old.subscription is None
    assert names(queue) == []


@pytest.mark.parametrize("answer", [None, (500, "x"), (400, "x")], ids=str)
def test_an_old_subscription_whose_end_is_not_confirmed_leaves_a_gap(answer: Any) -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    drained(client)
    client.answers["Unsubscribe"] = [answer]
    client.establish(subscribed=True)

    assert names(queue) == [Gap(reason=GapReason.CONNECTION)]


def test_no_unsubscribe_is_sent_on_an_unresponsive_connection() -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    drained(client).is_unresponsive = True
    client.establish(subscribed=True)

    assert client.log == ["connect", "SubscribeSigned"]
    assert names(queue) == [Gap(reason=GapReason.CONNECTION)]


def test_a_closed_gate_that_blocks_an_unsubscribe_leaves_a_gap() -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    drained(client)

    def limit(connection: Connection, in_flight: Any) -> None:
        client.receive(connection, "reply unknown 429 60", f"reply {in_flight.key} 200 fine")

    client.answers["SubscribeSigned"] = [limit]
    client.establish(subscribed=True)

    assert client.log == ["connect", "SubscribeSigned"]
    assert names(queue) == [Gap(reason=GapReason.CONNECTION)]
