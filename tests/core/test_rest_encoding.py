"""REST, outwards: what stands on the wire, and what is signed."""

import hashlib
import hmac
import re
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given

from orderlists import (
    CancelOrderList,
    GetOrder,
    GetOrderList,
    GetServerTime,
    HmacKey,
    InvalidRequest,
    Rest,
    TimeUnit,
)
from orderlists.extending import HttpRequest, Request
from strategies import cancels, keys, timestamps


def wire(request: HttpRequest) -> dict[str, str]:
    """Read a target the way the exchange does, refusing what occurs twice."""
    pairs = parse_qsl(request.target.partition("?")[2], keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


@given(request=cancels(), key=keys, now=timestamps)
def test_the_id_wins_over_the_client_id_on_the_wire(
    request: CancelOrderList, key: HmacKey, now: int
) -> None:
    sent = wire(Rest().encode(request, key=key, timestamp=now))
    by_id = request.order_list_id is not None
    assert sent.get("orderListId") == (str(request.order_list_id) if by_id else None)
    wants_name = not by_id or request.both_must_match
    assert sent.get("listClientOrderId") == (request.list_client_order_id if wants_name else None)


@given(request=cancels(), key=keys, now=timestamps)
def test_what_was_given_arrives_exactly_and_nothing_else(
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
def test_the_signature_holds_for_the_bytes_that_are_sent(
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


@pytest.fixture
def hmac_key(vectors: dict[str, Any]) -> HmacKey:
    published = vectors["keys"]["hmac"]
    return HmacKey(api_key=published["apiKey"], secret=published["secretKey"])


def test_the_unit_of_time_is_told_where_it_is_not_the_default(hmac_key: HmacKey) -> None:
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
def test_a_timestamp_is_a_whole_number(hmac_key: HmacKey, timestamp: Any) -> None:
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
def test_queries_send_the_id_that_counts(
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


def test_what_needs_no_key_goes_out_unsigned(hmac_key: HmacKey) -> None:
    encoded = Rest().encode(GetServerTime(), key=hmac_key, timestamp=1)
    assert encoded.target == "/api/v3/time"
    assert "X-MBX-APIKEY" not in dict(encoded.headers)
