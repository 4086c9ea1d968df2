"""The WebSocket API, whose results and errors are those of REST."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest

from orderlists.extending import HttpRequest
from orderlists_simulator import (
    EXAMPLE_KEY,
    Behaviour,
    Fault,
    Plan,
    ReceivedRequest,
    RestServerProtocol,
    Venue,
    VenueTransport,
    VirtualClock,
    WebSocketServerProtocol,
)
from orderlists_simulator._protocols.websocket_request import parse
from orderlists_simulator.faults import NORMAL

Signed = Callable[..., str]
Written = Callable[..., HttpRequest]
Documented = Callable[[Behaviour], Venue]

NOW = 1_688_005_070_874_123_456
MILLISECONDS = NOW // 10**6
NAME = "C3wyj4WVEktd7u9aVBRXcN"


def test_time_over_websocket(send_request: Callable[..., Any]) -> None:
    assert send_request('{"id": 1, "method": "time"}') == {
        "id": 1,
        "status": 200,
        "result": {"serverTime": MILLISECONDS},
    }


def test_ping_over_websocket(send_request: Callable[..., Any]) -> None:
    assert send_request('{"id": null, "method": "ping"}') == {
        "id": None,
        "status": 200,
        "result": {},
    }


@pytest.mark.parametrize("number", [0, -5, 2**63 - 1, "", "e2a85d9f-07a5", "\N{SNOWMAN}", None])
def test_the_id_of_a_request_is_echoed(send_request: Callable[..., Any], number: object) -> None:
    assert send_request(json.dumps({"id": number, "method": "ping"}))["id"] == number


def test_a_request_without_an_id_is_answered_with_null(send_request: Callable[..., Any]) -> None:
    assert send_request('{"method": "ping"}') == {"id": None, "status": 200, "result": {}}


def test_a_method_may_have_the_version_prefix(send_request: Callable[..., Any]) -> None:
    assert send_request('{"id": 1, "method": "v3/ping", "params": {}}')["status"] == 200


@pytest.mark.parametrize(
    ("method", "verb", "path", "params"),
    [
        (
            "orderList.cancel",
            "DELETE",
            "/api/v3/orderList",
            {"symbol": "LTCBTC", "orderListId": 0, "newClientOrderId": "mine"},
        ),
        (
            "orderList.cancel",
            "DELETE",
            "/api/v3/orderList",
            {"symbol": "LTCBTC", "listClientOrderId": NAME, "newClientOrderId": "mine"},
        ),
        ("orderList.cancel", "DELETE", "/api/v3/orderList", {"symbol": "LTCBTC"}),
        ("orderList.cancel", "DELETE", "/api/v3/orderList", {"symbol": "X", "orderListId": 0}),
        ("orderList.cancel", "DELETE", "/api/v3/orderList", {"orderListId": 0, "speed": "high"}),
        ("orderList.status", "GET", "/api/v3/orderList", {"orderListId": 0}),
        ("orderList.status", "GET", "/api/v3/orderList", {"origClientOrderId": NAME}),
        ("orderList.status", "GET", "/api/v3/orderList", {}),
        ("order.status", "GET", "/api/v3/order", {"symbol": "LTCBTC", "orderId": 2}),
        ("order.status", "GET", "/api/v3/order", {"symbol": "LTCBTC", "orderId": 9}),
        ("order.status", "GET", "/api/v3/order", {"symbol": "LTCBTC"}),
        ("orderList.cancel", "DELETE", "/api/v3/orderList", {"recvWindow": 60001}),
        ("orderList.cancel", "DELETE", "/api/v3/orderList", {"symbol": "LTCBTC", "timestamp": 1}),
    ],
)
def test_a_result_or_error_equals_that_of_rest(
    documented: Documented,
    signed: Signed,
    written: Written,
    method: str,
    verb: str,
    path: str,
    params: dict[str, object],
) -> None:
    rest = RestServerProtocol(documented(Behaviour())).respond(
        written(verb, path, **params), now=NOW
    )
    server = WebSocketServerProtocol(documented(Behaviour()))
    session = server.open("/ws-api/v3", now=NOW)
    reply = json.loads(server.respond(session, signed(method, **params), now=NOW))

    # Parameters are counted differently: the key is one of them here.
    said = json.loads(rest.body)
    event = reply["result"] if rest.status == 200 else reply["error"]
    if said.get("code") == -1104:
        assert event["code"] == -1104
    else:
        assert event == said
    assert reply["status"] == rest.status


def test_a_query_with_both_ids_uses_the_client_id_over_websocket(
    documented: Documented, signed: Signed
) -> None:
    server = WebSocketServerProtocol(documented(Behaviour(both_query_ids="id_wins")))
    session = server.open("/ws-api/v3", now=NOW)

    frame = signed("orderList.status", orderListId=7, origClientOrderId=NAME)

    assert json.loads(server.respond(session, frame, now=NOW))["result"]["orderListId"] == 0


def test_results_have_the_time_unit_of_the_connection(
    send_request: Callable[..., Any], signed: Signed
) -> None:
    reply = send_request(
        signed("orderList.cancel", symbol="LTCBTC", orderListId=0), "?timeUnit=MICROSECOND"
    )

    assert reply["result"]["transactionTime"] == NOW // 1000


def test_a_session_works_without_a_connection(venue: Venue) -> None:
    server = WebSocketServerProtocol(venue)
    session = server.open("/ws-api/v3", now=NOW)

    reply = json.loads(server.respond(session, '{"method": "session.logout"}', now=NOW))

    assert reply["result"]["apiKey"] is None


class TestSignatures:
    def test_the_published_signature_vector_is_verified(self, vectors: dict[str, Any]) -> None:
        vector = next(one for one in vectors["signatures"] if one["id"] == "ws_hmac_non_ascii")

        request = parse(json.dumps(vector["request"]))

        assert request.signed_bytes.decode() == vector["payload"]
        assert EXAMPLE_KEY.verify(request.signed_bytes, request.parameter("signature") or "")

    def test_numbers_are_signed_as_written(self) -> None:
        request = parse('{"method":"x","params":{"b":1.50,"a":-0,"c":true,"d":1e3,"e":false}}')

        assert request.signed_bytes == b"a=-0&b=1.50&c=true&d=1e3&e=false"

    def test_a_wrong_signature_is_refused_over_websocket(
        self, send_request: Callable[..., Any], signed: Signed
    ) -> None:
        forged = signed("orderList.status", orderListId=1).replace(
            '"orderListId": 1', '"orderListId": 0'
        )

        assert send_request(forged)["error"] == {
            "code": -1022,
            "msg": "Signature for this request is not valid.",
        }

    def test_parameters_are_signed_without_percent_encoding(
        self, send_request: Callable[..., Any]
    ) -> None:
        payload = f"apiKey={EXAMPLE_KEY.api_key}&symbol=a b&timestamp={MILLISECONDS}"
        signature = hmac.new(
            EXAMPLE_KEY.secret.encode(), payload.encode(), hashlib.sha256
        ).hexdigest()
        params = {
            "symbol": "a b",
            "apiKey": EXAMPLE_KEY.api_key,
            "timestamp": MILLISECONDS,
            "signature": signature,
        }

        reply = send_request(json.dumps({"id": 1, "method": "userDataStream.subscribe.signature"}))
        # Unread, but signed: the parameters are looked at before the signature.
        other = send_request(
            json.dumps({"id": 1, "method": "userDataStream.subscribe.signature", "params": params})
        )

        assert (reply["error"]["code"], other["error"]["code"]) == (-1102, -1104)


def test_the_log_has_the_same_fields_for_both_protocols(
    venue: Venue, signed: Signed, written: Written
) -> None:
    transport = VenueTransport(venue, clock=VirtualClock(NOW))
    connection = transport.connect("/ws-api/v3", timeout=1.0)
    params = {"symbol": "LTCBTC", "orderListId": 0, "newClientOrderId": "mine"}
    connection.send(signed("v3/orderList.cancel", **params), timeout=1.0)
    transport.send(written("DELETE", "/api/v3/orderList", **params), timeout=1.0)
    connection.send(signed("orderList.status", orderListId=0), timeout=1.0)
    transport.send(written("GET", "/api/v3/orderList", orderListId=0), timeout=1.0)

    frame, request, *queries = venue.log.entries

    assert (frame.protocol, frame.method, frame.path) == (
        "WebSocket",
        "orderList.cancel",
        "/ws-api/v3",
    )
    assert (request.protocol, request.method, request.path) == (
        "REST",
        "DELETE",
        "/api/v3/orderList",
    )
    assert [entry.is_cancel for entry in venue.log.entries] == [True, True, False, False]
    assert [entry.protocol for entry in queries] == ["WebSocket", "REST"]
    for entry in (frame, request):
        assert entry.parameter("newClientOrderId") == "mine"
        assert entry.parameter("signature") is None
    assert [entry.answered for entry in (frame, request)] == [200, 400]
    assert b'"clientOrderId":"mine"' in frame.executions[0].response.body


def test_a_rule_reads_parameters_over_both_protocols(
    venue: Venue, signed: Signed, written: Written
) -> None:
    seen: list[tuple[int, ReceivedRequest]] = []

    def rule(number: int, request: ReceivedRequest) -> Fault:
        seen.append((number, request))
        return NORMAL

    transport = VenueTransport(venue, clock=VirtualClock(NOW), plan=Plan(rule))
    connection = transport.connect("/ws-api/v3", timeout=1.0)

    connection.send(signed("orderList.status", 7, orderListId=0), timeout=1.0)
    transport.send(written("GET", "/api/v3/orderList", orderListId=0), timeout=1.0)

    assert [number for number, _ in seen] == [0, 1]
    frame, request = (each for _, each in seen)
    assert (frame.protocol, frame.method) == ("WebSocket", "orderList.status")
    assert (request.protocol, request.method) == ("REST", "GET")
    for each in (frame, request):
        assert each.parameter("orderListId") == "0"
        assert each.parameter("symbol") is None
    assert isinstance(frame.message, str)
    assert isinstance(request.message, HttpRequest)


def test_the_repr_of_a_request_hides_its_parameters(signed: Signed) -> None:
    frame = signed("orderList.status", 7, orderListId=0)

    assert repr(parse(frame)) == "<WebSocketRequest 7 orderList.status>"
