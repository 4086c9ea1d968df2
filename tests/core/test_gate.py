"""The gate: every request passes it, and every 429 or 418 closes it."""

from typing import Any

import pytest
from attrs import evolve

from orderlists import Banned, CancelOrderList, HmacKey, RateLimited, RateLimits
from orderlists._clock import ClockReading, ServerClock
from orderlists._gate import Gate
from orderlists._rate_limits import RateLimitType

SECOND = 1_000_000_000
CANCEL = CancelOrderList.operation
PLACE = evolve(CANCEL, unfilled_orders=2)


def reading(seconds: float) -> ClockReading:
    return ClockReading(int(seconds * SECOND), int(seconds * SECOND), 0)


def a_gate(rate_limits: RateLimits | None = None, account: str = "k") -> Gate:
    key = HmacKey(api_key=account * 64, secret="not-a-real-one")
    clock = ServerClock(wall=0, monotonic=0)
    return Gate(key, clock, RateLimits() if rate_limits is None else rate_limits)


def limited(code: int = -1003) -> RateLimited:
    return RateLimited(code=code, message="", status=429, retry_after=3.0)


def test_a_429_closes_the_gate_until_it_is_over() -> None:
    gate = a_gate()
    gate.admit(CANCEL, reading(0))
    gate.close(limited(), reading(0))
    with pytest.raises(RateLimited) as caught:
        gate.admit(CANCEL, reading(1))
    assert caught.value.retry_after == 2
    gate.admit(CANCEL, reading(3))


def test_a_418_closes_the_gate_of_every_client_that_shares_its_limits() -> None:
    limits = RateLimits()
    one, other = a_gate(limits), a_gate(limits, "o")
    banned = Banned(code=-1003, message="", status=418, retry_after=9.0, until=None)
    one.close(banned, reading(0))
    with pytest.raises(Banned):
        other.admit(CANCEL, reading(8))


@pytest.mark.parametrize(("operation", "is_blocked"), [(CANCEL, False), (PLACE, True)])
def test_too_many_unfilled_orders_close_the_gate_only_for_placements(
    operation: Any, *, is_blocked: bool
) -> None:
    gate = a_gate()
    gate.close(limited(-1015), reading(0))
    if is_blocked:
        with pytest.raises(RateLimited):
            gate.admit(operation, reading(1))
    else:
        gate.admit(operation, reading(1))


def test_the_gate_records_usage_per_account() -> None:
    gate = a_gate()
    gate.record([((RateLimitType.ORDERS, 10), 7, None)], 0)
    read = gate.rate_limits.read(account="k" * 64, now=reading(0))
    assert [each.used for each in read if each.seconds == 10] == [7]
