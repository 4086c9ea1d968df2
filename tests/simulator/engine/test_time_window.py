import json
from collections.abc import Callable

import pytest

from orderlists.extending import HttpResponse

Cancel = Callable[..., HttpResponse]

MILLISECONDS = 1_688_005_070_874
MICROSECONDS = MILLISECONDS * 1000

TOO_OLD = "Timestamp for this request is outside of the recvWindow."
AHEAD = "Timestamp for this request was 1000ms ahead of the server's time."


@pytest.fixture
def clock() -> list[int]:
    return [MICROSECONDS * 1000]


def refusal(response: HttpResponse) -> str | None:
    if response.status == 200:
        return None
    error = json.loads(response.body)
    assert error["code"] == -1021
    return str(error["msg"])


@pytest.mark.parametrize(
    ("age", "expected"), [(0, None), (5000, None), (5001, TOO_OLD), (-999, None), (-1000, AHEAD)]
)
def test_the_default_recv_window_is_five_seconds(
    cancel: Cancel, age: int, expected: str | None
) -> None:
    assert refusal(cancel(orderListId=0, timestamp=MILLISECONDS - age)) == expected


@pytest.mark.parametrize("window", ["1", "59999.999", "60000", "60000.000"])
def test_a_request_as_old_as_its_recv_window_is_valid(cancel: Cancel, window: str) -> None:
    age = round(float(window) * 1000)

    late = cancel(orderListId=0, recvWindow=window, timestamp=MICROSECONDS - age - 1)
    in_time = cancel(orderListId=0, recvWindow=window, timestamp=MICROSECONDS - age)

    assert (refusal(late), refusal(in_time)) == (TOO_OLD, None)


def test_a_timestamp_a_second_ahead_is_refused(cancel: Cancel) -> None:
    ahead = cancel(orderListId=0, timestamp=MICROSECONDS + 1_000_000)
    in_time = cancel(orderListId=0, timestamp=MICROSECONDS + 999_999)

    assert (refusal(ahead), refusal(in_time)) == (AHEAD, None)


def test_a_recv_window_of_zero_is_not_the_default(cancel: Cancel) -> None:
    late = cancel(orderListId=0, recvWindow=0, timestamp=MILLISECONDS - 1)
    in_time = cancel(orderListId=0, recvWindow=0)

    assert (refusal(late), refusal(in_time)) == (TOO_OLD, None)


def test_the_time_window_is_compared_in_microseconds(cancel: Cancel, clock: list[int]) -> None:
    clock[0] += 999

    assert refusal(cancel(orderListId=0, recvWindow=0)) is None
