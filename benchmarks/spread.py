"""Summary of many rounds: the median and the interquartile range."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median, quantiles
from typing import TypeAlias

Spread: TypeAlias = dict[str, float]


def spread(values: Sequence[float]) -> Spread:
    """Return median, quartiles and extremes.

    >>> spread([4, 1, 2, 3])
    {'median': 2.5, 'low': 1.75, 'high': 3.25, 'min': 1, 'max': 4}
    """
    low, _, high = quantiles(values, n=4, method="inclusive")
    return {
        "median": round(median(values), 4),
        "low": round(low, 4),
        "high": round(high, 4),
        "min": round(min(values), 4),
        "max": round(max(values), 4),
    }
