"""A custom binary format in each protocol."""

from typing import Any, TypeVar, cast

import pytest

from orderlists import (
    CancelOrderList,
    GetServerTime,
    Instant,
    OtherEvent,
    RateLimited,
    RawReply,
    Rest,
    ServerTime,
    TimeUnit,
    UndecodableReply,
    UnknownOrderList,
    WebSocketApi,
)
from orderlists.extending import (
    ErrorBody,
    Format,
    HttpResponse,
    One,
    RateLimitType,
    Reply,
    Shape,
    Unreadable,
)

R = TypeVar("R")
US = TimeUnit.MICROSECOND


class Packed:
    """Big-endian numbers: a time in microseconds as a body, and envelopes with a message inside."""

    headers = (("Accept", "application/packed"),)
    query = "responseFormat=packed"

    def supports(self, method: str) -> bool:
        return method != "order.status"

    def decode(self, reply: RawReply, shape: Shape[R], unit: TimeUnit) -> R:
        del unit  # The times of this format are always microseconds.
        return self.unpacked(reply.body, shape)

    def unpacked(self, body: bytes, shape: Shape[R]) -> R:
        if len(body) != 8 or shape != One(ServerTime):
            raise Unreadable("must be 8 bytes")
        return cast("R", ServerTime(server_time=Instant(int.from_bytes(body), US)))

    def decode_error(self, reply: RawReply) -> ErrorBody | None:
        return self.error_in(reply.body)

    def is_cut(self, reply: RawReply) -> bool:
        return len(reply.body) == 1

    def error_in(self, body: bytes) -> ErrorBody | None:
        return ErrorBody(-int.from_bytes(body), "", 1.5) if len(body) == 2 else None

    def decode_frame(self, frame: str | bytes, unit: TimeUnit) -> Reply | OtherEvent | None:
        del unit
        body = frame.encode() if isinstance(frame, str) else frame
        if body[:1] == b"E":
            return OtherEvent(event_type="shutdown", fields={})
        if body[:1] != b"R":
            return None
        usage = ((RateLimitType.REQUEST_WEIGHT, 60), body[2], None)
        status, rest = int.from_bytes(body[3:5]), body[5:]
        return Reply(body[1], status, rest, self.error_in(rest), [usage], frame)

    def decode_result(self, reply: Reply, shape: Shape[R], unit: TimeUnit) -> R:
        del unit
        return self.unpacked(reply.result, shape)


PACKED: Format = Packed()
TIME = (1_574_040_868_128_001).to_bytes(8)
UNKNOWN_LIST = (2018).to_bytes(2)
CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)


def frame(status: int, body: bytes) -> bytes:
    return b"R" + bytes([7, 9]) + status.to_bytes(2) + body


def test_rest_decodes_results_and_errors_by_its_format() -> None:
    rest = Rest(format=PACKED)
    result = rest.decode(GetServerTime(), HttpResponse(200, (), TIME))
    assert result.server_time == Instant(1_574_040_868_128_001, US)
    with pytest.raises(UnknownOrderList):
        rest.decode(CANCEL, HttpResponse(400, (), UNKNOWN_LIST))
    with pytest.raises(UndecodableReply, match="HTTP 200, 1 bytes: must be 8 bytes"):
        rest.decode(GetServerTime(), HttpResponse(200, (), b"?"))


def test_the_websocket_api_reads_binary_envelopes_by_its_format() -> None:
    api = WebSocketApi(format=PACKED)
    reply: Any = api.read(frame(200, TIME))
    assert (reply.id, api.usages(reply)[0][1], api.refusal(reply)) == (7, 9, None)
    assert api.decode(GetServerTime(), reply).server_time.unit is US
    refused: Any = api.read(frame(400, UNKNOWN_LIST))
    with pytest.raises(UnknownOrderList):
        api.decode(CANCEL, refused)
    limited: Any = api.refusal(cast("Reply", api.read(frame(429, UNKNOWN_LIST))))
    assert isinstance(limited, RateLimited)
    assert limited.retry_after == 1.5
    with pytest.raises(UndecodableReply) as caught:
        api.decode(GetServerTime(), cast("Reply", api.read(frame(200, b"?"))))
    assert caught.value.raw == frame(200, b"?")


def test_the_websocket_api_returns_the_events_of_its_format() -> None:
    api = WebSocketApi(format=PACKED)
    assert isinstance(api.read("E"), OtherEvent)
    assert api.read("?") is None
    assert api.target == "/ws-api/v3?returnRateLimits=true&responseFormat=packed"
