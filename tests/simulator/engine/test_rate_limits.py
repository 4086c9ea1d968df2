import json
from collections.abc import Callable

import pytest

from orderlists import InvalidSetting
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator import Behaviour, Venue

Exchange = Callable[[HttpRequest], HttpResponse]

SECOND = 10**9
MINUTE = 60 * SECOND
TIME = HttpRequest("GET", "/api/v3/time", ())
START = 1_688_005_080_000_000_000
"""The first nanosecond of a minute."""


@pytest.fixture
def clock() -> list[int]:
    return [START]


@pytest.fixture
def venue(documented: Callable[[Behaviour], Venue]) -> Venue:
    return documented(Behaviour(weight_limit=5, ban_after=2))


@pytest.fixture
def statuses(exchange: Exchange) -> Callable[[int], list[int]]:
    return lambda times: [exchange(TIME).status for _ in range(times)]


@pytest.fixture
def cancel(exchange: Exchange, written: Callable[..., HttpRequest]) -> Callable[[int], int]:
    def cancel(order_list_id: int) -> int:
        request = written(
            "DELETE",
            "/api/v3/orderList",
            symbol="LTCBTC",
            orderListId=order_list_id,
            timestamp=START // 10**6,
            recvWindow=60000,
        )
        return exchange(request).status

    return cancel


def message(response: HttpResponse) -> str:
    error = json.loads(response.body)
    assert error["code"] == -1003
    return str(error["msg"])


def test_a_request_over_the_weight_limit_is_not_executed(
    statuses: Callable[[int], list[int]], cancel: Callable[[int], int], venue: Venue
) -> None:
    assert statuses(5) == [200] * 5
    assert cancel(0) == 429
    assert venue.order_list(0).is_open


def test_a_successful_cancel_has_no_weight(
    statuses: Callable[[int], list[int]], cancel: Callable[[int], int]
) -> None:
    assert statuses(4) == [200] * 4
    assert cancel(0) == 200
    assert statuses(2) == [200, 429]


def test_a_refused_cancel_has_weight(
    statuses: Callable[[int], list[int]], cancel: Callable[[int], int]
) -> None:
    assert statuses(4) == [200] * 4
    assert cancel(7) == 400
    assert statuses(1) == [429]


def test_a_429_has_retry_after_until_the_end_of_the_minute(
    statuses: Callable[[int], list[int]], exchange: Exchange, clock: list[int]
) -> None:
    statuses(5)
    clock[0] += 17 * SECOND + 1

    refused = exchange(TIME)

    assert refused.status == 429
    # 43 seconds less a nanosecond, rounded up.
    assert refused.header("Retry-After") == "43"
    assert refused.header("X-MBX-USED-WEIGHT-1M") == "5"
    assert message(refused).startswith(
        "Too much request weight used; current limit is 5 request weight per 1 MINUTE."
    )
    clock[0] += 43 * SECOND
    assert exchange(TIME).status == 200


def test_the_weight_counter_is_reset_every_minute(
    statuses: Callable[[int], list[int]], clock: list[int]
) -> None:
    statuses(5)
    clock[0] += MINUTE - 1
    before = statuses(1)
    clock[0] += 1

    assert (before, statuses(5)) == ([429], [200] * 5)


def test_requests_after_a_429_lead_to_a_ban_with_418(
    statuses: Callable[[int], list[int]], exchange: Exchange, clock: list[int]
) -> None:
    assert statuses(8) == [200] * 5 + [429] * 3
    clock[0] += SECOND

    refused = exchange(TIME)

    assert (refused.status, refused.header("Retry-After")) == (418, "120")
    until = (START + SECOND + 120 * SECOND) // 10**6
    assert f"IP banned until {until}." in message(refused)


def test_a_ban_ends_at_its_time(
    statuses: Callable[[int], list[int]], exchange: Exchange, clock: list[int]
) -> None:
    statuses(9)
    clock[0] += 120 * SECOND - 1
    still = exchange(TIME)
    clock[0] += 1

    assert (still.status, still.header("Retry-After")) == (418, "1")
    assert exchange(TIME).status == 200


def test_the_next_ban_is_longer(
    statuses: Callable[[int], list[int]], exchange: Exchange, clock: list[int]
) -> None:
    statuses(9)
    clock[0] += 2 * MINUTE

    assert statuses(9) == [200] * 5 + [429] * 3 + [418]
    assert exchange(TIME).header("Retry-After") == "240"


def test_a_path_that_is_not_served_is_rate_limited_too(
    statuses: Callable[[int], list[int]], exchange: Exchange
) -> None:
    nowhere = HttpRequest("GET", "/", ())
    before = exchange(nowhere).status
    statuses(6)

    assert (before, exchange(nowhere).status) == (404, 429)


def test_without_a_weight_limit_no_request_is_refused() -> None:
    venue = Venue(behaviour=Behaviour(weight_limit=None))

    assert [venue.request_weight.charge(6000, now=0) for _ in range(3)] == [6000, 12000, 18000]


def test_a_refund_in_the_next_minute_has_no_effect() -> None:
    venue = Venue()
    venue.request_weight.charge(1, now=0)

    assert venue.request_weight.refund(1, now=MINUTE) == 0


@pytest.mark.parametrize(
    "setting",
    [{"weight_limit": 0}, {"weight_limit": -1}, {"ban_after": -1}],
    ids=repr,
)
def test_an_invalid_limit_is_refused(setting: dict[str, int]) -> None:
    with pytest.raises(InvalidSetting, match="must be at least"):
        Behaviour(**setting)  # type: ignore[arg-type]  # any field of it
