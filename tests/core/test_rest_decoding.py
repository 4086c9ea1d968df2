"""REST, inwards: a reply is a result, exactly, or one named error that carries it."""

import json
import pickle
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import example, given

from orderlists import (
    CancelOrderList,
    GetOrder,
    GetServerTime,
    Instant,
    OrderList,
    Rest,
    TimeUnit,
    UndecodableReply,
)
from orderlists.enums import ListOrderStatus, OrderStatus, OrderType
from orderlists.extending import HttpResponse
from replies import agrees, cancel_replies, damaged_replies

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)
PARSERS = {"json": Rest(), "orjson": Rest(json_parser=orjson.loads)}


@pytest.fixture(params=PARSERS)
def rest(request: pytest.FixtureRequest) -> Rest:
    return PARSERS[request.param]


def decode(rest: Rest, body: bytes) -> OrderList:
    return rest.decode(CANCEL, HttpResponse(200, (), body))


def decoded_or_refused(rest: Rest, body: bytes) -> OrderList | UndecodableReply:
    try:
        return decode(rest, body)
    except UndecodableReply as error:
        return error


def test_the_documented_reply_becomes_a_typed_result(rest: Rest, seed_reply: bytes) -> None:
    result = decode(rest, seed_reply)
    assert result.order_list_id == 0
    assert result.list_order_status is ListOrderStatus.ALL_DONE
    assert result.transaction_time == Instant(1574040868128, TimeUnit.MILLISECOND)
    assert [order.order_id for order in result.orders] == [2, 3]
    stop, limit = result.order_reports
    assert (stop.type, limit.type) == (OrderType.STOP_LOSS_LIMIT, OrderType.LIMIT_MAKER)
    assert (stop.stop_price, limit.stop_price) == (Decimal("1.00000000"), None)
    assert str(stop.orig_qty) == "10.00000000"
    assert stop.client_order_id == limit.client_order_id == "unfWT8ig8i0uj6lPuYLez6"
    assert stop.orig_quote_order_qty is None
    assert agrees(result, json.loads(seed_reply))


def test_the_time_unit_asked_for_is_the_unit_of_the_result(seed_reply: bytes) -> None:
    body = seed_reply.replace(b"1574040868128", b"1574040868128001")
    result = decode(Rest(time_unit=TimeUnit.MICROSECOND), body)
    assert result.transaction_time.to_datetime() == datetime(
        2019, 11, 18, 1, 34, 28, 128001, tzinfo=UTC
    )


def test_every_published_sample_decodes(rest: Rest, vectors: dict[str, Any]) -> None:
    replies: list[Any] = [s for kind in vectors["rest"].values() for s in kind["success"]]
    replies += [reply["result"] for reply in vectors["websocket"]["orderList.cancel"]["responses"]]
    # An array of lists is the reply to another question.
    samples = [sample for sample in replies if "symbol" in sample]
    assert len(samples) >= 7
    for sample in samples:
        reports = sample.get("orderReports", [])
        result = decode(rest, json.dumps(sample).encode())
        assert [r.order_id for r in result.order_reports] == [r["orderId"] for r in reports]
        assert agrees(result, sample)


@given(tree=cancel_replies())
def test_any_valid_reply_decodes_to_what_json_sees(tree: dict[str, Any]) -> None:
    body = json.dumps(tree).encode()
    results = [decode(rest, body) for rest in PARSERS.values()]
    assert all(agrees(result, tree) for result in results)
    assert pickle.loads(pickle.dumps(results[0])) == results[0] == results[1]


@given(body=damaged_replies())
@example(b"")
@example(b"null")
@example(b'{"orders": ' + b"[" * 100_000)
@example(b"\xff\xfe{\x00}\x00")
@example(b"NaN")
@example(b'{"a": 1' + b"0" * 5000 + b"}")
def test_a_damaged_reply_is_read_exactly_or_refused_by_name(body: bytes) -> None:
    for rest in PARSERS.values():
        came = decoded_or_refused(rest, body)
        if isinstance(came, UndecodableReply):
            assert (came.raw, came.status) == (body, 200)
            assert len(str(came)) < 400
        else:
            assert agrees(came, json.loads(body))


def changed(seed_reply: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    tree = json.loads(seed_reply)
    change(tree)
    return json.dumps(tree).encode()


def test_a_new_enum_value_is_kept_as_text_and_told_apart(rest: Rest, seed_reply: bytes) -> None:
    body = changed(seed_reply, lambda t: t["orderReports"][0].update(status="HIBERNATING"))
    report = decode(rest, body).order_reports[0]
    assert report.status == "HIBERNATING"
    assert report.status is not None
    assert not report.status.is_known
    assert isinstance(report.status, OrderStatus)


def test_a_new_field_is_kept_beside_the_known_ones(rest: Rest, seed_reply: bytes) -> None:
    def grow(tree: dict[str, Any]) -> None:
        tree["newListField"] = {"deep": [1, None]}
        tree["orders"][1]["newOrderField"] = ""
        tree["orderReports"][1]["newReportField"] = 0

    result = decode(rest, changed(seed_reply, grow))
    assert result.unknown_fields == {"newListField": {"deep": [1, None]}}
    assert result.orders[1].unknown_fields == {"newOrderField": ""}
    assert result.order_reports[1].unknown_fields == {"newReportField": 0}
    assert result.orders[0].unknown_fields == {}


def test_fractions_in_new_fields_stay_exact(seed_reply: bytes) -> None:
    body = seed_reply.replace(b'{\n  "orderListId"', b'{"rate": 0.10, "orderListId"', 1)
    assert str(decode(Rest(), body).unknown_fields["rate"]) == "0.10"


def test_an_optional_field_may_be_missing_or_null(rest: Rest, seed_reply: bytes) -> None:
    def shrink(tree: dict[str, Any]) -> None:
        del tree["orderReports"][0]["stopPrice"]
        tree["orderReports"][0]["price"] = None
        tree["listClientOrderId"] = None

    result = decode(rest, changed(seed_reply, shrink))
    assert result.order_reports[0].stop_price is None
    assert result.order_reports[0].price is None
    assert result.list_client_order_id is None


def _put(*path: str | int, value: object) -> Callable[[dict[str, Any]], None]:
    def change(tree: Any) -> None:
        *way, last = path
        for step in way:
            tree = tree[step]
        tree[last] = value

    return change


def _without(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda tree: tree.pop(name)


REPORT = ("orderReports", 0)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_put("orderListId", value=True), "64-bit integer @ $.order_list_id"),
        (_put("orderListId", value="0"), "64-bit integer"),
        (_put("orderListId", value=2**63), "64-bit integer"),
        (_put("orderListId", value=-(2**63) - 1), "64-bit integer"),
        (_put("orderListId", value=0.0), "64-bit integer"),
        (_put("symbol", value=None), "must be text @ $.symbol"),
        (_put("contingencyType", value=1), "must be text @ $.contingency_type"),
        (_put("transactionTime", value=253_402_300_800_000), "must be a time"),
        (_put("transactionTime", value=-2), "must be a time"),
        (_put("transactionTime", value=True), "must be a time"),
        (_put("orders", value={}), "must be a list @ $.orders"),
        (_put("orders", value="ab"), "must be a list"),
        (_put("orders", 0, value=[]), "must be an object @ $.orders[0]"),
        (_put(*REPORT, "price", value=1), "decimal number, as text @ $.order_reports[0].price"),
        (_put(*REPORT, "price", value="1e5"), "decimal number"),
        (_put(*REPORT, "price", value="NaN"), "decimal number"),
        (_put(*REPORT, "price", value="１"), "decimal number"),
        (_put(*REPORT, "price", value="1\n"), "decimal number"),
        (_put(*REPORT, "price", value="1" * 41), "decimal number"),
        (_put(*REPORT, "usedSor", value=0), "true or false @ $.order_reports[0].used_sor"),
        (_put(*REPORT, "transactTime", value="now"), "must be a time"),
        (_without("orders"), "'orders' is missing"),
        (_without("orderListId"), "'orderListId' is missing"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(
    rest: Rest, seed_reply: bytes, change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    with pytest.raises(UndecodableReply) as caught:
        decode(rest, changed(seed_reply, change))
    assert reason in caught.value.reason


def test_white_space_around_a_reply_counts_for_nothing(rest: Rest, seed_reply: bytes) -> None:
    assert decode(rest, b" \t\r\n" + seed_reply + b"\n ") == decode(rest, seed_reply)


@pytest.mark.parametrize("around", ["%s{}", "%s x", "\xa0%s", "%s\x0c", "\ufeff%s"])
def test_anything_else_around_a_reply_is_refused(
    rest: Rest, seed_reply: bytes, around: str
) -> None:
    with pytest.raises(UndecodableReply, match="not JSON"):
        decode(rest, (around % seed_reply.decode()).encode())


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"0", b"null", b"true"])
def test_a_reply_that_is_no_object_is_refused(rest: Rest, body: bytes) -> None:
    with pytest.raises(UndecodableReply, match="must be an object"):
        decode(rest, body)


def test_results_are_short_to_look_at(seed_reply: bytes) -> None:
    result = decode(Rest(), seed_reply)
    assert repr(result) == "<CanceledOrderList 0 LTCBTC OCO ALL_DONE 2:CANCELED 3:CANCELED>"
    assert repr(result.orders[0]) == "<ListedOrder 2 LTCBTC pO9ufTiFGg3nw2fOdgeOXa>"
    assert repr(result.order_reports[1]) == "<OrderReport 3 LTCBTC SELL LIMIT_MAKER CANCELED>"


def test_results_are_values(seed_reply: bytes) -> None:
    first, second = decode(Rest(), seed_reply), decode(Rest(), seed_reply)
    assert first == second
    assert len({first, second}) == 1


def test_the_time_of_the_exchange_is_read(rest: Rest) -> None:
    response = HttpResponse(200, (), b'{"serverTime":1499827319559,"zone":"UTC"}')
    told = rest.decode(GetServerTime(), response)
    assert told.server_time == Instant(1499827319559, TimeUnit.MILLISECOND)
    assert told.unknown_fields == {"zone": "UTC"}


def test_the_answer_to_a_query_of_an_order_is_a_report(rest: Rest) -> None:
    body = {
        "symbol": "LTCBTC",
        "orderId": 1,
        "orderListId": -1,
        "clientOrderId": "myOrder1",
        "price": "0.1",
        "status": "NEW",
        "time": 1499827319559,
        "updateTime": 1499827319560,
        "isWorking": True,
        "workingTime": -1,
    }
    response = HttpResponse(200, (), json.dumps(body).encode())
    report = rest.decode(GetOrder(symbol="LTCBTC", order_id=1), response)
    assert report.time is not None
    assert report.time < Instant(1499827319560, TimeUnit.MILLISECOND)
    assert (report.order_list_id, report.is_working) == (-1, True)
    assert report.working_time == Instant(-1, TimeUnit.MILLISECOND)
    assert not report.unknown_fields
