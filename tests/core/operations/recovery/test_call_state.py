"""The state of a call: attempts, expiry, and clocks."""

from decimal import Decimal

import pytest

from orderlists import (
    Attempt,
    CancelOrderList,
    GetOrderList,
    Instant,
    Policy,
    TimeUnit,
    UnknownOrderList,
)
from orderlists._clock import ClockReading, Sample, ServerClock
from orderlists._operations.recovery.call_state import CallState
from orderlists._operations.recovery.evidence import was_before

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
        clock.update([Sample(0, 2 * half, said)])
    return clock


def a_state(clock: ServerClock | None = None, started: int = 0) -> CallState:
    return CallState(CANCEL, POLICY, clock or a_clock(), started)


def at(seconds: float) -> int:
    return int(seconds * SECOND)


def sent(state: CallState, seconds: float, *, is_lost: bool = True) -> None:
    state.record_sent(CANCEL, state.clock.at(at(seconds)))
    state.record_answered(is_lost=is_lost, is_unknown=True)


def test_an_attempt_expires_after_its_recv_window_and_the_engine_delay() -> None:
    attempt = Attempt.of(ClockReading(0, START, None), Decimal(5000), 10.0)
    assert attempt.may_arrive_until == START + 15 * SECOND


def test_a_request_in_flight_counts_as_an_attempt_for_an_interrupt() -> None:
    state = a_state()
    state.record_sent(CANCEL, state.clock.at(0))
    assert len(state.in_doubt.attempts) == 1
    state.record_answered(is_lost=False, is_unknown=False)
    assert not state.in_doubt.attempts


def test_a_query_is_not_an_attempt() -> None:
    state = a_state()
    state.record_sent(GetOrderList(order_list_id=0), state.clock.at(0))
    assert state.in_doubt.attempts == ()


def test_an_attempt_without_a_recv_window_expires_after_the_maximum() -> None:
    state = CallState(CancelOrderList(symbol="LTCBTC", order_list_id=0), POLICY, a_clock(), 0)
    state.record_sent(state.request, state.clock.at(0))
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
def test_an_attempt_has_expired_once_its_end_and_the_clock_error_have_passed(
    error: float | None, seconds: float, *, is_over: bool
) -> None:
    state = a_state(a_clock(error=error))
    sent(state, 0.0)
    # The drift adds less than 2 ms to the error in these seconds.
    assert state.all_expired_by(at(seconds + 0.01 * is_over), state.attempts) is is_over


def test_a_query_is_fresh_once_the_query_lag_has_passed_as_well() -> None:
    state = a_state()
    sent(state, 0.0)
    assert not state.is_fresh(at(24.9))
    assert state.is_fresh(at(25.1))
    state.refusal = UnknownOrderList(code=-2011, message="Unknown order list sent.", status=400)
    state.refused_at = at(20)
    assert not state.is_fresh(at(29.9))
    assert state.is_fresh(at(30))
    assert state.is_fresh(at(30), lost_only=True)


@pytest.mark.parametrize(("error", "seconds"), [(1.0, 15.9), (None, 3600.0)])
def test_may_arrive_until_is_set_while_an_attempt_can_take_effect(
    error: float | None, seconds: float
) -> None:
    state = a_state(a_clock(error=error))
    sent(state, 0.0)
    state.now = at(seconds)
    assert state.unknown().may_arrive_until is not None


def test_may_arrive_until_is_none_once_every_attempt_has_expired() -> None:
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
        clock.update([Sample(at(10), at(10), said)])
        expected = min(attempt.at.server, clock.at(at(1)).server)
        assert state.time_of(attempt).server == expected
    assert state.first_sent.server < START


@pytest.mark.parametrize(
    ("ahead", "sent_at"),
    [(3600.0, -3599.0), (2.0, -1.0), (0.5, 0.0), (-3600.0, 0.0)],
    ids=["an hour ahead", "two seconds ahead", "half a second ahead", "an hour behind"],
)
def test_an_attempt_of_an_unmeasured_clock_is_dated_by_the_earlier_of_wall_clock_and_measurement(
    ahead: float, sent_at: float
) -> None:
    # A suspended machine whose monotonic clock stops looks like a wall clock that is behind.
    clock = a_clock(error=None)
    state = a_state(clock)
    sent(state, 1.0)
    said = Instant((START + at(2 - ahead)) // 1000, TimeUnit.MICROSECOND)
    clock.update([Sample(at(2), at(2), said)])
    dated = state.time_of(state.attempts[0])
    assert abs(dated.server - (START + at(sent_at))) < 1_000_000
    assert dated.error is not None


def test_a_list_placed_while_the_machine_slept_is_not_older_than_the_attempt() -> None:
    # The cancel was sent one second after the start; then the machine slept for an hour.
    clock = a_clock(error=None)
    state = a_state(clock)
    sent(state, 1.0)
    woken = Instant((START + at(3602)) // 1000, TimeUnit.MICROSECOND)
    clock.update([Sample(at(2), at(2), woken)])
    placed = Instant((START + at(1800)) // 1000, TimeUnit.MICROSECOND)
    assert not was_before(placed, state.first_sent)


def test_an_attempt_is_dated_at_the_earliest_and_at_the_latest() -> None:
    # Asleep for an hour, or a wall clock that is an hour behind.
    clock = a_clock(error=None)
    state = a_state(clock)
    sent(state, 1.0)
    sent(state, 1.5)
    clock.update([Sample(at(2), at(2), Instant((START + at(3602)) // 1000, TimeUnit.MICROSECOND))])
    earliest, latest = state.first_sent.server, state.first_sent_at_latest.server
    assert abs(earliest - START) < 1_000_000
    assert abs(latest - (START + at(3601))) < 1_000_000


def test_an_assumed_attempt_expires_by_the_resynced_clock() -> None:
    clock = a_clock(error=None)
    state = a_state(clock, started=at(100))
    state.assume_earlier((), Decimal(60_000))
    assert state.in_doubt.attempts == ()
    # The wall clock was 30 seconds behind: the attempt may be that much later.
    said = Instant((START + at(230)) // 1000, TimeUnit.MICROSECOND)
    clock.update([Sample(at(200), at(200), said)])
    assert not state.all_expired_by(at(170.9), state.attempts)
    assert state.all_expired_by(at(171.1), state.attempts)
