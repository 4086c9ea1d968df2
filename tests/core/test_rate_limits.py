"""Rate limits: usage, windows, and blocks after 429, 418 and -1015."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlists import (
    Banned,
    CancelOrderList,
    Instant,
    InvalidSetting,
    Policy,
    RateLimit,
    RateLimited,
    RateLimits,
    TimeUnit,
)
from orderlists._clock import ClockReading
from orderlists._protocols.rate_limit_headers import usage_of
from orderlists._rate_limits import RateLimitType
from orderlists.extending import HttpResponse
from orderlists.markets import ListedRateLimit
from scripted import SECOND, START, Scripted, done

MINUTE = 60 * SECOND
EVEN = START - START % (86400 * SECOND)


def moment(seconds: float) -> ClockReading:
    passed = int(seconds * SECOND)
    return ClockReading(passed, EVEN + passed, None)


def limited(retry_after: float | None, code: int = -1003) -> RateLimited:
    return RateLimited(code=code, message="Too much.", status=429, retry_after=retry_after)


def banned(retry_after: float | None) -> Banned:
    return Banned(code=-1003, message="", status=418, retry_after=retry_after, until=None)


def allowance(
    rate_limits: RateLimits, limiter: RateLimitType, seconds: int, at: float, who: str
) -> RateLimit:
    (found,) = (
        each
        for each in rate_limits.read(account=who, now=moment(at))
        if (each.limiter, each.seconds) == (limiter, seconds)
    )
    return found


def test_the_documented_rate_limits_are_the_default() -> None:
    read = RateLimits().read(account="a", now=moment(0))
    assert [(a.limiter.value, a.seconds, a.limit, a.used) for a in read] == [
        ("ORDERS", 10, 100, 0),
        ("ORDERS", 86400, 200_000, 0),
        ("REQUEST_WEIGHT", 60, 6000, 0),
    ]


TEN_SECONDS = ListedRateLimit(
    rate_limit_type="ORDERS", interval="SECOND", interval_num=10, limit=50
)
RAW_REQUESTS = ListedRateLimit(
    rate_limit_type="RAW_REQUESTS", interval="MINUTE", interval_num=5, limit=300_000
)


def test_listed_rate_limits_replace_those_that_were_known_and_leave_the_usage() -> None:
    rate_limits = RateLimits()
    rate_limits.record([((RateLimitType.ORDERS, 10), 7, None)], account="a", time=moment(0).server)
    rate_limits.set_limits([TEN_SECONDS, RAW_REQUESTS])
    read = rate_limits.read(account="a", now=moment(0))
    assert [(a.limiter.value, a.seconds, a.limit, a.used) for a in read] == [("ORDERS", 10, 50, 7)]
    assert RateLimits([TEN_SECONDS]).read(account="b", now=moment(0))[0].limit == 50
    with pytest.raises(InvalidSetting):
        rate_limits.set_limits([{"a": 1}])
    assert rate_limits.read(account="a", now=moment(0)) == read


@pytest.mark.parametrize(
    "limits",
    [
        5,
        "limits",
        [5],
        [None],
        [{"a": 1}],
        {"rateLimitType": "ORDERS"},
        [{"rateLimitType": [], "interval": "DAY", "intervalNum": 1, "limit": 5}],
        [{"rateLimitType": "ORDERS", "interval": "DAY", "intervalNum": "1", "limit": 5}],
        [{"rateLimitType": "ORDERS", "interval": "DAY", "intervalNum": 1, "limit": 5.5}],
    ],
)
def test_malformed_rate_limits_are_rejected(limits: Any) -> None:
    with pytest.raises(InvalidSetting, match=r"limits=.*: must be limits with rateLimitType"):
        RateLimits(limits)


def test_rate_limits_of_exchange_info_replace_the_default() -> None:
    rate_limits = RateLimits(
        [
            {
                "rateLimitType": "REQUEST_WEIGHT",
                "interval": "MINUTE",
                "intervalNum": 1,
                "limit": 1200,
            },
            {"rateLimitType": "RAW_REQUESTS", "interval": "MINUTE", "intervalNum": 5, "limit": 9},
        ]
    )
    (weight,) = rate_limits.read(account="a", now=moment(0))
    assert (weight.limit, weight.seconds) == (1200, 60)


def test_rate_limit_usage_lasts_until_the_end_of_its_window() -> None:
    rate_limits = RateLimits()
    rate_limits.record(
        [((RateLimitType.REQUEST_WEIGHT, 60), 7, None)], account="a", time=moment(59).server
    )
    in_window = allowance(rate_limits, RateLimitType.REQUEST_WEIGHT, 60, 59.9, "a")
    assert in_window.used == 7
    assert in_window.ends_at.microseconds * 1000 == EVEN + MINUTE
    assert allowance(rate_limits, RateLimitType.REQUEST_WEIGHT, 60, 60, "a").used == 0


def test_weight_is_counted_by_address_and_orders_by_account() -> None:
    rate_limits = RateLimits()
    used = [((RateLimitType.REQUEST_WEIGHT, 60), 7, None), ((RateLimitType.ORDERS, 10), 3, 50)]
    rate_limits.record(used, account="a", time=moment(0).server)
    assert allowance(rate_limits, RateLimitType.REQUEST_WEIGHT, 60, 1, "b").used == 7
    assert allowance(rate_limits, RateLimitType.ORDERS, 10, 1, "a").used == 3
    assert allowance(rate_limits, RateLimitType.ORDERS, 10, 1, "a").limit == 50
    assert allowance(rate_limits, RateLimitType.ORDERS, 10, 1, "b").used == 0


@given(used=st.integers(0, 10**6), count=st.integers(1, 99), unit=st.sampled_from("sSmMhHdD"))
def test_rate_limit_headers_report_the_usage(used: int, count: int, unit: str) -> None:
    seconds = count * {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit.lower()]
    headers = (
        (f"X-MBX-USED-WEIGHT-{count}{unit}", str(used)),
        (f"x-mbx-order-count-{count}{unit}", str(used)),
        ("x-mbx-uuid", "1-1"),
        ("X-MBX-USED-WEIGHT", "5"),
        ("X-MBX-USED-WEIGHT-0M", "5"),
        ("X-MBX-USED-WEIGHT-1M", "many"),
        ("Content-Type", "application/json"),
    )
    assert usage_of(HttpResponse(200, headers)) == [
        ((RateLimitType.REQUEST_WEIGHT, seconds), used, None),
        ((RateLimitType.ORDERS, seconds), used, None),
    ]


def test_rate_limit_headers_are_found_among_any_other_headers() -> None:
    figure = ("X-MBX-USED-WEIGHT-1M", "5")
    others = tuple((f"X-{number}", "6") for number in range(1000))
    for headers in ((*others, figure), (figure, *others), (*others, figure)):
        assert usage_of(HttpResponse(200, headers)) == [
            ((RateLimitType.REQUEST_WEIGHT, 60), 5, None)
        ]


def test_a_malformed_count_in_a_header_does_not_hide_the_next_one() -> None:
    name = "X-MBX-USED-WEIGHT-7M"
    assert usage_of(HttpResponse(200, ((name, "many"),))) == []
    next_one = usage_of(HttpResponse(200, ((name, "8"),)))
    assert next_one == [((RateLimitType.REQUEST_WEIGHT, 420), 8, None)]


@pytest.mark.parametrize("error", [limited(3), banned(3)], ids=lambda e: type(e).__name__)
def test_a_block_lasts_for_retry_after(error: RateLimited | Banned) -> None:
    rate_limits = RateLimits()
    rate_limits.block(error, account="a", now=moment(10))
    for account in ("a", "b"):
        with pytest.raises(type(error)) as caught:
            rate_limits.check(account=account, now=moment(12.5))
        assert caught.value.retry_after == 0.5
        assert caught.value.status == error.status
    rate_limits.check(account="a", now=moment(13))


def test_the_longest_block_counts() -> None:
    rate_limits = RateLimits()
    rate_limits.block(limited(9), account="a", now=moment(0))
    rate_limits.block(limited(1), account="a", now=moment(1))
    with pytest.raises(RateLimited) as caught:
        rate_limits.check(account="a", now=moment(5))
    assert caught.value.retry_after == 4


def test_too_many_unfilled_orders_block_only_placements_of_the_account() -> None:
    rate_limits = RateLimits()
    rate_limits.block(limited(9, code=-1015), account="a", now=moment(0))
    rate_limits.check(account="b", now=moment(1), places=True)
    rate_limits.check(account="a", now=moment(1))
    with pytest.raises(RateLimited):
        rate_limits.check(account="a", now=moment(1), places=True)


@pytest.mark.parametrize(("error", "seconds"), [(limited(None), 60), (banned(None), 120)])
def test_a_block_without_retry_after_has_a_long_default(
    error: RateLimited | Banned, seconds: float
) -> None:
    rate_limits = RateLimits()
    rate_limits.block(error, account="a", now=moment(0))
    with pytest.raises(type(error)):
        rate_limits.check(account="a", now=moment(seconds - 0.001))
    rate_limits.check(account="a", now=moment(seconds))


def test_a_ban_that_names_its_end_lasts_until_then() -> None:
    rate_limits = RateLimits()
    until = Instant(EVEN // 1_000_000 + 600_000, TimeUnit.MILLISECOND)
    error = Banned(code=-1003, message="", status=418, retry_after=None, until=until)
    rate_limits.block(error, account="a", now=moment(0))
    with pytest.raises(Banned):
        rate_limits.check(account="a", now=moment(599))
    rate_limits.check(account="a", now=moment(600))


@pytest.mark.parametrize(("known", "seconds"), [(None, 3), (0, 600)])
def test_the_end_of_a_ban_is_used_only_with_a_measured_clock(
    known: int | None, seconds: int
) -> None:
    rate_limits = RateLimits()
    until = Instant(EVEN // 1_000_000 + 600_000, TimeUnit.MILLISECOND)
    error = Banned(code=-1003, message="", status=418, retry_after=3, until=until)
    rate_limits.block(error, account="a", now=moment(0)._replace(error=known))
    with pytest.raises(Banned):
        rate_limits.check(account="a", now=moment(seconds - 0.001))
    rate_limits.check(account="a", now=moment(seconds))


def test_a_reordered_reply_does_not_lower_the_rate_limit_usage() -> None:
    rate_limits = RateLimits()
    for used in (9, 7):
        rate_limits.record(
            [((RateLimitType.REQUEST_WEIGHT, 60), used, None)], account="a", time=moment(1).server
        )
    assert allowance(rate_limits, RateLimitType.REQUEST_WEIGHT, 60, 2, "a").used == 9


def test_a_retry_after_of_0_does_not_make_a_call_spin() -> None:
    script = Scripted(limited(0), limited(0), limited(0), done)
    script.send(CANCEL)
    assert script.waits == [0.1, 0.2, 0.4]


def test_blocks_of_concurrent_threads_are_all_kept() -> None:
    rate_limits = RateLimits()

    def hold_and_check(n: int) -> None:
        rate_limits.block(limited(n), account="a", now=moment(0))
        with pytest.raises(RateLimited):
            rate_limits.check(account="a", now=moment(0))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(hold_and_check, range(1, 200)))
    with pytest.raises(RateLimited) as caught:
        rate_limits.check(account="a", now=moment(0))
    assert caught.value.retry_after == 199


CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)


@pytest.mark.parametrize("error", [limited(3), banned(3)], ids=lambda e: type(e).__name__)
def test_a_call_waits_for_retry_after_and_retries(error: RateLimited | Banned) -> None:
    script = Scripted(error, error, done)
    script.send(CANCEL)
    assert script.waits == [3, 3]


@pytest.mark.parametrize(
    ("policy", "error"),
    [
        (Policy(wait_for_rate_limits=False), limited(3)),
        (Policy(deadline=3), limited(3)),
        (Policy(), banned(3600)),
    ],
)
def test_a_call_without_wait_for_rate_limits_raises_the_rate_limit(
    policy: Policy, error: RateLimited | Banned
) -> None:
    script = Scripted(error)
    with pytest.raises(type(error)) as caught:
        script.send(CANCEL, policy)
    assert caught.value is error
    assert script.waits == []
