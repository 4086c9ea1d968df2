"""Everything that goes wrong in one run, decided beforehand.

A frozen value, so that a test that failed can be run again as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import field, frozen

from orderlists_simulator._fate import NORMAL, Fate
from orderlists_simulator._range import within

if TYPE_CHECKING:
    from orderlists_simulator._lag import Lag
    from orderlists_simulator._venue import Venue

Rule: TypeAlias = Callable[[int, Any], Fate]
"""Decides by the number of a request, counted from 0, and by what it is: an `HttpRequest`, or over
a connection a `WebSocketRequest`."""

Event: TypeAlias = tuple[int, Callable[["Venue", int], object]]
"""A time in nanoseconds, and what happens then: given the venue and the time."""


def _script_or_rule(given: Iterable[Fate] | Rule) -> tuple[Fate, ...] | Rule:
    return given if callable(given) else tuple(given)


def _events(given: Iterable[Event]) -> tuple[Event, ...]:
    return tuple(given)


def _lags(given: Iterable[Lag]) -> tuple[Lag, ...]:
    return tuple(given)


@frozen
class Plan:
    """What becomes of requests, and what happens meanwhile; for one transport or simulator.

    Attributes:
        fates: A script, one fate for each request in the order in which they arrive, after which
            all is normal; or a rule.
        events: What happens to lists, and when.
        lags: When queries are behind, and how far.
        cut: At which point a connection that carries frames breaks, counted from 0 over all of
            them; None for at none.  There are points where a frame has arrived and was not executed
            yet; where it was, and is not answered; where a reply has left; and where an event has.

    >>> from orderlists import HttpRequest
    >>> from orderlists_simulator.faults import DROPPED, executed
    >>> plan = Plan([executed(then=DROPPED)])
    >>> request = HttpRequest("GET", "/api/v3/time", ())
    >>> plan.fate(0, request).answer, plan.fate(1, request).answer
    (Lost(how='dropped'), Truth())
    """

    fates: tuple[Fate, ...] | Rule = field(default=(), converter=_script_or_rule)
    events: tuple[Event, ...] = field(default=(), converter=_events, kw_only=True)
    lags: tuple[Lag, ...] = field(default=(), converter=_lags, kw_only=True)

    cut: int | None = field(default=None, validator=within(0), kw_only=True)

    def fate(self, number: int, request: object) -> Fate:
        """Return what becomes of a request."""
        if callable(self.fates):
            return self.fates(number, request)
        return self.fates[number] if number < len(self.fates) else NORMAL
