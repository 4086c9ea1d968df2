"""What somebody sets: numbers that have limits, and functions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeGuard

from orderlists import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Callable

    from attrs import Attribute


def within(
    lowest: float, below: float = math.inf, *, whole: bool = False, optional: bool = False
) -> Callable[[object, Attribute[Any], object], None]:
    """Return an attrs validator that takes numbers from the lowest on, below the other.

    No field takes infinity or what is no number at all, such as True.

    Args:
        lowest: The least that it takes.
        below: What is too much.
        whole: Whether it takes an int only.
        optional: Whether it takes None as well.
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
    """Tell whether something is an int or a float; True is neither."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_whole(value: object) -> bool:
    """Tell whether something is an int; True is none."""
    return isinstance(value, int) and not isinstance(value, bool)


def must_be_callable(_instance: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what cannot be called."""
    if not callable(value):
        raise InvalidSetting(field=attribute.name, value=value, rule="must be a function")
