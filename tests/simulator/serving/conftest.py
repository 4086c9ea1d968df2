"""A connection in process."""

from collections.abc import Callable

import pytest

from orderlists_simulator import (
    Plan,
    Venue,
    VenueConnection,
    VenueTransport,
    VirtualClock,
)

TARGET = "/ws-api/v3?returnRateLimits=false"


@pytest.fixture
def open_(venue: Venue, virtual: VirtualClock) -> Callable[..., VenueConnection]:
    def open_(plan: Plan | None = None) -> VenueConnection:
        transport = VenueTransport(venue, clock=virtual, plan=plan)
        return transport.connect(TARGET, timeout=1.0)

    return open_
