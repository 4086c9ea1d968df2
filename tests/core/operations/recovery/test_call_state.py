"""What a call remembers, and what follows from it about attempts and clocks."""

from decimal import Decimal

import pytest

from orderlists import Attempt, CancelOrderList, GetOrderList, Instant, Policy, TimeUnit
from orderlists._clock import ClockReading, Sample, ServerClock
from orderlists._operations.recovery.call_state import CallState

SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND
CANCEL = CancelOrderList(
    symbol="LTCBTC", order_list_id=0, new_client_order_id="mine", recv_window=5000
)
POLICY = Policy(engine_delay=10.0, max_query_lag=10.0)


def a_clock(*, error: float | None = 0.0) -> ServerClock:
    clock = ServerClock(wall=START, monotonic=0)
    if error is not None:
        half = int(error * SECOND)
        said = Instant((START + half) // 1000, TimeUnit.MICROSECOND)
        clock.learn([Sample(0, 2 * half, said)])
    return clock


def a_state(clock: ServerClock | None = None, started: int = 0) -> CallState:
    return CallState.begin(CANCEL, POLICY, clock or a_clock(), started)


def at(seconds: float) -> int:
    return int(seconds * SECOND)


def sent(state: CallState, seconds: float, *, is_lost: bool = True) -> None:
    state.note_sent(CANCEL, state.clock.at(at(seconds)))
    state.note_answered(is_lost=is_lost, is_open=True)


def test_an_attempt_may_take_effect_until_its_window_and_the_delay_of_the_engine_are_over() -> None:
    attempt = Attempt.of(ClockReading(0, START, None), Decimal(5000), 10.0)
    assert attempt.may_arrive_until == START + 15 * SECOND


def test_a_request_on_the_way_counts_as_an_attempt_for_an_interrupt() -> None:
    state = a_state()
    state.note_sent(CANCEL, state.clock.at(0))
    assert len(state.in_doubt.attempts) == 1
    state.note_answered(is_lost=False, is_open=False)
    assert not state.in_doubt.attempts


def test_a_query_is_no_attempt() -> None:
    state = a_state()
    state.note_sent(GetOrderList(order_list_id=0), state.clock.at(0))
    assert state.in_doubt.attempts == ()


def test_a_request_without_a_window_may_arrive_for_as_long_as_any() -> None:
    state = CallState.begin(CancelOrderList(symbol="LTCBTC", order_list_id=0), POLICY, a_clock(), 0)
    state.note_sent(state.request, state.clock.at(0))
    (attempt,) = state.in_doubt.attempts
    assert attempt.may_arrive_until == attempt.at.server + 70 * SECOND


@pytest.mark.parametrize(
    ("error", "seconds", "is_over"),
    [
        (0.0, 14.9, False),
        (0.0, 15.1, True),
        (1.0, 15.9, False),
        (1.0, 16.1, True),
        (None, 1e6, False),
    ],
)
def test_an_attempt_is_over_once_its_end_and_the_error_of_the_clock_have_passed(
    error: float | None, seconds: float, *, is_over: bool
) -> None:
    state = a_state(a_clock(error=error))
    sent(state, 0.0)
    # The clock itself adds to its error by drifting: less than 2 ms in these seconds.
    assert state.all_over_by(at(seconds + 0.01 * is_over), state.attempts) is is_over


def test_a_query_is_fresh_once_its_lag_has_passed_as_well() -> None:
    state = a_state()
    sent(state, 0.0)
    assert not state.is_fresh(at(24.9), state.attempts)
    assert state.is_fresh(at(25.1), state.attempts)
    state.refused_at = at(20)
    assert not state.is_fresh(at(29.9), state.attempts)
    assert state.is_fresh(at(30), state.attempts)
    assert state.is_fresh(at(30), [])


@pytest.mark.parametrize(("error", "seconds"), [(1.0, 15.9), (None, 3600.0)])
def test_until_when_an_attempt_may_arrive_is_said_as_long_as_the_clock_leaves_it_open(
    error: float | None, seconds: float
) -> None:
    state = a_state(a_clock(error=error))
    sent(state, 0.0)
    state.now = at(seconds)
    assert state.unknown().may_arrive_until is not None


def test_nothing_may_arrive_any_more_once_that_is_certain() -> None:
    state = a_state()
    sent(state, 0.0)
    state.now = at(15.1)
    assert state.unknown().may_arrive_until is None
    state.now = 0
    assert state.unknown(list_over=True).may_arrive_until is None


def test_of_two_measurements_the_earlier_time_of_an_attempt_counts() -> None:
    clock = a_clock()
    state = a_state(clock)
    sent(state, 1.0)
    (attempt,) = state.attempts
    for seconds in (5, -5):
        said = Instant((START + at(10 + seconds)) // 1000, TimeUnit.MICROSECOND)
        clock.learn([Sample(at(10), at(10), said)])
        expected = min(attempt.at.server, clock.at(at(1)).server)
        assert state.time_of(attempt).server == expected
    assert state.first_sent.server < START


def test_an_attempt_of_an_unmeasured_clock_is_dated_by_the_measurement_that_follows() -> None:
    clock = a_clock(error=None)
    state = a_state(clock)
    sent(state, 1.0)
    said = Instant((START + at(3600)) // 1000, TimeUnit.MICROSECOND)
    clock.learn([Sample(at(2), at(2), said)])
    assert abs(state.time_of(state.attempts[0]).server - (START + at(3599))) < 1_000_000


def test_an_attempt_that_is_not_known_ends_by_what_the_clock_knows_by_now() -> None:
    clock = a_clock(error=None)
    state = a_state(clock, started=at(100))
    state.assume_earlier((), Decimal(60_000))
    assert state.in_doubt.attempts == ()
    # The wall clock was 30 seconds behind: the attempt may be as much later.
    said = Instant((START + at(230)) // 1000, TimeUnit.MICROSECOND)
    clock.learn([Sample(at(200), at(200), said)])
    assert not state.all_over_by(at(170.9), state.attempts)
    assert state.all_over_by(at(171.1), state.attempts)
