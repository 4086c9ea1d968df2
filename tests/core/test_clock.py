"""The estimate of the exchange's clock: its error, measurements, and resync after -1021."""

from collections.abc import Generator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orderlists import (
    BadTimestamp,
    CancelOrderList,
    GetOrderList,
    Instant,
    OutcomeUnknown,
    Policy,
    TimeUnit,
)
from orderlists._clock import ClockReading, Sample, ServerClock
from orderlists._clock_sync import measure
from scripted import MEASURED_ONCE, SECOND, START, Scripted, done

AT_ONCE = Policy(reconcile=False)
CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)
TOO_OLD = BadTimestamp(code=-1021, message="too old", status=400)
spans = st.integers(0, 10 * SECOND)


@given(
    truth=st.integers(START, START + 10**15),
    unit=st.sampled_from(TimeUnit),
    out=st.lists(spans, min_size=1, max_size=4),
    back=spans,
    later=st.integers(-(10**12), 10**12),
)
def test_the_true_time_is_within_the_error(
    truth: int, unit: TimeUnit, out: list[int], back: int, later: int
) -> None:
    clock = ServerClock(wall=0, monotonic=0)
    samples: list[Sample] = []
    sent_at = 0
    for way in out:
        read = truth + sent_at + way
        said = Instant(unit.from_nanoseconds(read), unit)
        samples.append(Sample(sent_at, sent_at + way + back, said))
        sent_at += way + back + 1
    clock.update(samples)
    moment = clock.at(sent_at + later)
    assert moment.error is not None
    assert abs(moment.server - (truth + sent_at + later)) <= moment.error


@given(first=spans, second=spans)
def test_the_shortest_round_trip_counts(first: int, second: int) -> None:
    assume(first != second)
    clock = ServerClock(wall=0, monotonic=0)
    said = Instant(START // 1000, TimeUnit.MICROSECOND)
    clock.update([Sample(0, first, said), Sample(0, second, said)])
    assert clock.at(min(first, second) // 2).error == (min(first, second) + 1001) // 2


@given(moments=st.lists(st.integers(0, 10**18), min_size=2))
def test_the_clock_is_monotonic_between_measurements(moments: list[int]) -> None:
    clock = ServerClock(wall=START, monotonic=0)
    times = [clock.at(moment).server for moment in sorted(moments)]
    assert times == sorted(times)
    assert not clock.is_measured
    assert clock.at(0).error is None


def test_a_measurement_may_move_the_clock_back() -> None:
    clock = ServerClock(wall=START + SECOND, monotonic=0)
    clock.update([Sample(0, 0, Instant(START // 1000, TimeUnit.MICROSECOND))])
    assert clock.is_measured
    assert clock.at(0).server < START + SECOND
    assert clock.at(0).instant == Instant(START // 1000, TimeUnit.MICROSECOND)


@pytest.mark.parametrize("skew", [3600 * SECOND, -3600 * SECOND])
def test_a_refused_timestamp_resyncs_the_clock_and_resends_once(skew: int) -> None:
    script = Scripted(TOO_OLD, done, skew=skew)
    assert script.send(CANCEL) == done(script.sent[1])
    first, second = script.readings
    assert abs(first.server - START) == 3600 * SECOND
    assert second.error is not None
    assert abs(second.server - START) <= second.error
    assert script.waits == []


@pytest.mark.parametrize("skew", [0, 3600 * SECOND, -3600 * SECOND])
def test_a_disputed_timestamp_leaves_a_cancel_in_outcome_unknown(skew: int) -> None:
    # The request was delayed, and a copy of it may have been in time: it may be executed.
    script = Scripted(*([TOO_OLD] * 2), skew=skew)
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(CANCEL, AT_ONCE)
    assert len(script.sent) == (2 if skew < 0 else 1)
    assert caught.value.__cause__ is TOO_OLD
    assert len(caught.value.attempts) == 1


def test_a_query_is_resent_after_a_clock_resync() -> None:
    question = GetOrderList(order_list_id=0)
    found = done(CANCEL)
    assert Scripted(TOO_OLD, found).send(question) is found
    with pytest.raises(BadTimestamp):
        Scripted(TOO_OLD, TOO_OLD).send(question)


def test_measure_clock_samples_the_clock_before_the_first_request() -> None:
    script = Scripted(done, done, skew=3600 * SECOND)
    policy = Policy(measure_clock=True)
    for _ in range(2):
        script.send(CANCEL, policy)
    assert script.clock_samples == MEASURED_ONCE
    assert all(moment.error is not None for moment in script.readings)


def test_the_reading_before_a_measurement_is_of_the_time_of_the_last_sample() -> None:
    clock = ServerClock(wall=0, monotonic=0)
    now = Instant(START // 1000, TimeUnit.MICROSECOND)
    # The second has the shortest round trip, and the last one failed.
    samples = iter([Sample(0, 9, now), Sample(20, 21, now), None])
    readings: list[ClockReading] = []

    def take_sample() -> Generator[None, None, Sample | None]:
        yield
        return next(samples)

    steps = measure(clock, take_sample, readings.append)
    assert len(list(steps)) == 3
    assert readings == [ClockReading(21, 21, None)]
    assert clock.at(20).error is not None


def test_a_failed_clock_sync_leaves_a_cancel_in_outcome_unknown() -> None:
    script = Scripted(TOO_OLD, clock_is_measurable=False)
    with pytest.raises(OutcomeUnknown):
        script.send(CANCEL, AT_ONCE)
    assert not script.clock.is_measured
    with pytest.raises(BadTimestamp):
        Scripted(TOO_OLD, clock_is_measurable=False).send(GetOrderList(order_list_id=0))


@pytest.mark.parametrize(("age", "is_explained"), [(4.9, False), (5.1, True)])
def test_a_timestamp_is_stale_only_beyond_the_error_of_the_clock(
    age: float, *, is_explained: bool
) -> None:
    script = Scripted(TOO_OLD, done, skew=-int(age * SECOND))
    # The clock has an error of half a second, and is half a second ahead.
    script.sample_takes = SECOND
    if is_explained:
        script.send(CANCEL, AT_ONCE)
    else:
        with pytest.raises(OutcomeUnknown):
            script.send(CANCEL, AT_ONCE)
