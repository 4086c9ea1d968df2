"""Messages of other versions: shorter and longer blocks, unknown words, null."""

from collections.abc import Iterator
from typing import Any

import pytest
from attrs import NOTHING, fields_dict

from orderlists import ListStatus, OrderReport, OtherEvent, Sbe
from orderlists._models.fields import wire_names
from orderlists.enums import OrderStatus, Side
from orderlists.extending import Unreadable
from sbe_messages import (
    EVENTS,
    LAYOUTS,
    SHAPES,
    US,
    Form,
    Tree,
    class_of,
    encoded,
    is_page,
    message,
    report_of,
    sample,
    sbe_reply,
)

SBE = Sbe()
NAMES = sorted([*SHAPES, *EVENTS])
GARBAGE = b"\xff\x00\x01garbage"
# Groups whose attributes have a default.
OPTIONAL_GROUPS = {"orderReports", "fills"}
# Its entries have no field: a message is in each.
PLAIN = [name for name in NAMES if name != "CancelOpenOrdersResponse"]


def outcome(name: str, body: bytes) -> Any:
    """Return the value in a message, or the text of the error."""
    if name in EVENTS:
        return SBE.decode_frame(body, US)
    try:
        return SBE.decode(sbe_reply(body), SHAPES[name], US)
    except Unreadable as error:
        return str(error)


def paths_of(layout: Tree, path: str = "") -> Iterator[tuple[str, Tree]]:
    yield path, layout
    for group in layout.get("groups", ()):
        yield from paths_of(group, f"{path}.{group['name']}")


BLOCKS = [(name, path, layout) for name in PLAIN for path, layout in paths_of(LAYOUTS[name])]
FIELDS = [
    pytest.param(name, path, field, id=f"{name}{path}.{field['name']}")
    for name, path, layout in BLOCKS
    for field in layout.get("fields", ())
]


def without(values: Tree, path: str, names: set[str]) -> Tree:
    """Return values without some fields of the block at a path."""
    if not path:
        return {name: value for name, value in values.items() if name not in names}
    _, group, *deeper = path.split(".")
    inner = "".join(f".{each}" for each in deeper)
    return {**values, group: [without(entry, inner, names) for entry in values[group]]}


def ends_of(layout: Tree) -> dict[str, int]:
    offsets = [field["offset"] for field in layout["fields"][1:]]
    names = [field["name"] for field in layout["fields"]]
    return dict(zip(names, [*offsets, layout["length"]], strict=True))


# The length of a block.


@pytest.mark.parametrize(
    ("name", "path", "layout"),
    [pytest.param(*block, id=block[0] + block[1]) for block in BLOCKS if block[2]["length"]],
)
def test_a_field_that_is_not_wholly_in_a_shorter_block_is_null(
    name: str, path: str, layout: Tree
) -> None:
    # An entry takes a byte at least.
    for length in range(1 if path else 0, layout["length"]):
        cut = {field for field, end in ends_of(layout).items() if end > length}
        body = message(name, Form(cuts={path: length}))
        nulled = encoded(name, without(sample(name), path, cut))
        assert outcome(name, body) == outcome(name, nulled), length


@pytest.mark.parametrize("name", NAMES)
def test_what_is_behind_the_known_fields_of_a_block_is_skipped(name: str) -> None:
    assert outcome(name, message(name, Form(more=GARBAGE))) == outcome(name, message(name))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_behind_a_message_is_ignored(name: str) -> None:
    assert outcome(name, message(name) + GARBAGE) == outcome(name, message(name))


def test_what_is_behind_a_message_inside_another_is_skipped_by_its_length() -> None:
    name = "CancelOpenOrdersResponse"
    longer = [{"response": each["response"] + GARBAGE} for each in sample(name)["responses"]]
    assert outcome(name, encoded(name, {"responses": longer})) == outcome(name, message(name))


# The version of a message.


def newer_than(version: int, layout: Tree, values: Tree) -> Tree:
    """Return values without what a version does not have, in groups too."""
    known = dict(values)
    for field in layout.get("fields", ()):
        if field.get("since", 0) > version:
            del known[field["name"]]
    for group in layout.get("groups", ()):
        known[group["name"]] = [newer_than(version, group, each) for each in known[group["name"]]]
    return known


@pytest.mark.parametrize("version", range(6))
@pytest.mark.parametrize("name", PLAIN)
def test_a_field_is_null_in_the_versions_before_it(name: str, version: int) -> None:
    nulled = encoded(name, newer_than(version, LAYOUTS[name], sample(name)))
    expected = outcome(name, nulled)
    # Also where the block is long enough: something else may be there.
    for form in (Form(version), Form(label=version)):
        found = outcome(name, message(name, form))
        assert found == expected or {type(found), type(expected)} == {str}


@pytest.mark.parametrize("version", [6, 65535])
@pytest.mark.parametrize("name", NAMES)
def test_a_newer_version_is_read_as_the_one_that_is_known(name: str, version: int) -> None:
    assert outcome(name, message(name, Form(label=version))) == outcome(name, message(name))


# Null.


def results_at(value: Any, path: str) -> list[Any]:
    """Return the results at a path; an array of JSON is a tuple, not an attribute."""
    if is_page(value):
        inner = "".join(f".{each}" for each in path.split(".")[2:])
        return [found for each in value for found in results_at(each, inner)]
    if not path:
        return [value]
    kind = class_of(value)
    _, group, *deeper = path.split(".")
    sent = {"orders": "O"}.get(group, group) if kind is ListStatus else group
    names = {wire: name for name, wire in wire_names(kind).items()}
    entries = getattr(value, names[sent]) if sent in names else ()
    inner = "".join(f".{each}" for each in deeper)
    return [found for each in entries for found in results_at(each, inner)]


@pytest.mark.parametrize(("name", "path", "field"), FIELDS)
def test_null_is_the_default_of_an_optional_attribute_and_refused_for_a_required_one(
    name: str, path: str, field: Tree
) -> None:
    found = outcome(name, encoded(name, without(sample(name), path, {field["name"]})))
    whole = results_at(outcome(name, message(name)), path)
    if field["name"].endswith("Exponent"):
        assert found is None or found == "an amount without its exponent"
        return
    if not whole or isinstance(whole[0], OtherEvent):
        return
    kind = class_of(whole[0])
    attributes = {sent: each for each, sent in wire_names(kind).items()}
    attribute = attributes.get(str(field.get("json", field["name"])))
    if attribute is None:
        assert not isinstance(found, str)
        return
    default = fields_dict(kind)[attribute].default
    if default is NOTHING and "default" not in field:
        group = path.rpartition(".")[2]
        if group in OPTIONAL_GROUPS:
            around = results_at(found, path.rpartition(".")[0])
            assert {len(each.malformed_fields[group]) for each in around} == {2}
        else:
            refused = f"{kind.__name__}: {attribute}: missing"
            assert found == refused if name in SHAPES else isinstance(found, OtherEvent)
        return
    wanted = -1 if field.get("default") == "-1" else default
    for result in results_at(found, path):
        value = getattr(result, attribute)
        assert getattr(value, "value", value) == wanted


def test_an_unreadable_entry_of_an_optional_group_does_not_fail_the_reply() -> None:
    values = without(sample("CancelOrderListResponse"), ".orderReports", {"orderId"})
    found = outcome("CancelOrderListResponse", encoded("CancelOrderListResponse", values))
    assert (found.order_list_id, found.order_reports) == (1, ())
    malformed = found.malformed_fields["orderReports"]
    assert [each["symbol"] for each in malformed] == [
        each["symbol"] for each in values["orderReports"]
    ]
    # What is behind the group is read nevertheless.
    assert found.symbol == values["symbol"]


def test_an_unreadable_message_names_every_missing_attribute() -> None:
    values = without(sample("OrderListResponse"), "", {"orderListId", "transactionTime"})
    expected = "OrderList: order_list_id, transaction_time: missing"
    assert outcome("OrderListResponse", encoded("OrderListResponse", values)) == expected


def test_a_pending_order_has_no_quantity() -> None:
    # The schema requires it, and has no other way to say that there is none.
    assert report_of(origQty=-(2**63)).orig_qty is None


# Numbers that stand for words.


@pytest.mark.parametrize(
    ("number", "word"), [(12, "12"), (200, "200"), (253, "UNKNOWN"), (254, "NON_REPRESENTABLE")]
)
def test_an_unknown_number_of_an_enumeration_is_kept_as_text(number: int, word: str) -> None:
    report = report_of(status=number)
    assert isinstance(report.status, OrderStatus)
    assert (report.status, report.status.is_known) == (word, False)
    assert report.malformed_fields == {}
    again = report_of(status=number)
    assert again == report


def test_a_known_number_of_an_enumeration_is_its_member() -> None:
    assert report_of(side=0).side is Side.BUY
    assert report_of(status=9).status is OrderStatus.EXPIRED_IN_MATCH


@pytest.mark.parametrize(("number", "flag"), [(0, False), (1, True)])
def test_a_bool_is_0_or_1(number: int, *, flag: bool) -> None:
    assert report_of(isWorking=number).is_working is flag


def test_another_number_than_0_or_1_is_no_bool() -> None:
    report = report_of(isWorking=2)
    assert (report.is_working, dict(report.malformed_fields)) == (None, {"isWorking": 2})


# Times, and numbers that no JSON may have either.


@pytest.mark.parametrize("time", [-2, 253_402_300_800_000_000, 2**63 - 1])
def test_a_time_out_of_range_is_malformed_or_refused_as_in_json(time: int) -> None:
    report = report_of(updateTime=time)
    assert (report.update_time, dict(report.malformed_fields)) == (None, {"updateTime": time})
    values = {**sample("OrderListResponse"), "transactionTime": time}
    found = outcome("OrderListResponse", encoded("OrderListResponse", values))
    assert found == "transactionTime: must be a time, or -1"


def test_an_unsigned_number_above_64_signed_bits_is_malformed() -> None:
    values = {**sample("ExecutionReportEvent"), "trailingDelta": 2**63}
    event = outcome("ExecutionReportEvent", encoded("ExecutionReportEvent", values))
    assert event.trailing_delta is None
    assert event.malformed_fields == {"d": 2**63}
    assert event.order_id == sample("ExecutionReportEvent")["orderId"]


# What is no message of the schema.


ORDER_LIST = message("OrderListResponse")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the message is cut"),
        (ORDER_LIST[:7], "the message is cut"),
        (ORDER_LIST[:-1], "the message is cut"),
        (b"\xff\xff" + ORDER_LIST[2:], "the message is cut"),
        (ORDER_LIST[:4] + b"\4\0" + ORDER_LIST[6:], "a message of another schema than 3"),
        (ORDER_LIST.replace(b"text-", b"text\xff"), "a text is not UTF-8"),
    ],
)
def test_a_message_that_is_none_is_unreadable(body: bytes, reason: str) -> None:
    assert outcome("OrderListResponse", body) == reason


@pytest.mark.parametrize(
    ("length", "reason"),
    [(8, "serverTime: must be a time, or -1"), (9, "the message is cut")],
)
def test_a_block_that_ends_outside_its_message_is_cut_whatever_it_holds(
    length: int, reason: str
) -> None:
    body = encoded("ServerTimeResponse", {"serverTime": -2})
    assert outcome("ServerTimeResponse", length.to_bytes(2, "little") + body[2:]) == reason


@pytest.mark.parametrize(
    ("name", "shape", "reason"),
    [
        ("OrderResponse", "OrderListResponse", "OrderResponse instead of OrderList"),
        ("OrderListResponse", "OrderListsResponse", "OrderListResponse instead of a list"),
        (
            "ServerTimeResponse",
            "CancelOrderResponse",
            "ServerTimeResponse instead of CanceledOrderList or CanceledOrder",
        ),
        (
            "AccountOrderRateLimitResponse",
            "OrderListsResponse",
            "AccountOrderRateLimitResponse instead of OrderList",
        ),
    ],
)
def test_a_message_of_another_shape_is_unreadable(name: str, shape: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=f"^{reason}$"):
        SBE.decode(sbe_reply(message(name)), SHAPES[shape], US)


def test_a_list_that_a_single_order_belongs_to_is_told_by_its_message() -> None:
    order = outcome("CancelOrderResponse", message("CancelOrderResponse"))
    order_list = outcome("CancelOrderResponse", message("CancelOrderListResponse"))
    assert isinstance(order, OrderReport)
    assert order_list == outcome("CancelOrderListResponse", message("CancelOrderListResponse"))
