"""Placing order lists with any client: each kind, lost replies, refusals."""

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from client_and_venue import SECOND, START, client_and_venue
from orderlists import (
    CancelOrderList,
    Evidence,
    GetOpenOrderLists,
    GetOrder,
    InDoubt,
    NotExecuted,
    OutcomeUnknown,
    PlaceOco,
    PlaceOpo,
    PlaceOpoco,
    PlaceOto,
    PlaceOtoco,
    Policy,
    Rejected,
)
from orderlists.enums import ListOrderStatus, NewOrderRespType, OrderStatus, Side, TimeInForce
from orderlists.legs import (
    Limit,
    LimitMaker,
    Market,
    StopLoss,
    StopLossLimit,
    TakeProfit,
    TakeProfitLimit,
)
from orderlists_simulator import Behaviour, Leg, Symbol, Venue
from orderlists_simulator import faults as f

COMBINATIONS = [(p, c) for p in ("REST", "WebSocket") for c in ("sync", "async")]
GTC = TimeInForce.GTC
OCO = PlaceOco(
    symbol="LTCBTC",
    side=Side.SELL,
    quantity="5",
    above=LimitMaker(price="3.00"),
    below=StopLossLimit(stop_price="1.00", price="0.99", time_in_force=GTC),
)
OTO = PlaceOto(
    symbol="LTCBTC",
    working_side=Side.BUY,
    working_quantity=5,
    working=Limit(price="2.00", time_in_force=GTC),
    pending_side=Side.SELL,
    pending_quantity=5,
    pending=Market(),
)
OTOCO = PlaceOtoco(
    symbol="LTCBTC",
    working_side=Side.BUY,
    working_quantity=5,
    working=Limit(price="2.00", time_in_force=GTC),
    pending_side=Side.SELL,
    pending_quantity=5,
    pending_above=LimitMaker(price="3.00"),
    pending_below=StopLoss(stop_price="1.00"),
)
OPO = PlaceOpo(
    symbol="LTCBTC", working_quantity=5, working=LimitMaker(price=1), pending=LimitMaker(price=3)
)
OPOCO = PlaceOpoco(
    symbol="LTCBTC",
    working_quantity=5,
    working=Limit(price="2.00", time_in_force=GTC),
    pending_above=LimitMaker(price="3.00"),
    pending_below=StopLoss(stop_price="1.00"),
)


@pytest.mark.parametrize(
    ("request_", "orders"), [(OCO, 2), (OTO, 2), (OTOCO, 3), (OPO, 2), (OPOCO, 3)]
)
@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_a_placed_list_is_found_and_canceled(
    protocol: str, colour: str, request_: Any, orders: int
) -> None:
    with client_and_venue(protocol, colour) as pair:
        placed = pair.client.send(request_)
        found = pair.client.send(GetOpenOrderLists())
        canceled = pair.client.send(
            CancelOrderList(symbol="LTCBTC", order_list_id=placed.order_list_id)
        )
    assert placed.evidence is Evidence.REPLY
    assert len(placed.order_reports) == orders
    assert placed.order_list_id in [each.order_list_id for each in found]
    assert canceled.list_order_status is ListOrderStatus.ALL_DONE


@pytest.mark.parametrize("protocol", ["REST", "WebSocket"])
def test_a_working_order_that_fills_at_once_is_replied_with_its_fills(protocol: str) -> None:
    with client_and_venue(protocol, "sync") as pair:
        pair.venue.set_price("LTCBTC", "1.50", now=pair.clock.now())
        placed = pair.client.send(OTO)
    working, pending = placed.order_reports
    (fill,) = working.fills
    assert repr(fill) == "<OrderFill 1 5.00000000 at 1.50000000, commission 0.00000000 LTC>"
    assert (working.status, pending.status) == (OrderStatus.FILLED, OrderStatus.PENDING_NEW)
    assert fill.qty == 5
    assert not pending.fills
    assert not placed.is_over


@pytest.mark.parametrize("request_", [OCO, OTOCO, OPO, OPOCO])
@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_a_lost_reply_to_a_placement_is_found_by_a_query_and_not_sent_again(
    protocol: str, colour: str, request_: Any
) -> None:
    with client_and_venue(protocol, colour, faults=[f.executed(answer=f.DROPPED)]) as pair:
        placed = pair.client.send(request_)
    assert placed.evidence is Evidence.QUERY
    assert placed.order_reports[0].status is OrderStatus.NEW
    assert len([each for each in pair.venue.log.entries if each.effect == "place"]) == 1


@pytest.mark.parametrize("protocol", ["REST", "WebSocket"])
def test_an_opo_sells_what_it_bought_less_commission(protocol: str) -> None:
    venue = Venue(behaviour=Behaviour(commission_rate=Decimal("0.001")))
    venue.set_price("LTCBTC", "1.50", now=0)
    with client_and_venue(protocol, "sync", venue=venue) as pair:
        placed = pair.client.send(OPOCO)
        found = [
            pair.client.send(GetOrder(symbol="LTCBTC", order_id=each.order_id))
            for each in placed.orders
        ]
    working, *pending = placed.order_reports
    (fill,) = working.fills
    assert (fill.commission, fill.commission_asset) == (Decimal("0.005"), "LTC")
    assert [each.orig_qty for each in pending] == [None, None]
    assert [each.status for each in found] == [OrderStatus.FILLED, OrderStatus.NEW, OrderStatus.NEW]
    assert [each.orig_qty for each in found[1:]] == [Decimal("4.995")] * 2


@pytest.mark.parametrize("request_", [OCO, OPO, OPOCO])
@pytest.mark.parametrize("colour", ["sync", "async"])
def test_events_prove_a_placement_whose_reply_was_lost(colour: str, request_: Any) -> None:
    faults = [f.NORMAL, f.executed(answer=f.bare(503))]
    with client_and_venue("WebSocket", colour, faults=faults) as pair, pair.client.events():
        placed = pair.client.send(request_)
    assert placed.evidence is Evidence.EVENT


@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_a_placement_that_never_arrived_is_proven_not_executed(protocol: str, colour: str) -> None:
    faults = [f.not_executed(answer=f.DROPPED)]
    with (
        client_and_venue(protocol, colour, faults=faults) as pair,
        pytest.raises(NotExecuted),
    ):
        pair.client.send(OCO)
    assert len(pair.venue.lists) == 2


def test_without_reconciling_a_lost_placement_is_unknown_with_its_ids() -> None:
    with client_and_venue("REST", "sync", faults=[f.executed(answer=f.DROPPED)]) as pair:
        with pytest.raises(OutcomeUnknown) as caught:
            pair.client.send(OCO, policy=Policy(reconcile=False))
        unknown = caught.value
        placed = pair.client.reconcile(unknown.request, attempts=unknown.attempts)
    request: Any = unknown.request
    assert placed.list_client_order_id == request.list_client_order_id
    assert placed.evidence is Evidence.QUERY


@pytest.mark.parametrize("protocol", ["REST", "WebSocket"])
def test_a_list_of_another_symbol_with_the_same_name_is_not_taken_for_a_placed_one(
    protocol: str,
) -> None:
    venue = Venue(symbols=("LTCBTC", "BTCUSDT"))
    venue.order_entry.place_oco(
        symbol="BTCUSDT",
        side="SELL",
        quantity=1,
        price=3,
        stop_price=1,
        list_client_order_id="mine",
        now=START - 10 * SECOND,
    )
    lost = [f.not_executed(answer=f.DROPPED)]
    with (
        client_and_venue(protocol, "sync", venue=venue, faults=lost) as pair,
        pytest.raises(OutcomeUnknown),
    ):
        pair.client.send(evolve(OCO, list_client_order_id="mine"))


@pytest.mark.parametrize("protocol", ["REST", "WebSocket"])
def test_an_opo_is_refused_where_the_symbol_does_not_allow_it(protocol: str) -> None:
    venue = Venue(symbols=[Symbol("LTCBTC", opo_allowed=False)])
    with (
        client_and_venue(protocol, "sync", venue=venue) as pair,
        pytest.raises(Rejected, match="-2010"),
    ):
        pair.client.send(OPO)


# What is sent is what is placed: the simulator reads requests by itself.

prices = st.decimals("0.01", "1000", places=2)
quantities = st.decimals("0.00000001", "1000000", places=8)
names = st.none() | st.from_regex(r"[A-Za-z0-9_-]{1,36}", fullmatch=True)
strategies = st.none() | st.integers(1_000_000, 2**31 - 1)


@st.composite
def legs(draw: st.DrawFn, *kinds: Any) -> Any:
    kind = draw(st.sampled_from(kinds))
    facts: dict[str, Any] = {"strategy_type": draw(strategies)}
    if kind in {Limit, LimitMaker, StopLossLimit, TakeProfitLimit}:
        facts["price"] = draw(prices)
    if kind in {Limit, StopLossLimit, TakeProfitLimit}:
        facts["time_in_force"] = draw(st.sampled_from(TimeInForce))
    if kind in {StopLoss, StopLossLimit, TakeProfit, TakeProfitLimit}:
        facts["stop_price"] = draw(prices)
        facts["trailing_delta"] = draw(st.none() | st.integers(0, 10_000))
    return kind(**facts)


@st.composite
def lists(draw: st.DrawFn) -> Any:
    facts: dict[str, Any] = {
        "symbol": "LTCBTC",
        "list_client_order_id": draw(names),
        "new_order_resp_type": draw(st.sampled_from(NewOrderRespType)),
        "working_quantity": draw(quantities),
        "working": draw(legs(Limit, LimitMaker)),
    }
    is_opo, has_pair = draw(st.booleans()), draw(st.booleans())
    if not is_opo:
        facts["working_side"] = draw(st.sampled_from(Side))
        facts["pending_side"] = Side.SELL if has_pair else draw(st.sampled_from(Side))
        facts["pending_quantity"] = draw(quantities)
    if has_pair:
        facts["pending_above"] = draw(legs(LimitMaker, TakeProfit, TakeProfitLimit))
        facts["pending_below"] = draw(legs(StopLoss, StopLossLimit))
        return PlaceOpoco(**facts) if is_opo else PlaceOtoco(**facts)
    facts["pending"] = draw(
        legs(Limit, LimitMaker, Market, StopLoss, StopLossLimit, TakeProfit, TakeProfitLimit)
    )
    return PlaceOpo(**facts) if is_opo else PlaceOto(**facts)


@settings(max_examples=60, deadline=None)
@given(request_=lists(), protocol=st.sampled_from(["REST", "WebSocket"]))
def test_what_is_sent_is_what_is_placed(request_: Any, protocol: str) -> None:
    with client_and_venue(protocol, "sync") as pair:
        placed = pair.client.send(request_)
    (stored,) = [each for each in pair.venue.lists if each.order_list_id == placed.order_list_id]
    orders = {order.client_order_id: order for order in stored.orders}
    assert request_.list_client_order_id in {None, stored.list_client_order_id}
    sent = dict(pair.venue.log.entries[-1].parameters)
    for slot, leg in request_.legs.items():
        order = orders[sent[_camel(slot) + "ClientOrderId"]]
        is_working = slot == "working"
        assert order.type == leg.type
        assert order.side == (request_.working_side if is_working else request_.pending_side)
        assert order.quantity == (
            request_.working_quantity
            if is_working
            # An OPO has none, and its pending orders none yet.
            else getattr(request_, "pending_quantity", None)
        )
        for name in ("price", "stop_price", "trailing_delta", "strategy_type", "time_in_force"):
            given_ = getattr(leg, name, None)
            assert given_ is None or getattr(order, name) == given_


def _camel(slot: str) -> str:
    first, *rest = slot.split("_")
    return first + "".join(word.capitalize() for word in rest)


# Ids of one's own.

OWN = PlaceOco(
    symbol="LTCBTC",
    side=Side.SELL,
    quantity=1,
    above=LimitMaker(price=3, client_order_id="above"),
    below=StopLoss(stop_price=1, client_order_id="below"),
    list_client_order_id="own",
)


class Outage:
    """The faults of a time in which orders and lists cannot be queried."""

    def __init__(self, placement: f.Fault, *, seconds: float) -> None:
        self._placement = placement
        self._until = START + int(seconds * SECOND)
        self.clock: Any = None

    def __call__(self, _: int, request: f.ReceivedRequest) -> f.Fault:
        if request.effect == "place":
            return self._placement
        is_time = "time" in (request.method, request.path.rpartition("/")[2])
        is_over = is_time or self.clock.now() >= self._until
        return f.NORMAL if is_over else f.not_executed(answer=f.bare(503))


@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_a_duplicate_is_no_refusal_where_the_older_list_holds_the_id_no_more(
    protocol: str, colour: str
) -> None:
    # An older OTO whose working order is filled: its id is free again, though the list is open.
    venue = Venue()
    entry = Leg(
        side="BUY",
        type="LIMIT",
        quantity=1,
        price="1.5",
        time_in_force="GTC",
        client_order_id="above",
        status="NEW",
    )
    leave = Leg(side="SELL", type="LIMIT_MAKER", quantity=1, price=3, status="PENDING_NEW")
    older = venue.order_entry.place_list(
        symbol="LTCBTC", contingency_type="OTO", legs=[entry, leave], now=START - 100 * SECOND
    )
    venue.fill(0, older.orders[0].order_id, now=START - 50 * SECOND)
    events = [(1.0, f.Cancel(1, by="theirs"))]
    rule = Outage(f.replayed(after=0.5, sees="last"), seconds=26.0)
    with client_and_venue(protocol, colour, venue=venue, faults=rule, events=events) as pair:
        rule.clock = pair.clock
        placed = pair.client.send(OWN)
    assert (placed.order_list_id, placed.evidence) == (1, Evidence.QUERY)


@pytest.mark.parametrize("is_other_client", [False, True])
@pytest.mark.parametrize(("age", "skew"), [(0.9, 0.0), (5.0, -4.9)])
@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_an_older_list_of_the_same_ids_is_not_ours_in_a_later_call_either(
    protocol: str, colour: str, age: float, skew: float, *, is_other_client: bool
) -> None:
    venue = Venue()
    venue.order_entry.place_oco(
        symbol="LTCBTC",
        side="SELL",
        quantity=1,
        price=3,
        stop_price=1,
        list_client_order_id="own",
        limit_client_order_id="above",
        stop_client_order_id="below",
        now=START - int(age * SECOND),
    )
    rule = Outage(f.not_executed(answer=f.DROPPED), seconds=12.0)
    settings: Any = {"venue": venue, "skew": int(skew * SECOND)}
    with client_and_venue(protocol, colour, faults=rule, **settings) as pair:
        rule.clock = pair.clock
        with pytest.raises(OutcomeUnknown) as caught:
            pair.client.send(OWN, policy=Policy(deadline=10.0))
        pair.clock.sleep(5.0)
        doubt = InDoubt.from_json(caught.value.in_doubt.to_json())
        if not is_other_client:
            with pytest.raises(OutcomeUnknown):
                pair.client.reconcile(doubt.request, attempts=doubt.attempts)
    if is_other_client:
        with client_and_venue(protocol, colour, **settings) as pair:
            pair.clock.sleep(15.0)
            with pytest.raises(OutcomeUnknown):
                pair.client.reconcile(doubt.request, attempts=doubt.attempts)
