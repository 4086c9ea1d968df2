"""Placing single orders, against which lists can be filled, and canceling and querying them."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from markets import LIMIT as WORKING
from markets import MAKER, STOP, oco, oto
from orderlists.extending import HttpRequest
from orderlists_simulator import (
    RestServerProtocol,
    Venue,
    VirtualClock,
    WebSocketServerProtocol,
)
from orderlists_simulator._protocols.websocket_request import parse
from venue_clients import Listener

NOW = 1_688_005_070_874_000_000
PATH = "/api/v3/order"
Written = Callable[..., HttpRequest]
Signed = Callable[..., str]
Send = Callable[..., Any]

LIMIT: Mapping[str, object] = {
    "symbol": "LTCBTC",
    "side": "BUY",
    "type": "LIMIT",
    "quantity": "5",
    "price": "1.5",
    "timeInForce": "GTC",
    "newClientOrderId": "mine",
}
MARKET: Mapping[str, object] = {
    "symbol": "LTCBTC",
    "side": "BUY",
    "type": "MARKET",
    "quantity": "5",
}


@pytest.fixture
def venue() -> Venue:
    made = Venue()
    made.set_price("LTCBTC", "2", now=0)
    return made


@pytest.fixture
def virtual() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def send(venue: Venue, written: Written) -> Send:
    def send(method: str, path: str, **parameters: object) -> Any:
        sent = written(method, path, **parameters)
        return json.loads(RestServerProtocol(venue).respond(sent, now=NOW).body)

    return send


def test_a_limit_order_rests_and_every_field_is_returned(send: Send, venue: Venue) -> None:
    assert send("POST", PATH, **LIMIT) == {
        "symbol": "LTCBTC",
        "orderId": 0,
        "orderListId": -1,
        "clientOrderId": "mine",
        "transactTime": NOW // 10**6,
        "price": "1.50000000",
        "origQty": "5.00000000",
        "executedQty": "0.00000000",
        "origQuoteOrderQty": "0.000000",
        "cummulativeQuoteQty": "0.00000000",
        "status": "NEW",
        "timeInForce": "GTC",
        "type": "LIMIT",
        "side": "BUY",
        "workingTime": NOW // 10**6,
        "selfTradePreventionMode": "NONE",
        "fills": [],
    }
    assert venue.lists == ()
    assert [each.order_id for each in venue.single_orders] == [0]


def test_a_market_order_fills_at_the_last_price(send: Send) -> None:
    placed = send("POST", PATH, **MARKET)

    assert (placed["status"], placed["cummulativeQuoteQty"]) == ("FILLED", "10.00000000")
    assert [each["price"] for each in placed["fills"]] == ["2.00000000"]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"type": "LIMIT_MAKER", "timeInForce": None}, 5),
        ({"newOrderRespType": "RESULT"}, 16),
        ({"newOrderRespType": "FULL"}, 17),
    ],
)
def test_the_default_response_type_depends_on_the_type(
    send: Send, changes: Mapping[str, object], fields: int
) -> None:
    assert len(send("POST", PATH, **{**LIMIT, **changes})) == fields


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"symbol": "XYZ"}, -1121),
        ({"price": None}, -1102),
        ({"quantity": "0"}, -1013),
        ({**MARKET, "quantity": "0", "price": None, "timeInForce": None}, -1013),
        ({"price": "0"}, -1013),
        ({"type": "STOP_LOSS", "timeInForce": None, "price": None, "stopPrice": "0"}, -1013),
        ({"timeInForce": None}, -1102),
        ({"stopPrice": "1"}, -1106),
        ({"quoteOrderQty": "1"}, -1104),
        ({"type": "LIMIT_MAKER", "timeInForce": None, "price": "2"}, -2010),
        ({"type": "STOP_LOSS", "timeInForce": None, "price": None, "stopPrice": "2"}, -2010),
        ({"type": "STOP_LOSS", "timeInForce": None, "price": None}, -1102),
    ],
)
def test_an_order_is_refused_with_the_code_of_the_exchange(
    send: Send, venue: Venue, changes: Mapping[str, object], code: int
) -> None:
    assert send("POST", PATH, **{**LIMIT, **changes})["code"] == code
    assert venue.single_orders == ()


def test_a_client_order_id_is_shared_with_the_orders_of_lists(send: Send, venue: Venue) -> None:
    send("POST", PATH, **LIMIT)

    assert send("POST", PATH, **LIMIT) == {"code": -2010, "msg": "Duplicate order sent."}
    send("DELETE", PATH, symbol="LTCBTC", orderId=0)
    assert send("POST", PATH, **LIMIT)["orderId"] == 2
    assert len(venue.single_orders) == 2


def test_a_single_order_is_found_by_queries_of_orders_and_by_no_query_of_lists(
    send: Send,
) -> None:
    send("POST", PATH, **LIMIT)

    for found in (
        send("GET", PATH, symbol="LTCBTC", orderId=0),
        send("GET", PATH, symbol="LTCBTC", origClientOrderId="mine"),
    ):
        assert (found["orderId"], found["orderListId"], found["status"]) == (0, -1, "NEW")
    assert send("GET", "/api/v3/openOrderList") == []
    assert send("GET", "/api/v3/allOrderList") == []


def test_a_cancel_of_a_single_order_returns_its_report_without_a_list(send: Send) -> None:
    send("POST", PATH, **LIMIT)

    canceled = send("DELETE", PATH, symbol="LTCBTC", orderId=0, newClientOrderId="cancel")

    assert "contingencyType" not in canceled
    assert canceled["orderListId"] == -1
    assert (canceled["origClientOrderId"], canceled["clientOrderId"]) == ("mine", "cancel")
    assert canceled["status"] == "CANCELED"


def test_cancel_open_orders_returns_lists_and_single_orders(send: Send, venue: Venue) -> None:
    oco(venue, STOP, MAKER)
    send("POST", PATH, **LIMIT)

    canceled = send("DELETE", "/api/v3/openOrders", symbol="LTCBTC")

    assert ["contingencyType" in each for each in canceled] == [True, False]


def test_a_single_order_fills_and_counts_like_the_orders_of_a_list(
    send: Send, venue: Venue
) -> None:
    oto(venue, WORKING, MAKER)
    send("POST", PATH, **LIMIT)
    assert venue.order_count.used("main", now=NOW)[0] == 1

    venue.set_price("LTCBTC", "1.5", available="12", now=NOW + 1)

    assert venue.order_list(0).orders[0].status == "FILLED"
    (order,) = venue.single_orders
    assert order.status == "PARTIALLY_FILLED"
    assert order.executed_qty == 2


def test_a_single_order_has_events_without_a_list_status(
    listener: Listener, signed: Signed
) -> None:
    messages = listener.request(signed("order.place", 2, **MARKET))

    assert messages[0]["result"]["status"] == "FILLED"
    assert [
        (each["event"]["e"], each["event"]["X"], each["event"]["g"]) for each in messages[1:]
    ] == [("executionReport", "NEW", -1), ("executionReport", "FILLED", -1)]


def test_the_execution_of_a_single_order_has_no_list_in_the_log(
    venue: Venue, signed: Signed
) -> None:
    protocol = WebSocketServerProtocol(venue)
    session = protocol.open("/ws-api/v3", now=NOW)
    frame = signed("order.place", **MARKET)

    request = parse(frame)
    assert protocol.describe(request, frame).effect == "place"
    assert protocol.execute(session, request, now=NOW).order_list_id is None
