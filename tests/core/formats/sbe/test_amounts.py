"""Amounts: a mantissa and an exponent, exactly, whatever the context of the user."""

from decimal import (
    ROUND_DOWN,
    ROUND_UP,
    Context,
    Decimal,
    Inexact,
    Rounded,
    Subnormal,
    getcontext,
    localcontext,
)
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orderlists import OrderReport, Sbe
from orderlists.extending import Unreadable
from sbe_messages import SHAPES, US, encoded, sample, sbe_reply

LEAST, MOST = -(2**63) + 1, 2**63 - 1
CONTEXTS = [
    Context(prec=3),
    Context(prec=3, traps=[Inexact, Rounded]),
    Context(prec=1, rounding=ROUND_UP, Emax=3, Emin=-3),
    Context(prec=28, rounding=ROUND_DOWN, traps=[Inexact, Rounded, Subnormal]),
]
mantissas = st.integers(LEAST, MOST) | st.sampled_from([0, 1, -1, LEAST, MOST, 100_000_000])


def report_of(mantissa: int, exponent: int) -> OrderReport:
    numbers = {"price": mantissa, "priceExponent": exponent}
    body = encoded("OrderResponse", {**sample("OrderResponse"), **numbers})
    found: OrderReport = Sbe().decode(sbe_reply(body), SHAPES["OrderResponse"], US)
    return found


def price_of(mantissa: int, exponent: int) -> Decimal:
    price = report_of(mantissa, exponent).price
    assert price is not None
    return price


@given(
    mantissa=mantissas,
    exponent=st.integers(-127, 127),
    context=st.sampled_from(CONTEXTS).map(Context.copy),
)
@example(mantissa=MOST, exponent=127, context=Context(prec=1, traps=[Inexact]))
@example(mantissa=LEAST, exponent=-127, context=Context(prec=1, traps=[Inexact]))
@example(mantissa=0, exponent=127, context=Context())
@example(mantissa=0, exponent=-127, context=Context())
def test_an_amount_is_exact_and_its_text_has_no_positive_exponent(
    mantissa: int, exponent: int, context: Context
) -> None:
    with localcontext(context):
        amount = price_of(mantissa, exponent)
        text, plain = str(amount), f"{amount:f}"
    value = mantissa * Fraction(10) ** exponent
    assert Fraction(amount) == Fraction(plain) == value
    assert "E+" not in text
    assert "E" not in plain
    decimals = len(plain.partition(".")[2])
    assert decimals == max(0, -exponent)


@given(mantissa=mantissas, exponent=st.integers(-127, 127))
def test_an_amount_equals_that_of_its_text_in_json(mantissa: int, exponent: int) -> None:
    amount = price_of(mantissa, exponent)
    assert amount.as_tuple() == Decimal(f"{amount:f}").as_tuple()


def test_an_amount_is_zero_without_a_sign() -> None:
    assert str(price_of(0, -8)) == "0E-8"
    assert str(price_of(0, 8)) == "0"


def test_the_least_mantissa_is_null() -> None:
    assert report_of(-(2**63), -8).price is None


@pytest.mark.parametrize("mantissa", [0, 1, -(2**63)])
def test_an_amount_without_its_exponent_is_unreadable(mantissa: int) -> None:
    with pytest.raises(Unreadable, match=r"^an amount without its exponent$"):
        report_of(mantissa, -128)


def test_the_context_of_the_user_is_left_as_it_was() -> None:
    with localcontext(Context(prec=3)):
        price_of(MOST, -8)
        price_of(MOST, 8)
        assert getcontext().prec == 3
        assert not any(getcontext().flags.values())


def test_an_amount_without_an_attribute_is_text_as_in_json() -> None:
    values = sample("CancelOrderListResponse")
    for report in values["orderReports"]:
        report["price"] = 5
    body = encoded("CancelOrderListResponse", {**values, "priceExponent": -2})
    found = Sbe().decode(sbe_reply(body), SHAPES["OrderListResponse"], US)
    assert {each.price for each in found.order_reports} == {Decimal("0.05")}
    unknown = Sbe().decode(sbe_reply(body), SHAPES["PingResponse"], US).unknown_fields
    assert {each["price"] for each in unknown["orderReports"]} == {"0.05"}
