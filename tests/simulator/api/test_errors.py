import json
from collections.abc import Callable

import pytest

from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator import EXAMPLE_KEY, HmacApiKey, Leg, Venue

Cancel = Callable[..., HttpResponse]

MILLISECONDS = 1_688_005_070_874
NOT_THERE = (400, -2011, "Unknown order list sent.")


def unsigned(_payload: bytes) -> str:
    return "0" * 64


def error_of(response: HttpResponse) -> tuple[int, int, str]:
    error = json.loads(response.body)
    assert list(error) == ["code", "msg"]
    return response.status, error["code"], error["msg"]


def test_canceling_an_unknown_list_is_refused(cancel: Cancel) -> None:
    assert error_of(cancel(orderListId=7)) == NOT_THERE


def test_canceling_an_unknown_client_id_is_refused(cancel: Cancel) -> None:
    assert error_of(cancel(listClientOrderId="never")) == NOT_THERE


def test_canceling_a_finished_list_is_refused(cancel: Cancel, venue: Venue) -> None:
    cancel(orderListId=0, newClientOrderId="first")

    assert error_of(cancel(orderListId=0, newClientOrderId="second")) == NOT_THERE
    assert error_of(cancel(listClientOrderId="C3wyj4WVEktd7u9aVBRXcN")) == NOT_THERE
    assert venue.order_list(0).canceled_by == "first"


def test_canceling_a_list_of_final_legs_is_refused(cancel: Cancel, venue: Venue) -> None:
    leg = Leg(side="SELL", type="LIMIT", quantity=1, price=1, status="EXPIRED")
    venue.order_entry.place_list(symbol="LTCBTC", contingency_type="OTO", legs=[leg, leg], now=0)

    assert error_of(cancel(orderListId=1)) == NOT_THERE


def test_canceling_a_list_on_another_symbol_is_refused(cancel: Cancel) -> None:
    assert error_of(cancel(symbol="BTCUSDT", orderListId=0)) == NOT_THERE


def test_a_list_of_another_account_is_not_found(cancel: Cancel, venue: Venue) -> None:
    venue.order_entry.place_oco(
        symbol="LTCBTC",
        side="SELL",
        quantity=1,
        price=3,
        stop_price=1,
        list_client_order_id="theirs",
        account="another",
        now=0,
    )

    assert error_of(cancel(orderListId=1)) == NOT_THERE
    assert error_of(cancel(listClientOrderId="theirs")) == NOT_THERE


def test_both_ids_that_do_not_match_are_refused(cancel: Cancel, venue: Venue) -> None:
    assert error_of(cancel(orderListId=0, listClientOrderId="another")) == NOT_THERE
    assert venue.order_list(0).is_open


def test_a_cancel_without_ids_is_refused(cancel: Cancel) -> None:
    assert error_of(cancel()) == (
        400,
        -1102,
        "Param 'orderListId' or 'listClientOrderId' must be sent, but both were empty/null!",
    )


def test_a_cancel_on_an_unknown_symbol_is_refused(cancel: Cancel) -> None:
    assert error_of(cancel(symbol="NOSUCH", orderListId=0)) == (400, -1121, "Invalid symbol.")


@pytest.mark.parametrize("name", ["symbol", "timestamp"])
def test_a_missing_mandatory_parameter_is_refused(cancel: Cancel, name: str) -> None:
    missing: dict[str, object] = {"orderListId": 0, name: None}

    assert error_of(cancel(**missing)) == (
        400,
        -1102,
        f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.",
    )


def test_a_missing_signature_is_refused(exchange: Cancel) -> None:
    target = f"/api/v3/orderList?symbol=LTCBTC&orderListId=0&timestamp={MILLISECONDS}"
    headers = (("X-MBX-APIKEY", EXAMPLE_KEY.api_key),)

    assert error_of(exchange(HttpRequest("DELETE", target, headers)))[1:] == (
        -1102,
        "Mandatory parameter 'signature' was not sent, was empty/null, or malformed.",
    )


@pytest.mark.parametrize(
    "name",
    ["symbol", "orderListId", "listClientOrderId", "newClientOrderId", "recvWindow", "timestamp"],
)
def test_an_empty_parameter_is_refused(cancel: Cancel, name: str) -> None:
    empty: dict[str, object] = {"orderListId": 0, name: ""}

    assert error_of(cancel(**empty)) == (400, -1105, f"Parameter '{name}' was empty.")


@pytest.mark.parametrize(
    ("name", "value", "legal"),
    [
        ("symbol", "ltcbtc", r"^[\w\-._&&[^a-z]]{1,50}$"),
        ("symbol", "LTC/BTC", r"^[\w\-._&&[^a-z]]{1,50}$"),
        ("symbol", "L" * 51, r"^[\w\-._&&[^a-z]]{1,50}$"),
        ("orderListId", "-1", "^[0-9]{1,20}$"),
        ("orderListId", "0\n", "^[0-9]{1,20}$"),
        ("orderListId", "\N{FULLWIDTH DIGIT ONE}", "^[0-9]{1,20}$"),
        ("timestamp", "soon", "^[0-9]{1,20}$"),
        ("recvWindow", "5e3", r"^([0-9]{1,20})(\.[0-9]{1,20})?$"),
        ("listClientOrderId", "a.b", "^[a-zA-Z0-9-_]{1,36}$"),
        ("newClientOrderId", "x" * 37, "^[a-zA-Z0-9-_]{1,36}$"),
    ],
)
def test_illegal_characters_are_refused(cancel: Cancel, name: str, value: str, legal: str) -> None:
    illegal: dict[str, object] = {"orderListId": 0, name: value}

    assert error_of(cancel(**illegal)) == (
        400,
        -1100,
        f"Illegal characters found in parameter '{name}'; legal range is '{legal}'.",
    )


def test_a_parameter_that_is_not_utf8_is_refused(send: Cancel) -> None:
    refused = error_of(send(f"symbol=%FF&orderListId=0&timestamp={MILLISECONDS}"))

    assert refused[1] == -1100


def test_an_id_beyond_64_bits_is_refused(cancel: Cancel) -> None:
    assert error_of(cancel(orderListId=2**63 - 1)) == NOT_THERE
    assert error_of(cancel(orderListId=2**63)) == (
        400,
        -1102,
        "Mandatory parameter 'orderListId' was not sent, was empty/null, or malformed.",
    )


def test_an_unknown_parameter_is_refused_with_1104(cancel: Cancel) -> None:
    assert error_of(cancel(orderListId=0, speed="high")) == (
        400,
        -1104,
        "Not all sent parameters were read; read '4' parameter(s) but was sent '5'.",
    )


def test_an_unknown_parameter_is_refused_before_a_missing_id(cancel: Cancel) -> None:
    assert error_of(cancel(orderId=0)) == (
        400,
        -1104,
        "Not all sent parameters were read; read '3' parameter(s) but was sent '4'.",
    )


@pytest.mark.parametrize(
    ("query", "form"),
    [
        (f"symbol=LTCBTC&orderListId=0&orderListId=0&timestamp={MILLISECONDS}", ""),
        (f"symbol=LTCBTC&timestamp={MILLISECONDS}", "orderListId=0&orderListId=0"),
    ],
)
def test_a_duplicate_parameter_is_refused(send: Cancel, query: str, form: str) -> None:
    assert error_of(send(query, form)) == (
        400,
        -1101,
        "Duplicate values for parameter 'orderListId'.",
    )


@pytest.mark.parametrize("window", ["60000.001", "60001", "99999999999999999999.5"])
def test_a_recv_window_that_is_too_long_is_refused(cancel: Cancel, window: str) -> None:
    assert error_of(cancel(orderListId=0, recvWindow=window)) == (
        400,
        -1131,
        "'recvWindow' must be less than 60000.",
    )


def test_a_recv_window_that_is_too_precise_is_refused(cancel: Cancel) -> None:
    assert error_of(cancel(orderListId=0, recvWindow="5000.0001")) == (
        400,
        -1111,
        "Parameter 'recvWindow' has too much precision.",
    )


@pytest.mark.parametrize("unit", ["SECOND", "Microsecond", ""])
def test_an_unknown_time_unit_is_refused(cancel: Cancel, unit: str) -> None:
    assert error_of(cancel(headers=(("X-MBX-TIME-UNIT", unit),), orderListId=0)) == (
        400,
        -1194,
        "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.",
    )


@pytest.mark.parametrize("api_key", [None, "", "short", "-" * 64])
def test_a_malformed_api_key_is_refused(send: Cancel, api_key: str | None) -> None:
    refused = error_of(send("symbol=LTCBTC", api_key=api_key))

    assert refused == (401, -2014, "API-key format invalid.")


def test_an_unknown_api_key_is_refused(send: Cancel) -> None:
    refused = error_of(send("symbol=LTCBTC", api_key="x" * 64))

    assert refused == (401, -2015, "Invalid API-key, IP, or permissions for action.")


def test_a_wrong_signature_is_refused(cancel: Cancel, venue: Venue) -> None:
    refused = error_of(cancel(orderListId=0, sign=unsigned))

    assert refused == (400, -1022, "Signature for this request is not valid.")
    assert venue.order_list(0).is_open


def test_an_unknown_path_is_refused(exchange: Cancel) -> None:
    refused = error_of(exchange(HttpRequest("DELETE", "/api/v3/orderlist?symbol=LTCBTC", ())))

    assert refused == (404, -1020, "This operation is not supported.")


def test_an_unknown_http_method_is_refused(exchange: Cancel) -> None:
    assert error_of(exchange(HttpRequest("PUT", "/api/v3/orderList", ())))[0] == 404


class TestOrderOfChecks:
    """Of several errors in a request, the first to be checked is returned."""

    @pytest.fixture
    def venue(self) -> Venue:
        reader = HmacApiKey(api_key=EXAMPLE_KEY.api_key, secret=EXAMPLE_KEY.secret, may_trade=False)
        return Venue(keys=[reader])

    def test_parameters_are_checked_before_the_timestamp(self, cancel: Cancel) -> None:
        assert error_of(cancel(timestamp=1, orderListId=""))[1] == -1105

    def test_the_timestamp_is_checked_before_the_signature(self, cancel: Cancel) -> None:
        refused = error_of(cancel(timestamp=1, orderListId=0, sign=unsigned))

        assert refused[1] == -1021

    def test_the_signature_is_checked_before_the_permission(self, cancel: Cancel) -> None:
        assert error_of(cancel(orderListId=0, sign=unsigned))[1] == -1022

    def test_the_permission_is_checked_before_the_symbol(self, cancel: Cancel) -> None:
        refused = error_of(cancel(symbol="NOSUCH", orderListId=0))

        assert refused == (401, -2015, "Invalid API-key, IP, or permissions for action.")
