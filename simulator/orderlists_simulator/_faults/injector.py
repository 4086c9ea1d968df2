"""The fault injector: takes requests to a venue, and their answers back, by a plan.

It knows no protocol, no socket and no clock.  A server or a transport provides the time, waits for
as long as an answer is delayed, and delivers the answer, or the end of the connection.

Invariant: a request is executed as often as its fault says, whatever the client receives.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ParamSpec, TypeAlias, TypeVar

from attrs import evolve

from orderlists import InvalidSetting
from orderlists.extending import HttpResponse
from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.log import ConnectionEnd, Execution, ReceivedRequest
from orderlists_simulator._engine.time import in_nanoseconds
from orderlists_simulator._engine.venue import Venue
from orderlists_simulator._faults.fault import Fault, not_executed
from orderlists_simulator._faults.plan import Plan
from orderlists_simulator._faults.responses import DROPPED, BrokenConnection, TruncatedResponse

P = ParamSpec("P")
T = TypeVar("T")

Execute: TypeAlias = Callable[[int], Execution]
"""Executes a request at a time in nanoseconds."""

Written: TypeAlias = Callable[[HttpResponse], HttpResponse]
"""Returns a response in JSON in the form for the client."""

_Event: TypeAlias = Callable[[Venue, int], object]

_LOST = not_executed(answer=DROPPED)


class FaultInjector:
    """Takes requests to a venue by a plan.

    Args:
        venue: It receives the plan's lags and events as well.
        plan: No faults if None.

    Raises:
        InvalidSetting: The plan is not a `Plan`.

    Attributes:
        was_cut: Whether the plan's `cut` was reached.
        failure: The error in a plan; None if there was none.
    """

    def __init__(self, venue: Venue, plan: Plan | None) -> None:
        self._venue = venue
        self._plan = Plan()
        self.failure: AssertionError | None = None
        self.load(Plan() if plan is None else plan)

    def load(self, plan: Plan) -> None:
        """Replace the plan; requests are counted from 0, and no event of the plan before happens.

        Raises:
            InvalidSetting: The plan is not a `Plan`.
        """
        _check(plan)
        with self._venue.notifier.lock:
            own = [each for each in self._venue.lags if each not in self._plan.lags]
            self._venue.lags = (*own, *plan.lags)
            self._plan = plan
            self._received = 0
            self._cut_points = 0
            self.was_cut = False
            for time, act in plan.events:
                self._venue.schedule(time, self._while_loaded(plan, self._watched(act)))

    def _while_loaded(self, plan: Plan, act: _Event) -> _Event:
        return lambda venue, now: act(venue, now) if self._plan is plan else None

    def raise_failure(self) -> None:
        """Raise the error in the plan, if there was one.

        Raises:
            AssertionError: A rule or an event of the plan failed.
        """
        if self.failure is not None:
            raise self.failure

    def _watched(self, act: Callable[P, T]) -> Callable[P, T]:
        """Return a function of the plan, with its errors recorded."""

        def watched(*args: P.args, **named: P.kwargs) -> T:
            try:
                return act(*args, **named)
            except ApiError:
                # No error of the plan: it is too late or too early for the event.
                raise
            except AssertionError as error:
                self.failure = error
                raise
            except Exception as error:
                # Clients pass a failed assertion through, and take other errors for an outage.
                self.failure = AssertionError(f"the plan failed: {error!r}")
                raise self.failure from error

        return watched

    def cuts(self) -> bool:
        """Count a point of `Plan.cut`, and return whether the connection breaks there."""
        with self._venue.notifier.lock:
            cuts = self._cut_points == self._plan.cut
            self._cut_points += 1
            self.was_cut = self.was_cut or cuts
            return cuts

    def receive(
        self, request: ReceivedRequest, execute: Execute, *, lost: bool = False, now: int
    ) -> PendingAnswer:
        """Take a request that arrives now to the venue.

        Args:
            request: The request.
            execute: Executes it.
            lost: Whether its connection breaks before, whatever its fault is.
            now: In nanoseconds.
        """
        with self._venue.notifier.lock:
            fault = self._watched(self._plan.fault_of)(self._received, request)
            fault = _LOST if lost else fault
            self._received += 1
            number = self._venue.log.add(request, arrived=now, fault=fault)
        pending = PendingAnswer(self._venue, fault, number=number, arrived=now)
        pending.execute(execute)
        return pending


def _check(plan: object) -> None:
    if not isinstance(plan, Plan):
        rule = "must be a Plan, such as Plan([executed(answer=DROPPED)])"
        raise InvalidSetting(field="plan", value=plan, rule=rule)


def _as_it_is(response: HttpResponse) -> HttpResponse:
    return response


class PendingAnswer:
    """A request that was received, and its answer to come."""

    def __init__(self, venue: Venue, fault: Fault, *, number: int, arrived: int) -> None:
        self._venue = venue
        self.fault = fault
        self._number = number
        self._arrived = arrived
        self._executions: list[Execution] = []

    def execute(self, execute: Execute) -> None:
        """Execute the request at once, or schedule it, as often as its fault says."""

        def run(_venue: Venue, now: int) -> None:
            delay = in_nanoseconds(self.fault.engine_delay)
            with self._venue.engine_delayed(min(delay, now - self._arrived)):
                execution = execute(now)
            self._executions.append(execution)
            self._venue.log.add_execution(self._number, execution)

        self._venue.run_until(self._arrived)
        for after in self.fault.executed_after:
            if after == 0:
                # Not scheduled: the request may come from an action that is running.
                run(self._venue, self._arrived)
            else:
                self._venue.schedule(self._arrived + in_nanoseconds(after), run)

    @property
    def seconds(self) -> float:
        """Seconds from the arrival to the answer; infinite for no answer."""
        return self.fault.answered_after

    def answer(
        self, written: Written | None = None, *, now: int
    ) -> HttpResponse | BrokenConnection:
        """Return what the client receives now, after `seconds` have passed.

        Args:
            written: Returns a response in the form for the client, such as SBE; it is called with
                the venue's response, and with one that is given in its place.  None for an answer
                that is sent in a frame, and written later.
            now: In nanoseconds.

        Of an answer in a frame a part is noticed as one, and it is sent before the actions that are
        due now are run.
        """
        known = math.isfinite(self.seconds)
        due = max(now, self._arrived + in_nanoseconds(self.seconds)) if known else now
        if written is not None:
            self._venue.run_until(due)
        seen = [each.response for each in self._executions[self.fault.seen :][:1]]
        answer = self.fault.answer
        if written is None and isinstance(answer, TruncatedResponse):
            answer = evolve(answer, noticed=True)
        write = _as_it_is if written is None else written
        given = answer.give(write(seen[0]) if seen else None, now=due)
        given = write(given) if isinstance(given, HttpResponse) else given
        self.end(given.status if isinstance(given, HttpResponse) else given.how)
        return given

    def end(self, how: int | ConnectionEnd) -> None:
        """Log what the client was given."""
        self._venue.log.set_answer(self._number, how)
