"""The line between clients and a venue that speaks REST, where things go wrong as planned.

Knows neither sockets nor a clock: whoever serves tells the time, lets it pass where the line says
so, and brings the answer, or its end, to the client.

Invariant: a request is executed as often as its fate says, whatever the client gets to see of it.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from orderlists import HttpResponse
from orderlists_simulator._plan import Plan
from orderlists_simulator._request import places
from orderlists_simulator._rest import RestFront
from orderlists_simulator._timing import in_nanoseconds

if TYPE_CHECKING:
    from orderlists import HttpRequest
    from orderlists_simulator._answers import Broken
    from orderlists_simulator._fate import Fate
    from orderlists_simulator._log import Attempt
    from orderlists_simulator._venue import Venue


class Line:
    """Takes requests to a venue, each to its fate.

    Args:
        venue: Gets the plan's lags and events as well.
        plan: Nothing goes wrong if None.
    """

    def __init__(self, venue: Venue, plan: Plan | None) -> None:
        self._venue = venue
        self._front = RestFront(venue)
        self._plan = Plan() if plan is None else plan
        self._taken = 0
        self._lock = Lock()
        venue.lags = (*venue.lags, *self._plan.lags)
        for time, act in self._plan.events:
            venue.schedule(time, act)

    def take(self, request: HttpRequest, *, now: int) -> Exchange:
        """Begin what becomes of a request that arrived now, in nanoseconds."""
        with self._lock:
            fate = self._plan.fate(self._taken, request)
            self._taken += 1
            number = self._venue.log.open(
                arrived=now,
                method=request.method,
                path=request.target.partition("?")[0],
                parameters=_parameters(request),
                fate=fate,
            )
        exchange = Exchange(self._venue, fate, number=number, arrived=now)
        exchange.begin(self._front, request)
        return exchange


class Exchange:
    """One request on its way to its answer."""

    def __init__(self, venue: Venue, fate: Fate, *, number: int, arrived: int) -> None:
        self._venue = venue
        self._fate = fate
        self._number = number
        self._arrived = arrived
        self._attempts: list[Attempt] = []

    def begin(self, front: RestFront, request: HttpRequest) -> None:
        """Let the venue have it, at once or later, as often as is its fate."""

        def attempt(_venue: Venue, now: int) -> None:
            attempted = front.attempt(request, now=now)
            self._attempts.append(attempted)
            self._venue.log.tried(self._number, attempted)

        self._venue.run_until(self._arrived)
        for after in self._fate.executed_after:
            if after == 0:
                # Not by way of the agenda: whoever asks may be an event that is just happening.
                attempt(self._venue, self._arrived)
            else:
                self._venue.schedule(self._arrived + in_nanoseconds(after), attempt)

    @property
    def seconds(self) -> float:
        """How long it takes until there is an answer, from the arrival on."""
        return self._fate.answered_after

    def answer(self, *, now: int) -> HttpResponse | Broken:
        """Return what the client gets now, in nanoseconds; `seconds` must have passed."""
        due = max(now, self._arrived + in_nanoseconds(self.seconds))
        self._venue.run_until(due)
        seen = self._attempts[self._fate.seen :][:1]
        given = self._fate.answer.give(seen[0].response if seen else None, now=due)
        told = given.status if isinstance(given, HttpResponse) else given.how
        self._venue.log.answered(self._number, told)
        return given

    def give_up(self) -> None:
        """Note that the client did not wait for the answer."""
        self._venue.log.answered(self._number, "timed out")


def _parameters(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    query, form = places(request)
    return tuple((name, value) for name, value in (*query, *form) if name != "signature")
