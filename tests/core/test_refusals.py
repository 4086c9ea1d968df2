"""What a reply that is no result says, from its status and its code."""

import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlists import (
    BadTimestamp,
    Banned,
    Blocked,
    CancelOrderList,
    Instant,
    OrderListsError,
    RateLimited,
    Rejected,
    Rest,
    ServerError,
    TimeUnit,
    Unauthorized,
    UndecodableReply,
    UnknownOrderList,
)
from orderlists.extending import HttpResponse

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)
PAGE = b"<html><title>403 Forbidden</title>/api/v3/orderList?signature=c8db56</html>"
OPEN_CODES = [-1000, -1001, -1006, -1007, -1008, -1016]


def told(code: int, message: str = "Said so.") -> bytes:
    return json.dumps({"code": code, "msg": message}).encode()


def error_of(status: int, body: bytes, *headers: tuple[str, str]) -> OrderListsError:
    with pytest.raises(OrderListsError) as caught:
        Rest().decode(CANCEL, HttpResponse(status, headers, body))
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, -2011, UnknownOrderList),
        (400, -2018, UnknownOrderList),
        (400, -1021, BadTimestamp),
        (401, -2014, Unauthorized),
        (401, -2015, Unauthorized),
        (400, -2015, Unauthorized),
        (401, -9999, Unauthorized),
        (400, -1102, Rejected),
        (404, -1121, Rejected),
        (409, -2021, Rejected),
        (400, 0, Rejected),
    ],
)
def test_a_4xx_with_a_readable_code_refuses(status: int, code: int, kind: type[Rejected]) -> None:
    error = error_of(status, told(code))
    assert type(error) is kind
    assert isinstance(error, Rejected)
    assert (error.code, error.message, error.status) == (code, "Said so.", status)
    assert str(error) == f"HTTP {status}, code {code}: Said so."


@pytest.mark.parametrize("code", OPEN_CODES)
def test_some_codes_leave_the_outcome_open_whatever_the_status(code: int) -> None:
    error = error_of(400, told(code))
    assert isinstance(error, ServerError)
    assert (error.code, error.status) == (code, 400)


@given(status=st.integers(500, 599), code=st.integers(-9999, 0))
def test_no_5xx_is_a_refusal(status: int, code: int) -> None:
    for body in (told(code), PAGE, b""):
        assert isinstance(error_of(status, body), ServerError)


def test_a_5xx_without_a_code_says_only_its_status() -> None:
    error = error_of(502, PAGE)
    assert isinstance(error, ServerError)
    assert (error.code, error.message, str(error)) == (None, "", "HTTP 502")


@pytest.mark.parametrize("body", [PAGE, told(-2015), told(-1000), b""])
@pytest.mark.parametrize(
    ("status", "kind"), [(403, Blocked), (407, Rejected), (418, Banned), (429, RateLimited)]
)
def test_some_statuses_refuse_whatever_the_body(
    status: int, kind: type[Rejected], body: bytes
) -> None:
    error = error_of(status, body)
    assert type(error) is kind
    assert "signature" not in str(error)


@pytest.mark.parametrize(
    "body",
    [
        PAGE,
        b"",
        b"[]",
        b'{"code": "-2011", "msg": ""}',
        b'{"code": true, "msg": ""}',
        b'{"code": -2011}',
        b'{"msg": "x"}',
        b'{"code": -2011, "msg": ',
        b"[" * 100_000,
    ],
)
@pytest.mark.parametrize("status", [400, 401, 404, 451])
def test_a_4xx_without_a_readable_code_says_nothing(status: int, body: bytes) -> None:
    error = error_of(status, body)
    assert isinstance(error, UndecodableReply)
    assert (error.raw, error.status) == (body, status)


@pytest.mark.parametrize("status", [201, 202, 204, 301, 302, 307])
def test_neither_success_nor_error_says_nothing(status: int) -> None:
    assert isinstance(error_of(status, told(-2011)), UndecodableReply)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), ("0", 0), ("", None), ("soon", None), ("-1", None), ("²", None)],
)
@pytest.mark.parametrize("status", [418, 429])
def test_how_long_to_wait_is_told_where_it_was_said(
    status: int, value: str, seconds: int | None
) -> None:
    error = error_of(status, told(-1003), ("retry-AFTER", value))
    assert isinstance(error, RateLimited | Banned)
    assert error.retry_after == seconds


def test_a_rate_limit_without_a_header_has_no_delay() -> None:
    error = error_of(429, told(-1015))
    assert isinstance(error, RateLimited)
    assert error.retry_after is None


@pytest.mark.parametrize(
    ("digits", "until"),
    [
        ("1659146400000", Instant(1659146400000, TimeUnit.MILLISECOND)),
        ("1659146400000000", Instant(1659146400000000, TimeUnit.MICROSECOND)),
    ],
)
def test_the_end_of_a_ban_is_read_from_the_exchanges_words(digits: str, until: Instant) -> None:
    message = f"Way too much request weight used; IP banned until {digits}. Please use"
    error = error_of(418, told(-1003, message))
    assert isinstance(error, Banned)
    assert error.until == until


def test_a_ban_without_an_end_has_none() -> None:
    error = error_of(418, told(-1003))
    assert isinstance(error, Banned)
    assert error.until is None


def test_every_documented_error_sample_is_classified(vectors: dict[str, Any]) -> None:
    kinds = {
        -2011: UnknownOrderList,
        -2018: UnknownOrderList,
        -1021: BadTimestamp,
        -2014: Unauthorized,
        -2015: Unauthorized,
        -1003: Banned,
        -1007: ServerError,
    }
    for sample in vectors["error_samples"]:
        error = error_of(sample["http"], told(sample["code"], sample["msg"]))
        assert type(error) is kinds.get(sample["code"], Rejected), sample
        copy = pickle.loads(pickle.dumps(error))
        assert (type(copy), str(copy), copy.__dict__) == (type(error), str(error), error.__dict__)
