"""The WebSocket API as a codec: what stands in a frame, what is signed, and what frames mean."""

import hashlib
import hmac
import json
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from attrs import frozen
from hypothesis import given

from orderlists import (
    Banned,
    Blocked,
    CanceledOrderList,
    CancelOrderList,
    ExecutionReport,
    GetOrder,
    GetOrderList,
    GetServerTime,
    HandshakeRefused,
    HmacKey,
    InvalidRequest,
    InvalidSetting,
    ListStatus,
    OrderListsError,
    OtherEvent,
    RateLimited,
    Rejected,
    Rest,
    ServerError,
    TimeUnit,
    Unauthorized,
    UndecodableReply,
    UnknownOrderList,
    WebSocketApi,
)
from orderlists._operations.user_data_stream import (
    LogOn,
    Ping,
    Subscribe,
    SubscribeSigned,
    Unsubscribe,
)
from orderlists._protocols.websocket_api import Reply
from orderlists._rate_limits import RateLimitType, Usage
from orderlists.extending import HttpResponse, Operation, Parameter, Request, Security
from strategies import LIMIT, cancels, frames, keys, timestamps

API = WebSocketApi()
CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)
Json = Any


def reply_to(text: str | bytes) -> Reply:
    found = API.read(text)
    assert isinstance(found, Reply)
    return found


# Outwards.


@given(request=cancels(), key=keys, now=timestamps)
def test_a_frame_holds_what_was_given_and_a_signature_over_it(
    request: CancelOrderList, key: HmacKey, now: int
) -> None:
    frame = json.loads(
        API.encode(request, request_id=7, key=key, timestamp=now), parse_float=Decimal
    )
    sent = frame["params"]

    assert (frame["id"], frame["method"]) == (7, "orderList.cancel")
    # As the exchange does it: sorted by name, as they are.
    signature = sent.pop("signature")
    text = "&".join(f"{name}={sent[name]}" for name in sorted(sent))
    assert signature == hmac.new(key.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    window = sent.pop("recvWindow", None)
    expected = dict(request.parameters())
    assert (None if window is None else Decimal(window)) == expected.pop("recvWindow", None)
    assert sent == {**expected, "apiKey": key.api_key, "timestamp": now}


@given(request=cancels(), key=keys, now=timestamps)
def test_on_a_connection_that_is_logged_on_nothing_is_signed(
    request: CancelOrderList, key: HmacKey, now: int
) -> None:
    frame = API.encode(request, request_id=7, key=key, timestamp=now, logged_on=True)

    assert {"apiKey", "signature"}.isdisjoint(json.loads(frame)["params"])
    assert json.loads(frame)["params"]["timestamp"] == now
    assert key.api_key not in frame


@given(request=cancels(), key=keys, now=timestamps)
def test_both_protocols_send_the_same_parameters(
    request: CancelOrderList, key: HmacKey, now: int
) -> None:
    by_frame = json.loads(API.encode(request, request_id=1, key=key, timestamp=now))["params"]
    by_rest = Rest().encode(request, key=key, timestamp=now).target.partition("?")[2]

    names = {pair.partition("=")[0] for pair in by_rest.split("&")}
    assert set(by_frame) - {"apiKey"} == names


def test_a_fraction_goes_as_text_for_a_number_may_be_written_in_another_way(
    vectors: dict[str, Any],
) -> None:
    request = CancelOrderList(symbol="LTCBTC", order_list_id=0, recv_window="5000.125")
    sent = json.loads(API.encode(request, request_id=1, key=key_of(vectors), timestamp=1))

    assert sent["params"]["recvWindow"] == "5000.125"


def key_of(vectors: dict[str, Any]) -> HmacKey:
    known = vectors["keys"]["hmac"]
    return HmacKey(api_key=known["apiKey"], secret=known["secretKey"])


@frozen(slots=False)
class _Anything(Request[int]):
    """A request with these parameters."""

    operation: ClassVar[Operation[int]] = Operation(
        name="Anything",
        method=None,
        path=None,
        websocket="order.place",
        weight=1,
        security=Security.TRADE,
        changes_state=True,
        result=int,
    )
    given: dict[str, Any]

    def parameters(self) -> list[Parameter]:
        return list(self.given.items())


def verified(vectors: dict[str, Any]) -> list[tuple[str, dict[str, Any], str]]:
    """Return method, parameters and signature of each sample whose signature is right."""
    found = [
        (sample["method"], sample["params"], sample["params"]["signature"])
        for told in vectors["websocket"].values()
        for sample, check in zip(told["requests"], told.get("signature_check", []), strict=False)
        if check["status"] == "verified"
    ]
    found += [
        (told["request"]["method"], told["request"]["params"], told["signature"])
        for told in vectors["signatures"]
        if told["api"] == "WebSocket" and told["status"] == "verified"
    ]
    return found


def test_every_published_signature_that_is_right_is_ours(vectors: dict[str, Any]) -> None:
    samples = verified(vectors)
    assert len(samples) == 3
    for _, given_, signature in samples:
        left_out = {"apiKey", "signature", "timestamp"}
        request = _Anything({name: v for name, v in given_.items() if name not in left_out})
        frame = API.encode(
            request, request_id=1, key=key_of(vectors), timestamp=given_["timestamp"]
        )
        assert json.loads(frame)["params"] == {**given_, "signature": signature}


SAMPLES: dict[str, Request[Any]] = {
    "ping": Ping(),
    "time": GetServerTime(),
    "session.logon": LogOn(),
    "orderList.cancel": CancelOrderList(symbol="BTCUSDT", order_list_id=1274512),
    "order.status": GetOrder(symbol="BTCUSDT", order_id=12569099453),
    "orderList.status": GetOrderList(list_client_order_id="08985fedd9ea2cf6b28996"),
    "userDataStream.subscribe": Subscribe(),
    "userDataStream.subscribe.signature": SubscribeSigned(),
    "userDataStream.unsubscribe": Unsubscribe(0),
}


@pytest.mark.parametrize("method", SAMPLES)
def test_every_published_request_is_what_we_send(method: str, vectors: dict[str, Any]) -> None:
    (sample,) = vectors["websocket"][method]["requests"]
    given_ = sample.get("params", {})
    frame = API.encode(
        SAMPLES[method],
        request_id=1,
        key=key_of(vectors),
        timestamp=given_.get("timestamp", 1),
    )
    sent = json.loads(frame)

    assert sent["method"] == method
    # Keys and signatures of the samples are not always those of the published key.
    hidden = {"apiKey": 0, "signature": 0}
    # The sample ends all subscriptions, and we always say which.
    ended = {"subscriptionId": 0} if method == "userDataStream.unsubscribe" else {}
    assert {**sent.get("params", {}), **hidden} == {**given_, **hidden, **ended}


@pytest.mark.parametrize("method", SAMPLES)
def test_every_published_reply_is_read(method: str, vectors: dict[str, Any]) -> None:
    for sample in vectors["websocket"][method]["responses"]:
        reply = reply_to(json.dumps(sample))
        assert reply.id == sample["id"]
        result = API.decode(SAMPLES[method], reply)
        assert isinstance(result, SAMPLES[method].operation.result)
        assert len(API.usages(reply)) == len(sample.get("rateLimits", []))


def test_a_timestamp_must_be_a_whole_number(vectors: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match=r"timestamp=1\.5"):
        API.encode(CANCEL, request_id=1, key=key_of(vectors), timestamp=1.5)  # type: ignore[arg-type]


def test_rest_refuses_what_only_a_connection_can_be_asked(vectors: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match="REST"):
        Rest().encode(LogOn(), key=key_of(vectors), timestamp=1)


@pytest.mark.parametrize(
    ("unit", "target"),
    [
        (TimeUnit.MILLISECOND, "/ws-api/v3?returnRateLimits=true"),
        (TimeUnit.MICROSECOND, "/ws-api/v3?returnRateLimits=true&timeUnit=MICROSECOND"),
    ],
)
def test_the_unit_of_time_is_asked_for_when_connecting(unit: TimeUnit, target: str) -> None:
    assert WebSocketApi(time_unit=unit).target == target


@pytest.mark.parametrize("log_on", ["no", 0, 1])
def test_whether_to_log_on_is_not_judged_by_truth(log_on: Any) -> None:
    with pytest.raises(InvalidSetting, match=f"^log_on={log_on!r}: must be True, False or None$"):
        WebSocketApi(log_on=log_on)


@pytest.mark.parametrize("protocol", [Rest, WebSocketApi])
def test_the_unit_of_time_must_be_one(protocol: Any) -> None:
    with pytest.raises(InvalidSetting, match="time_unit='us'"):
        protocol(time_unit="us")


@pytest.mark.parametrize("protocol", [Rest, WebSocketApi])
@pytest.mark.parametrize("parser", [None, "orjson"])
def test_what_parses_json_must_be_a_function(protocol: Any, parser: Any) -> None:
    with pytest.raises(InvalidSetting, match=f"json_parser={parser!r}: must be a function"):
        protocol(json_parser=parser)


# Inwards.


def test_the_published_envelopes_are_told_apart(vectors: dict[str, Any]) -> None:
    kinds = [
        type(API.read(json.dumps(sample))).__name__
        for sample in vectors["websocket_envelope_samples"]
    ]
    requests = [
        kind
        for kind, sample in zip(kinds, vectors["websocket_envelope_samples"], strict=True)
        if "method" in sample
    ]
    assert set(requests) == {"NoneType"}
    assert {"Reply", "OtherEvent", "NoneType"} == set(kinds)


def test_a_ban_tells_how_long_by_the_exchanges_own_clock(vectors: dict[str, Any]) -> None:
    (sample,) = (one for one in vectors["websocket_envelope_samples"] if one.get("status") == 418)
    with pytest.raises(Banned) as caught:
        API.decode(CANCEL, reply_to(json.dumps(sample)))

    assert caught.value.retry_after == (1659146400000 - 1659142907531) / 1000
    assert caught.value.until is not None


def failure(status: int, error: Json) -> OrderListsError:
    with pytest.raises(OrderListsError) as caught:
        API.decode(CANCEL, reply_to(json.dumps({"id": 1, "status": status, "error": error})))
    return caught.value


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, {"code": -2011, "msg": "Unknown order list sent."}, UnknownOrderList),
        (401, {"code": -2015, "msg": "Invalid API-key."}, Unauthorized),
        (400, {"code": -1102, "msg": "Mandatory parameter."}, Rejected),
        (400, {"code": -1007, "msg": "Timeout."}, ServerError),
        (400, {"code": True, "msg": "x"}, UndecodableReply),
        (400, {"code": "-2011", "msg": "x"}, UndecodableReply),
        (400, None, UndecodableReply),
        (409, None, UndecodableReply),
        (300, None, UndecodableReply),
        (503, None, ServerError),
        (500, {"code": -1000, "msg": "x"}, ServerError),
        (403, None, Blocked),
    ],
)
def test_status_and_code_are_judged_as_over_rest(status: int, error: Json, kind: type) -> None:
    assert type(failure(status, error)) is kind


@pytest.mark.parametrize(
    ("data", "seconds"),
    [
        ({"serverTime": 1000, "retryAfter": 3500}, 2.5),
        ({"serverTime": 1659142907531000, "retryAfter": 1659142908531000}, 1.0),
        ({"serverTime": 3500, "retryAfter": 1000}, None),
        ({"retryAfter": 1000}, None),
        ("soon", None),
        (None, None),
    ],
)
def test_how_long_to_wait_is_a_duration_whatever_the_unit(data: Json, seconds: float) -> None:
    error = failure(429, {"code": -1003, "msg": "Too many requests.", "data": data})

    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


def test_a_result_of_another_shape_is_undecodable_and_keeps_the_frame() -> None:
    frame = '{"id":1,"status":200,"result":{"orderListId":"0"}}'
    for given_ in (frame, frame.encode()):
        with pytest.raises(UndecodableReply, match="must be a 64-bit integer") as caught:
            API.decode(CANCEL, reply_to(given_))
        assert caught.value.raw == frame.encode()


@pytest.mark.parametrize(
    ("limits", "usages"),
    [
        ([LIMIT], [Usage(RateLimitType.REQUEST_WEIGHT, 300, 7, 6000)]),
        (
            [LIMIT | {"rateLimitType": "ORDERS", "interval": "DAY", "intervalNum": 1}],
            [Usage(RateLimitType.ORDERS, 86400, 7, 6000)],
        ),
        ([LIMIT | {"rateLimitType": "CONNECTIONS"}], []),
        ([LIMIT | {"interval": "CENTURY"}], []),
        ([LIMIT | {"intervalNum": 0}], []),
        ([LIMIT | {"count": "7"}, 7, None], []),
        (None, []),
        ("none", []),
    ],
)
def test_the_limits_in_a_reply_feed_the_budget(limits: Json, usages: list[Usage]) -> None:
    reply = reply_to(json.dumps({"id": 1, "status": 200, "rateLimits": limits}))
    assert API.usages(reply) == usages


def test_an_http_response_instead_of_a_connection_says_what_it_says() -> None:
    limited = HttpResponse(429, (("Retry-After", "7"),), b'{"code":-1003,"msg":"x"}')
    refusal = API.refusal(limited)
    assert isinstance(refusal, RateLimited)
    assert refusal.retry_after == 7
    assert "429" in str(HandshakeRefused(limited))
    page = API.refusal(HttpResponse(200, (), b"{}"))
    assert isinstance(page, UndecodableReply)


# Events.


def test_the_events_of_a_list_are_typed_and_others_kept(vectors: dict[str, Any]) -> None:
    events = [API.read(json.dumps(sample)) for sample in vectors["events"]]
    kinds = [type(event) for event in events]
    assert kinds == [
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
            assert event.unknown_fields == {}


def test_every_field_of_an_execution_report_has_its_value(vectors: dict[str, Any]) -> None:
    (sample,) = (one for one in vectors["events"] if one["event"]["e"] == "executionReport")
    event = API.read(json.dumps(sample))

    assert isinstance(event, ExecutionReport)
    assert event.price == Decimal("0.10264410")
    assert (event.order_id, event.execution_id, event.trade_id) == (4293153, 8641984, -1)
    assert event.commission_asset is None
    assert event.transact_time.value == 1499405658657
    assert repr(event) == "<ExecutionReport 4293153 ETHBTC BUY LIMIT NEW NEW>"


@pytest.mark.parametrize("change", [{"i": "4293153"}, {"x": None}, {"p": 0.1}])
def test_an_event_that_changed_its_shape_is_kept_as_it_is(
    vectors: dict[str, Any], change: dict[str, Any]
) -> None:
    (sample,) = (one for one in vectors["events"] if one["event"]["e"] == "executionReport")
    event = API.read(json.dumps({"event": sample["event"] | change}))

    assert isinstance(event, OtherEvent)
    assert repr(event) == "<OtherEvent executionReport>"


def test_a_new_field_and_a_new_word_lose_no_event(vectors: dict[str, Any]) -> None:
    (sample,) = (one for one in vectors["events"] if one["event"]["e"] == "listStatus")
    changed = sample["event"] | {"l": "SLEEPING", "zz": [1]}
    event = API.read(json.dumps({"event": changed}))

    assert isinstance(event, ListStatus)
    assert event.list_status_type == "SLEEPING"
    assert event.unknown_fields == {"zz": [1]}
    assert repr(event.orders[0]).startswith("<ListedOrderEvent 17 ETHBTC")


@given(frame=frames)
def test_whatever_a_frame_holds_is_read_without_a_crash(frame: str | bytes) -> None:
    found = API.read(frame)
    if isinstance(found, Reply):
        assert all(isinstance(usage, Usage) for usage in API.usages(found))
        try:
            result = API.decode(CANCEL, found)
        except (Rejected, ServerError, UndecodableReply):
            return
        assert isinstance(result, CanceledOrderList)


@pytest.mark.parametrize("frame", ["[" * 100_000, b"\xff", "", "NaN", '{"id":1,"status":NaN}'])
def test_what_is_no_json_is_nothing(frame: str | bytes) -> None:
    assert API.read(frame) is None
