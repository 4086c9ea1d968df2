from collections.abc import Callable

import pytest

from orderlists import InvalidSetting
from orderlists_simulator import ApiError, Behaviour, QueryLag, Venue
from venue_queries import list_of, order_of

SECOND = 10**9
PLACED = 1_574_040_868_128_000_000
NAME = "C3wyj4WVEktd7u9aVBRXcN"


@pytest.fixture
def canceled_at(venue: Venue) -> int:
    when = PLACED + 100 * SECOND
    venue.order_entry.cancel(symbol="LTCBTC", order_list_id=0, new_client_order_id="mine", now=when)
    return when


def status_of_list(venue: Venue, now: int) -> str:
    return list_of(venue, 0, now=now).list_order_status


def test_a_query_without_lag_shows_the_present(venue: Venue, canceled_at: int) -> None:
    assert status_of_list(venue, canceled_at) == "ALL_DONE"


def test_a_query_with_lag_shows_an_earlier_state(venue: Venue, canceled_at: int) -> None:
    venue.lags = (QueryLag(2.0),)

    seen = [status_of_list(venue, canceled_at + after) for after in (0, 2 * SECOND - 1, 2 * SECOND)]

    assert seen == ["EXECUTING", "EXECUTING", "ALL_DONE"]


def test_a_lag_applies_to_orders_as_to_lists(venue: Venue, canceled_at: int) -> None:
    venue.lags = (QueryLag(2.0),)

    def seen(after: int) -> tuple[str, str]:
        found = order_of(venue, 2, now=canceled_at + after)
        return found.order.status, found.client_order_id

    assert seen(0) == ("NEW", "pO9ufTiFGg3nw2fOdgeOXa")
    assert seen(2 * SECOND) == ("CANCELED", "mine")


def test_a_new_list_is_missing_during_a_lag(venue: Venue) -> None:
    venue.lags = (QueryLag(1.0),)
    soon = PLACED + SECOND - 1

    with pytest.raises(ApiError, match="-2018"):
        list_of(venue, 0, now=soon)
    with pytest.raises(ApiError, match="-2018"):
        list_of(venue, None, NAME, now=soon)
    with pytest.raises(ApiError, match="-2013"):
        order_of(venue, 2, now=soon)
    assert status_of_list(venue, soon + 1) == "EXECUTING"


def test_a_client_id_finds_the_older_list_during_a_lag(venue: Venue, canceled_at: int) -> None:
    venue.order_entry.place_oco(
        symbol="LTCBTC",
        side="SELL",
        quantity=1,
        price=3,
        stop_price=1,
        list_client_order_id=NAME,
        now=canceled_at,
    )
    venue.lags = (QueryLag(1.0),)

    seen = [
        list_of(venue, None, NAME, now=canceled_at + after).order_list_id for after in (0, SECOND)
    ]

    assert seen == [0, 1]


def test_a_lag_applies_between_its_times(venue: Venue, canceled_at: int) -> None:
    venue.lags = (QueryLag(9.0, since=canceled_at + 1, until=canceled_at + 3),)

    seen = [status_of_list(venue, canceled_at + after) for after in range(4)]

    assert seen == ["ALL_DONE", "EXECUTING", "EXECUTING", "ALL_DONE"]


def test_the_longest_of_several_lags_applies(venue: Venue, canceled_at: int) -> None:
    venue.lags = (QueryLag(1.0), QueryLag(3.0), QueryLag(2.0))

    assert status_of_list(venue, canceled_at + 2 * SECOND) == "EXECUTING"


def test_a_lag_can_be_removed(venue: Venue, canceled_at: int) -> None:
    venue.lags = (QueryLag(60.0),)
    venue.lags = ()

    assert status_of_list(venue, canceled_at) == "ALL_DONE"


def test_a_cancel_has_no_lag(documented: Callable[[Behaviour], Venue]) -> None:
    venue = documented(Behaviour())
    venue.lags = (QueryLag(60.0),)

    venue.order_entry.cancel(symbol="LTCBTC", order_list_id=0, now=PLACED + 1)

    with pytest.raises(ApiError, match="-2011"):
        venue.order_entry.cancel(symbol="LTCBTC", order_list_id=0, now=PLACED + 2)


@pytest.mark.parametrize("seconds", [-1.0, float("inf"), float("nan")])
def test_an_invalid_lag_is_refused(seconds: float) -> None:
    with pytest.raises(InvalidSetting, match="at least 0"):
        QueryLag(seconds)
