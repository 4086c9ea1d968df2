"""Dispatching of events: subscribers, duplicates and gaps."""

import gc
from typing import Any

import pytest

from orderlists import Gap, GapReason, OtherEvent
from orderlists._connections.event_dispatcher import EventDispatcher
from orderlists._connections.event_queue import EventQueue

GAP = Gap(reason=GapReason.CONNECTION)


def event(name: str) -> OtherEvent:
    return OtherEvent(event_type=name, fields={"name": name})


def drain(queue: EventQueue) -> list[Any]:
    items: list[Any] = []
    while (item := queue.take()) is not None:
        items.append(item.event_type if isinstance(item, OtherEvent) else item)
    return items


def test_every_subscriber_gets_every_event() -> None:
    events = EventDispatcher()
    queues = [events.open_queue(9), events.open_queue(9)]
    assert events.dispatch(event("a"), arrives_twice=False)
    assert events.dispatch(event("a"), arrives_twice=False)

    assert [drain(queue) for queue in queues] == [["a", "a"]] * 2


def test_a_closed_subscriber_gets_no_more_events() -> None:
    events = EventDispatcher()
    queue = events.open_queue(9)
    events.close_queue(queue)
    events.dispatch(event("a"), arrives_twice=False)

    assert queue.is_closed
    assert not events.has_subscribers
    assert drain(queue) == []


def test_an_abandoned_subscriber_is_garbage_collected() -> None:
    events = EventDispatcher()
    events.open_queue(9)
    gc.collect()

    assert not events.has_subscribers


# What two connections deliver, in order, and what subscribers get.
DUPLICATES = [
    ("aabb", "ab"),  # Each delivers an event before either delivers the next.
    ("abab", "ab"),  # One delivers first.
    ("aab", "ab"),
    ("abb", "ab"),
]


@pytest.mark.parametrize(("delivered", "expected"), DUPLICATES)
def test_an_event_that_two_connections_deliver_is_dispatched_once(
    delivered: str, expected: str
) -> None:
    events = EventDispatcher()
    queue = events.open_queue(9)
    for name in delivered:
        events.dispatch(event(name), arrives_twice=True)

    assert drain(queue) == list(expected)


def test_the_duplicate_of_an_event_may_come_after_the_other_subscription_has_ended() -> None:
    events = EventDispatcher()
    queue = events.open_queue(9)
    assert events.dispatch(event("a"), arrives_twice=True)
    assert not events.dispatch(event("a"), arrives_twice=False)
    assert events.dispatch(event("a"), arrives_twice=False)

    assert drain(queue) == ["a", "a"]


def test_the_memory_of_the_duplicate_filter_is_bounded() -> None:
    events = EventDispatcher()
    many = 10_010
    queue = events.open_queue(2 * many)
    for number in range(many):
        events.dispatch(event(str(number)), arrives_twice=True)

    assert not events.dispatch(event("1"), arrives_twice=True)
    assert events.dispatch(event(str(many - 1)), arrives_twice=True)
    assert len(drain(queue)) == many + 1


def test_a_gap_comes_before_the_first_event_of_the_next_subscription() -> None:
    events = EventDispatcher()
    queue = events.open_queue(9)
    events.missed(is_still_subscribed=False)
    assert drain(queue) == []
    events.resumed()
    events.dispatch(event("a"), arrives_twice=False)
    events.resumed()

    assert drain(queue) == [GAP, "a"]


def test_a_gap_comes_at_once_where_another_connection_is_subscribed() -> None:
    events = EventDispatcher()
    queue = events.open_queue(9)
    events.missed(is_still_subscribed=True)

    assert drain(queue) == [GAP]


def test_a_gap_is_not_reported_to_a_later_subscriber() -> None:
    events = EventDispatcher()
    queue = events.open_queue(9)
    events.missed(is_still_subscribed=False)
    events.close_queue(queue)
    later = events.open_queue(9)
    events.resumed()

    assert drain(later) == []


def test_there_is_no_gap_without_a_subscriber() -> None:
    events = EventDispatcher()
    events.missed(is_still_subscribed=False)
    queue = events.open_queue(9)
    events.resumed()

    assert drain(queue) == []


def test_a_bug_is_raised_to_every_subscriber() -> None:
    events, bug = EventDispatcher(), KeyError("e")
    queues = [events.open_queue(9), events.open_queue(9)]
    events.failed(bug)

    for queue in queues:
        with pytest.raises(KeyError):
            queue.take()
