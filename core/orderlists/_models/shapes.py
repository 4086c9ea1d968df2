"""The shape of a result: one value, a sequence, or one of several alternatives.

A shape is data, independent of the format: each format decodes a body by its shape.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from attrs import frozen

R = TypeVar("R")


class Shape(Generic[R]):
    """A shape of values of the type `R`: `One`, `Many` or `OneOf`."""


@frozen
class One(Shape[R]):
    """A single value.

    Attributes:
        kind: Its class, a `Result` with attrs, such as `OrderList`.
    """

    kind: type[R]


@frozen
class Many(Shape[tuple[R, ...]], Generic[R]):
    """A tuple of any number of values.

    Attributes:
        each: The shape of every element.
    """

    each: Shape[R]


@frozen
class OneOf(Shape[R]):
    """A value of one of several classes: the first whose required fields are all present.

    Attributes:
        kinds: The classes, in the order in which they are tried.  Only the presence of fields
            decides: a malformed value in one of them makes the reply unreadable, and no later class
            is tried.
    """

    kinds: tuple[type[R], ...]
