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
from orderlists._operations.recovery.case import Case, Steps
from orderlists._operations.recovery.evidence import Finding, Snapshot, was_before


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
        AlreadyDone: The list was over before.
        NotExecuted: The list is open, and no attempt can be executed any more.
        OutcomeUnknown: The deadline has passed, or no further evidence can be obtained.
    """
    request = cast("ListCancel", case.state.request)
    recovery = CancelRecovery(case, request, cast("str", request.new_client_order_id))
    by_id = request.order_list_id is not None
    return (yield from (recovery.by_id() if by_id else recovery.by_name()))


@define(eq=False, repr=False)
class CancelRecovery:
    """The recovery of one cancel of an order list.

    Attributes:
        case: The request, the state of its call, and the services of the engine.
        request: The cancel as it was sent.
        cancel_id: The client id of orders that this cancel canceled.
    """

    case: Case[CanceledOrderList]
    request: ListCancel
    cancel_id: str
    _seen_lists: set[int] = field(init=False, factory=set[int])

    def by_id(self) -> Steps[CanceledOrderList]:
        """Reconcile by the exchange's id: resend first, then query."""
        case = self.case
        return case.rounds(
            self.events, case.resend_unchanged, self.query_id, case.measure_clock_once
        )

    def by_name(self) -> Steps[CanceledOrderList]:
        """Reconcile by the client id of the list, which a newer list may have reused."""
        case = self.case
        return case.rounds(case.measure_clock_once, self.events, self.query_name)

    # The rules.

    def events(self) -> Steps[CanceledOrderList | None]:
        """Return the result if events report an order canceled under the id of this cancel."""
        proof = yield from self.case.await_event(lambda seen: seen.canceled_under(self.cancel_id))
        if proof is None or self.request.mismatch_of_list(proof) is not None:
            return None
        first = self.case.state.first_sent_at_latest
        # By its name, an older list may have been canceled under the same id.
        if self.request.order_list_id is None and (
            first.error is None or was_before(proof.transaction_time, first)
        ):
            return None
        return proof

    def query_id(self) -> Steps[CanceledOrderList | None]:
        """Conclude from the list with the id."""
        case = self.case
        found = yield from case.query_list(order_list_id=self.request.order_list_id)
        if not isinstance(found, Snapshot):
            case.conclude_absent(found, lost_only=True)
            return None
        self._refuse_wrong_target(found)
        if (done := case.conclude(found, self.cancel_id)) is not None:
            return done
        if found.is_surely_open:
            case.conclude_open(found.at, is_target=True)
        return None

    def query_name(self) -> Steps[CanceledOrderList | None]:
        """Conclude from the newest list with the name, and from older lists with it.

        The list is canceled by its id, if it is certainly the target of the first attempt.
        """
        case, state = self.case, self.case.state
        newest = yield from case.query_list(list_client_order_id=self.request.list_client_order_id)
        if not isinstance(newest, Snapshot):
            case.conclude_absent(newest)
            return None
        if (done := (yield from self._canceled_list(newest))) is not None:
            return done
        is_older = self._is_older(newest)
        is_target = newest.is_open and is_older
        if is_target and (done := (yield from self._resend_by_id(newest))) is not None:
            return done
        is_fresh = state.is_fresh(newest.at)
        if is_older and is_fresh:
            # No attempt can have affected another list with the name.
            case.conclude(newest, self.cancel_id)
        if self._is_on_another_symbol(newest) and is_fresh and not state.lost:
            self._raise_refusal()
        if newest.is_surely_open:
            case.conclude_open(newest.at, is_target=is_target)
        return None

    # Their parts.

    def _canceled_list(self, newest: Snapshot) -> Steps[CanceledOrderList | None]:
        """Return the list with the name that this cancel canceled, also if a newer one has it."""
        if newest.finding(self.cancel_id) is Finding.OURS:
            return newest.canceled()
        list_id = newest.order_list.order_list_id
        self._seen_lists.add(list_id)
        for older in sorted(self._seen_lists - {list_id}):
            found = yield from self.case.query_list(order_list_id=older)
            if isinstance(found, Snapshot) and found.finding(self.cancel_id) is Finding.OURS:
                return found.canceled()
        return None

    def _resend_by_id(self, found: Snapshot) -> Steps[CanceledOrderList | None]:
        list_id = found.order_list.order_list_id
        request: Any = self.request
        by_id = evolve(request, order_list_id=list_id, list_client_order_id=None)
        return self.case.resend(by_id)

    def _is_older(self, found: Snapshot) -> bool:
        """Return whether a list on the symbol was certainly placed before the first attempt."""
        is_on_symbol = found.order_list.symbol == self.request.symbol
        return is_on_symbol and found.was_placed_before(self.case.state.first_sent)

    def _is_on_another_symbol(self, found: Snapshot) -> bool:
        """Return whether a list and its orders, which say the same, are on another symbol."""
        order_list = found.order_list
        return bool(order_list.orders) and order_list.symbol != self.request.symbol

    def _refuse_wrong_target(self, found: Snapshot) -> None:
        """Raise the refusal if the list with that id cannot be the target."""
        state = self.case.state
        is_misnamed = (
            self.request.both_must_match
            and found.order_list.list_client_order_id != self.request.list_client_order_id
            and found.is_open
            and found.finding(self.cancel_id) is Finding.OPEN
            and state.is_fresh(found.at, lost_only=True)
        )
        if self._is_on_another_symbol(found) or is_misnamed:
            self._raise_refusal()

    def _raise_refusal(self) -> None:
        """Raise the reply that no open list has the ids, if there was one."""
        if self.case.state.refusal is not None:
            raise self.case.state.refusal
