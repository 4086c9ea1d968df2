"""Open enumerations: known and unknown values."""

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlists.enums import OpenEnum, OrderStatus, Side


@given(text=st.text())
def test_an_open_enum_accepts_any_text(text: str) -> None:
    word = OrderStatus(text)
    assert word == text
    assert str(word) == text
    assert word.is_known is (text in OrderStatus.__members__)
    assert hash(word) == hash(OrderStatus(text))
    assert pickle.loads(pickle.dumps(word)) == copy.deepcopy(word) == word


def test_known_enum_values_are_singletons_and_unknown_ones_are_not_cached() -> None:
    before = list(OrderStatus)
    assert OrderStatus("NEW") is OrderStatus.NEW
    assert OrderStatus("HIBERNATING") is not OrderStatus("HIBERNATING")
    assert list(OrderStatus) == before
    assert repr(Side.BUY) == "Side('BUY')"


@pytest.mark.parametrize("kind", OpenEnum.__subclasses__())
def test_an_open_enum_rejects_a_value_that_is_not_text(kind: Any) -> None:
    assert all(member.is_known and member.name == member.value for member in kind)
    with pytest.raises(ValueError, match="5 is not a valid"):
        kind(5)
