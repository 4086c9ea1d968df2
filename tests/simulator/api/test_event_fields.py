"""The fields of user data events."""

from collections.abc import Callable
from typing import Any

from orderlists_simulator import Leg, Plan, Venue
from orderlists_simulator.faults import (
    Expire,
    PlaceAgain,
)
from venue_clients import Listener

SECOND = 10**9
NOW = 1_688_005_070_874_123_456
PLACED = 1_574_040_868_128


def events(frames: list[Any]) -> list[Any]:
    assert all(frame["subscriptionId"] == 0 for frame in frames)
    return [frame["event"] for frame in frames]


def brief(frames: list[Any]) -> list[tuple[str, ...]]:
    shown = {"executionReport": "xX", "listStatus": "lL"}
    return [tuple(each[key] for key in shown[each["e"]]) for each in events(frames)]


def test_a_new_list_sends_events(listen: Callable[..., Listener], venue: Venue) -> None:
    listener = listen(
        venue, plan=Plan(events=[(NOW + SECOND, Expire(0)), (NOW + 2 * SECOND, PlaceAgain(0))])
    )

    event = brief(listener.received(within=1.5))

    assert event[-3:] == [("NEW", "NEW"), ("NEW", "NEW"), ("EXEC_STARTED", "EXECUTING")]


def test_a_released_order_is_reported_as_new_again(listener: Listener, venue: Venue) -> None:
    placed = venue.order_entry.place_list(
        symbol="LTCBTC",
        contingency_type="OTO",
        legs=[
            Leg(side="BUY", type="LIMIT", quantity=5, price=2),
            Leg(side="SELL", type="LIMIT", price=3, status="PENDING_NEW"),
        ],
        now=NOW,
    )
    before = listener.received()
    venue.fill(placed.order_list_id, placed.orders[0].order_id, now=NOW)

    assert brief(before) == [
        ("NEW", "NEW"),
        ("NEW", "PENDING_NEW"),
        ("EXEC_STARTED", "EXECUTING"),
    ]
    # The pending leg of an OPO has no quantity before.
    assert events(before)[1]["q"] == "0.00000000"
    assert brief(listener.received()) == [
        ("TRADE", "FILLED"),
        ("NEW", "NEW"),
        ("EXEC_STARTED", "EXECUTING"),
    ]


def test_execution_reports_have_conditional_fields(listener: Listener, venue: Venue) -> None:
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
    venue.order_entry.place_list(symbol="LTCBTC", contingency_type="OCO", legs=[leg, leg], now=NOW)

    report = events(listener.received())[0]

    expected = {"d": 10, "D": PLACED, "j": 7, "J": 1_000_000, "v": 3, "A": "0.50000000"}
    expected |= {"k": "SOR", "uS": True, "gP": "PRIMARY_PEG", "gOT": "PRICE_LEVEL"}
    expected |= {"gOV": 1, "gp": "2.50000000", "F": "1.00000000"}
    assert {key: report[key] for key in expected} == expected
    assert "eR" not in report
    assert "W" not in report
