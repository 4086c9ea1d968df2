"""Rounding of amounts, however many digits they have.

Invariant: what is rounded down is never more than it was.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

SMALLEST: Final = Decimal("0.00000001")
"""The smallest amount of an asset."""

# A parameter has 20 digits before the point and 20 after it, and a product twice as many: more than
# the default precision.
_PRECISE = Context(prec=100)


def round_down(quantity: Decimal, step: Decimal) -> Decimal:
    """Return the largest multiple of a step that is not above a quantity.

    >>> round_down(Decimal("4.995"), Decimal("0.01"))
    Decimal('4.99')
    """
    return _PRECISE.multiply(_PRECISE.divide_int(quantity, step), step)


def round_half_up(value: Decimal) -> Decimal:
    """Return an amount with eight decimals.

    >>> round_half_up(Decimal("0.040229875"))
    Decimal('0.04022988')
    """
    return value.quantize(SMALLEST, ROUND_HALF_UP, _PRECISE)
