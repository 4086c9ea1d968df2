"""The venue that a server serves, with its plan of faults; a reset makes both anew.

Invariant: a request ends on the venue on which it began.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from orderlists import InvalidSetting
from orderlists_simulator._engine.venue import Venue
from orderlists_simulator._faults.injector import FaultInjector
from orderlists_simulator._faults.plan import Plan
from orderlists_simulator._protocols.rest import RestServerProtocol
from orderlists_simulator._serving.request_log import control_line, entry_line
from orderlists_simulator._virtual_time.clock import Clock

MakeVenue: TypeAlias = Callable[[int], Venue]
"""Makes a venue, given the time in nanoseconds."""

MakePlan: TypeAlias = Callable[[int], Plan]
"""Makes a plan, given the time in nanoseconds."""

WriteLine: TypeAlias = Callable[[str], object]
"""Writes a line of the log, which has no line break."""


class Exchange:
    """A venue and its plan.

    Args:
        venue: The venue, or a function that makes it.
        plan: The plan, or a function that makes it; None for no faults.
        clock: The venue's time.
        write_line: Receives a line for each request; None for no lines.

    Attributes:
        clock: The venue's time.
        venue: The present venue.
        injector: Takes requests to it.
        rest: The venue over REST.

    Raises:
        InvalidSetting: The plan is not a `Plan`.
    """

    venue: Venue
    injector: FaultInjector
    rest: RestServerProtocol

    def __init__(
        self,
        venue: Venue | MakeVenue,
        plan: Plan | MakePlan | None,
        *,
        clock: Clock,
        write_line: WriteLine | None,
    ) -> None:
        self._given_venue = venue
        self._given_plan = plan
        self._write_line = write_line
        self.clock = clock
        self._begin()

    def reset(self) -> None:
        """Begin with a new venue and the plan of the start; every connection is dropped.

        Raises:
            InvalidSetting: The venue was made elsewhere, so that no other can be made.
        """
        before = self.venue
        if before is self._given_venue:
            rule = "must be a function that makes a venue, for the simulator to be reset"
            raise InvalidSetting(field="venue", value=before, rule=rule)
        self._begin()
        with before.notifier.lock:
            for each in before.connections:
                each.close("dropped")

    def log_control(self, method: str, path: str, status: int) -> None:
        """Write the line of a request of control."""
        if self._write_line is not None:
            self._write_line(control_line(method, path, status, now=self.clock.now()))

    def _begin(self) -> None:
        now = self.clock.now()
        venue, plan = self._given_venue, self._given_plan
        self.venue = venue if isinstance(venue, Venue) else venue(now)
        self.injector = FaultInjector(self.venue, plan(now) if callable(plan) else plan)
        self.rest = RestServerProtocol(self.venue)
        write_line = self._write_line
        if write_line is not None:
            self.venue.log.listen(lambda entry: write_line(entry_line(entry)))
