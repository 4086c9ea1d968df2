"""The JSON form of results and events."""

import json
import pickle
from collections.abc import Mapping
from copy import copy
from decimal import Decimal
from typing import Any, get_args, get_origin

import pytest
from attrs import evolve, fields, resolve_types
from hypothesis import given
from hypothesis import strategies as st

from orderlists import (
    AmendedOrder,
    AmendReport,
    CanceledOrder,
    CanceledOrderList,
    Evidence,
    ExecutionReport,
    Gap,
    GapReason,
    Instant,
    InvalidInput,
    ListStatus,
    OrderAmendment,
    OrderList,
    OrderReport,
    OtherEvent,
    PlacedOrderList,
    RawReply,
    ServerTime,
    TimeUnit,
    UnfilledOrderCount,
)
from orderlists._models.base import JsonForm, attach_reply
from orderlists._models.fields import is_nullable, is_tuple, non_null
from orderlists.enums import OpenEnum, OrderStatus
from replies import json_values

KINDS: list[Any] = [
    OrderList,
    CanceledOrderList,
    PlacedOrderList,
    OrderReport,
    CanceledOrder,
    AmendedOrder,
    AmendReport,
    OrderAmendment,
    ServerTime,
    UnfilledOrderCount,
    ListStatus,
    ExecutionReport,
    OtherEvent,
    Gap,
]
SCALARS: Mapping[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=8),
    int: st.integers(-1, 2**63 - 1),
    bool: st.booleans(),
    Decimal: st.decimals(-(10**9), 10**9, places=8),
    Instant: st.builds(Instant, st.integers(-1, 10**13), st.sampled_from(TimeUnit)),
    Evidence: st.sampled_from(Evidence),
    GapReason: st.sampled_from(GapReason),
}
trees = json_values | st.decimals(0, 1, places=8) | st.lists(st.decimals(0, 1, places=2))
unknown = st.dictionaries(st.text(max_size=4), trees, max_size=2)


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Return any values of a type, as results have them."""
    if is_nullable(kind):
        return st.none() | values_of(non_null(kind))
    if is_tuple(kind):
        return st.lists(values_of(get_args(kind)[0]), max_size=2).map(tuple)
    if get_origin(kind) is Mapping:
        return unknown
    if kind in SCALARS:
        return SCALARS[kind]
    if issubclass(kind, OpenEnum):
        return st.sampled_from([*kind, kind("BRAND_NEW")])
    facts = {
        each.name: values_of(each.type)
        for each in fields(resolve_types(kind))
        if each.name != "reply"
    }
    return st.builds(kind, **facts)


@given(value=st.sampled_from(KINDS).flatmap(values_of))
def test_a_value_survives_its_json_form(value: JsonForm) -> None:
    kind = type(value)
    text = value.to_json()
    back = kind.from_json(text)
    assert back == value
    assert type(back) is kind
    assert back.to_json() == text
    assert JsonForm.from_json(text) == value


REPORT = OrderReport(
    symbol="LTCBTC",
    order_id=0,
    order_list_id=-1,
    client_order_id="a",
    price=Decimal("0E-8"),
    executed_qty=Decimal("1.50"),
    status=OrderStatus("BRAND_NEW"),
    transact_time=Instant(1574040868128, TimeUnit.MILLISECOND),
    working_time=Instant(-1, TimeUnit.MICROSECOND),
    unknown_fields={"rate": Decimal("0.10"), "each": [{"a": 1.5}]},
    malformed_fields={"stopPrice": 7},
)


def test_amounts_are_plain_text_and_times_have_their_number() -> None:
    tree = REPORT.to_dict()
    assert tree["kind"] == "OrderReport"
    assert (tree["price"], tree["executed_qty"]) == ("0.00000000", "1.50")
    assert (tree["status"], tree["order_list_id"], tree["side"]) == ("BRAND_NEW", -1, None)
    assert tree["transact_time"] == {
        "iso": "2019-11-18T01:34:28.128000+00:00",
        "value": 1574040868128,
        "unit": "MILLISECOND",
    }
    assert tree["working_time"] == {"iso": None, "value": -1, "unit": "MICROSECOND"}
    assert tree["unknown_fields"] == {"rate": {"$decimal": "0.10"}, "each": [{"a": 1.5}]}
    assert tree["malformed_fields"] == {"stopPrice": 7}


def test_the_raw_reply_is_in_no_json_form_repr_or_comparison() -> None:
    reply = RawReply(200, (("x-request", "signature=SECRET"),), b"{}")
    received = evolve(REPORT, reply=reply)
    assert received.reply is reply
    assert received == REPORT
    assert "reply" not in received.to_dict()
    assert "SECRET" not in repr(received) + repr(reply)


def changed(**facts: Any) -> str:
    return json.dumps({**REPORT.to_dict(), **facts})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", ""),
        ("[]", ""),
        ("{}", ""),
        ("[" * 100_000, ""),
        (b"\xff", ""),
        ('{"kind": "HmacKey"}', ""),
        ('[["kind", "OrderReport"]]', ""),
        ('{"kind": "OrderReport"}', "'symbol' is missing @ $"),
        (changed(kind="OrderList"), ""),
        (changed(order_id="0"), "must be of type int @ $.order_id"),
        (changed(order_id=True), "must be of type int @ $.order_id"),
        (changed(price=1.5), "must be of type str @ $.price"),
        (changed(price="NaN"), "must be a decimal number, as text @ $.price"),
        (changed(price="dear"), "must be a decimal number, as text @ $.price"),
        (changed(fills={}), "must be of type list @ $.fills"),
        (changed(fills=[[]]), "must be of type dict @ $.fills[0]"),
        (changed(transact_time=1), "must be of type dict @ $.transact_time"),
        (changed(transact_time={"value": 1}), "'unit' is missing @ $.transact_time"),
        (changed(status=1), "must be of type str @ $.status"),
        (changed(unknown_fields=[]), "must be of type dict @ $.unknown_fields"),
        (changed(colour="red"), "Extra fields in constructor for OrderReport: colour @ $"),
        (changed(reply=None), "Extra fields in constructor for OrderReport: reply @ $"),
    ],
)
def test_what_is_no_json_form_is_refused_with_the_place(text: Any, why: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        OrderReport.from_json(text)
    assert caught.value.field == "text"
    assert caught.value.rule.startswith("must be JSON that OrderReport.to_json() returned")
    assert why in caught.value.rule


def test_a_derived_class_is_read_by_its_base_and_not_the_other_way() -> None:
    canceled = CanceledOrder(
        symbol="LTCBTC", order_id=0, order_list_id=-1, client_order_id="a", evidence=Evidence.QUERY
    )
    assert OrderReport.from_json(canceled.to_json()) == canceled
    with pytest.raises(InvalidInput):
        CanceledOrder.from_json(REPORT.to_json())


def test_a_reply_is_attached_to_results_alone() -> None:
    reply = RawReply(200, ())
    first, second = evolve(REPORT), evolve(REPORT)
    attach_reply((first, 7, (second,)), reply)
    assert first.reply is second.reply is reply


def test_a_copy_of_a_result_is_without_its_reply() -> None:
    received = evolve(REPORT, reply=RawReply(200, (), b"x" * 10_000))
    assert len(pickle.dumps(received)) < 5_000
    for each in (pickle.loads(pickle.dumps(received)), copy(received)):
        assert each == REPORT
        assert each.reply is None


@pytest.mark.parametrize("name", ["$decimal", "$object"])
@pytest.mark.parametrize("value", ["1", "abc", {"$decimal": "1"}, {"$object": {}}, 1])
def test_an_unknown_field_that_looks_like_the_form_itself_survives(name: str, value: Any) -> None:
    strange = evolve(REPORT, unknown_fields={"x": {name: value}, name: value})
    assert OrderReport.from_json(strange.to_json()) == strange
