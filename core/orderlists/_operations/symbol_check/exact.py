"""Exact arithmetic of amounts, whatever the decimal context of the caller is.

Amounts and figures have at most 40 digits before and 40 after the point, so a product has at most
160 digits: no result is rounded.
"""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal
from typing import Literal, TypeAlias

Rounding: TypeAlias = Literal["down", "up"]
"""To the next multiple that is smaller, or to the next that is larger."""

# Every setting is given: the others would be those of `decimal.DefaultContext`.
_EXACT = Context(
    prec=200,
    rounding=ROUND_HALF_EVEN,
    Emin=MIN_EMIN,
    Emax=MAX_EMAX,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[],
)


def is_multiple(value: Decimal, step: Decimal) -> bool:
    """Return whether a value is a multiple of a step that is not 0."""
    return _EXACT.remainder(value, step) == 0


def product(first: Decimal, second: Decimal) -> Decimal:
    """Return the product."""
    return _EXACT.multiply(first, second)


def parts_of(whole: Decimal, part: Decimal) -> int:
    """Return into how many parts a whole is cut; the last one may be smaller."""
    return int(_EXACT.divide_int(whole, part)) + (not is_multiple(whole, part))


def rounded(value: Decimal, step: Decimal, rounding: Rounding) -> Decimal:
    """Return the multiple of a step that is next to a value, or is the value.

    >>> rounded(Decimal("3.005"), Decimal("0.01000000"), "up")
    Decimal('3.01')
    """
    step = _EXACT.normalize(step)
    number = _EXACT.divide_int(value, step)
    if rounding == "up" and not is_multiple(value, step):
        number = _EXACT.add(number, Decimal(1))
    # Without an exponent, which a step such as 1E+2 has.
    return Decimal(format(product(number, step), "f"))
