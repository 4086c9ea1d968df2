"""The JSON format: bodies, errors, frames, and custom parsers."""

import json
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given

from orderlists import (
    CanceledOrderList,
    ExecutionReport,
    InvalidSetting,
    Json,
    ListStatus,
    OrderList,
    OtherEvent,
    TimeUnit,
)
from orderlists.extending import (
    ErrorBody,
    One,
    RateLimitType,
    Reply,
    Shape,
    Unreadable,
    Usage,
    exact_json,
)
from replies import http_reply
from strategies import LIMIT, frames

MS = TimeUnit.MILLISECOND
SHAPE: Shape[CanceledOrderList] = One(CanceledOrderList)
FORMATS = {"json": Json(), "orjson": Json(parser=orjson.loads)}
JSON = Json()


@pytest.fixture(params=FORMATS)
def json_format(request: pytest.FixtureRequest) -> Json:
    return FORMATS[request.param]


def decode(json_format: Json, body: bytes) -> OrderList:
    return json_format.decode(http_reply(body), SHAPE, MS)


def reply_in(frame: str | bytes) -> Reply:
    found = JSON.decode_frame(frame, MS)
    assert isinstance(found, Reply)
    return found


# Bodies.


def test_white_space_around_a_body_is_ignored(json_format: Json, seed_reply: bytes) -> None:
    assert decode(json_format, b" \t\r\n" + seed_reply + b"\n ") == decode(json_format, seed_reply)


@pytest.mark.parametrize("around", ["%s{}", "%s x", "\xa0%s", "%s\x0c", "\ufeff%s"])
def test_anything_else_around_a_body_is_unreadable(
    json_format: Json, seed_reply: bytes, around: str
) -> None:
    with pytest.raises(Unreadable, match="not JSON"):
        decode(json_format, (around % seed_reply.decode()).encode())


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"0", b"null", b"true"])
def test_a_body_that_is_no_object_is_unreadable(json_format: Json, body: bytes) -> None:
    with pytest.raises(Unreadable, match="must be an object"):
        decode(json_format, body)


def test_a_deeply_nested_body_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="nested too deeply"):
        decode(JSON, b"[" * 100_000)


# Parsers.


def test_exact_json_keeps_fractions_and_refuses_nan() -> None:
    assert exact_json(b"[0.10, 1e2]") == [Decimal("0.10"), Decimal(100)]
    with pytest.raises(ValueError, match="NaN is not JSON"):
        exact_json(b"NaN")


@pytest.mark.parametrize("parser", [None, "orjson", 7])
def test_a_parser_must_be_callable(parser: Any) -> None:
    with pytest.raises(InvalidSetting, match=f"^parser={parser!r}: must be a function") as caught:
        Json(parser=parser)
    assert caught.value.field == "parser"


@pytest.mark.parametrize("refusal", [ValueError("no"), RecursionError()])
def test_a_value_error_or_recursion_error_of_a_parser_is_unreadable(refusal: Exception) -> None:
    def refuse(_: bytes) -> object:
        raise refusal

    mine = Json(parser=refuse)
    with pytest.raises(Unreadable) as caught:
        mine.decode(http_reply("{}"), SHAPE, MS)
    assert caught.value.__cause__ is refusal
    assert mine.decode_error(http_reply("{}")) is None
    assert mine.decode_frame("{}", MS) is None


@pytest.mark.parametrize("bug", [KeyError("x"), TypeError(), AttributeError(), MemoryError()])
def test_any_other_exception_of_a_parser_passes_through_unchanged(bug: Exception) -> None:
    def break_down(_: bytes) -> object:
        raise bug

    mine = Json(parser=break_down)
    for call in (
        lambda: mine.decode(http_reply("{}"), SHAPE, MS),
        lambda: mine.decode_error(http_reply("{}")),
        lambda: mine.decode_frame("{}", MS),
    ):
        with pytest.raises(type(bug)) as caught:
            call()
        assert caught.value is bug


def test_a_parser_is_given_bytes_whatever_the_frame_is() -> None:
    parsed: list[bytes] = []
    mine = Json(parser=parsed.append)
    mine.decode_frame("{}", MS)
    mine.decode_frame(b"{}", MS)
    assert parsed == [b"{}", b"{}"]


def test_json_is_the_default_format_without_headers_or_query() -> None:
    assert (JSON.headers, JSON.query) == ((), "")
    assert repr(JSON) == "Json()"


# Errors.


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"code": -2011, "msg": "x"}', ErrorBody(-2011, "x")),
        (b'{"code": -2022, "msg": "x", "data": {"more": 1}}', ErrorBody(-2022, "x")),
        (b'{"code": -2011, "msg": "x", "more": 1}', None),
        (b'{"code": -2011, "msg": "x", "path": "/api/v3/orderList", "status": 404}', None),
        (b'{"code": 0, "msg": ""}', ErrorBody(0, "")),
        (b'{"code": "-2011", "msg": ""}', None),
        (b'{"code": true, "msg": ""}', None),
        (b'{"code": -2011.0, "msg": ""}', None),
        (b'{"code": -2011, "msg": null}', None),
        (b'{"code": -2011}', None),
        (b'{"msg": "x"}', None),
        (b'{"code": -2011, "msg": ', None),
        (b"<html>", None),
        (b"[]", None),
        (b"null", None),
        (b"", None),
        (b"[" * 100_000, None),
    ],
)
def test_an_error_body_has_a_code_and_a_message_and_nothing_foreign(
    json_format: Json, body: bytes, error: ErrorBody | None
) -> None:
    assert json_format.decode_error(http_reply(body)) == error


@pytest.mark.parametrize(
    ("data", "seconds"),
    [
        ({"serverTime": 1000, "retryAfter": 3500}, 2.5),
        ({"serverTime": 1000, "retryAfter": 1000}, 0.0),
        ({"serverTime": 1659142907531000, "retryAfter": 1659142908531000}, 1.0),
        ({"serverTime": 3500, "retryAfter": 1000}, None),
        ({"serverTime": -1, "retryAfter": 1000}, None),
        ({"serverTime": 0, "retryAfter": 10**400}, None),
        ({"retryAfter": 1000}, None),
        ("soon", None),
        (None, None),
    ],
)
def test_retry_after_is_a_duration_whatever_the_unit(data: Any, seconds: float | None) -> None:
    error = {"code": -1003, "msg": "Too many requests.", "data": data}
    reply = reply_in(json.dumps({"id": 1, "status": 429, "error": error}))
    assert reply.error == ErrorBody(-1003, "Too many requests.", seconds)


# Frames.


def test_the_published_envelopes_are_classified(vectors: dict[str, Any]) -> None:
    samples = vectors["websocket_envelope_samples"]
    kinds = [type(JSON.decode_frame(json.dumps(sample), MS)).__name__ for sample in samples]
    requests = {kind for kind, sample in zip(kinds, samples, strict=True) if "method" in sample}
    assert requests == {"NoneType"}
    assert {"Reply", "OtherEvent", "NoneType"} == set(kinds)


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("7", 7),
        ('"a3f"', "a3f"),
        ("null", None),
        ("true", None),
        ("7.0", None),
        ("[7]", None),
    ],
)
def test_the_id_of_a_reply_is_an_int_or_text_or_none(sent: str, found: object) -> None:
    reply = reply_in(f'{{"id": {sent}, "status": 200}}')
    assert reply.id == found
    assert type(reply.id) is type(found)


def test_a_reply_keeps_its_frame_and_its_undecoded_result() -> None:
    frame = b'{"id":1,"status":200,"result":{"a":[1]},"error":{"code":1,"msg":""}}'
    reply = reply_in(frame)
    assert (reply.result, reply.error, reply.usages) == ({"a": [1]}, None, [])
    assert reply.frame is frame


def test_the_result_of_a_reply_is_decoded_by_shape(seed_reply: bytes) -> None:
    frame = b'{"id":1,"status":200,"result":%s}' % seed_reply
    assert JSON.decode_result(reply_in(frame), SHAPE, MS) == decode(JSON, seed_reply)
    with pytest.raises(Unreadable, match="must be an object"):
        JSON.decode_result(reply_in(b'{"id":1,"status":200}'), SHAPE, MS)


@pytest.mark.parametrize(
    "frame",
    [
        "[" * 100_000,
        b"\xff",
        "\ud800",
        "",
        "NaN",
        "[]",
        "7",
        '{"id":1,"status":NaN}',
        '{"id":1,"status":"200"}',
        '{"id":1,"status":true}',
        '{"status":200}',
        '{"id":1}',
        '{"event":{"x":1}}',
        '{"event":{"e":5}}',
        '{"event":"listStatus"}',
    ],
)
def test_a_frame_that_is_no_envelope_is_ignored(frame: str | bytes) -> None:
    assert JSON.decode_frame(frame, MS) is None


@given(frame=frames)
def test_any_frame_is_read_without_an_exception(frame: str | bytes) -> None:
    found = JSON.decode_frame(frame, MS)
    if isinstance(found, Reply):
        assert all(isinstance(usage[0][0], RateLimitType) for usage in found.usages)
        try:
            result = JSON.decode_result(found, SHAPE, MS)
        except Unreadable:
            return
        assert isinstance(result, CanceledOrderList)


LIMITS: list[tuple[Any, list[Usage]]] = [
    ([LIMIT], [((RateLimitType.REQUEST_WEIGHT, 300), 7, 6000)]),
    (
        [LIMIT | {"rateLimitType": "ORDERS", "interval": "DAY", "intervalNum": 1}],
        [((RateLimitType.ORDERS, 86400), 7, 6000)],
    ),
    ([LIMIT | {"rateLimitType": "CONNECTIONS"}], []),
    ([LIMIT | {"rateLimitType": []}], []),
    ([LIMIT | {"interval": "CENTURY"}], []),
    ([LIMIT | {"intervalNum": 0}], []),
    ([LIMIT | {"intervalNum": "5"}], []),
    ([LIMIT | {"limit": "6000"}], []),
    ([LIMIT | {"count": "7"}, 7, None], []),
    (None, []),
    ("none", []),
]


@pytest.mark.parametrize(("limits", "usages"), LIMITS)
def test_rate_limits_in_a_reply_become_usages(limits: Any, usages: list[Usage]) -> None:
    assert reply_in(json.dumps({"id": 1, "status": 200, "rateLimits": limits})).usages == usages


# Events.


def test_the_events_of_a_list_are_typed_and_others_kept(vectors: dict[str, Any]) -> None:
    events = [JSON.decode_frame(json.dumps(sample), MS) for sample in vectors["events"]]
    assert [type(event) for event in events] == [
        OtherEvent,
        OtherEvent,
        ExecutionReport,
        ListStatus,
        OtherEvent,
        OtherEvent,
        OtherEvent,
    ]
    for event, sample in zip(events, vectors["events"], strict=True):
        if isinstance(event, OtherEvent):
            assert event.fields == sample["event"]
            assert event.event_type == sample["event"]["e"]
        else:
            assert isinstance(event, ExecutionReport | ListStatus)
            assert event.unknown_fields == event.malformed_fields == {}


def event_of(vectors: dict[str, Any], name: str) -> dict[str, Any]:
    (sample,) = (one["event"] for one in vectors["events"] if one["event"]["e"] == name)
    return dict(sample)


def test_every_field_of_an_execution_report_has_its_value(vectors: dict[str, Any]) -> None:
    frame = json.dumps({"event": event_of(vectors, "executionReport")})
    event = JSON.decode_frame(frame, MS)

    assert isinstance(event, ExecutionReport)
    assert event.price == Decimal("0.10264410")
    assert (event.order_id, event.execution_id, event.trade_id) == (4293153, 8641984, -1)
    assert event.commission_asset is None
    assert event.transact_time.value == 1499405658657
    assert repr(event) == "<ExecutionReport 4293153 ETHBTC BUY LIMIT NEW NEW>"


@pytest.mark.parametrize("change", [{"i": "4293153"}, {"x": None}, {"p": 1}])
def test_an_event_with_a_malformed_required_field_is_an_other_event(
    vectors: dict[str, Any], change: dict[str, Any]
) -> None:
    changed = event_of(vectors, "executionReport") | change
    event = JSON.decode_frame(json.dumps({"event": changed}), MS)

    assert isinstance(event, OtherEvent)
    assert event.fields == changed
    assert repr(event) == "<OtherEvent executionReport>"


def test_an_event_with_a_malformed_optional_field_keeps_its_type(vectors: dict[str, Any]) -> None:
    changed = event_of(vectors, "executionReport") | {"d": "4"}
    event = JSON.decode_frame(json.dumps({"event": changed}), MS)

    assert isinstance(event, ExecutionReport)
    assert event.trailing_delta is None
    assert event.malformed_fields == {"d": "4"}


def test_unknown_fields_and_enum_values_lose_no_event(vectors: dict[str, Any]) -> None:
    changed = event_of(vectors, "listStatus") | {"l": "SLEEPING", "zz": [1]}
    event = JSON.decode_frame(json.dumps({"event": changed}), MS)

    assert isinstance(event, ListStatus)
    assert event.list_status_type == "SLEEPING"
    assert event.unknown_fields == {"zz": [1]}
    assert repr(event.orders[0]).startswith("<ListedOrderEvent 17 ETHBTC")
