"""Everything that goes wrong in one run, decided beforehand.

A frozen value, so that a test that failed can be run again as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from attrs import field, frozen

from orderlists import InvalidSetting
from orderlists_simulator._fate import NORMAL, Fate
from orderlists_simulator._lag import Lag
from orderlists_simulator._range import is_whole, within

if TYPE_CHECKING:
    from orderlists_simulator._venue import Venue

T = TypeVar("T")

Rule: TypeAlias = Callable[[int, Any], Fate]
"""Decides by the number of a request, counted from 0, and by what it is: an `HttpRequest`, or over
a connection a `WebSocketRequest`."""

Event: TypeAlias = tuple[int, Callable[["Venue", int], object]]
"""A time in nanoseconds, and what happens then: given the venue and the time."""


_FATES = "must be Fates, such as executed(then=DROPPED), or a function that returns one"
_EVENTS = "must be pairs of a time, an int in nanoseconds since 1970, and what happens then"
_LAGS = "must be Lags"


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


def _script_or_rule(given: Iterable[Fate] | Rule) -> tuple[Fate, ...] | Rule:
    if callable(given):
        return given
    return _all("fates", given, rule=_FATES, fits=lambda one: isinstance(one, Fate))


def _events(given: Iterable[Event]) -> tuple[Event, ...]:
    return _all("events", given, rule=_EVENTS, fits=_is_event)


def _lags(given: Iterable[Lag]) -> tuple[Lag, ...]:
    return _all("lags", given, rule=_LAGS, fits=lambda one: isinstance(one, Lag))


@frozen
class Plan:
    """What becomes of requests, and what happens meanwhile; for one transport or simulator.

    Attributes:
        fates: A script, one fate for each request in the order in which they arrive, after which
            all is normal; or a rule.
        events: What happens to lists and connections, and when: in nanoseconds since 1970, by the
            clock of the venue, not counted from the beginning.  What is of the past happens at
            once.  A list or an order that is not there by then is an AssertionError.
        lags: When queries are behind, and how far.
        cut: At which point a connection that carries frames breaks, counted from 0 over all of
            them; None for at none.  There are points where a frame has arrived and was not executed
            yet; where it was, and is not answered; where a reply has left; and where an event has.

    Raises:
        InvalidSetting: Something is none of this.

    >>> from orderlists.extending import HttpRequest
    >>> from orderlists_simulator.faults import DROPPED, executed
    >>> plan = Plan([executed(then=DROPPED)])
    >>> request = HttpRequest("GET", "/api/v3/time", ())
    >>> plan.fate(0, request).answer, plan.fate(1, request).answer
    (Lost(how='dropped'), Truth())
    """

    fates: tuple[Fate, ...] | Rule = field(default=(), converter=_script_or_rule)
    events: tuple[Event, ...] = field(default=(), converter=_events, kw_only=True)
    lags: tuple[Lag, ...] = field(default=(), converter=_lags, kw_only=True)

    cut: int | None = field(
        default=None, validator=within(0, whole=True, optional=True), kw_only=True
    )

    def fate(self, number: int, request: object) -> Fate:
        """Return what becomes of a request.

        Raises:
            AssertionError: The plan is a function, and returned something else.
        """
        if not callable(self.fates):
            return self.fates[number] if number < len(self.fates) else NORMAL
        fate: object = self.fates(number, request)
        if not isinstance(fate, Fate):
            rule = f"the plan returned {fate!r} for request {number}: {_FATES}"
            raise AssertionError(rule)  # noqa: TRY004 - clients let it pass: no outage, but a mistake
        return fate
