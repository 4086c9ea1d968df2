"""Handover of subscriptions between connections, processes and event loops."""

from typing import Any

import pytest

from orderlists import Gap, GapReason
from orderlists._connections.connection import Connection
from toy_client import SECOND, ToyClient

HOUR = 3600 * SECOND


# Another process or event loop.


def test_another_event_loop_starts_without_connections_and_with_the_backoff() -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    client.lose(client.connect())
    connection = client.connect()
    client.subscribe(connection)
    client.manager.drain(client.manager.connection_made("handle", 0))
    client.manager.forget_connections()

    assert client.manager.connections() == []
    assert connection.closed_by is None
    assert client.manager.connect_backoff.pause(0) > 0
    client.subscribe(client.connect())
    assert queue.take() == Gap(reason=GapReason.CONNECTION)


def test_another_event_loop_misses_no_events_if_none_were_subscribed() -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    client.connect()
    client.manager.forget_connections()
    client.subscribe(client.connect())

    assert queue.take() is None


# Subscriptions.


def hand_over(client: ToyClient) -> tuple[Connection, Connection]:
    """Return a draining connection and the current one, both subscribed."""
    old = client.connect()
    client.subscribe(old)
    client.manager.drain(old)
    new = client.connect()
    client.subscribe(new)
    return old, new


def names(queue: Any) -> list[Any]:
    found: list[Any] = []
    while (item := queue.take()) is not None:
        found.append(getattr(item, "event_type", item))
    return found


def test_a_handover_is_complete_once_the_old_connections_are_unsubscribed() -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    old, new = hand_over(client)
    assert client.manager.subscribed_before(new) == [old]
    assert client.manager.subscribed(0) is None
    client.manager.unsubscribed(old, lossless=True)

    assert client.manager.subscribed(0) is new
    assert names(queue) == []


def test_a_connection_near_its_expiry_does_not_count_as_subscribed() -> None:
    client = ToyClient()
    client.subscribe(client.connect())

    assert client.manager.subscribed(23 * HOUR) is client.manager.current
    assert client.manager.subscribed(24 * HOUR) is None


def test_events_on_two_connections_are_dispatched_once() -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    old, new = hand_over(client)
    for connection in (old, new):
        client.receive(connection, "event a", "event b")
    client.manager.unsubscribed(old, lossless=True)
    client.receive(new, "event c", "event c")

    assert names(queue) == ["a", "b", "c", "c"]


@pytest.mark.parametrize("how", ["lost", "not confirmed"])
def test_an_old_subscription_that_ends_without_its_last_event_leaves_a_gap(how: str) -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    old, _ = hand_over(client)
    if how == "lost":
        client.lose(old)
    else:
        client.manager.unsubscribed(old, lossless=False)
        client.receive(old, "event late")

    assert names(queue) == [Gap(reason=GapReason.CONNECTION)]


def test_an_old_subscription_that_was_lost_before_leaves_no_second_gap() -> None:
    client = ToyClient()
    queue = client.manager.events.open_queue(9)
    old, _ = hand_over(client)
    client.lose(old)
    client.manager.unsubscribed(old, lossless=False)

    assert names(queue) == [Gap(reason=GapReason.CONNECTION)]


def test_a_closed_subscriber_wakes_what_waits_for_its_events() -> None:
    client, woken = ToyClient(), list[int]()
    queue = client.manager.events.open_queue(9)
    client.connect().watchers.append(lambda: woken.append(1))
    client.manager.close_queue(queue)

    assert woken == [1]
    assert queue.is_closed


def test_events_are_delivered_while_the_connection_is_subscribed_and_answers_keepalives() -> None:
    client = ToyClient()
    assert not client.manager.delivers_events(0)
    connection = client.connect()
    assert not client.manager.delivers_events(0)
    client.subscribe(connection)

    assert client.manager.delivers_events(40 * SECOND)
    assert not client.manager.delivers_events(40 * SECOND + 1)
