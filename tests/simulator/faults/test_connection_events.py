"""Events of connections, and cuts at each point."""

from collections.abc import Callable
from typing import Any

import pytest

from orderlists_simulator import Plan, Venue, VirtualClock
from orderlists_simulator.faults import (
    NORMAL,
    Disconnect,
    ShutDown,
    UnsolicitedFrame,
    delayed,
    replayed,
)

Signed = Callable[..., str]
OpenConnector = Callable[[Plan], Any]
QUERY = "?returnRateLimits=false"
SECOND = 10**9
NOW = 1_688_005_070_874_123_456
MILLISECONDS = NOW // 10**6
BROKEN = ["over", "dropped", "reset", "cut short"]


def times(number: int) -> str:
    return f'{{"id": {number}, "method": "time"}}'


class TestConnectionEvents:
    def test_shut_down_sends_server_shutdown_before_it_closes(
        self, connect_with_plan: OpenConnector, virtual: VirtualClock, venue: Venue
    ) -> None:
        connection = connect_with_plan(Plan([delayed(60)], events=[(NOW + SECOND, ShutDown(5))]))
        virtual.sleep(1)

        reply, event = connection.request(times(1)), None
        if "event" in reply:
            event, reply = reply, connection.receive()

        assert event == {"event": {"e": "serverShutdown", "E": MILLISECONDS + 1000}}
        assert reply == "shut down"
        assert venue.log.entries[0].answered == "shut down"

    def test_disconnect_breaks_every_connection(
        self, open_connector: OpenConnector, virtual: VirtualClock
    ) -> None:
        connector = open_connector(Plan(events=[(NOW + SECOND, Disconnect("reset"))]))
        one, other = connector.connect(""), connector.connect("")
        virtual.sleep(1)

        connector.connect("").request(times(1))

        assert one.receive() in BROKEN
        assert other.receive() in BROKEN

    @pytest.mark.parametrize(
        ("frame", "seen"),
        [
            ("garbage", "garbage"),
            (b"\x00\xff", b"\x00\xff"),
            ('{"event":{"e":"futureEvent"}}', {"event": {"e": "futureEvent"}}),
        ],
    )
    def test_an_unsolicited_frame_is_sent(
        self, connect_with_plan: OpenConnector, virtual: VirtualClock, frame: Any, seen: object
    ) -> None:
        connection = connect_with_plan(Plan(events=[(NOW + SECOND, UnsolicitedFrame(frame))]))
        virtual.sleep(1)

        assert connection.request(times(1)) == seen
        assert connection.receive()["id"] == 1


def test_a_cut_at_each_point_breaks_the_connection(
    open_connector: OpenConnector, signed: Signed, venue: Venue
) -> None:
    # The subscription: arrived, executed, answered.  The cancel: the same, and three events.
    seen: list[tuple[int, bool, bool]] = []
    for point in range(10):
        connector = open_connector(Plan(cut=point))
        connection = connector.connect(QUERY)
        order_list_id = venue.lists[-1].order_list_id
        frames: list[Any] = []
        for frame in (
            signed("userDataStream.subscribe.signature"),
            signed("orderList.cancel", symbol="LTCBTC", orderListId=order_list_id),
        ):
            connection.send(frame)
        while len(frames) < 5 and (frame := connection.receive()) not in BROKEN:
            frames.append(frame)
        canceled = not venue.order_list(order_list_id).is_open
        if canceled:
            venue.order_entry.place_oco(
                symbol="LTCBTC", side="SELL", quantity=1, price=3, stop_price=1, now=NOW
            )
        seen.append((len(frames), canceled, connector.was_cut()))

    assert seen == [
        (0, False, True),
        (0, False, True),
        (1, False, True),
        (1, False, True),
        (1, True, True),
        (2, True, True),
        (3, True, True),
        (4, True, True),
        (5, True, True),
        (5, True, False),
    ]


def test_a_request_whose_own_event_is_cut_is_logged(
    open_connector: OpenConnector, signed: Signed, venue: Venue
) -> None:
    # The second execution sends the event of the first before the answer.
    connection = open_connector(Plan([NORMAL, replayed()], cut=5)).connect(QUERY)
    connection.request(signed("userDataStream.subscribe.signature"))

    connection.send(signed("orderList.cancel", symbol="LTCBTC", orderListId=0))

    while connection.receive() not in BROKEN:
        pass
    assert venue.log.entries[1].answered == "dropped"
