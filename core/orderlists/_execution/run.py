"""The running state of one call, and the acts that every call is made of.

Invariant: a request is sent again only where no attempt before can have been executed, or where
whoever asks has said that executing it twice is the same as once.
"""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from attrs import define, field

from orderlists._clock import ClockReading, ServerClock
from orderlists._execution.attempt import Attempt
from orderlists._execution.clock_sync import measure
from orderlists._execution.commands import Call, Now, Ready, Send, Wait
from orderlists._execution.policy import Policy
from orderlists._models.order_lists import OrderList
from orderlists._operations.base import Request
from orderlists._operations.validators import LONGEST_RECV_WINDOW
from orderlists._time import SECOND
from orderlists.errors import (
    BadTimestamp,
    Banned,
    OrderListsError,
    RateLimited,
    ServerError,
    TransportError,
    UndecodableReply,
    UnknownOrderList,
)

R = TypeVar("R")

UNANSWERED = (TransportError, ServerError, UndecodableReply)
"""What leaves open whether a request was executed, except a `TransportError` that was not sent."""

_MILLISECOND = 1_000_000
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0


def _none_yet() -> list[Attempt]:
    return []


@define
class Run:
    """One call in progress.

    Attributes:
        policy: How far it goes.
        clock: The exchange's clock, shared by all calls of a client.
        started: When it began.
        max_resends: How many times it may still send a request again.
        attempts: Every time the state-changing request was sent and no other answer came than
            that its list is not there.
        lost: Those of them that were not answered.
        assumed: The attempt that stands for those of an earlier call of which nothing is known.
        latest: When it last looked at the clock.
    """

    policy: Policy
    clock: ServerClock
    started: ClockReading
    max_resends: int
    attempts: list[Attempt] = field(factory=_none_yet)
    lost: list[Attempt] = field(factory=_none_yet)
    assumed: Attempt | None = None
    latest: ClockReading = field(init=False)
    _pause: float = _FIRST_PAUSE
    _sent: ClockReading = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.latest = self._sent = self.started

    def moment_of(self, attempt: Attempt) -> ClockReading:
        """Return when an attempt was sent, as well as the clock can tell by now."""
        earlier = attempt.at.monotonic < self.started.monotonic
        if earlier and not self.clock.guessed(attempt.at):
            return attempt.at
        again = self.clock.at(attempt.at.monotonic)
        if attempt.at.error is None:
            return again
        # Of two measurements the earlier moment is the safe one: clocks can step in between.
        return min(attempt.at, again, key=lambda moment: moment.server)

    @property
    def until(self) -> int:
        """The deadline, by the monotonic clock, in nanoseconds."""
        return self.started.monotonic + int(self.policy.deadline * SECOND)

    def patience(self, now: ClockReading) -> float:
        """Return how many seconds are left until the deadline."""
        return self.policy.deadline - (now.monotonic - self.started.monotonic) / SECOND

    def send(self, request: Request[R]) -> Call[R]:
        """Send a request until it was answered or got lost: again where it was not sent.

        Raises:
            Rejected: The exchange refused.
            TransportError, ServerError, UndecodableReply: As they came.
        """
        while True:
            try:
                return (yield from self.send_once(request))
            except TransportError as error:
                if error.sent is None or not (yield from self.may_resend()):
                    raise

    def send_once(self, request: Request[R]) -> Call[R]:
        """Send a request once, and again where the exchange said *not now* or *not at this time*.

        Raises:
            Rejected: The exchange refused.
            TransportError, ServerError, UndecodableReply: As they came.
        """
        was_measured = False
        while True:
            try:
                return (yield from self._attempt(request))
            except BadTimestamp as error:
                measured = not was_measured and (yield from self.measure_clock())
                if not (measured and self._clock_explains_it(request)):
                    self._refuse_or_lose(request, error)
                was_measured = True
            except (RateLimited, Banned) as error:
                yield from self._wait_out(error)

    def _attempt(self, request: Request[R]) -> Call[R]:
        now: ClockReading | OrderListsError = yield Ready(self.until)
        if isinstance(now, OrderListsError):
            raise now
        patience = self.patience(now)
        if patience <= 0:
            raise TransportError("it was not sent: time is up", sent=False)
        self._sent = now
        outcome: R | OrderListsError = yield Send(request, now, patience)
        if is_about_another(request, outcome):
            outcome = UndecodableReply(raw=b"", status=200, reason="about another order list")
        if not isinstance(outcome, OrderListsError):
            return outcome
        was_lost = isinstance(outcome, UNANSWERED) and not never_left(outcome)
        if was_lost:
            self.lost += _attempt_of(request, now)
        if was_lost or isinstance(outcome, UnknownOrderList):
            self.attempts += _attempt_of(request, now)
        raise outcome

    def _clock_explains_it(self, request: Request[R]) -> bool:
        """Tell whether the request was too old as soon as it was sent.

        If not, it was delayed, or too early; and a copy of it may have been in time.
        """
        if not request.operation.changes_state:
            return True
        true = self.clock.at(self._sent.monotonic)
        age, error = true.server - self._sent.server, true.error or 0
        window = getattr(request, "recv_window", None) or LONGEST_RECV_WINDOW
        return age - error > int(window * _MILLISECOND)

    def _refuse_or_lose(self, request: Request[R], refusal: BadTimestamp) -> NoReturn:
        if not request.operation.changes_state:
            raise refusal
        self.lost += _attempt_of(request, self._sent)
        self.attempts += _attempt_of(request, self._sent)
        text = f"{refusal}; but not by its own clock, so a copy may have been executed"
        raise TransportError(text, sent=None) from refusal

    def may_resend(self) -> Call[bool]:
        """Wait a little and return True, if a request may be sent once more."""
        if self.max_resends == 0:
            return False
        self.max_resends -= 1
        return (yield from self.pause())

    def pause(self) -> Call[bool]:
        """Wait a little, longer each time, and return True; False if there is no use in it."""
        self.latest = now = yield Now()
        if self._pause >= self.patience(now):
            return False
        stopped: OrderListsError | None = yield Wait(self._pause)
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        return stopped is None

    def measure_clock(self) -> Call[bool]:
        """Ask the exchange for its time, a few times; return whether it told."""
        return measure(
            self.clock,
            lambda question, at: Send(question, at, self.patience(at)),
            ready=Ready(self.until),
        )

    def _wait_out(self, error: RateLimited | Banned) -> Call[None]:
        now: ClockReading = yield Now()
        seconds = max(1.0 if error.retry_after is None else error.retry_after, self._pause)
        if not self.policy.wait_for_rate_limits or seconds >= self.patience(now):
            raise error
        stopped: OrderListsError | None = yield Wait(seconds)
        if stopped is not None:
            raise error
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)


def never_left(error: OrderListsError) -> bool:
    """Tell whether an error says that the exchange cannot have seen the request."""
    return isinstance(error, TransportError) and error.sent is False


def is_about_another(request: Request[Any], outcome: object) -> bool:
    """Tell whether a result cannot be the answer to this request: some proxies mix replies up."""
    meant = getattr(request, "order_list_id", None)
    return isinstance(outcome, OrderList) and meant is not None and outcome.order_list_id != meant


def _attempt_of(request: Request[Any], now: ClockReading) -> list[Attempt]:
    window = getattr(request, "recv_window", None)
    if not request.operation.changes_state or window is None:
        return []
    return [Attempt.of(now, window)]


def ask(request: Request[R], run: Run) -> Call[R]:
    """Send a request that changes nothing, again where no answer came.

    Raises:
        Rejected: The exchange refused.
        TransportError, ServerError, UndecodableReply: No answer came, as often as it was asked.
    """
    while True:
        try:
            return (yield from run.send(request))
        except UNANSWERED:
            if not (yield from run.may_resend()):
                raise
