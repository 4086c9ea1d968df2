"""Finding out what became of a cancel of one order, and with it of the list that it belongs to.

The evidence is that of a cancel of a list (`cancel.py`), with one more: a canceled order is found
by the id of the cancel that ended it, whatever the order was called before.

By `order_id` the very same request may be sent again: that id is never used again.  By the client
id only the id of an open order that was certainly there before the first attempt.
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
    """A request that cancels one order, and can be recognised: `CancelOrder`."""

    symbol: str
    order_id: int | None
    client_order_id: str | None
    new_client_order_id: str | None

    def mismatch(self, result: Any, /) -> str | None:  # noqa: ANN401 - its own result
        """Return why a result is not that of this cancel."""
        ...

    def canceled(self, report: OrderReport, /) -> Any:  # noqa: ANN401 - its own result
        """Return the report of a single order as the result of this cancel."""
        ...


def recover_cancel_order(case: Case[Any]) -> Steps[Any]:
    """Find out what became of a cancel of one order.

    Raises:
        Rejected: It was refused, and no attempt can be executed any more.
        NotExecuted: The order is open, and no attempt can be executed any more.
        OutcomeUnknown: The deadline came first, or nothing more can be found out.
    """
    return (yield from CancelOrderRecovery(case).run())


@define(eq=False)
class CancelOrderRecovery:
    """One cancel of an order whose outcome is unknown.

    Attributes:
        case: The request, the call it is part of, and what left the outcome open.
    """

    case: Case[Any]
    _grace: float = field(init=False, default=EVENT_GRACE)

    @property
    def request(self) -> OrderCancel:
        """The cancel as it was sent."""
        return cast("OrderCancel", self.case.state.request)

    @property
    def state(self) -> CallState:
        """What the call remembers."""
        return self.case.state

    @property
    def _cancel_id(self) -> str:
        return cast("str", self.request.new_client_order_id)

    @property
    def _by_id(self) -> bool:
        return self.request.order_id is not None

    def run(self) -> Steps[Any]:
        """Look, and send again where that is safe, until evidence ends it."""
        while True:
            if (done := (yield from self._proven_by_events())) is not None:
                return done
            if self._by_id and (done := (yield from self._resend())) is not None:
                return done
            # A canceled order is found by the id of the cancel that ended it.
            if (done := (yield from self._look(client_order_id=self._cancel_id))) is not None:
                return done
            yield from self.case.measure_clock_once()
            if (done := (yield from self._look(**self._ids))) is not None:
                return done
            yield from self.case.pause_or_give_up()

    # What is looked at and sent.

    @property
    def _ids(self) -> dict[str, Any]:
        """The id by which the order is asked for."""
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
        """Send the very same cancel again; a refusal is recorded, and proves nothing."""
        if not self.case.engine_can_answer:
            return None
        answer: Answer[Any] | None = yield from self.case.resend(self.state.request)
        if answer is None:
            return None
        if answer.is_refused:
            self.state.refused_at = answer.sent_at
        return answer.value

    def _look(self, **ids: Any) -> Steps[Any]:  # noqa: ANN401 - one of two ids
        """Return the result if the order of an id proves it, or refuse if it proves that."""
        window = self.state.policy.recv_window
        question = GetOrder(symbol=self.request.symbol, recv_window=window, **ids)
        answer = yield from self.case.engine.ask(question)
        if answer.value is not None:
            return (yield from self._weigh(answer.value, answer.sent_at))
        is_absent = isinstance(answer.error, Rejected) and answer.error.code == _NO_SUCH_ORDER
        if is_absent and ids == self._ids:
            self._refuse_if_never_there(answer.sent_at)
        return None

    # What follows from it.

    def _done(self, report: OrderReport) -> Steps[Any]:
        """Return the result if a report proves that this cancel ended the order."""
        is_ours = report.client_order_id == self._cancel_id
        is_other = self.request.order_id not in {None, report.order_id}
        if not is_ours or is_other or report.status is not OrderStatus.CANCELED:
            return None
        if report.order_list_id < 0:
            return self.request.canceled(report)
        found = yield from self.case.look(GetOrderList(order_list_id=report.order_list_id))
        if isinstance(found, Snapshot) and found.finding(self._cancel_id) is Finding.OURS:
            return found.canceled()
        return None

    def _weigh(self, found: OrderReport, at: int) -> Steps[Any]:
        """Return the result if the order proves it, or refuse if it proves that."""
        if (done := (yield from self._done(found))) is not None:
            return done
        is_meant = self._by_id or was_before(found.time, self.state.first_sent)
        if found.status in FINAL:
            if is_meant and (self._by_id or self.state.is_fresh(at, self.state.attempts)):
                return (yield from self._conclude(found))
        elif not self._by_id and is_meant:
            done = yield from self._resend_by_id(found)
        if done is None and found.status not in FINAL:
            self.case.refuse_what_is_open(at, is_meant=is_meant)
        return done

    def _resend_by_id(self, found: OrderReport) -> Steps[Any]:
        by_id = evolve(cast("Any", self.request), order_id=found.order_id, client_order_id=None)
        if not self.case.engine_can_answer:
            return None
        answer: Answer[Any] | None = yield from self.case.resend(by_id)
        # That this order is over says nothing about the name.
        return None if answer is None else answer.value

    def _conclude(self, found: OrderReport) -> Steps[Any]:
        """Refuse if the order ended in another way than by this cancel."""
        if found.order_list_id >= 0:
            seen = yield from self.case.look(GetOrderList(order_list_id=found.order_list_id))
            if isinstance(seen, Snapshot):
                return self.case.conclude(seen, self._cancel_id)
            return None
        if found.status is OrderStatus.CANCELED and found.client_order_id == (
            self.request.client_order_id
        ):
            # It shows the id it was placed under, which proves nothing.
            raise self.state.unknown(list_over=True)
        raise Rejected(code=-2011, message=f"{found} was over", status=400)

    def _refuse_if_never_there(self, at: int) -> None:
        """Refuse if the exchange knows no such order, and had the time to know it."""
        if self.state.is_fresh(at, self.state.attempts):
            if isinstance(self.state.cause, UnknownOrderList):
                raise self.state.cause
            raise UnknownOrderList(code=-2011, message="Unknown order sent.", status=400)
