"""The line between clients and a venue, where things go wrong as planned.

Knows neither protocols nor sockets nor a clock: whoever serves tells the time, lets it pass where
the line says so, and brings the answer, or its end, to the client.

Invariant: a request is executed as often as its fate says, whatever the client gets to see of it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from attrs import evolve

from orderlists import InvalidSetting
from orderlists.extending import HttpResponse
from orderlists_simulator._answers import DROPPED
from orderlists_simulator._fate import not_executed
from orderlists_simulator._plan import Plan
from orderlists_simulator._refused import Refused
from orderlists_simulator._timing import in_nanoseconds
from orderlists_simulator._truncated import Truncated

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_simulator._answers import Broken, Ending
    from orderlists_simulator._asked import Asked
    from orderlists_simulator._attempt import Attempt
    from orderlists_simulator._fate import Fate
    from orderlists_simulator._venue import Venue

P = ParamSpec("P")
T = TypeVar("T")


class Line:
    """Takes requests to a venue, each to its fate.

    Args:
        venue: Gets the plan's lags and events as well.
        plan: Nothing goes wrong if None.

    Raises:
        InvalidSetting: The plan is none.

    Attributes:
        was_cut: Whether the plan's cut was reached.
    """

    def __init__(self, venue: Venue, plan: Plan | None) -> None:
        self._venue = venue
        self._plan = _checked(plan)
        self._taken = 0
        self._points = 0
        self.was_cut = False
        self._mistake: AssertionError | None = None
        venue.lags = (*venue.lags, *self._plan.lags)
        for time, act in self._plan.events:
            venue.schedule(time, self._watched(act))

    def expect_no_mistake(self) -> None:
        """Raise what was wrong with the plan, if anything was.

        Raises:
            AssertionError: It could not be played.
        """
        if self._mistake is not None:
            raise self._mistake

    def _watched(self, act: Callable[P, T]) -> Callable[P, T]:
        """Return what does the same, and whose errors are those of the plan."""

        def do(*given: P.args, **named: P.kwargs) -> T:
            try:
                return act(*given, **named)
            except Refused:
                raise  # It cannot happen any more, or not yet: that is no mistake.
            except AssertionError as error:
                self._mistake = error
                raise
            except Exception as error:
                # As a failed assertion it passes through clients, who take others for an outage.
                self._mistake = AssertionError(f"the plan failed: {error!r}")
                raise self._mistake from error

        return do

    def cuts(self) -> bool:
        """Pass the next point, and tell whether the connection breaks there."""
        with self._venue.bell.lock:
            cuts = self._points == self._plan.cut
            self._points += 1
            self.was_cut = self.was_cut or cuts
            return cuts

    def take(self, asked: Asked, *, lost: bool = False, now: int) -> Exchange:
        """Begin what becomes of a request that arrived now, in nanoseconds.

        Args:
            asked: The request.
            lost: Whether its connection breaks before the venue sees it, whatever the plan says.
            now: In nanoseconds.
        """
        with self._venue.bell.lock:
            fate = self._watched(self._plan.fate)(self._taken, asked.request)
            fate = _LOST if lost else fate
            self._taken += 1
            number = self._venue.log.open(asked, arrived=now, fate=fate)
        exchange = Exchange(self._venue, fate, number=number, arrived=now)
        exchange.begin(asked)
        return exchange


_LOST = not_executed(then=DROPPED)


def _checked(plan: Plan | None) -> Plan:
    given: object = Plan() if plan is None else plan
    if not isinstance(given, Plan):
        rule = "must be a Plan, such as Plan([executed(then=DROPPED)])"
        raise InvalidSetting(field="plan", value=given, rule=rule)
    return given


class Exchange:
    """One request on its way to its answer."""

    def __init__(self, venue: Venue, fate: Fate, *, number: int, arrived: int) -> None:
        self._venue = venue
        self.fate = fate
        self._number = number
        self._arrived = arrived
        self._attempts: list[Attempt] = []

    def begin(self, asked: Asked) -> None:
        """Let the venue have it, at once or later, as often as is its fate."""

        def attempt(_venue: Venue, now: int) -> None:
            attempted = asked.attempt(now)
            self._attempts.append(attempted)
            self._venue.log.tried(self._number, attempted)

        self._venue.run_until(self._arrived)
        for after in self.fate.executed_after:
            if after == 0:
                # Not by way of the agenda: whoever asks may be an event that is just happening.
                attempt(self._venue, self._arrived)
            else:
                self._venue.schedule(self._arrived + in_nanoseconds(after), attempt)

    @property
    def seconds(self) -> float:
        """How long it takes until there is an answer, from the arrival on; infinite for never."""
        return self.fate.answered_after

    def answer(self, *, now: int, framed: bool = False) -> HttpResponse | Broken:
        """Return what the client gets now, in nanoseconds; `seconds` must have passed.

        Args:
            now: In nanoseconds.
            framed: Whether it goes into a frame, which nobody takes for whole if it is not, and
                which leaves before anything else that is due now.
        """
        known = math.isfinite(self.seconds)
        due = max(now, self._arrived + in_nanoseconds(self.seconds)) if known else now
        if not framed:
            self._venue.run_until(due)
        seen = self._attempts[self.fate.seen :][:1]
        shown = self.fate.answer
        if framed and isinstance(shown, Truncated):
            shown = evolve(shown, noticed=True)
        given = shown.give(seen[0].response if seen else None, now=due)
        self.end(given.status if isinstance(given, HttpResponse) else given.how)
        return given

    def end(self, how: int | Ending) -> None:
        """Note what the client was given, or how it came that it was given nothing."""
        self._venue.log.answered(self._number, how)
