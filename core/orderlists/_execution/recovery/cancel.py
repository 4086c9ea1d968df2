"""Finding out what became of a cancel.

Invariant: only evidence ends it.  A refusal of a later attempt, or a query that may be of the
past, says nothing about an attempt that got lost.  What is sent again can touch no other list
than the one the first attempt was for.
"""

from __future__ import annotations

from attrs import define, evolve

from orderlists._clock import ClockReading
from orderlists._execution.attempt import Attempt
from orderlists._execution.commands import Call, Now, Watch
from orderlists._execution.recovery.evidence import Finding, Snapshot, with_reports
from orderlists._execution.run import UNANSWERED, Run, is_about_another
from orderlists._models.order_lists import CanceledOrderList, OrderReport
from orderlists._operations.cancel_order_list import CancelOrderList
from orderlists._operations.get_order import GetOrder
from orderlists._operations.get_order_list import GetOrderList
from orderlists._time import SECOND, Instant, TimeUnit
from orderlists.errors import (
    AlreadyDone,
    OrderListsError,
    OutcomeUnknown,
    Rejected,
    UnknownOrderList,
)

# An event is on its way at the same time as the reply: seconds to wait for it.
_GRACE = 0.25


@define
class CancelRecovery:
    """One cancel of which it is not known what became.

    Attributes:
        request: What was sent, with its `new_client_order_id`.
        cancel_id: That id, the only proof.
        run: The call that it is part of.
        cause: What left it open.
        refused_at: When the exchange said that no open list answers to the request (-2011).
        seen: The list, as it was last seen.
    """

    request: CancelOrderList
    cancel_id: str
    run: Run
    cause: OrderListsError
    refused_at: ClockReading | None = None
    seen: Snapshot | None = None

    def by_id(self, order_list_id: int) -> Call[CanceledOrderList]:
        """Settle a cancel by the list's id, which is never used again.

        So cancelling twice is the same as once, and the matching engine, which does not lag, tells.
        """
        grace = _GRACE
        while True:
            if (proof := (yield from self._watch(grace))) is not None:
                return proof
            grace = 0.0
            if self.refused_at is None:
                result = yield from self._resend(self.request)
                if result is not None:
                    return result
            sighting = yield from self._look(GetOrderList(order_list_id=order_list_id))
            if isinstance(sighting, Snapshot):
                self._refuse_if_not_meant(sighting)
                if (result := self._conclude(sighting)) is not None:
                    return result
                self._refuse_if_still_open(sighting)
                self._end_if_in_vain(sighting, may_resend=self.refused_at is None)
            elif sighting is not None and self._is_fresh(sighting, self.run.lost):
                raise self._never_was()
            if not self.run.clock.is_measured:
                yield from self.run.measure_clock()
            yield from self._pause()

    def by_name(self, name: str) -> Call[CanceledOrderList]:
        """Settle a cancel by the list's client id, which can belong to a newer list by now.

        So nothing is sent by that name again, only by the id of a list that was open before.
        """
        if not self.run.clock.is_measured:
            yield from self.run.measure_clock()
        had_the_name: set[int] = set()
        grace = _GRACE
        while True:
            if (proof := (yield from self._watch(grace))) is not None:
                return proof
            grace = 0.0
            newest = yield from self._look(GetOrderList(list_client_order_id=name))
            if isinstance(newest, Snapshot):
                had_the_name.add(newest.order_list.order_list_id)
                result = yield from self._weigh(newest, had_the_name)
                if result is not None:
                    return result
                self._end_if_in_vain(newest, may_resend=self._is_meant(newest))
            elif newest is not None and self._is_fresh(newest, self.run.attempts):
                raise self._never_was()
            yield from self._pause()

    def _weigh(self, newest: Snapshot, had_the_name: set[int]) -> Call[CanceledOrderList | None]:
        """Draw what follows from the newest list of a name, and those that had it before."""
        if newest.finding(self.cancel_id) is Finding.OURS:
            return newest.canceled()
        for older in had_the_name - {newest.order_list.order_list_id}:
            sighting = yield from self._look(GetOrderList(order_list_id=older))
            if isinstance(sighting, Snapshot) and sighting.finding(self.cancel_id) is Finding.OURS:
                return sighting.canceled()
        result = yield from self._resend_by_id(newest)
        if result is None and self._was_the_only_one(newest):
            self._conclude(newest)
        return result

    def _watch(self, seconds: float) -> Call[CanceledOrderList | None]:
        """Return what an event proves, which tells at once and costs nothing."""
        proof: CanceledOrderList | None = yield Watch(self.cancel_id, seconds)
        if proof is None or is_about_another(self.request, proof):
            return None
        by_name = self.request.order_list_id is None
        return None if by_name and self._may_be_older(proof) else proof

    def _may_be_older(self, proof: CanceledOrderList) -> bool:
        """Tell whether a list may have been cancelled before the first attempt was sent."""
        first = self._first_attempt()
        done = proof.transaction_time
        return first.error is None or (
            (done.value + 1) * done.unit.nanoseconds < first.server - first.error
        )

    def _first_attempt(self) -> ClockReading:
        sent = [self.run.moment_of(attempt) for attempt in self.run.attempts]
        return min(sent, key=lambda moment: moment.server)

    def _resend(self, request: CancelOrderList) -> Call[CanceledOrderList | None]:
        if self.run.max_resends == 0:
            return None
        self.run.max_resends -= 1
        try:
            return (yield from self.run.send_once(request))
        except UnknownOrderList:
            self.refused_at = yield Now()
        except (Rejected, *UNANSWERED):
            pass  # Says nothing about the attempt before.
        return None

    def _resend_by_id(self, found: Snapshot) -> Call[CanceledOrderList | None]:
        """Cancel the list that was found, if it is certain that the first attempt was for it."""
        if self.refused_at is not None or not self._is_meant(found):
            return None
        order_list_id = found.order_list.order_list_id
        result = yield from self._resend(
            evolve(self.request, order_list_id=order_list_id, list_client_order_id=None)
        )
        # That this list is over says nothing about the name.
        self.refused_at = None
        return result

    def _look(self, query: GetOrderList) -> Call[Snapshot | ClockReading | None]:
        """Return the list, or when it was asked for in vain, or None if no answer came."""
        at: ClockReading = yield Now()
        query = query.completed(recv_window=self.run.policy.recv_window)
        try:
            found = yield from self.run.send_once(query)
        except UnknownOrderList:
            return at
        except (Rejected, *UNANSWERED):
            return None
        reports: list[OrderReport] = []
        for order in found.orders:
            report = yield from self._ask(GetOrder(symbol=order.symbol, order_id=order.order_id))
            if report is not None:
                reports.append(report)
        self.seen = Snapshot(with_reports(found, reports), at)
        return self.seen

    def _ask(self, query: GetOrder) -> Call[OrderReport | None]:
        query = query.completed(recv_window=self.run.policy.recv_window)
        try:
            return (yield from self.run.send_once(query))
        except (Rejected, *UNANSWERED):
            return None

    def _conclude(self, sighting: Snapshot) -> CanceledOrderList | None:
        finding = sighting.finding(self.cancel_id)
        if finding is Finding.NOT_OURS:
            raise AlreadyDone(sighting.order_list, ending=sighting.ending)
        if finding is Finding.OVER:
            raise self._unknown(list_over=True)
        return sighting.canceled() if finding is Finding.OURS else None

    def _refuse_if_not_meant(self, sighting: Snapshot) -> None:
        """Refuse if the list cannot be the one that was meant, and the exchange said so as well."""
        if self.refused_at is None:
            return
        found = sighting.order_list
        elsewhere = found.symbol != self.request.symbol
        misnamed = (
            self.request.both_must_match
            and found.list_client_order_id != self.request.list_client_order_id
            and self._is_fresh(sighting.at, self.run.lost)
            and sighting.is_open
            and sighting.finding(self.cancel_id) is Finding.OPEN
        )
        if elsewhere or misnamed:
            raise self._never_was()

    def _refuse_if_still_open(self, sighting: Snapshot) -> None:
        """Take a refusal that was doubted for true, once no attempt can execute any more."""
        doubted = self.cause if isinstance(self.cause, Rejected) else self.cause.__cause__
        if (
            isinstance(doubted, Rejected)
            and sighting.is_open
            and sighting.finding(self.cancel_id) is Finding.OPEN
            and self._is_fresh(sighting.at, self.run.attempts)
        ):
            raise doubted

    def _end_if_in_vain(self, sighting: Snapshot, *, may_resend: bool) -> None:
        """End where an open list stays open: no attempt can execute any more, and none follows."""
        if self.run.max_resends > 0 and may_resend:
            return
        if sighting.is_surely_open and self._is_fresh(sighting.at, self.run.attempts):
            raise self._unknown(list_over=False)

    def _is_meant(self, found: Snapshot) -> bool:
        """Tell whether an open list is certainly the one that the first attempt was for."""
        return (
            found.is_open
            and found.order_list.symbol == self.request.symbol
            and self._was_there_before(found)
        )

    def _was_there_before(self, found: Snapshot) -> bool:
        """Tell whether a list was certainly there before the first attempt was sent."""
        return found.was_placed_before(self._first_attempt())

    def _was_the_only_one(self, newest: Snapshot) -> bool:
        """Tell whether no other list of that name can have been hit by any attempt."""
        return self._was_there_before(newest) and self._is_fresh(newest.at, self.run.attempts)

    def _is_fresh(self, read: ClockReading, attempts: list[Attempt]) -> bool:
        """Tell whether a query of that moment shows all that these attempts can have done."""
        lag = int(self.run.policy.max_query_lag * SECOND)
        if self.refused_at is not None and read.monotonic < self.refused_at.monotonic + lag:
            return False
        now = self.run.clock.at(read.monotonic)
        ends = [attempt.may_arrive_until for attempt in attempts]
        if not ends:
            return True
        return now.error is not None and now.server - now.error >= max(ends) + lag

    def _pause(self) -> Call[None]:
        if not (yield from self.run.pause()):
            raise self._unknown(list_over=False)

    def _never_was(self) -> OrderListsError:
        if isinstance(self.cause, UnknownOrderList):
            return self.cause
        return UnknownOrderList(code=-2018, message="Order list does not exist.", status=400)

    def _unknown(self, *, list_over: bool) -> OutcomeUnknown:
        return unknown(
            self.request,
            self.run,
            cause=self.cause,
            seen=self.seen,
            list_over=list_over,
        )


def unknown(
    request: CancelOrderList,
    run: Run,
    *,
    cause: OrderListsError,
    seen: Snapshot | None = None,
    list_over: bool = False,
) -> OutcomeUnknown:
    """Return the error that says all that is known about a cancel whose outcome is not."""
    ends = [attempt.may_arrive_until for attempt in run.attempts]
    until = None
    now = run.clock.at(run.latest.monotonic)
    if ends and not list_over and now.server - (now.error or 0) <= max(ends):
        until = Instant(TimeUnit.MICROSECOND.from_nanoseconds(max(ends)), TimeUnit.MICROSECOND)
    return OutcomeUnknown(
        request,
        cause=cause,
        attempts=tuple(
            attempt._replace(at=run.moment_of(attempt))
            for attempt in run.attempts
            if attempt is not run.assumed
        ),
        order_list=None if seen is None else seen.order_list,
        list_over=list_over,
        may_arrive_until=until,
    )
