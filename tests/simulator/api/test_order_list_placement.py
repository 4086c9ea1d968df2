"""Placing order lists over both protocols."""

import json
from collections.abc import Callable, Mapping
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
from placement_parameters import BUY_OCO, KINDS, OCO, OPO, OPOCO, OTO, OTOCO

NOW = 1_688_005_070_874_000_000
Written = Callable[..., HttpRequest]
Signed = Callable[..., str]
Place = Callable[..., tuple[int, Any]]

DUPLICATE = (-2010, "Duplicate order sent.")


@pytest.fixture
def venue() -> Venue:
    return Venue(symbols=["LTCBTC", Symbol("BTCUSDT", opo_allowed=False)])


@pytest.fixture(params=["REST", "WebSocket"])
def place(request: pytest.FixtureRequest, venue: Venue, written: Written, signed: Signed) -> Place:
    """Place a list of a kind; return the status, and the result or the error."""

    def over_rest(kind: str, parameters: Mapping[str, object], now: int = NOW) -> tuple[int, Any]:
        at = {"timestamp": now // 1_000_000}
        sent = written("POST", f"/api/v3/orderList/{kind}", **{**at, **parameters})
        response = RestServerProtocol(venue).respond(sent, now=now)
        return response.status, json.loads(response.body)

    def over_websocket(
        kind: str, parameters: Mapping[str, object], now: int = NOW
    ) -> tuple[int, Any]:
        at = {"timestamp": now // 1_000_000}
        protocol = WebSocketServerProtocol(venue)
        session = protocol.open("/ws-api/v3", now=now)
        frame = signed(f"orderList.place.{kind}", **{**at, **parameters})
        reply = json.loads(protocol.respond(session, frame, now=now))
        return reply["status"], reply.get("result", reply.get("error"))

    return over_rest if request.param == "REST" else over_websocket


def refusal(answer: tuple[int, Any]) -> tuple[int, str]:
    status, error = answer
    assert status == 400, error
    return error["code"], error["msg"]


def test_an_oco_is_placed_and_every_field_is_returned(place: Place, venue: Venue) -> None:
    sent = {
        **OCO,
        "listClientOrderId": "list",
        "aboveClientOrderId": "a",
        "belowClientOrderId": "b",
    }

    status, placed = place("oco", sent)

    assert status == 200
    common = {"symbol": "LTCBTC", "orderListId": 0, "transactTime": NOW // 1_000_000}
    unfilled: dict[str, object] = {
        "origQty": "5.00000000",
        "executedQty": "0.00000000",
        "origQuoteOrderQty": "0.000000",
        "cummulativeQuoteQty": "0.00000000",
        "status": "NEW",
        "timeInForce": "GTC",
        "side": "SELL",
        "selfTradePreventionMode": "NONE",
        "fills": [],
    }
    assert placed == {
        "orderListId": 0,
        "contingencyType": "OCO",
        "listStatusType": "EXEC_STARTED",
        "listOrderStatus": "EXECUTING",
        "listClientOrderId": "list",
        "transactionTime": NOW // 1_000_000,
        "symbol": "LTCBTC",
        "orders": [
            {"symbol": "LTCBTC", "orderId": 0, "clientOrderId": "b"},
            {"symbol": "LTCBTC", "orderId": 1, "clientOrderId": "a"},
        ],
        "orderReports": [
            {
                **common,
                **unfilled,
                "orderId": 0,
                "clientOrderId": "b",
                "price": "0.99000000",
                "type": "STOP_LOSS_LIMIT",
                "stopPrice": "1.00000000",
                "workingTime": -1,
            },
            {
                **common,
                **unfilled,
                "orderId": 1,
                "clientOrderId": "a",
                "price": "3.00000000",
                "type": "LIMIT_MAKER",
                "workingTime": NOW // 1_000_000,
            },
        ],
    }
    assert venue.order_list(0).is_open


def test_the_stop_loss_of_a_buy_oco_is_above_and_comes_first(place: Place) -> None:
    _, placed = place("oco", BUY_OCO)

    assert [each["type"] for each in placed["orderReports"]] == ["STOP_LOSS", "LIMIT_MAKER"]


@pytest.mark.parametrize(
    ("kind", "parameters", "types", "statuses"),
    [
        ("oto", OTO, ["LIMIT", "MARKET"], ["NEW", "PENDING_NEW"]),
        (
            "otoco",
            OTOCO,
            ["LIMIT", "STOP_LOSS", "LIMIT_MAKER"],
            ["NEW", "PENDING_NEW", "PENDING_NEW"],
        ),
        ("opo", OPO, ["LIMIT", "MARKET"], ["NEW", "PENDING_NEW"]),
        (
            "opoco",
            OPOCO,
            ["LIMIT", "STOP_LOSS", "LIMIT_MAKER"],
            ["NEW", "PENDING_NEW", "PENDING_NEW"],
        ),
    ],
)
def test_the_pending_orders_of_any_other_kind_are_pending_new(
    place: Place,
    kind: str,
    parameters: Mapping[str, object],
    types: list[str],
    statuses: list[str],
) -> None:
    _, placed = place(kind, parameters)

    assert placed["contingencyType"] == "OTO"
    assert [each["type"] for each in placed["orderReports"]] == types
    assert [each["status"] for each in placed["orderReports"]] == statuses
    assert {each["workingTime"] for each in placed["orderReports"][1:]} == {-1}


# The orders of the documented samples; their zeros of `origQuoteOrderQty` have eight decimals.
SAMPLED_OPO = {
    **OPO,
    "workingQuantity": "0.0006",
    "workingPrice": "102264",
}
SAMPLED_OPOCO = {
    **OPOCO,
    "workingQuantity": "0.0017",
    "workingPrice": "102496",
    "pendingAbovePrice": "104261",
    "pendingBelowType": "STOP_LOSS_LIMIT",
    "pendingBelowPrice": "101613",
    "pendingBelowStopPrice": "10100",
    "pendingBelowTimeInForce": "GTC",
}
ASSIGNED = {"symbol", "orderId", "orderListId", "clientOrderId", "transactTime", "workingTime"}


@pytest.mark.parametrize(("kind", "sent"), [("opo", SAMPLED_OPO), ("opoco", SAMPLED_OPOCO)])
def test_the_reports_of_an_opo_are_those_of_the_documented_sample(
    place: Place, vectors: dict[str, Any], kind: str, sent: Mapping[str, object]
) -> None:
    (sample,) = vectors["rest"][f"POST /api/v3/orderList/{kind}"]["success"]

    _, placed = place(kind, {**sent, "newOrderRespType": "RESULT"})

    assert placed.keys() == sample.keys()
    for report, documented in zip(placed["orderReports"], sample["orderReports"], strict=True):
        assert list(report) == list(documented)
        report["origQuoteOrderQty"] = documented["origQuoteOrderQty"]
        for name in report.keys() - ASSIGNED:
            assert report[name] == documented[name], name


@pytest.mark.parametrize(
    ("detail", "has_status", "has_fills"),
    [("ACK", False, False), ("RESULT", True, False), ("FULL", True, True)],
)
def test_the_response_type_selects_the_fields_of_the_reports(
    place: Place, detail: str, *, has_status: bool, has_fills: bool
) -> None:
    _, placed = place("oco", {**OCO, "newOrderRespType": detail})

    report = placed["orderReports"][0]
    assert ("status" in report, "fills" in report) == (has_status, has_fills)


def test_optional_parameters_of_a_leg_are_returned(place: Place) -> None:
    more = {
        "belowTrailingDelta": 100,
        "belowIcebergQty": "1",
        "belowStrategyId": 7,
        "belowStrategyType": 1_000_000,
        "belowPrice": None,
        "belowPegPriceType": "PRIMARY_PEG",
        "belowPegOffsetType": "PRICE_LEVEL",
        "belowPegOffsetValue": 1,
        "selfTradePreventionMode": "EXPIRE_TAKER",
    }

    _, placed = place("oco", {**OCO, **more})

    report = placed["orderReports"][0]
    assert report["trailingDelta"] == 100
    assert report["trailingTime"] == -1
    assert report["icebergQty"] == "1.00000000"
    assert (report["strategyId"], report["strategyType"]) == (7, 1_000_000)
    assert report["pegPriceType"] == "PRIMARY_PEG"
    assert (report["pegOffsetType"], report["pegOffsetValue"]) == ("PRICE_LEVEL", 1)
    assert report["selfTradePreventionMode"] == "EXPIRE_TAKER"


def missing(name: str) -> str:
    return f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."


def superfluous(name: str) -> str:
    return f"Parameter '{name}' sent when not required."


def needed(name: str) -> tuple[int, str]:
    return -1224, f"Working order must include the '{name}' tag."


def not_needed(name: str) -> tuple[int, str]:
    return -1225, f"Pending orders should not include the '{name}' tag."


NO_TRIGGER = (
    "Param 'belowStopPrice' or 'belowTrailingDelta' must be sent, but both were empty/null!"
)
ICEBERG = "Parameter 'workingIcebergQty' is not supported if 'timeInForce' != 'GTC'."
NO_QUANTITY = (-1013, "Invalid quantity.")
NO_PRICE = (-1013, "Invalid price.")
NO_STOP_PRICE = (-1013, "Invalid stopPrice.")
NO_BID = (-1222, "Working order in an OPO list must be a bid.")
NO_ASK = (-1223, "Pending orders in an OPO list must be asks.")
NO_OPO = (-2010, "OPO orders are not supported for this symbol.")
TWO_STOPS = {"belowType": "STOP_LOSS", "belowStopPrice": "1"}
REFUSED: list[tuple[str, Mapping[str, object], int, str]] = [
    ("oco", {"side": "UP"}, -1117, "Invalid side."),
    ("oco", {"aboveType": "UP"}, -1116, "Invalid orderType."),
    ("oco", {"belowTimeInForce": "DAY"}, -1115, "Invalid timeInForce."),
    ("oco", {"belowPegPriceType": "PEG"}, -1210, "Invalid pegPriceType."),
    ("oco", {"abovePegPriceType": "MARKET_PEG"}, -1210, "Invalid pegPriceType."),
    ("oco", {"belowPegOffsetType": "TICKS"}, -1211, "Invalid pegOffsetType."),
    ("oco", {"belowPegOffsetValue": 1}, -1211, "Invalid pegOffsetType."),
    (
        "oco",
        {
            "belowPegPriceType": "PRIMARY_PEG",
            "belowPegOffsetType": "PRICE_LEVEL",
            "belowPegOffsetValue": 101,
        },
        -1211,
        "Invalid pegOffsetType.",
    ),
    (
        "oco",
        {"newOrderRespType": "ALL"},
        -1130,
        "Data sent for parameter 'newOrderRespType' is not valid.",
    ),
    ("oco", {"aboveStrategyType": 999_999}, -1134, "strategyType was less than 1000000."),
    ("oco", {"aboveType": None}, -1102, missing("aboveType")),
    ("oco", {"abovePrice": None}, -1102, missing("abovePrice")),
    ("oco", {"belowTimeInForce": None}, -1102, missing("belowTimeInForce")),
    ("oco", {"belowStopPrice": None}, -1102, NO_TRIGGER),
    ("oco", {"quantity": None}, -1102, missing("quantity")),
    ("oco", {"aboveTimeInForce": "GTC"}, -1106, superfluous("aboveTimeInForce")),
    ("oco", {"aboveStopPrice": "1"}, -1106, superfluous("aboveStopPrice")),
    ("oto", {"pendingPrice": "1"}, -1106, superfluous("pendingPrice")),
    ("oto", {"workingTimeInForce": None}, -1102, missing("workingTimeInForce")),
    ("oto", {"workingIcebergQty": "1", "workingTimeInForce": "IOC"}, -1160, ICEBERG),
    (
        "oto",
        {"workingType": "MARKET", "workingPrice": None, "workingTimeInForce": None},
        -1159,
        "Order type not supported for a working order.",
    ),
    (
        "oco",
        {"aboveType": "LIMIT", "aboveTimeInForce": "GTC"},
        -1158,
        "Order type not supported in OCO.",
    ),
    (
        "oco",
        {
            "belowType": "LIMIT_MAKER",
            "belowStopPrice": None,
            "belowTimeInForce": None,
        },
        -1168,
        "At least one OCO order must be contingent.",
    ),
    (
        "oco",
        {"aboveType": "STOP_LOSS", "aboveStopPrice": "3", "abovePrice": None},
        -1197,
        "A stop loss order in a sell OCO must be below.",
    ),
    (
        "oco",
        {"belowType": "TAKE_PROFIT_LIMIT"},
        -1199,
        "A take profit order in a sell OCO must be above.",
    ),
    (
        "oco",
        {
            **TWO_STOPS,
            "belowType": "LIMIT_MAKER",
            "belowStopPrice": None,
            "belowTimeInForce": None,
            "aboveType": "STOP_LOSS",
            "aboveStopPrice": "3",
            "abovePrice": None,
        },
        -1166,
        "A limit order in a sell OCO must be above.",
    ),
    ("oco", {"side": "BUY"}, -1165, "A limit order in a buy OCO must be below."),
    (
        "oco",
        {"side": "BUY", "aboveType": "TAKE_PROFIT", "aboveStopPrice": "3", "abovePrice": None},
        -1196,
        "A stop loss order in a buy OCO must be above.",
    ),
    (
        "otoco",
        {
            "pendingSide": "BUY",
            "pendingAboveType": "TAKE_PROFIT",
            "pendingAboveStopPrice": "3",
            "pendingAbovePrice": None,
            "pendingBelowType": "LIMIT_MAKER",
            "pendingBelowPrice": "1",
            "pendingBelowStopPrice": None,
        },
        -1198,
        "A take profit order in a buy OCO must be below.",
    ),
    ("opo", {"workingSide": "SELL"}, *NO_BID),
    ("opoco", {"workingSide": "SELL"}, *NO_BID),
    ("opo", {"pendingSide": "BUY"}, *NO_ASK),
    ("opoco", {"pendingSide": "BUY"}, *NO_ASK),
    ("opo", {"workingPrice": None}, *needed("workingPrice")),
    ("opoco", {"workingTimeInForce": None}, *needed("workingTimeInForce")),
    ("opo", {"workingQuantity": None}, -1102, missing("workingQuantity")),
    ("opo", {"pendingQuantity": "5"}, *not_needed("pendingQuantity")),
    ("opoco", {"pendingQuantity": "5"}, *not_needed("pendingQuantity")),
    ("opo", {"pendingPrice": "3"}, -1106, superfluous("pendingPrice")),
    ("opoco", {"pendingBelowStopPrice": "0"}, *NO_STOP_PRICE),
    ("opo", {"workingQuantity": "0"}, *NO_QUANTITY),
    ("opo", {"symbol": "BTCUSDT"}, *NO_OPO),
    ("opoco", {"symbol": "BTCUSDT"}, *NO_OPO),
    ("opo", {"symbol": "XYZ"}, -1121, "Invalid symbol."),
    ("oco", {"symbol": "XYZ"}, -1121, "Invalid symbol."),
    ("oco", {"quantity": "0"}, *NO_QUANTITY),
    ("oto", {"workingQuantity": "0.00"}, *NO_QUANTITY),
    ("otoco", {"pendingQuantity": "0"}, *NO_QUANTITY),
    ("oco", {"abovePrice": "0"}, *NO_PRICE),
    ("oco", {"belowPrice": "0"}, *NO_PRICE),
    ("oto", {"workingPrice": "0.0"}, *NO_PRICE),
    ("otoco", {"pendingAbovePrice": "0"}, *NO_PRICE),
    ("oco", {"belowStopPrice": "0"}, *NO_STOP_PRICE),
    ("oco", {"belowStopPrice": "0", "belowTrailingDelta": "100"}, *NO_STOP_PRICE),
    ("oco", {"aboveClientOrderId": "same", "belowClientOrderId": "same"}, *DUPLICATE),
]


@pytest.mark.parametrize(("kind", "changes", "code", "message"), REFUSED)
def test_a_placement_is_refused_with_the_code_of_the_exchange(
    place: Place,
    venue: Venue,
    kind: str,
    changes: Mapping[str, object],
    code: int,
    message: str,
) -> None:
    assert refusal(place(kind, {**KINDS[kind], **changes})) == (code, message)
    assert venue.lists == ()
    assert venue.order_count.used("main", now=NOW) == (0, 0)


def test_an_unknown_parameter_of_a_placement_is_refused(place: Place) -> None:
    code, message = refusal(place("otoco", {**OTOCO, "pendingTimeInForce": "GTC"}))

    assert code == -1104
    assert message.startswith("Not all sent parameters were read")


def test_a_list_client_order_id_is_refused_only_while_its_list_is_open(
    place: Place, venue: Venue
) -> None:
    sent = {**OCO, "listClientOrderId": "mine"}
    place("oco", sent)
    assert refusal(place("oco", sent)) == DUPLICATE

    venue.order_entry.cancel(symbol="LTCBTC", list_client_order_id="mine", now=NOW)

    assert place("oco", sent)[0] == 200


def test_more_lists_than_max_num_order_lists_are_refused(place: Place) -> None:
    for number in range(20):
        assert place("oco", OCO, NOW + number * 10**10)[0] == 200

    answer = place("oco", OCO, NOW + 20 * 10**10)

    assert refusal(answer) == (-1013, "Filter failure: MAX_NUM_ORDER_LISTS")
    assert place("oco", {**OCO, "symbol": "BTCUSDT"}, NOW + 21 * 10**10)[0] == 200


def rest(venue: Venue, written: Written, kind: str) -> Any:
    sent = written("POST", f"/api/v3/orderList/{kind}", **KINDS[kind])
    return RestServerProtocol(venue).respond(sent, now=NOW)


def test_the_unfilled_order_counts_are_headers_of_a_placement(
    venue: Venue, written: Written
) -> None:
    rest(venue, written, "oco")
    response = rest(venue, written, "otoco")

    assert response.header("X-MBX-ORDER-COUNT-10S") == "5"
    assert response.header("X-MBX-ORDER-COUNT-1D") == "5"
    assert response.header("X-MBX-USED-WEIGHT-1M") == "0"
    for kind, count in [("opo", "7"), ("opoco", "10")]:
        assert rest(venue, written, kind).header("X-MBX-ORDER-COUNT-10S") == count


def test_a_refused_placement_has_no_unfilled_order_counts(written: Written) -> None:
    venue = Venue(symbols=[Symbol("LTCBTC", opo_allowed=False)])

    assert rest(venue, written, "opo").header("X-MBX-ORDER-COUNT-10S") is None


def test_too_many_unfilled_orders_are_refused_with_429(written: Written) -> None:
    venue = Venue(behaviour=Behaviour(orders_in_ten_seconds=3))
    rest(venue, written, "oco")

    response = rest(venue, written, "oco")

    error = json.loads(response.body)
    assert (response.status, error["code"]) == (429, -1015)
    assert error["msg"] == "Too many new orders; current limit is 3 orders per 10 SECOND."
    assert response.header("Retry-After") == "10"


def test_rate_limits_of_a_placement_reply_include_the_orders(venue: Venue, signed: Signed) -> None:
    protocol = WebSocketServerProtocol(venue)
    session = protocol.open("/ws-api/v3", now=NOW)

    reply = json.loads(protocol.respond(session, signed("orderList.place.oto", **OTO), now=NOW))

    assert [
        (each["rateLimitType"], each["interval"], each["intervalNum"], each["limit"], each["count"])
        for each in reply["rateLimits"]
    ] == [
        ("ORDERS", "SECOND", 10, 100, 2),
        ("ORDERS", "DAY", 1, 200_000, 2),
        ("REQUEST_WEIGHT", "MINUTE", 1, 6000, 2),
    ]


def test_a_placement_without_order_limits_is_not_refused(written: Written) -> None:
    unlimited = Behaviour(
        orders_in_ten_seconds=None, orders_in_a_day=None, max_num_order_lists=None
    )

    assert rest(Venue(behaviour=unlimited), written, "oco").status == 200


def test_a_placement_is_logged_with_its_effect_and_its_list(venue: Venue, written: Written) -> None:
    sent = written("POST", "/api/v3/orderList/oto", **OTO)
    protocol = RestServerProtocol(venue)

    assert protocol.describe(sent).effect == "place"
    assert protocol.execute(sent, now=NOW).order_list_id == 0
