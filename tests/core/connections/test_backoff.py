"""Exponential back-off."""

import pytest

from orderlists import TransportError
from orderlists._connections.backoff import Backoff

SECOND = 1_000_000_000
REFUSED = TransportError("refused", sent=False)
RESET = TransportError("reset", sent=None)

# Failures in a row, and the pause after them, in tenths of a second.
PAUSES = [(1, 1), (2, 2), (3, 4), (4, 8), (8, 128), (9, 256), (10, 300), (1000, 300)]


@pytest.mark.parametrize(("failures", "tenths"), PAUSES)
def test_the_backoff_doubles_with_each_failure_up_to_30_seconds(failures: int, tenths: int) -> None:
    backoff = Backoff()
    for _ in range(failures):
        backoff.failed(0, REFUSED)

    assert backoff.pause(0) == tenths * SECOND // 10


def test_the_backoff_counts_from_the_last_failure() -> None:
    backoff = Backoff()
    backoff.failed(5 * SECOND, REFUSED)

    assert backoff.pause(5 * SECOND + 1) == SECOND // 10 - 1
    assert backoff.pause(6 * SECOND) == 0


def test_a_success_resets_the_backoff_but_not_a_pause_that_has_begun() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.failed(0, REFUSED)
    backoff.succeeded()

    assert backoff.pause(0) == 16 * SECOND // 10
    backoff.failed(9 * SECOND, REFUSED)
    assert backoff.pause(9 * SECOND) == SECOND // 10


def test_attempts_without_a_failure_do_not_trigger_the_backoff() -> None:
    backoff = Backoff()
    for _ in range(299):
        backoff.attempted(0)

    assert backoff.pause(0) == 0


def test_no_more_than_300_connections_are_attempted_within_5_minutes() -> None:
    backoff = Backoff()
    for number in range(300):
        assert backoff.pause(number * SECOND // 10) == 0
        backoff.attempted(number * SECOND // 10)

    assert backoff.pause(30 * SECOND) == 270 * SECOND
    assert backoff.pause(300 * SECOND) == 0
    assert "300 attempts" in backoff.reason


def test_the_backoff_keeps_the_reason_of_the_last_failure_alone() -> None:
    backoff = Backoff()
    for error, reason in ((RESET, "reset"), (REFUSED, "refused")):
        backoff.failed(0, error)
        assert backoff.reason == reason


def test_a_success_discards_the_reason_of_the_last_failure() -> None:
    backoff = Backoff()
    backoff.failed(0, REFUSED)
    backoff.succeeded()
    assert backoff.reason == "300 attempts to connect within 5 minutes"
