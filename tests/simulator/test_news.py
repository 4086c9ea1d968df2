"""What subscribers are told."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from orderlists.extending import HttpRequest
from orderlists_simulator import Leg, Plan, Rules, Venue, VenueTransport, VirtualClock
from orderlists_simulator.faults import NORMAL, TRUTH, Expire, Fill, PlaceAgain, executed_late

Signed = Callable[..., str]
Documented = Callable[[Rules], Venue]

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


class Listener:
    """A connection that is subscribed, and what it was told so far."""

    def __init__(
        self, venue: Venue, signed: Signed, clock: VirtualClock, query: str = "", plan: Any = None
    ) -> None:
        self.transport = VenueTransport(venue, now=clock.now, sleep=clock.sleep, plan=plan)
        self.connection = self.transport.connect(f"/ws-api/v3{query}", timeout=1.0)
        self.ask(signed("userDataStream.subscribe.signature", recvWindow=60000))

    def ask(self, frame: str) -> list[Any]:
        self.connection.send(frame, timeout=1.0)
        return self.told()

    def told(self, *, within: float = 0) -> list[Any]:
        found: list[Any] = []
        while (frame := self.connection.receive(timeout=within)) is not None:
            found.append(json.loads(frame))
        return found


@pytest.fixture
def listen(signed: Signed, virtual: VirtualClock) -> Callable[..., Listener]:
    def listen(venue: Venue, query: str = "", plan: Plan | None = None) -> Listener:
        return Listener(venue, signed, virtual, query, plan)

    return listen


@pytest.fixture
def listener(listen: Callable[..., Listener], venue: Venue) -> Listener:
    return listen(venue)


def events(frames: list[Any]) -> list[Any]:
    assert all(frame["subscriptionId"] == 0 for frame in frames)
    return [frame["event"] for frame in frames]


def brief(frames: list[Any]) -> list[tuple[str, ...]]:
    shown = {"executionReport": "xX", "listStatus": "lL"}
    return [tuple(each[key] for key in shown[each["e"]]) for each in events(frames)]


def test_a_cancel_is_answered_and_then_told(listener: Listener, signed: Signed) -> None:
    reply, *told = listener.ask(signed("orderList.cancel", **CANCEL))

    assert reply["status"] == 200
    assert events(told) == [CANCELED_STOP, CANCELED_LIMIT, OVER]


@pytest.mark.parametrize("late", [0, 2.0])
def test_or_told_and_then_answered(
    documented: Documented, listen: Callable[..., Listener], signed: Signed, late: float
) -> None:
    venue = documented(Rules(events_come="before_reply"))
    plan = Plan([NORMAL, executed_late(late, then=TRUTH)])
    listener = listen(venue, plan=plan)

    listener.connection.send(signed("orderList.cancel", **CANCEL), timeout=1.0)
    *told, reply = listener.told(within=3)

    assert reply["status"] == 200
    assert [event["e"] for event in events(told)] == [
        "executionReport",
        "executionReport",
        "listStatus",
    ]


def test_a_late_cancel_is_answered_and_then_told(
    listen: Callable[..., Listener], signed: Signed, venue: Venue
) -> None:
    plan = Plan([NORMAL, executed_late(2, then=TRUTH)])
    listener = listen(venue, plan=plan)

    listener.connection.send(signed("orderList.cancel", **CANCEL), timeout=1.0)
    reply, *told = listener.told(within=3)

    assert reply["status"] == 200
    assert len(events(told)) == 3


def test_the_list_may_come_first(
    documented: Documented, listen: Callable[..., Listener], signed: Signed
) -> None:
    listener = listen(documented(Rules(first_event="list_status")))

    _, *told = listener.ask(signed("orderList.cancel", **CANCEL))

    assert events(told) == [OVER, CANCELED_STOP, CANCELED_LIMIT]


def test_a_cancel_by_rest_is_told_as_well(
    listener: Listener, written: Callable[..., HttpRequest]
) -> None:
    listener.transport.send(written("DELETE", "/api/v3/orderList", **CANCEL), timeout=1.0)

    assert events(listener.told()) == [CANCELED_STOP, CANCELED_LIMIT, OVER]


def test_times_are_in_the_unit_of_the_connection(
    listen: Callable[..., Listener], venue: Venue, signed: Signed
) -> None:
    listener = listen(venue, "?timeUnit=MICROSECOND")

    _, report, *_ = listener.ask(signed("orderList.cancel", **CANCEL))

    assert report["event"]["E"] == NOW // 1000


def test_a_refused_cancel_changes_nothing(listener: Listener, signed: Signed) -> None:
    replies = listener.ask(signed("orderList.cancel", symbol="LTCBTC", orderListId=7))

    assert len(replies) == 1


def test_only_the_owner_is_told(listener: Listener, venue: Venue) -> None:
    venue.open_oco(
        symbol="LTCBTC",
        side="SELL",
        quantity=1,
        price=3,
        stop_price=1,
        account="another",
        now=NOW,
    )

    assert listener.told() == []


def test_who_has_unsubscribed_is_told_nothing(listener: Listener, venue: Venue) -> None:
    listener.ask('{"id": 1, "method": "userDataStream.unsubscribe"}')

    venue.expire(0, now=NOW)

    assert listener.told() == []


def test_every_connection_is_told_the_same(
    listen: Callable[..., Listener], venue: Venue, signed: Signed
) -> None:
    one, other = listen(venue), listen(venue)

    _, *told = one.ask(signed("orderList.cancel", **CANCEL))

    assert other.told() == told


def test_what_the_market_does_is_told_when_it_happens(
    listen: Callable[..., Listener], venue: Venue, virtual: VirtualClock
) -> None:
    listener = listen(
        venue,
        plan=Plan(events=[(NOW + SECOND, Fill(0, 3, "4")), (NOW + 2 * SECOND, Expire(0))]),
    )

    early = listener.told(within=0.9)
    fill = listener.told(within=0.5)
    rest = listener.told(within=1.0)

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


def test_a_list_that_is_placed_is_told(listen: Callable[..., Listener], venue: Venue) -> None:
    listener = listen(
        venue, plan=Plan(events=[(NOW + SECOND, Expire(0)), (NOW + 2 * SECOND, PlaceAgain(0))])
    )

    told = brief(listener.told(within=1.5))

    assert told[-3:] == [("NEW", "NEW"), ("NEW", "NEW"), ("EXEC_STARTED", "EXECUTING")]


def test_an_order_that_is_released_is_new_once_more(listener: Listener, venue: Venue) -> None:
    placed = venue.open_list(
        symbol="LTCBTC",
        contingency_type="OTO",
        legs=[
            Leg(side="BUY", type="LIMIT", quantity=5, price=2),
            Leg(side="SELL", type="LIMIT", price=3, status="PENDING_NEW"),
        ],
        now=NOW,
    )
    before = listener.told()
    venue.fill(placed.order_list_id, placed.orders[0].order_id, now=NOW)

    assert brief(before) == [
        ("NEW", "NEW"),
        ("NEW", "PENDING_NEW"),
        ("EXEC_STARTED", "EXECUTING"),
    ]
    # The pending leg of an OPO has no quantity before.
    assert events(before)[1]["q"] == "0.00000000"
    assert brief(listener.told()) == [
        ("TRADE", "FILLED"),
        ("NEW", "NEW"),
        ("EXEC_STARTED", "EXECUTING"),
    ]


def test_conditional_fields_are_told_where_they_are_known(listener: Listener, venue: Venue) -> None:
    leg = Leg(
        side="SELL",
        type="TAKE_PROFIT_LIMIT",
        quantity=5,
        price=2,
        trailing_delta=10,
        trailing_time=PLACED * 10**6,
        iceberg_qty=1,
        strategy_id=7,
        strategy_type=1_000_000,
        peg_price_type="PRIMARY_PEG",
        peg_offset_type="PRICE_LEVEL",
        peg_offset_value=1,
        pegged_price="2.5",
        used_sor=True,
        working_floor="SOR",
        prevented_match_id=3,
        prevented_quantity="0.5",
    )
    venue.open_list(symbol="LTCBTC", contingency_type="OCO", legs=[leg, leg], now=NOW)

    report = events(listener.told())[0]

    expected = {"d": 10, "D": PLACED, "j": 7, "J": 1_000_000, "v": 3, "A": "0.50000000"}
    expected |= {"k": "SOR", "uS": True, "gP": "PRIMARY_PEG", "gOT": "PRICE_LEVEL"}
    expected |= {"gOV": 1, "gp": "2.50000000", "F": "1.00000000"}
    assert {key: report[key] for key in expected} == expected
    assert "eR" not in report
    assert "W" not in report
