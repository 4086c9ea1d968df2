"""The settings of SBE, and what they write."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlists import InvalidSetting
from orderlists_simulator import Behaviour, SbeSettings
from orderlists_simulator._sbe.decimals import exponent_for, mantissa_of
from orderlists_simulator._sbe.writer import SbeWriter
from sbe_frames import int64_at, template_of


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("enabled", 1),
        ("version", 7),
        ("version", -1),
        ("version", "3:5"),
        ("oldest", 7),
        ("price_exponent", 128),
        ("qty_exponent", -129),
        ("commission_exponent", 1.5),
        ("enum_values", {"orderStatus": 256}),
        ("enum_values", {"orderStatus": True}),
        ("enum_values", {"status": 12}),
        ("enum_values", None),
        ("templates", {"ListStatusEvent": 65536}),
        ("templates", {606: 999}),
    ],
)
def test_a_setting_that_is_none_is_refused(name: str, value: object) -> None:
    settings: Any = {name: value}

    with pytest.raises(InvalidSetting, match=name):
        SbeSettings(**settings)


def test_the_behaviour_has_settings_of_sbe() -> None:
    wrong: Any = {"version": 5}

    with pytest.raises(InvalidSetting, match="sbe"):
        Behaviour(sbe=wrong)


def message(tree: dict[str, object], version: int = 5, **settings: Any) -> bytes:
    return SbeWriter(SbeSettings(**settings), version).message("CancelOrderResponse", tree)


@pytest.mark.parametrize(
    ("settings", "tree", "exponents", "price", "qty"),
    [
        ({}, {"price": "1.5", "origQty": "2"}, (-8, -8), 150_000_000, 200_000_000),
        ({"price_exponent": 2}, {"price": "1200.00", "origQty": "2"}, (2, -8), 12, 200_000_000),
        ({"price_exponent": 2}, {"price": "1200.50", "origQty": "2"}, (-1, -8), 12005, 200_000_000),
        ({"qty_exponent": -3}, {"price": "0", "origQty": "0.25"}, (-8, -3), 0, 250),
        ({}, {"price": "0.000000001", "origQty": "2"}, (-9, -8), 1, 200_000_000),
        ({}, {"price": "0", "origQty": "3000000000000"}, (-8, 12), 0, 3),
    ],
)
def test_a_decimal_has_the_exponent_of_the_settings_or_one_that_fits(
    settings: dict[str, int],
    tree: dict[str, object],
    exponents: tuple[int, int],
    price: int,
    qty: int,
) -> None:
    found = message(tree, **settings)

    assert (found[8], found[9]) == (exponents[0] % 256, exponents[1] % 256)
    assert (int64_at(found, 26), int64_at(found, 34)) == (price, qty)


def test_a_quantity_that_is_not_known_yet_is_null() -> None:
    assert int64_at(message({"price": "1"}), 34) == -(2**63)


def test_a_number_too_large_for_its_field_is_not_representable() -> None:
    assert template_of(message({"origQty": "9223372036854775808"})) == 999


@pytest.mark.parametrize(("version", "number"), [(5, 6), (2, 6), (1, 254)])
def test_a_value_that_a_version_lacks_is_not_representable(version: int, number: int) -> None:
    found = message({"selfTradePreventionMode": "TRANSFER"}, version)

    assert found[8 + 108] == number


def test_a_value_that_no_version_has_is_not_representable() -> None:
    assert message({"status": "MELTED"})[8 + 58] == 254


@pytest.mark.parametrize("number", [12, 253, 254])
def test_the_number_of_an_enum_is_replaced_but_no_null(number: int) -> None:
    found = message({"status": "CANCELED"}, enum_values={"orderStatus": number, "pegPriceType": 9})

    assert (found[8 + 58], found[8 + 126]) == (number, 255)


def test_the_template_of_a_message_is_replaced() -> None:
    assert template_of(message({}, templates={"CancelOrderResponse": 9999})) == 9999


AMOUNTS = st.decimals(0, 10**9, places=8).map("{:f}".format)


@given(amounts=st.lists(AMOUNTS, min_size=1), wanted=st.integers(-12, 6))
def test_an_amount_is_its_mantissa_times_ten_to_the_exponent(
    amounts: list[str], wanted: int
) -> None:
    exponent = exponent_for(amounts, wanted)

    for each in amounts:
        mantissa = mantissa_of(each, exponent)
        whole, fraction = each.split(".")
        assert mantissa * 10 ** (exponent + 20) == int(whole + fraction) * 10 ** (20 - 8)
        assert mantissa < 2**63
