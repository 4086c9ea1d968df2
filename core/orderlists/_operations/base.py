"""What every request is, and the static facts of its kind.

An `Operation` is data, written once per kind of request; every protocol reads from it what it
needs.  A `Request` names its operation and gives its parameters, with whatever precedence they
have among each other already resolved, so that no protocol has to know it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, Generic, Self, TypeAlias, TypeVar

from attrs import fields, frozen

R = TypeVar("R")

Parameter: TypeAlias = tuple[str, str | int | Decimal]
"""The exchange's name for a parameter, and its value, which each protocol writes in its way."""


class Security(Enum):
    """What a request has to prove.

    ``NONE``: nothing.  ``SIGNED``: who asks, in itself, also where a session is logged on.  The
    others: who asks, in itself or by the session that it is part of.
    """

    NONE = "NONE"
    USER_DATA = "USER_DATA"
    TRADE = "TRADE"
    SIGNED = "SIGNED"


@frozen(kw_only=True)
class Operation(Generic[R]):
    """The static facts of one kind of request.

    Attributes:
        name: The exchange's own title for it.
        method: The REST verb; None if REST does not know it.
        path: The REST path; None if REST does not know it.
        websocket: The method of the WebSocket API.
        weight: What a failed request costs of the IP's request weight.
        security: What the request has to prove.
        changes_state: Whether executing it changes anything: then an answer that got lost matters.
        result: The type of the result.
    """

    name: str
    method: str | None
    path: str | None
    websocket: str
    weight: int
    security: Security
    changes_state: bool
    result: type[R]


class Request(ABC, Generic[R]):
    """One thing you ask the exchange for, with `R` as the result.  Frozen, and valid from birth.

    One of your own is an attrs class without slots, with which it would take half as long again to
    make: ``@frozen(kw_only=True, slots=False)``.  Its converters take the value alone.
    """

    operation: ClassVar[Operation[Any]]

    def __init_subclass__(cls) -> None:
        """Refuse slots, which `completed` would not copy."""
        if cls.__dict__.get("__slots__"):
            raise TypeError(f"{cls.__name__} must have no slots: @frozen(slots=False)")

    @abstractmethod
    def parameters(self) -> list[Parameter]:
        """Return the parameters that go on the wire, in the order they are documented in."""

    def __repr__(self) -> str:
        kind: Any = type(self)
        given = (
            f"{f.name}={getattr(self, f.name)!r}"
            for f in fields(kind)
            if getattr(self, f.name) != f.default
        )
        return f"{type(self).__name__}({', '.join(given)})"

    def completed(self, **defaults: object) -> Self:
        """Return the request with these values where it has such a field and nothing was given.

        A request that needs nothing is returned itself.
        """
        kind: Any = type(self)
        added: dict[str, object] = {}
        for name, value in defaults.items():
            if getattr(self, name, value) is None:
                added[name] = _judged(self, getattr(kind.__attrs_attrs__, name), value)
        if not added:
            return self
        # What was given was judged at birth: `evolve` would judge it again, in twice the time.
        complete: Self = object.__new__(kind)
        vars(complete).update(vars(self))
        vars(complete).update(added)
        return complete


def _judged(request: Request[Any], rule: Any, value: object) -> object:  # noqa: ANN401 - an attrs attribute, whose converter mypy takes for another
    if rule.converter is not None:
        value = rule.converter(value)
    if rule.validator is not None:
        rule.validator(request, rule, value)
    return value
