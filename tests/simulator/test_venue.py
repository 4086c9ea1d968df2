from decimal import Decimal
from itertools import count
from threading import Thread
from typing import Any

import pytest

from orderlists import InvalidSetting
from orderlists_simulator import Leg, OrderList, Refused, Rules, Venue, example_venue


def open_oco(venue: Venue, **changes: Any) -> OrderList:
    usual: dict[str, Any] = {
        "symbol": "LTCBTC",
        "side": "SELL",
        "quantity": "10",
        "price": "3",
        "stop_price": "1",
        "now": 0,
    }
    return venue.open_oco(**{**usual, **changes})


def test_an_oco_is_a_stop_loss_and_a_limit_maker() -> None:
    placed = open_oco(Venue())

    assert [(each.type, each.price, each.stop_price) for each in placed.orders] == [
        ("STOP_LOSS", Decimal(0), Decimal(1)),
        ("LIMIT_MAKER", Decimal(3), None),
    ]
    assert (placed.list_status_type, placed.list_order_status) == ("EXEC_STARTED", "EXECUTING")


def test_ids_come_from_where_the_venue_is_told() -> None:
    names = iter(["list", "stop", "limit", "cancel"])
    venue = Venue(list_ids=count(7), order_ids=count(70, 7), client_ids=names)

    placed = open_oco(venue)
    done = venue.cancel(symbol="LTCBTC", order_list_id=7, now=1)

    assert (placed.order_list_id, placed.list_client_order_id) == (7, "list")
    assert [(each.order_id, each.client_order_id) for each in placed.orders] == [
        (70, "stop"),
        (77, "limit"),
    ]
    assert done.order_list.canceled_by == "cancel"


def test_two_venues_with_the_same_history_are_the_same() -> None:
    assert example_venue(now=1).lists == example_venue(now=1).lists


@pytest.mark.parametrize("amount", [0.1, True, "much", "NaN", "Infinity", "-1", "-0", None])
def test_money_is_never_a_float_nor_anything_else_but_a_number(amount: object) -> None:
    with pytest.raises(InvalidSetting, match="plain number"):
        open_oco(Venue(), price=amount)


def test_a_word_that_the_exchange_does_not_know() -> None:
    with pytest.raises(InvalidSetting, match="BUY, SELL"):
        open_oco(Venue(), side="sell")


def test_a_rule_that_does_not_exist() -> None:
    wrong: Any = "both"
    with pytest.raises(InvalidSetting, match="must_match, id_wins"):
        Rules(both_ids=wrong)


def test_a_stop_needs_something_to_wait_for() -> None:
    with pytest.raises(InvalidSetting, match="trailing delta"):
        Leg(side="SELL", type="TAKE_PROFIT_LIMIT", quantity=1, price=1)


@pytest.mark.parametrize("legs", [0, 1, 4])
def test_a_list_has_two_or_three_legs(legs: int) -> None:
    leg = Leg(side="SELL", type="LIMIT", quantity=1, price=1)

    with pytest.raises(InvalidSetting, match="2 or 3"):
        Venue().open_list(symbol="LTCBTC", contingency_type="OTO", legs=[leg] * legs, now=0)


def test_only_its_symbols_are_traded() -> None:
    with pytest.raises(Refused, match="-1121: Invalid symbol"):
        open_oco(Venue(symbols=["ETHBTC"]))


@pytest.mark.parametrize(
    "taken",
    [
        {"list_client_order_id": "list"},
        {"stop_client_order_id": "stop"},
        {"limit_client_order_id": "stop"},
        {"limit_client_order_id": "twice", "stop_client_order_id": "twice"},
    ],
)
def test_a_client_id_belongs_to_one_open_order_or_list(taken: dict[str, str]) -> None:
    venue = Venue()
    open_oco(venue, list_client_order_id="list", stop_client_order_id="stop")

    with pytest.raises(Refused, match="-2010: Duplicate order sent"):
        open_oco(venue, **taken)
    assert len(venue.lists) == 1


def test_a_client_id_is_free_again_after_the_cancel_and_names_the_newer_list() -> None:
    venue = Venue()
    names = {"list_client_order_id": "list", "stop_client_order_id": "stop"}
    open_oco(venue, **names)
    venue.cancel(symbol="LTCBTC", order_list_id=0, now=1)
    open_oco(venue, **names)

    done = venue.cancel(symbol="LTCBTC", list_client_order_id="list", now=2)

    assert done.order_list.order_list_id == 1


def test_accounts_share_no_names() -> None:
    venue = Venue()
    open_oco(venue, list_client_order_id="list", stop_client_order_id="stop")
    open_oco(venue, list_client_order_id="list", stop_client_order_id="stop", account="another")

    venue.cancel(symbol="LTCBTC", list_client_order_id="list", account="another", now=1)

    assert [each.is_open for each in venue.lists] == [True, False]


@pytest.mark.parametrize("ids", [{"list_ids": [0, 0]}, {"order_ids": [0, 1, 2, 1]}], ids=repr)
def test_an_id_is_not_given_twice(ids: dict[str, list[int]]) -> None:
    venue = Venue(**{name: iter(given) for name, given in ids.items()})  # type: ignore[arg-type]  # either kind of ids
    open_oco(venue)

    with pytest.raises(InvalidSetting, match="must not repeat"):
        open_oco(venue)


def test_a_list_that_does_not_exist() -> None:
    with pytest.raises(KeyError):
        Venue().order_list(0)


def test_a_cancel_that_names_no_list_finds_none() -> None:
    venue = example_venue(now=0)

    with pytest.raises(Refused) as refused:
        venue.cancel(symbol="LTCBTC", now=1)

    assert refused.value.code == -2011
    assert all(each.is_open for each in venue.lists)


def test_many_threads_cancel_a_list_once() -> None:
    venue = example_venue(now=0)
    done: list[str] = []

    def cancel(name: str) -> None:
        for order_list_id in range(5):
            try:
                venue.cancel(
                    symbol="LTCBTC",
                    order_list_id=order_list_id,
                    new_client_order_id=name,
                    now=1,
                )
            except Refused:
                continue
            done.append(name)

    threads = [Thread(target=cancel, args=(f"thread-{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == sorted(str(each.canceled_by) for each in venue.lists)
