"""Values attached to an exception, and found again behind what replaced it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar, cast

from orderlists.errors import OrderListsError

T = TypeVar("T")


def attach(error: BaseException, name: str, value: object, *, note: str) -> None:
    """Set an attribute of an exception, and add a note to its traceback."""
    with suppress(AttributeError, TypeError):  # It may have slots, or refuse attributes.
        error.add_note(note)
        setattr(error, name, value)


def find(error: BaseException, carried_by: Callable[[BaseException], T | None]) -> T | None:
    """Return the first value that an exception carries, or one behind it.

    The search is depth first, in this order: itself, its cause, its members, its context.

    Args:
        error: The exception.
        carried_by: Returns the value that an exception carries itself, or None.
    """
    remaining, seen = [error], set[int]()
    while remaining:
        each = remaining.pop()
        if id(each) in seen:  # Contexts can form a cycle.
            continue
        seen.add(id(each))
        found = carried_by(each)
        if found is not None:
            return found
        remaining += reversed(_behind(each))
    return None


def _behind(error: BaseException) -> list[BaseException]:
    """Return the exceptions that an exception replaced or holds."""
    if isinstance(error, OrderListsError):
        return []  # A refusal proven by `reconcile` has the unknown outcome as its context.
    group = cast("BaseExceptionGroup[BaseException]", error)
    members = group.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return [each for each in (error.__cause__, *members, error.__context__) if each is not None]
