"""Keys, time windows, parameters and weight of queries, and the general endpoints."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator import EXAMPLE_KEY, HmacApiKey, Venue

Query = Callable[..., HttpResponse]
LIST, ORDER, TIME = "/api/v3/orderList", "/api/v3/order", "/api/v3/time"
CANCELED = 1_688_005_070_874


def object_in(response: HttpResponse) -> dict[str, Any]:
    assert response.status == 200, response.body
    found: dict[str, Any] = json.loads(response.body)
    return found


def error_of(response: HttpResponse) -> tuple[int, int, str]:
    error = json.loads(response.body)
    return response.status, error["code"], error["msg"]


def test_a_key_without_trade_permission_may_query(query: Query, venue: Venue) -> None:
    reader = HmacApiKey(api_key=EXAMPLE_KEY.api_key, secret=EXAMPLE_KEY.secret, may_trade=False)
    venue.keys = type(venue.keys)([reader])

    assert query(LIST, orderListId=0).status == 200
    assert query(ORDER, symbol="LTCBTC", orderId=2).status == 200


def test_a_query_with_an_old_timestamp_is_refused(query: Query) -> None:
    assert error_of(query(LIST, orderListId=0, timestamp=CANCELED - 5001))[1] == -1021


@pytest.mark.parametrize("path", [LIST, ORDER])
def test_a_query_with_a_wrong_signature_is_refused(
    exchange: Callable[[HttpRequest], HttpResponse],
    written: Callable[..., HttpRequest],
    path: str,
) -> None:
    ids = {"orderListId": 1} if path == LIST else {"symbol": "LTCBTC", "orderId": 1}
    true = written("GET", path, **ids)
    forged = HttpRequest("GET", true.target.replace("Id=1", "Id=0"), true.headers)

    assert error_of(exchange(forged))[1] == -1022


def test_a_get_request_ignores_its_form_body(
    exchange: Callable[[HttpRequest], HttpResponse],
    hmac_sign: Callable[[bytes], str],
) -> None:
    query, form = f"timestamp={CANCELED}", "orderListId=0"
    headers = (
        ("X-MBX-APIKEY", EXAMPLE_KEY.api_key),
        ("Content-Type", "application/x-www-form-urlencoded"),
    )
    target = f"{LIST}?{query}&signature={hmac_sign((query + form).encode())}"

    assert error_of(exchange(HttpRequest("GET", target, headers, form.encode())))[1] == -1128


def test_server_time_needs_no_key(exchange: Callable[[HttpRequest], HttpResponse]) -> None:
    response = exchange(HttpRequest("GET", TIME, ()))

    assert object_in(response) == {"serverTime": CANCELED}


def test_server_time_in_microseconds(
    exchange: Callable[[HttpRequest], HttpResponse],
) -> None:
    headers = (("X-MBX-TIME-UNIT", "MICROSECOND"),)

    response = exchange(HttpRequest("GET", TIME, headers))

    assert object_in(response) == {"serverTime": 1_688_005_070_874_123}


def test_an_endpoint_without_parameters_refuses_any_with_1101(
    exchange: Callable[[HttpRequest], HttpResponse],
) -> None:
    assert error_of(exchange(HttpRequest("GET", f"{TIME}?timestamp=1&signature=2", ()))) == (
        400,
        -1101,
        "Too many parameters; expected '0' and received '2'.",
    )


def test_more_parameters_than_an_endpoint_has_are_refused_with_1101(query: Query) -> None:
    placement = {"side": "SELL", "type": "LIMIT", "timeInForce": "GTC", "quantity": 1, "price": 3}

    assert error_of(query(ORDER, symbol="LTCBTC", **placement)) == (
        400,
        -1101,
        "Too many parameters; expected '6' and received '8'.",
    )


def test_successful_queries_have_weight(
    query: Query, exchange: Callable[[HttpRequest], HttpResponse]
) -> None:
    answers = [
        query(LIST, orderListId=0),
        query(LIST, orderListId=7),
        query(ORDER, symbol="LTCBTC", orderId=2),
        exchange(HttpRequest("GET", TIME, ())),
    ]

    assert [each.header("X-MBX-USED-WEIGHT-1M") for each in answers] == ["4", "8", "12", "13"]
