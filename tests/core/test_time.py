"""Instants and their units."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlists import Instant, TimeUnit

MS, US = TimeUnit.MILLISECOND, TimeUnit.MICROSECOND
LAST_MS = 253_402_300_799_999


@given(value=st.integers(-1, LAST_MS))
def test_an_instant_is_the_same_in_either_unit(value: int) -> None:
    in_ms, in_us = Instant(value, MS), Instant(value * 1000, US)
    assert in_ms == in_us
    assert hash(in_ms) == hash(in_us)
    assert in_ms.to_datetime() == in_us.to_datetime()
    assert in_ms < Instant(value * 1000 + 1, US)
    assert in_ms.to_datetime().tzinfo is UTC


def test_an_instant_is_exact_to_the_microsecond() -> None:
    last = Instant(LAST_MS * 1000 + 999, US)
    assert last.to_datetime() == datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    assert repr(last) == "Instant(253402300799999999 us)"


def test_an_instant_does_not_equal_a_number() -> None:
    assert Instant(5, MS) != 5
    with pytest.raises(TypeError):
        assert Instant(5, MS) < 6


@given(nanoseconds=st.integers(0, 2**63))
def test_the_time_of_a_clock_is_rounded_down_to_the_unit(nanoseconds: int) -> None:
    assert MS.from_nanoseconds(nanoseconds) == nanoseconds // 1_000_000
    assert US.from_nanoseconds(nanoseconds) == nanoseconds // 1_000
