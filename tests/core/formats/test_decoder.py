"""Decoding: a reply is decoded without loss, or rejected by one named error."""

import json
import pickle
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from attrs import field, frozen
from hypothesis import example, given
from hypothesis import strategies as st

from orderlists import (
    CanceledOrderList,
    Instant,
    Json,
    OrderList,
    OrderReport,
    ServerTime,
    TimeUnit,
)
from orderlists._formats.decoder import decode_value
from orderlists.enums import ListOrderStatus, OpenEnum, OrderStatus, OrderType
from orderlists.extending import Many, One, OneOf, Result, Shape, Unreadable
from replies import (
    OPTIONAL_OF_LIST,
    OPTIONAL_OF_REPORT,
    REQUIRED_OF_REPORT,
    agrees,
    cancel_replies,
    damaged_replies,
    http_reply,
    json_values,
)

MS = TimeUnit.MILLISECOND
FORMATS = {"json": Json(), "orjson": Json(parser=orjson.loads)}
REPORT = {"symbol": "LTCBTC", "orderId": 0, "orderListId": -1, "clientOrderId": "x"}


@pytest.fixture(params=FORMATS)
def json_format(request: pytest.FixtureRequest) -> Json:
    return FORMATS[request.param]


def decode(json_format: Json, body: bytes) -> OrderList:
    return json_format.decode(http_reply(body), One(CanceledOrderList), MS)


def decoded_or_refused(json_format: Json, body: bytes) -> OrderList | Unreadable:
    try:
        return decode(json_format, body)
    except Unreadable as error:
        return error


def test_the_documented_reply_becomes_a_typed_result(json_format: Json, seed_reply: bytes) -> None:
    result = decode(json_format, seed_reply)
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


def test_the_requested_time_unit_is_the_unit_of_the_result(seed_reply: bytes) -> None:
    body = seed_reply.replace(b"1574040868128", b"1574040868128001")
    result = Json().decode(http_reply(body), One(CanceledOrderList), TimeUnit.MICROSECOND)
    assert result.transaction_time.to_datetime() == datetime(
        2019, 11, 18, 1, 34, 28, 128001, tzinfo=UTC
    )


def test_every_published_sample_decodes(json_format: Json, vectors: dict[str, Any]) -> None:
    replies: list[Any] = [s for kind in vectors["rest"].values() for s in kind["success"]]
    replies += [reply["result"] for reply in vectors["websocket"]["orderList.cancel"]["responses"]]
    # An array of lists is the reply to another request.
    samples = [sample for sample in replies if "symbol" in sample]
    assert len(samples) >= 7
    for sample in samples:
        reports = sample.get("orderReports", [])
        result = decode(json_format, json.dumps(sample).encode())
        assert [r.order_id for r in result.order_reports] == [r["orderId"] for r in reports]
        assert agrees(result, sample)


@given(tree=cancel_replies())
def test_any_valid_reply_decodes_to_what_json_sees(tree: dict[str, Any]) -> None:
    body = json.dumps(tree).encode()
    results = [decode(json_format, body) for json_format in FORMATS.values()]
    assert all(agrees(result, tree) for result in results)
    assert pickle.loads(pickle.dumps(results[0])) == results[0] == results[1]


@given(body=damaged_replies())
@example(b"")
@example(b"null")
@example(b'{"orders": ' + b"[" * 100_000)
@example(b"\xff\xfe{\x00}\x00")
@example(b"NaN")
@example(b'{"a": 1' + b"0" * 5000 + b"}")
def test_a_damaged_reply_is_decoded_exactly_or_unreadable(body: bytes) -> None:
    for json_format in FORMATS.values():
        came = decoded_or_refused(json_format, body)
        if isinstance(came, Unreadable):
            assert len(str(came)) < 400
        else:
            assert agrees(came, json.loads(body))


def changed(seed_reply: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    tree = json.loads(seed_reply)
    change(tree)
    return json.dumps(tree).encode()


def test_an_unknown_enum_value_is_kept_as_text_and_not_known(
    json_format: Json, seed_reply: bytes
) -> None:
    body = changed(seed_reply, lambda t: t["orderReports"][0].update(status="HIBERNATING"))
    report = decode(json_format, body).order_reports[0]
    assert report.status == "HIBERNATING"
    assert report.status is not None
    assert not report.status.is_known
    assert isinstance(report.status, OrderStatus)


def test_an_unknown_field_is_kept_in_unknown_fields(json_format: Json, seed_reply: bytes) -> None:
    def grow(tree: dict[str, Any]) -> None:
        tree["newListField"] = {"deep": [1, None]}
        tree["orders"][1]["newOrderField"] = ""
        tree["orderReports"][1]["newReportField"] = 0

    result = decode(json_format, changed(seed_reply, grow))
    assert result.unknown_fields == {"newListField": {"deep": [1, None]}}
    assert result.orders[1].unknown_fields == {"newOrderField": ""}
    assert result.order_reports[1].unknown_fields == {"newReportField": 0}
    assert result.orders[0].unknown_fields == {}


def test_fractions_in_unknown_fields_stay_exact(seed_reply: bytes) -> None:
    body = seed_reply.replace(b'{\n  "orderListId"', b'{"rate": 0.10, "orderListId"', 1)
    assert str(decode(Json(), body).unknown_fields["rate"]) == "0.10"


def test_an_optional_field_may_be_missing_or_null(json_format: Json, seed_reply: bytes) -> None:
    def shrink(tree: dict[str, Any]) -> None:
        del tree["orderReports"][0]["stopPrice"]
        tree["orderReports"][0]["price"] = None
        tree["listClientOrderId"] = None

    result = decode(json_format, changed(seed_reply, shrink))
    assert result.order_reports[0].stop_price is None
    assert result.order_reports[0].price is None
    assert result.list_client_order_id is None


def test_the_repr_of_a_result_is_short(seed_reply: bytes) -> None:
    result = decode(Json(), seed_reply)
    assert repr(result) == "<CanceledOrderList 0 LTCBTC OCO ALL_DONE 2:CANCELED 3:CANCELED>"
    assert repr(result.orders[0]) == "<ListedOrder 2 LTCBTC pO9ufTiFGg3nw2fOdgeOXa>"
    assert repr(result.order_reports[1]) == "<OrderReport 3 LTCBTC SELL LIMIT_MAKER CANCELED>"


def test_results_are_immutable_and_compared_by_value(seed_reply: bytes) -> None:
    first, second = decode(Json(), seed_reply), decode(Json(), seed_reply)
    assert first == second
    assert len({first, second}) == 1


def test_the_reply_to_a_query_of_the_time_is_decoded(json_format: Json) -> None:
    body = b'{"serverTime":1499827319559,"zone":"UTC"}'
    time = json_format.decode(http_reply(body), One(ServerTime), MS)
    assert time.server_time == Instant(1499827319559, MS)
    assert time.unknown_fields == {"zone": "UTC"}


def test_the_reply_to_a_query_of_an_order_is_a_report(json_format: Json) -> None:
    sent = {
        **REPORT,
        "price": "0.1",
        "status": "NEW",
        "time": 1499827319559,
        "updateTime": 1499827319560,
        "isWorking": True,
        "workingTime": -1,
    }
    report = json_format.decode(http_reply(json.dumps(sent)), One(OrderReport), MS)
    assert report.time is not None
    assert report.time < Instant(1499827319560, MS)
    assert (report.order_list_id, report.is_working) == (-1, True)
    assert report.working_time == Instant(-1, MS)
    assert not report.unknown_fields


# Malformed optional fields.


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("price", 1.5),
        ("price", ""),
        ("price", "1E-7"),
        ("status", 4),
        ("usedSor", 1),
        ("trailingDelta", "5"),
        ("workingTime", -2),
        ("strategyId", 2**63),
        ("side", {"is": "SELL"}),
    ],
)
def test_a_malformed_optional_field_is_kept_and_does_not_fail_the_reply(
    json_format: Json, seed_reply: bytes, name: str, value: Any
) -> None:
    body = changed(seed_reply, lambda t: t["orderReports"][1].update({name: value}))
    result, intact = decode(json_format, body), decode(json_format, seed_reply)
    report = result.order_reports[1]
    assert report.malformed_fields == {name: value}
    assert agrees(result, json.loads(body))
    assert result.order_reports[0] == intact.order_reports[0]
    assert (result.list_order_status, report.order_id) == (ListOrderStatus.ALL_DONE, 3)
    assert repr(value) not in repr(result)
    assert intact.order_reports[1].malformed_fields == {}


@pytest.mark.parametrize("reports", [None, {}, "none", [7], [{"orderId": 2}], [[]]])
def test_malformed_order_reports_are_kept_as_a_whole(
    json_format: Json, seed_reply: bytes, reports: Any
) -> None:
    result = decode(json_format, changed(seed_reply, lambda t: t.update(orderReports=reports)))
    assert result.order_reports == ()
    assert result.malformed_fields == {"orderReports": reports}
    assert len(result.orders) == 2


@given(tree=cancel_replies(), value=json_values, data=st.data())
def test_any_value_in_an_optional_field_of_a_list_leaves_a_result(
    tree: dict[str, Any], value: Any, data: st.DataObject
) -> None:
    tree[data.draw(st.sampled_from(OPTIONAL_OF_LIST))] = value
    body = json.dumps(tree).encode()
    for json_format in FORMATS.values():
        assert agrees(decode(json_format, body), tree)


@given(name=st.sampled_from(OPTIONAL_OF_REPORT), value=json_values)
def test_any_value_in_an_optional_field_of_a_report_leaves_a_result(name: str, value: Any) -> None:
    body = json.dumps({**REPORT, name: value}).encode()
    for json_format in FORMATS.values():
        report = json_format.decode(http_reply(body), One(OrderReport), MS)
        assert set(report.malformed_fields) <= {name}
        assert (report.symbol, report.order_id) == ("LTCBTC", 0)


@pytest.mark.parametrize("name", REQUIRED_OF_REPORT)
@pytest.mark.parametrize("value", [None, True, 1.5, [], {}])
def test_a_malformed_required_field_makes_a_reply_unreadable(
    json_format: Json, name: str, value: Any
) -> None:
    with pytest.raises(Unreadable):
        json_format.decode(http_reply(json.dumps({**REPORT, name: value})), One(OrderReport), MS)


# Shapes.


def test_many_of_an_empty_list_is_an_empty_tuple() -> None:
    assert decode_value([], Many(One(OrderReport)), MS) == ()


def test_many_decodes_every_item_in_order() -> None:
    reports = decode_value([REPORT, {**REPORT, "orderId": 7}], Many(One(OrderReport)), MS)
    assert [report.order_id for report in reports] == [0, 7]
    assert type(reports) is tuple


@pytest.mark.parametrize("value", [{}, None, "ab", REPORT, (), [REPORT, None], [[REPORT]]])
def test_many_of_anything_but_a_list_of_its_kind_is_unreadable(value: Any) -> None:
    with pytest.raises(Unreadable):
        decode_value(value, Many(One(OrderReport)), MS)


EITHER: Shape[CanceledOrderList | OrderReport] = OneOf((CanceledOrderList, OrderReport))


def test_one_of_is_the_first_kind_whose_required_fields_are_present(seed_reply: bytes) -> None:
    tree = json.loads(seed_reply)
    assert type(decode_value(tree, EITHER, MS)) is CanceledOrderList
    assert type(decode_value(REPORT, EITHER, MS)) is OrderReport
    # Both kinds match: the order decides.
    both = {**tree, **REPORT}
    assert type(decode_value(both, EITHER, MS)) is CanceledOrderList
    reverse: Shape[Any] = OneOf((OrderReport, CanceledOrderList))
    assert type(decode_value(both, reverse, MS)) is OrderReport


def test_one_of_tries_no_later_kind_when_a_required_field_is_malformed(seed_reply: bytes) -> None:
    both = {**json.loads(seed_reply), **REPORT, "contingencyType": 5}
    with pytest.raises(Unreadable, match="must be text @ "):
        decode_value(both, EITHER, MS)


def test_many_one_of_mixes_kinds(seed_reply: bytes) -> None:
    found = decode_value([REPORT, json.loads(seed_reply)], Many(EITHER), MS)
    assert [type(one) for one in found] == [OrderReport, CanceledOrderList]


# Custom results.


class Mood(OpenEnum):
    CALM = "CALM"


@frozen(kw_only=True, slots=False)
class Inner(Result):
    number: int


@frozen(kw_only=True, slots=False)
class Outer(Result):
    inner: Inner
    maybe: Inner | None = None
    names: tuple[str, ...]
    counts: tuple[int, ...] = ()
    mood: Mood | None
    moods: tuple[Mood, ...] = (Mood.CALM,)


def test_a_result_may_hold_objects_tuples_of_scalars_and_new_enums() -> None:
    tree = {
        "inner": {"number": 1},
        "maybe": {"number": 2},
        "names": ["a", "b"],
        "counts": [3],
        "mood": "CALM",
        "moods": ["ANGRY"],
    }
    outer = decode_value(tree, One(Outer), MS)
    assert outer.maybe is not None
    assert (outer.inner.number, outer.maybe.number) == (1, 2)
    assert (outer.names, outer.counts) == (("a", "b"), (3,))
    assert (outer.mood, outer.moods) == (Mood.CALM, (Mood("ANGRY"),))


def test_a_required_nullable_field_may_be_null_but_not_missing() -> None:
    tree: dict[str, Any] = {"inner": {"number": 1}, "names": [], "mood": None}
    assert decode_value(tree, One(Outer), MS).mood is None
    changes: list[dict[str, Any]] = [
        {"mood": 5},
        {"names": [1]},
        {"inner": None},
        {"inner": {}},
    ]
    for change in changes:
        with pytest.raises(Unreadable):
            decode_value(tree | change, One(Outer), MS)
    del tree["mood"]
    with pytest.raises(Unreadable, match="'mood' is missing"):
        decode_value(tree, One(Outer), MS)


def test_a_malformed_nested_object_is_kept_as_a_whole() -> None:
    tree: Any = {"inner": {"number": 1}, "names": [], "mood": None, "maybe": {"number": "2"}}
    assert decode_value(tree, One(Outer), MS).malformed_fields == {"maybe": {"number": "2"}}


def test_a_result_with_slots_is_refused_when_it_is_defined() -> None:
    with pytest.raises(TypeError, match="Slotted must have no slots"):

        @frozen(kw_only=True)
        class Slotted(Result):  # pyright: ignore[reportUnusedClass]
            number: int


def test_a_class_that_is_not_a_result_is_a_type_error() -> None:
    @frozen(kw_only=True, slots=False)
    class Plain:
        number: int

    with pytest.raises(TypeError, match="Plain must be a Result"):
        decode_value({"number": 1}, One(Plain), MS)


def test_a_field_of_an_unsupported_type_is_a_type_error() -> None:
    @frozen(kw_only=True, slots=False)
    class Floating(Result):
        ratio: float

    with pytest.raises(TypeError, match=r"ratio: .*float.* cannot be decoded"):
        decode_value({"ratio": 0.1}, One(Floating), MS)


def test_a_default_factory_is_a_type_error() -> None:
    @frozen(kw_only=True, slots=False)
    class Making(Result):
        names: tuple[str, ...] = field(factory=tuple)

    with pytest.raises(TypeError, match="names: must have a plain default"):
        decode_value({}, One(Making), MS)
