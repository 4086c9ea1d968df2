"""No outcome of a placement is false, against a model of the exchange.

The model executes every copy of the placement that it receives, early or late, unless an open list
has the same ids; its queries lag; another client reuses the ids, cancels and fills.
"""

from typing import Any

import pytest
from attrs import Factory, define, evolve, frozen
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orderlists import (
    GetOpenOrderLists,
    GetOrder,
    GetServerTime,
    Instant,
    ListedOrder,
    OrderList,
    OrderReport,
    OutcomeUnknown,
    Policy,
    Refused,
    Rejected,
    TimeUnit,
    TransportError,
    UnknownOrderList,
)
from orderlists._execution.decisions import DECISIONS, Action, FailureKind
from orderlists._operations.base import Effect
from orderlists._operations.recovery.call_state import CallState
from orderlists._operations.recovery.place import PlacementRecovery
from orderlists.enums import ContingencyType, ListOrderStatus, ListStatusType, OrderStatus
from scripted import SECOND, START, Scripted, ScriptedReply
from toy_placement import Place

LOST = TransportError("reset", sent=None)
DUPLICATE = Rejected(code=-2010, message="Duplicate order sent.", status=400)
NO_ORDER = UnknownOrderList(code=-2013, message="Order does not exist.", status=400)
NO_LIST = UnknownOrderList(code=-2018, message="Order list does not exist.", status=400)
IDS = ("list", "above", "below")
# The window of a placement, and the delay of the engine.
LATEST = 15.0


@frozen(kw_only=True)
class Plan:
    """What happens to one placement; times in seconds from its sending.

    Attributes:
        copies: When the copies of it are executed.
        others: When another client places a list, and how many of the ids it reuses.
        ends: When every list of that time ends.
        lag: How far queries lag.
        lost_queries: Which queries are lost, by their number.
        chosen: How many ids the caller chose: the name first.
        skew: How far the wall clock is ahead.
        later: How far that of another process is ahead which reconciles it; None if the call does.
    """

    copies: tuple[float, ...] = ()
    others: tuple[tuple[float, int], ...] = ()
    ends: tuple[float, ...] = ()
    lag: float = 0.0
    lost_queries: frozenset[int] = frozenset()
    chosen: int = 0
    skew: float = 0.0
    later: float | None = None


@define
class Listed:
    """A list of the model."""

    placed: float
    names: tuple[str, ...]
    is_ours: bool
    ended: float = 1e9


@define
class Model:
    """The lists of an exchange, after every event of a plan."""

    lists: list[Listed] = Factory(list[Listed])

    @classmethod
    def of(cls, plan: Plan) -> "Model":
        model = cls()
        # The exchange compares its time with the timestamp that was sent.
        latest = LATEST + plan.skew
        events = [(when, "copy", 0) for when in plan.copies if when < latest or when > LATEST * 2]
        events += [(when, "other", reused) for when, reused in plan.others]
        events += [(when, "end", 0) for when in plan.ends]
        for when, kind, reused in sorted(events):
            is_open = [each for each in model.lists if each.ended > when]
            if kind == "end":
                for each in is_open:
                    each.ended = when
                continue
            names = IDS if kind == "copy" else (*IDS[:reused], "x", "y", "z")[:3]
            if not any(set(each.names) & set(names) for each in is_open):
                model.lists.append(Listed(when, names, kind == "copy"))
        return model

    def found(self, when: float, name: str) -> int | None:
        """Return the newest list that shows an id at a time."""
        shown = [n for n, each in enumerate(self.lists) if each.placed <= when]
        return next((n for n in reversed(shown) if name in self.lists[n].names), None)


class ModelDriver(Scripted):
    """A driver that answers by a model."""

    passed: int

    def __init__(self, plan: Plan) -> None:
        super().__init__(skew=int(plan.skew * SECOND))
        self.plan = plan
        self.model = Model.of(plan)
        self.queries = 0

    @property
    def seconds(self) -> float:
        return self.passed / SECOND

    def _answer(self, request: Any) -> object:
        self.passed += 1_000_000
        if isinstance(request, GetServerTime):
            return super()._answer(request)
        self.sent.append(request)
        if isinstance(request, Place):
            return self._place()
        self.queries += 1
        if self.queries in self.plan.lost_queries:
            raise LOST
        return ScriptedReply(self._query(request, self.seconds - self.plan.lag))

    def _place(self) -> ScriptedReply:
        holder = self.model.found(0.0, "list")
        if holder is not None and self.model.lists[holder].ended > 0.0:
            return ScriptedReply(DUPLICATE)
        raise LOST

    def _query(self, request: Any, when: float) -> object:
        if isinstance(request, GetOpenOrderLists):
            numbers = range(len(self.model.lists))
            return tuple(
                self._list(n, when)
                for n in numbers
                if self.model.lists[n].placed <= when < self.model.lists[n].ended
            )
        is_order = isinstance(request, GetOrder)
        by_id = request.order_id if is_order else request.order_list_id
        if by_id is not None:
            number = by_id // 2 if is_order else by_id
            return self._leg(number, by_id % 2, when) if is_order else self._list(number, when)
        name = str(request.client_order_id if is_order else request.list_client_order_id)
        found = self.model.found(when, name)
        if found is None:
            return NO_ORDER if is_order else NO_LIST
        if not is_order:
            return self._list(found, when)
        return self._leg(found, self.model.lists[found].names.index(name) - 1, when)

    def _list(self, number: int, when: float) -> OrderList:
        listed = self.model.lists[number]
        is_open = when < listed.ended
        return OrderList(
            order_list_id=number,
            contingency_type=ContingencyType.OCO,
            list_status_type=(ListStatusType.EXEC_STARTED if is_open else ListStatusType.ALL_DONE),
            list_order_status=(ListOrderStatus.EXECUTING if is_open else ListOrderStatus.ALL_DONE),
            list_client_order_id=listed.names[0],
            transaction_time=at(listed.placed if is_open else listed.ended),
            symbol="LTCBTC",
            orders=tuple(
                ListedOrder(symbol="LTCBTC", order_id=2 * number + n, client_order_id=name)
                for n, name in enumerate(listed.names[1:])
            ),
        )

    def _leg(self, number: int, leg: int, when: float) -> OrderReport:
        listed = self.model.lists[number]
        return OrderReport(
            symbol="LTCBTC",
            order_id=2 * number + leg,
            order_list_id=number,
            client_order_id=listed.names[1 + leg],
            status=OrderStatus.NEW if when < listed.ended else OrderStatus.EXPIRED,
            time=at(listed.placed),
        )


def at(seconds: float) -> Instant:
    return Instant((START + int(seconds * SECOND)) // 1_000_000, TimeUnit.MILLISECOND)


def send_and_reconcile(
    driver: ModelDriver, later: ModelDriver, request: Place, policy: Policy | None
) -> Any:
    """Send in one process, and reconcile in another."""
    try:
        return driver.send(request, Policy(reconcile=False))
    except OutcomeUnknown as unknown:
        later.model, later.passed = driver.model, driver.passed
        return later.reconcile(unknown.request, unknown.attempts, policy)


def violations(plan: Plan, policy: Policy | None = None) -> list[str]:
    """Return the laws that the outcome of a plan breaks."""
    driver = ModelDriver(plan)
    fields = ("list_client_order_id", "above", "below")
    chosen: Any = dict(zip(fields[: plan.chosen], IDS[: plan.chosen], strict=True))
    ours = [n for n, each in enumerate(driver.model.lists) if each.is_ours]
    outcome: Any = None
    later = ModelDriver(evolve(plan, skew=plan.later or 0.0))
    try:
        if plan.later is None:
            outcome = driver.send(Place(**chosen), policy)
        else:
            outcome = send_and_reconcile(driver, later, Place(**chosen), policy)
    except (Refused, OutcomeUnknown) as error:
        outcome = error
    is_done = not isinstance(outcome, Exception)
    laws = {
        "done means that this placement placed the list": (
            not is_done or outcome[0].order_list_id in ours
        ),
        "what is refused was not placed, nor can it be": (
            not isinstance(outcome, Refused) or not ours
        ),
        "a placement is sent once": sum(
            isinstance(one, Place) for one in (*driver.sent, *later.sent)
        )
        == 1,
        "what is placed for good is found": (
            is_done or not ours or bool(plan.chosen or plan.lost_queries)
        ),
    }
    return [law for law, holds in laws.items() if not holds]


moments = st.floats(0.001, LATEST - 0.1)
plans = st.builds(
    Plan,
    copies=st.lists(moments, max_size=2).map(tuple),
    # Ids that the client generates are never used by another.
    others=st.just(()),
    ends=st.lists(st.floats(0.0, 40.0), max_size=2).map(tuple),
    lag=st.sampled_from([0.0, 0.5, 9.9]),
    lost_queries=st.frozensets(st.integers(1, 60), max_size=5),
    skew=st.sampled_from([0.0, 0.0, 0.4, -0.4, -4.0]),
    later=st.sampled_from([None, None, 0.0, 3.0, -3.0]),
)


@st.composite
def reused(draw: st.DrawFn) -> Plan:
    """Draw a plan in which another client reuses the ids that the caller chose."""
    chosen = draw(st.integers(1, 3))
    # It never has all three ids at once after the placement: that is no other list.
    other = st.tuples(st.floats(-5.0, 40.0), st.integers(0, min(chosen, 2)))
    older = st.tuples(st.floats(-9.0, -2.0), st.just(chosen))
    others = draw(st.lists(other | older, max_size=3))
    return evolve(draw(plans), chosen=chosen, others=tuple(others))


@settings(max_examples=150, deadline=None)
@given(plans | reused())
@example(Plan(copies=(14.9,), lag=9.9))
@example(Plan(chosen=3, others=((-3.0, 3),), ends=(1.0,), copies=(2.0,)))
@example(Plan(chosen=3, others=((-2.0, 3),), skew=-4.0))
@example(Plan(copies=(14.9,), lag=9.9, later=-3.0))
@example(Plan(copies=(14.9,), ends=(15.0,), skew=-4.0, later=3.0))
def test_no_outcome_of_a_placement_is_false(plan: Plan) -> None:
    assert violations(plan) == []


# Planted bugs.


def always(*_: object, **__: object) -> bool:
    return True


def never(*_: object) -> bool:
    return False


REFUSED = "what is refused was not placed, nor can it be"


def test_not_executed_before_every_attempt_has_expired_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late = Plan(copies=(14.9,))
    assert violations(late) == []
    monkeypatch.setattr(CallState, "all_expired_by", always)
    assert REFUSED in violations(late)


def test_a_query_lag_that_is_ignored_is_caught() -> None:
    lagging = Plan(copies=(14.9,), lag=9.9)
    assert violations(lagging) == []
    assert REFUSED in violations(lagging, Policy(max_query_lag=0.0))


def test_an_engine_that_is_slower_than_the_policy_says_is_caught() -> None:
    assert REFUSED in violations(Plan(copies=(35.0,)))


def test_a_duplicate_taken_for_a_refusal_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    replayed = Plan(copies=(0.0,))
    assert violations(replayed) == []
    monkeypatch.setitem(DECISIONS, (FailureKind.DUPLICATE, Effect.PLACE), Action.RAISE)
    assert REFUSED in violations(replayed)


def test_a_list_found_by_a_reused_name_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    older = Plan(chosen=3, others=((-3.0, 3),))
    assert violations(older) == []
    monkeypatch.setattr(PlacementRecovery, "_is_older", never)
    assert violations(older) == ["done means that this placement placed the list"]
