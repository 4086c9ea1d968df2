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
from orderlists._operations.get_order import GetOrder
from orderlists._operations.get_order_list import GetOrderList
from orderlists._operations.recovery.call_state import CallState
from orderlists._operations.recovery.case import Answer, Case, Steps
from orderlists._operations.recovery.evidence import (
    EVENT_GRACE,
    FINAL,
    Finding,
    Snapshot,
    was_before,
)
from orderlists.enums import OrderStatus
from orderlists.errors import Rejected, UnknownOrderList

_NO_SUCH_ORDER = -2013


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
        NotExecuted: The order is open, and no attempt can be executed any more.
        OutcomeUnknown: The deadline has passed, or no further evidence can be obtained.
    """
    return (yield from CancelOrderRecovery(case).run())


@define(eq=False)
class CancelOrderRecovery:
    """The recovery of one cancel of an order.

    Attributes:
        case: The request, the state of its call, and the services of the engine.
    """

    case: Case[Any]
    _grace: float = field(init=False, default=EVENT_GRACE)
    _not_renamed_at: int | None = field(init=False, default=None)

    @property
    def request(self) -> OrderCancel:
        """The cancel as it was sent."""
        return cast("OrderCancel", self.case.state.request)

    @property
    def state(self) -> CallState:
        """The state of the call."""
        return self.case.state

    @property
    def _cancel_id(self) -> str:
        return cast("str", self.request.new_client_order_id)

    @property
    def _by_id(self) -> bool:
        return self.request.order_id is not None

    def run(self) -> Steps[Any]:
        """Query, and resend where that is safe, until there is evidence."""
        while True:
            if (done := (yield from self._proven_by_events())) is not None:
                return done
            if self._by_id and (done := (yield from self._resend())) is not None:
                return done
            # A canceled order has the id of the cancel.
            if (
                done := (yield from self._query_order(client_order_id=self._cancel_id))
            ) is not None:
                return done
            yield from self.case.measure_clock_once()
            if (done := (yield from self._query_order(**self._ids))) is not None:
                return done
            yield from self.case.pause_or_give_up()

    # Events, queries and resends.

    @property
    def _ids(self) -> dict[str, Any]:
        """The id by which the order is queried."""
        request = self.request
        if request.order_id is not None:
            return {"order_id": request.order_id}
        return {"client_order_id": request.client_order_id}

    def _proven_by_events(self) -> Steps[Any]:
        grace, self._grace = self._grace, 0.0
        cancel_id = self._cancel_id
        proof = yield from self.case.engine.await_event(
            lambda evidence: evidence.canceled_under(cancel_id), grace
        )
        return proof if proof is not None and self.request.mismatch(proof) is None else None

    def _resend(self) -> Steps[Any]:
        """Resend the identical cancel; a refusal is recorded, and proves nothing."""
        if not self.case.engine_can_answer:
            return None
        answer: Answer[Any] | None = yield from self.case.resend(self.state.request)
        if answer is None:
            return None
        if answer.is_refused:
            self.state.refused_at = answer.sent_at
        return answer.value

    def _query_order(self, **ids: Any) -> Steps[Any]:  # noqa: ANN401 - one of two ids
        """Query an order; return the result or raise the refusal that it proves."""
        window = self.state.policy.recv_window
        question = GetOrder(symbol=self.request.symbol, recv_window=window, **ids)
        answer = yield from self.case.engine.send_once(question)
        if answer.value is not None and _is_about(answer.value, ids):
            return (yield from self._evaluate(answer.value, answer.sent_at))
        if isinstance(answer.error, Rejected) and answer.error.code == _NO_SUCH_ORDER:
            if ids == self._ids:
                self._reject_if_absent(answer.sent_at)
            else:
                self._not_renamed_at = answer.sent_at
        return None

    # Conclusions.

    def _done(self, report: OrderReport) -> Steps[Any]:
        """Return the result if a report proves that this cancel canceled the order."""
        is_ours = report.client_order_id == self._cancel_id
        is_other = self.request.order_id not in {None, report.order_id}
        if not is_ours or is_other or report.status is not OrderStatus.CANCELED:
            return None
        if report.order_list_id < 0:
            return self.request.canceled(report)
        found = yield from self.case.query_list(GetOrderList(order_list_id=report.order_list_id))
        if isinstance(found, Snapshot) and found.finding(self._cancel_id) is Finding.OURS:
            return found.canceled()
        return None

    def _evaluate(self, found: OrderReport, at: int) -> Steps[Any]:
        """Return the result or raise the refusal that a report proves; else return None."""
        if (done := (yield from self._done(found))) is not None:
            return done
        is_target = (
            found.order_id == self.request.order_id
            if self._by_id
            else was_before(found.time, self.state.first_sent)
        )
        if found.status in FINAL:
            if is_target and (self._by_id or self._is_fresh(at)):
                return (yield from self._conclude(found))
        elif not self._by_id and is_target:
            done = yield from self._resend_by_id(found)
        if done is None and found.status not in FINAL:
            self.case.conclude_open(at, is_target=is_target)
        return done

    def _resend_by_id(self, found: OrderReport) -> Steps[Any]:
        by_id = evolve(cast("Any", self.request), order_id=found.order_id, client_order_id=None)
        if not self.case.engine_can_answer:
            return None
        answer: Answer[Any] | None = yield from self.case.resend(by_id)
        # A refusal concerns this order, and proves nothing about the name.
        return None if answer is None else answer.value

    def _conclude(self, found: OrderReport) -> Steps[Any]:
        """Raise the refusal if the order ended otherwise than by this cancel."""
        if found.order_list_id >= 0:
            seen = yield from self.case.query_list(GetOrderList(order_list_id=found.order_list_id))
            if isinstance(seen, Snapshot):
                return self.case.conclude(seen, self._cancel_id)
            return None
        placed_as = self.request.client_order_id
        if found.status is OrderStatus.CANCELED and placed_as in {None, found.client_order_id}:
            # It has the client id of its placement, or may have: that proves nothing.
            raise self.state.unknown(list_over=True)
        raise Rejected(code=-2011, message=f"{found} was over", status=400)

    def _reject_if_absent(self, at: int) -> None:
        """Raise the refusal if the order does not exist, and the queries are fresh.

        The cancel renames the order: nothing has its client id then.
        """
        if (self._by_id or self._is_not_renamed()) and self._is_fresh(at):
            if isinstance(self.state.cause, UnknownOrderList):
                raise self.state.cause
            raise UnknownOrderList(code=-2011, message="Unknown order sent.", status=400)

    def _is_not_renamed(self) -> bool:
        return self._not_renamed_at is not None and self._is_fresh(self._not_renamed_at)

    def _is_fresh(self, at: int) -> bool:
        return self.state.is_fresh(at, self.state.attempts)


def _is_about(found: OrderReport, ids: dict[str, Any]) -> bool:
    """Return whether a report has the id that was queried, which a swapped reply has not."""
    return all(getattr(found, name) == value for name, value in ids.items())
