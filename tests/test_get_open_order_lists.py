"""GetOpenOrderLists over each protocol and with each client."""

import pytest

from client_and_venue import START, client_and_venue, venue_with_lists
from orderlists import CancelOrderList, GetOpenOrderLists, Policy
from orderlists_simulator import faults as f


@pytest.mark.parametrize("colour", ["sync", "async"])
@pytest.mark.parametrize("protocol", ["REST", "WebSocket"])
def test_open_order_lists_are_all_listed_and_no_other(protocol: str, colour: str) -> None:
    with client_and_venue(protocol, colour, venue=venue_with_lists(3)) as pair:
        pair.client.send(CancelOrderList(symbol="LTCBTC", order_list_id=1))
        found = pair.client.send(GetOpenOrderLists())
    assert [each.order_list_id for each in found] == [0, 2]
    assert {each.list_order_status for each in found} == {"EXECUTING"}
    assert [len(each.orders) for each in found] == [2, 2]


@pytest.mark.parametrize("colour", ["sync", "async"])
@pytest.mark.parametrize("protocol", ["REST", "WebSocket"])
def test_no_open_order_list_is_an_empty_tuple(protocol: str, colour: str) -> None:
    with client_and_venue(protocol, colour, venue=venue_with_lists(0)) as pair:
        assert pair.client.send(GetOpenOrderLists()) == ()


@pytest.mark.parametrize("protocol", ["REST", "WebSocket"])
def test_a_query_of_open_order_lists_is_retried_after_a_lost_reply(protocol: str) -> None:
    with client_and_venue(protocol, "sync", faults=[f.executed(answer=f.DROPPED)]) as pair:
        found = pair.client.send(GetOpenOrderLists(recv_window=5000), policy=Policy(deadline=9))
    assert [each.order_list_id for each in found] == [0, 1]
    assert pair.clock.now() > START
