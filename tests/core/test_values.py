"""Clocks, words and messages: small values that others are made of."""

import copy
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlists import Instant, TimeUnit
from orderlists._operations.cancel_order_list import ListClientOrderId
from orderlists.enums import OpenEnum, OrderStatus, Side
from orderlists.extending import HttpRequest, HttpResponse

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


def test_an_instant_is_no_number() -> None:
    assert Instant(5, MS) != 5
    with pytest.raises(TypeError):
        assert Instant(5, MS) < 6


@given(nanoseconds=st.integers(0, 2**63))
def test_the_time_of_a_clock_is_rounded_down_to_the_unit(nanoseconds: int) -> None:
    assert MS.from_nanoseconds(nanoseconds) == nanoseconds // 1_000_000
    assert US.from_nanoseconds(nanoseconds) == nanoseconds // 1_000


@given(text=st.text())
def test_any_text_is_a_word_of_an_open_enumeration(text: str) -> None:
    word = OrderStatus(text)
    assert word == text
    assert str(word) == text
    assert word.is_known is (text in OrderStatus.__members__)
    assert hash(word) == hash(OrderStatus(text))
    assert pickle.loads(pickle.dumps(word)) == copy.deepcopy(word) == word


def test_known_words_are_singletons_and_new_ones_are_not_kept() -> None:
    before = list(OrderStatus)
    assert OrderStatus("NEW") is OrderStatus.NEW
    assert OrderStatus("HIBERNATING") is not OrderStatus("HIBERNATING")
    assert list(OrderStatus) == before
    assert repr(Side.BUY) == "Side('BUY')"


@pytest.mark.parametrize("kind", OpenEnum.__subclasses__())
def test_what_is_no_text_is_no_word(kind: Any) -> None:
    assert all(member.is_known and member.name == member.value for member in kind)
    with pytest.raises(ValueError, match="5 is not a valid"):
        kind(5)


def test_messages_do_not_show_what_is_signed() -> None:
    request = HttpRequest("DELETE", "/api/v3/orderList?a=b&signature=c8", (("X-MBX-APIKEY", "k"),))
    assert repr(request) == "<HttpRequest DELETE /api/v3/orderList?...>"
    assert repr(HttpRequest("GET", "/api/v3/time", ())) == "<HttpRequest GET /api/v3/time>"
    assert repr(HttpResponse(502, (), b"signature")) == "<HttpResponse 502, 9 bytes>"


def test_the_first_header_of_a_name_is_found_in_any_case() -> None:
    response = HttpResponse(200, (("Set-Cookie", "a"), ("set-cookie", "b")))
    assert response.header("SET-COOKIE") == "a"
    assert response.header("Retry-After") is None


def test_ids_show_what_they_are() -> None:
    assert repr(ListClientOrderId("C3wyj4")) == "ListClientOrderId('C3wyj4')"
