"""Every open order list of the account, over each protocol and from each client."""

import pytest

from cells import START, a_venue, meet
from orderlists import CancelOrderList, GetOpenOrderLists, Policy
from orderlists_simulator import faults as f


@pytest.mark.parametrize("colour", ["sync", "async"])
@pytest.mark.parametrize("protocol", ["REST", "WebSocket"])
def test_open_order_lists_are_all_listed_and_no_other(protocol: str, colour: str) -> None:
    with meet(protocol, colour, venue=a_venue(3)) as meeting:
        meeting.client.send(CancelOrderList(symbol="LTCBTC", order_list_id=1))
        found = meeting.client.send(GetOpenOrderLists())
    assert [each.order_list_id for each in found] == [0, 2]
    assert {each.list_order_status for each in found} == {"EXECUTING"}
    assert [len(each.orders) for each in found] == [2, 2]


@pytest.mark.parametrize("colour", ["sync", "async"])
@pytest.mark.parametrize("protocol", ["REST", "WebSocket"])
def test_no_open_order_list_is_an_empty_tuple(protocol: str, colour: str) -> None:
    with meet(protocol, colour, venue=a_venue(0)) as meeting:
        assert meeting.client.send(GetOpenOrderLists()) == ()


@pytest.mark.parametrize("protocol", ["REST", "WebSocket"])
def test_open_order_lists_are_asked_for_again_where_the_reply_was_lost(protocol: str) -> None:
    with meet(protocol, "sync", fates=[f.executed(answer=f.DROPPED)]) as meeting:
        found = meeting.client.send(GetOpenOrderLists(recv_window=5000), policy=Policy(deadline=9))
    assert [each.order_list_id for each in found] == [0, 1]
    assert meeting.clock.now() > START
