"""What both clients need around one exchange of messages: who asks, how, and at what time.

This is where clocks and chance enter, as callables.

Invariant: nothing is decided here; a call decides, a driver obeys.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from math import inf
from typing import TypedDict, TypeVar

from attrs import Factory, field, frozen

from orderlists import (
    Attempt,
    Banned,
    Budget,
    Call,
    HttpProtocol,
    HttpRequest,
    HttpResponse,
    InvalidSetting,
    Key,
    Moment,
    Policy,
    RateLimited,
    Request,
    Rest,
    Send,
    ServerClock,
    begin,
    settle,
    usage_of,
)
from orderlists_transports._exchange import Exchange

R = TypeVar("R")

_REST = Rest()
_POLICY = Policy()
# Longer than the 10 seconds that the exchange gives its engine before it answers *unknown*.
_TIMEOUT = 15.0

Clock = Callable[[], int]
"""Returns a time in nanoseconds."""


def random_id() -> str:
    """Return 32 hex digits from the operating system: never used before, also after a fork."""
    return os.urandom(16).hex()


@frozen(kw_only=True)
class Times:
    """The clocks of a client.

    Args:
        wall: Returns the time since 1970, in nanoseconds; read once, when the client is made.
        monotonic: Returns nanoseconds that only ever grow.
    """

    wall: Clock = time.time_ns
    monotonic: Clock = time.monotonic_ns


def _check_timeout(_: object, __: object, value: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < inf:
        raise InvalidSetting(field="timeout", value=value, rule="must be seconds, more than 0")


class Settings(TypedDict, total=False):
    """What a client of either colour takes beside a key and a way to send: see `Client`."""

    protocol: HttpProtocol
    timeout: float
    policy: Policy
    budget: Budget
    times: Times
    new_id: Callable[[], str]


@frozen(kw_only=True)
class Dialogue:
    """One asker's side of the conversation with the exchange."""

    key: Key
    protocol: HttpProtocol = _REST
    timeout: float = field(default=_TIMEOUT, validator=_check_timeout)
    policy: Policy = _POLICY
    budget: Budget = field(factory=Budget)
    times: Times = field(factory=Times)
    new_id: Callable[[], str] = random_id
    clock: ServerClock = field(
        init=False,
        default=Factory(
            lambda self: ServerClock(wall=self.times.wall(), monotonic=self.times.monotonic()),
            takes_self=True,
        ),
    )

    def begin(self, request: Request[R], policy: Policy | None) -> Call[R]:
        """Begin a call for this request."""
        chosen = self.policy if policy is None else policy
        return begin(request, new_id=self.new_id(), policy=chosen, clock=self.clock)

    def settle(
        self, request: Request[R], attempts: tuple[Attempt, ...], policy: Policy | None
    ) -> Call[R]:
        """Begin a call that finds out what became of a cancel that was sent earlier."""
        chosen = self.policy if policy is None else policy
        return settle(request, attempts=attempts, policy=chosen, clock=self.clock)

    def now(self) -> Moment:
        """Return the present moment."""
        return self.clock.at(self.times.monotonic())

    def write(self, command: Send) -> HttpRequest:
        """Return what is to be sent, if the exchange does not want to be left alone."""
        self.budget.check(account=self.key.api_key, now=self.now())
        timestamp = self.protocol.time_unit.from_nanoseconds(command.at.server)
        return self.protocol.encode(command.request, key=self.key, timestamp=timestamp)

    def seconds_for(self, command: Send) -> float:
        """Return how long this exchange of messages may take."""
        return min(self.timeout, command.patience)

    def read(self, command: Send, response: HttpResponse) -> object:
        """Return the result that came, and take down what it says about the limits."""
        account, now = self.key.api_key, self.now()
        self.budget.note(usage_of(response), account=account, now=now)
        try:
            return self.protocol.decode(command.request, response)
        except (RateLimited, Banned) as error:
            self.budget.hold(error, account=account, now=now)
            raise


def check_one_destination(exchange: Exchange | str, transport: object) -> None:
    """Refuse an exchange beside a transport of one's own, which is bound to one already."""
    if transport is not None and exchange is not Exchange.LIVE:
        rule = "must not be given beside a transport, which is bound to an exchange of its own"
        raise InvalidSetting(field="exchange", value=str(exchange), rule=rule)
