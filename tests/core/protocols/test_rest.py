"""REST: encoding, signing, and decoding."""

import hashlib
import hmac
import json
import re
from decimal import Decimal
from typing import Any, cast
from urllib.parse import parse_qsl, unquote

import pytest
from attrs import fields
from hypothesis import given

from orderlists import (
    CanceledOrderList,
    CancelOrderList,
    GetOrder,
    GetOrderList,
    GetServerTime,
    HmacKey,
    Instant,
    InvalidRequest,
    InvalidSetting,
    Json,
    Rest,
    TimeUnit,
    UndecodableReply,
    UnknownOrderList,
)
from orderlists._operations.user_data_stream import LogOn
from orderlists.extending import HttpRequest, HttpResponse, RateLimitType, Request
from strategies import cancels, keys, timestamps


def wire(request: HttpRequest) -> dict[str, str]:
    """Parse a target as the exchange does, and reject duplicates."""
    pairs = parse_qsl(request.target.partition("?")[2], keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


@given(request=cancels(), key=keys, now=timestamps)
def test_the_id_takes_precedence_over_the_client_id_on_the_wire(
    request: CancelOrderList, key: HmacKey, now: int
) -> None:
    sent = wire(Rest().encode(request, key=key, timestamp=now))
    by_id = request.order_list_id is not None
    assert sent.get("orderListId") == (str(request.order_list_id) if by_id else None)
    wants_name = not by_id or request.both_must_match
    assert sent.get("listClientOrderId") == (request.list_client_order_id if wants_name else None)


@given(request=cancels(), key=keys, now=timestamps)
def test_every_parameter_is_sent_exactly_and_no_other(
    request: CancelOrderList, key: HmacKey, now: int
) -> None:
    encoded = Rest().encode(request, key=key, timestamp=now)
    sent = wire(encoded)
    expected = dict(request.parameters())
    window = sent.pop("recvWindow", None)
    assert (Decimal(window) if window else None) == expected.pop("recvWindow", None)
    assert window is None or re.fullmatch(r"[0-9]+(\.[0-9]{1,3})?", window)
    del sent["signature"]
    assert sent == {name: str(v) for name, v in expected.items()} | {"timestamp": str(now)}
    assert (encoded.method, encoded.body) == ("DELETE", b"")
    assert encoded.target.startswith("/api/v3/orderList?symbol=")


@given(request=cancels(), key=keys, now=timestamps)
def test_the_signature_is_over_the_bytes_that_are_sent(
    request: CancelOrderList, key: HmacKey, now: int
) -> None:
    query = Rest().encode(request, key=key, timestamp=now).target.partition("?")[2]
    signed, name, signature = query.rpartition("&signature=")
    assert name
    expected = hmac.new(key.secret.encode(), signed.encode("ascii"), hashlib.sha256).hexdigest()
    assert signature == expected
    assert "signature" not in signed


@given(request=cancels(), key=keys, now=timestamps)
def test_the_target_is_percent_encoded_by_rfc_3986(
    request: CancelOrderList, key: HmacKey, now: int
) -> None:
    query = Rest().encode(request, key=key, timestamp=now).target.partition("?")[2]
    assert re.fullmatch(r"([A-Za-z0-9._~=&-]|%[0-9A-F]{2})+", query)


def test_a_symbol_outside_ascii_is_encoded_before_it_is_signed(hmac_key: HmacKey) -> None:
    request = CancelOrderList(symbol="１２３４５６", order_list_id=0)
    target = Rest().encode(request, key=hmac_key, timestamp=1).target
    assert "symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&" in target


class Base64Key:
    api_key = "k" * 64

    def sign(self, payload: bytes, /) -> str:
        assert payload == b"symbol=LTCBTC&orderListId=0&timestamp=1"
        return "a+b/c=="


def test_a_base64_signature_is_percent_encoded() -> None:
    request = CancelOrderList(symbol="LTCBTC", order_list_id=0)
    target = Rest().encode(request, key=Base64Key(), timestamp=1).target
    assert target.endswith("&signature=a%2Bb%2Fc%3D%3D")
    assert unquote(target).endswith("&signature=a+b/c==")


class BinaryKey:
    api_key = "k" * 64

    def sign(self, payload: bytes, /) -> str:
        return cast("str", payload)


def test_a_key_must_sign_with_text() -> None:
    with pytest.raises(InvalidSetting, match="key=<hidden>: must sign with text"):
        Rest().encode(GetOrder(symbol="LTCBTC", order_id=0), key=BinaryKey(), timestamp=1)


@pytest.fixture
def hmac_key(vectors: dict[str, Any]) -> HmacKey:
    published = vectors["keys"]["hmac"]
    return HmacKey(api_key=published["apiKey"], secret=published["secretKey"])


def test_microseconds_are_requested_by_a_header(hmac_key: HmacKey) -> None:
    request = CancelOrderList(symbol="LTCBTC", order_list_id=0)
    in_ms = Rest().encode(request, key=hmac_key, timestamp=1574040868128)
    in_us = Rest(time_unit=TimeUnit.MICROSECOND).encode(
        request, key=hmac_key, timestamp=1574040868128000
    )
    assert "X-MBX-TIME-UNIT" not in dict(in_ms.headers)
    assert dict(in_us.headers)["X-MBX-TIME-UNIT"] == "MICROSECOND"
    assert wire(in_us)["timestamp"] == "1574040868128000"
    assert dict(in_ms.headers)["X-MBX-APIKEY"] == hmac_key.api_key


@pytest.mark.parametrize("timestamp", [1.5, True, -1, "1574040868128", None])
def test_a_timestamp_must_be_an_int(hmac_key: HmacKey, timestamp: Any) -> None:
    request = CancelOrderList(symbol="LTCBTC", order_list_id=0)
    with pytest.raises(InvalidRequest, match="timestamp="):
        Rest().encode(request, key=hmac_key, timestamp=timestamp)


@pytest.mark.parametrize(
    ("request_", "query"),
    [
        (GetOrderList(order_list_id=0, list_client_order_id="a"), "orderListId=0"),
        (GetOrderList(list_client_order_id="a"), "origClientOrderId=a"),
        (GetOrder(symbol="LTCBTC", order_id=0, client_order_id="a"), "symbol=LTCBTC&orderId=0"),
        (GetOrder(symbol="LTCBTC", client_order_id="a"), "symbol=LTCBTC&origClientOrderId=a"),
    ],
    ids=repr,
)
def test_queries_send_the_id_that_takes_precedence(
    request_: Request[Any], query: str, hmac_key: HmacKey
) -> None:
    encoded = Rest().encode(request_, key=hmac_key, timestamp=1)
    assert encoded.method == "GET"
    assert encoded.target.partition("?")[2].partition("&timestamp=")[0] == query


@pytest.mark.parametrize("given", [{}, {"recv_window": 5}])
def test_queries_without_an_id_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match="one of order_list_id and list_client_order_id"):
        GetOrderList(**given)
    with pytest.raises(InvalidRequest, match="one of order_id and client_order_id"):
        GetOrder(symbol="LTCBTC", **given)


def test_a_request_without_security_is_sent_unsigned(hmac_key: HmacKey) -> None:
    encoded = Rest().encode(GetServerTime(), key=hmac_key, timestamp=1)
    assert encoded.target == "/api/v3/time"
    assert "X-MBX-APIKEY" not in dict(encoded.headers)


def test_an_operation_without_a_rest_path_is_refused(hmac_key: HmacKey) -> None:
    with pytest.raises(InvalidRequest, match="REST"):
        Rest().encode(LogOn(), key=hmac_key, timestamp=1)


# Responses.

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)
HTML = (("Content-Type", "text/html; charset=utf-8"),)


def test_a_200_is_decoded_in_the_requested_time_unit(seed_reply: bytes) -> None:
    result = Rest().decode(CANCEL, HttpResponse(200, (), seed_reply))
    assert isinstance(result, CanceledOrderList)
    in_us = Rest(time_unit=TimeUnit.MICROSECOND).decode(CANCEL, HttpResponse(200, (), seed_reply))
    time = result.transaction_time
    assert in_us.transaction_time == Instant(time.value, TimeUnit.MICROSECOND)


def test_an_error_code_is_mapped_by_the_operation() -> None:
    body = b'{"code": -2011, "msg": "Unknown order list sent."}'
    with pytest.raises(UnknownOrderList):
        Rest().decode(CANCEL, HttpResponse(400, (), body))
    page = HttpResponse(404, HTML, b"<html>")
    with pytest.raises(UndecodableReply) as caught:
        Rest().decode(CANCEL, page)
    assert caught.value.is_foreign


@pytest.mark.parametrize(
    ("headers", "body", "reason"),
    [
        ((), b"", "HTTP 200, 0 bytes: not JSON: "),
        ((), b'{"orderListId": "0"}', "HTTP 200, 20 bytes: must be a 64-bit integer @ $."),
        (HTML[:0], b"<html>", "HTTP 200, 6 bytes: not JSON: "),
    ],
)
def test_an_undecodable_200_carries_its_body_and_names_its_size(
    headers: tuple[tuple[str, str], ...], body: bytes, reason: str
) -> None:
    with pytest.raises(UndecodableReply) as caught:
        Rest().decode(CANCEL, HttpResponse(200, headers, body))
    assert (caught.value.raw, caught.value.status) == (body, 200)
    assert str(caught.value).startswith(reason)
    assert not caught.value.is_foreign


def test_an_unreadable_200_of_html_is_foreign() -> None:
    with pytest.raises(UndecodableReply, match="check the address and any proxy") as caught:
        Rest().decode(CANCEL, HttpResponse(200, HTML, b"<html>log in</html>"))
    assert caught.value.is_foreign


def test_a_readable_200_labelled_html_is_a_result(seed_reply: bytes) -> None:
    result = Rest().decode(CANCEL, HttpResponse(200, HTML, seed_reply))
    assert result.order_list_id == 0


def test_the_usage_of_the_rate_limits_is_read_from_headers() -> None:
    response = HttpResponse(400, (("X-MBX-USED-WEIGHT-1M", "7"), ("Date", "today")), b"")
    assert Rest().usages(response) == [((RateLimitType.REQUEST_WEIGHT, 60), 7, None)]


def test_a_parser_bug_is_raised_unchanged() -> None:
    bug = KeyError("status")

    def parser(_: bytes) -> object:
        raise bug

    rest = Rest(format=Json(parser=parser))
    for status in (200, 400):
        with pytest.raises(KeyError) as caught:
            rest.decode(CANCEL, HttpResponse(status, (), b"{}"))
        assert caught.value is bug


# Formats.


class CustomFormat(Json):
    """JSON with headers of its own."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        return (("Accept", "application/custom"), ("X-MBX-CUSTOM", "1"))


def test_a_format_is_requested_by_its_headers(hmac_key: HmacKey) -> None:
    rest = Rest(time_unit=TimeUnit.MICROSECOND, format=CustomFormat())
    requests: list[Request[Any]] = [CANCEL, GetServerTime()]
    for request in requests:
        headers = rest.encode(request, key=hmac_key, timestamp=1).headers
        assert headers[-2:] == CustomFormat().headers
        assert ("X-MBX-TIME-UNIT", "MICROSECOND") in headers


@pytest.mark.parametrize("wrong", [None, "json", json.loads, Json])
def test_the_format_must_be_a_format(wrong: Any) -> None:
    with pytest.raises(InvalidSetting, match=r"^format=.*: must be a Format, such as Json\(\)"):
        Rest(format=wrong)


def test_the_time_unit_must_be_a_time_unit() -> None:
    wrong: Any = "us"
    with pytest.raises(InvalidSetting, match="time_unit='us'"):
        Rest(time_unit=wrong)


def test_protocols_with_equal_settings_are_equal() -> None:
    assert Rest() == Rest()
    assert Rest(format=Json(parser=json.loads)) != Rest()
    assert repr(Rest()) == "Rest(time_unit=<TimeUnit.MILLISECOND: 1000>, format=Json())"


def test_secrets_are_hidden_in_the_repr_of_messages() -> None:
    shown = {f.name for kind in (HttpRequest, HttpResponse) for f in fields(kind) if f.repr}
    assert shown == {"method", "status"}
