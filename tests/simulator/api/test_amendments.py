"""The endpoints of amendments, as a client in any language sees them."""

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
MILLISECONDS = NOW // 10**6
AMEND, AMENDMENTS = "/api/v3/order/amend/keepPriority", "/api/v3/order/amendments"
Written = Callable[..., HttpRequest]
Signed = Callable[..., str]


@pytest.fixture
def venue() -> Venue:
    return example_venue(now=NOW, lists=1)


def put(venue: Venue, written: Written, **parameters: object) -> tuple[int, Any]:
    sent = written("PUT", AMEND, symbol="LTCBTC", **parameters)
    response = RestServerProtocol(venue).respond(sent, now=NOW)
    return response.status, json.loads(response.body)


def test_the_reply_to_an_amend_of_a_leg_has_the_documented_fields(
    venue: Venue, written: Written
) -> None:
    before = venue.order_list(0)
    limit = before.orders[1]

    status, body = put(venue, written, orderId=3, newQty="4", newClientOrderId="mine")

    assert status == 200
    assert body == {
        "transactTime": MILLISECONDS,
        "executionId": venue.order_list(0).orders[1].amendments[0].execution_id,
        "amendedOrder": {
            "symbol": "LTCBTC",
            "orderId": 3,
            "orderListId": 0,
            "origClientOrderId": limit.client_order_id,
            "clientOrderId": "mine",
            "price": "3.00000000",
            "qty": "4.00000000",
            "executedQty": "0.00000000",
            "preventedQty": "0.00000000",
            "quoteOrderQty": "0.00000000",
            "cumulativeQuoteQty": "0.00000000",
            "status": "NEW",
            "timeInForce": "GTC",
            "type": "LIMIT_MAKER",
            "side": "SELL",
            "workingTime": limit.time // 10**6,
            "selfTradePreventionMode": "NONE",
        },
        "listStatus": {
            "orderListId": 0,
            "contingencyType": "OCO",
            "listOrderStatus": "EXECUTING",
            "listClientOrderId": before.list_client_order_id,
            "symbol": "LTCBTC",
            "orders": [
                {
                    "symbol": "LTCBTC",
                    "orderId": 2,
                    "clientOrderId": before.orders[0].client_order_id,
                },
                {"symbol": "LTCBTC", "orderId": 3, "clientOrderId": "mine"},
            ],
        },
    }


def test_the_amendments_of_an_order_have_the_documented_fields_over_websocket(
    venue: Venue, signed: Signed
) -> None:
    protocol = WebSocketServerProtocol(venue)
    session = protocol.open("/ws-api/v3", now=NOW)
    name = venue.order_list(0).orders[0].client_order_id

    frame = signed("order.amend.keepPriority", symbol="LTCBTC", orderId=2, newQty="4")
    amended = json.loads(protocol.respond(session, frame, now=NOW))["result"]
    query = signed("order.amendments", symbol="LTCBTC", orderId=2, limit=5000)
    listed = json.loads(protocol.respond(session, query, now=NOW))["result"]

    assert listed == [
        {
            "symbol": "LTCBTC",
            "orderId": 2,
            "executionId": amended["executionId"],
            "origClientOrderId": name,
            "newClientOrderId": amended["amendedOrder"]["clientOrderId"],
            "origQty": "10.00000000",
            "newQty": "4.00000000",
            "time": MILLISECONDS,
        }
    ]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"newQty": "4"}, -1102),
        ({"orderId": 3}, -1102),
        ({"orderId": 3, "newQty": "-4"}, -1100),
        ({"orderId": 3, "newQty": "4", "price": "3"}, -1104),
        ({"orderId": 3, "origClientOrderId": "other", "newQty": "4"}, -2038),
    ],
    ids=str,
)
def test_a_malformed_amend_changes_nothing(
    venue: Venue, written: Written, parameters: dict[str, object], code: int
) -> None:
    before = venue.order_list(0)
    status, body = put(venue, written, **parameters)
    assert (status, body["code"]) == (400, code)
    assert venue.order_list(0) == before


def test_an_amend_that_is_done_keeps_its_weight(venue: Venue, written: Written) -> None:
    sent = written("PUT", AMEND, symbol="LTCBTC", orderId=3, newQty="4")
    response = RestServerProtocol(venue).respond(sent, now=NOW)
    assert (response.status, response.header("X-MBX-USED-WEIGHT-1M")) == (200, "4")


def test_the_amendments_on_an_unknown_symbol_are_refused(venue: Venue, written: Written) -> None:
    query = written("GET", AMENDMENTS, symbol="NOSUCH", orderId=3)
    response = RestServerProtocol(venue).respond(query, now=NOW)
    assert (response.status, json.loads(response.body)["code"]) == (400, -1121)


def test_the_log_of_the_venue_distinguishes_amends_from_queries(
    venue: Venue, written: Written
) -> None:
    request = written("PUT", AMEND, symbol="LTCBTC", orderId=3, newQty="4")
    query = written("GET", AMENDMENTS, symbol="LTCBTC", orderId=3)
    described = [RestServerProtocol(venue).describe(each).effect for each in (request, query)]
    assert described == ["amend", None]
