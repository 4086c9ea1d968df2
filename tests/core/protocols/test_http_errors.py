"""HTTP responses without a result: errors of the exchange, and pages of another host."""

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlists import (
    Banned,
    Blocked,
    CancelOrderList,
    Json,
    RateLimited,
    Rejected,
    ServerError,
    Unauthorized,
    UndecodableReply,
    UnknownOrderList,
)
from orderlists._protocols.http_errors import http_error, is_html
from orderlists.extending import HttpResponse

PAGE = b"<html><title>404 Not Found</title>/api/v3/orderList?signature=c8db56</html>"
ERRORS = CancelOrderList.operation.errors


def written(code: int, message: str = "Said so.") -> bytes:
    return json.dumps({"code": code, "msg": message}).encode()


def error_in(
    status: int, body: bytes, *headers: tuple[str, str]
) -> Rejected | ServerError | UndecodableReply:
    return http_error(HttpResponse(status, headers, body), Json(), ERRORS)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, written(-2011), UnknownOrderList),
        (400, written(-1102), Rejected),
        (401, written(-2015), Unauthorized),
        (403, PAGE, Blocked),
        (407, PAGE, Rejected),
        (418, b"", Banned),
        (429, PAGE, RateLimited),
        (404, written(-1121), Rejected),
        (400, written(-1007), ServerError),
        (502, PAGE, ServerError),
        (503, b"", ServerError),
        (500, written(-1000), ServerError),
    ],
)
def test_status_and_body_are_mapped_to_an_error(status: int, body: bytes, kind: type) -> None:
    error = error_in(status, body)
    assert type(error) is kind
    assert "signature" not in str(error)


def test_codes_without_an_operation_have_their_common_meaning() -> None:
    assert type(http_error(HttpResponse(400, (), written(-2011)), Json())) is Rejected


@pytest.mark.parametrize("body", [PAGE, b"", b"[]", b'{"code": -2011, "msg": ', b"[" * 100_000])
@pytest.mark.parametrize("status", [201, 202, 204, 301, 302, 307, 400, 401, 404, 451, 499])
def test_a_page_of_another_host_is_undecodable_and_foreign(status: int, body: bytes) -> None:
    error = error_in(status, body)
    assert isinstance(error, UndecodableReply)
    assert (error.raw, error.status, error.is_foreign) == (body, status, True)
    assert str(error) == (
        f"HTTP {status}, {len(body)} bytes: neither a result nor an error of the exchange; "
        "not from the exchange's API: check the address and any proxy in between"
    )
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.__dict__) == (str(error), error.__dict__)


@pytest.mark.parametrize(
    ("content_type", "body", "is_foreign"),
    [
        ("application/json", b'{"code": -20', False),
        ("application/json;charset=UTF-8", b'{"code": -20\n', False),
        ("application/json", b'{"message": "no such route"}', True),
        ("application/json", b"", True),
        ("text/plain", b'{"code": -20', True),
    ],
)
def test_an_error_that_was_cut_on_its_way_is_not_foreign(
    content_type: str, body: bytes, *, is_foreign: bool
) -> None:
    error = http_error(HttpResponse(400, (("Content-Type", content_type),), body), Json())
    assert isinstance(error, UndecodableReply)
    assert error.is_foreign is is_foreign


@pytest.mark.parametrize("status", [201, 302])
def test_neither_success_nor_error_is_foreign_even_with_a_code(status: int) -> None:
    error = error_in(status, written(-2011))
    assert isinstance(error, UndecodableReply)
    assert error.is_foreign


@given(status=st.integers(200, 599), body=st.binary(max_size=20))
def test_any_response_is_an_error_and_no_5xx_is_foreign(status: int, body: bytes) -> None:
    error = error_in(status, body)
    assert isinstance(error, ServerError) == (status >= 500)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), ("0", 0), ("", None), ("soon", None), ("-1", None), ("²", None), ("1.5", None)],
)
@pytest.mark.parametrize("status", [418, 429])
def test_the_retry_after_header_is_read_in_seconds(
    status: int, value: str, seconds: int | None
) -> None:
    error = error_in(status, written(-1003), ("retry-AFTER", value))
    assert isinstance(error, RateLimited | Banned)
    assert error.retry_after == seconds


@pytest.mark.parametrize(
    ("content_type", "html"),
    [
        ("text/html", True),
        ("Text/HTML; charset=utf-8", True),
        (" application/xhtml+xml ", True),
        ("application/json;charset=UTF-8", False),
        ("text/htmlx", False),
        ("", False),
        (None, False),
    ],
)
def test_html_is_recognized_by_the_content_type(content_type: str | None, html: bool) -> None:  # noqa: FBT001 - a column of the table
    headers = () if content_type is None else (("content-type", content_type),)
    assert is_html(HttpResponse(200, headers, PAGE)) is html
