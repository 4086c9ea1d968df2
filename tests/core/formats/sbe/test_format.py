"""The SBE format: what a body is, what is requested, and what changes with the schema."""

import json
import pickle
import sys
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

from orderlists import (
    AmendOrder,
    CancelOpenOrders,
    CancelOrder,
    CancelOrderList,
    GetAllOrderLists,
    GetExchangeInfo,
    GetOpenOrderLists,
    GetOrder,
    GetOrderAmendments,
    GetOrderList,
    GetServerTime,
    GetUnfilledOrderCount,
    HmacKey,
    Instant,
    InvalidRequest,
    InvalidSetting,
    Json,
    RateLimited,
    Rest,
    Sbe,
    SbeSchemaWarning,
    ServerError,
    TimeUnit,
    UndecodableReply,
    UnknownOrderList,
    WebSocketApi,
)
from orderlists._operations.user_data_stream import LogOn, Ping, Subscribe, Unsubscribe
from orderlists.extending import ErrorBody, HttpResponse, Request, Unreadable
from placements import KINDS
from sbe_messages import SHAPES, US, encoded, enveloped, message, sbe_reply

KEY = HmacKey(api_key="k" * 64, secret="not-a-real-one")
MS = TimeUnit.MILLISECOND
CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=1)
TIME = SHAPES["ServerTimeResponse"]
SBE_TIME = message("ServerTimeResponse")
JSON_TIME = b'{"serverTime":1700000000001}'
UNKNOWN: dict[str, Any] = {"code": -2011, "msg": "Unknown order list sent."}
SBE_ERROR = encoded("ErrorResponse", UNKNOWN)
JSON_ERROR = json.dumps(UNKNOWN).encode()
NO_LAYOUT = b"\0\0\x57\1\3\0\6\0"
NOT_REPRESENTABLE = message("NonRepresentableMessage")
DEPRECATED = enveloped(SBE_TIME, sbeSchemaIdVersionDeprecated=1)
SBE_TYPE = (("Content-Type", "application/sbe"),)


def response(body: bytes, content_type: str | None, status: int = 200) -> HttpResponse:
    headers = () if content_type is None else (("content-type", content_type),)
    return HttpResponse(status, headers, body)


# The Content-Type.


@pytest.mark.parametrize(
    ("content_type", "is_sbe"),
    [
        ("application/sbe", True),
        ("Application/SBE", True),
        ("application/sbe;version=5", True),
        (" application/sbe ; a=b; c=d", True),
        (None, False),
        ("", False),
        ("application/json", False),
        ("application/json;charset=UTF-8", False),
        ("application/sbe2", False),
        ("text/plain;application/sbe", False),
    ],
)
def test_a_body_is_sbe_where_its_content_type_says_so(
    content_type: str | None, *, is_sbe: bool
) -> None:
    for body, fits in ((SBE_TIME, is_sbe), (JSON_TIME, not is_sbe)):
        reply = response(body, content_type)
        if fits:
            assert Sbe().decode(reply, TIME, MS).server_time.microseconds // 10**9 == 1_700_000
        else:
            with pytest.raises(Unreadable):
                Sbe().decode(reply, TIME, MS)
    for body, fits in ((SBE_ERROR, is_sbe), (JSON_ERROR, not is_sbe)):
        error = ErrorBody(-2011, "Unknown order list sent.") if fits else None
        assert Sbe().decode_error(response(body, content_type, 400)) == error


def test_times_are_microseconds_in_sbe_and_of_the_requested_unit_in_json() -> None:
    time = Sbe().decode(response(SBE_TIME, "application/sbe"), TIME, MS).server_time
    assert time == Instant(1_700_000_000_000_001, US)
    assert time.unit is US
    time = Sbe().decode(response(JSON_TIME, "application/json"), TIME, MS).server_time
    assert time.unit is MS


def test_json_is_parsed_by_the_parser_that_was_given() -> None:
    parsed: list[bytes] = []

    def parser(body: bytes) -> Any:
        parsed.append(body)
        return json.loads(body)

    Sbe(json=Json(parser=parser)).decode(response(JSON_TIME, None), TIME, MS)
    assert parsed == [JSON_TIME]


# Errors over REST.


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(SBE_ERROR, "application/sbe"), (JSON_ERROR, "application/json"), (JSON_ERROR, None)],
)
def test_an_error_is_read_in_sbe_and_in_json(body: bytes, content_type: str | None) -> None:
    with pytest.raises(UnknownOrderList) as caught:
        Rest(format=Sbe()).decode(CANCEL, response(body, content_type, 400))
    assert (caught.value.code, caught.value.message) == (-2011, "Unknown order list sent.")


def test_an_error_may_give_a_time_to_wait() -> None:
    now = 1_700_000_000_000_000
    times = {"serverTime": now, "retryAfter": now + 2_500_000}
    body = encoded("ErrorResponse", {"code": -1003, "msg": "Too many.", **times})
    with pytest.raises(RateLimited) as caught:
        Rest(format=Sbe()).decode(CANCEL, response(body, "application/sbe", 429))
    assert caught.value.retry_after == 2.5


def test_an_error_with_an_inner_message_is_read() -> None:
    body = encoded("ErrorResponse", {**UNKNOWN, "data": message("CancelOrderResponse")})
    assert Sbe().decode_error(sbe_reply(body, 400)) == ErrorBody(-2011, UNKNOWN["msg"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        SBE_ERROR[:-1],
        SBE_ERROR[:5],
        SBE_TIME,
        NOT_REPRESENTABLE,
        NO_LAYOUT,
        encoded("ErrorResponse", {"msg": "without a code"}),
        SBE_ERROR.replace(b"Unknown", b"\xff\xffknown"),
    ],
)
def test_a_body_without_a_readable_error_is_undecodable_and_not_foreign(body: bytes) -> None:
    # It may have been cut: a retry would not meet another host.
    reply = response(body, "application/sbe", 400)
    assert Sbe().decode_error(reply) is None
    assert Sbe().is_cut(reply)
    with pytest.raises(UndecodableReply) as caught:
        Rest(format=Sbe()).decode(CANCEL, reply)
    assert (caught.value.is_foreign, caught.value.status) == (False, 400)


def test_a_truncated_error_of_the_server_leaves_the_outcome_open() -> None:
    with pytest.raises(ServerError):
        Rest(format=Sbe()).decode(CANCEL, response(SBE_ERROR[:-1], "application/sbe", 503))


@pytest.mark.parametrize(
    ("body", "content_type", "is_foreign"),
    [
        (b"<html>Not Found</html>", "text/html", True),
        (b"Not Found", None, True),
        (JSON_ERROR[:-1], "application/json", False),
        (b'{"error":"x"}', "application/json", True),
    ],
)
def test_a_body_that_is_not_sbe_is_foreign_as_with_json(
    body: bytes, content_type: str | None, *, is_foreign: bool
) -> None:
    for reader in (Sbe(), Json()):
        assert reader.is_cut(response(body, content_type, 404)) is not is_foreign
        with pytest.raises(UndecodableReply) as caught:
            Rest(format=reader).decode(CANCEL, response(body, content_type, 404))
        assert caught.value.is_foreign is is_foreign


def test_a_truncated_result_is_undecodable_and_not_foreign() -> None:
    whole = message("CancelOrderListResponse")
    for body in (whole[:-1], whole[:4], b""):
        with pytest.raises(UndecodableReply, match="the message is cut") as caught:
            Rest(format=Sbe()).decode(CANCEL, response(body, "application/sbe"))
        assert caught.value.is_foreign is False
    result = Rest(format=Sbe()).decode(CANCEL, response(whole, "application/sbe"))
    assert result.reply is not None
    assert result.reply.body == whole


# What is requested.

READ: list[Request[Any]] = [
    CANCEL,
    CancelOrder(symbol="LTCBTC", order_id=1),
    CancelOpenOrders(symbol="LTCBTC"),
    GetOrder(symbol="LTCBTC", order_id=1),
    GetOrderList(order_list_id=1),
    GetAllOrderLists(),
    GetOpenOrderLists(),
    GetUnfilledOrderCount(),
    GetServerTime(),
    *[make() for make in KINDS.values()],
]
NOT_READ: list[Request[Any]] = [
    AmendOrder(symbol="LTCBTC", order_id=1, new_qty="1"),
    GetOrderAmendments(symbol="LTCBTC", order_id=1),
    GetExchangeInfo(symbols=["LTCBTC"]),
]
SESSION: list[Request[Any]] = [LogOn(), Ping(), Subscribe(), Unsubscribe(0)]


@pytest.mark.parametrize("request_", READ, ids=lambda each: type(each).__name__)
def test_sbe_is_requested_and_json_accepted_where_there_is_a_layout(request_: Request[Any]) -> None:
    headers = Rest(format=Sbe()).encode(request_, key=KEY, timestamp=1).headers
    assert ("Accept", "application/sbe, application/json") in headers
    assert ("X-MBX-SBE", "3:5") in headers


@pytest.mark.parametrize("request_", NOT_READ, ids=lambda each: type(each).__name__)
def test_an_operation_without_a_layout_is_requested_in_json_over_rest(
    request_: Request[Any],
) -> None:
    sent = Rest(format=Sbe()).encode(request_, key=KEY, timestamp=1)
    assert sent == Rest().encode(request_, key=KEY, timestamp=1)


@pytest.mark.parametrize("request_", [*READ, *SESSION], ids=lambda each: type(each).__name__)
def test_requests_over_the_websocket_api_are_the_same_as_with_json(request_: Request[Any]) -> None:
    frames = {
        WebSocketApi(format=reader).encode(request_, request_id=1, key=KEY, timestamp=1)
        for reader in (Sbe(), Json())
    }
    assert len(frames) == 1


@pytest.mark.parametrize("request_", NOT_READ, ids=lambda each: type(each).__name__)
def test_an_operation_without_a_layout_is_refused_over_the_websocket_api(
    request_: Request[Any],
) -> None:
    api = WebSocketApi(format=Sbe())
    with pytest.raises(InvalidRequest, match="must be an operation whose replies Sbe") as caught:
        api.encode(request_, request_id=1, key=KEY, timestamp=1)
    assert str(caught.value).startswith(f"request={request_!r}: ")


def test_the_schema_is_selected_in_the_target_of_a_connection() -> None:
    assert WebSocketApi(format=Sbe(), time_unit=US).target == (
        "/ws-api/v3?returnRateLimits=true&timeUnit=MICROSECOND"
        "&responseFormat=sbe&sbeSchemaId=3&sbeSchemaVersion=5"
    )


# The schema is deprecated.


@contextmanager
def one_warning(text: str) -> Generator[None]:
    """Assert that there is one warning, with this text."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    assert [each.category for each in caught] == [SbeSchemaWarning]
    assert text in str(caught[0].message)


def test_a_deprecated_schema_is_warned_of_once() -> None:
    reader = Sbe()
    reply = HttpResponse(200, (*SBE_TYPE, ("x-mbx-sbe-deprecated", "2027-01-07")), SBE_TIME)
    with one_warning("schema 3:5 deprecated; upgrade orderlists"):
        reader.decode(reply, TIME, US)
        reader.decode(reply, TIME, US)
        reader.decode_frame(DEPRECATED, US)
    assert (reader.headers, reader.query) == (Sbe().headers, Sbe().query)


@pytest.mark.parametrize("times", [1, 2])
def test_an_envelope_warns_of_a_deprecated_schema_once(times: int) -> None:
    reader = Sbe()
    with one_warning("schema 3:5 deprecated"):
        for _ in range(times):
            assert reader.decode_frame(DEPRECATED, US)


def test_an_error_warns_of_a_deprecated_schema_too() -> None:
    reply = HttpResponse(400, (*SBE_TYPE, ("X-MBX-SBE-DEPRECATED", "")), SBE_ERROR)
    reader = Sbe()
    with one_warning("schema 3:5 deprecated"):
        for _ in range(2):
            assert reader.decode_error(reply) == ErrorBody(-2011, UNKNOWN["msg"])


def test_a_schema_that_is_not_deprecated_is_not_warned_of() -> None:
    # Warnings are errors in these tests, and would be printed.
    assert Sbe().decode_frame(enveloped(SBE_TIME, sbeSchemaIdVersionDeprecated=255), US)
    Sbe().decode(response(SBE_TIME, "application/sbe"), TIME, US)


def test_a_warning_that_a_filter_makes_an_error_loses_no_result(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reply = HttpResponse(200, (*SBE_TYPE, ("X-MBX-SBE-DEPRECATED", "")), SBE_TIME)
    # Warnings are errors in these tests.
    assert Sbe().decode(reply, TIME, US).server_time.microseconds == 1_700_000_000_000_001
    assert "SbeSchemaWarning: the exchange calls SBE schema 3:5 dep" in capsys.readouterr().err


# The schema is outgrown.

OUTGROWN = [NOT_REPRESENTABLE, NO_LAYOUT]


@pytest.mark.parametrize("body", OUTGROWN)
def test_a_reply_that_the_schema_lacks_is_undecodable_and_json_requested_from_then_on(
    body: bytes,
) -> None:
    reader = Sbe()
    rest = Rest(format=reader)
    with one_warning("JSON is requested from now on"):
        for _ in range(2):
            with pytest.raises(UndecodableReply, match="schema 3:5") as refused:
                rest.decode(CANCEL, response(body, "application/sbe"))
            assert (refused.value.status, refused.value.is_foreign) == (200, False)
    assert (reader.headers, reader.query) == ((), "")
    assert rest.encode(CANCEL, key=KEY, timestamp=1) == Rest().encode(CANCEL, key=KEY, timestamp=1)
    assert WebSocketApi(format=reader).target == WebSocketApi().target
    # What still comes in SBE is read.
    time = rest.decode(GetServerTime(), response(SBE_TIME, "application/sbe"))
    assert time.server_time.unit is US


@pytest.mark.parametrize("body", OUTGROWN)
def test_a_result_in_a_frame_that_the_schema_lacks_is_undecodable(body: bytes) -> None:
    reader = Sbe()
    api = WebSocketApi(format=reader)
    reply: Any = api.read(enveloped(body))
    with pytest.warns(SbeSchemaWarning), pytest.raises(UndecodableReply) as caught:
        api.decode(CANCEL, reply)
    assert caught.value.status == 200
    assert caught.value.raw == enveloped(body)
    assert reader.query == ""


@pytest.mark.parametrize("body", OUTGROWN)
def test_one_part_of_a_list_that_the_schema_lacks_makes_the_list_undecodable(body: bytes) -> None:
    parts = [{"response": message("CancelOrderResponse")}, {"response": body}]
    whole = encoded("CancelOpenOrdersResponse", {"responses": parts})
    reader = Sbe()
    with pytest.warns(SbeSchemaWarning), pytest.raises(Unreadable):
        reader.decode(sbe_reply(whole), SHAPES["CancelOpenOrdersResponse"], US)
    assert reader.headers == ()


WHOLE = encoded(
    "CancelOpenOrdersResponse", {"responses": [{"response": message("CancelOrderResponse")}]}
)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("OrderListsResponse", encoded("OrderListsResponse", {"orderLists": []})[:-1]),
        ("CancelOpenOrdersResponse", WHOLE[:-1]),
        ("OrderListResponse", message("OrderListResponse")[:-1]),
    ],
    ids=["in the size of a group", "in a message inside", "in the last text"],
)
def test_a_message_that_is_cut_is_unreadable(name: str, body: bytes) -> None:
    with pytest.raises(Unreadable, match="cut"):
        Sbe().decode(sbe_reply(body), SHAPES[name], US)


CANNOT_ENCODE = {"code": -1161, "msg": "Unable to encode the response in SBE schema '3:5'."}


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (encoded("ErrorResponse", CANNOT_ENCODE), "application/sbe"),
        (json.dumps(CANNOT_ENCODE).encode(), "application/json"),
    ],
)
def test_a_response_that_cannot_be_encoded_leaves_the_outcome_open_and_json_is_requested(
    body: bytes, content_type: str
) -> None:
    reader = Sbe()
    with one_warning("cannot encode a response in SBE schema 3:5 (-1161): JSON is requested"):
        for _ in range(2):
            # Not a refusal: only the response is at fault, and the request may be executed.
            with pytest.raises(ServerError) as caught:
                Rest(format=reader).decode(CANCEL, response(body, content_type, 400))
            assert caught.value.code == -1161
    assert (reader.headers, reader.query) == ((), "")


def test_a_response_that_cannot_be_encoded_in_a_frame_leaves_the_outcome_open() -> None:
    reader = Sbe()
    api = WebSocketApi(format=reader)
    frame = enveloped(encoded("ErrorResponse", CANNOT_ENCODE), status=400)
    with one_warning("JSON is requested from now on"):
        reply: Any = api.read(frame)
    with pytest.raises(ServerError):
        api.decode(CANCEL, reply)
    assert reader.query == ""


def test_a_reply_that_is_damaged_does_not_change_what_is_requested() -> None:
    reader = Sbe()
    for body in (b"", SBE_TIME[:-1], message("OrderResponse")):
        with pytest.raises(Unreadable):
            reader.decode(sbe_reply(body), TIME, US)
    assert (reader.headers, reader.query) == (Sbe().headers, Sbe().query)


def test_a_schema_warning_that_cannot_be_shown_or_reported_changes_no_reply(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("hook")

    reader = Sbe()
    reply = HttpResponse(200, (*SBE_TYPE, ("X-MBX-SBE-DEPRECATED", "")), SBE_TIME)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        monkeypatch.setattr(warnings, "showwarning", fail)
        monkeypatch.setattr(sys, "excepthook", fail)
        time = reader.decode(reply, TIME, US)
    assert time.server_time.unit is US


# Construction.


@pytest.mark.parametrize("given", [None, json.loads, "json", Sbe()])
def test_the_format_of_other_replies_must_be_json(given: Any) -> None:
    with pytest.raises(InvalidSetting, match="must be a Json, such as") as caught:
        Sbe(json=given)
    assert str(caught.value).startswith(f"json={given!r}: ")


def test_a_format_is_a_value_that_is_compared_and_copied() -> None:
    assert Sbe() == Sbe()
    assert hash(Sbe()) == hash(Sbe())
    assert pickle.loads(pickle.dumps(Sbe())) == Sbe()
    assert repr(Sbe()) == "Sbe(json=Json())"
