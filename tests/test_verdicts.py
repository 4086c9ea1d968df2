"""No verdict is ever false: clients against a venue that misbehaves in every way we know.

For every plan: done means that this call's id cancelled the list; what was executed is done or
unknown, never refused; what was refused was not executed by any attempt, and cannot be any more; no
resend touches a list other than the first target; and by id, where trouble ends in time, it is
known in the end.
"""

from collections.abc import Generator
from typing import Any

import pytest
from attrs import frozen

from orderlists import CanceledOrderList, Rejected, Rest, ServerError
from orderlists._execution.commands import Call
from orderlists._execution.recovery.cancel import CancelRecovery, unknown
from orderlists._execution.recovery.evidence import Finding, Snapshot
from orderlists._execution.run import UNANSWERED
from orderlists.extending import HttpResponse
from orderlists_simulator import faults as f
from verdicts import CELLS, Cell, Scenario, Tally, breaches, explore, play

# `make soak` plays more.
PLANS = 60
TALLY = Tally()


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_no_verdict_is_false(cell: Cell) -> None:
    explore(PLANS, cell, TALLY)


# What the law found once, kept.
FOUND = [
    Scenario(
        by_id=True,
        age=0.0,
        skew=30.0,
        fates=(
            f.NORMAL,
            f.replayed(after=2.5, sees="last"),
            f.rate_limited(),
            f.executed(then=f.DROPPED),
        ),
    ),
    Scenario(
        by_id=True,
        age=0.0,
        skew=-30.0,
        fates=(f.NORMAL, f.banned(retry_after=3), f.banned(retry_after=3)),
    ),
]


@pytest.mark.parametrize("scenario", FOUND)
@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_what_was_false_once_is_true_now(scenario: Scenario, cell: Cell) -> None:
    assert not breaches(play(scenario, cell))


PLANTED = Cell("REST", "sync", "in process")

# Planted mistakes: each is one that a client in use makes, and the laws see it.


@frozen(kw_only=True)
class _TakesFailureForRefusal(Rest):
    def decode(self, request: Any, response: HttpResponse) -> Any:
        try:
            return super().decode(request, response)
        except ServerError as error:
            raise Rejected(code=error.code, message="", status=error.status) from None


def test_a_5xx_taken_as_refused_is_caught() -> None:
    with pytest.raises(AssertionError, match="what was executed is not refused"):
        explore(2000, PLANTED, Tally(), protocol=_TakesFailureForRefusal())


def always(*_: object) -> bool:
    return True


def caught(law: str) -> None:
    with pytest.raises(AssertionError, match=law):
        explore(4000, PLANTED, Tally(), derandomize=True)


def test_a_resend_by_client_id_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    # As if its client id were an id that is never used again.
    def by_name(self: CancelRecovery, _: str) -> Call[CanceledOrderList]:
        while (yield from self.run.pause()):
            try:
                return (yield from self.run.send_once(self.request))
            except (Rejected, *UNANSWERED):
                continue
        raise unknown(self.request, self.run, cause=self.cause)

    monkeypatch.setattr(CancelRecovery, "by_name", by_name)
    caught("no resend touches a list other than the first target")


def test_a_resend_by_the_id_of_a_younger_list_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CancelRecovery, "_was_there_before", always)
    caught("no resend touches a list other than the first target")


@pytest.mark.parametrize("code", [-2011, -2015])
def test_a_refusal_after_a_lost_attempt_taken_as_refused_is_caught(
    monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def resend(self: CancelRecovery, request: Any) -> Generator[Any, Any, Any]:
        try:
            return (yield from self.run.send_once(request))
        except Rejected as error:
            if error.code == code:
                raise
        except UNANSWERED:
            pass
        return None

    monkeypatch.setattr(CancelRecovery, "_resend", resend)
    refused = f.not_executed(then=f.json_error(code, status=400))
    fates = (f.executed(then=f.DROPPED), refused)
    run = play(Scenario(by_id=True, age=1.0, fates=fates), PLANTED)
    assert "what was executed is not refused, nor can what was refused execute" in breaches(run)


def test_one_query_of_the_past_that_is_believed_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CancelRecovery, "_is_fresh", always)
    caught("what was executed is not refused")


def test_an_original_id_taken_as_proof_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Snapshot.finding

    def finding(self: Snapshot, cancel_id: str) -> Finding:
        found = right(self, cancel_id)
        return Finding.OURS if found is Finding.OVER else found

    monkeypatch.setattr(Snapshot, "finding", finding)
    caught("done means that this call's id canceled the list")
