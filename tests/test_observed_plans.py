"""What is observed of random fault plans: no secret, the true verdict, and no influence."""

import logging
import re
import threading
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from observed import Recorder
from orderlists import OutcomeUnknown
from orderlists.observing import CallEnded, CallEvent, CallVerdict, ClientEvent
from orderlists_simulator import EXAMPLE_KEY
from verdicts import (
    COMBINATIONS,
    IN_PROCESS,
    KINDS,
    Combination,
    Scenario,
    ScenarioRun,
    run_scenario,
)

IN_PROCESS_ONES = [each for each in COMBINATIONS if each.transport == IN_PROCESS]
KEY: Any = EXAMPLE_KEY
# A signature is 64 hex digits of an HMAC; the ids of these scenarios are short.
SIGNATURE = re.compile(r"signature|[0-9a-f]{64}", re.IGNORECASE)
VERDICTS = {
    "done": {CallVerdict.DONE},
    "refused": {CallVerdict.REFUSED, CallVerdict.NOT_SENT},
    "not executed": {CallVerdict.NOT_EXECUTED},
    "unknown": {CallVerdict.UNKNOWN},
}
PLANS = 8
plans = settings(
    max_examples=PLANS,
    phases=[Phase.generate, Phase.shrink],
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Log(logging.Handler):
    """Collects the formatted records of a run, with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{self.format(record)} {vars(record)}")


def everything_in(event: ClientEvent) -> str:
    outcome = event.outcome if isinstance(event, CallEnded) else None
    return f"{event!r} {outcome!r} {outcome!s}"


def secrets_in(texts: list[str]) -> list[str]:
    return [
        text
        for text in texts
        if KEY.api_key in text or KEY.secret in text or SIGNATURE.search(text)
    ]


def observed(scenario: Scenario, combination: Combination) -> tuple[ScenarioRun, Recorder, Log]:
    seen, log = Recorder(), Log()
    logger = logging.getLogger("orderlists")
    before = logger.level
    logger.addHandler(log)
    logger.setLevel("DEBUG")
    try:
        return run_scenario(scenario, combination, observe=seen), seen, log
    finally:
        logger.setLevel(before)
        logger.removeHandler(log)


def requests_of(run: ScenarioRun) -> list[tuple[int, str, Any, Any]]:
    return [
        (entry.arrived, entry.method, dict(entry.parameters), entry.answered)
        for entry in run.venue.log.entries
    ]


def summary(run: ScenarioRun) -> tuple[str, str, int]:
    return run.verdict, repr(run.outcome), run.ended


CELLS = list(product(IN_PROCESS_ONES, KINDS))


@pytest.mark.parametrize(("combination", "kind"), CELLS, ids=str)
def test_no_event_and_no_record_holds_a_secret_or_a_signature(
    combination: Combination, kind: str
) -> None:
    @plans
    @given(KINDS[kind]())
    def no_secret(scenario: Scenario) -> None:
        _, seen, log = observed(scenario, combination)
        assert len(log.lines) == len(seen.events)
        assert secrets_in([everything_in(each) for each in seen.events]) == []
        assert secrets_in(log.lines) == []

    no_secret()


@pytest.mark.parametrize(("combination", "kind"), CELLS, ids=str)
def test_the_last_event_of_every_call_is_its_verdict_and_what_send_returned_or_raised(
    combination: Combination, kind: str
) -> None:
    @plans
    @given(KINDS[kind]())
    def ends_in_its_verdict(scenario: Scenario) -> None:
        seen = Recorder()
        run = run_scenario(scenario, combination, observe=seen)
        calls: dict[int, list[CallEvent]] = {}
        for event in seen.of(CallEvent):
            calls.setdefault(event.call, []).append(event)
        assert all(isinstance(events[-1], CallEnded) for events in calls.values())
        assert len(seen.of(CallEnded)) == len(calls)
        last = seen.of(CallEnded)[-1]
        assert last.outcome is run.outcome
        assert last.verdict in VERDICTS[run.verdict]
        assert isinstance(run.outcome, OutcomeUnknown) == (last.verdict is CallVerdict.UNKNOWN)

    ends_in_its_verdict()


@pytest.mark.parametrize(("combination", "kind"), CELLS, ids=str)
def test_a_listener_that_raises_changes_no_outcome_and_no_request(
    combination: Combination, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", reported.append)

    def fail(event: ClientEvent) -> None:
        raise KeyError(type(event).__name__)

    @plans
    @given(KINDS[kind]())
    def changes_nothing(scenario: Scenario) -> None:
        alone = run_scenario(scenario, combination)
        heard = run_scenario(scenario, combination, observe=fail)
        assert requests_of(heard) == requests_of(alone)
        assert summary(heard) == summary(alone)

    changes_nothing()
    assert reported


def test_a_secret_in_a_text_is_found() -> None:
    secret = [KEY.api_key, KEY.secret, "&signature=1", "a" * 64]
    assert secrets_in([*secret, "fine"]) == secret
