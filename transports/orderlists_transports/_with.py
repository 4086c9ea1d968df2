"""What the wrong one of `with` and `async with` raises: a TypeError that names the right one.

Decorators set the methods, so that type checkers do not see them: those refuse the statement too.
"""

from __future__ import annotations

from typing import NoReturn, TypeVar

T = TypeVar("T")


def used_by_with(kind: type[T]) -> type[T]:
    """Have `async with` refuse objects of a class."""
    for name in ("__aenter__", "__aexit__"):
        setattr(kind, name, _refuse_async_with)
    return kind


def used_by_async_with(kind: type[T]) -> type[T]:
    """Have `with` refuse objects of a class."""
    for name in ("__enter__", "__exit__"):
        setattr(kind, name, _refuse_with)
    return kind


def _refuse_async_with(self: object, *_: object) -> NoReturn:
    name = type(self).__name__
    raise TypeError(f"{name} is synchronous: use `with`, or Async{name} with `async with`")


def _refuse_with(self: object, *_: object) -> NoReturn:
    name = type(self).__name__
    raise TypeError(
        f"{name} is asynchronous: use `async with`, or {name.removeprefix('Async')} with `with`"
    )
