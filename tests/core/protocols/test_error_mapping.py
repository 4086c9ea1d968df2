"""Mapping of status and error code: one table, and its invariants."""

import pickle
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlists import (
    BadTimestamp,
    Banned,
    Blocked,
    CancelOpenOrders,
    CancelOrderList,
    GetOrder,
    GetOrderList,
    Instant,
    NothingOpen,
    OrderListsError,
    RateLimited,
    Rejected,
    ServerError,
    TimeUnit,
    Unauthorized,
    UnknownOrderList,
)
from orderlists._operations.base import NO_ERRORS
from orderlists._protocols.error_mapping import OPEN_CODES, error_of
from orderlists.extending import ErrorBody

CANCEL = CancelOrderList.operation.errors
EVERYTHING = CancelOpenOrders.operation.errors
QUERY = GetOrderList.operation.errors
ORDER = GetOrder.operation.errors
SAID = "Said so."
UNKNOWN_LIST, UNKNOWN_ORDER = "Unknown order list sent.", "Unknown order sent."

# Status, code, message, the codes of the operation, and the class of the error.
TABLE: list[tuple[int, int | None, str, Mapping[int, type[Rejected]], type[OrderListsError]]] = [
    # Codes of every operation.
    (400, -1002, SAID, NO_ERRORS, Unauthorized),
    (400, -1022, SAID, NO_ERRORS, Unauthorized),
    (400, -2008, "Invalid Api-Key ID.", NO_ERRORS, Unauthorized),
    (401, -2014, SAID, NO_ERRORS, Unauthorized),
    (401, -2015, SAID, NO_ERRORS, Unauthorized),
    (400, -2015, SAID, CANCEL, Unauthorized),
    (400, -1021, SAID, CANCEL, BadTimestamp),
    (401, -9999, SAID, NO_ERRORS, Unauthorized),
    (401, -2011, UNKNOWN_ORDER, CANCEL, UnknownOrderList),
    (400, -1102, SAID, CANCEL, Rejected),
    (404, -1121, SAID, CANCEL, Rejected),
    (409, -2021, SAID, CANCEL, ServerError),
    (400, -1015, SAID, CANCEL, Rejected),
    (400, -2010, "Duplicate order sent.", CANCEL, Rejected),
    # Codes of one operation.
    (400, -2011, UNKNOWN_LIST, NO_ERRORS, Rejected),
    (400, -2011, UNKNOWN_ORDER, EVERYTHING, NothingOpen),
    (400, -2011, "Market is closed.", EVERYTHING, Rejected),
    (400, -2011, SAID, EVERYTHING, Rejected),
    (400, -2018, "Order list does not exist.", NO_ERRORS, Rejected),
    (400, -2018, "Order list does not exist.", CANCEL, UnknownOrderList),
    (400, -2018, "Order list does not exist.", QUERY, UnknownOrderList),
    (400, -2013, "Order does not exist.", ORDER, UnknownOrderList),
    (400, -2013, "Order does not exist.", CANCEL, Rejected),
    (400, -2026, SAID, ORDER, Rejected),
    (400, -1102, SAID, {-1102: UnknownOrderList}, UnknownOrderList),
    (400, -1021, SAID, {-1021: UnknownOrderList}, UnknownOrderList),
    # -2011 is one code for many refusals; only the text distinguishes them.
    (400, -2011, UNKNOWN_LIST, CANCEL, UnknownOrderList),
    (400, -2011, UNKNOWN_ORDER, CANCEL, UnknownOrderList),
    (400, -2011, "", CANCEL, UnknownOrderList),
    (400, -2011, "A text of tomorrow.", CANCEL, UnknownOrderList),
    (400, -2011, "Duplicate order sent.", CANCEL, UnknownOrderList),
    (400, -2011, "Market is closed.", CANCEL, Rejected),
    (400, -2011, "Market is closed", CANCEL, Rejected),
    (400, -2011, "This action is disabled on this account.", CANCEL, Rejected),
    (400, -2011, "This account may not place or cancel orders.", CANCEL, Rejected),
    (400, -2011, "Cancel order is invalid. Check origClOrdId and orderId.", CANCEL, Rejected),
    (400, -2011, "This symbol is not permitted for this account.", CANCEL, Rejected),
    (400, -2011, "This symbol is restricted for this account.", CANCEL, Rejected),
    (400, -2011, "Order was not canceled due to cancel restrictions.", CANCEL, Rejected),
    (400, -2011, "Rest API trading is not enabled.", CANCEL, Rejected),
    (400, -2011, "WebSocket API trading is not enabled.", CANCEL, Rejected),
    (400, -2018, "Market is closed.", CANCEL, UnknownOrderList),
    # Statuses that refuse whatever the code.
    *((403, code, SAID, CANCEL, Blocked) for code in (None, -2011, -1000)),
    *((407, code, SAID, CANCEL, Rejected) for code in (None, -2011, -1000)),
    *((418, code, SAID, CANCEL, Banned) for code in (None, -1003, -1000)),
    *((429, code, SAID, CANCEL, RateLimited) for code in (None, -1003, -1015, -1000)),
    # Codes after which the outcome is unknown whatever the status.
    *((400, code, SAID, CANCEL, ServerError) for code in sorted(OPEN_CODES)),
    (400, -1007, SAID, {-1007: UnknownOrderList}, ServerError),
    (500, -2011, UNKNOWN_LIST, CANCEL, ServerError),
    (502, None, "", CANCEL, ServerError),
]


@pytest.mark.parametrize(("status", "code", "message", "errors", "kind"), TABLE)
def test_status_and_code_are_mapped_to_an_error(
    status: int,
    code: int | None,
    message: str,
    errors: Mapping[int, type[Rejected]],
    kind: type[OrderListsError],
) -> None:
    error = error_of(status, None if code is None else ErrorBody(code, message), errors=errors)
    assert type(error) is kind
    assert isinstance(error, Rejected | ServerError)
    assert (error.code, error.status) == (code, status)
    assert error.message == ("" if code is None else message)


def test_the_open_codes_are_those_after_which_the_outcome_is_unknown() -> None:
    assert sorted(OPEN_CODES) == [-2021, -1161, -1016, -1008, -1007, -1006, -1001, -1000]


@given(status=st.integers(500, 599), code=st.none() | st.integers(-9999, 0))
def test_no_5xx_is_a_refusal(status: int, code: int | None) -> None:
    body = None if code is None else ErrorBody(code, SAID)
    assert isinstance(error_of(status, body, errors=CANCEL), ServerError)


@given(status=st.integers(-(2**70), 399), code=st.integers(-9999, 0))
def test_a_status_below_400_is_not_an_error_whatever_the_code(status: int, code: int) -> None:
    assert error_of(status, ErrorBody(code, SAID), errors=CANCEL) is None


@given(status=st.integers(400, 499).filter(lambda s: s not in {403, 407, 418, 429}))
def test_a_4xx_without_a_readable_code_is_not_a_refusal(status: int) -> None:
    assert error_of(status, None, errors=CANCEL) is None


@pytest.mark.parametrize("code", [-999, -1, 0, 404, 1100])
def test_a_code_that_the_exchange_does_not_have_is_not_a_refusal(code: int) -> None:
    assert error_of(400, ErrorBody(code, SAID), errors=CANCEL) is None


@pytest.mark.parametrize("status", [418, 429])
@pytest.mark.parametrize(
    ("outside", "inside", "seconds"),
    [(None, None, None), (7, None, 7), (None, 2.5, 2.5), (7, 2.5, 7), (0, 2.5, 0)],
)
def test_retry_after_is_taken_from_the_reply_before_the_error(
    status: int, outside: float | None, inside: float | None, seconds: float | None
) -> None:
    error = error_of(status, ErrorBody(-1003, SAID, inside), retry_after=outside)
    assert isinstance(error, RateLimited | Banned)
    assert error.retry_after == seconds


@pytest.mark.parametrize(
    ("digits", "until"),
    [
        ("1659146400000", Instant(1659146400000, TimeUnit.MILLISECOND)),
        ("1659146400000000", Instant(1659146400000000, TimeUnit.MICROSECOND)),
        ("soon", None),
    ],
)
def test_the_end_of_a_ban_is_read_from_the_message(digits: str, until: Instant | None) -> None:
    message = f"Way too much request weight used; IP banned until {digits}. Please use"
    error = error_of(418, ErrorBody(-1003, message))
    assert isinstance(error, Banned)
    assert error.until == until


def test_an_error_shows_status_code_and_message() -> None:
    assert str(error_of(400, ErrorBody(-1102, SAID))) == "HTTP 400, code -1102: Said so."
    assert str(error_of(502, None)) == "HTTP 502"


def test_a_message_that_echoes_a_signature_is_redacted() -> None:
    error = error_of(400, ErrorBody(-1102, "of symbol=A&signature=c8db56&x=1"))
    assert "c8db56" not in str(error)


def test_every_documented_error_sample_is_classified(vectors: dict[str, Any]) -> None:
    kinds = {
        -2011: UnknownOrderList,
        -2018: UnknownOrderList,
        -1021: BadTimestamp,
        -1022: Unauthorized,
        -2014: Unauthorized,
        -2015: Unauthorized,
        -1003: Banned,
        -1007: ServerError,
    }
    for sample in vectors["error_samples"]:
        body = ErrorBody(sample["code"], sample["msg"])
        error = error_of(sample["http"], body, errors=CANCEL)
        is_restricted = "cancel restrictions" in sample["msg"]
        kind = Rejected if is_restricted else kinds.get(sample["code"], Rejected)
        assert type(error) is kind, sample
        copy = pickle.loads(pickle.dumps(error))
        assert (type(copy), str(copy), copy.__dict__) == (type(error), str(error), error.__dict__)
