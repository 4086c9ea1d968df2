"""The client, which shares no code with the venue, decodes and signs as the venue does."""

import json
from decimal import Decimal
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from orderlists import CancelOrderList, HmacKey, Rest, TimeUnit
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator import EXAMPLE_KEY, Leg, RestServerProtocol, Venue
from orderlists_simulator._engine import enums as terms
from replies import agrees

NOW = 1_700_000_000_000_000_000
KEY = HmacKey(api_key=EXAMPLE_KEY.api_key, secret=EXAMPLE_KEY.secret)

amounts = st.decimals(0, 10**6, places=8)
small = st.integers(0, 10**6)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


def word(term: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(get_args(term))


legs = st.builds(
    Leg,
    side=word(terms.Side),
    type=word(terms.OrderType),
    quantity=maybe(amounts),
    price=amounts,
    stop_price=amounts,
    trailing_delta=maybe(small),
    trailing_time=maybe(st.integers(0, NOW)),
    time_in_force=word(terms.TimeInForce),
    iceberg_qty=maybe(amounts),
    strategy_id=maybe(small),
    strategy_type=maybe(small),
    self_trade_prevention_mode=word(terms.SelfTradePreventionMode),
    peg_price_type=maybe(word(terms.PegPriceType)),
    peg_offset_type=maybe(word(terms.PegOffsetType)),
    peg_offset_value=maybe(st.integers(1, 100)),
    pegged_price=maybe(amounts),
    used_sor=maybe(st.booleans()),
    working_floor=maybe(word(terms.WorkingFloor)),
    status=word(terms.OrderStatus),
    executed_qty=amounts,
    quote_qty=amounts,
    prevented_match_id=maybe(small),
    prevented_quantity=maybe(amounts),
    expiry_reason=maybe(word(terms.ExpiryReason)),
)


@given(
    placed=st.lists(legs, min_size=2, max_size=3).filter(
        lambda placed: not all(leg.is_final for leg in placed)
    ),
    kind=word(terms.ContingencyType),
    unit=st.sampled_from(TimeUnit),
)
def test_the_client_decodes_every_reply_to_the_state_of_the_venue(
    placed: list[Leg], kind: Any, unit: TimeUnit
) -> None:
    venue = Venue()
    venue.order_entry.place_list(symbol="LTCBTC", contingency_type=kind, legs=placed, now=NOW - 1)
    request = CancelOrderList(symbol="LTCBTC", order_list_id=0, new_client_order_id="mine")
    rest = Rest(time_unit=unit)
    encoded = rest.encode(request, key=KEY, timestamp=unit.from_nanoseconds(NOW))
    response = RestServerProtocol(venue).respond(encoded, now=NOW)
    result = rest.decode(request, response)
    assert agrees(result, json.loads(response.body), unit)
    assert not result.unknown_fields
    now = venue.order_list(0)
    assert str(result.list_order_status) == now.list_order_status
    canceled = [order for order in now.orders if order.cancel_id == "mine"]
    assert [r.order_id for r in result.order_reports] == [order.order_id for order in canceled]
    for report, order in zip(result.order_reports, canceled, strict=True):
        assert not report.unknown_fields
        assert (report.client_order_id, str(report.status)) == ("mine", "CANCELED")
        assert report.orig_client_order_id == order.client_order_id
        assert report.price == order.price
        assert report.orig_qty == order.quantity
        assert report.executed_qty == order.executed_qty


def test_a_change_of_one_signed_byte_is_refused() -> None:
    venue = Venue()
    venue.order_entry.place_oco(
        symbol="LTCBTC", side="SELL", quantity=Decimal(1), price=3, stop_price=1, now=NOW
    )
    request = CancelOrderList(symbol="LTCBTC", order_list_id=0)
    encoded = Rest().encode(request, key=KEY, timestamp=NOW // 10**6)
    forged = encoded.target.replace("orderListId=0", "orderListId=1")
    server = RestServerProtocol(venue)
    response: HttpResponse = server.respond(
        HttpRequest(encoded.method, forged, encoded.headers), now=NOW
    )
    assert json.loads(response.body)["code"] == -1022
    assert venue.order_list(0).list_order_status == "EXECUTING"
