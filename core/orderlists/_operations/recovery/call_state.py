"""What one call remembers: what was sent, what is open, and how much it may still do.

The engine writes it down, a recovery reads it, and an error or an interrupt takes the request and
its attempts from it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from attrs import define, field

from orderlists._attempt import Attempt
from orderlists._clock import ClockReading, ServerClock
from orderlists._in_doubt import InDoubt
from orderlists._models.order_lists import OrderList
from orderlists._operations.base import Effect, Request
from orderlists._operations.validators import LONGEST_RECV_WINDOW
from orderlists._policy import Policy
from orderlists._time import SECOND, Instant, TimeUnit
from orderlists.errors import NotExecuted, OutcomeUnknown

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""Seconds between two tries, doubled each time."""


@define(eq=False)
class CallState:
    """The memory of one call.  Clocks without a unit are nanoseconds of the monotonic clock.

    Attributes:
        request: What the call is about, completed.
        policy: How far it goes.
        clock: The exchange's clock, shared by all calls of a client.
        started: When it began.
        until: Its deadline.
        now: The time by the last outcome.
        resent: How many times it has sent a request again.
        attempts: Every time the state-changing request was sent and was not refused outright.
        lost: Those of them that were not answered at all.
        assumed: The attempt that stands for those of an earlier call of which nothing is known.
        on_the_way: The state-changing request that was written last and is not answered yet, and
            its timestamp.
        sent_at: When any request of the call was written last, and its timestamp.
        pause: Seconds before the next try.
        wrong_hosts: How many replies in a row came from something that is not the exchange.
        cause: What left the outcome open, once something did.
        refused_at: When the exchange said that nothing open has the ids of the request.
        seen: The list as it was last seen.
    """

    request: Request[Any]
    policy: Policy
    clock: ServerClock
    started: int
    until: int
    now: int
    resent: int = 0
    attempts: list[Attempt] = field(init=False, factory=list[Attempt])
    lost: list[Attempt] = field(init=False, factory=list[Attempt])
    assumed: Attempt | None = None
    on_the_way: tuple[Request[Any], ClockReading] | None = None
    sent_at: ClockReading | None = None
    pause: float = FIRST_PAUSE
    wrong_hosts: int = 0
    cause: BaseException | None = None
    refused_at: int | None = None
    seen: OrderList | None = None

    @classmethod
    def begin(
        cls, request: Request[Any], policy: Policy, clock: ServerClock, started: int
    ) -> CallState:
        """Return the memory of a call that begins now."""
        until = started + int(policy.deadline * SECOND)
        return cls(request, policy, clock, started, until, started)

    @property
    def time_left(self) -> float:
        """Seconds until the deadline."""
        return (self.until - self.now) / SECOND

    @property
    def may_resend(self) -> bool:
        """Whether the policy allows one more resend."""
        return self.resent < self.policy.max_resends

    @property
    def in_doubt(self) -> InDoubt:
        """The request and every attempt that may have arrived."""
        sent = [each for each in self.attempts if each is not self.assumed]
        if self.on_the_way is not None:
            sent.append(self._attempt_of(*self.on_the_way))
        dated = (each._replace(at=self.time_of(each)) for each in sent)
        return InDoubt(self.request, tuple(dated))

    # What is sent.

    def note_sent(self, request: Request[Any], at: ClockReading) -> None:
        """Take note that a request is about to be written, with this timestamp."""
        self.sent_at = at
        if request.operation.effect is not Effect.READ:
            self.on_the_way = request, at

    def note_answered(self, *, is_lost: bool, is_open: bool) -> None:
        """Take note of what became of the request that is on the way, if there is one.

        Args:
            is_lost: No usable reply came: it may take effect at any time until it is too old.
            is_open: It may have been executed all the same, such as by a copy of it.
        """
        if is_open and self.on_the_way is not None:
            attempt = self._attempt_of(*self.on_the_way)
            self.attempts.append(attempt)
            if is_lost:
                self.lost.append(attempt)
        self.on_the_way = None

    def _attempt_of(self, request: Request[Any], at: ClockReading) -> Attempt:
        window: Decimal | None = getattr(request, "recv_window", None)
        valid = Decimal(LONGEST_RECV_WINDOW) if window is None else window
        return Attempt.of(at, valid, self.policy.engine_delay)

    def assume_earlier(self, attempts: tuple[Attempt, ...], window: Decimal) -> None:
        """Take over the attempts of an earlier call; without any, assume one right before this one.

        Another process, or this machine before a restart, had another monotonic clock: attempts
        that this clock did not date count as older than the call.
        """
        before = self.started - 1
        known = [
            each
            if self.clock.guessed(each.at)
            else each._replace(at=each.at._replace(monotonic=before))
            for each in attempts
        ]
        if not known:
            at = self.clock.at(before)._replace(error=None)
            self.assumed = Attempt.of(at, window, self.policy.engine_delay)
            known = [self.assumed]
        self.attempts, self.lost = known, list(known)

    # What follows from it.

    def time_of(self, attempt: Attempt) -> ClockReading:
        """Return when an attempt was sent, as well as the clock knows by now."""
        is_earlier = attempt.at.monotonic < self.started
        if is_earlier and not self.clock.guessed(attempt.at):
            return attempt.at
        again = self.clock.at(attempt.at.monotonic)
        if attempt.at.error is None:
            return again
        # Of two measurements the earlier time is the safe one: clocks can step in between.
        return min(attempt.at, again, key=lambda reading: reading.server)

    @property
    def first_sent(self) -> ClockReading:
        """When the first attempt was sent."""
        return min((self.time_of(each) for each in self.attempts), key=lambda at: at.server)

    def all_over_by(self, time: int, attempts: list[Attempt], *, lag: float = 0.0) -> bool:
        """Return whether no attempt could take effect any more so many seconds before a time.

        A clock that was never measured bounds nothing.
        """
        if not attempts:
            return True
        now = self.clock.at(time)
        if now.error is None:
            return False
        return now.server - now.error >= self._end_of(attempts) + int(lag * SECOND)

    def is_fresh(self, asked: int, attempts: list[Attempt]) -> bool:
        """Return whether a query of that time shows all that these attempts can have done."""
        lag = self.policy.max_query_lag
        if self.refused_at is not None and asked - self.refused_at < int(lag * SECOND):
            return False
        return self.all_over_by(asked, attempts, lag=lag)

    def _end_of(self, attempts: list[Attempt]) -> int:
        return max(self._until(each) for each in attempts)

    def _until(self, attempt: Attempt) -> int:
        if attempt is not self.assumed:
            return attempt.may_arrive_until
        # Its timestamp is not known.  It is at most a second ahead of the time at which it was
        # sent, or the exchange would have refused it, by what the clock knows by now.
        reading = self.clock.at(attempt.at.monotonic)
        late = reading.server - attempt.at.server + (reading.error or 0)
        return attempt.may_arrive_until + max(0, late) + SECOND

    # How it ends.

    def unknown(
        self, cause: BaseException | None = None, *, list_over: bool = False
    ) -> OutcomeUnknown:
        """Return the error that says all that is known about a request whose outcome is not.

        Args:
            cause: What left it open, if not what did so first: a bug.
            list_over: Whether the list is certainly over.
        """
        self.note_answered(is_lost=True, is_open=True)
        until = None
        if self.attempts and not list_over and not self.all_over_by(self.now, self.attempts):
            end = TimeUnit.MICROSECOND.from_nanoseconds(self._end_of(self.attempts))
            until = Instant(end, TimeUnit.MICROSECOND)
        return OutcomeUnknown(
            self.in_doubt,
            cause=cause or self.cause,
            order_list=self.seen,
            list_over=list_over,
            may_arrive_until=until,
        )

    def not_executed(self) -> NotExecuted:
        """Return the error that says that the request was not executed, and cannot be any more."""
        return NotExecuted(self.in_doubt, cause=self.cause, order_list=self.seen)
