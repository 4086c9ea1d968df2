"""Amounts as a mantissa and an exponent, exactly.

An amount is plain text in JSON, such as ``0.00037500``: it is read digit for digit.
"""

from __future__ import annotations

from collections.abc import Iterable

_LARGEST = 2**63 - 1


def exponent_for(amounts: Iterable[str], wanted: int) -> int:
    """Return the exponent with which all amounts have a mantissa.

    It is the wanted one, unless an amount has more decimals, or a mantissa would be too large.

    >>> exponent_for(["100", "2300.00"], 2), exponent_for(["100", "0.50"], 2)
    (2, -1)
    """
    read = [_shortest(each) for each in amounts]
    coarsest = min((exponent for mantissa, exponent in read if mantissa != 0), default=wanted)
    chosen = min(wanted, coarsest)
    largest = max((_scaled(each, chosen) for each in read), default=0)
    return chosen if largest <= _LARGEST else coarsest


def mantissa_of(amount: str, exponent: int) -> int:
    """Return the mantissa of an amount, for an exponent from `exponent_for`.

    >>> mantissa_of("0.00037500", -8), mantissa_of("2300", 2)
    (37500, 23)
    """
    return _scaled(_shortest(amount), exponent)


def _scaled(read: tuple[int, int], exponent: int) -> int:
    mantissa, own = read
    return 0 if mantissa == 0 else mantissa * 10 ** (own - exponent)


def _shortest(amount: str) -> tuple[int, int]:
    whole, _, fraction = amount.partition(".")
    mantissa, exponent = int(whole + fraction), -len(fraction)
    while mantissa != 0 and mantissa % 10 == 0:
        mantissa, exponent = mantissa // 10, exponent + 1
    return mantissa, exponent
