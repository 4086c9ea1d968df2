"""How a connection in process ends."""

from collections.abc import Callable
from typing import Any

import pytest

from orderlists import TransportError
from orderlists_simulator import (
    Plan,
    Venue,
    VenueConnection,
    VenueTransport,
    VirtualClock,
)
from orderlists_simulator.faults import (
    CONNECTION_REFUSED,
    SILENT,
    Disconnect,
    Fault,
    delayed,
    executed,
)

SECOND = 10**9
NOW = 1_688_005_070_874_123_456
TIME = '{"id": 1, "method": "time"}'
TARGET = "/ws-api/v3?returnRateLimits=false"
Open = Callable[..., VenueConnection]


def test_frames_sent_before_the_end_are_received(open_: Open, virtual: VirtualClock) -> None:
    connection = open_(Plan(events=[(NOW + SECOND, Disconnect())]))
    connection.send(TIME, timeout=1.0)
    virtual.sleep(2)

    with pytest.raises(TransportError, match="dropped") as unsent:
        connection.send(TIME, timeout=1.0)
    assert unsent.value.sent is False

    assert connection.receive(timeout=1) is not None
    for _ in range(2):
        with pytest.raises(TransportError, match="dropped") as error:
            connection.receive(timeout=1)
        assert error.value.sent is None


def test_closing_twice_is_fine(open_: Open) -> None:
    connection = open_()
    connection.close()
    connection.close()

    with pytest.raises(TransportError, match="closed") as error:
        connection.send(TIME, timeout=1.0)

    assert error.value.sent is False


def test_a_transport_closes_its_connections(venue: Venue) -> None:
    transport = VenueTransport(venue)
    connection = transport.connect(TARGET, timeout=1.0)
    transport.close()

    with pytest.raises(TransportError, match="closed"):
        connection.receive(timeout=1)
    with pytest.raises(TransportError, match="transport is closed") as error:
        transport.connect(TARGET, timeout=1.0)

    assert error.value.sent is False


def test_a_frame_that_cannot_be_encoded_is_not_sent(open_: Open, venue: Venue) -> None:
    with pytest.raises(TransportError, match="not text") as error:
        open_().send("\ud800", timeout=1.0)

    assert error.value.sent is False
    assert venue.log.entries == ()


def test_unanswered_requests_of_a_closed_connection_are_logged(open_: Open, venue: Venue) -> None:
    plan = Plan([delayed(5), Fault(), executed(answer=SILENT), CONNECTION_REFUSED])
    connection = open_(plan)
    for _ in range(3):
        connection.send(TIME, timeout=1.0)
    connection.close()
    venue.finish()

    assert [entry.answered for entry in venue.log.entries] == ["closed", 200, "silent"]


def test_a_plan_counts_requests_and_frames_together(
    venue: Venue, written: Callable[..., Any], virtual: VirtualClock
) -> None:
    transport = VenueTransport(venue, clock=virtual, plan=Plan([Fault(), delayed(2)]))
    connection = transport.connect(TARGET, timeout=1.0)
    connection.send(TIME, timeout=1.0)
    transport.send(written("GET", "/api/v3/orderList", orderListId=0), timeout=5.0)

    assert virtual.now() == NOW + 2 * SECOND
