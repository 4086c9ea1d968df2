"""The rules of symbols and the rate limits, over both protocols."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from orderlists.extending import HttpRequest
from orderlists_simulator import (
    Behaviour,
    RestServerProtocol,
    Symbol,
    Venue,
    WebSocketServerProtocol,
)
from placement_parameters import OCO
from symbol_rules import PRICE

NOW = 1_688_005_070_874_000_000
PATH = "/api/v3/exchangeInfo"


def over_rest(venue: Venue, query: str = "") -> tuple[int, Any]:
    request = HttpRequest("GET", f"{PATH}{query}", ())
    response = RestServerProtocol(venue).respond(request, now=NOW)
    return response.status, json.loads(response.body)


def over_websocket(venue: Venue, params: object) -> tuple[int, Any]:
    server = WebSocketServerProtocol(venue)
    session = server.open("/ws-api/v3?returnRateLimits=false", now=NOW)
    frame = json.dumps({"id": 1, "method": "exchangeInfo", "params": params})
    reply = json.loads(server.respond(session, frame, now=NOW))
    return reply["status"], reply.get("result", reply.get("error"))


def names(found: Any) -> list[str]:
    return [each["symbol"] for each in found["symbols"]]


def test_every_symbol_is_listed_with_its_rules() -> None:
    rules = Symbol(
        "LTCBTC",
        status="HALT",
        order_types=["LIMIT", "MARKET"],
        oco_allowed=False,
        allowed_self_trade_prevention_modes=["EXPIRE_TAKER"],
        default_self_trade_prevention_mode="EXPIRE_TAKER",
        filters=[PRICE, {"filterType": "BRAND_NEW", "limit": 5}],
    )
    status, found = over_rest(Venue(symbols=[rules, "BTCUSDT"]))
    assert status == 200
    assert names(found) == ["LTCBTC", "BTCUSDT"]
    assert (found["timezone"], found["serverTime"]) == ("UTC", NOW // 1_000_000)
    symbol, usual = found["symbols"]
    lists = {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": 20}
    assert symbol["filters"] == [PRICE, {"filterType": "BRAND_NEW", "limit": 5}, lists]
    assert usual["filters"] == [lists]
    assert (symbol["baseAsset"], symbol["quoteAsset"]) == ("LTC", "BTC")
    assert (symbol["status"], usual["status"]) == ("HALT", "TRADING")
    assert (symbol["ocoAllowed"], usual["ocoAllowed"]) == (False, True)
    assert symbol["orderTypes"] == ["LIMIT", "MARKET"]
    assert symbol["defaultSelfTradePreventionMode"] == "EXPIRE_TAKER"
    assert symbol["allowedSelfTradePreventionModes"] == ["EXPIRE_TAKER"]
    assert symbol["permissionSets"] == [["SPOT"]]


def test_the_limits_are_those_of_the_behaviour() -> None:
    behaviour = Behaviour(weight_limit=None, orders_in_a_day=7, max_num_order_lists=None)
    _, found = over_rest(Venue(behaviour=behaviour))
    assert [tuple(each.values()) for each in found["rateLimits"]] == [
        ("ORDERS", "SECOND", 10, 100),
        ("ORDERS", "DAY", 1, 7),
        ("CONNECTIONS", "MINUTE", 5, 300),
    ]
    assert found["symbols"][0]["filters"] == []


@pytest.mark.parametrize(
    ("query", "params", "expected"),
    [
        ("", {}, ["LTCBTC", "BTCUSDT"]),
        ("?symbol=BTCUSDT", {"symbol": "BTCUSDT"}, ["BTCUSDT"]),
        ("?symbols=%5B%22BTCUSDT%22%5D", {"symbols": ["BTCUSDT"]}, ["BTCUSDT"]),
        (
            "?symbols=%5B%22BTCUSDT%22,%22LTCBTC%22%5D",
            {"symbols": ["BTCUSDT", "LTCBTC"]},
            ["LTCBTC", "BTCUSDT"],
        ),
    ],
)
def test_only_the_symbols_that_were_asked_for_are_listed(
    query: str, params: object, expected: list[str]
) -> None:
    for status, found in (over_rest(Venue(), query), over_websocket(Venue(), params)):
        assert (status, names(found)) == (200, expected)


def test_permission_sets_are_hidden_on_request() -> None:
    _, found = over_rest(Venue(), "?showPermissionSets=false")
    assert found["symbols"][0]["permissionSets"] == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("?symbol=ETHBTC", -1121),
        ("?symbols=%5B%22LTCBTC%22,%22ETHBTC%22%5D", -1121),
        ("?symbol=LTCBTC&symbols=%5B%22LTCBTC%22%5D", -1128),
        ("?symbols=LTCBTC", -1100),
        ("?symbols=%5B%5D", -1100),
        ("?symbols=%5B%22ltcbtc%22%5D", -1100),
        ("?symbols=%5B%22LTCBTC%22%5D%5D", -1100),
        ("?symbols=", -1105),
        ("?speed=high", -1104),
    ],
)
def test_what_cannot_be_listed_is_refused(query: str, code: int) -> None:
    status, error = over_rest(Venue(), query)
    assert (status, error["code"]) == (400, code)


@pytest.mark.parametrize(
    ("symbols", "code"), [([5], -1102), ([["LTCBTC"]], -1102), ([], -1100), ({}, -1102)]
)
def test_an_array_of_anything_but_texts_is_refused(symbols: object, code: int) -> None:
    status, error = over_websocket(Venue(), {"symbols": symbols})
    assert (status, error["code"]) == (400, code)


def test_it_is_charged_its_weight() -> None:
    venue = Venue()
    over_rest(venue)
    assert venue.request_weight.refund(0, now=NOW) == 20


def test_an_order_that_names_no_mode_has_that_of_the_symbol(
    written: Callable[..., HttpRequest],
) -> None:
    symbol = Symbol(
        "LTCBTC",
        allowed_self_trade_prevention_modes=["EXPIRE_MAKER"],
        default_self_trade_prevention_mode="EXPIRE_MAKER",
    )
    venue = Venue(symbols=[symbol])
    placed = RestServerProtocol(venue).respond(
        written("POST", "/api/v3/orderList/oco", **OCO), now=NOW
    )
    assert placed.status == 200
    orders = venue.order_list(0).orders
    assert {each.self_trade_prevention_mode for each in orders} == {"EXPIRE_MAKER"}
