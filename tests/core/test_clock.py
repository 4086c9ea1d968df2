"""The exchange's clock as it is seen from here: how well it is known, and what does not move it."""

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
from orderlists._clock import Sample, ServerClock
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
    asked = 0
    for way in out:
        read = truth + asked + way
        said = Instant(unit.from_nanoseconds(read), unit)
        samples.append(Sample(asked, asked + way + back, said))
        asked += way + back + 1
    clock.learn(samples)
    moment = clock.at(asked + later)
    assert moment.error is not None
    assert abs(moment.server - (truth + asked + later)) <= moment.error


@given(first=spans, second=spans)
def test_the_shortest_round_trip_counts(first: int, second: int) -> None:
    assume(first != second)
    clock = ServerClock(wall=0, monotonic=0)
    said = Instant(START // 1000, TimeUnit.MICROSECOND)
    clock.learn([Sample(0, first, said), Sample(0, second, said)])
    assert clock.at(min(first, second) // 2).error == (min(first, second) + 1001) // 2


@given(moments=st.lists(st.integers(0, 10**18), min_size=2))
def test_between_measurements_time_only_grows(moments: list[int]) -> None:
    clock = ServerClock(wall=START, monotonic=0)
    times = [clock.at(moment).server for moment in sorted(moments)]
    assert times == sorted(times)
    assert not clock.is_measured
    assert clock.at(0).error is None


def test_a_measurement_may_move_the_clock_back() -> None:
    clock = ServerClock(wall=START + SECOND, monotonic=0)
    clock.learn([Sample(0, 0, Instant(START // 1000, TimeUnit.MICROSECOND))])
    assert clock.is_measured
    assert clock.at(0).server < START + SECOND
    assert clock.at(0).instant == Instant(START // 1000, TimeUnit.MICROSECOND)


@pytest.mark.parametrize("skew", [3600 * SECOND, -3600 * SECOND])
def test_a_wrong_clock_is_measured_and_the_request_sent_once_more(skew: int) -> None:
    script = Scripted(TOO_OLD, done, skew=skew)
    assert script.send(CANCEL) == done(script.sent[1])
    first, second = script.readings
    assert abs(first.server - START) == 3600 * SECOND
    assert second.error is not None
    assert abs(second.server - START) <= second.error
    assert script.waits == []


@pytest.mark.parametrize("skew", [0, 3600 * SECOND, -3600 * SECOND])
def test_a_timestamp_that_was_right_is_refused_for_another_reason(skew: int) -> None:
    # It was delayed, perhaps with a copy that was in time: so it may have been executed.
    script = Scripted(*([TOO_OLD] * 2), skew=skew)
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(CANCEL, AT_ONCE)
    assert len(script.sent) == (2 if skew < 0 else 1)
    assert caught.value.__cause__ is TOO_OLD
    assert len(caught.value.attempts) == 1


def test_a_question_is_asked_once_more_by_a_measured_clock() -> None:
    question = GetOrderList(order_list_id=0)
    found = done(CANCEL)
    assert Scripted(TOO_OLD, found).send(question) is found
    with pytest.raises(BadTimestamp):
        Scripted(TOO_OLD, TOO_OLD).send(question)


def test_the_clock_is_measured_first_where_that_is_asked_for() -> None:
    script = Scripted(done, done, skew=3600 * SECOND)
    policy = Policy(measure_clock=True)
    for _ in range(2):
        script.send(CANCEL, policy)
    assert script.clock_samples == MEASURED_ONCE
    assert all(moment.error is not None for moment in script.readings)


def test_a_clock_that_cannot_be_measured_leaves_the_refusal_in_doubt() -> None:
    script = Scripted(TOO_OLD, clock_is_measurable=False)
    with pytest.raises(OutcomeUnknown):
        script.send(CANCEL, AT_ONCE)
    assert not script.clock.is_measured
    with pytest.raises(BadTimestamp):
        Scripted(TOO_OLD, clock_is_measurable=False).send(GetOrderList(order_list_id=0))


@pytest.mark.parametrize(("age", "is_explained"), [(4.9, False), (5.1, True)])
def test_a_refused_timestamp_is_explained_only_beyond_the_error_of_the_clock(
    age: float, *, is_explained: bool
) -> None:
    script = Scripted(TOO_OLD, done, skew=-int(age * SECOND))
    # So the clock is known to half a second, and half a second ahead.
    script.sample_takes = SECOND
    if is_explained:
        script.send(CANCEL, AT_ONCE)
    else:
        with pytest.raises(OutcomeUnknown):
            script.send(CANCEL, AT_ONCE)
