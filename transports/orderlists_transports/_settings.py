"""What clients of both colours are made of, checked when it is given."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import Attribute, field, frozen

from orderlists import InvalidSetting, Key, Policy, RateLimits, Rest
from orderlists._clock import ClockReading, ServerClock
from orderlists._execution.adapters import FramedAdapter, HttpAdapter
from orderlists._execution.engine import Engine
from orderlists._gate import Gate
from orderlists._rate_limits import RateLimit
from orderlists.errors import HIDDEN
from orderlists.extending import FramedProtocol, HttpProtocol, masked
from orderlists_transports._listeners import Listeners, Observe
from orderlists_transports._validators import check_callable, check_count, check_seconds
from orderlists_transports.environments import Exchange

if TYPE_CHECKING:
    from typing_extensions import TypeIs

POLICY = Policy()
REST = Rest()
# Longer than the 10 seconds that the exchange gives its engine before it answers *unknown*.
TIMEOUT = 15.0
MAX_IN_FLIGHT = 100
CLOSED = "this client is closed"
NO_EVENTS = "there are no events: this client is closed"

Clock = Callable[[], int]
"""Returns a time in nanoseconds."""

# Must include suspend time: CLOCK_BOOTTIME on Linux; other platforms' monotonic clocks do.
_MONOTONIC: Clock = (
    partial(time.clock_gettime_ns, getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
    if hasattr(time, "clock_gettime_ns")
    else time.monotonic_ns
)


def random_id() -> str:
    """Return 32 hex digits from the operating system: never used before, also after a fork."""
    return os.urandom(16).hex()


def _check_clock(_: object, attribute: Attribute[Any], value: object) -> None:
    check_callable(attribute.name, value, rule="must be a function that returns nanoseconds")


@frozen(kw_only=True)
class Clocks:
    """The clocks of a client.

    Args:
        wall: Returns the time since 1970, in nanoseconds; read once, when the client is made.
        monotonic: Returns nanoseconds that only ever grow.

    Raises:
        InvalidSetting: One of them is no function.
    """

    wall: Clock = field(default=time.time_ns, validator=_check_clock)
    monotonic: Clock = field(default=_MONOTONIC, validator=_check_clock)


CLOCKS = Clocks()


@frozen(kw_only=True, eq=False, repr=False)
class Settings:
    """The part of a client that does no I/O: its engine, its gate, its clocks."""

    engine: Engine
    gate: Gate
    protocol: HttpProtocol | FramedProtocol
    timeout: float
    max_in_flight: int
    monotonic: Clock

    @classmethod
    def of(
        cls,
        *,
        key: Key,
        protocol: HttpProtocol | FramedProtocol,
        timeout: float,
        policy: Policy,
        rate_limits: RateLimits | None,
        max_in_flight: int,
        clocks: Clocks,
        new_id: Callable[[], str],
        observe: Observe | None,
    ) -> Settings:
        """Return what a client needs, made of what its user gave.

        Raises:
            InvalidSetting: Something is not what it has to be.
        """
        _check_key(key)
        _check_kind("policy", policy, Policy)
        _check_kind("clocks", clocks, Clocks)
        _check_protocol(protocol)
        check_seconds("timeout", timeout)
        check_count("max_in_flight", max_in_flight)
        check_callable("new_id", new_id, rule="must be a function that returns a new id")
        if rate_limits is None:
            rate_limits = RateLimits()
        _check_kind("rate_limits", rate_limits, RateLimits)
        clock = ServerClock(wall=clocks.wall(), monotonic=clocks.monotonic())
        gate = Gate(key, clock, rate_limits, Listeners.of(observe))
        adapter = (
            FramedAdapter(protocol, gate) if is_framed(protocol) else HttpAdapter(protocol, gate)
        )
        engine = Engine(adapter=adapter, gate=gate, policy=policy, timeout=timeout, new_id=new_id)
        return cls(
            engine=engine,
            gate=gate,
            protocol=protocol,
            timeout=timeout,
            max_in_flight=max_in_flight,
            monotonic=clocks.monotonic,
        )

    def now(self) -> ClockReading:
        """Return the time on both clocks."""
        return self.gate.clock.at(self.monotonic())

    def timestamp(self) -> int:
        """Return the exchange's time, as far as it is known, in the unit of the protocol."""
        return self.now().server // self.protocol.time_unit.nanoseconds

    def rate_limits(self) -> list[RateLimit]:
        """Return what the exchange allows, and what is used of it."""
        return self.gate.rate_limits.read(account=self.gate.key.api_key, now=self.now())

    def describe(self, owner: object, transport: object, *, is_closed: bool) -> str:
        """Return the repr of a client or a stream: no secret, and the API key masked."""
        protocol, state = type(self.protocol).__name__, "closed" if is_closed else "open"
        key = masked(self.gate.key.api_key)
        return f"<{type(owner).__name__} {protocol} over {transport!r} as {key}, {state}>"


def is_framed(protocol: HttpProtocol | FramedProtocol) -> TypeIs[FramedProtocol]:
    """Return whether a protocol keeps connections that carry frames."""
    return hasattr(protocol, "session")


def _check_kind(name: str, value: object, kind: type) -> None:
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        rule = f"must be {article} {kind.__name__}"
        raise InvalidSetting(field=name, value=value, rule=rule)


def _check_key(key: object) -> None:
    can_sign = callable(getattr(key, "sign", None)) and not isinstance(key, type)
    if not (can_sign and isinstance(getattr(key, "api_key", None), str)):
        # It may be a secret in the wrong place, unless it is None or a class.
        shown = key if key is None or isinstance(key, type) else HIDDEN
        rule = "must have an api_key, which is text, and a sign(), such as an HmacKey"
        raise InvalidSetting(field="key", value=shown, rule=rule)


def _check_protocol(protocol: object) -> None:
    if isinstance(protocol, type) or not callable(getattr(protocol, "decode", None)):
        rule = "must be a protocol, such as Rest() or WebSocketApi()"
        raise InvalidSetting(field="protocol", value=protocol, rule=rule)


def check_sleep(sleep: object) -> None:
    """Refuse a `sleep` that is no function.

    Raises:
        InvalidSetting: It is not callable.
    """
    check_callable("sleep", sleep, rule="must be a function that is given seconds")


def check_one_destination(exchange: Exchange | str, transport: object) -> None:
    """Refuse an exchange beside a transport of one's own, which is bound to one already.

    Raises:
        InvalidSetting: Both were given.
    """
    if transport is not None and exchange is not Exchange.LIVE:
        rule = "must not be given beside a transport, which is bound to an exchange of its own"
        raise InvalidSetting(field="exchange", value=str(exchange), rule=rule)


_USERS = {
    "send": "Client with Rest()",
    "asend": "AsyncClient with Rest()",
    "connect": "Client with WebSocketApi()",
    "aconnect": "AsyncClient with WebSocketApi()",
}


def check_transport(transport: Any, method: str) -> Any:  # noqa: ANN401 - some transport
    """Return a transport that has this method, which the client and its protocol call.

    Raises:
        InvalidSetting: It has not, or is a class.
    """
    if isinstance(transport, type):
        raise InvalidSetting(
            field="transport", value=transport, rule="must be an object, not a class"
        )
    if not callable(getattr(transport, method, None)):
        # A text may be an address with a password.
        shown = HIDDEN if isinstance(transport, str) else transport
        fits = [user for name, user in _USERS.items() if callable(getattr(transport, name, None))]
        rule = f"must have {method}(), for {_USERS[method]}"
        rule += f"; this one is for {' or '.join(fits)}" if fits else ""
        raise InvalidSetting(field="transport", value=shown, rule=rule)
    return transport
