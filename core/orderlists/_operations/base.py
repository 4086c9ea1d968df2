"""The base class of requests, and the description of their operations as data.

An `Operation` is defined once per class of requests.  Protocols read its names and its security,
formats the shape of the result, and the engine its effect and recovery.  A `Request` refers to its
operation and returns its parameters, with the precedence among them already resolved, so that it is
the same for every protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeAlias, TypeVar

from attrs import Factory, field, fields, frozen

from orderlists._lazy import REQUESTS, load
from orderlists._models.shapes import One, Shape
from orderlists._operations.validators import checked_client_id
from orderlists.errors import Rejected

if TYPE_CHECKING:
    from orderlists._operations.recovery.case import Case

R = TypeVar("R")

Parameter: TypeAlias = tuple[str, str | int | Decimal | tuple[str, ...]]
"""The wire name of a parameter, and its value, which each protocol encodes.

A tuple is a list of texts: an array in JSON, and the text of that array in a query.
"""

Recovery: TypeAlias = "Callable[[Case[Any]], Generator[Any, Any, R]]"
"""Reconciles a request whose outcome is unknown.

A generator function that receives the `Case`.  It returns the result, or raises `Rejected`,
`NotExecuted` or `OutcomeUnknown`.
"""

NO_ERRORS: Mapping[int, type[Rejected]] = MappingProxyType({})


class Security(Enum):
    """How a request is authenticated.

    ``NONE``: not at all.  ``SIGNED``: always by a signature, even on a connection that is logged
    on.  ``USER_DATA``, ``TRADE``: by a signature, or by the log-on of its connection.
    """

    NONE = "NONE"
    USER_DATA = "USER_DATA"
    TRADE = "TRADE"
    SIGNED = "SIGNED"


class Effect(Enum):
    """What the execution of a request changes.

    ``READ``: nothing, so it may always be resent.  ``PLACE``, ``CANCEL``, ``AMEND``: orders, so the
    outcome is unknown if the reply is lost.
    """

    READ = "READ"
    PLACE = "PLACE"
    CANCEL = "CANCEL"
    AMEND = "AMEND"

    # Hash by identity, consistent with equality; Enum's own is slow Python code.
    __hash__ = object.__hash__


def _has_effect(operation: Operation[Any]) -> bool:
    return operation.effect is not Effect.READ


def _to_shape(result: type[R] | Shape[R]) -> Shape[R]:
    return result if isinstance(result, Shape) else One(result)


@frozen(kw_only=True)
class Operation(Generic[R]):
    """The description of one class of requests.

    Attributes:
        name: The exchange's title of the operation.
        method: The HTTP method; None if it does not exist in the REST API.
        path: The REST path; None if it does not exist in the REST API.
        websocket: The method of the WebSocket API.
        weight: The request weight.
        security: How a request is authenticated.
        effect: What its execution changes.
        result: The shape of the result; a class stands for `One` of it.
        fresh_ids: Fields that the client fills with a unique client id if the caller gave none.
        errors: Exception classes for error codes with a meaning specific to this operation.
        recovery: Reconciles a request whose outcome is unknown; None if that is impossible, or if
            the operation changes nothing.
        unfilled_orders: How much it adds to the account's count of unfilled orders.
        changes_state: Whether its execution changes state: then the outcome is unknown if the reply
            is lost.
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
    changes_state: bool = field(init=False, default=Factory(_has_effect, takes_self=True))


class Request(Generic[R]):
    """A request with a result of type `R`.  Immutable, and validated when it is constructed.

    A request of your own is an attrs class without slots, which would make its construction half
    as slow again: ``@frozen(kw_only=True, slots=False)``.  Its converters take only the value.
    """

    operation: ClassVar[Operation[Any]]

    def __init_subclass__(cls) -> None:
        """Reject slots, which `completed` does not copy, and register a class of yours by name."""
        if cls.__dict__.get("__slots__"):
            raise TypeError(f"{cls.__name__} must have no slots: @frozen(slots=False)")
        if cls.__module__.partition(".")[0] != "orderlists":
            if cls.__name__ in REQUESTS:
                raise TypeError(f"{cls.__name__} is a request of this library: choose another name")
            _KINDS[cls.__name__] = cls

    def parameters(self) -> list[Parameter]:
        """Return the parameters to send, in the documented order; by default none."""
        return []

    def mismatch(self, result: R) -> str | None:
        """Return why a result cannot belong to this request, or None if it can.

        A proxy may return the reply to another request, which proves nothing.  Override this if the
        result identifies its request.
        """
        del result
        return None

    def __repr__(self) -> str:
        kind: Any = type(self)
        given = (
            f"{f.name}={getattr(self, f.name)!r}"
            for f in fields(kind)
            if f.repr and getattr(self, f.name) != f.default
        )
        return f"{type(self).__name__}({', '.join(given)})"

    def fresh_ids(self, new_id: Callable[[], str]) -> dict[str, object]:
        """Return the fields that a client fills in, and their values with new ids.

        Raises:
            InvalidRequest: An id breaks the rule of client ids.
        """
        fresh: dict[str, object] = {}
        for name in self.operation.fresh_ids:
            if getattr(self, name) is None:
                fresh[name] = checked_client_id(name, new_id())
        return fresh

    @property
    def all_ids_are_fresh(self) -> bool:
        """Whether every id by which its effect can be found is still to be generated.

        If so, finding none of them proves that it was not executed.  Only placements are found by
        ids alone.
        """
        return False

    def completed(self, *, recv_window: Decimal, new_id: Callable[[], str] | None = None) -> Self:
        """Return the request with values for what it was not given.

        Returns the request itself if there is nothing to fill in.

        Args:
            recv_window: That of a policy, or of another request: valid already.
            new_id: Returns unique ids for `fresh_ids`; None to fill in none.
        """
        added = {} if new_id is None else self.fresh_ids(new_id)
        if getattr(self, "recv_window", recv_window) is None:
            added["recv_window"] = recv_window
        if not added:
            return self
        # The other fields are valid already: `evolve` would validate them again, in twice the time.
        complete: Self = object.__new__(type(self))
        values = vars(complete)
        values |= vars(self)
        values |= added
        return complete


# Those of others by name, to decode the JSON form of a request.
_KINDS: dict[str, type[Request[Any]]] = {}


def request_kind(name: str) -> type[Request[Any]]:
    """Return the class of requests of this name.

    Raises:
        LookupError: There is no such class, or it is not ours and its module was not imported.
    """
    if name in REQUESTS:
        kind: type[Request[Any]] = load(name)
        return kind
    return _KINDS[name]
