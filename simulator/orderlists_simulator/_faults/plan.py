"""Plans: the faults of one run, fixed before it starts.

A frozen value, so that a test that failed can be run again as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias, TypeVar, cast

from attrs import field, frozen

from orderlists import InvalidSetting
from orderlists_simulator._engine.log import ReceivedRequest
from orderlists_simulator._engine.queries import QueryLag
from orderlists_simulator._engine.venue import Venue
from orderlists_simulator._faults.fault import NORMAL, Fault
from orderlists_simulator._validators import in_range, is_whole

T = TypeVar("T")

Rule: TypeAlias = Callable[[int, ReceivedRequest], Fault]
"""Returns the fault of a request, given its number, from 0, and the request."""

ScheduledEvent: TypeAlias = tuple[int, Callable[[Venue, int], object]]
"""A time in nanoseconds, and an action that receives the venue and that time."""

_FAULTS = "must be Faults, such as executed(answer=DROPPED), or a function that returns one"
_EVENTS = "must be pairs of a time, an int in nanoseconds since 1970, and a function"
_LAGS = "must be QueryLags"


def _all(
    field: str, given: Iterable[T], *, rule: str, fits: Callable[[object], bool]
) -> tuple[T, ...]:
    if not isinstance(given, Iterable):
        raise InvalidSetting(field=field, value=given, rule=rule)
    kept = tuple(given)
    for one in kept:
        if not fits(one):
            raise InvalidSetting(field=field, value=one, rule=rule)
    return kept


def _is_event(given: object) -> bool:
    try:
        time, act = cast("tuple[object, object]", given)
    except (TypeError, ValueError):
        return False
    return is_whole(time) and callable(act) and not isinstance(act, type)


def _script_or_rule(given: Iterable[Fault] | Rule) -> tuple[Fault, ...] | Rule:
    if callable(given):
        return given
    return _all("faults", given, rule=_FAULTS, fits=lambda one: isinstance(one, Fault))


def _events(given: Iterable[ScheduledEvent]) -> tuple[ScheduledEvent, ...]:
    return _all("events", given, rule=_EVENTS, fits=_is_event)


def _lags(given: Iterable[QueryLag]) -> tuple[QueryLag, ...]:
    return _all("lags", given, rule=_LAGS, fits=lambda one: isinstance(one, QueryLag))


@frozen
class Plan:
    """The faults of requests, and scheduled events; for one transport or simulator.

    Attributes:
        faults: A script, one fault for each request in the order of arrival, after which there are
            none; or a rule, a function that returns the fault of a request.
        events: Events of the market and of connections, with their times in nanoseconds since 1970
            by the clock of the venue.  An event of the past happens at once.  If its list or order
            does not exist by then, an AssertionError is raised.
        lags: When queries are stale, and how much.
        cut: The point at which a connection that carries frames breaks, counted from 0 over all of
            them; None for none.  There is a point after a frame has arrived and before it is
            executed, after it is executed and before it is answered, and after each reply and each
            event that is sent.

    Raises:
        InvalidSetting: A value is not one of the above.

    >>> from orderlists_simulator.faults import DROPPED, executed
    >>> plan = Plan([executed(answer=DROPPED)])
    >>> plan.faults[0].answer
    NoResponse(how='dropped')
    """

    faults: tuple[Fault, ...] | Rule = field(default=(), converter=_script_or_rule)
    events: tuple[ScheduledEvent, ...] = field(default=(), converter=_events, kw_only=True)
    lags: tuple[QueryLag, ...] = field(default=(), converter=_lags, kw_only=True)

    cut: int | None = field(
        default=None, validator=in_range(0, whole=True, optional=True), kw_only=True
    )

    def fault_of(self, number: int, request: ReceivedRequest) -> Fault:
        """Return the fault of a request.

        Raises:
            AssertionError: The rule returned something else.
        """
        if not callable(self.faults):
            return self.faults[number] if number < len(self.faults) else NORMAL
        fault: object = self.faults(number, request)
        if not isinstance(fault, Fault):
            rule = f"the plan returned {fault!r} for request {number}: {_FAULTS}"
            raise AssertionError(rule)  # noqa: TRY004 - clients pass failed assertions through
        return fault
