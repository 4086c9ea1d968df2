"""What users say in numbers, how long and how much, and in functions.

Invariant: what gets through here can be counted and waited for; True is no number.
"""

from __future__ import annotations

from math import inf

from orderlists import InvalidSetting
from orderlists.errors import HIDDEN


def check_seconds(field: str, value: object) -> None:
    """Refuse what cannot be a time to wait.

    Raises:
        InvalidSetting: It is not a finite number of more than 0.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < inf:
        rule = "must be seconds, a finite number, more than 0"
        raise InvalidSetting(field=field, value=value, rule=rule)


def check_count(field: str, value: object) -> None:
    """Refuse what cannot be a number of bytes, or of other things.

    Raises:
        InvalidSetting: It is not an int of at least 1.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidSetting(field=field, value=value, rule="must be an int, 1 or more")


def check_callable(field: str, value: object, *, rule: str) -> None:
    """Refuse what cannot be called.

    Raises:
        InvalidSetting: It cannot; a text is not shown.
    """
    if not callable(value):
        shown = HIDDEN if isinstance(value, str) else value
        raise InvalidSetting(field=field, value=shown, rule=rule)


def check_instance(field: str, value: object, kind: type, *, rule: str) -> None:
    """Refuse what is not an object of this class.

    Raises:
        InvalidSetting: It is not; a text is not shown.
    """
    if not isinstance(value, kind):
        shown = HIDDEN if isinstance(value, str) else value
        raise InvalidSetting(field=field, value=shown, rule=rule)
