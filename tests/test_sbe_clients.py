"""Clients that ask for SBE where an exchange does not have it, or has no layout for a reply."""

import pytest

from client_and_venue import START, client_and_venue, venue_with_lists
from clients import CLIENTS, PROTOCOLS
from orderlists import (
    AmendOrder,
    CancelOrderList,
    Evidence,
    Gap,
    GetOrderList,
    GetServerTime,
    InvalidRequest,
    ListStatus,
    Rejected,
    SbeSchemaWarning,
    TimeUnit,
)
from orderlists_simulator import Behaviour, SbeSettings, Venue
from orderlists_simulator import faults as f

REFUSING = {
    "SBE is off": (SbeSettings(enabled=False), -1155),
    "no schema as new": (SbeSettings(version=4), -1153),
    "the schema is retired": (SbeSettings(version=6, oldest=6), -1153),
}
CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)


def venue_with(sbe: SbeSettings) -> Venue:
    venue = Venue(behaviour=Behaviour(sbe=sbe))
    venue.order_entry.place_oco(
        symbol="LTCBTC", side="SELL", quantity=1, price=3, stop_price=1, now=START
    )
    return venue


@pytest.mark.parametrize("case", REFUSING)
@pytest.mark.parametrize("colour", CLIENTS)
def test_over_rest_an_exchange_without_the_schema_answers_in_json(colour: str, case: str) -> None:
    sbe, _ = REFUSING[case]
    with client_and_venue("REST", colour, "SBE", venue=venue_with(sbe)) as pair:
        time = pair.client.send(GetServerTime())
        pair.client.send(CANCEL)

    assert time.server_time.unit is TimeUnit.MILLISECOND
    assert pair.venue.order_list(0).canceled_by is not None


@pytest.mark.parametrize("case", REFUSING)
@pytest.mark.parametrize("colour", CLIENTS)
def test_a_websocket_handshake_that_is_refused_for_sbe_fails_unsent_and_the_next_asks_for_json(
    colour: str, case: str
) -> None:
    sbe, code = REFUSING[case]
    with client_and_venue("WebSocket", colour, "SBE", venue=venue_with(sbe)) as pair:
        with pytest.warns(SbeSchemaWarning, match=str(code)), pytest.raises(Rejected) as caught:
            pair.client.send(CANCEL)
        assert pair.cancels == []
        canceled = pair.client.send(CANCEL)

    assert caught.value.code == code
    assert canceled.transaction_time.unit is TimeUnit.MILLISECOND


@pytest.mark.parametrize("colour", CLIENTS)
def test_an_amend_over_an_sbe_connection_is_refused_before_it_is_sent(colour: str) -> None:
    amend = AmendOrder(symbol="LTCBTC", order_id=0, new_qty="0.5")
    with client_and_venue("WebSocket", colour, "SBE", venue=venue_with_lists()) as pair:
        with pytest.raises(InvalidRequest, match="use REST or Json"):
            pair.client.send(amend)
        assert pair.venue.log.entries == ()
        pair.client.send(CANCEL)


@pytest.mark.parametrize("colour", CLIENTS)
def test_an_amend_over_rest_is_requested_in_json(colour: str) -> None:
    amend = AmendOrder(symbol="LTCBTC", order_id=0, new_qty="0.5")
    with client_and_venue("REST", colour, "SBE", venue=venue_with_lists()) as pair:
        done = pair.client.send(amend)

    assert done.transact_time.unit is TimeUnit.MILLISECOND


def never_in_sbe(_number: int, _request: f.ReceivedRequest) -> f.Fault:
    return f.executed(answer=f.non_representable())


@pytest.mark.parametrize("colour", CLIENTS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_cancel_whose_reply_sbe_cannot_express_is_reconciled_in_json(
    protocol: str, colour: str
) -> None:
    with client_and_venue(protocol, colour, "SBE", faults=never_in_sbe) as pair:
        with pytest.warns(SbeSchemaWarning, match="cannot express the reply"):
            canceled = pair.client.send(CANCEL)
        found = pair.client.send(GetOrderList(order_list_id=0))

    assert canceled.evidence is Evidence.QUERY
    assert found.list_order_status == "ALL_DONE"


def test_events_go_on_where_a_connection_is_replaced_by_one_in_json() -> None:
    def rule(number: int, request: f.ReceivedRequest) -> f.Fault:
        return never_in_sbe(number, request) if request.effect == "cancel" else f.NORMAL

    pair_of = client_and_venue("WebSocket", "sync", "SBE", faults=rule)
    with pair_of as pair, pair.client.events() as events:
        with pytest.warns(SbeSchemaWarning, match="cannot express the reply"):
            pair.client.send(CANCEL)
        pair.client.send(CancelOrderList(symbol="LTCBTC", order_list_id=1))
        seen = [next(events) for _ in range(6)]

    over = [each.order_list_id for each in seen if isinstance(each, ListStatus)]
    assert over == [0, 1]
    assert not any(isinstance(each, Gap) for each in seen)
