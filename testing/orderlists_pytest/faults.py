"""Faults by name, for the next requests of a test.

A fault waits in a queue until a request takes it: each request takes the first one that is for its
kind.  Faults without `on` are therefore taken in the order in which they were added.

Invariant: no request takes two faults, and none takes a fault that was used up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature
from threading import Lock
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, get_args

from attrs import define, field, frozen

from orderlists import InvalidSetting
from orderlists_pytest._partial_fill import PartialFill
from orderlists_simulator import Clock, Fault, ReceivedRequest, Venue
from orderlists_simulator import faults as f
from orderlists_simulator.extending import Amount, amount, in_range, is_whole

__all__ = [
    "FAULTS",
    "Faults",
    "Kind",
    "On",
    "RequestFault",
    "bad_timestamp",
    "banned",
    "lost_reply",
    "lost_request",
    "outage",
    "partial_fill",
    "rate_limited",
    "timed_out",
]

Kind: TypeAlias = Literal["any", "place", "cancel", "amend", "change", "query"]
"""The kinds of requests: a `change` is one of the three before it, a `query` none of them."""

On: TypeAlias = Kind | Callable[[ReceivedRequest], bool]
"""The requests that a fault is for: a kind, or a function that returns whether it is for one."""

_KINDS: tuple[str, ...] = get_args(Kind)
_SECOND = 10**9


@frozen(kw_only=True)
class RequestFault:
    """What becomes of a request that takes it.

    Attributes:
        name: Shown if no request takes it.
        fault: When the venue executes the request, if at all, and what the client receives.
        seconds: For how long every request takes it, from the first one on; None if `Faults.add`
            counts them.  At least 0.001.
        act: Called before the request is executed, with the venue, the request and the time; None
            for nothing.

    Raises:
        InvalidSetting: The seconds are out of their range.
    """

    name: str
    fault: Fault = f.NORMAL
    seconds: float | None = field(default=None, validator=in_range(0.001, optional=True))
    act: Callable[[Venue, ReceivedRequest, int], object] | None = None


def lost_reply() -> RequestFault:
    """Return a fault: the request is executed, and the connection ends without a reply."""
    return RequestFault(name="lost_reply", fault=f.executed(answer=f.DROPPED))


def lost_request() -> RequestFault:
    """Return a fault: the request is not executed, and the connection ends without a reply."""
    return RequestFault(name="lost_request", fault=f.not_executed(answer=f.DROPPED))


def timed_out() -> RequestFault:
    """Return a fault: the request is executed, and nothing comes until the client's timeout."""
    return RequestFault(name="timed_out", fault=f.executed(answer=f.SILENT))


def rate_limited(retry_after: int | None = 1) -> RequestFault:
    """Return a fault: HTTP 429; the request is not executed.

    Args:
        retry_after: The seconds in Retry-After; None for a reply without one.
    """
    return RequestFault(name="rate_limited", fault=f.rate_limited(retry_after=retry_after))


def banned(retry_after: int | None = 120) -> RequestFault:
    """Return a fault: HTTP 418; the request is not executed.

    Args:
        retry_after: As in `rate_limited`.
    """
    return RequestFault(name="banned", fault=f.banned(retry_after=retry_after))


def bad_timestamp() -> RequestFault:
    """Return a fault: -1021, the timestamp is outside of the recvWindow; nothing is executed."""
    answer = f.json_error(-1021, status=400)
    return RequestFault(name="bad_timestamp", fault=f.not_executed(answer=answer))


def outage(seconds: float = 5.0, status: int | None = None) -> RequestFault:
    """Return a fault: the exchange is down for some time, from the next request on.

    Args:
        seconds: By the clock of the venue.
        status: The status of the page of a gateway, such as 503, from which a client cannot tell
            whether the request was executed; None to refuse connections.

    Raises:
        InvalidSetting: A value is out of its range.
    """
    fault = f.CONNECTION_REFUSED if status is None else f.not_executed(answer=f.html(status))
    return RequestFault(name="outage", fault=fault, seconds=seconds)


def partial_fill(part: Amount = "0.5") -> RequestFault:
    """Return a fault: an order of the list of the request trades in part.

    After a placement was executed, or before any other request is.  It is the list's resting limit
    order, or else its first open order.

    Args:
        part: Of what is left of the order: more than 0, at most 1.

    Raises:
        InvalidSetting: The part is not one.
    """
    exact = amount(part, "part")
    if not 0 < exact <= 1:
        raise InvalidSetting(field="part", value=part, rule="must be more than 0 and at most 1")
    return RequestFault(name="partial_fill", act=PartialFill(exact))


FAULTS: Final[Mapping[str, Callable[..., RequestFault]]] = MappingProxyType(
    {
        each.__name__: each
        for each in (
            *(lost_reply, lost_request, timed_out, rate_limited, banned),
            *(bad_timestamp, outage, partial_fill),
        )
    }
)
"""The faults that have a name."""


class Faults:
    """The faults of the next requests of a test.  Thread-safe.

    >>> faults = Faults()
    >>> faults.add("rate_limited", retry_after=3)
    >>> faults.add("lost_reply", on="cancel")
    >>> faults.unused
    ('rate_limited', 'lost_reply on cancel')
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._queue: list[_Queued] = []

    def add(
        self,
        *faults: str | RequestFault | Fault,
        on: On = "any",
        times: int = 1,
        **arguments: object,
    ) -> None:
        """Add faults; each is taken by the next request that it is for.

        Args:
            faults: Names of `FAULTS`, what these functions return, or a `Fault` of
                `orderlists_simulator.faults`.
            on: The requests that they are for.
            times: How many requests take each.
            arguments: Those of the function, for one name.

        Raises:
            InvalidSetting: No fault is given, a name, a kind or an argument is unknown, or `times`
                is less than 1.
        """
        if not (callable(on) or on in _KINDS):
            rule = f"must be one of {', '.join(_KINDS)}, or a function of the request"
            raise InvalidSetting(field="on", value=on, rule=rule)
        if not is_whole(times) or times < 1:
            raise InvalidSetting(field="times", value=times, rule="must be at least 1, as an int")
        if arguments and len(faults) != 1:
            rule = "must be one name where arguments are given"
            raise InvalidSetting(field="fault", value=faults, rule=rule)
        if not faults:
            rule = f"must be given: one of {', '.join(FAULTS)}, or a Fault"
            raise InvalidSetting(field="fault", value=faults, rule=rule)
        added = [_Queued(_made(each, arguments), on, times) for each in faults]
        with self._lock:
            self._queue += added

    @property
    def unused(self) -> tuple[str, ...]:
        """The faults that fewer requests took than they are for."""
        with self._lock:
            return tuple(str(each) for each in self._queue if each.is_unused)

    def clear(self) -> None:
        """Remove every fault: the next requests are answered as usual."""
        with self._lock:
            self._queue.clear()

    def rule(self, venue: Callable[[], Venue], clock: Clock) -> f.Rule:
        """Return the rule of a `Plan` by which requests take the faults.

        Args:
            venue: Returns the present venue.
            clock: Its time.
        """

        def fault_of(_number: int, request: ReceivedRequest) -> Fault:
            now = clock.now()
            taken = self._take(request, now)
            if taken is None:
                return f.NORMAL
            if taken.act is not None:
                taken.act(venue(), request, now)
            return taken.fault

        return fault_of

    def _take(self, request: ReceivedRequest, now: int) -> RequestFault | None:
        with self._lock:
            return next((each.fault for each in self._queue if each.takes(request, now)), None)


@define
class _Queued:
    """A fault in the queue: how many requests may still take it, or until when they do."""

    fault: RequestFault
    on: On
    left: int
    ends: int | None = None

    def takes(self, request: ReceivedRequest, now: int) -> bool:
        """Return whether a request takes the fault, and count it."""
        if not _is_for(self.on, request):
            return False
        if self.fault.seconds is None:
            self.left -= 1
            return self.left >= 0
        if self.ends is None:
            self.ends = now + round(self.fault.seconds * _SECOND)
        return now < self.ends

    @property
    def is_unused(self) -> bool:
        """Whether fewer requests took it than it is for."""
        return self.ends is None if self.fault.seconds is not None else self.left > 0

    def __str__(self) -> str:
        on = self.on if isinstance(self.on, str) else getattr(self.on, "__name__", repr(self.on))
        return self.fault.name if on == "any" else f"{self.fault.name} on {on}"


def _is_for(on: On, request: ReceivedRequest) -> bool:
    if callable(on):
        return on(request)
    match on:
        case "any":
            return True
        case "change":
            return request.effect is not None
        case "query":
            return request.effect is None
        case _:
            return request.effect == on


def _made(given: str | RequestFault | Fault, arguments: Mapping[str, Any]) -> RequestFault:
    if isinstance(given, str) and given in FAULTS:
        make = FAULTS[given]
        known = signature(make).parameters
        for name in arguments:
            if name not in known:
                rule = f"{given} takes {', '.join(('on', 'times', *known))}"
                raise InvalidSetting(field=name, value=arguments[name], rule=rule)
        return make(**arguments)
    if isinstance(given, RequestFault | Fault) and not arguments:
        return given if isinstance(given, RequestFault) else RequestFault(name="Fault", fault=given)
    rule = f"must be one of {', '.join(FAULTS)}, or a Fault without arguments"
    raise InvalidSetting(field="fault", value=given, rule=rule)
