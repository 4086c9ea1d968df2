import json
from collections.abc import Callable
from typing import Any

import pytest

from orderlists.extending import HttpResponse
from orderlists_simulator import ApiError, Behaviour, Leg, Venue
from venue_queries import list_of, order_of

Query = Callable[..., HttpResponse]

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


def error_of(response: HttpResponse) -> tuple[int, int, str]:
    error = json.loads(response.body)
    return response.status, error["code"], error["msg"]


def cancel(venue: Venue, order_list_id: int = 0, name: str = "mine", now: int = CANCELED) -> None:
    venue.order_entry.cancel(
        symbol="LTCBTC",
        order_list_id=order_list_id,
        new_client_order_id=name,
        now=now * 1_000_000,
    )


def again(venue: Venue) -> None:
    """Place the documented list again, after its end."""
    venue.order_entry.place_oco(
        symbol="LTCBTC",
        side="SELL",
        quantity=1,
        price=3,
        stop_price=1,
        list_client_order_id=NAME,
        stop_client_order_id="pO9ufTiFGg3nw2fOdgeOXa",
        now=CANCELED * 1_000_000,
    )


def test_a_query_of_an_open_list(query: Query) -> None:
    assert list(object_in(query(LIST, orderListId=0)).items()) == [
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


def test_a_canceled_list_shows_the_original_client_ids_of_its_orders(
    query: Query, venue: Venue
) -> None:
    cancel(venue)

    found = object_in(query(LIST, origClientOrderId=NAME))

    assert (found["listStatusType"], found["listOrderStatus"]) == ("ALL_DONE", "ALL_DONE")
    assert found["transactionTime"] == CANCELED
    assert found["orders"][0]["clientOrderId"] == "pO9ufTiFGg3nw2fOdgeOXa"
    assert "orderReports" not in found


def test_a_client_id_finds_the_newest_list(query: Query, venue: Venue) -> None:
    cancel(venue)
    again(venue)

    assert object_in(query(LIST, origClientOrderId=NAME))["orderListId"] == 1


@pytest.mark.parametrize("ids", [{"orderListId": 7}, {"origClientOrderId": "never"}])
def test_an_unknown_list_is_not_found(query: Query, ids: dict[str, object]) -> None:
    assert error_of(query(LIST, **ids)) == NO_LIST


def test_a_list_of_another_account_is_not_found(query: Query, venue: Venue) -> None:
    venue.order_entry.place_oco(
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

    assert error_of(query(LIST, orderListId=1)) == NO_LIST
    assert error_of(query(LIST, origClientOrderId="theirs")) == NO_LIST
    assert error_of(query(ORDER, symbol="LTCBTC", orderId=4)) == NO_ORDER
    assert error_of(query(ORDER, symbol="LTCBTC", origClientOrderId="stop")) == NO_ORDER


def test_a_list_query_without_ids_is_refused_with_1128(query: Query) -> None:
    assert error_of(query(LIST)) == (
        400,
        -1128,
        (
            "Combination of optional parameters invalid. "
            "Recommendation: 'orderListId' should also be sent."
        ),
    )


@pytest.mark.parametrize("name", ["symbol", "listClientOrderId"])
def test_list_client_order_id_is_no_parameter_of_a_query(query: Query, name: str) -> None:
    unread: dict[str, object] = {"orderListId": 0, name: "LTCBTC"}

    assert error_of(query(LIST, **unread))[1] == -1104


def test_a_query_with_both_ids_uses_the_client_id(query: Query, venue: Venue) -> None:
    again_under_another_name = venue.order_entry.place_oco(
        symbol="LTCBTC", side="SELL", quantity=1, price=3, stop_price=1, now=0
    )
    other = again_under_another_name.order_list_id

    assert object_in(query(LIST, orderListId=other, origClientOrderId=NAME))["orderListId"] == 0
    assert error_of(query(LIST, orderListId=0, origClientOrderId="never")) == NO_LIST


def test_a_query_with_both_ids_uses_the_id_if_id_wins(
    documented: Callable[[Behaviour], Venue],
) -> None:
    venue = documented(Behaviour(both_query_ids="id_wins"))

    found = list_of(venue, 0, "never")

    assert found.list_client_order_id == NAME
    assert list_of(venue, None, NAME) == found
    with pytest.raises(ApiError, match="-2018"):
        list_of(venue, 1, NAME)


def test_a_query_of_an_open_order(query: Query) -> None:
    assert list(object_in(query(ORDER, symbol="LTCBTC", orderId=2)).items()) == [
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


def test_an_order_on_the_book_has_working_time(query: Query) -> None:
    found = object_in(query(ORDER, symbol="LTCBTC", origClientOrderId="TXOvglzXuaubXAaENpaRCB"))

    assert (found["orderId"], found["isWorking"], found["workingTime"]) == (3, True, PLACED)
    assert found["stopPrice"] == "0.00000000"


def test_conditional_fields_come_last(query: Query, venue: Venue) -> None:
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
    venue.order_entry.place_list(symbol="LTCBTC", contingency_type="OTO", legs=[leg, opo], now=0)

    first = object_in(query(ORDER, symbol="LTCBTC", orderId=4))
    second = object_in(query(ORDER, symbol="LTCBTC", orderId=5))

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


def test_a_canceled_leg_shows_the_cancel_id(query: Query, venue: Venue) -> None:
    cancel(venue)

    found = object_in(query(ORDER, symbol="LTCBTC", orderId=2))

    assert (found["status"], found["clientOrderId"]) == ("CANCELED", "mine")
    assert found["updateTime"] == CANCELED
    assert (
        error_of(query(ORDER, symbol="LTCBTC", origClientOrderId="pO9ufTiFGg3nw2fOdgeOXa"))
        == NO_ORDER
    )
    assert object_in(query(ORDER, symbol="LTCBTC", orderId=2, origClientOrderId="mine")) == found


def test_a_canceled_leg_shows_its_own_id_if_set(
    documented: Callable[[Behaviour], Venue],
) -> None:
    venue = documented(Behaviour(canceled_leg_shows="original_id"))
    cancel(venue)

    found = order_of(venue, None, "pO9ufTiFGg3nw2fOdgeOXa")

    assert found.client_order_id == "pO9ufTiFGg3nw2fOdgeOXa"
    assert (found.order.order_id, found.order.cancel_id) == (2, "mine")


def test_a_client_id_finds_the_newest_order(query: Query, venue: Venue) -> None:
    venue.fill(0, 3, now=CANCELED)
    again(venue)

    found = object_in(query(ORDER, symbol="LTCBTC", origClientOrderId="pO9ufTiFGg3nw2fOdgeOXa"))

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
def test_an_unknown_order_is_not_found(query: Query, ids: dict[str, object]) -> None:
    assert error_of(query(ORDER, **ids)) == NO_ORDER


def test_an_order_id_with_another_client_id_is_refused_with_2039(query: Query) -> None:
    assert error_of(query(ORDER, symbol="LTCBTC", orderId=2, origClientOrderId="another")) == (
        400,
        -2039,
        "Client order ID is not correct for this order ID.",
    )


def test_an_order_query_without_ids_is_refused_with_1102(query: Query) -> None:
    assert error_of(query(ORDER, symbol="LTCBTC")) == (
        400,
        -1102,
        "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
    )


def test_an_order_query_on_an_unknown_symbol_is_refused(query: Query) -> None:
    assert error_of(query(ORDER, symbol="NOSUCH", orderId=2)) == (400, -1121, "Invalid symbol.")
