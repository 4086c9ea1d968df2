"""No reported outcome is ever false: clients against a venue with every known fault.

For every plan: done means that this call's id canceled the list; an executed request is done or
unknown, never refused; no attempt of a refused request was executed or can be later; no resend
affects a list other than the first target; and by id, if the faults end in time, the outcome is
known.  A placement is done only if this call placed the list, refused only if it did not, and never
sent again where it may have arrived; an amend likewise.
"""

import json
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve, frozen

from orderlists import (
    Attempt,
    CanceledOrderList,
    CancelOrderList,
    Json,
    PlaceOco,
    Rejected,
    Rest,
    ServerError,
)
from orderlists._clock import ClockReading, ServerClock
from orderlists._execution.decisions import DECISIONS, Action, FailureKind
from orderlists._operations.base import Effect
from orderlists._operations.recovery.amend_order import AmendRecovery
from orderlists._operations.recovery.call_state import CallState
from orderlists._operations.recovery.cancel import CancelRecovery
from orderlists._operations.recovery.case import Answer, Case, Steps
from orderlists._operations.recovery.evidence import Finding, Snapshot
from orderlists._operations.recovery.place import PlacementRecovery
from orderlists.extending import HttpResponse
from orderlists_simulator import faults as f
from verdicts import (
    CELLS,
    OURS,
    QUERIED,
    AmendScenario,
    Combination,
    PlacementScenario,
    Scenario,
    Tally,
    amend,
    explore,
    reuse_the_name_of_the_leg,
    run_scenario,
    violations,
)

# Tracing doubles their time, and coverage is not to depend on what is random.
pytestmark = pytest.mark.no_cover
# `make soak` runs more.
PLANS = {"cancel": 8, "place": 3, "amend": 4}  # A placement takes many more queries.
TALLY = Tally()


@pytest.mark.filterwarnings("ignore::orderlists.SbeSchemaWarning")
@pytest.mark.parametrize(("kind", "combination"), CELLS, ids=str)
def test_no_verdict_is_false(kind: str, combination: Combination) -> None:
    explore(PLANS[kind], combination, TALLY, kind=kind)


# Counterexamples found by Hypothesis.
FOUND = [
    Scenario(
        by_id=True,
        age=0.0,
        skew=-30.0,
        faults=(f.executed(answer=f.DROPPED),) * 5,
        lags=((1.0, 1.0),),
        later=True,
    ),
    Scenario(
        by_id=True,
        age=0.0,
        skew=30.0,
        faults=(
            f.NORMAL,
            f.replayed(after=2.5, sees="last"),
            f.rate_limited(),
            f.executed(answer=f.DROPPED),
        ),
    ),
    Scenario(
        by_id=True,
        age=0.0,
        skew=-30.0,
        faults=(f.NORMAL, f.banned(retry_after=3), f.banned(retry_after=3)),
    ),
    # The second copy meets a newer order of the client id, and would use the new id twice.
    AmendScenario(
        by_id=False,
        age=0.0,
        own_ids=False,
        faults=(f.replayed(after=0.3, sees="last"),),
        events=((0.25, reuse_the_name_of_the_leg),),
    ),
]


@pytest.mark.parametrize(
    ("scenario", "combination"),
    [(each, cell) for each in FOUND for kind, cell in CELLS if kind == each.effect],
)
def test_past_false_verdicts_stay_fixed(scenario: Scenario, combination: Combination) -> None:
    assert not violations(run_scenario(scenario, combination))


PLANTED = Combination("REST", "sync", "in process")

# Planted bugs: each is one of an existing client, and must violate an invariant.


@frozen(kw_only=True)
class _TakesFailureForRefusal(Rest):
    def decode(self, request: Any, response: HttpResponse) -> Any:
        try:
            return super().decode(request, response)
        except ServerError as error:
            raise Rejected(code=error.code, message="", status=error.status) from None


def test_a_5xx_taken_as_refused_is_caught() -> None:
    failed = Scenario(by_id=True, age=1.0, faults=(f.executed(answer=f.bare(503)),))
    assert not violations(run_scenario(failed, PLANTED))
    assert "what was executed is not refused, nor can what was refused execute" in violations(
        run_scenario(failed, PLANTED, _TakesFailureForRefusal())
    )


def always(*_: object, **__: object) -> bool:
    return True


def caught(law: str) -> None:
    with pytest.raises(AssertionError, match=law):
        explore(4000, PLANTED, Tally(), derandomize=True)


def test_a_resend_by_client_id_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    # As if client ids were never reused.
    def by_name(self: CancelRecovery) -> Steps[CanceledOrderList]:
        while (yield from self.case.engine.pause()):
            answer: Answer[Any] = yield from self.case.engine.send_once(self.case.state.request)
            if answer.value is not None:
                result: CanceledOrderList = answer.value
                return result
        raise self.case.state.unknown()

    monkeypatch.setattr(CancelRecovery, "by_name", by_name)
    caught("no resend touches a list other than the first target")


def test_a_resend_by_the_id_of_a_newer_list_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    reused = Scenario(
        by_id=False,
        age=0.0,
        faults=(f.executed(answer=f.DROPPED),),
        events=((0.0, f.Cancel(0, by="theirs")), (1.0, f.PlaceAgain(0))),
    )
    assert not violations(run_scenario(reused, PLANTED))
    monkeypatch.setattr(Snapshot, "was_placed_before", always)
    assert "no resend touches a list other than the first target" in violations(
        run_scenario(reused, PLANTED)
    )


@pytest.mark.parametrize("code", [-2011, -2015])
def test_a_refusal_after_a_lost_attempt_taken_as_refused_is_caught(
    monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def resend(self: Case[Any]) -> Steps[None]:
        answer: Answer[Any] = yield from self.engine.send_once(self.state.request)
        if isinstance(answer.error, Rejected) and answer.error.code == code:
            raise answer.error

    monkeypatch.setattr(Case, "resend_unchanged", resend)
    refused = f.not_executed(answer=f.json_error(code, status=400))
    faults = (f.executed(answer=f.DROPPED), refused)
    run = run_scenario(Scenario(by_id=True, age=1.0, faults=faults), PLANTED)
    assert "what was executed is not refused, nor can what was refused execute" in violations(run)


def test_a_single_stale_query_taken_as_proof_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    lagging = Scenario(
        by_id=False, age=0.0, faults=(f.executed(answer=f.DROPPED),), lags=((1.0, 1.0),)
    )
    assert not violations(run_scenario(lagging, PLANTED))
    monkeypatch.setattr(CallState, "is_fresh", always)
    assert violations(run_scenario(lagging, PLANTED)) == [
        "what was executed is not refused, nor can what was refused execute"
    ]


def test_the_body_of_a_query_taken_as_done_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def fits(*_: object) -> None:
        """Accept every reply."""

    queried = Scenario(by_id=True, age=1.0, faults=(f.not_executed(answer=QUERIED),))
    assert not violations(run_scenario(queried, PLANTED))
    monkeypatch.setattr(CancelOrderList, "mismatch", fits)
    assert "done means that this call's id canceled the list" in violations(
        run_scenario(queried, PLANTED)
    )


def test_an_attempt_taken_as_expired_within_its_recv_window_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late = Scenario(
        by_id=True, age=3600.0, faults=(f.executed_late(4.9, answer=f.DROPPED),), max_resends=0
    )
    assert run_scenario(late, PLANTED).verdict == "done"
    monkeypatch.setattr(CallState, "all_expired_by", always)
    assert "nor can what was refused execute" in " ".join(violations(run_scenario(late, PLANTED)))


def lose_clock_samples(_: int, request: f.ReceivedRequest) -> f.Fault:
    """Lose every clock sample, and execute cancels after the client's deadline."""
    if request.effect == "cancel":
        return f.executed_late(32.0, answer=f.DROPPED)
    is_time = request.message.target.startswith("/api/v3/time")  # type: ignore[union-attr]
    return f.not_executed(answer=f.DROPPED) if is_time else f.NORMAL


def test_an_unmeasured_clock_taken_as_exact_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    # The client's clock is half a minute ahead, and every sample of the clock is lost.
    skewed = Scenario(
        by_id=True, age=3600.0, skew=30.0, rule=lose_clock_samples, max_resends=0, deadline=20.0
    )
    assert not violations(run_scenario(skewed, PLANTED))
    right = ServerClock.at

    def exact(self: ServerClock, monotonic: int) -> ClockReading:
        return right(self, monotonic)._replace(error=0)

    monkeypatch.setattr(ServerClock, "at", exact)
    assert violations(run_scenario(skewed, PLANTED)) == [
        "what can arrive no more is not executed later"
    ]


def test_a_bug_that_is_retried_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def parser(_: bytes) -> Any:
        raise KeyError("status")

    broken = Rest(format=Json(parser=parser))
    once = run_scenario(Scenario(by_id=True, age=1.0), PLANTED, broken)
    assert (once.verdict, len(once.venue.log.entries)) == ("unknown", 1)
    monkeypatch.setitem(DECISIONS, (FailureKind.BUG, Effect.CANCEL), Action.RECOVER)
    monkeypatch.setattr("orderlists._execution.execution.BUGS", set[FailureKind]())
    again = run_scenario(Scenario(by_id=True, age=1.0), PLANTED, broken)
    assert len(again.venue.log.entries) > 1


def test_an_original_id_taken_as_proof_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Snapshot.finding

    def finding(self: Snapshot, cancel_id: str) -> Finding:
        found = right(self, cancel_id)
        return Finding.OURS if found is Finding.OVER else found

    theirs = Scenario(
        by_id=True,
        age=3600.0,
        faults=(f.not_executed(answer=f.DROPPED),),
        events=((0.05, f.Cancel(0, by="theirs")),),
        leg_shows="original_id",
        max_resends=0,
    )
    assert not violations(run_scenario(theirs, PLANTED))
    monkeypatch.setattr(Snapshot, "finding", finding)
    assert "done means that this call's id canceled the list" in violations(
        run_scenario(theirs, PLANTED)
    )


# Planted bugs of placements.


LOST = PlacementScenario(by_id=True, age=1.0, own_ids=False, faults=(f.executed(answer=f.DROPPED),))


def test_a_placement_that_is_sent_again_after_a_lost_reply_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def resend(self: PlacementRecovery) -> Steps[Any]:
        answer: Answer[Any] = yield from self.case.engine.send_once(self.case.state.request)
        return answer.value

    assert not violations(run_scenario(LOST, PLANTED))
    monkeypatch.setattr(PlacementRecovery, "query", resend)
    assert "no placement is sent again that may have arrived" in violations(
        run_scenario(LOST, PLANTED)
    )


def test_a_list_of_a_reused_name_taken_for_ours_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    reused = PlacementScenario(
        by_id=True, age=1.0, own_ids=True, faults=(f.not_executed(answer=f.DROPPED),)
    )
    assert not violations(run_scenario(reused, PLANTED))
    monkeypatch.setattr(PlacementRecovery, "_is_ours", always)
    assert "done means that this call placed the list" in violations(run_scenario(reused, PLANTED))


def test_a_duplicate_of_a_placement_taken_for_a_refusal_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replayed = PlacementScenario(
        by_id=True, age=1.0, own_ids=False, faults=(f.replayed(after=0.0, sees="last"),)
    )
    assert not violations(run_scenario(replayed, PLANTED))
    cell = FailureKind.DUPLICATE, Effect.PLACE
    monkeypatch.setitem(DECISIONS, cell, Action.RAISE)
    assert "what was placed is not refused, nor can what was refused be placed" in violations(
        run_scenario(replayed, PLANTED)
    )


def test_not_executed_after_one_look_at_a_lagging_exchange_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def at_once(self: PlacementRecovery, began: int, *, is_absent: bool) -> None:
        if is_absent and began:
            raise self.case.state.not_executed()

    lagging = evolve(LOST, lags=((4.0, 20.0),))
    assert not violations(run_scenario(lagging, PLANTED))
    monkeypatch.setattr(PlacementRecovery, "_conclude_absent", at_once)
    assert "what was placed is not refused, nor can what was refused be placed" in violations(
        run_scenario(lagging, PLANTED)
    )


def test_an_engine_taken_as_never_slower_than_the_window_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = f.executed_slowly(9.5)
    placed = evolve(LOST, faults=(slow,))
    canceled = Scenario(by_id=True, age=3600.0, faults=(slow,), max_resends=0)
    for scenario in (placed, canceled):
        assert run_scenario(scenario, PLANTED).verdict == "done"
    right = Attempt.of

    def as_if_at_once(at: ClockReading, recv_window: Decimal, _: float) -> Attempt:
        return right(at, recv_window, 0.0)

    monkeypatch.setattr(Attempt, "of", as_if_at_once)
    assert violations(run_scenario(evolve(placed, max_query_lag=1.0), PLANTED)) == [
        "what was placed is not refused, nor can what was refused be placed"
    ]
    assert violations(run_scenario(evolve(canceled, max_query_lag=1.0), PLANTED)) == [
        "what was executed is not refused, nor can what was refused execute"
    ]


def reject(_: int, request: f.ReceivedRequest) -> f.Fault:
    """Answer a placement with a list that was rejected."""
    if request.effect != "place":
        return f.NORMAL
    names = [request.parameter(f"{leg}ClientOrderId") for leg in ("below", "above")]
    body = {
        "orderListId": 0,
        "contingencyType": "OCO",
        "listStatusType": "RESPONSE",
        "listOrderStatus": "REJECT",
        "listClientOrderId": request.parameter("listClientOrderId"),
        "transactionTime": 0,
        "symbol": "LTCBTC",
        "orders": [
            {"symbol": "LTCBTC", "orderId": number, "clientOrderId": name}
            for number, name in enumerate(names)
        ],
    }
    answer = f.CannedResponse(
        status=200,
        headers=(("Content-Type", "application/json"),),
        body=json.dumps(body).encode(),
    )
    return f.not_executed(answer=answer)


def test_a_rejected_list_taken_for_a_placed_one_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    rejected = evolve(LOST, rule=reject)
    run = run_scenario(rejected, PLANTED)
    assert (run.verdict, violations(run)) == ("refused", [])

    def fits(*_: object) -> None:
        """Accept every reply."""

    monkeypatch.setattr(PlaceOco, "mismatch", fits)
    assert violations(run_scenario(rejected, PLANTED)) == [
        "done means that this call placed the list"
    ]


# Planted bugs of amends.


LOST_AMEND = AmendScenario(
    by_id=True, age=1.0, own_ids=False, faults=(f.executed(answer=f.DROPPED),)
)
NOT_REFUSED = "what was amended is not refused, nor can what was refused be amended"
TOOK_EFFECT = "done means that this call's amend took effect"


def test_an_amend_that_is_sent_again_after_a_lost_reply_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def resend(self: AmendRecovery) -> Steps[Any]:
        answer: Answer[Any] = yield from self.case.engine.send_once(self.case.state.request)
        return answer.value

    assert not violations(run_scenario(LOST_AMEND, PLANTED))
    monkeypatch.setattr(AmendRecovery, "by_id", resend)
    assert "no amend is sent again that may have arrived" in violations(
        run_scenario(LOST_AMEND, PLANTED)
    )


def never(*_: object) -> bool:
    return False


def test_an_older_amendment_with_the_chosen_id_taken_for_ours_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    repeated = AmendScenario(
        by_id=True,
        age=3600.0,
        own_ids=True,
        faults=(f.not_executed(answer=f.DROPPED),),
        events=((-2.0, amend("0.6", by=OURS)),),
    )
    assert not violations(run_scenario(repeated, PLANTED))
    monkeypatch.setattr(AmendRecovery, "_is_older", never)
    assert violations(run_scenario(repeated, PLANTED)) == [TOOK_EFFECT]


def test_the_refusal_of_the_second_copy_of_an_amend_taken_as_refused_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replayed = evolve(LOST_AMEND, faults=(f.replayed(after=0.0, sees="last"),))
    assert not violations(run_scenario(replayed, PLANTED))
    monkeypatch.setitem(DECISIONS, (FailureKind.DUPLICATE, Effect.AMEND), Action.RAISE)
    assert violations(run_scenario(replayed, PLANTED)) == [NOT_REFUSED]


@pytest.mark.parametrize(
    "scenario",
    [
        evolve(LOST_AMEND, lags=((4.0, 20.0),)),
        evolve(LOST_AMEND, faults=(f.executed_late(4.9, answer=f.DROPPED),)),
        evolve(LOST_AMEND, faults=(f.replayed(after=0.0, sees="last"),), lags=((4.0, 20.0),)),
    ],
    ids=["lost, lagging", "late", "refused, lagging"],
)
def test_a_stale_or_early_query_taken_as_proof_that_an_amend_failed_is_caught(
    monkeypatch: pytest.MonkeyPatch, scenario: AmendScenario
) -> None:
    assert not violations(run_scenario(scenario, PLANTED))
    monkeypatch.setattr(CallState, "is_fresh", always)
    assert violations(run_scenario(scenario, PLANTED)) == [NOT_REFUSED]


def test_a_newer_order_of_the_client_id_taken_for_the_target_of_an_amend_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reused = evolve(
        LOST_AMEND,
        by_id=False,
        faults=(f.executed(answer=f.DROPPED, delay=1.0),),
        events=((0.5, f.Cancel(0, by="theirs")), (0.6, reuse_the_name_of_the_leg)),
    )
    assert not violations(run_scenario(reused, PLANTED))
    monkeypatch.setattr(AmendRecovery, "_is_target", always)
    assert violations(run_scenario(reused, PLANTED)) == [NOT_REFUSED]
