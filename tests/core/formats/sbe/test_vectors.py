"""Messages of the reference encoder: their values, and what JSON decodes of the same."""

import json
from typing import Any

import pytest
from attrs import evolve

from orderlists import (
    CanceledOrderList,
    ExecutionReport,
    Json,
    ListStatus,
    OrderList,
    OtherEvent,
    Sbe,
)
from orderlists._models.base import Result
from orderlists._models.fields import is_list, is_object
from orderlists.extending import ErrorBody, Reply, Unreadable
from replies import http_reply
from sbe_messages import (
    DESCRIPTION,
    EVENTS,
    LAYOUTS,
    SHAPES,
    US,
    Tree,
    assert_means,
    is_page,
    sbe_reply,
    word_of,
)

SBE, JSON = Sbe(), Json()
TIMES = {"serverTime", "transactionTime", "transactTime", "workingTime", *"ETWO"}
LIST = SHAPES["CancelOrderListResponse"]


@pytest.fixture
def samples(vectors: dict[str, Any]) -> dict[str, Tree]:
    found = [*vectors["sbe"]["vectors"], *vectors["sbe_evolution"]["vectors"]]
    return {each["id"]: each for each in found}


def body_of(sample: Tree) -> bytes:
    return bytes.fromhex(sample["hex"])


def decoded(sample: Tree) -> Any:
    name = sample["message"]
    if name in EVENTS:
        return SBE.decode_frame(body_of(sample), US)
    return SBE.decode(sbe_reply(body_of(sample)), SHAPES[name], US)


def numbers_of(layout: Tree, values: Tree) -> Tree:
    """Return the values of a sample as numbers, without those that are null or left out."""
    numbers: Tree = {}
    for field in layout.get("fields", ()):
        value = values[field["name"]]
        if isinstance(value, str):
            words = DESCRIPTION["enums"][field["enum"]]
            word = value if field["enum"] == "boolEnum" else word_of(value)
            (value,) = (int(number) for number, each in words.items() if each == word)
        if value is not None:
            numbers[field["name"]] = value
    for group in layout.get("groups", ()):
        entries = values[group["name"]]
        numbers[group["name"]] = [numbers_of(group, each) for each in entries]
    texts = {each["name"]: values[each["name"]] for each in layout.get("data", ())}
    numbers |= {name: text for name, text in texts.items() if text not in {None, ""}}
    for hidden in ("usedSor", "workingFloor", "preventedQuantity", "orderCapacity"):
        numbers.pop(hidden, None)
    for hidden in ("subscriptionId", "preventedQty", "matchType"):
        if "eventTime" in values:
            numbers.pop(hidden, None)
    return numbers


def in_microseconds(tree: Any) -> Any:
    if is_list(tree):
        return [in_microseconds(each) for each in tree]
    if not is_object(tree):
        return tree
    return {
        name: value * 1000
        if name in TIMES and isinstance(value, int) and value >= 0
        else in_microseconds(value)
        for name, value in tree.items()
    }


def without_unknown(value: Any) -> Any:
    """Return a result without unknown fields, at every depth."""
    if is_page(value):
        return tuple(without_unknown(each) for each in value)
    if not isinstance(value, Result):
        return value
    parts = {name: without_unknown(part) for name, part in vars(value).items()}
    return evolve(value, **{**parts, "unknown_fields": {}})


# The samples themselves are read when tests run, so they are parametrised by name.
RESULTS = [
    "server_time",
    "cancel_order_list_rest_sample",
    "cancel_order_list_unicode_symbol",
    "order_list_query",
    "place_oco_ack",
    "place_oco_result",
    "place_otoco_result",
    "cancel_order",
    "event_list_status",
    "event_execution_report_new",
    "event_execution_report_trade",
    "subscribe_response",
]
OTHERS = [
    *("error_2011_list", "ws_error_2011", "order_lists_empty"),
    *("event_stream_terminated", "event_server_shutdown"),
    *("session_logon", "session_logout", "non_representable"),
    *("evolution_cancel_order_list_3_0", "evolution_unknown_enum_value"),
]


def test_every_sample_is_tested(samples: dict[str, Tree]) -> None:
    assert sorted(samples) == sorted(RESULTS + OTHERS)


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_has_the_values_that_were_encoded(samples: dict[str, Tree], name: str) -> None:
    sample = samples[name]
    layout = LAYOUTS[sample["message"]]
    result = decoded(sample)
    assert_means(result, layout, numbers_of(layout, sample["values"]))
    assert result.malformed_fields == {}


WITHOUT_JSON = {
    *("cancel_order_list_unicode_symbol", "place_oco_ack", "event_execution_report_trade"),
}


@pytest.mark.parametrize("name", [name for name in RESULTS if name not in WITHOUT_JSON])
def test_a_result_equals_that_of_json_in_microseconds(samples: dict[str, Tree], name: str) -> None:
    sample = samples[name]
    tree = in_microseconds(sample["json_equivalent"])
    result: Any
    if "event" in tree:
        # The documented event has it, although no match was prevented; null was encoded.
        tree["event"].pop("v", None)
        result = JSON.decode_frame(json.dumps(tree), US)
    else:
        result = JSON.decode(http_reply(json.dumps(tree)), SHAPES[sample["message"]], US)
    assert without_unknown(decoded(sample)) == without_unknown(result)


def test_amounts_have_as_many_decimals_as_their_exponent_says(samples: dict[str, Tree]) -> None:
    report = decoded(samples["cancel_order"])
    assert f"{report.price:f}" == "2.00000000"
    assert f"{report.executed_qty:f}" == "0.00000000"


def test_an_empty_page_is_an_empty_tuple(samples: dict[str, Tree]) -> None:
    assert decoded(samples["order_lists_empty"]) == ()


def test_an_error_has_code_and_message(samples: dict[str, Tree]) -> None:
    reply = sbe_reply(body_of(samples["error_2011_list"]), 400)
    tree = samples["error_2011_list"]["json_equivalent"]
    assert SBE.decode_error(reply) == ErrorBody(-2011, "Unknown order list sent.")
    assert SBE.decode_error(reply) == JSON.decode_error(http_reply(json.dumps(tree), 400))


def test_an_error_in_an_envelope_has_the_id_of_its_request(samples: dict[str, Tree]) -> None:
    frame = body_of(samples["ws_error_2011"])
    with pytest.warns(UserWarning, match="deprecated"):
        reply = Sbe().decode_frame(frame, US)
    assert isinstance(reply, Reply)
    assert reply[:2] == (7, 400)
    assert reply.error == ErrorBody(-2011, "Unknown order list sent.")
    assert reply.usages == []
    assert reply.frame is frame


@pytest.mark.parametrize("name", ["event_stream_terminated", "event_server_shutdown"])
def test_an_event_without_a_class_has_the_fields_of_json(
    samples: dict[str, Tree], name: str
) -> None:
    event = decoded(samples[name])
    tree = in_microseconds(samples[name]["json_equivalent"])
    assert isinstance(event, OtherEvent)
    assert event == JSON.decode_frame(json.dumps(tree), US)


@pytest.mark.parametrize("name", ["session_logon", "session_logout"])
def test_the_state_of_a_session_is_kept_as_unknown_fields(
    samples: dict[str, Tree], name: str
) -> None:
    values = samples[name]["values"]
    unknown = dict(decoded(samples[name]).unknown_fields)
    assert unknown.pop("apiKey", "") == values["loggedOnApiKey"]
    assert unknown == {
        each: False if value == "False" else value
        for each, value in values.items()
        if each != "loggedOnApiKey" and value is not None
    }


def test_a_message_of_a_type_that_cannot_be_represented_is_unreadable(
    samples: dict[str, Tree],
) -> None:
    reply = sbe_reply(body_of(samples["non_representable"]))
    with pytest.warns(UserWarning, match="JSON is requested"), pytest.raises(Unreadable):
        Sbe().decode(reply, LIST, US)


def test_a_message_of_version_0_has_no_peg_fields(samples: dict[str, Tree]) -> None:
    old = decoded(samples["evolution_cancel_order_list_3_0"])
    assert old == decoded(samples["cancel_order_list_rest_sample"])
    assert {report.pegged_price for report in old.order_reports} == {None}


def test_a_newer_message_is_read_up_to_what_is_known(samples: dict[str, Tree]) -> None:
    new: CanceledOrderList = decoded(samples["evolution_unknown_enum_value"])
    old: OrderList = decoded(samples["cancel_order_list_rest_sample"])
    assert {str(report.status) for report in new.order_reports} == {"12"}
    assert not any(report.status and report.status.is_known for report in new.order_reports)
    statuses = [report.status for report in old.order_reports]
    reports = zip(new.order_reports, statuses, strict=True)
    same = evolve(new, order_reports=tuple(evolve(one, status=status) for one, status in reports))
    assert same == old


def test_the_events_of_a_list_have_their_classes(samples: dict[str, Tree]) -> None:
    assert type(decoded(samples["event_list_status"])) is ListStatus
    assert type(decoded(samples["event_execution_report_trade"])) is ExecutionReport
