"""Recovery of a cancel of one order, and of the list that the order belongs to.

The evidence is that of a cancel of a list (`cancel.py`), plus one more source: a canceled order can
be queried by the id of its cancel, whatever its client id was before.

By `order_id` the identical request may be resent: the id is never reused.  By the client id nothing
is resent; instead the cancel is sent by the id of an open order that was certainly placed before
the first attempt.
"""

from __future__ import annotations

from typing import Any, Protocol, cast

from attrs import define, evolve, field

from orderlists._models.order_lists import OrderReport
from orderlists._operations.recovery.case import Case, Steps
from orderlists._operations.recovery.evidence import FINAL, Snapshot, was_before
from orderlists.enums import OrderStatus


class OrderCancel(Protocol):
    """A cancel of one order with an id of its own: `CancelOrder`."""

    symbol: str
    order_id: int | None
    client_order_id: str | None
    new_client_order_id: str | None

    def mismatch(self, result: Any, /) -> str | None:  # noqa: ANN401 - its own result
        """Return why a result does not belong to this cancel."""
        ...

    def canceled(self, report: OrderReport, /) -> Any:  # noqa: ANN401 - its own result
        """Return the result of this cancel from the report on a single order."""
        ...


def recover_cancel_order(case: Case[Any]) -> Steps[Any]:
    """Reconcile a cancel of one order.

    Raises:
        Rejected: It was refused, and no attempt can be executed any more.
        AlreadyDone: The order was over before.
        NotExecuted: The order is open, and no attempt can be executed any more.
        OutcomeUnknown: The deadline has passed, or no further evidence can be obtained.
    """
    request = cast("OrderCancel", case.state.request)
    recovery = CancelOrderRecovery(case, request, cast("str", request.new_client_order_id))
    return recovery.run()


@define(eq=False)
class CancelOrderRecovery:
    """The recovery of one cancel of an order.

    Attributes:
        case: The request, the state of its call, and the services of the engine.
        request: The cancel as it was sent.
        cancel_id: The client id of orders that this cancel canceled.
    """

    case: Case[Any]
    request: OrderCancel
    cancel_id: str
    _not_renamed_at: int | None = field(init=False, default=None)

    @property
    def _by_id(self) -> bool:
        return self.request.order_id is not None

    def run(self) -> Steps[Any]:
        """Query, and resend where that is safe, until there is evidence."""
        resend = (self.case.resend_unchanged,) if self._by_id else ()
        queries = (self.query_cancel_id, self.case.measure_clock_once, self.query_target)
        return self.case.rounds(self.events, *resend, *queries)

    # The rules.

    def events(self) -> Steps[Any]:
        """Return the result if events report an order canceled under the id of this cancel."""
        proof = yield from self.case.await_event(lambda seen: seen.canceled_under(self.cancel_id))
        return proof if proof is not None and self.request.mismatch(proof) is None else None

    def query_cancel_id(self) -> Steps[Any]:
        """Conclude from the order with the id of the cancel, which a canceled order has."""
        answer = yield from self.case.query_order(
            self.request.symbol, client_order_id=self.cancel_id
        )
        if answer.refusal is not None:
            self._not_renamed_at = answer.sent_at
        # A swapped reply is about another order.
        if answer.value is None or answer.value.client_order_id != self.cancel_id:
            return None
        return (yield from self._conclude(answer.value, answer.sent_at))

    def query_target(self) -> Steps[Any]:
        """Conclude from the order with the id of the request."""
        name, value = "client_order_id", cast("Any", self.request.client_order_id)
        if self._by_id:
            name, value = "order_id", self.request.order_id
        answer = yield from self.case.query_order(self.request.symbol, **{name: value})
        if answer.value is not None:
            if getattr(answer.value, name) != value:
                return None
            return (yield from self._conclude(answer.value, answer.sent_at))
        # The cancel renames the order: nothing has its client id then.
        if self._by_id or self._is_not_renamed():
            self.case.conclude_absent(answer)
        return None

    # Conclusions.

    def _conclude(self, found: OrderReport, at: int) -> Steps[Any]:
        """Return the result or raise the refusal that a report proves; else return None."""
        is_ours = (
            found.status is OrderStatus.CANCELED
            and found.client_order_id == self.cancel_id
            and self.request.order_id in {None, found.order_id}
        )
        is_target = (
            found.order_id == self.request.order_id
            if self._by_id
            else was_before(found.time, self.case.state.first_sent)
        )
        if found.status in FINAL:
            is_proof = is_ours or (is_target and (self._by_id or self.case.state.is_fresh(at)))
            return (yield from self._conclude_over(found, is_ours=is_ours)) if is_proof else None
        if not self._by_id and is_target and (done := (yield from self._resend_by_id(found))):
            return done
        return self.case.conclude_open(at, is_target=is_target)

    def _conclude_over(self, found: OrderReport, *, is_ours: bool) -> Steps[Any]:
        """Conclude from an order that is over, or from the list that it belongs to."""
        if found.order_list_id >= 0:
            seen = yield from self.case.query_list(order_list_id=found.order_list_id)
            return self.case.conclude(seen, self.cancel_id) if isinstance(seen, Snapshot) else None
        if is_ours:
            return self.request.canceled(found)
        placed_as = self.request.client_order_id
        if found.status is OrderStatus.CANCELED and placed_as in {None, found.client_order_id}:
            # It has the client id of its placement, or may have: that proves nothing.
            raise self.case.state.unknown(list_over=True)
        raise self.case.state.already_done((found,))

    def _resend_by_id(self, found: OrderReport) -> Steps[Any]:
        request: Any = self.request
        return self.case.resend(evolve(request, order_id=found.order_id, client_order_id=None))

    def _is_not_renamed(self) -> bool:
        at = self._not_renamed_at
        return at is not None and self.case.state.is_fresh(at)
