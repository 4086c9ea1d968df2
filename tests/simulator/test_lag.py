from collections.abc import Callable

import pytest

from orderlists import InvalidSetting
from orderlists_simulator import Lag, Refused, Rules, Venue

SECOND = 10**9
PLACED = 1_574_040_868_128_000_000
NAME = "C3wyj4WVEktd7u9aVBRXcN"


@pytest.fixture
def canceled_at(venue: Venue) -> int:
    when = PLACED + 100 * SECOND
    venue.cancel(symbol="LTCBTC", order_list_id=0, new_client_order_id="mine", now=when)
    return when


def status_of_list(venue: Venue, now: int) -> str:
    return venue.query_list(order_list_id=0, now=now).list_order_status


def test_without_a_lag_queries_tell_the_truth(venue: Venue, canceled_at: int) -> None:
    assert status_of_list(venue, canceled_at) == "ALL_DONE"


def test_a_query_sees_what_was_true_some_time_ago(venue: Venue, canceled_at: int) -> None:
    venue.lags = (Lag(2.0),)

    seen = [status_of_list(venue, canceled_at + after) for after in (0, 2 * SECOND - 1, 2 * SECOND)]

    assert seen == ["EXECUTING", "EXECUTING", "ALL_DONE"]


def test_an_order_is_seen_as_late_as_its_list(venue: Venue, canceled_at: int) -> None:
    venue.lags = (Lag(2.0),)

    def seen(after: int) -> tuple[str, str]:
        found = venue.query_order(symbol="LTCBTC", order_id=2, now=canceled_at + after)
        return found.order.status, found.client_order_id

    assert seen(0) == ("NEW", "pO9ufTiFGg3nw2fOdgeOXa")
    assert seen(2 * SECOND) == ("CANCELED", "mine")


def test_a_list_that_was_just_placed_is_missing(venue: Venue) -> None:
    venue.lags = (Lag(1.0),)
    soon = PLACED + SECOND - 1

    with pytest.raises(Refused, match="-2018"):
        venue.query_list(order_list_id=0, now=soon)
    with pytest.raises(Refused, match="-2018"):
        venue.query_list(orig_client_order_id=NAME, now=soon)
    with pytest.raises(Refused, match="-2013"):
        venue.query_order(symbol="LTCBTC", order_id=2, now=soon)
    assert status_of_list(venue, soon + 1) == "EXECUTING"


def test_a_name_finds_the_older_list_while_the_newer_is_not_there_yet(
    venue: Venue, canceled_at: int
) -> None:
    venue.open_oco(
        symbol="LTCBTC",
        side="SELL",
        quantity=1,
        price=3,
        stop_price=1,
        list_client_order_id=NAME,
        now=canceled_at,
    )
    venue.lags = (Lag(1.0),)

    seen = [
        venue.query_list(orig_client_order_id=NAME, now=canceled_at + after).order_list_id
        for after in (0, SECOND)
    ]

    assert seen == [0, 1]


def test_a_lag_lasts_from_a_time_to_a_time(venue: Venue, canceled_at: int) -> None:
    venue.lags = (Lag(9.0, since=canceled_at + 1, until=canceled_at + 3),)

    seen = [status_of_list(venue, canceled_at + after) for after in range(4)]

    assert seen == ["ALL_DONE", "EXECUTING", "EXECUTING", "ALL_DONE"]


def test_of_several_lags_the_longest_counts(venue: Venue, canceled_at: int) -> None:
    venue.lags = (Lag(1.0), Lag(3.0), Lag(2.0))

    assert status_of_list(venue, canceled_at + 2 * SECOND) == "EXECUTING"


def test_a_lag_can_be_taken_away_again(venue: Venue, canceled_at: int) -> None:
    venue.lags = (Lag(60.0),)
    venue.lags = ()

    assert status_of_list(venue, canceled_at) == "ALL_DONE"


def test_a_cancel_never_lags(documented: Callable[[Rules], Venue]) -> None:
    venue = documented(Rules())
    venue.lags = (Lag(60.0),)

    venue.cancel(symbol="LTCBTC", order_list_id=0, now=PLACED + 1)

    with pytest.raises(Refused, match="-2011"):
        venue.cancel(symbol="LTCBTC", order_list_id=0, now=PLACED + 2)


@pytest.mark.parametrize("seconds", [-1.0, float("inf"), float("nan")])
def test_a_lag_is_a_number_of_seconds(seconds: float) -> None:
    with pytest.raises(InvalidSetting, match="at least 0"):
        Lag(seconds)
