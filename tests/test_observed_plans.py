"""What is observed of random fault plans: no secret, the true verdict, and no influence."""

import logging
import re
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from observed import Recorder
from orderlists import OutcomeUnknown
from orderlists.observing import CallEnded, CallEvent, CallVerdict, ClientEvent
from orderlists_simulator import EXAMPLE_KEY
from verdicts import (
    CELLS,
    IN_PROCESS,
    KINDS,
    Combination,
    Scenario,
    ScenarioRun,
    run_scenario,
)

KEY: Any = EXAMPLE_KEY
# A signature is 64 hex digits of an HMAC; the ids of these scenarios are short.
SIGNATURE = re.compile(r"signature|[0-9a-f]{64}", re.IGNORECASE)
VERDICTS = {
    "done": {CallVerdict.DONE},
    "refused": {CallVerdict.REFUSED, CallVerdict.NOT_SENT},
    "not executed": {CallVerdict.NOT_EXECUTED},
    "unknown": {CallVerdict.UNKNOWN},
}
IN_JSON = [
    (kind, each) for kind, each in CELLS if (each.transport, each.format) == (IN_PROCESS, "JSON")
]
# Tracing doubles their time, and coverage is not to depend on what is random.
pytestmark = pytest.mark.no_cover
plans = settings(
    max_examples=3,
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


@contextmanager
def logged() -> Generator[list[str]]:
    log, logger = Log(), logging.getLogger("orderlists")
    before = logger.level
    logger.addHandler(log)
    logger.setLevel("DEBUG")
    try:
        yield log.lines
    finally:
        logger.setLevel(before)
        logger.removeHandler(log)


def seen_from_outside(run: ScenarioRun) -> tuple[Any, ...]:
    requests = [
        (entry.arrived, entry.method, dict(entry.parameters), entry.answered)
        for entry in run.venue.log.entries
    ]
    return requests, run.verdict, repr(run.outcome), run.ended


def check_verdicts(run: ScenarioRun, seen: Recorder) -> None:
    """Check that every call ends in its verdict, the last in what was returned or raised."""
    calls: dict[int, list[CallEvent]] = {}
    for event in seen.of(CallEvent):
        calls.setdefault(event.call, []).append(event)
    assert all(isinstance(events[-1], CallEnded) for events in calls.values())
    assert len(seen.of(CallEnded)) == len(calls)
    last = seen.of(CallEnded)[-1]
    assert last.outcome is run.outcome
    assert last.verdict in VERDICTS[run.verdict]
    assert isinstance(run.outcome, OutcomeUnknown) == (last.verdict is CallVerdict.UNKNOWN)


@pytest.mark.parametrize(("kind", "combination"), IN_JSON, ids=str)
def test_what_is_observed_is_true_without_a_secret_and_a_listener_that_raises_changes_nothing(
    kind: str, combination: Combination, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", reported.append)

    @plans
    @given(KINDS[kind]())
    def holds(scenario: Scenario) -> None:
        seen = Recorder()

        def listen(event: ClientEvent) -> None:
            seen(event)
            raise KeyError(type(event).__name__)

        alone = run_scenario(scenario, combination)
        with logged() as lines:
            heard = run_scenario(scenario, combination, observe=listen)
        assert seen_from_outside(heard) == seen_from_outside(alone)
        assert len(lines) == len(seen.events)
        assert secrets_in([*lines, *map(everything_in, seen.events)]) == []
        check_verdicts(heard, seen)

    holds()
    assert reported


def test_a_secret_in_a_text_is_found() -> None:
    secret = [KEY.api_key, KEY.secret, "&signature=1", "a" * 64]
    assert secrets_in([*secret, "fine"]) == secret
