"""User data events of subscriptions."""

from collections.abc import Callable
from typing import Any

import pytest

from orderlists.extending import HttpRequest
from orderlists_simulator import Behaviour, Plan, Venue, VirtualClock
from orderlists_simulator.faults import (
    NORMAL,
    PASS_THROUGH,
    Expire,
    Fill,
    executed_late,
)
from venue_clients import Listener

Signed = Callable[..., str]
Documented = Callable[[Behaviour], Venue]

SECOND = 10**9
NOW = 1_688_005_070_874_123_456
MILLISECONDS = NOW // 10**6
PLACED = 1_574_040_868_128
NAME = "C3wyj4WVEktd7u9aVBRXcN"
STOP, LIMIT = "pO9ufTiFGg3nw2fOdgeOXa", "TXOvglzXuaubXAaENpaRCB"
CANCEL = {"symbol": "LTCBTC", "orderListId": 0, "newClientOrderId": "mine"}

CANCELED_STOP = {
    "e": "executionReport",
    "E": MILLISECONDS,
    "s": "LTCBTC",
    "c": "mine",
    "S": "SELL",
    "o": "STOP_LOSS_LIMIT",
    "f": "GTC",
    "q": "10.00000000",
    "p": "1.00000000",
    "P": "1.00000000",
    "F": "0.00000000",
    "g": 0,
    "C": STOP,
    "x": "CANCELED",
    "X": "CANCELED",
    "r": "NONE",
    "i": 2,
    "l": "0.00000000",
    "z": "0.00000000",
    "L": "0.00000000",
    "n": "0",
    "N": None,
    "T": MILLISECONDS,
    "t": -1,
    "I": 3,
    "w": False,
    "m": False,
    "M": False,
    "O": PLACED,
    "Z": "0.00000000",
    "Y": "0.00000000",
    "Q": "0.00000000",
    "V": "NONE",
}
CANCELED_LIMIT = {
    **CANCELED_STOP,
    "o": "LIMIT_MAKER",
    "p": "3.00000000",
    "P": "0.00000000",
    "C": LIMIT,
    "i": 3,
    "I": 4,
    "W": PLACED,
}
OVER = {
    "e": "listStatus",
    "E": MILLISECONDS,
    "s": "LTCBTC",
    "g": 0,
    "c": "OCO",
    "l": "ALL_DONE",
    "L": "ALL_DONE",
    "r": "NONE",
    "C": NAME,
    "T": MILLISECONDS,
    "O": [{"s": "LTCBTC", "i": 2, "c": STOP}, {"s": "LTCBTC", "i": 3, "c": LIMIT}],
}


def events(frames: list[Any]) -> list[Any]:
    assert all(frame["subscriptionId"] == 0 for frame in frames)
    return [frame["event"] for frame in frames]


def brief(frames: list[Any]) -> list[tuple[str, ...]]:
    shown = {"executionReport": "xX", "listStatus": "lL"}
    return [tuple(each[key] for key in shown[each["e"]]) for each in events(frames)]


def test_events_of_a_cancel_follow_its_reply(listener: Listener, signed: Signed) -> None:
    reply, *event = listener.request(signed("orderList.cancel", **CANCEL))

    assert reply["status"] == 200
    assert events(event) == [CANCELED_STOP, CANCELED_LIMIT, OVER]


@pytest.mark.parametrize("late", [0, 2.0])
def test_events_may_precede_the_reply(
    documented: Documented, listen: Callable[..., Listener], signed: Signed, late: float
) -> None:
    venue = documented(Behaviour(events_sent="before_reply"))
    plan = Plan([NORMAL, executed_late(late, answer=PASS_THROUGH)])
    listener = listen(venue, plan=plan)

    listener.connection.send(signed("orderList.cancel", **CANCEL), timeout=1.0)
    *event, reply = listener.received(within=3)

    assert reply["status"] == 200
    assert [event["e"] for event in events(event)] == [
        "executionReport",
        "executionReport",
        "listStatus",
    ]


def test_events_of_a_late_cancel_follow_its_reply(
    listen: Callable[..., Listener], signed: Signed, venue: Venue
) -> None:
    plan = Plan([NORMAL, executed_late(2, answer=PASS_THROUGH)])
    listener = listen(venue, plan=plan)

    listener.connection.send(signed("orderList.cancel", **CANCEL), timeout=1.0)
    reply, *event = listener.received(within=3)

    assert reply["status"] == 200
    assert len(events(event)) == 3


def test_list_status_may_precede_the_execution_reports(
    documented: Documented, listen: Callable[..., Listener], signed: Signed
) -> None:
    listener = listen(documented(Behaviour(first_event="list_status")))

    _, *event = listener.request(signed("orderList.cancel", **CANCEL))

    assert events(event) == [OVER, CANCELED_STOP, CANCELED_LIMIT]


def test_a_cancel_over_rest_sends_events(
    listener: Listener, written: Callable[..., HttpRequest]
) -> None:
    listener.transport.send(written("DELETE", "/api/v3/orderList", **CANCEL), timeout=1.0)

    assert events(listener.received()) == [CANCELED_STOP, CANCELED_LIMIT, OVER]


def test_events_have_the_time_unit_of_the_connection(
    listen: Callable[..., Listener], venue: Venue, signed: Signed
) -> None:
    listener = listen(venue, "?timeUnit=MICROSECOND")

    _, report, *_ = listener.request(signed("orderList.cancel", **CANCEL))

    assert report["event"]["E"] == NOW // 1000


def test_a_refused_cancel_sends_no_events(listener: Listener, signed: Signed) -> None:
    replies = listener.request(signed("orderList.cancel", symbol="LTCBTC", orderListId=7))

    assert len(replies) == 1


def test_events_go_to_subscriptions_of_the_account_only(listener: Listener, venue: Venue) -> None:
    venue.order_entry.place_oco(
        symbol="LTCBTC",
        side="SELL",
        quantity=1,
        price=3,
        stop_price=1,
        account="another",
        now=NOW,
    )

    assert listener.received() == []


def test_no_events_after_unsubscribe(listener: Listener, venue: Venue) -> None:
    listener.request('{"id": 1, "method": "userDataStream.unsubscribe"}')

    venue.expire(0, now=NOW)

    assert listener.received() == []


def test_every_connection_receives_the_same_events(
    listen: Callable[..., Listener], venue: Venue, signed: Signed
) -> None:
    one, other = listen(venue), listen(venue)

    _, *event = one.request(signed("orderList.cancel", **CANCEL))

    assert other.received() == event


def test_fills_and_expiries_send_events_at_their_times(
    listen: Callable[..., Listener], venue: Venue, virtual: VirtualClock
) -> None:
    listener = listen(
        venue,
        plan=Plan(events=[(NOW + SECOND, Fill(0, 3, "4")), (NOW + 2 * SECOND, Expire(0))]),
    )

    early = listener.received(within=0.9)
    fill = listener.received(within=0.5)
    rest = listener.received(within=1.0)

    assert early == []
    assert brief(fill) == [
        ("EXPIRED", "EXPIRED"),
        ("TRADE", "PARTIALLY_FILLED"),
        ("EXEC_STARTED", "EXECUTING"),
    ]
    trade = events(fill)[1]
    assert {key: trade[key] for key in "lzLZYtmw"} == {
        "l": "4.00000000",
        "z": "4.00000000",
        "L": "3.00000000",
        "Z": "12.00000000",
        "Y": "12.00000000",
        "t": 1,
        "m": True,
        "w": True,
    }
    assert events(fill)[0]["eR"] == "OCO_TRIGGER"
    assert brief(rest) == [("EXPIRED", "EXPIRED"), ("ALL_DONE", "ALL_DONE")]
    assert virtual.now() > NOW + 2 * SECOND
