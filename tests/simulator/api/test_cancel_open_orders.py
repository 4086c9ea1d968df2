"""Canceling all open orders of a symbol, and one order with restrictions."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from orderlists.extending import HttpRequest
from orderlists_simulator import (
    RestServerProtocol,
    Venue,
    WebSocketServerProtocol,
    example_venue,
)

NOW = 1_688_005_070_874_000_000
Written = Callable[..., HttpRequest]
Signed = Callable[..., str]
OPEN, ORDER = "/api/v3/openOrders", "/api/v3/order"


@pytest.fixture
def venue() -> Venue:
    return example_venue(now=NOW, lists=3)


def delete(venue: Venue, written: Written, path: str, **parameters: object) -> tuple[int, Any]:
    response = RestServerProtocol(venue).respond(written("DELETE", path, **parameters), now=NOW)
    return response.status, json.loads(response.body)


def test_cancel_open_orders_cancels_every_open_list_of_the_symbol(
    venue: Venue, written: Written
) -> None:
    venue.order_entry.cancel(symbol="LTCBTC", order_list_id=1, now=NOW)
    other = venue.order_entry.place_oco(
        symbol="BTCUSDT", side="SELL", quantity=1, price=3, stop_price=1, now=NOW
    )

    status, canceled = delete(venue, written, OPEN, symbol="LTCBTC")

    assert status == 200
    assert [each["orderListId"] for each in canceled] == [0, 2]
    assert {each["listOrderStatus"] for each in canceled} == {"ALL_DONE"}
    cancel_ids = [{order["clientOrderId"] for order in each["orderReports"]} for each in canceled]
    assert [len(each) for each in cancel_ids] == [1, 1]
    assert cancel_ids[0] != cancel_ids[1]
    assert [each.order_list_id for each in venue.lists if each.is_open] == [other.order_list_id]


@pytest.mark.parametrize(
    ("symbol", "code", "message"),
    [("BTCUSDT", -2011, "Unknown order sent."), ("XYZ", -1121, "Invalid symbol.")],
)
def test_cancel_open_orders_without_an_open_order_is_refused(
    venue: Venue, written: Written, symbol: str, code: int, message: str
) -> None:
    assert delete(venue, written, OPEN, symbol=symbol) == (400, {"code": code, "msg": message})


def test_cancel_open_orders_over_websocket(venue: Venue, signed: Signed) -> None:
    protocol = WebSocketServerProtocol(venue)
    session = protocol.open("/ws-api/v3", now=NOW)

    reply = protocol.respond(session, signed("openOrders.cancelAll", symbol="LTCBTC"), now=NOW)

    assert len(json.loads(reply)["result"]) == 3


NOT_MET = "Order was not canceled due to cancel restrictions."


@pytest.mark.parametrize(
    ("restrictions", "filled", "status"),
    [
        (None, None, 200),
        (None, "1", 200),
        ("ONLY_NEW", None, 200),
        ("ONLY_NEW", "1", 400),
        ("ONLY_PARTIALLY_FILLED", None, 400),
        ("ONLY_PARTIALLY_FILLED", "1", 200),
    ],
)
def test_cancel_restrictions_compare_the_status_of_the_order(
    venue: Venue, written: Written, restrictions: str | None, filled: str | None, status: int
) -> None:
    if filled is not None:
        venue.fill(0, 3, quantity=filled, now=NOW)

    answer = delete(
        venue, written, ORDER, symbol="LTCBTC", orderId=3, cancelRestrictions=restrictions
    )

    assert answer[0] == status
    if status == 400:
        assert answer[1] == {"code": -2011, "msg": NOT_MET}
    assert venue.order_list(0).is_open == (status == 400)


def test_unknown_cancel_restrictions_are_refused(venue: Venue, written: Written) -> None:
    answer = delete(
        venue, written, ORDER, symbol="LTCBTC", orderId=2, cancelRestrictions="ONLY_OLD"
    )

    assert answer == (400, {"code": -1145, "msg": "Invalid cancelRestrictions"})


def test_an_order_is_canceled_by_its_client_id_with_its_list(
    venue: Venue, written: Written
) -> None:
    name = "TXOvglzXuaubXAaENpaRCB"

    status, canceled = delete(venue, written, ORDER, symbol="LTCBTC", origClientOrderId=name)

    assert (status, canceled["orderListId"]) == (200, 0)
    missing = delete(venue, written, ORDER, symbol="LTCBTC", orderId=3)
    assert missing == (400, {"code": -2011, "msg": "Unknown order sent."})
