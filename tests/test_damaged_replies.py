"""What a damaged reply to a query proves about a cancel whose reply was lost: nothing."""

import json

import pytest

from client_and_venue import START, client_and_venue
from orderlists import CancelOrderList, Evidence, InvalidRequest, OutcomeUnknown
from orderlists_simulator import faults as f

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)
COLOURS = pytest.mark.parametrize("colour", ["sync", "async"])


def listed(symbol: str, order_symbol: str | None, order_id: int = 0) -> f.CannedResponse:
    """Return the reply to a query of list 0, with one order or with none."""
    order = {"symbol": order_symbol, "orderId": order_id, "clientOrderId": "leg"}
    found = {
        "orderListId": 0,
        "contingencyType": "OCO",
        "listStatusType": "EXEC_STARTED",
        "listOrderStatus": "EXECUTING",
        "listClientOrderId": "list-0",
        "transactionTime": START // 1_000_000,
        "symbol": symbol,
        "orders": [] if order_symbol is None else [order],
    }
    json_type = (("Content-Type", "application/json"),)
    return f.CannedResponse(status=200, headers=json_type, body=json.dumps(found).encode())


@pytest.mark.parametrize("reply", [listed("ltcbtc", "ltcbtc"), listed("LTCBTC", "LTCBTC", -1)])
@COLOURS
def test_a_reply_that_makes_the_next_query_impossible_leaves_the_cancel_unknown(
    colour: str, reply: f.CannedResponse
) -> None:
    def rule(_: int, request: f.ReceivedRequest) -> f.Fault:
        if request.effect == "cancel":
            return f.executed(answer=f.DROPPED)
        is_query = request.path == "/api/v3/orderList"
        return f.executed(answer=reply) if is_query else f.NORMAL

    with client_and_venue("REST", colour, faults=rule) as pair:
        with pytest.raises(OutcomeUnknown) as caught:
            pair.client.send(CANCEL)
        assert pair.venue.order_list(0).canceled_by is not None
    assert isinstance(caught.value.__cause__, InvalidRequest)
    assert caught.value.attempts


@pytest.mark.parametrize("order_symbol", ["LTCBTC", None])
@COLOURS
def test_a_list_on_another_symbol_than_its_orders_is_queried_again(
    colour: str, order_symbol: str | None
) -> None:
    """The second cancel is refused; a list on another symbol would make that the verdict."""
    damaged = [f.executed(answer=listed("XTCBTC", order_symbol))]
    lost = [f.executed(answer=f.DROPPED)]

    def rule(_: int, request: f.ReceivedRequest) -> f.Fault:
        if request.effect == "cancel" and lost:
            return lost.pop()
        is_query = request.effect is None and request.path == "/api/v3/orderList"
        return damaged.pop() if is_query and damaged else f.NORMAL

    with client_and_venue("REST", colour, faults=rule) as pair:
        found = pair.client.send(CANCEL)
    assert not damaged
    assert (found.symbol, found.evidence) == ("LTCBTC", Evidence.QUERY)
