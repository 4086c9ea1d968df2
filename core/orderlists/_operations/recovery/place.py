"""Recovery of a placement of an order list.

A placement whose reply was lost was executed, was refused, never arrived, or is still in transit.
It is never sent again here: a second list would be an order too many.  Its ids identify it: the
client id of the list and those of its legs, which are always sent.  An id that the client generated
was never used before and never will be, so one such id, on any leg or on the list, makes a list
ours.  Ids that the user chose may name another list: one that has them all, and was not placed
before the first attempt as far as the clock tells, counts as ours, even if another process placed
it.

Three conclusions are safe:

*   A list that is ours, in an event or in the reply to a query, was placed: done.  If it says
    ``REJECT``, one copy of the request was rejected; all were, once every attempt has expired.
*   If every id was generated for the call that sent it, every attempt has expired, and two rounds
    of queries after that, `max_query_lag` apart, find nothing: `NotExecuted`.  A round is one query
    by the id of each leg, one by the name of the list, and one of the open lists; all must be
    readable.
*   "Duplicate order" (-2010) is a refusal of the first copy only if a list that was placed before
    the first attempt still has the id after every attempt has expired.

The second conclusion also needs a measured clock, attempts less than a day old, because the
exchange archives orders, and, in a later call, attempts that were made with the same API key: in
another account there is nothing to be found.  A request with ids that is sent again by the caller
does not suffice: the attempts of its first call may still arrive.  The conclusion rests on the two
delays of the policy, `engine_delay` and `max_query_lag`.

Invariant: whatever is not proven is unknown.  The error carries the completed request; while a list
with its ids is open, the exchange refuses the same request as a duplicate.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, cast

from attrs import define, field

from orderlists._models.order_lists import Evidence, OrderList
from orderlists._operations.get_open_order_lists import GetOpenOrderLists
from orderlists._operations.get_order_list import GetOrderList
from orderlists._operations.recovery.case import Answer, Case, Steps
from orderlists._operations.recovery.evidence import Snapshot, was_before
from orderlists._time import SECOND
from orderlists.enums import ListOrderStatus
from orderlists.errors import BadTimestamp, Rejected, RejectedOrderList

_DAY = 24 * 60 * 60 * SECOND


class Placement(Protocol):
    """A placement of an order list.

    Attributes:
        symbol: The symbol of the list.
        list_client_order_id: The client id of the list; set once the request is completed.
    """

    symbol: str
    list_client_order_id: str | None

    @property
    def client_order_ids(self) -> tuple[str | None, ...]:
        """The client id of each leg; set once the request is completed."""
        ...

    @property
    def generated_ids(self) -> frozenset[str]:
        """Those of the ids that a client generated."""
        ...

    def placed(self, order_list: OrderList, evidence: Evidence, /) -> Any:  # noqa: ANN401 - its own result
        """Return the result from the list that proves it."""
        ...


def recover_placement(case: Case[Any]) -> Steps[Any]:
    """Reconcile a placement of an order list.

    Raises:
        Rejected: It was refused, and no attempt can be executed any more.
        NotExecuted: No list was placed, and no attempt can be executed any more.
        OutcomeUnknown: The deadline has passed, or no further evidence can be obtained.
    """
    request = cast("Placement", case.state.request)
    name, *legs = cast("tuple[str, ...]", _ids_of(request))
    recovery = PlacementRecovery(case, request, name, tuple(legs))
    return case.rounds(recovery.events, case.measure_clock_once, recovery.query)


@define(eq=False)
class PlacementRecovery:
    """The recovery of one placement.

    Attributes:
        case: The request, the state of its call, and the services of the engine.
        request: The placement as it was sent.
        name: The client id of the list.
        legs: The client id of each leg.
    """

    case: Case[Any]
    request: Placement
    name: str
    legs: tuple[str, ...]
    _absent_since: int | None = field(init=False, default=None)

    # The rules.

    def events(self) -> Steps[Any]:
        """Return the result if events report our list."""
        found = yield from self.case.await_event(lambda seen: seen.placed_as(self.name))
        if found is None or not self._is_ours(found):
            return None
        return self._result(found, Evidence.EVENT, self.case.state.now)

    def query(self) -> Steps[Any]:
        """Make one round of queries; conclude from the list that it finds, or from finding none."""
        began, is_absent = self.case.state.now, True
        legs = (self._with_leg(each) for each in self.legs)
        for query in (*legs, self._with_name(), self._open_lists()):
            found = yield from query
            is_absent &= found == set()
            for list_id in sorted(found or ()):
                if (done := (yield from self._conclude_found(list_id))) is not None:
                    return done
        self._conclude_absent(began, is_absent=is_absent)
        return None

    # The queries of a round.  Each returns the ids of the lists found, or None if it is unreadable.

    def _with_leg(self, client_order_id: str) -> Steps[set[int] | None]:
        answer = yield from self.case.query_order(
            self.request.symbol, client_order_id=client_order_id
        )
        return _found(answer, () if answer.value is None else (answer.value.order_list_id,))

    def _with_name(self) -> Steps[set[int] | None]:
        query = GetOrderList(
            list_client_order_id=self.name,
            recv_window=self.case.state.policy.recv_window,
        )
        answer = yield from self.case.engine.send_once(query)
        return _found(answer, () if answer.value is None else (answer.value.order_list_id,))

    def _open_lists(self) -> Steps[set[int] | None]:
        query = GetOpenOrderLists(recv_window=self.case.state.policy.recv_window)
        answer = yield from self.case.engine.send_once(query)
        ids = {self.name, *self.legs}
        lists = answer.value or ()
        return _found(answer, (each.order_list_id for each in lists if ids & _names_in(each)))

    # Conclusions.

    def _conclude_found(self, list_id: int) -> Steps[Any]:
        """Return the result if this list is ours; raise the refusal if it has kept ours out."""
        if list_id < 0:
            return None  # An order that belongs to no list.
        found = yield from self.case.query_list(order_list_id=list_id)
        if not isinstance(found, Snapshot):
            return None
        if self._is_ours(found.order_list):
            return self._result(found.order_list, Evidence.QUERY, found.at)
        state = self.case.state
        if (
            self._is_duplicate
            and self._holds_an_id(found)
            and found.order_list.symbol == self.request.symbol
            and found.was_placed_before(state.first_sent)
            and state.is_fresh(found.at)
        ):
            raise cast("Rejected", state.cause)
        state.seen = None
        return None

    def _holds_an_id(self, found: Snapshot) -> bool:
        """Return whether a list keeps ours out by its name, or by the id of a live order.

        The id of an order that is over is free again, also while its list is open.
        """
        live = {each.client_order_id for each in found.live_orders}
        is_named = found.order_list.list_client_order_id == self.name
        return found.is_surely_open and (is_named or not live.isdisjoint(self.legs))

    def _is_ours(self, found: OrderList) -> bool:
        """Return whether a list is the one that this request placed."""
        if found.symbol != self.request.symbol:
            return False
        names = _names_in(found)
        if names & self.request.generated_ids:
            return True
        # The exchange may leave out the name of a list that is over.
        is_named = found.list_client_order_id in {None, self.name}
        return is_named and names.issuperset(self.legs) and not self._is_older(found)

    def _is_older(self, found: OrderList) -> bool:
        """Return whether a list was placed before the first attempt, within the error of the clock.

        One whose time is not known counts as older.
        """
        first = self.case.state.first_sent_at_latest
        times = [each.time for each in found.order_reports if each.time is not None]
        return first.error is None or not times or any(was_before(each, first) for each in times)

    def _result(self, found: OrderList, evidence: Evidence, at: int) -> Any:  # noqa: ANN401 - its own result
        if found.list_order_status is not ListOrderStatus.REJECT:
            return self.request.placed(found, evidence)
        # One copy was rejected; as long as another can take effect, that proves nothing.
        if self.case.state.is_fresh(at):
            raise RejectedOrderList(found)
        return None

    @property
    def _is_duplicate(self) -> bool:
        """Whether the exchange refused every attempt as a duplicate: none is lost."""
        return not self.case.state.lost

    def _conclude_absent(self, began: int, *, is_absent: bool) -> None:
        """Raise once two rounds after the end of every attempt have found nothing.

        Args:
            began: When the round began.
            is_absent: Whether every query of the round was readable, and none found a list.
        """
        state = self.case.state
        if not is_absent or not state.all_expired_by(began, state.attempts):
            self._absent_since = None
        elif self._absent_since is None:
            self._absent_since = began
        elif began - self._absent_since >= int(state.policy.max_query_lag * SECOND):
            if not self._is_provable():
                raise state.unknown()
            raise state.cause if isinstance(state.cause, BadTimestamp) else state.not_executed()

    def _is_provable(self) -> bool:
        """Return whether not finding a list proves that none was placed."""
        state = self.case.state
        are_new = self.request.generated_ids.issuperset((self.name, *self.legs)) and all(
            each.new_to == state.account for each in state.attempts
        )
        age = state.clock.at(state.now).server - state.first_sent.server
        return are_new and age < _DAY


def _ids_of(request: Placement) -> tuple[str | None, ...]:
    return request.list_client_order_id, *request.client_order_ids


def _found(answer: Answer[Any], list_ids: Iterable[int]) -> set[int] | None:
    return None if answer.value is None and answer.refusal is None else set(list_ids)


def _names_in(found: OrderList) -> set[str]:
    """Return the client ids of a list and of its orders."""
    orders = {order.client_order_id for order in found.orders}
    reports = {report.client_order_id for report in found.order_reports}
    return orders | reports | {found.list_client_order_id or ""}
