"""The state of one call: what was sent, what is unknown, and the remaining budget.

The engine updates it, a recovery reads it, and errors and interrupts take the request and its
attempts from it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from orderlists._attempt import Attempt
from orderlists._clock import ClockReading, ServerClock
from orderlists._in_doubt import InDoubt
from orderlists._keys.key import masked
from orderlists._models.order_lists import OrderList, OrderReport
from orderlists._observing.observer import DEBUG, ENGINE, SILENT, Observer
from orderlists._operations.base import Request
from orderlists._operations.recovery.evidence import ending_of
from orderlists._operations.validators import LONGEST_RECV_WINDOW
from orderlists._policy import Policy
from orderlists._time import SECOND, Instant, TimeUnit
from orderlists.errors import AlreadyDone, NotExecuted, OutcomeUnknown

if TYPE_CHECKING:
    from orderlists._observing.call_events import CallEvents

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""Seconds between two attempts: the first pause and the maximum; doubled each time."""

LATEST_TIMESTAMP = SECOND
"""How far a timestamp may be ahead of the exchange's clock, or the exchange refuses it."""


class CallState:
    """The state of one call.  Times without a unit are nanoseconds of the monotonic clock.

    Attributes:
        request: The request of the call, completed.
        policy: The policy of the call.
        clock: The exchange's clock, shared by all calls of a client.
        started: When the call began.
        until: The deadline.
        now: The time of the last outcome.
        resent: The number of resends so far.
        attempts: The transmissions of the state-changing request whose outcome is unknown.
        lost: Those of them without any usable reply.
        earlier: The attempts of an earlier call, as they were given.
        assumed: The attempt that stands for unrecorded attempts of an earlier call.
        in_flight: The state-changing request that was sent last and has no reply yet, and its
            timestamp.
        sent_at: When the last request of the call was sent, and its timestamp.
        pause: Seconds before the next attempt.
        wrong_hosts: The number of consecutive replies from another host than the exchange.
        cause: The first error that left the outcome unknown.
        refusal: The reply that no open list has the ids of the request; None without one.
        refused_at: When it arrived.
        seen: The list as last queried.
        given: The request as the caller gave it; None if an earlier call sent it.
        api_key: The API key that signs the requests of the call.
        requests: How many requests the call has sent, queries and clock samples included.
        observer: Takes the events of the call.
        is_detailed: Whether every event of the call has a listener.
    """

    # A call that succeeds at once changes few of these: none is set before it changes.
    resent: int = 0
    attempts: tuple[Attempt, ...] = ()
    lost: tuple[Attempt, ...] = ()
    earlier: tuple[Attempt, ...] = ()
    assumed: Attempt | None = None
    in_flight: tuple[Request[Any], ClockReading] | None = None
    sent_at: ClockReading | None = None
    pause: float = FIRST_PAUSE
    wrong_hosts: int = 0
    cause: BaseException | None = None
    refusal: BaseException | None = None
    refused_at: int = 0
    seen: OrderList | None = None
    given: Request[Any] | None = None
    api_key: str = ""
    requests: int = 0
    _events: CallEvents | None = None

    def __init__(
        self,
        request: Request[Any],
        policy: Policy,
        clock: ServerClock,
        started: int,
        observer: Observer = SILENT,
    ) -> None:
        self.request, self.policy, self.clock = request, policy, clock
        self.started = self.now = started
        self.until = started + int(policy.deadline * SECOND)
        self.observer, self.is_detailed = observer, observer.listens(ENGINE, DEBUG)

    @property
    def time_left(self) -> float:
        """Seconds until the deadline."""
        return (self.until - self.now) / SECOND

    @property
    def may_resend(self) -> bool:
        """Whether the policy allows another resend."""
        return self.resent < self.policy.max_resends

    @property
    def may_have_sent(self) -> bool:
        """Whether the state-changing request may have reached the exchange."""
        return self.in_flight is not None or self.cause is not None or bool(self.attempts)

    @property
    def in_doubt(self) -> InDoubt:
        """The request and every attempt that may have reached the exchange."""
        sent = [each for each in self.attempts if each is not self.assumed]
        if self.in_flight is not None:
            sent.append(self._attempt_of(*self.in_flight))
        if not sent:
            return InDoubt(self.request, self.earlier)
        return InDoubt(self.request, tuple(self._dated(each) for each in sent))

    @property
    def account(self) -> str:
        """What tells the account of the call: its API key, masked."""
        return masked(self.api_key)

    # Events.

    def listens(self, level: int) -> bool:
        """Return whether an event of this level has a listener."""
        return self.is_detailed or self.observer.listens(ENGINE, level)

    def queued(self) -> None:
        """Emit that the request which is sent next waits for its turn."""
        if self.is_detailed:
            self.events.queued()

    @property
    def events(self) -> CallEvents:
        """What makes the events; loaded with the first one."""
        if self._events is None:
            from orderlists._observing.call_events import CallEvents  # noqa: PLC0415 - see above

            self._events = CallEvents(self)
        return self._events

    # Attempts.

    def record_sent(self, request: Request[Any], at: ClockReading) -> None:
        """Record that a request is about to be sent, with this timestamp."""
        self.sent_at = at
        self.requests += 1
        if request.operation.changes_state:
            self.in_flight = request, at
        if self.is_detailed:
            self.events.request_sent(request, at)

    def record_answered(self, *, is_lost: bool, is_unknown: bool) -> None:
        """Record the end of the round trip of the request in flight, if there is one.

        Args:
            is_lost: No usable reply arrived: it can take effect until its timestamp expires.
            is_unknown: It may have been executed, for example as a copy that a proxy made.
        """
        if is_unknown and self.in_flight is not None:
            attempt = self._attempt_of(*self.in_flight)
            if is_lost:
                self.lost += (attempt,)
            else:
                attempt = attempt._replace(new_to=None)
            self.attempts += (attempt,)
        self.in_flight = None

    def _attempt_of(self, request: Request[Any], at: ClockReading) -> Attempt:
        window: Decimal | None = getattr(request, "recv_window", None)
        valid = Decimal(LONGEST_RECV_WINDOW) if window is None else window
        attempt = Attempt.of(at, valid, self.policy.engine_delay)
        if self.given is not None and self.given.all_ids_are_fresh:
            attempt = attempt._replace(new_to=self.account)
        return attempt

    def assume_earlier(self, attempts: tuple[Attempt, ...], window: Decimal) -> None:
        """Adopt the attempts of an earlier call; without any, assume one immediately before.

        Another process, or this machine before a restart, had another monotonic clock: attempts
        that were not dated by this clock count as older than the call.
        """
        before = self.started - 1
        known = tuple(
            each
            if self.clock.is_provisional(each.at)
            else each._replace(at=each.at._replace(monotonic=before))
            for each in attempts
        )
        if not known:
            at = self.clock.at(before)._replace(error=None)
            self.assumed = Attempt.of(at, window, self.policy.engine_delay)
            known = (self.assumed,)
        self.attempts = self.lost = known

    # Conclusions.

    def time_of(self, attempt: Attempt) -> ClockReading:
        """Return when an attempt was sent at the earliest."""
        return min(self._estimates(attempt), key=_server_time)

    def _dated(self, attempt: Attempt) -> Attempt:
        """Return an attempt with the estimates of when it was sent, for another call."""
        earliest, *later = sorted(map(_server_time, self._estimates(attempt)))
        latest = later[-1] if later and later[-1] > earliest else None
        return attempt._replace(at=self.time_of(attempt), latest=latest)

    def _estimates(self, attempt: Attempt) -> tuple[ClockReading, ...]:
        """Return the estimates of when an attempt was sent.

        The clock may have stepped between two of them, and a monotonic clock that stops while the
        machine sleeps makes the later one too late.
        """
        is_earlier = attempt.at.monotonic < self.started
        if is_earlier and not self.clock.is_provisional(attempt.at):
            latest = attempt.at.server if attempt.latest is None else attempt.latest
            return attempt.at, attempt.at._replace(server=latest)
        again, at = self.clock.at(attempt.at.monotonic), attempt.at
        if at.error is None:
            # By the wall clock.  The exchange executes nothing earlier than this.
            at = again._replace(server=at.server - LATEST_TIMESTAMP)
        return at, again

    @property
    def first_sent(self) -> ClockReading:
        """When the first attempt was sent at the earliest: what is older was there before it."""
        return min((self.time_of(each) for each in self.attempts), key=_server_time)

    @property
    def first_sent_at_latest(self) -> ClockReading:
        """When the first attempt was sent at the latest: what is older cannot be its effect."""
        latest = (max(self._estimates(each), key=_server_time) for each in self.attempts)
        return min(latest, key=_server_time)

    def all_expired_by(self, time: int, attempts: tuple[Attempt, ...], *, lag: float = 0.0) -> bool:
        """Return whether every attempt had expired `lag` seconds before a time.

        Attempts expire by the exchange's clock.  An unmeasured clock does not tell how far that one
        has come, so the answer is False.
        """
        if not attempts:
            return True
        now = self.clock.at(time)
        if now.error is None:
            return False
        return now.server - now.error >= self._end_of(attempts) + int(lag * SECOND)

    def is_fresh(self, queried_at: int, *, lost_only: bool = False) -> bool:
        """Return whether a query at that time reflects every possible effect of the attempts.

        Args:
            queried_at: When the query was sent.
            lost_only: Consider only the attempts without any usable reply.
        """
        lag = self.policy.max_query_lag
        if self.refusal is not None and queried_at - self.refused_at < int(lag * SECOND):
            return False
        attempts = self.lost if lost_only else self.attempts
        return self.all_expired_by(queried_at, attempts, lag=lag)

    def _end_of(self, attempts: tuple[Attempt, ...]) -> int:
        return max(self._until(each) for each in attempts)

    def _until(self, attempt: Attempt) -> int:
        if attempt is not self.assumed:
            return attempt.may_arrive_until
        # Its timestamp is unknown, and at most that far ahead.
        reading = self.clock.at(attempt.at.monotonic)
        late = reading.server - attempt.at.server + (reading.error or 0)
        return attempt.may_arrive_until + max(0, late) + LATEST_TIMESTAMP

    # Errors.

    def unknown(
        self,
        cause: BaseException | None = None,
        *,
        list_over: bool = False,
        open_lists: tuple[OrderList, ...] | None = None,
    ) -> OutcomeUnknown:
        """Return the error for an unknown outcome.

        Args:
            cause: The cause, if it is not the first error: a bug.
            list_over: Whether the list is certainly over.
            open_lists: The open lists, after a cancel of all of them.
        """
        self.record_answered(is_lost=True, is_unknown=True)
        until = None
        if self.attempts and not list_over and not self.all_expired_by(self.now, self.attempts):
            end = TimeUnit.MICROSECOND.from_nanoseconds(self._end_of(self.attempts))
            until = Instant(end, TimeUnit.MICROSECOND)
        return OutcomeUnknown(
            self.in_doubt,
            cause=cause or self.cause,
            order_list=self.seen,
            list_over=list_over,
            open_lists=open_lists,
            may_arrive_until=until,
        )

    def already_done(
        self, reports: tuple[OrderReport, ...], order_list: OrderList | None = None
    ) -> AlreadyDone:
        """Return the error for a cancel whose target was over before."""
        return AlreadyDone(
            self.in_doubt,
            cause=self.cause,
            ending=ending_of(reports),
            reports=reports,
            order_list=order_list,
        )

    def not_executed(self) -> NotExecuted:
        """Return the error for a request that was not executed and can no longer be."""
        return NotExecuted(self.in_doubt, cause=self.cause, order_list=self.seen)


def _server_time(reading: ClockReading) -> int:
    return reading.server
