"""SBE over REST: what is negotiated, and what is answered."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator import Behaviour, RestServerProtocol, SbeSettings, Venue
from sbe_frames import header_of, int64_at, template_of

Documented = Callable[[Behaviour], Venue]
Written = Callable[..., HttpRequest]

NOW = 1_688_005_070_874_123_456
SBE, JSON = "application/sbe", "application/json;charset=UTF-8"
BOTH = "application/sbe, application/json"
OFF = SbeSettings(enabled=False)
OLD_RETIRED = SbeSettings(oldest=3)
PLACE = {
    "symbol": "LTCBTC",
    "side": "SELL",
    "quantity": "1",
    "aboveType": "LIMIT_MAKER",
    "abovePrice": "3",
    "belowType": "STOP_LOSS",
    "belowStopPrice": "1",
}


def accepting(accept: str = SBE, schema: str | None = "3:5") -> tuple[tuple[str, str], ...]:
    named = () if schema is None else (("x-mbx-sbe", schema),)
    return (("accept", accept), *named)


def venue_with(documented: Documented, settings: SbeSettings) -> Venue:
    return documented(Behaviour(sbe=settings))


def code_in(response: HttpResponse) -> int:
    if response.header("Content-Type") == JSON:
        return int(json.loads(response.body)["code"])
    assert template_of(response.body) == 100
    return int.from_bytes(response.body[8:10], "little", signed=True)


@pytest.mark.parametrize(
    ("settings", "accept", "schema", "status", "media_type", "code"),
    [
        (SbeSettings(), SBE, "3:5", 200, SBE, None),
        (SbeSettings(), "Application/SBE;q=1", "3:5", 200, SBE, None),
        (SbeSettings(), BOTH, "3:5", 200, SBE, None),
        (SbeSettings(), "application/json", "3:5", 200, JSON, None),
        (SbeSettings(), "*/*", "3:5", 200, JSON, None),
        (OFF, SBE, "3:5", 406, JSON, -1155),
        (OFF, BOTH, "3:5", 200, JSON, None),
        (SbeSettings(), SBE, None, 400, SBE, -1152),
        (SbeSettings(), SBE, "three:5", 400, SBE, -1152),
        (SbeSettings(), BOTH, None, 200, JSON, None),
        (SbeSettings(), f"{SBE}, */*", "3", 200, JSON, None),
        (SbeSettings(), SBE, "3:6", 400, SBE, -1153),
        (SbeSettings(), SBE, "2:1", 400, SBE, -1153),
        (OLD_RETIRED, SBE, "3:2", 400, SBE, -1153),
        (OLD_RETIRED, BOTH, "3:2", 200, JSON, None),
    ],
)
def test_the_form_of_a_response_is_negotiated(
    documented: Documented,
    settings: SbeSettings,
    accept: str,
    schema: str | None,
    status: int,
    media_type: str,
    code: int | None,
) -> None:
    request = HttpRequest("GET", "/api/v3/time", accepting(accept, schema))

    response = RestServerProtocol(venue_with(documented, settings)).respond(request, now=NOW)

    assert (response.status, response.header("Content-Type")) == (status, media_type)
    assert code is None or code_in(response) == code


@pytest.mark.parametrize(
    ("version", "asked", "answered"), [(5, 5, 5), (5, 4, 5), (3, 3, 3), (3, 0, 3), (6, 5, 6)]
)
def test_a_deprecated_schema_is_answered_in_the_newest(
    documented: Documented, version: int, asked: int, answered: int
) -> None:
    server = RestServerProtocol(venue_with(documented, SbeSettings(version=version)))
    request = HttpRequest("GET", "/api/v3/time", accepting(schema=f"3:{asked}"))

    response = server.respond(request, now=NOW)

    assert header_of(response.body).version == answered
    assert (response.header("X-MBX-SBE-DEPRECATED") is not None) == (asked < answered)


def test_times_are_microseconds_whatever_unit_is_asked_for(venue: Venue) -> None:
    headers = (*accepting(), ("X-MBX-TIME-UNIT", "MILLISECOND"))
    request = HttpRequest("GET", "/api/v3/time", headers)

    response = RestServerProtocol(venue).respond(request, now=NOW)

    assert int64_at(response.body, 0) == NOW // 1000


@pytest.mark.parametrize("path", ["/api/v3/orderList", "/api/v4"])
def test_an_error_is_an_error_response(venue: Venue, path: str) -> None:
    response = RestServerProtocol(venue).respond(HttpRequest("GET", path, accepting()), now=NOW)

    assert (response.header("Content-Type"), template_of(response.body)) == (SBE, 100)
    assert response.header("X-MBX-USED-WEIGHT-1M") is not None


@pytest.mark.parametrize(
    ("method", "path", "parameters", "template"),
    [
        ("GET", "/api/v3/ping", None, 101),
        ("GET", "/api/v3/order", {"symbol": "LTCBTC", "orderId": 2}, 304),
        ("DELETE", "/api/v3/order", {"symbol": "LTCBTC", "orderId": 2}, 312),
        ("DELETE", "/api/v3/openOrders", {"symbol": "LTCBTC"}, 306),
        ("POST", "/api/v3/orderList/oco", {**PLACE, "newOrderRespType": "ACK"}, 309),
        ("POST", "/api/v3/orderList/oco", {**PLACE, "newOrderRespType": "RESULT"}, 310),
        ("POST", "/api/v3/orderList/oco", {**PLACE, "newOrderRespType": "FULL"}, 311),
        ("DELETE", "/api/v3/orderList", {"symbol": "LTCBTC", "orderListId": 0}, 312),
        ("GET", "/api/v3/orderList", {"orderListId": 0}, 313),
        ("GET", "/api/v3/openOrderList", {}, 314),
        ("GET", "/api/v3/allOrderList", {}, 314),
        ("GET", "/api/v3/rateLimit/order", {}, 402),
    ],
)
def test_a_reply_has_its_template(
    venue: Venue,
    written: Written,
    method: str,
    path: str,
    parameters: dict[str, Any] | None,
    template: int,
) -> None:
    headers = accepting()
    request = HttpRequest(method, path, headers)
    if parameters is not None:
        request = written(method, path, headers=headers, **parameters)

    response = RestServerProtocol(venue).respond(request, now=NOW)

    assert (response.status, template_of(response.body)) == (200, template)


def test_the_cancel_of_an_order_without_a_list_is_a_report(venue: Venue, written: Written) -> None:
    rest = RestServerProtocol(venue)
    order = {"symbol": "LTCBTC", "side": "SELL", "type": "LIMIT_MAKER"}
    rest.respond(written("POST", "/api/v3/order", **order, quantity=1, price=9), now=NOW)

    canceled = {"symbol": "LTCBTC", "orderId": 4}
    request = written("DELETE", "/api/v3/order", headers=accepting(), **canceled)

    assert template_of(rest.respond(request, now=NOW).body) == 305


def embedded(message: bytes) -> Iterable[bytes]:
    at = 8 + 6
    while at < len(message):
        size = int.from_bytes(message[at : at + 2], "little")
        yield message[at + 2 : at + 2 + size]
        at += 2 + size


def test_a_cancel_of_all_open_orders_mixes_lists_and_orders(venue: Venue, written: Written) -> None:
    rest = RestServerProtocol(venue)
    order = {"symbol": "LTCBTC", "side": "SELL", "type": "LIMIT_MAKER"}
    rest.respond(written("POST", "/api/v3/order", **order, quantity=1, price=9), now=NOW)

    request = written("DELETE", "/api/v3/openOrders", headers=accepting(), symbol="LTCBTC")
    found = [template_of(each) for each in embedded(rest.respond(request, now=NOW).body)]

    assert sorted(found) == [305, 312]


@pytest.mark.parametrize(("accept", "status"), [(SBE, 406), (BOTH, 200)])
def test_an_endpoint_without_a_message_is_json_or_not_acceptable(
    venue: Venue, written: Written, accept: str, status: int
) -> None:
    order = {"symbol": "LTCBTC", "side": "SELL", "type": "LIMIT_MAKER", "quantity": 1, "price": 9}
    request = written("POST", "/api/v3/order", headers=accepting(accept), **order)

    response = RestServerProtocol(venue).respond(request, now=NOW)

    assert response.status == status
    assert len(venue.single_orders) == (status == 200)
    if status == 200:
        assert response.header("Content-Type") == JSON
        assert json.loads(response.body)["transactTime"] == NOW // 10**6
    else:
        assert code_in(response) == -1161
