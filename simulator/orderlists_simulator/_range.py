"""Numbers that have limits, where somebody sets them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from orderlists import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Callable

    from attrs import Attribute


def within(
    lowest: float, below: float = math.inf
) -> Callable[[object, Attribute[Any], float | None], None]:
    """Return an attrs validator that takes numbers from the lowest on, below the other, and None.

    No field takes infinity or what is no number at all.
    """
    rule = f"must be at least {lowest}" + ("" if below == math.inf else f" and below {below}")

    def check(_instance: object, attribute: Attribute[Any], value: float | None) -> None:
        if value is not None and not lowest <= value < below:
            raise InvalidSetting(field=attribute.name, value=value, rule=rule)

    return check
