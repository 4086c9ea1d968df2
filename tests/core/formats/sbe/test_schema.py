"""The layouts of the messages: offsets, lengths by version, exponents."""

from collections.abc import Iterator
from struct import calcsize
from typing import Any

import pytest

from orderlists._formats.sbe.schema import Block, Field, load
from sbe_messages import DESCRIPTION, LAYOUTS, TEMPLATES, Tree

SCHEMA = load()
BLOCKS_BY_NAME = dict(SCHEMA.messages.values())

# From the exchange's XML files of the versions 3:0 to 3:5.
LENGTHS = {
    "WebSocketResponse": (3, 3, 3, 3, 3, 3),
    "WebSocketResponse.rateLimits": (19, 19, 19, 19, 19, 19),
    "ErrorResponse": (18, 18, 18, 18, 18, 18),
    "CancelOrderResponse": (126, 137, 137, 137, 137, 137),
    "CancelOrderListResponse": (21, 21, 21, 21, 21, 21),
    "CancelOrderListResponse.orders": (8, 8, 8, 8, 8, 8),
    "CancelOrderListResponse.orderReports": (124, 135, 135, 135, 135, 135),
    "NewOrderListAckResponse": (19, 19, 19, 19, 19, 19),
    "NewOrderListAckResponse.orders": (8, 8, 8, 8, 8, 8),
    "NewOrderListAckResponse.orderReports": (24, 24, 24, 24, 24, 24),
    "NewOrderListResultResponse": (21, 21, 21, 21, 21, 21),
    "NewOrderListResultResponse.orders": (8, 8, 8, 8, 8, 8),
    "NewOrderListResultResponse.orderReports": (140, 151, 151, 152, 152, 152),
    "NewOrderListFullResponse": (21, 21, 21, 21, 21, 21),
    "NewOrderListFullResponse.orders": (8, 8, 8, 8, 8, 8),
    "NewOrderListFullResponse.orderReports": (140, 151, 151, 152, 152, 152),
    "NewOrderListFullResponse.orderReports.fills": (42, 42, 42, 42, 42, 42),
    "NewOrderListFullResponse.orderReports.preventedMatches": (40, 40, 40, 40, 40, 40),
    "OrderListResponse": (19, 19, 19, 19, 19, 19),
    "OrderListResponse.orders": (8, 8, 8, 8, 8, 8),
    "OrderListsResponse": (0, 0, 0, 0, 0, 0),
    "OrderListsResponse.orderLists": (19, 19, 19, 19, 19, 19),
    "OrderListsResponse.orderLists.orders": (8, 8, 8, 8, 8, 8),
    "OrderResponse": (151, 162, 162, 162, 163, 163),
    "ListStatusEvent": (27, 29, 29, 29, 29, 29),
    "ListStatusEvent.orders": (8, 8, 8, 8, 8, 8),
    "ExecutionReportEvent": (268, 281, 281, 282, 282, 282),
    "EventStreamTerminatedEvent": (8, 10, 10, 10, 10, 10),
    "ServerShutdownEvent": (8, 8, 8, 8, 8, 8),
    "UserDataStreamSubscribeResponse": (0, 2, 2, 2, 2, 2),
    "WebSocketSessionLogonResponse": (26, 26, 26, 26, 26, 26),
}


def described() -> Iterator[tuple[str, Tree]]:
    """Yield every block of the description: those of messages and of groups."""

    def inside(path: str, layout: Tree) -> Iterator[tuple[str, Tree]]:
        yield path, layout
        for group in layout.get("groups", ()):
            yield from inside(f"{path}.{group['name']}", group)

    for name, layout in LAYOUTS.items():
        yield from inside(name, layout)


DESCRIBED = dict(described())
PATHS = sorted(DESCRIBED)


def block_at(path: str) -> Block:
    name, *groups = path.split(".")
    block = BLOCKS_BY_NAME[name]
    for each in groups:
        (block,) = (group.block for group in block.groups if group.name == each)
    return block


def length(fields: tuple[Field, ...]) -> int:
    return sum(calcsize(each.code) for each in fields)


def test_the_schema_is_3_5_with_every_message_of_the_description() -> None:
    assert (SCHEMA.id, SCHEMA.version) == (3, 5)
    assert {n: name for n, (name, _) in SCHEMA.messages.items()} == {
        template: name for name, template in TEMPLATES.items()
    }
    assert load() is load()


@pytest.mark.parametrize("path", PATHS)
def test_offsets_are_contiguous_and_sum_to_the_length_of_the_block(path: str) -> None:
    layout, offset = DESCRIBED[path], 0
    for field, loaded in zip(layout.get("fields", ()), block_at(path).fields, strict=True):
        assert (field["offset"], loaded.name) == (offset, field["name"])
        offset += calcsize(loaded.code)
    assert offset == layout["length"]


@pytest.mark.parametrize("version", range(6))
@pytest.mark.parametrize("path", sorted(LENGTHS))
def test_a_block_has_the_length_that_its_version_has(path: str, version: int) -> None:
    assert length(block_at(path).at(version).fields) == LENGTHS[path][version]


@pytest.mark.parametrize("path", sorted(DESCRIBED.keys() - LENGTHS.keys()))
def test_a_block_that_no_version_has_changed_has_one_length(path: str) -> None:
    assert {length(block_at(path).at(version).fields) for version in range(6)} == {
        DESCRIBED[path]["length"]
    }


def test_a_version_of_a_message_has_the_version_of_its_groups() -> None:
    reports = BLOCKS_BY_NAME["CancelOrderListResponse"].at(0).groups[1]
    assert length(reports.block.fields) == 124


@pytest.mark.parametrize("path", PATHS)
def test_parts_are_added_at_the_end_of_their_kind(path: str) -> None:
    block = block_at(path)
    kinds: tuple[Any, ...] = (block.fields, block.groups, block.data)
    for parts in kinds:
        sinces = [each.since for each in parts]
        assert sinces == sorted(sinces)


@pytest.mark.parametrize("path", PATHS)
def test_an_exponent_is_in_its_block_or_in_one_around_it_and_no_other_field_is_called_so(
    path: str,
) -> None:
    name, *groups = path.split(".")
    around = [".".join([name, *groups[:depth]]) for depth in range(len(groups) + 1)]
    exponents = [field for each in around for field in block_at(each).fields if field.is_exponent]
    assert {field.code for field in exponents} <= {"b"}
    assert {field.exponent or field.enum for field in exponents} <= {None}
    known = [field.name for field in exponents]
    for field in block_at(path).fields:
        if field.exponent is not None:
            assert field.exponent in known
            assert field.code == "q"


@pytest.mark.parametrize("path", PATHS)
def test_an_enumeration_is_one_byte_and_is_described(path: str) -> None:
    for field in block_at(path).fields:
        if field.enum is not None:
            assert (field.code, field.null) == ("B", 255)
            assert 255 not in SCHEMA.enums[field.enum]


@pytest.mark.parametrize("path", PATHS)
def test_every_part_of_a_block_has_its_own_name_in_json(path: str) -> None:
    block = block_at(path)
    assert len(block.names) == len([*block.fields, *block.groups, *block.data])


@pytest.mark.parametrize(
    ("message", "name", "null"),
    [
        ("CancelOrderResponse", "orderListId", -(2**63)),
        ("CancelOrderResponse", "strategyType", -(2**31)),
        ("CancelOrderResponse", "pegOffsetValue", 255),
        ("CancelOrderResponse", "priceExponent", -128),
        ("ErrorResponse", "code", -(2**15)),
        ("ExecutionReportEvent", "trailingDelta", 2**64 - 1),
        ("ListStatusEvent", "subscriptionId", 65535),
    ],
)
def test_null_is_the_least_signed_or_the_greatest_unsigned_number(
    message: str, name: str, null: int
) -> None:
    (field,) = (each for each in BLOCKS_BY_NAME[message].fields if each.name == name)
    assert field.null == null


@pytest.mark.parametrize(
    ("message", "name", "prefix", "is_optional"),
    [
        ("ErrorResponse", "msg", 2, False),
        ("ErrorResponse", "data", 4, True),
        ("WebSocketResponse", "id", 1, False),
        ("WebSocketResponse", "result", 4, False),
        ("ExecutionReportEvent", "commissionAsset", 1, True),
    ],
)
def test_the_length_of_a_text_has_one_two_or_four_bytes(
    message: str, name: str, prefix: int, *, is_optional: bool
) -> None:
    (data,) = (each for each in BLOCKS_BY_NAME[message].data if each.name == name)
    assert (data.prefix, data.is_optional) == (prefix, is_optional)


def test_a_group_has_a_dimension_of_four_or_six_bytes() -> None:
    (orders,) = BLOCKS_BY_NAME["OrderListResponse"].groups
    (lists,) = BLOCKS_BY_NAME["OrderListsResponse"].groups
    assert (orders.dimension, lists.dimension) == ("<HH", "<HI")
    assert lists.json_name == ".."


def test_the_words_of_json_are_those_of_the_description() -> None:
    assert {
        name: {str(number): word for number, word in words.items()}
        for name, words in SCHEMA.enums.items()
    } == DESCRIPTION["enums"]
    assert SCHEMA.enums["orderStatus"][9] == "EXPIRED_IN_MATCH"
    used = {field.enum for path in PATHS for field in block_at(path).fields}
    assert used - {None} == SCHEMA.enums.keys()
