"""Prices and quantities: exact decimals, from text or integers, never from a float.

Invariant: what was given is what is written, digit for digit; nothing is rounded.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from orderlists import InvalidSetting

Amount: TypeAlias = Decimal | int | str
"""What a price or a quantity may be given as."""

_RULE = "must be a plain number of at least 0, as Decimal, int or text, never as float"
_DECIMALS = 8
_PLACES = f".{_DECIMALS}f"


def amount(value: Amount, field: str = "amount") -> Decimal:
    """Return a price or a quantity, or what else the field is named, as an exact decimal.

    Raises:
        InvalidSetting: It is a float, not a number, infinite or negative.

    >>> amount("0.10")
    Decimal('0.10')
    """
    # Judged at run time as well: callers without a type checker pass floats.
    given: object = value
    if isinstance(given, bool) or not isinstance(given, (Decimal, int, str)):
        raise InvalidSetting(field=field, value=given, rule=_RULE)
    try:
        number = Decimal(given)
    except InvalidOperation as error:
        raise InvalidSetting(field=field, value=given, rule=_RULE) from error
    if not number.is_finite() or number.is_signed():
        raise InvalidSetting(field=field, value=given, rule=_RULE)
    return number


def written(value: Decimal) -> str:
    """Return an amount as the exchange writes it: plain, with eight decimals or more.

    >>> written(Decimal(10)), written(Decimal("1E-9"))
    ('10.00000000', '0.000000001')
    """
    exponent = value.as_tuple().exponent
    # A finite number, or it would be no amount: its exponent is no letter.
    precise = isinstance(exponent, int) and exponent < -_DECIMALS
    return f"{value:f}" if precise else format(value, _PLACES)
