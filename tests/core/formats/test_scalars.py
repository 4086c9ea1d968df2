"""Scalars: which values are valid, and how they are decoded."""

from decimal import Decimal
from typing import Any

import pytest

from orderlists import Instant, TimeUnit
from orderlists._formats.scalars import SCALARS, Mismatch, scalar_of
from orderlists.enums import OpenEnum, Side

MS, US = TimeUnit.MILLISECOND, TimeUnit.MICROSECOND
LAST_MS = 253_402_300_799_999


def converted(kind: Any, value: object, unit: TimeUnit) -> object:
    scalar = scalar_of(kind, unit)
    assert scalar is not None
    if type(value) is not scalar.plain:
        raise Mismatch(scalar.rule)
    return value if scalar.convert is None else scalar.convert(value)


@pytest.mark.parametrize(
    ("kind", "value", "result"),
    [
        (str, "", ""),
        (bool, False, False),
        (int, 0, 0),
        (int, -(2**63), -(2**63)),
        (int, 2**63 - 1, 2**63 - 1),
        (Decimal, "10.00000000", Decimal("10.00000000")),
        (Decimal, "-0.1", Decimal("-0.1")),
        (Decimal, "1" * 40 + "." + "1" * 40, Decimal("1" * 40 + "." + "1" * 40)),
        (Instant, -1, Instant(-1, MS)),
        (Instant, LAST_MS, Instant(LAST_MS, MS)),
        (Side, "SELL", Side.SELL),
        (Side, "HOLD", Side("HOLD")),
        (Side, "", Side("")),
    ],
)
def test_a_documented_value_is_decoded_exactly(kind: Any, value: object, result: object) -> None:
    found = converted(kind, value, MS)
    assert found == result
    assert type(found) is type(result)
    assert str(found) == str(result)


@pytest.mark.parametrize(
    ("kind", "value", "rule"),
    [
        (str, 1, "must be text"),
        (bool, 0, "must be true or false"),
        (int, True, "64-bit integer"),
        (int, 1.0, "64-bit integer"),
        (int, "1", "64-bit integer"),
        (int, 2**63, "64-bit integer"),
        (int, -(2**63) - 1, "64-bit integer"),
        (Decimal, 1, "decimal number, as text"),
        (Decimal, Decimal("0.1"), "decimal number, as text"),
        (Decimal, "", "decimal number"),
        (Decimal, "1e5", "decimal number"),
        (Decimal, "+1", "decimal number"),
        (Decimal, ".5", "decimal number"),
        (Decimal, "NaN", "decimal number"),
        (Decimal, "Infinity", "decimal number"),
        (Decimal, "１", "decimal number"),
        (Decimal, "1_0", "decimal number"),
        (Decimal, " 1", "decimal number"),
        (Decimal, "1\n", "decimal number"),
        (Decimal, "1" * 41, "decimal number"),
        (Instant, -2, "must be a time, or -1"),
        (Instant, LAST_MS + 1, "must be a time"),
        (Instant, True, "must be a time"),
        (Instant, "now", "must be a time"),
        (Side, None, "must be text"),
        (Side, 1, "must be text"),
    ],
)
def test_any_other_value_is_a_mismatch(kind: Any, value: object, rule: str) -> None:
    with pytest.raises(Mismatch, match=rule):
        converted(kind, value, MS)


def test_an_instant_has_the_unit_of_the_reply() -> None:
    assert repr(converted(Instant, 5, US)) == "Instant(5 us)"
    assert repr(converted(Instant, 5, MS)) == "Instant(5 ms)"
    with pytest.raises(Mismatch):
        converted(Instant, LAST_MS * 1000 + 1000, US)


def test_an_enum_that_is_defined_later_is_a_scalar() -> None:
    class Later(OpenEnum):
        ON = "ON"

    assert converted(Later, "ON", MS) is Later.ON


@pytest.mark.parametrize("kind", [float, bytes, dict, list, object, tuple[int, ...], int | None])
def test_other_types_are_not_scalars(kind: Any) -> None:
    assert scalar_of(kind, MS) is None
    assert kind not in SCALARS
