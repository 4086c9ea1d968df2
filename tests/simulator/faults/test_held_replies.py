"""Replies that are held back, and sent together."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from orderlists import InvalidSetting
from orderlists_simulator import Plan, Venue
from orderlists_simulator.faults import (
    DROPPED,
    held,
    not_executed,
)

OpenConnector = Callable[[Plan], Any]
BROKEN = ["over", "dropped", "reset", "cut short"]


def times(number: int) -> str:
    return f'{{"id": {number}, "method": "time"}}'


class TestHeld:
    def test_held_replies_arrive_together_last_first(
        self, connect_with_plan: OpenConnector
    ) -> None:
        connection = connect_with_plan(Plan([held(3)] * 3))
        for number in range(3):
            connection.send(times(number))

        assert [connection.receive()["id"] for _ in range(3)] == [2, 1, 0]

    def test_held_replies_arrive_in_a_given_order(self, connect_with_plan: OpenConnector) -> None:
        fault = held(1000, shuffle=random.Random(7).shuffle)  # noqa: S311 - to be the same again
        expected = list(range(1000))
        random.Random(7).shuffle(expected)  # noqa: S311 - as above
        connection = connect_with_plan(Plan([fault] * 1000))
        for number in range(1000):
            connection.send(times(number))

        assert [connection.receive()["id"] for _ in range(1000)] == expected

    def test_held_replies_are_lost_with_the_connection(
        self, connect_with_plan: OpenConnector, venue: Venue
    ) -> None:
        connection = connect_with_plan(Plan([held(2), not_executed(answer=DROPPED)]))
        connection.send(times(1))

        assert connection.request(times(2)) in BROKEN
        assert [entry.answered for entry in venue.log.entries] == ["dropped", "dropped"]

    def test_held_has_no_effect_over_rest(self) -> None:
        with pytest.raises(InvalidSetting):
            held(0)
