"""The shape of a result: one value, many of them, or one of several kinds.

A shape is data.  A format decodes a body by it, whatever the format is, so nothing here says how a
kind is told apart on the wire.
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
    """Any number of values, also none, as a tuple.

    Attributes:
        each: The shape of every one.
    """

    each: Shape[R]


@frozen
class OneOf(Shape[R]):
    """A value of one of several kinds: the first kind whose required fields are all there.

    Attributes:
        kinds: The kinds, in the order in which they are tried.  Only the names of the fields
            decide: where they are all there, a value in one of them that does not fit makes the
            reply unreadable, and no later kind is tried.
    """

    kinds: tuple[type[R], ...]
