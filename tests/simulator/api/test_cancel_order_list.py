import json
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator import Behaviour, Leg, RealClock, Venue, VenueTransport

Cancel = Callable[..., HttpResponse]

MILLISECONDS = 1_688_005_070_874
MICROSECONDS = 1_688_005_070_874_123


def object_in(response: HttpResponse) -> dict[str, Any]:
    assert response.status == 200, response.body
    found: dict[str, Any] = json.loads(response.body)
    return found


def test_the_reply_to_a_cancel_is_the_documented_one(
    documented: Callable[[Behaviour], Venue],
    hmac_sign: Callable[[bytes], str],
    seed_reply: bytes,
) -> None:
    venue = documented(Behaviour(transaction_time="of_placement"))
    query = (
        "symbol=LTCBTC&orderListId=0&newClientOrderId=unfWT8ig8i0uj6lPuYLez6"
        f"&timestamp={MILLISECONDS}"
    )
    target = f"/api/v3/orderList?{query}&signature={hmac_sign(query.encode())}"
    headers = tuple(("X-MBX-APIKEY", key.api_key) for key in venue.keys)

    with closing(
        VenueTransport(venue, clock=RealClock(lambda: MILLISECONDS * 1_000_000))
    ) as transport:
        response = transport.send(HttpRequest("DELETE", target, headers), timeout=1.0)

    reply = object_in(response)
    for report in reply["orderReports"]:
        # The oldest documentation of the reply does not have this field yet.
        assert report.pop("origQuoteOrderQty") == "0.000000"
    documented_reply = json.loads(seed_reply)
    for report in documented_reply["orderReports"]:
        report.pop("origQuoteOrderQty", None)
    assert json.dumps(reply) == json.dumps(documented_reply)


def test_transaction_time_is_that_of_the_cancel(cancel: Cancel) -> None:
    reply = object_in(cancel(orderListId=0))

    assert reply["transactionTime"] == MILLISECONDS
    assert {report["transactTime"] for report in reply["orderReports"]} == {MILLISECONDS}


def test_a_report_has_the_documented_fields_in_the_documented_order(cancel: Cancel) -> None:
    report = object_in(cancel(orderListId=0))["orderReports"][0]

    assert list(report) == [
        "symbol",
        "origClientOrderId",
        "orderId",
        "orderListId",
        "clientOrderId",
        "transactTime",
        "price",
        "origQty",
        "executedQty",
        "origQuoteOrderQty",
        "cummulativeQuoteQty",
        "status",
        "timeInForce",
        "type",
        "side",
        "stopPrice",
        "selfTradePreventionMode",
    ]


def test_a_list_is_canceled_by_its_client_id(cancel: Cancel, venue: Venue) -> None:
    cancel(listClientOrderId="C3wyj4WVEktd7u9aVBRXcN", newClientOrderId="mine")

    assert venue.order_list(0).canceled_by == "mine"


def test_one_cancel_id_is_generated_for_all_legs(cancel: Cancel, venue: Venue) -> None:
    reports = object_in(cancel(orderListId=0))["orderReports"]

    ids = {report["clientOrderId"] for report in reports}
    assert ids == {venue.order_list(0).canceled_by}
    assert len(ids.pop()) == 22


def test_the_venue_records_the_cancel_id_of_a_list(cancel: Cancel, venue: Venue) -> None:
    cancel(orderListId=0, newClientOrderId="mine")

    done = venue.order_list(0)
    assert (done.is_open, done.list_status_type, done.list_order_status) == (
        False,
        "ALL_DONE",
        "ALL_DONE",
    )
    assert [(order.status, order.client_order_id, order.cancel_id) for order in done.orders] == [
        ("CANCELED", "pO9ufTiFGg3nw2fOdgeOXa", "mine"),
        ("CANCELED", "TXOvglzXuaubXAaENpaRCB", "mine"),
    ]
    assert {order.update_time for order in done.orders} == {1_688_005_070_874_123_456}


@pytest.mark.parametrize("unit", ["MICROSECOND", "microsecond"])
def test_x_mbx_time_unit_microsecond(cancel: Cancel, unit: str) -> None:
    reply = object_in(cancel(headers=(("X-MBX-TIME-UNIT", unit),), orderListId=0))

    assert reply["transactionTime"] == MICROSECONDS
    assert reply["orderReports"][0]["transactTime"] == MICROSECONDS


@pytest.mark.parametrize("unit", ["MILLISECOND", "millisecond"])
def test_x_mbx_time_unit_millisecond(cancel: Cancel, unit: str) -> None:
    reply = object_in(cancel(headers=(("x-mbx-time-unit", unit),), orderListId=0))

    assert reply["transactionTime"] == MILLISECONDS


@pytest.mark.parametrize("timestamp", [MILLISECONDS, MICROSECONDS])
def test_the_unit_of_a_timestamp_is_recognised_by_magnitude(cancel: Cancel, timestamp: int) -> None:
    assert cancel(orderListId=0, timestamp=timestamp).status == 200


def test_parameters_may_be_in_a_form_body(send: Cancel, venue: Venue) -> None:
    response = send("symbol=LTCBTC", f"orderListId=0&timestamp={MILLISECONDS}")

    assert response.status == 200
    assert not venue.order_list(0).is_open


def test_a_parameter_in_query_and_form_is_taken_from_the_query(send: Cancel, venue: Venue) -> None:
    send(
        f"symbol=LTCBTC&newClientOrderId=query&timestamp={MILLISECONDS}",
        "orderListId=0&newClientOrderId=form&symbol=BTCUSDT",
    )

    assert venue.order_list(0).canceled_by == "query"


def test_a_body_of_another_content_type_has_no_parameters(send: Cancel) -> None:
    response = send(
        f"symbol=LTCBTC&timestamp={MILLISECONDS}", "orderListId=0", media_type="text/plain"
    )

    assert json.loads(response.body)["code"] == -1102


def test_percent_encoded_parameters_are_decoded(send: Cancel) -> None:
    response = send(f"%73ymbol=%4CTCBTC&orderListId=0&timestamp={MILLISECONDS}")

    assert response.status == 200


def test_a_symbol_may_be_written_in_any_script(send: Cancel) -> None:
    response = send(f"symbol=%EF%BC%91%EF%BC%92&orderListId=0&timestamp={MILLISECONDS}")

    assert json.loads(response.body)["code"] == -1121


@pytest.mark.parametrize("client_id", ["C3wyj4WVEktd7u9aVBRXcN", "another"])
def test_both_ids_with_id_wins_ignores_the_client_id(
    documented: Callable[[Behaviour], Venue], client_id: str
) -> None:
    venue = documented(Behaviour(both_ids="id_wins"))

    venue.order_entry.cancel(
        symbol="LTCBTC", order_list_id=0, list_client_order_id=client_id, now=1
    )

    assert not venue.order_list(0).is_open


def test_both_ids_of_the_same_list_are_accepted(cancel: Cancel) -> None:
    response = cancel(orderListId=0, listClientOrderId="C3wyj4WVEktd7u9aVBRXcN")

    assert response.status == 200


def test_final_legs_are_not_reported(cancel: Cancel, venue: Venue) -> None:
    oto = venue.order_entry.place_list(
        symbol="LTCBTC",
        contingency_type="OTO",
        legs=[
            Leg(side="BUY", type="LIMIT", quantity=1, price=2, status="FILLED", executed_qty=1),
            Leg(
                side="SELL",
                type="LIMIT_MAKER",
                quantity=1,
                price=3,
                status="EXPIRED",
                expiry_reason="OCO_TRIGGER",
            ),
            Leg(side="SELL", type="TAKE_PROFIT", quantity=1, stop_price=3),
        ],
        now=0,
    )

    reply = object_in(cancel(orderListId=oto.order_list_id))

    assert reply["contingencyType"] == "OTO"
    assert len(reply["orders"]) == 3
    assert [report["orderId"] for report in reply["orderReports"]] == [oto.orders[2].order_id]
    assert [each.status for each in venue.order_list(oto.order_list_id).orders] == [
        "FILLED",
        "EXPIRED",
        "CANCELED",
    ]


def test_a_pending_leg_without_quantity_has_no_orig_qty(cancel: Cancel, venue: Venue) -> None:
    opo = venue.order_entry.place_list(
        symbol="LTCBTC",
        contingency_type="OTO",
        legs=[
            Leg(side="BUY", type="LIMIT", quantity=1, price=2),
            Leg(side="SELL", type="MARKET", status="PENDING_NEW"),
        ],
        now=0,
    )

    reports = object_in(cancel(orderListId=opo.order_list_id))["orderReports"]

    assert ["origQty" in report for report in reports] == [True, False]
    assert {report["status"] for report in reports} == {"CANCELED"}


def test_conditional_fields_appear_where_the_leg_has_them(cancel: Cancel, venue: Venue) -> None:
    trailing = Leg(
        side="SELL",
        type="STOP_LOSS_LIMIT",
        quantity=2,
        price=1,
        trailing_delta=10,
        iceberg_qty="0.5",
        strategy_id=0,
        strategy_type=1_000_000,
        self_trade_prevention_mode="DECREMENT",
        prevented_match_id=0,
        prevented_quantity="0.000000001",
        used_sor=False,
        working_floor="SOR",
    )
    pegged = Leg(
        side="SELL",
        type="LIMIT_MAKER",
        quantity=2,
        peg_price_type="PRIMARY_PEG",
        peg_offset_type="PRICE_LEVEL",
        peg_offset_value=1,
        pegged_price=3,
    )
    venue.order_entry.place_list(
        symbol="LTCBTC", contingency_type="OCO", legs=[trailing, pegged], now=0
    )

    reports = object_in(cancel(orderListId=1))["orderReports"]

    common = 15
    assert list(reports[0].items())[common:] == [
        ("trailingDelta", 10),
        ("trailingTime", -1),
        ("icebergQty", "0.50000000"),
        ("strategyId", 0),
        ("strategyType", 1_000_000),
        ("selfTradePreventionMode", "DECREMENT"),
        ("preventedMatchId", 0),
        ("preventedQuantity", "0.000000001"),
        ("usedSor", False),
        ("workingFloor", "SOR"),
    ]
    assert list(reports[1].items())[common:] == [
        ("selfTradePreventionMode", "NONE"),
        ("pegPriceType", "PRIMARY_PEG"),
        ("pegOffsetType", "PRICE_LEVEL"),
        ("pegOffsetValue", 1),
        ("peggedPrice", "3.00000000"),
    ]


def test_an_active_trailing_stop_has_trailing_time(cancel: Cancel, venue: Venue) -> None:
    leg = Leg(side="SELL", type="STOP_LOSS", quantity=1, trailing_delta=10, trailing_time=5_000_000)
    limit = Leg(side="SELL", type="LIMIT_MAKER", quantity=1, price=3)
    venue.order_entry.place_list(symbol="LTCBTC", contingency_type="OCO", legs=[leg, limit], now=0)

    reports = object_in(cancel(orderListId=1))["orderReports"]

    assert reports[0]["trailingTime"] == 5


def test_the_used_weight_of_a_successful_and_a_refused_cancel(
    cancel: Cancel, clock: list[int]
) -> None:
    used = [cancel(orderListId=0).header("X-MBX-USED-WEIGHT-1M") for _ in range(3)]
    clock[0] += 60 * 10**9
    used.append(cancel(orderListId=0).header("X-MBX-USED-WEIGHT-1M"))

    assert used == ["0", "1", "2", "1"]


def test_a_reply_has_a_json_content_type(cancel: Cancel) -> None:
    assert cancel(orderListId=0).header("Content-Type") == "application/json;charset=UTF-8"
