"""Endpoints: what can be requested, declared once for every protocol.

An `Endpoint` names its path and its method, what it needs and what it does; the dispatcher, the
protocols and the log take from it what they need.  `registry` collects the declarations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Literal, TypeAlias, TypeVar, cast

from attrs import asdict, frozen

from orderlists_simulator._api.parameters import Parameter, SentParameters
from orderlists_simulator._api.responses import Json
from orderlists_simulator._engine.errors import ApiError, wrong_combination
from orderlists_simulator._engine.keys import MAIN_ACCOUNT, ApiKey
from orderlists_simulator._engine.log import Effect, Protocol
from orderlists_simulator._engine.queries import Queries
from orderlists_simulator._engine.session import Session
from orderlists_simulator._engine.time import TimeUnit
from orderlists_simulator._engine.venue import Venue

T = TypeVar("T")

Security: TypeAlias = Literal["NONE", "USER_DATA", "USER_STREAM", "TRADE"]
"""The exchange's security types: all but ``NONE`` are signed, ``TRADE`` needs the permission."""

Check: TypeAlias = Callable[[Mapping[str, object]], None]
"""Raises an `ApiError` if the values, by name, do not go together; None is a missing value."""

Weigh: TypeAlias = Callable[[Mapping[str, str]], int]
"""Returns the weight of a request with these parameters, as they were sent, by name."""


@frozen(kw_only=True)
class Call:
    """An authenticated request for an endpoint.

    Attributes:
        venue: The venue.
        protocol: The protocol of the request.
        session: The session of its connection.
        key: Its key; None for an endpoint that needs none.
        now: In nanoseconds.
        values: The values of its parameters, by name.
    """

    venue: Venue
    protocol: Protocol
    session: Session
    key: ApiKey | None
    now: int
    values: Mapping[str, object]

    def __getitem__(self, parameter: Parameter[T]) -> T:
        return cast("T", self.values[parameter.name])

    @property
    def account(self) -> str:
        """The account of the key."""
        return MAIN_ACCOUNT if self.key is None else self.key.account

    def queries(self) -> AbstractContextManager[Queries]:
        """Query the lists and orders of the account, by the lags of the venue."""
        return self.venue.queries(account=self.account, now=self.now)

    @property
    def unit(self) -> TimeUnit:
        """The unit of the times in the reply."""
        return self.session.unit


Handler: TypeAlias = Callable[[Call], Json]


def _no_check(_values: Mapping[str, object]) -> None:
    return


@frozen(kw_only=True)
class Served:
    """The declaration of an endpoint, which is the decorator of its handler.

    Attributes:
        rest: The HTTP method and the path; None if it is not served over REST.
        websocket: The method of the WebSocket API; None if it is not served there.
        security: The security type.
        weight: The request weight, or the function that returns it.
        orders: How much a successful request adds to the unfilled order count.
        effect: How it changes orders; None if it does not.
        parameters: Its parameters, without those that every signed request has.
        check: The rule for combinations of parameters.
    """

    rest: tuple[str, str] | None = None
    websocket: str | None = None
    security: Security
    weight: int | Weigh
    orders: int = 0
    effect: Effect | None = None
    parameters: tuple[Parameter[Any], ...] = ()
    check: Check = _no_check

    def __call__(self, handler: Handler) -> Endpoint:
        """Return the endpoint."""
        return Endpoint(**asdict(self, recurse=False), handler=handler)


@frozen(kw_only=True)
class Endpoint(Served):
    """One kind of request.

    Attributes:
        handler: Executes a call and returns the result, or raises an `ApiError`.
    """

    handler: Handler

    @property
    def free_on_success(self) -> bool:
        """Whether a successful request has no weight: placements and cancels do not."""
        return self.effect in {"place", "cancel"}

    def weight_of(self, sent: Callable[[], Iterable[tuple[str, str]]]) -> int:
        """Return the weight of a request.

        Args:
            sent: Returns its parameters; called only if the weight depends on them.
        """
        return self.weight if isinstance(self.weight, int) else self.weight(dict(sent()))

    def read(self, sent: SentParameters, *, common: int) -> Mapping[str, object]:
        """Return the values of the parameters, by name.

        Args:
            sent: The parameters that were sent.
            common: How many parameters the protocol has for every such request.

        Raises:
            ApiError: A parameter is malformed or unknown, or the combination is not allowed.
        """
        values = {each.name: sent.read(each) for each in self.parameters}
        sent.refuse_unread(most=common + len(self.parameters))
        self.check(values)
        return values


def at_most_one(first: Parameter[Any], second: Parameter[Any]) -> Check:
    """Return a check that two parameters were not both sent."""

    def check(values: Mapping[str, object]) -> None:
        if values[first.name] is not None and values[second.name] is not None:
            raise wrong_combination()

    return check


def at_least_one(first: Parameter[Any], second: Parameter[Any]) -> Check:
    """Return a check that one of two parameters was sent."""

    def check(values: Mapping[str, object]) -> None:
        if values[first.name] is None and values[second.name] is None:
            raise ApiError(
                -1102,
                f"Param '{first.name}' or '{second.name}' must be sent, but both were empty/null!",
            )

    return check
