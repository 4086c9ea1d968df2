import json
from collections.abc import Callable
from typing import Any

import pytest

from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator import EXAMPLE_KEY, HmacApiKey, Leg, Refused, Rules, Venue

Ask = Callable[..., HttpResponse]

LIST, ORDER, TIME = "/api/v3/orderList", "/api/v3/order", "/api/v3/time"
NAME = "C3wyj4WVEktd7u9aVBRXcN"
PLACED = 1_574_040_868_128
CANCELED = 1_688_005_070_874
NO_LIST = (400, -2018, "Order list does not exist.")
NO_ORDER = (400, -2013, "Order does not exist.")


def object_in(response: HttpResponse) -> dict[str, Any]:
    assert response.status == 200, response.body
    found: dict[str, Any] = json.loads(response.body)
    return found


def told(response: HttpResponse) -> tuple[int, int, str]:
    error = json.loads(response.body)
    return response.status, error["code"], error["msg"]


def cancel(venue: Venue, order_list_id: int = 0, name: str = "mine", now: int = CANCELED) -> None:
    venue.cancel(
        symbol="LTCBTC",
        order_list_id=order_list_id,
        new_client_order_id=name,
        now=now * 1_000_000,
    )


def again(venue: Venue) -> None:
    """Place the documented list anew, once it is over."""
    venue.open_oco(
        symbol="LTCBTC",
        side="SELL",
        quantity=1,
        price=3,
        stop_price=1,
        list_client_order_id=NAME,
        stop_client_order_id="pO9ufTiFGg3nw2fOdgeOXa",
        now=CANCELED * 1_000_000,
    )


def test_an_open_list(ask: Ask) -> None:
    assert list(object_in(ask(LIST, orderListId=0)).items()) == [
        ("orderListId", 0),
        ("contingencyType", "OCO"),
        ("listStatusType", "EXEC_STARTED"),
        ("listOrderStatus", "EXECUTING"),
        ("listClientOrderId", NAME),
        ("transactionTime", PLACED),
        ("symbol", "LTCBTC"),
        (
            "orders",
            [
                {"symbol": "LTCBTC", "orderId": 2, "clientOrderId": "pO9ufTiFGg3nw2fOdgeOXa"},
                {"symbol": "LTCBTC", "orderId": 3, "clientOrderId": "TXOvglzXuaubXAaENpaRCB"},
            ],
        ),
    ]


def test_a_cancelled_list_keeps_the_client_ids_of_its_orders(ask: Ask, venue: Venue) -> None:
    cancel(venue)

    found = object_in(ask(LIST, origClientOrderId=NAME))

    assert (found["listStatusType"], found["listOrderStatus"]) == ("ALL_DONE", "ALL_DONE")
    assert found["transactionTime"] == CANCELED
    assert found["orders"][0]["clientOrderId"] == "pO9ufTiFGg3nw2fOdgeOXa"
    assert "orderReports" not in found


def test_a_client_id_finds_the_newest_list_of_this_name(ask: Ask, venue: Venue) -> None:
    cancel(venue)
    again(venue)

    assert object_in(ask(LIST, origClientOrderId=NAME))["orderListId"] == 1


@pytest.mark.parametrize("ids", [{"orderListId": 7}, {"origClientOrderId": "never"}])
def test_a_list_that_does_not_exist(ask: Ask, ids: dict[str, object]) -> None:
    assert told(ask(LIST, **ids)) == NO_LIST


def test_a_list_of_another_account(ask: Ask, venue: Venue) -> None:
    venue.open_oco(
        symbol="LTCBTC",
        side="SELL",
        quantity=1,
        price=3,
        stop_price=1,
        list_client_order_id="theirs",
        stop_client_order_id="stop",
        account="another",
        now=0,
    )

    assert told(ask(LIST, orderListId=1)) == NO_LIST
    assert told(ask(LIST, origClientOrderId="theirs")) == NO_LIST
    assert told(ask(ORDER, symbol="LTCBTC", orderId=4)) == NO_ORDER
    assert told(ask(ORDER, symbol="LTCBTC", origClientOrderId="stop")) == NO_ORDER


def test_a_list_without_any_id(ask: Ask) -> None:
    assert told(ask(LIST)) == (
        400,
        -1128,
        (
            "Combination of optional parameters invalid. "
            "Recommendation: 'orderListId' should also be sent."
        ),
    )


@pytest.mark.parametrize("name", ["symbol", "listClientOrderId"])
def test_a_parameter_of_a_cancel_is_none_of_a_query(ask: Ask, name: str) -> None:
    unread: dict[str, object] = {"orderListId": 0, name: "LTCBTC"}

    assert told(ask(LIST, **unread))[1] == -1104


def test_with_both_ids_of_a_list_its_client_id_counts(ask: Ask, venue: Venue) -> None:
    again_under_another_name = venue.open_oco(
        symbol="LTCBTC", side="SELL", quantity=1, price=3, stop_price=1, now=0
    )
    other = again_under_another_name.order_list_id

    assert object_in(ask(LIST, orderListId=other, origClientOrderId=NAME))["orderListId"] == 0
    assert told(ask(LIST, orderListId=0, origClientOrderId="never")) == NO_LIST


def test_with_both_ids_of_a_list_its_id_counts_where_the_venue_has_it_so(
    documented: Callable[[Rules], Venue],
) -> None:
    venue = documented(Rules(both_query_ids="id_wins"))

    found = venue.query_list(order_list_id=0, orig_client_order_id="never", now=0)

    assert found.list_client_order_id == NAME
    assert venue.query_list(orig_client_order_id=NAME, now=0) == found
    with pytest.raises(Refused, match="-2018"):
        venue.query_list(order_list_id=1, orig_client_order_id=NAME, now=0)


def test_an_open_order(ask: Ask) -> None:
    assert list(object_in(ask(ORDER, symbol="LTCBTC", orderId=2)).items()) == [
        ("symbol", "LTCBTC"),
        ("orderId", 2),
        ("orderListId", 0),
        ("clientOrderId", "pO9ufTiFGg3nw2fOdgeOXa"),
        ("price", "1.00000000"),
        ("origQty", "10.00000000"),
        ("executedQty", "0.00000000"),
        ("cummulativeQuoteQty", "0.00000000"),
        ("status", "NEW"),
        ("timeInForce", "GTC"),
        ("type", "STOP_LOSS_LIMIT"),
        ("side", "SELL"),
        ("stopPrice", "1.00000000"),
        ("icebergQty", "0.00000000"),
        ("time", PLACED),
        ("updateTime", PLACED),
        ("isWorking", False),
        ("workingTime", -1),
        ("origQuoteOrderQty", "0.000000"),
        ("selfTradePreventionMode", "NONE"),
    ]


def test_an_order_on_the_book_is_working(ask: Ask) -> None:
    found = object_in(ask(ORDER, symbol="LTCBTC", origClientOrderId="TXOvglzXuaubXAaENpaRCB"))

    assert (found["orderId"], found["isWorking"], found["workingTime"]) == (3, True, PLACED)
    assert found["stopPrice"] == "0.00000000"


def test_conditional_fields_come_last(ask: Ask, venue: Venue) -> None:
    leg = Leg(
        side="SELL",
        type="STOP_LOSS_LIMIT",
        quantity=2,
        price=1,
        trailing_delta=10,
        trailing_time=5_000_000,
        iceberg_qty="0.5",
        strategy_id=0,
        strategy_type=1_000_000,
        prevented_match_id=0,
        status="EXPIRED",
        expiry_reason="OCO_TRIGGER",
    )
    opo = Leg(side="SELL", type="MARKET", status="PENDING_NEW")
    venue.open_list(symbol="LTCBTC", contingency_type="OTO", legs=[leg, opo], now=0)

    first = object_in(ask(ORDER, symbol="LTCBTC", orderId=4))
    second = object_in(ask(ORDER, symbol="LTCBTC", orderId=5))

    common = 20
    assert first["icebergQty"] == "0.50000000"
    assert list(first.items())[common:] == [
        ("strategyId", 0),
        ("strategyType", 1_000_000),
        ("trailingDelta", 10),
        ("trailingTime", 5),
        ("preventedMatchId", 0),
        ("expiryReason", "OCO_TRIGGER"),
    ]
    assert "origQty" not in second
    assert (second["isWorking"], second["workingTime"]) == (False, -1)


def test_a_cancelled_leg_shows_the_id_of_its_cancel(ask: Ask, venue: Venue) -> None:
    cancel(venue)

    found = object_in(ask(ORDER, symbol="LTCBTC", orderId=2))

    assert (found["status"], found["clientOrderId"]) == ("CANCELED", "mine")
    assert found["updateTime"] == CANCELED
    assert told(ask(ORDER, symbol="LTCBTC", origClientOrderId="pO9ufTiFGg3nw2fOdgeOXa")) == NO_ORDER
    assert object_in(ask(ORDER, symbol="LTCBTC", orderId=2, origClientOrderId="mine")) == found


def test_a_cancelled_leg_shows_its_own_id_where_the_venue_has_it_so(
    documented: Callable[[Rules], Venue],
) -> None:
    venue = documented(Rules(canceled_leg_shows="original_id"))
    cancel(venue)

    found = venue.query_order(symbol="LTCBTC", orig_client_order_id="pO9ufTiFGg3nw2fOdgeOXa", now=0)

    assert found.client_order_id == "pO9ufTiFGg3nw2fOdgeOXa"
    assert (found.order.order_id, found.order.cancel_id) == (2, "mine")


def test_a_client_id_finds_the_newest_order_of_this_name(ask: Ask, venue: Venue) -> None:
    venue.fill(0, 3, now=CANCELED)
    again(venue)

    found = object_in(ask(ORDER, symbol="LTCBTC", origClientOrderId="pO9ufTiFGg3nw2fOdgeOXa"))

    assert (found["orderId"], found["orderListId"]) == (4, 1)


@pytest.mark.parametrize(
    "ids",
    [
        {"symbol": "LTCBTC", "orderId": 7},
        {"symbol": "LTCBTC", "origClientOrderId": "never"},
        {"symbol": "BTCUSDT", "orderId": 2},
        {"symbol": "BTCUSDT", "origClientOrderId": "pO9ufTiFGg3nw2fOdgeOXa"},
    ],
)
def test_an_order_that_does_not_exist(ask: Ask, ids: dict[str, object]) -> None:
    assert told(ask(ORDER, **ids)) == NO_ORDER


def test_an_order_of_another_client_id(ask: Ask) -> None:
    assert told(ask(ORDER, symbol="LTCBTC", orderId=2, origClientOrderId="another")) == (
        400,
        -2039,
        "Client order ID is not correct for this order ID.",
    )


def test_an_order_without_any_id(ask: Ask) -> None:
    assert told(ask(ORDER, symbol="LTCBTC")) == (
        400,
        -1102,
        "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
    )


def test_an_order_on_a_symbol_that_is_not_traded(ask: Ask) -> None:
    assert told(ask(ORDER, symbol="NOSUCH", orderId=2)) == (400, -1121, "Invalid symbol.")


def test_a_key_that_may_not_trade_may_look(ask: Ask, venue: Venue) -> None:
    reader = HmacApiKey(api_key=EXAMPLE_KEY.api_key, secret=EXAMPLE_KEY.secret, may_trade=False)
    venue.keys = type(venue.keys)([reader])

    assert ask(LIST, orderListId=0).status == 200
    assert ask(ORDER, symbol="LTCBTC", orderId=2).status == 200


def test_a_query_is_in_time(ask: Ask) -> None:
    assert told(ask(LIST, orderListId=0, timestamp=CANCELED - 5001))[1] == -1021


@pytest.mark.parametrize("path", [LIST, ORDER])
def test_a_forged_query_is_noticed(
    exchange: Callable[[HttpRequest], HttpResponse],
    written: Callable[..., HttpRequest],
    path: str,
) -> None:
    ids = {"orderListId": 1} if path == LIST else {"symbol": "LTCBTC", "orderId": 1}
    true = written("GET", path, **ids)
    forged = HttpRequest("GET", true.target.replace("Id=1", "Id=0"), true.headers)

    assert told(exchange(forged))[1] == -1022


def test_the_form_of_a_query_is_not_read(
    exchange: Callable[[HttpRequest], HttpResponse],
    hmac_sign: Callable[[bytes], str],
) -> None:
    query, form = f"timestamp={CANCELED}", "orderListId=0"
    headers = (
        ("X-MBX-APIKEY", EXAMPLE_KEY.api_key),
        ("Content-Type", "application/x-www-form-urlencoded"),
    )
    target = f"{LIST}?{query}&signature={hmac_sign((query + form).encode())}"

    assert told(exchange(HttpRequest("GET", target, headers, form.encode())))[1] == -1128


def test_the_time_is_told_to_anyone(exchange: Callable[[HttpRequest], HttpResponse]) -> None:
    response = exchange(HttpRequest("GET", TIME, ()))

    assert object_in(response) == {"serverTime": CANCELED}


def test_the_time_is_told_in_microseconds_on_request(
    exchange: Callable[[HttpRequest], HttpResponse],
) -> None:
    headers = (("X-MBX-TIME-UNIT", "MICROSECOND"),)

    response = exchange(HttpRequest("GET", TIME, headers))

    assert object_in(response) == {"serverTime": 1_688_005_070_874_123}


def test_the_time_has_no_parameters(exchange: Callable[[HttpRequest], HttpResponse]) -> None:
    assert told(exchange(HttpRequest("GET", f"{TIME}?zone=UTC", ())))[1] == -1104


def test_queries_cost_their_weight_also_when_they_succeed(
    ask: Ask, exchange: Callable[[HttpRequest], HttpResponse]
) -> None:
    answers = [
        ask(LIST, orderListId=0),
        ask(LIST, orderListId=7),
        ask(ORDER, symbol="LTCBTC", orderId=2),
        exchange(HttpRequest("GET", TIME, ())),
    ]

    assert [each.header("X-MBX-USED-WEIGHT-1M") for each in answers] == ["4", "8", "12", "13"]
