"""Recovery of a cancel of an order list.

A cancel whose reply was lost was executed, was refused, never arrived, or is still in transit (it
or a copy that a proxy made).  There are two sources of information.  The reply of the matching
engine to a cancel does not lag.  Query results may be stale, but never ahead of the matching
engine.

Three conclusions are safe:

*   An order with this cancel's `new_client_order_id` was canceled by it: done.
*   A final order stays final.  If all orders are final, none has that id, and every canceled one
    has the id of another cancel, the list was over before: `AlreadyDone`.
*   The exchange refuses an attempt once its timestamp is older than its `recv_window`, and an
    attempt accepted before that takes at most `engine_delay` to execute.  If a query after that
    moment plus the maximum query lag shows the list open, no attempt was executed and none can be:
    `NotExecuted`.

What may be resent: by `order_list_id` the identical request, because ids are never reused, so
canceling twice is the same as canceling once; the reply of the matching engine is better than any
query.  By `list_client_order_id` nothing is resent, because the name may belong to a newer list;
instead the cancel is sent by the id of a list that is open, has the symbol, and was certainly
placed before the first attempt.

Invariant: only evidence ends the recovery.  The refusal of a later attempt, or a possibly stale
query, proves nothing about an attempt without a reply.
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
    """A cancel of an order list with an id of its own: `CancelOrderList`."""

    symbol: str
    order_list_id: int | None
    list_client_order_id: str | None
    new_client_order_id: str | None
    both_must_match: bool

    def mismatch_of_list(self, result: OrderList, /) -> str | None:
        """Return why an order list is not the target."""
        ...


def recover_cancel(case: Case[CanceledOrderList]) -> Steps[CanceledOrderList]:
    """Reconcile a cancel of an order list.

    Raises:
        Rejected: It was refused, and no attempt can be executed any more.
        NotExecuted: The list is open, and no attempt can be executed any more.
        OutcomeUnknown: The deadline has passed, or no further evidence can be obtained.
    """
    recovery = CancelRecovery(case)
    if recovery.request.order_list_id is not None:
        return (yield from recovery.by_id(recovery.request.order_list_id))
    return (yield from recovery.by_name(cast("str", recovery.request.list_client_order_id)))


@define(eq=False)
class CancelRecovery:
    """The recovery of one cancel of an order list.

    Attributes:
        case: The request, the state of its call, and the services of the engine.
    """

    case: Case[CanceledOrderList]
    _grace: float = field(init=False, default=EVENT_GRACE)

    @property
    def request(self) -> ListCancel:
        """The cancel as it was sent."""
        return cast("ListCancel", self.case.state.request)

    @property
    def state(self) -> CallState:
        """The state of the call."""
        return self.case.state

    @property
    def cancel_id(self) -> str:
        """The client id of orders that this cancel canceled."""
        return cast("str", self.request.new_client_order_id)

    # By id and by name.

    def by_id(self, order_list_id: int) -> Steps[CanceledOrderList]:
        """Reconcile by the exchange's id: resend first, then query."""
        while True:
            if (done := (yield from self._proven_by_events())) is not None:
                return done
            if self.case.engine_can_answer and (done := (yield from self._resend())) is not None:
                return done
            found = yield from self.case.query_list(GetOrderList(order_list_id=order_list_id))
            if isinstance(found, Snapshot):
                self._reject_wrong_target(found)
                if (done := self.case.conclude(found, self.cancel_id)) is not None:
                    return done
                if found.is_surely_open:
                    self.case.conclude_open(found.at, is_target=True)
            elif found is not None and self.state.is_fresh(found, self.state.lost):
                raise self._unknown_list()
            yield from self.case.measure_clock_once()
            yield from self.case.pause_or_give_up()

    def by_name(self, name: str) -> Steps[CanceledOrderList]:
        """Reconcile by the client id of the list, which a newer list may have reused."""
        yield from self.case.measure_clock_once()
        seen_lists: set[int] = set()
        while True:
            if (done := (yield from self._proven_by_events())) is not None:
                return done
            newest = yield from self.case.query_list(GetOrderList(list_client_order_id=name))
            if isinstance(newest, Snapshot):
                seen_lists.add(newest.order_list.order_list_id)
                if (done := (yield from self._evaluate(newest, seen_lists))) is not None:
                    return done
                self._reject_other_symbol(newest)
                if newest.is_surely_open:
                    self.case.conclude_open(newest.at, is_target=self._is_target(newest))
            elif newest is not None and self.state.is_fresh(newest, self.state.attempts):
                raise self._unknown_list()
            yield from self.case.pause_or_give_up()

    def _evaluate(self, newest: Snapshot, seen_lists: set[int]) -> Steps[CanceledOrderList | None]:
        """Conclude from the newest list with the name, and from older lists with it."""
        if newest.finding(self.cancel_id) is Finding.OURS:
            return newest.canceled()
        for older in sorted(seen_lists - {newest.order_list.order_list_id}):
            found = yield from self.case.query_list(GetOrderList(order_list_id=older))
            if isinstance(found, Snapshot) and found.finding(self.cancel_id) is Finding.OURS:
                return found.canceled()
        done = yield from self._resend_by_id(newest)
        if done is None and self._is_only_candidate(newest):
            self.case.conclude(newest, self.cancel_id)
        return done

    # Events and resends.

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
        """Return whether a list may have been canceled before the first attempt."""
        first = self.state.first_sent
        done = proof.transaction_time
        return first.error is None or (
            (done.value + 1) * done.unit.nanoseconds < first.server - first.error
        )

    def _resend(self) -> Steps[CanceledOrderList | None]:
        """Resend the identical cancel; a refusal is recorded, and proves nothing."""
        answer: Answer[Any] | None = yield from self.case.resend(self.state.request)
        if answer is None:
            return None
        if answer.is_refused:
            self.state.refused_at = answer.sent_at
        result: CanceledOrderList | None = answer.value
        return result

    def _resend_by_id(self, found: Snapshot) -> Steps[CanceledOrderList | None]:
        """Cancel the list by its id, if it is certainly the target of the first attempt."""
        if not self.case.engine_can_answer or not self._is_target(found):
            return None
        by_id: Any = evolve(
            cast("Any", self.request),
            order_list_id=found.order_list.order_list_id,
            list_client_order_id=None,
        )
        answer: Answer[CanceledOrderList] | None = yield from self.case.resend(by_id)
        # A refusal concerns this list, and proves nothing about the name.
        return None if answer is None else answer.value

    # Conclusions.

    def _reject_wrong_target(self, found: Snapshot) -> None:
        """Raise the refusal if the list with that id cannot be the target."""
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
            raise self._unknown_list()

    def _reject_other_symbol(self, newest: Snapshot) -> None:
        """Raise the refusal if the newest list with the name is on another symbol."""
        if (
            self.state.refused_at is not None
            and newest.order_list.symbol != self.request.symbol
            and not self.state.lost
            and self.state.is_fresh(newest.at, self.state.attempts)
        ):
            raise self._unknown_list()

    def _is_target(self, found: Snapshot) -> bool:
        """Return whether an open list is certainly the target of the first attempt."""
        return (
            found.is_open
            and found.order_list.symbol == self.request.symbol
            and found.was_placed_before(self.state.first_sent)
        )

    def _is_only_candidate(self, newest: Snapshot) -> bool:
        """Return whether no attempt can have affected another list with the name."""
        return (
            newest.order_list.symbol == self.request.symbol
            and newest.was_placed_before(self.state.first_sent)
            and self.state.is_fresh(newest.at, self.state.attempts)
        )

    def _unknown_list(self) -> OrderListsError:
        if isinstance(self.state.cause, UnknownOrderList):
            return self.state.cause
        return UnknownOrderList(code=-2018, message="Order list does not exist.", status=400)
