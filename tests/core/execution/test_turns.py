"""Turns: max_in_flight, urgent requests first, and no turn lost."""

from collections import deque
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orderlists._execution.turns import Ticket, Turns


class Noting(Ticket):
    def __init__(self) -> None:
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1


def test_a_turn_is_acquired_at_once_below_max_in_flight() -> None:
    turns = Turns(2)
    assert turns.enter(Noting(), is_urgent=False)
    assert turns.enter(Noting(), is_urgent=False)
    assert not turns.enter(Noting(), is_urgent=False)


def test_an_urgent_ticket_goes_to_the_head_of_the_queue() -> None:
    turns = Turns(1)
    running, waiting, urgent = Noting(), Noting(), Noting()
    turns.enter(running, is_urgent=False)
    turns.enter(waiting, is_urgent=False)
    turns.enter(urgent, is_urgent=True)
    turns.leave(running)
    assert (urgent.woken, waiting.woken) == (1, 0)
    assert turns.has_turn(urgent)
    turns.leave(urgent)
    assert turns.has_turn(waiting)


def test_a_ticket_that_stops_waiting_is_skipped() -> None:
    turns = Turns(1)
    running, gone, last = Noting(), Noting(), Noting()
    for ticket in (running, gone, last):
        turns.enter(ticket, is_urgent=False)
    turns.leave(gone)
    turns.leave(running)
    assert (gone.woken, last.woken) == (0, 1)


def test_a_release_tells_whether_a_ticket_waits() -> None:
    turns = Turns(1)
    first, second = Noting(), Noting()
    turns.enter(first, is_urgent=False)
    turns.enter(second, is_urgent=False)
    assert turns.release(first)
    turns.leave(first)
    assert second.woken == 1
    assert not turns.release(second)


def test_a_turn_that_is_released_while_a_ticket_queues_up_is_not_lost() -> None:
    turns: Any = Turns(1)
    first, second = Noting(), Noting()
    turns.enter(first, is_urgent=False)
    seen = list[bool]()

    class Queue(deque[Ticket]):
        def append(self, ticket: Ticket) -> None:
            seen.append(turns.release(first))
            super().append(ticket)

    turns._waiting = Queue()  # noqa: SLF001 - between two steps of `enter`
    assert turns.enter(second, is_urgent=False)
    assert seen == [False]


def test_releasing_twice_releases_one_turn() -> None:
    turns = Turns(1)
    first, second, third = Noting(), Noting(), Noting()
    for ticket in (first, second, third):
        turns.enter(ticket, is_urgent=False)
    turns.leave(first)
    turns.leave(first)
    assert turns.has_turn(second)
    assert not turns.has_turn(third)


@given(
    size=st.integers(1, 3),
    steps=st.lists(st.tuples(st.booleans(), st.integers(0, 5)), max_size=40),
)
def test_max_in_flight_is_never_exceeded_and_no_turn_is_lost(
    size: int, steps: list[tuple[bool, int]]
) -> None:
    turns, inside = Turns(size), dict[int, Noting]()
    for enters, number in steps:
        if enters and number not in inside:
            inside[number] = Noting()
            turns.enter(inside[number], is_urgent=number % 2 == 0)
        elif not enters and number in inside:
            turns.leave(inside.pop(number))
        running = sum(turns.has_turn(ticket) for ticket in inside.values())
        assert running == min(size, len(inside))
