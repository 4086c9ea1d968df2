"""Rate limits in replies of the WebSocket API."""

import json
from collections.abc import Callable
from typing import Any

from orderlists.extending import HttpRequest
from orderlists_simulator import (
    Behaviour,
    RestServerProtocol,
    Venue,
    WebSocketServerProtocol,
)

Signed = Callable[..., str]
Written = Callable[..., HttpRequest]
NOW = 1_688_005_070_874_123_456
MILLISECONDS = NOW // 10**6


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

    def test_a_reply_has_rate_limits(self, send_request: Callable[..., Any]) -> None:
        # The connection has the weight 2.
        assert send_request('{"id": 1, "method": "time"}', "")["rateLimits"] == self.used(3)

    def test_rest_and_websocket_share_the_weight(
        self, venue: Venue, signed: Signed, written: Written
    ) -> None:
        server, rest = WebSocketServerProtocol(venue), RestServerProtocol(venue)
        session = server.open("/ws-api/v3", now=NOW)
        rest.respond(written("GET", "/api/v3/orderList", orderListId=0), now=NOW)

        reply = server.respond(session, signed("orderList.status", orderListId=0), now=NOW)

        assert json.loads(reply)["rateLimits"] == self.used(2 + 4 + 4)

    def test_a_successful_cancel_has_no_weight_over_websocket(
        self, send_request: Callable[..., Any], signed: Signed
    ) -> None:
        frame = signed("orderList.cancel", symbol="LTCBTC", orderListId=0)

        counts = [send_request(frame, "")["rateLimits"][0]["count"] for _ in range(2)]

        assert counts == [2, 2 + 2 + 1]

    def test_return_rate_limits_overrides_the_default_of_the_connection(
        self, send_request: Callable[..., Any]
    ) -> None:
        received = '{"id": 1, "method": "time", "params": {"returnRateLimits": %s}}'

        assert "rateLimits" not in send_request(received % "false", "?returnRateLimits=true")
        assert "rateLimits" in send_request(received % "true", "?returnRateLimits=false")
        assert send_request(received % '"maybe"')["error"]["code"] == -1100

    def test_a_429_has_retry_after_as_a_time(self) -> None:
        server = WebSocketServerProtocol(Venue(behaviour=Behaviour(weight_limit=3)))
        session = server.open("/ws-api/v3", now=NOW)

        first, second = (
            json.loads(server.respond(session, '{"method": "time"}', now=NOW)) for _ in range(2)
        )

        assert first["rateLimits"] == self.used(3, 3)
        assert (second["status"], second["error"]["code"]) == (429, -1003)
        # The end of the minute in milliseconds: a time, not a duration.
        minute = 60 * 10**9
        assert second["error"]["data"] == {
            "serverTime": MILLISECONDS,
            "retryAfter": (NOW // minute + 1) * minute // 10**6,
        }

    def test_a_ban_has_the_time_of_its_end(self) -> None:
        server = WebSocketServerProtocol(Venue(behaviour=Behaviour(weight_limit=2, ban_after=0)))
        session = server.open("/ws-api/v3", now=NOW)

        _, banned = (
            json.loads(server.respond(session, '{"method": "time"}', now=NOW)) for _ in range(2)
        )

        until = banned["error"]["data"]["retryAfter"]
        assert banned["status"] == 418
        assert f"IP banned until {until}." in banned["error"]["msg"]
