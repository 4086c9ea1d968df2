"""What every request is, and the facts of its kind as data.

An `Operation` is written once per kind of request.  Every protocol takes from it the name and the
security, a format the shape of the result, and the engine what a lost reply means.  A `Request`
names its operation and gives its parameters, with the precedence among them already resolved, so
that no protocol has to know it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeAlias, TypeVar

from attrs import field, fields, frozen

from orderlists._models.shapes import One, Shape
from orderlists.errors import Rejected

if TYPE_CHECKING:
    from orderlists._operations.recovery.case import Case

R = TypeVar("R")

Parameter: TypeAlias = tuple[str, str | int | Decimal]
"""The exchange's name for a parameter, and its value, which each protocol writes in its way."""

Recovery: TypeAlias = "Callable[[Case[Any]], Generator[Any, Any, R]]"
"""Finds out what became of a request whose outcome is unknown.

A generator that is given the `Case`.  It returns the result, or raises `Rejected`, `NotExecuted`
or `OutcomeUnknown`.
"""

NO_ERRORS: Mapping[int, type[Rejected]] = MappingProxyType({})


class Security(Enum):
    """What a request has to prove.

    ``NONE``: nothing.  ``SIGNED``: who sends it, in itself, also where a session is logged on.  The
    others: who sends it, in itself or by the session that it is part of.
    """

    NONE = "NONE"
    USER_DATA = "USER_DATA"
    TRADE = "TRADE"
    SIGNED = "SIGNED"


class Effect(Enum):
    """What executing a request changes.

    ``READ``: nothing, so it may be sent again.  ``PLACE``, ``CANCEL``, ``AMEND``: orders, so a lost
    reply leaves an outcome to be found out.
    """

    READ = "READ"
    PLACE = "PLACE"
    CANCEL = "CANCEL"
    AMEND = "AMEND"

    # By identity, as members are compared: Enum's own is written in Python.
    __hash__ = object.__hash__


def _to_shape(result: type[R] | Shape[R]) -> Shape[R]:
    return result if isinstance(result, Shape) else One(result)


@frozen(kw_only=True)
class Operation(Generic[R]):
    """The facts of one kind of request.

    Attributes:
        name: The exchange's own title for it.
        method: The REST verb; None if REST does not have it.
        path: The REST path; None if REST does not have it.
        websocket: The method of the WebSocket API.
        weight: What it costs of the IP address's request weight.
        security: What the request has to prove.
        effect: What executing it changes.
        result: The shape of the result; a class stands for `One` of it.
        fresh_ids: Fields that the client fills with a new id where the caller gave none.
        errors: Classes for error codes that mean something particular to this operation.
        recovery: Finds out what became of a request whose outcome is unknown; None if nothing can,
            or if it changes nothing.
        unfilled_orders: How much it adds to the account's count of unfilled orders.
    """

    name: str
    method: str | None
    path: str | None
    websocket: str
    weight: int
    security: Security
    effect: Effect = Effect.READ
    result: Shape[R] = field(converter=_to_shape)
    fresh_ids: tuple[str, ...] = ()
    errors: Mapping[int, type[Rejected]] = field(default=NO_ERRORS, hash=False)
    recovery: Recovery[R] | None = None
    unfilled_orders: int = 0

    @property
    def changes_state(self) -> bool:
        """Whether executing it changes anything: then a lost reply leaves its outcome unknown."""
        return self.effect is not Effect.READ


class Request(ABC, Generic[R]):
    """One thing to do or to look up, with `R` as the result.  Frozen, and valid from birth.

    A request of your own is an attrs class without slots, with which it would take half as long
    again to make: ``@frozen(kw_only=True, slots=False)``.  Its converters take the value alone.
    """

    operation: ClassVar[Operation[Any]]

    def __init_subclass__(cls) -> None:
        """Refuse slots, which `completed` would not copy, and remember the class by its name."""
        if cls.__dict__.get("__slots__"):
            raise TypeError(f"{cls.__name__} must have no slots: @frozen(slots=False)")
        _KINDS[cls.__name__] = cls

    @abstractmethod
    def parameters(self) -> list[Parameter]:
        """Return the parameters that go on the wire, in the order they are documented in."""

    def mismatch(self, result: R) -> str | None:
        """Return why a result cannot be the answer to this request, or None if it can.

        A proxy may return the reply to another request.  Such a reply proves nothing, so a request
        that can recognise its own answer overrides this.
        """
        del result
        return None

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


# By name, so that the JSON form of a request can be read again.
_KINDS: dict[str, type[Request[Any]]] = {}


def request_kind(name: str) -> type[Request[Any]]:
    """Return the class of requests with this name.

    Raises:
        LookupError: No such class was defined, or its module was not imported.
    """
    return _KINDS[name]


def _judged(request: Request[Any], rule: Any, value: object) -> object:  # noqa: ANN401 - an attrs attribute, whose converter mypy takes for another
    if rule.converter is not None:
        value = rule.converter(value)
    if rule.validator is not None:
        rule.validator(request, rule, value)
    return value
