"""Frames of the WebSocket API in SBE: envelopes and events."""

import json
from typing import Any

import pytest
from attrs import evolve

from orderlists import (
    ExecutionReport,
    GetServerTime,
    HmacKey,
    Json,
    ListStatus,
    OtherEvent,
    RateLimited,
    Sbe,
    ServerTime,
    TimeUnit,
    Unauthorized,
    UndecodableReply,
    WebSocketApi,
)
from orderlists._operations.user_data_stream import (
    LogOn,
    Nothing,
    Ping,
    Subscribe,
    Subscription,
    Unsubscribe,
)
from orderlists._protocols.interfaces import Draining, EventReceived, EventsEnded
from orderlists.extending import RateLimitType, Reply, Request, Unreadable
from sbe_messages import LAYOUTS, SHAPES, US, encoded, enveloped, message, sample
from strategies import LIMIT

SBE, MS = Sbe(), TimeUnit.MILLISECOND
API = WebSocketApi(format=SBE)
SBE_TIME = message("ServerTimeResponse")


def reply_in(frame: str | bytes) -> Reply:
    found = SBE.decode_frame(frame, US)
    assert isinstance(found, Reply)
    return found


# Envelopes.


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("7", 7),
        ("0", 0),
        ("123456789012345678", 123456789012345678),
        # Not what a number that was sent as an id becomes.
        ("007", "007"),
        ("-7", "-7"),
        ("7.0", "7.0"),
        ("７", "７"),
        ("²", "²"),
        ("1234567890123456789", "1234567890123456789"),
        ("a3f", "a3f"),
        (" 7", " 7"),
        # Null.
        ("", None),
    ],
)
def test_the_id_of_a_reply_is_an_int_where_its_text_is_one(sent: str, found: object) -> None:
    reply = reply_in(enveloped(SBE_TIME, request_id=sent))
    assert reply.id == found
    assert type(reply.id) is type(found)


def test_a_reply_keeps_its_frame_and_its_undecoded_result() -> None:
    frame = enveloped(SBE_TIME)
    reply = reply_in(frame)
    assert reply == Reply(7, 200, SBE_TIME, None, [], frame)
    assert reply.frame is frame
    time = SBE.decode_result(reply, SHAPES["ServerTimeResponse"], MS)
    assert time.server_time.microseconds == 1_700_000_000_000_001


def test_a_reply_without_a_result_has_an_unreadable_one() -> None:
    with pytest.raises(Unreadable, match="cut"):
        SBE.decode_result(reply_in(enveloped(b"")), SHAPES["ServerTimeResponse"], US)
    with pytest.raises(UndecodableReply):
        API.decode(GetServerTime(), reply_in(enveloped(b"")))


def limit_of(kind: int, interval: int, number: int, most: int, used: int) -> dict[str, int]:
    names = ("rateLimitType", "interval", "intervalNum", "rateLimit", "current")
    return dict(zip(names, (kind, interval, number, most, used), strict=True))


def test_the_usages_of_an_envelope_equal_those_of_json() -> None:
    sent = [limit_of(2, 1, 5, 6000, 7), limit_of(3, 3, 1, 6000, 7), limit_of(3, 0, 10, 50, 1)]
    also = [
        LIMIT,
        LIMIT | {"rateLimitType": "ORDERS", "interval": "DAY", "intervalNum": 1},
        LIMIT
        | {"rateLimitType": "ORDERS", "interval": "SECOND"}
        | {"intervalNum": 10, "limit": 50, "count": 1},
    ]
    other = Json().decode_frame(json.dumps({"id": 7, "status": 200, "rateLimits": also}), US)
    assert isinstance(other, Reply)
    usages = reply_in(enveloped(SBE_TIME, rateLimits=sent)).usages
    assert usages == other.usages
    assert usages[0] == ((RateLimitType.REQUEST_WEIGHT, 300), 7, 6000)
    assert len(usages) == 3


@pytest.mark.parametrize(
    "limit",
    [
        limit_of(0, 1, 5, 6000, 7),  # Raw requests.
        limit_of(1, 1, 5, 6000, 7),  # Connections.
        limit_of(77, 1, 5, 6000, 7),
        limit_of(255, 1, 5, 6000, 7),
        limit_of(2, 9, 5, 6000, 7),
        limit_of(2, 1, 0, 6000, 7),
        limit_of(2, 1, 255, 6000, 7),
        limit_of(2, 1, 5, -(2**63), 7),
        limit_of(2, 1, 5, 6000, -(2**63)),
    ],
)
def test_a_limit_of_an_unknown_kind_is_left_out(limit: dict[str, int]) -> None:
    known = limit_of(2, 1, 5, 6000, 7)
    usages = reply_in(enveloped(SBE_TIME, rateLimits=[limit, known])).usages
    assert usages == [((RateLimitType.REQUEST_WEIGHT, 300), 7, 6000)]


def test_an_error_in_an_envelope_is_that_of_the_exchange() -> None:
    error = encoded("ErrorResponse", {"code": -2015, "msg": "Invalid API-key."})
    reply = reply_in(enveloped(error, status=401, request_id=""))
    assert isinstance(API.refusal(reply), Unauthorized)
    assert reply.id is None


def test_an_error_in_an_envelope_may_give_a_time_to_wait() -> None:
    times = {"serverTime": 1_700_000_000_000_000, "retryAfter": 1_700_000_001_000_000}
    error = encoded("ErrorResponse", {"code": -1003, "msg": "Too many.", **times})
    refusal = API.refusal(reply_in(enveloped(error, status=429)))
    assert isinstance(refusal, RateLimited)
    assert refusal.retry_after == 1.0


@pytest.mark.parametrize("body", [b"", SBE_TIME, b"\xff" * 30, message("NonRepresentableMessage")])
def test_a_refusal_without_a_readable_error_is_undecodable(body: bytes) -> None:
    reply = reply_in(enveloped(body, status=400))
    assert reply.error is None
    assert isinstance(API.refusal(reply), UndecodableReply)


def test_the_error_of_a_success_is_not_read() -> None:
    error = encoded("ErrorResponse", {"code": -2015, "msg": ""})
    assert reply_in(enveloped(error)).error is None


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"{}",
        b'{"id":7,"status":200,"result":{}}',
        b"\xff" * 100,
        enveloped(SBE_TIME)[:-1],
        enveloped(SBE_TIME, status=65535),
        enveloped(SBE_TIME, request_id="é").replace("é".encode(), b"\xff\xff"),
        message("ListStatusEvent")[:-1],
        message("ExecutionReportEvent")[:9],
        message("ListStatusEvent")[:4] + b"\4" + message("ListStatusEvent")[5:],
    ],
)
def test_a_frame_that_is_no_message_is_ignored(frame: bytes) -> None:
    assert SBE.decode_frame(frame, US) is None
    assert API.read(frame) is None


# Text frames.


def test_a_text_frame_is_json() -> None:
    text = '{"id":7,"status":200,"result":{"serverTime":1700000000001}}'
    reply = reply_in(text)
    assert reply == Json().decode_frame(text, MS)
    time: ServerTime = SBE.decode_result(reply, SHAPES["ServerTimeResponse"], MS)
    assert time.server_time.unit is MS
    assert SBE.decode_frame('{"event":{"e":"serverShutdown","E":1}}', MS) == OtherEvent(
        event_type="serverShutdown", fields={"e": "serverShutdown", "E": 1}
    )
    assert SBE.decode_frame("[]", MS) is None


# The session.


@pytest.mark.parametrize(
    ("request_", "name", "result"),
    [
        (LogOn(), "WebSocketSessionLogonResponse", Nothing()),
        (Subscribe(), "UserDataStreamSubscribeResponse", Subscription(subscription_id=1)),
        (Unsubscribe(1), "UserDataStreamUnsubscribeResponse", Nothing()),
        (Ping(), "PingResponse", Nothing()),
        (LogOn(), "WebSocketSessionStatusResponse", Nothing()),
        (LogOn(), "WebSocketSessionLogoutResponse", Nothing()),
        (LogOn(), "WebSocketSessionSubscriptionsResponse", Nothing()),
    ],
)
def test_the_requests_of_a_session_have_results(
    request_: Request[Any], name: str, result: Any
) -> None:
    found: Any = API.decode(request_, reply_in(enveloped(message(name))))
    assert type(found) is type(result)
    assert evolve(found, unknown_fields={}) == result


def test_a_subscription_without_its_id_is_undecodable() -> None:
    reply = reply_in(enveloped(encoded("UserDataStreamSubscribeResponse", {})))
    with pytest.raises(UndecodableReply, match="subscription_id: missing"):
        API.decode(Subscribe(), reply)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ServerShutdownEvent", Draining),
        ("EventStreamTerminatedEvent", EventsEnded),
        ("ListStatusEvent", EventReceived),
        ("ExecutionReportEvent", EventReceived),
    ],
)
def test_the_session_tells_events_of_the_connection_from_those_of_the_account(
    name: str, kind: type[Any]
) -> None:
    session = API.session(key=HmacKey(api_key="k" * 64, secret="not-a-real-one"))
    (received,) = session.received(message(name))
    assert type(received) is kind


# Events.


def test_the_events_of_a_list_have_classes_of_their_own() -> None:
    assert type(SBE.decode_frame(message("ListStatusEvent"), US)) is ListStatus
    assert type(SBE.decode_frame(message("ExecutionReportEvent"), US)) is ExecutionReport


def other_event(name: str, **changes: int | str) -> OtherEvent:
    event = SBE.decode_frame(encoded(name, {**sample(name), **changes}), US)
    assert isinstance(event, OtherEvent)
    return event


def test_an_event_with_a_malformed_required_field_has_the_fields_of_json() -> None:
    event = other_event("ListStatusEvent", orderListId=-(2**63), rejectReason="")
    assert event.event_type == "listStatus"
    orders = [dict(zip("isc", each.values(), strict=True)) for each in sample_orders()]
    assert event.fields == {
        "e": "listStatus",
        "E": 1_700_000_000_000_001,
        "T": 1_700_000_000_000_002,
        "c": "OCO",
        "l": "EXEC_STARTED",
        "L": "EXECUTING",
        "O": orders,
        "r": "NONE",
        "s": sample("ListStatusEvent")["symbol"],
        "C": sample("ListStatusEvent")["listClientOrderId"],
    }
    assert json.dumps(event.to_dict())


def sample_orders() -> list[dict[str, Any]]:
    orders: list[dict[str, Any]] = sample("ListStatusEvent")["orders"]
    return [{n: each[n] for n in ("orderId", "symbol", "clientOrderId")} for each in orders]


def test_an_execution_report_with_a_time_out_of_range_has_the_fields_of_json() -> None:
    event = other_event("ExecutionReportEvent", eventTime=-5, price=12, orderCapacity=1)
    fields = event.fields
    assert (fields["e"], fields["E"], fields["p"]) == ("executionReport", -5, "0.00000012")
    assert (fields["w"], fields["S"], fields["o"]) == (True, "SELL", "LIMIT")
    assert not {"y", "subscriptionId", "priceExponent"} & fields.keys()
    assert fields.keys() <= {
        each.get("json", each["name"])
        for kind in ("fields", "data")
        for each in LAYOUTS["ExecutionReportEvent"][kind]
    } | {"e"}


def test_null_in_an_event_of_no_class_is_what_json_has() -> None:
    null = -(2**63)
    changes = {"orderListId": null, "tradeId": null, "orderCreationTime": null, "strategyId": null}
    texts = {"origClientOrderId": "", "rejectReason": "", "counterSymbol": ""}
    fields = other_event("ExecutionReportEvent", eventTime=-5, **changes, **texts).fields
    assert (fields["g"], fields["t"], fields["O"]) == (-1, -1, -1)
    assert (fields["C"], fields["r"]) == ("", "NONE")
    assert not {"j", "Cs"} & fields.keys()


def test_null_in_an_execution_report_is_what_json_has() -> None:
    null = -(2**63)
    changes = {"orderListId": null, "tradeId": null, "orderCreationTime": null, "usedSor": 255}
    texts = {"origClientOrderId": "", "rejectReason": "", "commissionAsset": ""}
    values = {**sample("ExecutionReportEvent"), **changes, **texts}
    event: Any = SBE.decode_frame(encoded("ExecutionReportEvent", values), US)
    assert (event.order_list_id, event.trade_id, event.time.value) == (-1, -1, -1)
    assert (event.orig_client_order_id, event.commission_asset) == ("", None)
    assert (event.reject_reason, event.reject_reason.is_known) == ("NONE", True)
    assert event.used_sor is None


@pytest.mark.parametrize(
    ("template", "name"),
    [
        (601, "balanceUpdate"),
        (604, "externalLockUpdate"),
        (607, "outboundAccountPosition"),
        (608, "template 608"),
        (999, "template 999"),
        (65535, "template 65535"),
    ],
)
def test_an_event_without_a_layout_is_kept_in_hexadecimal(template: int, name: str) -> None:
    frame = b"\2\0" + template.to_bytes(2, "little") + b"\3\0\6\0" + b"\xfe\xff"
    fields = {"template": template, "message": frame.hex()}
    event: Any = SBE.decode_frame(frame, US)
    assert event == OtherEvent(event_type=name, fields=fields)
    assert json.dumps(event.to_dict())
