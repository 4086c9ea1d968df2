"""Validators and converters of settings: numbers in a range, functions, words, amounts.

They run at run time as well as in a type checker, because many users of a test double have none.

Invariant: an amount is written digit for digit as it was given; nothing is rounded.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias, TypeGuard, get_args

from attrs import Attribute

from orderlists import InvalidSetting

Validator: TypeAlias = Callable[[object, "Attribute[Any]", object], None]

Amount: TypeAlias = Decimal | int | str
"""The types in which a price or a quantity may be given."""

_AMOUNT_RULE = "must be a plain number of at least 0, as Decimal, int or text, never as float"
_DECIMALS = 8
_PLACES = f".{_DECIMALS}f"


def in_range(
    lowest: float, below: float = math.inf, *, whole: bool = False, optional: bool = False
) -> Validator:
    """Return an attrs validator of finite numbers; bool is not a number.

    Args:
        lowest: The smallest number allowed.
        below: The first number above the range.
        whole: Whether only an int is allowed.
        optional: Whether None is allowed.
    """
    rule = f"must be at least {lowest}" + ("" if below == math.inf else f" and below {below}")
    rule += f", as {'an int' if whole else 'a number'}" + (", or None" if optional else "")

    def check(_instance: object, attribute: Attribute[Any], value: object) -> None:
        if value is None and optional:
            return
        fits = is_number(value) and lowest <= value < below
        if not fits or (whole and not is_whole(value)):
            raise InvalidSetting(field=attribute.name, value=value, rule=rule)

    return check


def is_number(value: object) -> TypeGuard[float]:
    """Return whether a value is an int or a float; bool is neither."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_whole(value: object) -> bool:
    """Return whether a value is an int; bool is not."""
    return isinstance(value, int) and not isinstance(value, bool)


def must_be_callable(_instance: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse a value that cannot be called."""
    if not callable(value):
        raise InvalidSetting(field=attribute.name, value=value, rule="must be a function")


def must_be_boolean(_instance: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse a value that is neither True nor False."""
    if not isinstance(value, bool):
        raise InvalidSetting(field=attribute.name, value=value, rule="must be True or False")


def one_of(literal: object) -> Validator:
    """Return an attrs validator that allows the values of a `Literal` type."""
    words = get_args(literal)
    rule = f"must be one of {', '.join(map(str, words))}"

    def check(_instance: object, attribute: Attribute[Any], value: object) -> None:
        if value not in words:
            raise InvalidSetting(field=attribute.name, value=value, rule=rule)

    return check


def amount(value: Amount, field: str = "amount") -> Decimal:
    """Return a price or a quantity as an exact decimal.

    Args:
        value: A Decimal, an int or a text.
        field: The name that an error gives to the value.

    Raises:
        InvalidSetting: It is a float, not a number, infinite or negative.

    >>> amount("0.10")
    Decimal('0.10')
    """
    given: object = value
    if isinstance(given, bool) or not isinstance(given, (Decimal, int, str)):
        raise InvalidSetting(field=field, value=given, rule=_AMOUNT_RULE)
    try:
        number = Decimal(given)
    except InvalidOperation as error:
        raise InvalidSetting(field=field, value=given, rule=_AMOUNT_RULE) from error
    if not number.is_finite() or number.is_signed():
        raise InvalidSetting(field=field, value=given, rule=_AMOUNT_RULE)
    return number


def format_amount(value: Decimal | None) -> str:
    """Return an amount as the exchange writes it: plain, with at least eight decimals; None is 0.

    >>> format_amount(Decimal(10)), format_amount(Decimal("1E-9"))
    ('10.00000000', '0.000000001')
    """
    value = Decimal(0) if value is None else value
    exponent = value.as_tuple().exponent
    # The exponent of a finite number is an int.
    precise = isinstance(exponent, int) and exponent < -_DECIMALS
    return f"{value:f}" if precise else format(value, _PLACES)
