"""A cancel of a list so new that no query shows it yet, reconciled in a later call."""

import pytest
from attrs import evolve

from orderlists import OutcomeUnknown
from orderlists_simulator import faults as f
from verdicts import CELLS, IN_PROCESS, SECOND, START, Combination, Scenario, run_scenario

# The clock of the first call was not measured, and by the wall clock its request has long expired.
YOUNG = Scenario(
    by_id=True, age=0.0, skew=-30.0, faults=(f.executed(answer=f.DROPPED),) * 5, later=True
)
REST = [cell for kind, cell in CELLS if (kind, *cell[::2]) == ("cancel", "REST", IN_PROCESS)]


@pytest.mark.parametrize("combination", REST, ids=str)
def test_a_list_that_queries_do_not_show_yet_is_waited_for(combination: Combination) -> None:
    run = run_scenario(evolve(YOUNG, lags=((1.0, 1.0),)), combination)

    assert run.verdict == "done"


@pytest.mark.parametrize("combination", REST, ids=str)
def test_one_that_no_query_shows_within_the_lag_leaves_the_outcome_unknown(
    combination: Combination,
) -> None:
    run = run_scenario(evolve(YOUNG, lags=((60.0, 60.0),), max_resends=0), combination)

    assert isinstance(run.outcome, OutcomeUnknown)
    assert (
        run.scenario.max_query_lag <= (run.ended - START) / SECOND < 2 * run.scenario.max_query_lag
    )
