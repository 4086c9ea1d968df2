"""What clients need around every exchange of messages: who asks, how, and at what time.

This is where clocks and chance enter, as callables.

Invariant: nothing is decided here; a call decides, a driver obeys.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from functools import partial
from traceback import walk_tb
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

from attrs import Attribute, Factory, field, frozen

from orderlists import (
    Attempt,
    Banned,
    InvalidSetting,
    Key,
    OrderListsError,
    Policy,
    RateLimit,
    RateLimited,
    RateLimits,
    Rest,
    TransportError,
)
from orderlists._clock import ClockReading, ServerClock
from orderlists._execution.commands import Call, Send
from orderlists._execution.engine import begin, reconcile
from orderlists._rate_limits import Usage
from orderlists.errors import HIDDEN
from orderlists.extending import FramedProtocol, HttpProtocol, Request, masked
from orderlists_transports._amounts import check_callable, check_seconds
from orderlists_transports._exchange import Exchange

if TYPE_CHECKING:
    from typing_extensions import TypeIs

R = TypeVar("R")

_REST = Rest()
_POLICY = Policy()
CLOSED = "nothing was sent: this client is closed"
NO_EVENTS = "there are no events: this client is closed"
# Longer than the 10 seconds that the exchange gives its engine before it answers *unknown*.
_TIMEOUT = 15.0

Clock = Callable[[], int]
"""Returns a time in nanoseconds."""

# Goes on while the machine sleeps: on Linux under a name of its own, elsewhere as it should.
_STEADY: Clock = (
    partial(time.clock_gettime_ns, getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
    if hasattr(time, "clock_gettime_ns")
    else time.monotonic_ns
)


def random_id() -> str:
    """Return 32 hex digits from the operating system: never used before, also after a fork."""
    return os.urandom(16).hex()


def _a(kind: type, rule: str) -> Callable[[object, Attribute[Any], object], None]:
    def check(_: object, attribute: Attribute[Any], value: object) -> None:
        if not isinstance(value, kind):
            raise InvalidSetting(field=attribute.name, value=value, rule=f"must be {rule}")

    return check


def _seconds(_: object, attribute: Attribute[Any], value: object) -> None:
    check_seconds(attribute.name, value)


def _returns(what: str) -> Callable[[object, Attribute[Any], object], None]:
    def check(_: object, attribute: Attribute[Any], value: object) -> None:
        check_callable(attribute.name, value, rule=f"must be a function that returns {what}")

    return check


def check_sleep(sleep: object) -> None:
    """Refuse what cannot let time pass."""
    check_callable("sleep", sleep, rule="must be a function that is given seconds")


def _able_to(
    *names: str, such_as: str, may_show: tuple[type, ...] = ()
) -> Callable[[object, Attribute[Any], object], None]:
    def check(_: object, attribute: Attribute[Any], value: object) -> None:
        if isinstance(value, type) or not all(
            callable(getattr(value, name, None)) for name in names
        ):
            # It may be a secret in the wrong place, unless it is None or a class.
            given = value if value is None or isinstance(value, (type, *may_show)) else HIDDEN
            rule = f"must be an object that can {' and '.join(names)}, such as {such_as}"
            raise InvalidSetting(field=attribute.name, value=given, rule=rule)

    return check


def _named(_: object, attribute: Attribute[Any], value: object) -> None:
    if not isinstance(getattr(value, "api_key", None), str):
        rule = "must have an api_key, which is text"
        raise InvalidSetting(field=attribute.name, value=HIDDEN, rule=rule)


@frozen(kw_only=True)
class Clocks:
    """The clocks of a client.

    Args:
        wall: Returns the time since 1970, in nanoseconds; read once, when the client is made.
        monotonic: Returns nanoseconds that only ever grow.

    Raises:
        InvalidSetting: One of them is no function.
    """

    wall: Clock = field(default=time.time_ns, validator=_returns("nanoseconds"))
    monotonic: Clock = field(default=_STEADY, validator=_returns("nanoseconds"))


class Settings(TypedDict, total=False):
    """What a client of either colour takes beside a key and a way to send: see `Client`.

    To be kept and given again, under a type checker as well:

    >>> from orderlists import HmacKey
    >>> from orderlists_transports import Client
    >>> settings = Settings(timeout=12, policy=Policy(deadline=30))
    >>> Client(HmacKey(api_key="k" * 64, secret="not-a-real-one"), **settings)
    <Client Rest over <Urllib3Transport https://api.binance.com:443> as 'kkkk...kkkk', open>
    """

    protocol: HttpProtocol | FramedProtocol
    timeout: float
    policy: Policy
    rate_limits: RateLimits
    clocks: Clocks
    new_id: Callable[[], str]


def check_names(client: object, settings: Settings) -> None:
    """Refuse what is no setting, in the name of the client: its user knows no other.

    Raises:
        TypeError: There is no such setting, as for any argument that does not exist.
    """
    for name in settings:
        if name not in Settings.__optional_keys__:
            kind = type(client).__name__
            raise TypeError(f"{kind}() got an unexpected keyword argument {name!r}")


def _clock_of(dialogue: Dialogue) -> ServerClock:
    clocks: object = dialogue.clocks
    if not isinstance(clocks, Clocks):
        raise InvalidSetting(field="clocks", value=clocks, rule="must be a Clocks")
    return ServerClock(wall=clocks.wall(), monotonic=clocks.monotonic())


@frozen(kw_only=True)
class Dialogue:
    """One asker's side of the conversation with the exchange."""

    key: Key = field(validator=[_able_to("sign", such_as="an HmacKey"), _named])
    protocol: HttpProtocol | FramedProtocol = field(
        default=_REST,
        validator=_able_to("encode", "decode", such_as="Rest() or WebSocketApi()", may_show=(str,)),
    )
    timeout: float = field(default=_TIMEOUT, validator=_seconds)
    policy: Policy = field(default=_POLICY, validator=_a(Policy, "a Policy"))
    rate_limits: RateLimits = field(factory=RateLimits, validator=_a(RateLimits, "a RateLimits"))
    clocks: Clocks = field(factory=Clocks)
    new_id: Callable[[], str] = field(default=random_id, validator=_returns("a new id"))
    clock: ServerClock = field(init=False, default=Factory(_clock_of, takes_self=True))

    def begin(self, request: Request[R], policy: Policy | None) -> Call[R]:
        """Begin a call for this request."""
        return begin(request, new_id=self.new_id(), policy=self._chosen(policy), clock=self.clock)

    def reconcile(
        self, request: Request[R], attempts: tuple[Attempt, ...], policy: Policy | None
    ) -> Call[R]:
        """Begin a call that finds out what became of a cancel that was sent earlier."""
        return reconcile(request, attempts=attempts, policy=self._chosen(policy), clock=self.clock)

    def _chosen(self, policy: Policy | None) -> Policy:
        if policy is None:
            return self.policy
        if not isinstance(policy, Policy):
            raise InvalidSetting(field="policy", value=policy, rule="must be a Policy")
        return policy

    def over(self, transport: object) -> str:
        """Return who speaks, how, and over what; without a secret, and the API key masked."""
        spoken = type(self.protocol).__name__
        return f"{spoken} over {transport!r} as {masked(self.key.api_key)}"

    def now(self) -> ClockReading:
        """Return the present moment."""
        return self.clock.at(self.clocks.monotonic())

    def limits(self) -> list[RateLimit]:
        """Return what the exchange allows, and what is used of it."""
        return self.rate_limits.read(account=self.key.api_key, now=self.now())

    def check(self, at: ClockReading | None = None) -> None:
        """Raise what the exchange said, if it wants to be left alone now, or at this moment."""
        self.rate_limits.check(account=self.key.api_key, now=self.now() if at is None else at)

    def seconds_for(self, command: Send) -> float:
        """Return how long this exchange of messages may take."""
        return min(self.timeout, command.patience)

    def take_down(self, usages: Iterable[Usage]) -> None:
        """Take down what a reply says about the limits."""
        self.rate_limits.note(usages, account=self.key.api_key, now=self.now())

    def hold(self, error: RateLimited | Banned) -> None:
        """Let nothing be sent before the exchange wants to hear from us again."""
        self.rate_limits.hold(error, account=self.key.api_key, now=self.now())


def shown(asker: object, channel: object, *, is_closed: bool) -> str:
    """Return what a client, or a stream of its events, shows of itself."""
    state = "closed" if is_closed else "open"
    return f"<{type(asker).__name__} {channel}, {state}>"


def told(error: BaseException) -> BaseException:
    """Return what the call is told of an exception that came once the request was handed over.

    Whatever a transport or a protocol raises against its contract: the request may have been
    executed.  The text of such an error is not shown, because it may hold a signed query.
    """
    ours = isinstance(error, OrderListsError | AssertionError)
    if ours or not isinstance(error, Exception):
        return error
    *_, place = walk_tb(error.__traceback__)
    where = f"{place[0].f_code.co_filename}:{place[1]}"
    text = f"{type(error).__name__} at {where}, where only a TransportError may be raised"
    return TransportError(text, sent=None)


def check_one_destination(exchange: Exchange | str, transport: object) -> None:
    """Refuse an exchange beside a transport of one's own, which is bound to one already."""
    if transport is not None and exchange is not Exchange.LIVE:
        rule = "must not be given beside a transport, which is bound to an exchange of its own"
        raise InvalidSetting(field="exchange", value=str(exchange), rule=rule)


def is_framed(protocol: HttpProtocol | FramedProtocol) -> TypeIs[FramedProtocol]:
    """Tell whether a protocol speaks in frames, over connections that outlive a request."""
    return hasattr(protocol, "session")


def check_transport(transport: Any, act: str) -> Any:  # noqa: ANN401 - some transport
    """Return a transport that can do this, which the client's protocol needs of it.

    Raises:
        InvalidSetting: It cannot.
    """
    if isinstance(transport, type) or not _can(transport, act):
        # A text may be an address with a password.
        shown = HIDDEN if isinstance(transport, str) else transport
        raise InvalidSetting(field="transport", value=shown, rule=_rule_for(transport, act))
    return transport


_OTHER_COLOUR = {"send": "asend", "asend": "send", "connect": "aconnect", "aconnect": "connect"}
_OTHER_WAY = {"send": "connect", "asend": "aconnect", "connect": "send", "aconnect": "asend"}


def _rule_for(transport: object, act: str) -> str:
    if isinstance(transport, type):
        return "must be an object, not a class"
    if _can(transport, other := _OTHER_COLOUR[act]):
        whose = "Client" if act.startswith("a") else "AsyncClient"
        return f"must be able to {act}; one that can {other} is for {whose}"
    if _can(transport, other := _OTHER_WAY[act]):
        whose = "WebSocketApi()" if act.endswith("send") else "Rest()"
        return f"must be able to {act}, for this protocol; one that can {other} is for {whose}"
    return f"must be able to {act}, for this protocol and client"


def _can(transport: object, act: str) -> bool:
    return callable(getattr(transport, act, None))
