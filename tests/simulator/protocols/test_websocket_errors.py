"""Errors of the WebSocket API."""

from collections.abc import Callable
from typing import Any

import pytest

Signed = Callable[..., str]
NOW = 1_688_005_070_874_123_456
MILLISECONDS = NOW // 10**6


class TestErrors:
    @pytest.mark.parametrize(
        "frame",
        [
            *("", "time", "{", "[]", "7", '"x"', "null", "[1", '{"id": NaN}', '{"id": "\\ud800"}'),
            *("[" * 100_000, b"{}", b"\xff"),
        ],
    )
    def test_a_frame_that_is_not_a_json_object_is_refused(
        self, send_request: Callable[..., Any], frame: str | bytes
    ) -> None:
        assert send_request(frame) == {
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
    def test_a_malformed_member_is_refused_by_name(
        self, send_request: Callable[..., Any], frame: str, name: str, number: object
    ) -> None:
        assert send_request(frame) == {
            "id": number,
            "status": 400,
            "error": {"code": -1135, "msg": f"JSON sent for parameter '{name}' is not valid"},
        }

    @pytest.mark.parametrize(
        ("frame", "code"),
        [
            ('{"id": 1, "method": "sor.order.test"}', -1020),
            ('{"id": 1, "method": "Time"}', -1020),
            ('{"id": 1, "method": ""}', -1020),
            ('{"id": 1, "method": "ticker.price", "params": {"symbols": ["LTCBTC", 1]}}', -1102),
            ('{"id": 1, "method": "ticker.price", "params": {"symbols": []}}', -1100),
            ('{"id": 1, "method": "time", "params": {"a": 1, "b": 2}}', -1101),
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
    def test_an_invalid_request_is_refused_with_its_code(
        self, send_request: Callable[..., Any], frame: str, code: int
    ) -> None:
        reply = send_request(frame)

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
    def test_an_invalid_parameter_is_refused_with_its_code(
        self,
        send_request: Callable[..., Any],
        signed: Signed,
        params: dict[str, object],
        status: int,
        code: int | None,
    ) -> None:
        reply = send_request(
            signed("orderList.cancel", **{"symbol": "LTCBTC", "orderListId": 0, **params})
        )

        if code is None:
            assert reply["status"] == 200
        else:
            assert (reply["status"], reply["error"]["code"]) == (status, code)
