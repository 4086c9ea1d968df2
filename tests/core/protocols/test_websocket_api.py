"""The WebSocket API: encoding, signing, and decoding."""

import hashlib
import hmac
import json
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from orderlists import (
    Banned,
    Blocked,
    CanceledOrderList,
    CancelOrderList,
    GetOrder,
    GetOrderList,
    GetServerTime,
    HandshakeRefused,
    HmacKey,
    InvalidRequest,
    InvalidSetting,
    Json,
    ListStatus,
    OrderListsError,
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
from orderlists._operations.base import Effect
from orderlists._operations.user_data_stream import (
    LogOn,
    Ping,
    Subscribe,
    SubscribeSigned,
    Unsubscribe,
)
from orderlists.extending import (
    HttpResponse,
    One,
    Operation,
    Parameter,
    RateLimitType,
    Reply,
    Request,
    Security,
)
from placements import oco
from strategies import LIMIT, cancels, frames, keys, timestamps

API = WebSocketApi()
CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)


def reply_to(text: str | bytes) -> Reply:
    found = API.read(text)
    assert isinstance(found, Reply)
    return found


# Requests.


@given(request=cancels(), key=keys, now=timestamps)
def test_a_frame_holds_what_was_given_and_a_signature_over_it(
    request: CancelOrderList, key: HmacKey, now: int
) -> None:
    frame = json.loads(
        API.encode(request, request_id=7, key=key, timestamp=now), parse_float=Decimal
    )
    sent = frame["params"]

    assert (frame["id"], frame["method"]) == (7, "orderList.cancel")
    # As the exchange does it: sorted by name, not encoded.
    signature = sent.pop("signature")
    text = "&".join(f"{name}={sent[name]}" for name in sorted(sent))
    assert signature == hmac.new(key.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    window = sent.pop("recvWindow", None)
    expected = dict(request.parameters())
    assert (None if window is None else Decimal(window)) == expected.pop("recvWindow", None)
    assert sent == {**expected, "apiKey": key.api_key, "timestamp": now}


@given(request=cancels(), key=keys, now=timestamps)
def test_on_a_logged_on_connection_requests_are_sent_unsigned(
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


@given(amount=st.decimals(0, 10**19, allow_nan=False, places=2) | st.integers(0, 10**19))
def test_a_decimal_is_sent_as_text_even_a_whole_one(amount: Decimal | int) -> None:
    key = HmacKey(api_key="k" * 64, secret="not-a-real-one")
    request = oco(quantity=amount, recv_window=5000)
    sent = json.loads(API.encode(request, request_id=1, key=key, timestamp=1))["params"]

    assert (sent["quantity"], sent["recvWindow"]) == (f"{Decimal(amount):f}", "5000")
    assert sent["timestamp"] == 1


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
        effect=Effect.PLACE,
        result=int,
    )
    given: dict[str, Any]

    def parameters(self) -> list[Parameter]:
        return list(self.given.items())


def verified(vectors: dict[str, Any]) -> list[tuple[str, dict[str, Any], str]]:
    """Return method, parameters and signature of each sample with a valid signature."""
    found = [
        (sample["method"], sample["params"], sample["params"]["signature"])
        for entry in vectors["websocket"].values()
        for sample, check in zip(entry["requests"], entry.get("signature_check", []), strict=False)
        if check["status"] == "verified"
    ]
    found += [
        (entry["request"]["method"], entry["request"]["params"], entry["signature"])
        for entry in vectors["signatures"]
        if entry["api"] == "WebSocket" and entry["status"] == "verified"
    ]
    return found


def test_every_verified_published_signature_is_reproduced(vectors: dict[str, Any]) -> None:
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
def test_every_published_request_is_reproduced(method: str, vectors: dict[str, Any]) -> None:
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
    # The sample ends all subscriptions; the session layer always names one.
    ended = {"subscriptionId": 0} if method == "userDataStream.unsubscribe" else {}
    assert {**sent.get("params", {}), **hidden} == {**given_, **hidden, **ended}


@pytest.mark.parametrize("method", SAMPLES)
def test_every_published_reply_is_decoded(method: str, vectors: dict[str, Any]) -> None:
    for sample in vectors["websocket"][method]["responses"]:
        reply = reply_to(json.dumps(sample))
        assert reply.id == sample["id"]
        result = API.decode(SAMPLES[method], reply)
        shape = SAMPLES[method].operation.result
        assert isinstance(shape, One)
        assert isinstance(result, shape.kind)
        assert len(API.usages(reply)) == len(sample.get("rateLimits", []))


def test_a_timestamp_must_be_an_int(vectors: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match=r"timestamp=1\.5"):
        API.encode(CANCEL, request_id=1, key=key_of(vectors), timestamp=1.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("unit", "target"),
    [
        (TimeUnit.MILLISECOND, "/ws-api/v3?returnRateLimits=true"),
        (TimeUnit.MICROSECOND, "/ws-api/v3?returnRateLimits=true&timeUnit=MICROSECOND"),
    ],
)
def test_the_unit_of_time_is_requested_in_the_target(unit: TimeUnit, target: str) -> None:
    assert WebSocketApi(time_unit=unit).target == target


@pytest.mark.parametrize("log_on", ["no", 0, 1])
def test_log_on_must_be_a_bool_or_none(log_on: Any) -> None:
    with pytest.raises(InvalidSetting, match=f"^log_on={log_on!r}: must be True, False or None$"):
        WebSocketApi(log_on=log_on)


def test_the_time_unit_must_be_a_time_unit() -> None:
    wrong: Any = "us"
    with pytest.raises(InvalidSetting, match="time_unit='us'"):
        WebSocketApi(time_unit=wrong)


@pytest.mark.parametrize("wrong", [None, "json", json.loads, Json])
def test_the_format_must_be_a_format(wrong: Any) -> None:
    with pytest.raises(InvalidSetting, match=r"^format=.*: must be a Format, such as Json\(\)"):
        WebSocketApi(format=wrong)


class Binary(Json):
    """JSON with a query of its own."""

    @property
    def query(self) -> str:
        return "responseFormat=sbe&sbeSchemaId=3"


def test_a_format_is_requested_by_its_query() -> None:
    assert WebSocketApi(time_unit=TimeUnit.MICROSECOND, format=Binary()).target == (
        "/ws-api/v3?returnRateLimits=true&timeUnit=MICROSECOND&responseFormat=sbe&sbeSchemaId=3"
    )


# Replies.


def test_a_ban_has_its_retry_after_by_the_exchanges_own_clock(vectors: dict[str, Any]) -> None:
    (sample,) = (one for one in vectors["websocket_envelope_samples"] if one.get("status") == 418)
    with pytest.raises(Banned) as caught:
        API.decode(CANCEL, reply_to(json.dumps(sample)))

    assert caught.value.retry_after == (1659146400000 - 1659142907531) / 1000
    assert caught.value.until is not None


def failed(status: int, error: object) -> Reply:
    return reply_to(json.dumps({"id": 1, "status": status, "error": error}))


@pytest.mark.parametrize(
    ("status", "error", "kind", "refusal"),
    [
        (400, {"code": -2011, "msg": "Unknown order list sent."}, UnknownOrderList, Rejected),
        (401, {"code": -2015, "msg": "Invalid API-key."}, Unauthorized, Unauthorized),
        (400, {"code": -1102, "msg": "Mandatory parameter."}, Rejected, Rejected),
        (400, {"code": -1007, "msg": "Timeout."}, ServerError, ServerError),
        (429, {"code": -1015, "msg": "Too many new orders."}, RateLimited, RateLimited),
        (400, {"code": True, "msg": "x"}, UndecodableReply, UndecodableReply),
        (400, {"code": "-2011", "msg": "x"}, UndecodableReply, UndecodableReply),
        (400, None, UndecodableReply, UndecodableReply),
        (300, None, UndecodableReply, UndecodableReply),
        (503, None, ServerError, ServerError),
        (500, {"code": -1000, "msg": "x"}, ServerError, ServerError),
        (403, None, Blocked, Blocked),
    ],
)
def test_status_and_code_are_mapped_as_over_rest(
    status: int, error: object, kind: type[OrderListsError], refusal: type[OrderListsError]
) -> None:
    reply = failed(status, error)
    with pytest.raises(kind) as caught:
        API.decode(CANCEL, reply)
    assert type(caught.value) is kind
    # Independent of the operation, so no code has a specific meaning.
    assert type(API.refusal(reply)) is refusal


def test_a_success_is_not_a_refusal() -> None:
    assert API.refusal(reply_to('{"id":1,"status":200,"result":{}}')) is None


def test_an_undecodable_frame_is_not_foreign_because_it_answers_our_id() -> None:
    with pytest.raises(UndecodableReply) as caught:
        API.decode(CANCEL, failed(404, None))
    assert not caught.value.is_foreign


def test_a_result_of_another_shape_is_undecodable_and_keeps_the_frame() -> None:
    frame = '{"id":1,"status":200,"result":{"orderListId":"0"}}'
    for given_ in (frame, frame.encode()):
        with pytest.raises(UndecodableReply, match="must be a 64-bit integer") as caught:
            API.decode(CANCEL, reply_to(given_))
        assert caught.value.raw == frame.encode()
        assert str(caught.value).startswith(f"HTTP 200, {len(frame)} bytes: ")


def test_the_usage_of_the_rate_limits_is_read_from_a_reply() -> None:
    reply = reply_to(json.dumps({"id": 1, "status": 200, "rateLimits": [LIMIT]}))
    assert API.usages(reply) == [((RateLimitType.REQUEST_WEIGHT, 300), 7, 6000)]


def test_events_are_read_in_the_unit_of_the_protocol(vectors: dict[str, Any]) -> None:
    (sample,) = (one for one in vectors["events"] if one["event"]["e"] == "listStatus")
    api = WebSocketApi(time_unit=TimeUnit.MICROSECOND)
    event = api.read(json.dumps(sample))
    assert isinstance(event, ListStatus)
    assert event.event_time.unit is TimeUnit.MICROSECOND


def test_a_parser_bug_passes_through_read() -> None:
    bug = KeyError("status")

    def parser(_: bytes) -> object:
        raise bug

    with pytest.raises(KeyError) as caught:
        WebSocketApi(format=Json(parser=parser)).read("{}")
    assert caught.value is bug


# Handshakes.


def test_a_refused_handshake_becomes_the_error_of_its_response() -> None:
    limited = HttpResponse(429, (("Retry-After", "7"),), b'{"code":-1003,"msg":"x"}')
    refusal = API.handshake_refusal(limited)
    assert isinstance(refusal, RateLimited)
    assert refusal.retry_after == 7
    assert "429" in str(HandshakeRefused(limited))


@pytest.mark.parametrize("status", [200, 302, 404])
def test_a_handshake_answered_by_another_host_is_foreign(status: int) -> None:
    refusal = API.handshake_refusal(HttpResponse(status, (), b"{}"))
    assert isinstance(refusal, UndecodableReply)
    assert refusal.is_foreign


@given(frame=frames)
def test_any_frame_is_read_and_decoded_without_another_exception(frame: str | bytes) -> None:
    found = API.read(frame)
    if isinstance(found, Reply):
        refusal = API.refusal(found)
        assert (refusal is None) == (found.status == 200)
        try:
            result = API.decode(CANCEL, found)
        except (Rejected, ServerError, UndecodableReply):
            return
        assert isinstance(result, CanceledOrderList)
