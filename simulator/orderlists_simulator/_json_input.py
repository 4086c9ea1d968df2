"""Strict reading of JSON that people write: plans of faults, recorded trades, requests of control.

Invariant: a value is used as it is written or refused, and no member of an object is ignored.  An
error names the place of the value, such as ``faults[0].answer.status``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn, TypeAlias, TypeVar, cast, get_args

from orderlists import InvalidSetting
from orderlists_simulator._validators import Amount, amount

T = TypeVar("T")

Read: TypeAlias = Callable[[object, str], T]
"""Returns a value, given what is written and its place; raises `InvalidSetting`."""

_SHOWN = 40
_LONGEST = 10**9


def parse_json(text: bytes, place: str) -> object:
    """Return a JSON document, its numbers with a point as Decimal.

    Args:
        text: In UTF-8.
        place: The name that an error gives to it.

    Raises:
        InvalidSetting: It is not JSON, or an object has a member twice.
    """
    try:
        return json.loads(
            text.decode("utf-8-sig"),
            parse_float=_decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_without_duplicates,
        )
    except (ValueError, RecursionError) as error:
        shown = text[:_SHOWN].decode("utf-8", "replace")
        raise InvalidSetting(field=place, value=shown, rule=f"must be JSON ({error})") from error


def read_object(
    value: object,
    place: str,
    *,
    required: Mapping[str, Read[Any]] | None = None,
    optional: Mapping[str, Read[Any]] | None = None,
) -> dict[str, Any]:
    """Return the members of an object that are given.

    Raises:
        InvalidSetting: It is no object, a member is missing, unknown or invalid.

    >>> read_object({"price": "2.5"}, "", required={"price": read_amount})
    {'price': Decimal('2.5')}
    """
    if not isinstance(value, dict):
        refuse(place or "document", value, "must be an object")
    required = required or {}
    known = {**required, **(optional or {})}
    given = cast("dict[str, object]", value)
    for name in given:
        if name not in known:
            refuse(member(place, name), given[name], f"must be one of {', '.join(known) or 'none'}")
    for name in required:
        if name not in given:
            refuse(member(place, name), None, "must be given")
    return {name: known[name](each, member(place, name)) for name, each in given.items()}


def member(place: str, name: str) -> str:
    """Return the place of a member of an object."""
    return f"{place}.{name}" if place != "" else name


def refuse(place: str, value: object, rule: str) -> NoReturn:
    """Refuse a value.

    Raises:
        InvalidSetting: Always.
    """
    raise InvalidSetting(field=place, value=value, rule=rule)


def read_text(value: object, place: str) -> str:
    """Return a text."""
    return value if isinstance(value, str) else refuse(place, value, "must be text")


def read_boolean(value: object, place: str) -> bool:
    """Return true or false."""
    return value if isinstance(value, bool) else refuse(place, value, "must be true or false")


def read_integer(value: object, place: str) -> int:
    """Return a whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        refuse(place, value, "must be a whole number")
    return value


def at_least(lowest: int) -> Read[int]:
    """Return a reader of whole numbers of at least this."""

    def read(value: object, place: str) -> int:
        number = read_integer(value, place)
        return number if number >= lowest else refuse(place, value, f"must be at least {lowest}")

    return read


def read_number(value: object, place: str) -> float:
    """Return a number that is at least 0 and below 10^9, such as one of seconds."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and 0 <= value < _LONGEST:
        return float(value)
    refuse(place, value, f"must be a number of at least 0 and below {_LONGEST}")


def read_amount(value: object, place: str) -> Decimal:
    """Return a price or a quantity, written as text or as a number."""
    given: Any = value
    exact: Amount = given
    return amount(exact, place)


def or_null(read: Read[T]) -> Read[T | None]:
    """Return a reader that accepts null as well."""
    return lambda value, place: None if value is None else read(value, place)


def one_of(literal: object) -> Read[str]:
    """Return a reader of the words of a `Literal` type."""
    words: tuple[str, ...] = get_args(literal)

    def read(value: object, place: str) -> str:
        if isinstance(value, str) and value in words:
            return value
        refuse(place, value, f"must be one of {', '.join(words)}")

    return read


def list_of(read: Read[T]) -> Read[list[T]]:
    """Return a reader of a list of values."""

    def read_list(value: object, place: str) -> list[T]:
        if not isinstance(value, list):
            refuse(place, value, "must be a list")
        given = cast("list[object]", value)
        return [read(each, f"{place}[{number}]") for number, each in enumerate(given)]

    return read_list


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text} is too large") from error


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object has a member twice")
    return found
