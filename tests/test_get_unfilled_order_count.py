"""The unfilled orders of an account, with any client."""

import pytest

from client_and_venue import client_and_venue
from orderlists import (
    CancelOrderList,
    GetUnfilledOrderCount,
    PlaceOco,
    RateLimited,
    UnfilledOrderCount,
)
from orderlists.enums import Side
from orderlists.legs import LimitMaker, StopLoss
from orderlists_simulator import Behaviour, Venue
from orderlists_simulator import faults as f

COMBINATIONS = [(p, c) for p in ("REST", "WebSocket") for c in ("sync", "async")]
OCO = PlaceOco(
    symbol="LTCBTC",
    side=Side.SELL,
    quantity=1,
    above=LimitMaker(price=3),
    below=StopLoss(stop_price=1),
)


@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_the_unfilled_order_count_is_that_of_the_account_in_each_window(
    protocol: str, colour: str
) -> None:
    venue = Venue(behaviour=Behaviour(orders_in_ten_seconds=5, orders_in_a_day=7))
    with client_and_venue(protocol, colour, venue=venue) as pair:
        placed = pair.client.send(OCO)
        pair.client.send(CancelOrderList(symbol="LTCBTC", order_list_id=placed.order_list_id))
        pair.clock.sleep(10)
        pair.client.send(OCO)
        found = pair.client.send(GetUnfilledOrderCount(recv_window=4000))
    assert [(c.interval_num, c.interval, c.limit, c.count) for c in found] == [
        (10, "SECOND", 5, 2),
        (1, "DAY", 7, 4),
    ]
    assert {each.rate_limit_type for each in found} == {"ORDERS"}
    assert [each.seconds for each in found] == [10, 86400]


def test_a_window_of_an_unknown_interval_has_no_length() -> None:
    window = UnfilledOrderCount(
        rate_limit_type="ORDERS", interval="FORTNIGHT", interval_num=1, limit=1, count=0
    )
    assert window.seconds is None


def test_a_lost_reply_to_a_query_of_the_unfilled_order_count_is_retried() -> None:
    with client_and_venue("REST", "sync", faults=[f.executed(answer=f.DROPPED)]) as pair:
        found = pair.client.send(GetUnfilledOrderCount())
    assert len(found) == 2
    assert len(pair.venue.log.entries) == 2


def test_the_unfilled_order_count_is_readable_while_placements_are_blocked() -> None:
    venue = Venue(behaviour=Behaviour(orders_in_ten_seconds=1))
    with client_and_venue("REST", "sync", venue=venue) as pair:
        with pytest.raises(RateLimited):
            pair.client.send(OCO)
        assert pair.client.send(GetUnfilledOrderCount())[0].count == 0
