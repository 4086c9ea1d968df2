from decimal import Decimal
from itertools import count
from threading import Thread
from typing import Any

import pytest

from orderlists import InvalidSetting
from orderlists_simulator import ApiError, Behaviour, Leg, Venue, VenueOrderList, example_venue


def place_oco(venue: Venue, **changes: Any) -> VenueOrderList:
    usual: dict[str, Any] = {
        "symbol": "LTCBTC",
        "side": "SELL",
        "quantity": "10",
        "price": "3",
        "stop_price": "1",
        "now": 0,
    }
    return venue.order_entry.place_oco(**{**usual, **changes})


def test_an_oco_is_a_stop_loss_and_a_limit_maker() -> None:
    placed = place_oco(Venue())

    assert [(each.type, each.price, each.stop_price) for each in placed.orders] == [
        ("STOP_LOSS", Decimal(0), Decimal(1)),
        ("LIMIT_MAKER", Decimal(3), None),
    ]
    assert (placed.list_status_type, placed.list_order_status) == ("EXEC_STARTED", "EXECUTING")


def test_ids_come_from_the_given_iterators() -> None:
    names = iter(["list", "stop", "limit", "cancel"])
    venue = Venue(list_ids=count(7), order_ids=count(70, 7), client_ids=names)

    placed = place_oco(venue)
    done = venue.order_entry.cancel(symbol="LTCBTC", order_list_id=7, now=1)

    assert (placed.order_list_id, placed.list_client_order_id) == (7, "list")
    assert [(each.order_id, each.client_order_id) for each in placed.orders] == [
        (70, "stop"),
        (77, "limit"),
    ]
    assert done.order_list.canceled_by == "cancel"


def test_a_venue_is_deterministic() -> None:
    assert example_venue(now=1).lists == example_venue(now=1).lists


@pytest.mark.parametrize("amount", [0.1, True, "much", "NaN", "Infinity", "-1", "-0", None])
def test_an_amount_that_is_a_float_or_not_a_number_is_refused(amount: object) -> None:
    with pytest.raises(InvalidSetting, match="plain number"):
        place_oco(Venue(), price=amount)


def test_an_unknown_enum_value_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="BUY, SELL"):
        place_oco(Venue(), side="sell")


def test_an_unknown_behaviour_is_refused() -> None:
    wrong: Any = "both"
    with pytest.raises(InvalidSetting, match="must_match, id_wins"):
        Behaviour(both_ids=wrong)


def test_a_stop_order_needs_a_stop_price_or_a_trailing_delta() -> None:
    with pytest.raises(InvalidSetting, match="trailing delta"):
        Leg(side="SELL", type="TAKE_PROFIT_LIMIT", quantity=1, price=1)


@pytest.mark.parametrize("legs", [0, 1, 4])
def test_a_list_has_two_or_three_legs(legs: int) -> None:
    leg = Leg(side="SELL", type="LIMIT", quantity=1, price=1)

    with pytest.raises(InvalidSetting, match="2 or 3"):
        Venue().order_entry.place_list(
            symbol="LTCBTC", contingency_type="OTO", legs=[leg] * legs, now=0
        )


def test_an_unknown_symbol_is_refused() -> None:
    with pytest.raises(ApiError, match="-1121: Invalid symbol"):
        place_oco(Venue(symbols=["ETHBTC"]))


@pytest.mark.parametrize(
    "taken",
    [
        {"list_client_order_id": "list"},
        {"stop_client_order_id": "stop"},
        {"limit_client_order_id": "stop"},
        {"limit_client_order_id": "twice", "stop_client_order_id": "twice"},
    ],
)
def test_a_client_id_of_an_open_order_or_list_is_a_duplicate(taken: dict[str, str]) -> None:
    venue = Venue()
    place_oco(venue, list_client_order_id="list", stop_client_order_id="stop")

    with pytest.raises(ApiError, match="-2010: Duplicate order sent"):
        place_oco(venue, **taken)
    assert len(venue.lists) == 1


def test_a_client_id_can_be_reused_after_a_cancel() -> None:
    venue = Venue()
    names = {"list_client_order_id": "list", "stop_client_order_id": "stop"}
    place_oco(venue, **names)
    venue.order_entry.cancel(symbol="LTCBTC", order_list_id=0, now=1)
    place_oco(venue, **names)

    done = venue.order_entry.cancel(symbol="LTCBTC", list_client_order_id="list", now=2)

    assert done.order_list.order_list_id == 1


def test_client_ids_of_different_accounts_do_not_collide() -> None:
    venue = Venue()
    place_oco(venue, list_client_order_id="list", stop_client_order_id="stop")
    place_oco(venue, list_client_order_id="list", stop_client_order_id="stop", account="another")

    venue.order_entry.cancel(symbol="LTCBTC", list_client_order_id="list", account="another", now=1)

    assert [each.is_open for each in venue.lists] == [True, False]


@pytest.mark.parametrize("ids", [{"list_ids": [0, 0]}, {"order_ids": [0, 1, 2, 1]}], ids=repr)
def test_an_id_is_not_used_twice(ids: dict[str, list[int]]) -> None:
    venue = Venue(**{name: iter(given) for name, given in ids.items()})  # type: ignore[arg-type]  # either kind of ids
    place_oco(venue)

    with pytest.raises(InvalidSetting, match="must not repeat"):
        place_oco(venue)


def test_an_unknown_list_is_not_found() -> None:
    with pytest.raises(KeyError):
        Venue().order_list(0)


def test_a_cancel_without_ids_finds_no_list() -> None:
    venue = example_venue(now=0)

    with pytest.raises(ApiError) as refused:
        venue.order_entry.cancel(symbol="LTCBTC", now=1)

    assert refused.value.code == -2011
    assert all(each.is_open for each in venue.lists)


def test_a_list_is_canceled_once_by_many_threads() -> None:
    venue = example_venue(now=0)
    done: list[str] = []

    def cancel(name: str) -> None:
        for order_list_id in range(5):
            try:
                venue.order_entry.cancel(
                    symbol="LTCBTC",
                    order_list_id=order_list_id,
                    new_client_order_id=name,
                    now=1,
                )
            except ApiError:
                continue
            done.append(name)

    threads = [Thread(target=cancel, args=(f"thread-{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == sorted(str(each.canceled_by) for each in venue.lists)
