"""What a message always has and JSON leaves out of an ordinary order."""

from typing import Any

import pytest

from orderlists import ExecutionReport, ListStatus, OrderList, Sbe
from orderlists._formats.sbe import left_out
from orderlists.enums import MatchType, WorkingFloor
from sbe_messages import DESCRIPTION, SHAPES, US, encoded, message, report_of, sample, sbe_reply

NULL = -(2**63)

# The numbers of an order, and what is in the result: attributes, and unknown fields.
ORDERS: list[tuple[dict[str, int], dict[str, Any], dict[str, Any]]] = [
    # An ordinary order.
    ({"usedSor": 0, "workingFloor": 1}, {"used_sor": None, "working_floor": None}, {}),
    ({"usedSor": 255, "workingFloor": 1}, {"used_sor": None, "working_floor": None}, {}),
    ({"preventedQuantity": 0}, {"prevented_quantity": None}, {}),
    ({"orderCapacity": 1}, {}, {}),
    # Smart order routing, self-trade prevention, an agency.
    (
        {"usedSor": 1, "workingFloor": 3},
        {"used_sor": True, "working_floor": WorkingFloor.SOR},
        {},
    ),
    (
        {"usedSor": 1, "workingFloor": 1},
        {"used_sor": True, "working_floor": WorkingFloor.EXCHANGE},
        {},
    ),
    ({"usedSor": 1, "workingFloor": 255}, {"used_sor": True, "working_floor": None}, {}),
    ({"preventedQuantity": 5, "qtyExponent": 0}, {"prevented_quantity": 5}, {}),
    ({"orderCapacity": 2}, {}, {"orderCapacity": "AGENCY"}),
    ({"orderCapacity": 7}, {}, {"orderCapacity": "7"}),
]
ORDINARY = {"usedSor": 0, "preventedQuantity": 0, "orderCapacity": 1}


@pytest.mark.parametrize(("numbers", "attributes", "unknown"), ORDERS)
def test_a_field_of_an_order_is_in_the_result_where_json_has_it(
    numbers: dict[str, int], attributes: dict[str, Any], unknown: dict[str, Any]
) -> None:
    report = report_of(**{**ORDINARY, **numbers})
    assert {name: getattr(report, name) for name in attributes} == attributes
    assert report.unknown_fields == unknown
    assert report.malformed_fields == {}


EVENTS: list[tuple[dict[str, int], dict[str, Any], dict[str, Any]]] = [
    ({"usedSor": 0, "workingFloor": 1}, {"used_sor": None, "working_floor": None}, {}),
    ({"preventedQty": 0}, {"prevented_quantity": None}, {}),
    ({"allocId": NULL, "matchType": 1}, {"allocation_id": None, "match_type": None}, {}),
    ({"orderCapacity": 1}, {}, {}),
    ({"subscriptionId": 3}, {}, {}),
    ({"usedSor": 1, "workingFloor": 3}, {"used_sor": True, "working_floor": "SOR"}, {}),
    ({"preventedQty": 5, "qtyExponent": 0}, {"prevented_quantity": 5}, {}),
    (
        {"allocId": 0, "matchType": 1},
        {"allocation_id": 0, "match_type": MatchType.AUTO_MATCH},
        {},
    ),
    ({"orderCapacity": 2}, {}, {"y": "AGENCY"}),
]


@pytest.mark.parametrize(("numbers", "attributes", "unknown"), EVENTS)
def test_a_field_of_an_event_is_in_the_result_where_json_has_it(
    numbers: dict[str, int], attributes: dict[str, Any], unknown: dict[str, Any]
) -> None:
    values = {**sample("ExecutionReportEvent"), "orderCapacity": 1, **numbers}
    event = Sbe().decode_frame(encoded("ExecutionReportEvent", values), US)
    assert isinstance(event, ExecutionReport)
    assert {name: getattr(event, name) for name in attributes} == attributes
    assert event.unknown_fields == unknown


@pytest.mark.parametrize("name", ["CancelOrderListResponse", "OrderListResponse"])
@pytest.mark.parametrize(("text", "client_id"), [("", None), ("mine", "mine")])
def test_an_empty_client_id_of_a_list_is_null(name: str, text: str, client_id: str | None) -> None:
    body = encoded(name, {**sample(name), "listClientOrderId": text})
    found: OrderList = Sbe().decode(sbe_reply(body), SHAPES[name], US)
    assert found.list_client_order_id == client_id


def test_an_event_about_a_list_with_an_empty_client_id_is_not_lost() -> None:
    values = {**sample("ListStatusEvent"), "listClientOrderId": ""}
    event = Sbe().decode_frame(encoded("ListStatusEvent", values), US)
    assert isinstance(event, ListStatus)
    assert event.list_client_order_id == ""


def test_an_empty_client_id_of_an_order_is_text() -> None:
    values = {**sample("OrderResponse"), "clientOrderId": ""}
    body = encoded("OrderResponse", values)
    assert Sbe().decode(sbe_reply(body), SHAPES["OrderResponse"], US).client_order_id == ""


def test_the_id_of_a_subscription_is_in_a_reply_but_outside_of_an_event() -> None:
    reply = sbe_reply(message("UserDataStreamSubscribeResponse"))
    assert Sbe().decode(reply, SHAPES["UserDataStreamSubscribeResponse"], US).subscription_id == 1
    for name in ("ListStatusEvent", "ExecutionReportEvent"):
        event: Any = Sbe().decode_frame(message(name), US)
        assert "subscriptionId" not in event.unknown_fields


def test_every_field_of_the_rules_is_in_the_schema() -> None:
    text = str(DESCRIPTION["messages"])
    rules = {*left_out.NUMBERS, *left_out.OUTSIDE, *left_out.EMPTY_IS_NULL}
    for name in rules | {*left_out.COMPANIONS} | {*left_out.COMPANIONS.values()}:
        assert f"'name': '{name}'" in text
