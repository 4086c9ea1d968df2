"""Queries of all order lists, by id and by time."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from orderlists.extending import HttpRequest
from orderlists_simulator import RestServerProtocol, Venue, WebSocketServerProtocol

NOW = 1_688_005_070_874_000_000
MILLISECOND = 10**6
DAY = 24 * 3600 * 1000
START = NOW // MILLISECOND - 10_000

Written = Callable[..., HttpRequest]
Signed = Callable[..., str]


@pytest.fixture
def venue() -> Venue:
    """Place five lists, a second apart, and cancel the first of them last."""
    made = Venue()
    for number in range(5):
        made.order_entry.place_oco(
            symbol="LTCBTC",
            side="SELL",
            quantity=1,
            price=3,
            stop_price=1,
            now=(START + number * 1000) * MILLISECOND,
        )
    made.order_entry.cancel(symbol="LTCBTC", order_list_id=0, now=(START + 5000) * MILLISECOND)
    return made


def over_rest(venue: Venue, written: Written, **parameters: object) -> Any:
    sent = written("GET", "/api/v3/allOrderList", **parameters)
    return json.loads(RestServerProtocol(venue).respond(sent, now=NOW).body)


def ids(found: Any) -> list[int]:
    return [each["orderListId"] for each in found]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"limit": 2}, [3, 4]),
        ({"limit": 5000}, [0, 1, 2, 3, 4]),
        ({"fromId": 3}, [3, 4]),
        ({"fromId": 0, "limit": 2}, [0, 1]),
        ({"startTime": START + 3000}, [3, 4, 0]),
        ({"startTime": START + 3000, "limit": 1}, [3]),
        ({"startTime": (START + 3000) * 1000}, [3, 4, 0]),
        ({"startTime": (START + 3000) * 1000 + 1}, [4, 0]),
        ({"endTime": START + 3000}, [1, 2, 3]),
        ({"endTime": START + 3000, "limit": 1}, [3]),
        ({"startTime": START + 2000, "endTime": START + 3000}, [2, 3]),
        ({"startTime": START, "endTime": START + DAY}, [1, 2, 3, 4, 0]),
    ],
)
def test_all_order_lists_by_id_and_by_the_time_of_their_last_change(
    venue: Venue, written: Written, parameters: dict[str, int], expected: list[int]
) -> None:
    assert ids(over_rest(venue, written, **parameters)) == expected


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"startTime": START, "endTime": START + DAY + 1}, -1127),
        ({"fromId": 1, "startTime": START}, -1128),
        ({"fromId": 1, "endTime": START}, -1128),
        ({"limit": 0}, -1102),
    ],
)
def test_a_wrong_range_of_all_order_lists_is_refused(
    venue: Venue, written: Written, parameters: dict[str, int], code: int
) -> None:
    assert over_rest(venue, written, **parameters)["code"] == code


def test_from_id_is_ignored_over_websocket_where_a_time_is_given(
    venue: Venue, signed: Signed
) -> None:
    protocol = WebSocketServerProtocol(venue)
    session = protocol.open("/ws-api/v3", now=NOW)
    frame = signed("allOrderLists", fromId=4, startTime=START + 3000)

    reply = json.loads(protocol.respond(session, frame, now=NOW))

    assert ids(reply["result"]) == [3, 4, 0]
    assert reply["rateLimits"][0]["count"] == 22
