"""The WebSocket API says what REST says, in frames."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest

from orderlists.extending import HttpRequest
from orderlists_simulator import (
    EXAMPLE_KEY,
    Fate,
    Plan,
    RestFront,
    Rules,
    Venue,
    VenueTransport,
    WebSocketFront,
    WebSocketRequest,
)
from orderlists_simulator._ws_request import read
from orderlists_simulator.faults import NORMAL

Signed = Callable[..., str]
Written = Callable[..., HttpRequest]
Documented = Callable[[Rules], Venue]

NOW = 1_688_005_070_874_123_456
MILLISECONDS = NOW // 10**6
NAME = "C3wyj4WVEktd7u9aVBRXcN"


@pytest.fixture
def ask(venue: Venue) -> Callable[..., Any]:
    """Ask by a frame, and return the reply."""
    front = WebSocketFront(venue)

    def ask(frame: str | bytes, query: str = "?returnRateLimits=false") -> Any:
        session = front.open(f"/ws-api/v3{query}", now=NOW)
        return json.loads(front.answer(session, frame, now=NOW))

    return ask


def test_the_time(ask: Callable[..., Any]) -> None:
    assert ask('{"id": 1, "method": "time"}') == {
        "id": 1,
        "status": 200,
        "result": {"serverTime": MILLISECONDS},
    }


def test_a_ping(ask: Callable[..., Any]) -> None:
    assert ask('{"id": null, "method": "ping"}') == {"id": None, "status": 200, "result": {}}


@pytest.mark.parametrize("number", [0, -5, 2**63 - 1, "", "e2a85d9f-07a5", "\N{SNOWMAN}", None])
def test_an_id_comes_back_as_it_was(ask: Callable[..., Any], number: object) -> None:
    assert ask(json.dumps({"id": number, "method": "ping"}))["id"] == number


def test_a_request_without_an_id_has_none(ask: Callable[..., Any]) -> None:
    assert ask('{"method": "ping"}') == {"id": None, "status": 200, "result": {}}


def test_a_method_may_name_the_version(ask: Callable[..., Any]) -> None:
    assert ask('{"id": 1, "method": "v3/ping", "params": {}}')["status"] == 200


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
def test_a_reply_says_what_rest_says(
    documented: Documented,
    signed: Signed,
    written: Written,
    method: str,
    verb: str,
    path: str,
    params: dict[str, object],
) -> None:
    rest = RestFront(documented(Rules())).answer(written(verb, path, **params), now=NOW)
    front = WebSocketFront(documented(Rules()))
    session = front.open("/ws-api/v3", now=NOW)
    reply = json.loads(front.answer(session, signed(method, **params), now=NOW))

    # Parameters are counted differently: the key is one of them here.
    said = json.loads(rest.body)
    told = reply["result"] if rest.status == 200 else reply["error"]
    if said.get("code") == -1104:
        assert told["code"] == -1104
    else:
        assert told == said
    assert reply["status"] == rest.status


def test_of_both_ids_of_a_query_the_client_id_counts(
    documented: Documented, signed: Signed
) -> None:
    front = WebSocketFront(documented(Rules(both_query_ids="id_wins")))
    session = front.open("/ws-api/v3", now=NOW)

    frame = signed("orderList.status", orderListId=7, origClientOrderId=NAME)

    assert json.loads(front.answer(session, frame, now=NOW))["result"]["orderListId"] == 0


def test_times_come_in_the_unit_of_the_connection(ask: Callable[..., Any], signed: Signed) -> None:
    reply = ask(signed("orderList.cancel", symbol="LTCBTC", orderListId=0), "?timeUnit=MICROSECOND")

    assert reply["result"]["transactionTime"] == NOW // 1000


def test_the_front_alone_serves_sessions(venue: Venue) -> None:
    front = WebSocketFront(venue)
    session = front.open("/ws-api/v3", now=NOW)

    reply = json.loads(front.answer(session, '{"method": "session.logout"}', now=NOW))

    assert reply["result"]["apiKey"] is None


class TestRateLimits:
    def used(self, count: int, limit: int = 6000) -> list[dict[str, object]]:
        return [
            {
                "rateLimitType": "REQUEST_WEIGHT",
                "interval": "MINUTE",
                "intervalNum": 1,
                "limit": limit,
                "count": count,
            }
        ]

    def test_a_reply_tells_what_is_used(self, ask: Callable[..., Any]) -> None:
        # Connecting costs two.
        assert ask('{"id": 1, "method": "time"}', "")["rateLimits"] == self.used(3)

    def test_rest_and_websocket_use_the_same(
        self, venue: Venue, signed: Signed, written: Written
    ) -> None:
        front, rest = WebSocketFront(venue), RestFront(venue)
        session = front.open("/ws-api/v3", now=NOW)
        rest.answer(written("GET", "/api/v3/orderList", orderListId=0), now=NOW)

        reply = front.answer(session, signed("orderList.status", orderListId=0), now=NOW)

        assert json.loads(reply)["rateLimits"] == self.used(2 + 4 + 4)

    def test_a_cancel_is_free_if_it_is_done(self, ask: Callable[..., Any], signed: Signed) -> None:
        frame = signed("orderList.cancel", symbol="LTCBTC", orderListId=0)

        counts = [ask(frame, "")["rateLimits"][0]["count"] for _ in range(2)]

        assert counts == [2, 2 + 2 + 1]

    def test_a_request_may_say_whether_it_wants_to_know(self, ask: Callable[..., Any]) -> None:
        asked = '{"id": 1, "method": "time", "params": {"returnRateLimits": %s}}'

        assert "rateLimits" not in ask(asked % "false", "?returnRateLimits=true")
        assert "rateLimits" in ask(asked % "true", "?returnRateLimits=false")
        assert ask(asked % '"maybe"')["error"]["code"] == -1100

    def test_the_limit_is_that_of_the_venue(self) -> None:
        front = WebSocketFront(Venue(rules=Rules(weight_limit=3)))
        session = front.open("/ws-api/v3", now=NOW)

        first, second = (
            json.loads(front.answer(session, '{"method": "time"}', now=NOW)) for _ in range(2)
        )

        assert first["rateLimits"] == self.used(3, 3)
        assert (second["status"], second["error"]["code"]) == (429, -1003)
        # The end of the minute, in milliseconds, is a moment and not a duration.
        minute = 60 * 10**9
        assert second["error"]["data"] == {
            "serverTime": MILLISECONDS,
            "retryAfter": (NOW // minute + 1) * minute // 10**6,
        }

    def test_a_ban_says_when_it_ends(self) -> None:
        front = WebSocketFront(Venue(rules=Rules(weight_limit=2, ban_after=0)))
        session = front.open("/ws-api/v3", now=NOW)

        _, banned = (
            json.loads(front.answer(session, '{"method": "time"}', now=NOW)) for _ in range(2)
        )

        until = banned["error"]["data"]["retryAfter"]
        assert banned["status"] == 418
        assert f"IP banned until {until}." in banned["error"]["msg"]


class TestSignatures:
    def test_the_published_vector(self, vectors: dict[str, Any]) -> None:
        vector = next(one for one in vectors["signatures"] if one["id"] == "ws_hmac_non_ascii")

        request = read(json.dumps(vector["request"]))

        assert request.signed_bytes.decode() == vector["payload"]
        assert EXAMPLE_KEY.verify(request.signed_bytes, request.parameter("signature") or "")

    def test_numbers_are_signed_as_they_were_written(self) -> None:
        request = read('{"method":"x","params":{"b":1.50,"a":-0,"c":true,"d":1e3,"e":false}}')

        assert request.signed_bytes == b"a=-0&b=1.50&c=true&d=1e3&e=false"

    def test_another_signature_is_refused(self, ask: Callable[..., Any], signed: Signed) -> None:
        forged = signed("orderList.status", orderListId=1).replace(
            '"orderListId": 1', '"orderListId": 0'
        )

        assert ask(forged)["error"] == {
            "code": -1022,
            "msg": "Signature for this request is not valid.",
        }

    def test_nothing_is_percent_encoded(self, ask: Callable[..., Any]) -> None:
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

        reply = ask(json.dumps({"id": 1, "method": "userDataStream.subscribe.signature"}))
        # Unread, but signed: the parameters are looked at before the signature.
        other = ask(
            json.dumps({"id": 1, "method": "userDataStream.subscribe.signature", "params": params})
        )

        assert (reply["error"]["code"], other["error"]["code"]) == (-1102, -1104)


class TestRefusals:
    @pytest.mark.parametrize(
        "frame",
        [
            *("", "time", "{", "[]", "7", '"x"', "null", "[1", '{"id": NaN}', '{"id": "\\ud800"}'),
            *("[" * 100_000, b"{}", b"\xff"),
        ],
    )
    def test_what_is_no_request(self, ask: Callable[..., Any], frame: str | bytes) -> None:
        assert ask(frame) == {
            "id": None,
            "status": 400,
            "error": {"code": -1135, "msg": "Invalid JSON Request"},
        }

    @pytest.mark.parametrize(
        ("frame", "name", "number"),
        [
            ('{"id": 1.5, "method": "time"}', "id", None),
            ('{"id": true, "method": "time"}', "id", None),
            ('{"id": [], "method": "time"}', "id", None),
            ('{"id": {}, "method": "time"}', "id", None),
            ('{"id": 99999999999999999999, "method": "time"}', "id", None),
            ('{"id": 7}', "method", 7),
            ('{"id": 7, "method": 1}', "method", 7),
            ('{"id": 7, "method": null}', "method", 7),
            ('{"id": 7, "method": "time", "params": []}', "params", 7),
            ('{"id": 7, "method": "time", "params": null}', "params", 7),
            ('{"id": 7, "method": "time", "params": "a=1"}', "params", 7),
        ],
    )
    def test_a_part_that_cannot_be_read(
        self, ask: Callable[..., Any], frame: str, name: str, number: object
    ) -> None:
        assert ask(frame) == {
            "id": number,
            "status": 400,
            "error": {"code": -1135, "msg": f"JSON sent for parameter '{name}' is not valid"},
        }

    @pytest.mark.parametrize(
        ("frame", "code"),
        [
            ('{"id": 1, "method": "order.place"}', -1020),
            ('{"id": 1, "method": "Time"}', -1020),
            ('{"id": 1, "method": "v3/v3/time"}', -1020),
            ('{"id": 1, "method": "time", "speed": "high"}', -1103),
            ('{"id": 1, "id": 1, "method": "time"}', -1101),
            ('{"id": 1, "method": "time", "params": {"a": 1, "a": 1}}', -1101),
            ('{"id": 1, "method": "time", "params": {"a": 1}}', -1104),
            ('{"id": 1, "method": "ping", "params": {"a": 1}}', -1104),
            ('{"id": 1, "method": "orderList.status", "params": {"orderListId": null}}', -1102),
            ('{"id": 1, "method": "orderList.status", "params": {"orderListId": [0]}}', -1102),
            ('{"id": 1, "method": "orderList.status", "params": {"orderListId": 0}}', -1102),
            ('{"id": 1, "method": "orderList.status", "params": {"apiKey": ""}}', -1105),
        ],
    )
    def test_a_request_that_is_not_served(
        self, ask: Callable[..., Any], frame: str, code: int
    ) -> None:
        reply = ask(frame)

        assert (reply["status"], reply["error"]["code"]) == (400, code)

    @pytest.mark.parametrize(
        ("params", "status", "code"),
        [
            ({"apiKey": "short"}, 401, -2014),
            ({"apiKey": "x" * 64}, 401, -2015),
            ({"timestamp": None}, 400, -1102),
            ({"timestamp": MILLISECONDS + 1001}, 400, -1021),
            ({"timestamp": str(MILLISECONDS)}, 400, None),
            ({"orderListId": True}, 400, -1100),
            ({"orderListId": 0.5}, 400, -1100),
            ({"symbol": ""}, 400, -1105),
            ({"speed": "high"}, 400, -1104),
        ],
    )
    def test_a_parameter_that_is_wrong(
        self,
        ask: Callable[..., Any],
        signed: Signed,
        params: dict[str, object],
        status: int,
        code: int | None,
    ) -> None:
        reply = ask(signed("orderList.cancel", **{"symbol": "LTCBTC", "orderListId": 0, **params}))

        if code is None:
            assert reply["status"] == 200
        else:
            assert (reply["status"], reply["error"]["code"]) == (status, code)


def test_the_log_tells_of_both_protocols_alike(
    venue: Venue, signed: Signed, written: Written
) -> None:
    transport = VenueTransport(venue, now=lambda: NOW)
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
    assert b'"clientOrderId":"mine"' in frame.attempts[0].response.body


def test_a_rule_sees_requests_of_both_protocols(
    venue: Venue, signed: Signed, written: Written
) -> None:
    seen: list[tuple[int, object]] = []

    def rule(number: int, request: object) -> Fate:
        seen.append((number, request))
        return NORMAL

    transport = VenueTransport(venue, now=lambda: NOW, plan=Plan(rule))
    connection = transport.connect("/ws-api/v3", timeout=1.0)

    connection.send(signed("orderList.status", 7, orderListId=0), timeout=1.0)
    transport.send(written("GET", "/api/v3/orderList", orderListId=0), timeout=1.0)

    (first, frame), (second, request) = seen
    assert (first, second) == (0, 1)
    assert isinstance(frame, WebSocketRequest)
    assert isinstance(request, HttpRequest)
    assert (frame.id, frame.method, frame.parameter("orderListId")) == (7, "orderList.status", "0")
    assert frame.parameter("symbol") is None


def test_a_request_shows_no_secret(signed: Signed) -> None:
    frame = signed("orderList.status", 7, orderListId=0)

    assert repr(read(frame)) == "<WebSocketRequest 7 orderList.status>"
