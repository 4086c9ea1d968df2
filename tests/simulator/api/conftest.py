"""Listeners to user data events."""

from collections.abc import Callable

import pytest

from orderlists_simulator import Plan, Venue, VirtualClock
from venue_clients import Listener

Signed = Callable[..., str]


@pytest.fixture
def listen(signed: Signed, virtual: VirtualClock) -> Callable[..., Listener]:
    def listen(venue: Venue, query: str = "", plan: Plan | None = None) -> Listener:
        return Listener(venue, signed, virtual, query, plan)

    return listen


@pytest.fixture
def listener(listen: Callable[..., Listener], venue: Venue) -> Listener:
    return listen(venue)
