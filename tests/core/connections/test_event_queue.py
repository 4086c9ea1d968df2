"""The bounded queue of one subscriber."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlists import Gap, GapReason, OtherEvent
from orderlists._connections.event_queue import EventQueue


def event(name: str) -> OtherEvent:
    return OtherEvent(event_type=name, fields={})


def drain(queue: EventQueue) -> list[Any]:
    items: list[Any] = []
    while (item := queue.take()) is not None:
        items.append(item)
    return items


@given(size=st.integers(1, 5), count=st.integers(0, 12))
def test_a_full_queue_drops_the_oldest_events_and_counts_them_in_a_gap(
    size: int, count: int
) -> None:
    queue = EventQueue(size)
    for number in range(count):
        queue.put(event(str(number)))
    dropped = max(0, count - size)
    assert len(queue) == min(count, size) + (dropped > 0)
    items = drain(queue)

    if dropped:
        assert items.pop(0) == Gap(reason=GapReason.BUFFER, count=dropped)
    assert [item.event_type for item in items] == [str(n) for n in range(dropped, count)]
    assert len(queue) == 0


@pytest.mark.parametrize("dropped", [Gap(reason=GapReason.CONNECTION), KeyError("a bug")])
def test_a_gap_that_replaces_a_dropped_gap_has_no_count(dropped: Any) -> None:
    queue = EventQueue(1)
    queue.put(dropped)
    queue.put(event("x"))

    assert queue.take() == Gap(reason=GapReason.BUFFER, count=None)
    queue.put(event("y"))
    assert queue.take() == Gap(reason=GapReason.BUFFER, count=1)


def test_a_bug_is_raised_once_after_the_events_before_it() -> None:
    queue, bug = EventQueue(5), KeyError("e")
    for item in (event("before"), bug, event("after")):
        queue.put(item)

    assert queue.take() == event("before")
    with pytest.raises(KeyError) as caught:
        queue.take()
    assert caught.value is bug
    assert drain(queue) == [event("after")]
