"""Strict reading of JSON."""

from collections.abc import Callable
from decimal import Decimal
from typing import Literal

import pytest

from orderlists import InvalidSetting
from orderlists_simulator._json_input import (
    at_least,
    list_of,
    one_of,
    or_null,
    parse_json,
    read_amount,
    read_boolean,
    read_integer,
    read_number,
    read_object,
    read_text,
)

Side = Literal["BUY", "SELL"]


def test_a_number_with_a_point_is_read_digit_for_digit() -> None:
    assert parse_json(b'{"price": 0.10}', "body") == {"price": Decimal("0.10")}


def test_a_byte_order_mark_is_ignored() -> None:
    assert parse_json(b"\xef\xbb\xbf[]", "body") == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{", "Expecting property name"),
        (b"\xff", "can't decode"),
        (b'{"a": 1, "a": 2}', "a member twice"),
        (b"NaN", "NaN is not JSON"),
        (b"1e99999999999999999999", "too large"),
        (b"[" * 100_000, "recursion"),
        (b"1" * 5000, "digits"),
    ],
)
def test_invalid_json_is_refused_with_its_name_and_the_reason(text: bytes, reason: str) -> None:
    with pytest.raises(InvalidSetting, match=reason) as refused:
        parse_json(text, "body")

    assert refused.value.field == "body"
    assert len(str(refused.value.value)) <= 40


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (read_text, "a"),
        (read_boolean, False),
        (read_integer, -1),
        (at_least(2), 2),
        (read_number, 0),
        (read_amount, Decimal("0.1")),
        (or_null(read_text), None),
        (list_of(read_text), ["a", "b"]),
        (one_of(Side), "BUY"),
    ],
)
def test_a_valid_value_is_read_as_it_is(read: Callable[..., object], value: object) -> None:
    assert read(value, "x") == value


def test_seconds_are_read_as_a_float() -> None:
    assert repr(read_number(Decimal("1.5"), "x")) == "1.5"


@pytest.mark.parametrize(
    ("read", "value", "rule"),
    [
        (read_text, 1, "must be text"),
        (read_boolean, 1, "must be true or false"),
        (read_integer, True, "must be a whole number"),
        (read_integer, Decimal("1.0"), "must be a whole number"),
        (at_least(2), 1, "must be at least 2"),
        (at_least(2), "2", "must be a whole number"),
        (read_number, True, "must be a number of at least 0"),
        (read_number, "1", "must be a number of at least 0"),
        (read_number, -1, "must be a number of at least 0"),
        (read_number, 10**9, "must be a number of at least 0"),
        (read_amount, "x", "must be a plain number"),
        (read_amount, None, "must be a plain number"),
        (or_null(read_text), 1, "must be text"),
        (list_of(read_text), "a", "must be a list"),
        (one_of(Side), "HOLD", "must be one of BUY, SELL"),
        (one_of(Side), [], "must be one of BUY, SELL"),
    ],
)
def test_an_invalid_value_is_refused_with_its_place(
    read: Callable[..., object], value: object, rule: str
) -> None:
    with pytest.raises(InvalidSetting, match=rule) as refused:
        read(value, "x")

    assert refused.value.field == "x"


@pytest.mark.parametrize(
    ("value", "place", "rule"),
    [
        ([], "a", "must be an object"),
        ({}, "a.price", "must be given"),
        ({"price": 1}, "a.price", "must be text"),
        ({"price": "1", "size": 1}, "a.size", "must be one of price, note"),
    ],
)
def test_an_object_is_refused_with_the_place_of_its_member(
    value: object, place: str, rule: str
) -> None:
    with pytest.raises(InvalidSetting, match=rule) as refused:
        read_object(value, "a", required={"price": read_text}, optional={"note": read_text})

    assert refused.value.field == place


def test_the_place_of_an_element_has_its_number() -> None:
    with pytest.raises(InvalidSetting) as refused:
        read_object({"prices": ["1", 2]}, "", required={"prices": list_of(read_text)})

    assert refused.value.field == "prices[1]"


def test_an_object_without_any_member_accepts_none() -> None:
    with pytest.raises(InvalidSetting, match="must be one of none"):
        read_object({"a": 1}, "")
