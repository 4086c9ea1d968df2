"""Finding out what became of a cancel of an order list.

What can have happened to a cancel whose reply was lost: it was executed, it was refused, it never
arrived, or it (or a copy that a proxy made) is still on its way.  The exchange gives two sources.
The matching engine answers a cancel and does not lag.  Queries may show the past, but never what
has not happened yet.

Three things are certain enough to act on:

*   An order that shows this cancel's `new_client_order_id` was canceled by it: done.
*   An order that is final stays final.  If all are, and none shows that id, and every canceled one
    shows the id of another cancel, the list was over before: `AlreadyDone`.
*   An attempt is refused by the exchange once its timestamp is older than its `recv_window`, and
    what was accepted before takes at most `engine_delay` to execute.  If after that moment, and
    after the lag of queries on top, the list is still open, no attempt was executed and none can
    be: `NotExecuted`.

What may be sent again: by `order_list_id` the very same request, because that id is never used
again, so canceling twice is the same as once; and the matching engine's answer is worth more than
any query.  By `list_client_order_id` nothing, because the name may belong to a newer list by then:
only the id of a list that is open, has the symbol, and was certainly there before the first
attempt.

Invariant: only evidence ends it.  The refusal of a later attempt, or a query that may show the
past, says nothing about an attempt that was lost.
"""

from __future__ import annotations

from typing import Any, Protocol, cast

from attrs import define, evolve, field

from orderlists._models.order_lists import CanceledOrderList, OrderList
from orderlists._operations.get_order_list import GetOrderList
from orderlists._operations.recovery.call_state import CallState
from orderlists._operations.recovery.case import Answer, Case, Steps
from orderlists._operations.recovery.evidence import EVENT_GRACE, Finding, Snapshot
from orderlists.errors import (
    OrderListsError,
    UnknownOrderList,
)


class ListCancel(Protocol):
    """A request that cancels an order list, and can be recognised: `CancelOrderList`."""

    symbol: str
    order_list_id: int | None
    list_client_order_id: str | None
    new_client_order_id: str | None
    both_must_match: bool

    def mismatch_of_list(self, result: OrderList, /) -> str | None:
        """Return why an order list is not the one that is meant."""
        ...


def recover_cancel(case: Case[CanceledOrderList]) -> Steps[CanceledOrderList]:
    """Find out what became of a cancel of an order list.

    Raises:
        Rejected: It was refused, and no attempt can be executed any more.
        NotExecuted: The list is open, and no attempt can be executed any more.
        OutcomeUnknown: The deadline came first, or nothing more can be found out.
    """
    recovery = CancelRecovery(case)
    if recovery.request.order_list_id is not None:
        return (yield from recovery.by_id(recovery.request.order_list_id))
    return (yield from recovery.by_name(cast("str", recovery.request.list_client_order_id)))


@define(eq=False)
class CancelRecovery:
    """One cancel whose outcome is unknown.

    Attributes:
        case: The request, the call it is part of, and what left the outcome open.
    """

    case: Case[CanceledOrderList]
    _grace: float = field(init=False, default=EVENT_GRACE)

    @property
    def request(self) -> ListCancel:
        """The cancel as it was sent."""
        return cast("ListCancel", self.case.state.request)

    @property
    def state(self) -> CallState:
        """What the call remembers."""
        return self.case.state

    @property
    def cancel_id(self) -> str:
        """The client id that canceled orders show if this cancel did it."""
        return cast("str", self.request.new_client_order_id)

    # The two ways.

    def by_id(self, order_list_id: int) -> Steps[CanceledOrderList]:
        """Reconcile by the exchange's id: the matching engine first, then queries."""
        while True:
            if (done := (yield from self._proven_by_events())) is not None:
                return done
            if self.case.engine_can_answer and (done := (yield from self._resend())) is not None:
                return done
            found = yield from self.case.look(GetOrderList(order_list_id=order_list_id))
            if isinstance(found, Snapshot):
                self._refuse_if_never_meant(found)
                if (done := self.case.conclude(found, self.cancel_id)) is not None:
                    return done
                if found.is_surely_open:
                    self.case.refuse_what_is_open(found.at, is_meant=True)
            elif found is not None and self.state.is_fresh(found, self.state.lost):
                raise self._never_there()
            yield from self.case.measure_clock_once()
            yield from self.case.pause_or_give_up()

    def by_name(self, name: str) -> Steps[CanceledOrderList]:
        """Reconcile by the client id of the list, which a newer list may have taken over."""
        yield from self.case.measure_clock_once()
        had_the_name: set[int] = set()
        while True:
            if (done := (yield from self._proven_by_events())) is not None:
                return done
            newest = yield from self.case.look(GetOrderList(list_client_order_id=name))
            if isinstance(newest, Snapshot):
                had_the_name.add(newest.order_list.order_list_id)
                if (done := (yield from self._weigh(newest, had_the_name))) is not None:
                    return done
                self._refuse_if_elsewhere(newest)
                if newest.is_surely_open:
                    self.case.refuse_what_is_open(newest.at, is_meant=self._is_meant(newest))
            elif newest is not None and self.state.is_fresh(newest, self.state.attempts):
                raise self._never_there()
            yield from self.case.pause_or_give_up()

    def _weigh(self, newest: Snapshot, had_the_name: set[int]) -> Steps[CanceledOrderList | None]:
        """Conclude from the newest list of a name, and from those that had it before."""
        if newest.finding(self.cancel_id) is Finding.OURS:
            return newest.canceled()
        for older in sorted(had_the_name - {newest.order_list.order_list_id}):
            found = yield from self.case.look(GetOrderList(order_list_id=older))
            if isinstance(found, Snapshot) and found.finding(self.cancel_id) is Finding.OURS:
                return found.canceled()
        done = yield from self._resend_by_id(newest)
        if done is None and self._was_the_only_one(newest):
            self.case.conclude(newest, self.cancel_id)
        return done

    # What is looked at and sent.

    def _proven_by_events(self) -> Steps[CanceledOrderList | None]:
        grace, self._grace = self._grace, 0.0
        cancel_id = self.cancel_id
        proof = yield from self.case.engine.await_event(
            lambda evidence: evidence.canceled_under(cancel_id), grace
        )
        if proof is None or self.request.mismatch_of_list(proof) is not None:
            return None
        by_name = self.request.order_list_id is None
        return None if by_name and self._may_be_older(proof) else proof

    def _may_be_older(self, proof: CanceledOrderList) -> bool:
        """Return whether a list may have been canceled before the first attempt was sent."""
        first = self.state.first_sent
        done = proof.transaction_time
        return first.error is None or (
            (done.value + 1) * done.unit.nanoseconds < first.server - first.error
        )

    def _resend(self) -> Steps[CanceledOrderList | None]:
        """Send the very same cancel again; a refusal is recorded, and proves nothing."""
        answer: Answer[Any] | None = yield from self.case.resend(self.state.request)
        if answer is None:
            return None
        if answer.is_refused:
            self.state.refused_at = answer.sent_at
        result: CanceledOrderList | None = answer.value
        return result

    def _resend_by_id(self, found: Snapshot) -> Steps[CanceledOrderList | None]:
        """Cancel the list that was found, if the first attempt was certainly for it."""
        if not self.case.engine_can_answer or not self._is_meant(found):
            return None
        by_id: Any = evolve(
            cast("Any", self.request),
            order_list_id=found.order_list.order_list_id,
            list_client_order_id=None,
        )
        answer: Answer[CanceledOrderList] | None = yield from self.case.resend(by_id)
        # That this list is over says nothing about the name.
        return None if answer is None else answer.value

    # What follows from it.

    def _refuse_if_never_meant(self, found: Snapshot) -> None:
        """Refuse if the exchange did, and the list of that id cannot be the one that was meant."""
        if self.state.refused_at is None:
            return
        is_misnamed = (
            self.request.both_must_match
            and found.order_list.list_client_order_id != self.request.list_client_order_id
            and found.is_open
            and found.finding(self.cancel_id) is Finding.OPEN
            and self.state.is_fresh(found.at, self.state.lost)
        )
        if found.order_list.symbol != self.request.symbol or is_misnamed:
            raise self._never_there()

    def _refuse_if_elsewhere(self, newest: Snapshot) -> None:
        """Refuse if the exchange did, and the newest list of that name is on another symbol."""
        if (
            self.state.refused_at is not None
            and newest.order_list.symbol != self.request.symbol
            and not self.state.lost
            and self.state.is_fresh(newest.at, self.state.attempts)
        ):
            raise self._never_there()

    def _is_meant(self, found: Snapshot) -> bool:
        """Return whether an open list is certainly the one that the first attempt was for."""
        return (
            found.is_open
            and found.order_list.symbol == self.request.symbol
            and found.was_placed_before(self.state.first_sent)
        )

    def _was_the_only_one(self, newest: Snapshot) -> bool:
        """Return whether no other list of that name can have been hit by any attempt."""
        return (
            newest.order_list.symbol == self.request.symbol
            and newest.was_placed_before(self.state.first_sent)
            and self.state.is_fresh(newest.at, self.state.attempts)
        )

    def _never_there(self) -> OrderListsError:
        if isinstance(self.state.cause, UnknownOrderList):
            return self.state.cause
        return UnknownOrderList(code=-2018, message="Order list does not exist.", status=400)
