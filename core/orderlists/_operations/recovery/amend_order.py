"""Recovery of an amend of an order.

An amend whose reply was lost was executed, was refused, never arrived, or is still in transit.  It
is never sent again.  What makes it provable is that the quantity of an order only ever falls: an
amend is executed once at most, and after it the order never has more than the new quantity.

Three conclusions are safe:

*   The exchange lists an amendment of the order to this quantity and this `new_client_order_id`, or
    an event reports it: done.  An id that the caller chose may be that of an earlier amend, so an
    amendment older than the first attempt proves nothing.
*   The order has more than the new quantity, and either is over or was queried when every attempt
    had expired, plus the maximum query lag: `NotExecuted`.
*   The matching engine refused the amend of the order with this id: from then on no copy of it can
    be executed.  If no such amendment is listed after the query lag, none was: refused.

By its client id an order is amended that may be another one by now, because an amended order is
known by its new client id, and the former one is free.  It is the target only if it is open, was
placed before the first attempt, and was not amended since; and any copy may still be executed until
every attempt has expired.

Invariant: whatever is not proven is unknown.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple, Protocol, cast

from attrs import define

from orderlists._models.events import ExecutionReport
from orderlists._models.order_lists import Evidence, OrderReport
from orderlists._models.reported import reported
from orderlists._operations.get_order_amendments import (
    GetOrderAmendments,
    OrderAmendment,
)
from orderlists._operations.recovery.case import Answer, Case, Steps
from orderlists._operations.recovery.evidence import FINAL, was_before
from orderlists._operations.rules import LARGEST_PAGE
from orderlists._time import Instant
from orderlists.errors import BadTimestamp


class Amend(Protocol):
    """An amend of an order: `AmendOrder`."""

    symbol: str
    order_id: int | None
    client_order_id: str | None
    new_qty: Decimal
    new_client_order_id: str | None
    generated_ids: frozenset[str]

    def amended(
        self,
        found: OrderReport,
        execution: OrderAmendment | ExecutionReport,
        *,
        at: Instant,
        evidence: Evidence,
    ) -> Any:  # noqa: ANN401 - its own result
        """Return the result of this amend from the queries or the event that prove it."""
        ...


def recover_amend_order(case: Case[Any]) -> Steps[Any]:
    """Reconcile an amend of an order.

    Raises:
        Rejected: It was refused, and no attempt can be executed any more.
        NotExecuted: The order was not amended, and no attempt can be executed any more.
        OutcomeUnknown: The deadline has passed, or no further evidence can be obtained.
    """
    state, request = case.state, cast("Amend", case.state.request)
    if not state.lost and state.refusal is None:
        state.refusal, state.refused_at = state.cause, state.now
    recovery, by_id = AmendRecovery(case, request), request.order_id is not None
    query = recovery.by_id if by_id else recovery.by_name
    return case.rounds(recovery.events, case.measure_clock_once, query)


class _Seen(NamedTuple):
    """An order and its amendments, as queried.

    Attributes:
        order: The order.
        amendments: Its amendments; None if they are unreadable.
        at: When the order was queried.
    """

    order: OrderReport
    amendments: tuple[OrderAmendment, ...] | None
    at: int


@define(eq=False)
class AmendRecovery:
    """The recovery of one amend of an order.

    Attributes:
        case: The request, the state of its call, and the services of the engine.
        request: The amend as it was sent.
    """

    case: Case[Any]
    request: Amend

    # The rules.

    def events(self) -> Steps[Any]:
        """Return the result if an event reports the order as amended."""
        request = self.request
        name = cast("str", request.new_client_order_id)
        found = yield from self.case.await_event(lambda seen: seen.amended_as(name))
        is_it = (
            found is not None
            and found.symbol == request.symbol
            and found.orig_qty == request.new_qty
            and request.order_id in {None, found.order_id}
        )
        if found is None or not is_it or not self._is_ours(found, found.transact_time):
            return None
        at, order = found.transact_time, reported(found)
        return request.amended(order, found, at=at, evidence=Evidence.EVENT)

    def by_id(self) -> Steps[Any]:
        """Conclude from the order with the id."""
        answer, seen = yield from self._query(order_id=self.request.order_id)
        if seen is None:
            self.case.conclude_absent(answer, lost_only=True)
            return None
        if (done := self._amended(seen)) is not None:
            return done
        self._conclude_unchanged(seen)
        return None

    def by_name(self) -> Steps[Any]:
        """Conclude from the order with the new client id, and from that with the former one."""
        name, state = self.request.client_order_id, self.case.state
        for each in dict.fromkeys((self.request.new_client_order_id, name)):
            answer, seen = yield from self._query(client_order_id=each)
            if seen is not None and (done := self._amended(seen)) is not None:
                return done
            if each != name or not state.is_fresh(answer.sent_at):
                continue
            if seen is not None and self._is_target(seen):
                self._conclude_unchanged(seen)
            elif seen is not None or answer.refusal is not None:
                raise state.unknown()
        return None

    # Their parts.

    def _query(self, **ids: Any) -> Steps[tuple[Answer[OrderReport], _Seen | None]]:  # noqa: ANN401 - one of two ids
        answer = yield from self.case.query_order(self.request.symbol, **ids)
        found = answer.value
        # A swapped reply is about another order.
        if found is None or ids.get("client_order_id", found.client_order_id) != (
            found.client_order_id
        ):
            return answer, None
        history = GetOrderAmendments(
            symbol=found.symbol,
            order_id=found.order_id,
            limit=LARGEST_PAGE,
            recv_window=self.case.state.policy.recv_window,
        )
        listed = (yield from self.case.engine.send_once(history)).value
        return answer, _Seen(found, listed, answer.sent_at)

    def _amended(self, seen: _Seen) -> Any:  # noqa: ANN401 - its own result
        """Return the result if the order was amended as requested; else None."""
        request = self.request
        for each in seen.amendments or ():
            is_same = (
                each.new_client_order_id == request.new_client_order_id
                and each.new_qty == request.new_qty
            )
            if is_same and self._is_ours(each, each.time):
                return request.amended(seen.order, each, at=each.time, evidence=Evidence.QUERY)
        return None

    def _is_ours(self, execution: OrderAmendment | ExecutionReport, time: Instant) -> bool:
        """Return whether an amendment to the quantity and the id was made by this amend."""
        request = self.request
        is_named = execution.orig_client_order_id == request.client_order_id
        return (request.order_id is not None or is_named) and not self._is_older(time)

    def _is_older(self, time: Instant) -> bool:
        """Return whether an amendment may have been made before the first attempt."""
        if self.request.new_client_order_id in self.request.generated_ids:
            return False
        first = self.case.state.first_sent_at_latest
        return first.error is None or was_before(time, first)

    def _is_target(self, seen: _Seen) -> bool:
        """Return whether the order certainly had its client id when every attempt arrived."""
        first = self.case.state.first_sent
        return (
            seen.order.status not in FINAL
            and was_before(seen.order.time, first)
            and seen.amendments is not None
            and all(was_before(each.time, first) for each in seen.amendments)
        )

    def _conclude_unchanged(self, seen: _Seen) -> None:
        """Raise if the target was not amended, and cannot be any more."""
        state, order = self.case.state, seen.order
        if state.refusal is not None:
            is_complete = seen.amendments is not None and len(seen.amendments) < LARGEST_PAGE
            if is_complete and state.is_fresh(seen.at, lost_only=True):
                raise state.refusal
            return
        has_more = order.orig_qty is not None and order.orig_qty > self.request.new_qty
        if has_more and (order.status in FINAL or state.is_fresh(seen.at)):
            raise state.cause if isinstance(state.cause, BadTimestamp) else state.not_executed()
