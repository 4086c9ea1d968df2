"""Names `async with` where an asynchronous class is used in a plain `with`.

Python itself says only that it does "not support the context manager protocol".
"""

from __future__ import annotations

from typing import NoReturn, TypeVar

T = TypeVar("T")


# A decorator, not a base class: type checkers go on to report a plain `with`.
def async_only(kind: type[T]) -> type[T]:
    """Have a plain `with` of instances of this class raise a TypeError that says what to use."""
    for name in ("__enter__", "__exit__"):
        setattr(kind, name, _refuse)
    return kind


def _refuse(self: object) -> NoReturn:
    raise TypeError(f"{type(self).__name__} is asynchronous: use 'async with' instead of 'with'")
