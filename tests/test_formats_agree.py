"""SBE and JSON decode every result, error and event of a venue to equal values.

Two equal venues are told the same story in the two formats: JSON is asked for in microseconds, as
SBE always is.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count, cycle
from typing import Any

import pytest
from attrs import evolve

from client_and_venue import SECOND, START, ClientAndVenue, client_and_venue
from orderlists import (
    AmendOrder,
    CancelOpenOrders,
    CancelOrder,
    CancelOrderList,
    ExecutionReport,
    GetAllOrderLists,
    GetOpenOrderLists,
    GetOrder,
    GetOrderList,
    GetServerTime,
    GetUnfilledOrderCount,
    Json,
    ListStatus,
    OrderListsError,
    OrderReport,
    Rest,
    Sbe,
    TimeUnit,
    WebSocketApi,
)
from orderlists._models.base import Result
from orderlists.enums import NewOrderRespType, PegPriceType
from orderlists.legs import Limit, Market, StopLossLimit
from orderlists_simulator import Behaviour, Leg, SbeSettings, Venue
from orderlists_simulator._engine.orders import NewOrder
from placements import GTC, KINDS, oco, oto, otoco

# Tracing doubles its time.
pytestmark = pytest.mark.no_cover
FORMATS: dict[str, dict[str, Any]] = {
    "JSON": {"format": Json(), "time_unit": TimeUnit.MICROSECOND},
    "SBE": {"format": Sbe()},
}
PROTOCOLS: dict[str, Callable[..., Any]] = {"REST": Rest, "WebSocket": WebSocketApi}
# In 3:0 the reply to a subscription does not have its id.
VERSIONS = {"REST": range(7), "WebSocket": range(1, 7)}
CASES = [(protocol, version) for protocol, versions in VERSIONS.items() for version in versions]
PEGS = dict.fromkeys(("peg_price_type", "peg_offset_type", "peg_offset_value", "pegged_price"), 1)
ADDED: dict[type[Any], dict[str, int]] = {
    # A reply to a placement has it from 3:3 on.
    OrderReport: PEGS | {"expiry_reason": 4},
    ExecutionReport: PEGS | {"expiry_reason": 3},
}
"""The versions of the schema that added attributes."""

STATES = Leg(
    side="SELL",
    type="STOP_LOSS_LIMIT",
    quantity="1",
    price="1.5",
    stop_price="1.25",
    iceberg_qty="0.5",
    strategy_id=0,
    strategy_type=1_000_000,
    trailing_delta=100,
    self_trade_prevention_mode="EXPIRE_MAKER",
    used_sor=True,
    working_floor="SOR",
    prevented_quantity="0.25",
    peg_price_type="PRIMARY_PEG",
    peg_offset_type="PRICE_LEVEL",
    peg_offset_value=1,
    pegged_price="1.49",
)


def venue_with_everything(version: int) -> Venue:
    """Return a venue with lists whose orders have every conditional field, or none."""
    sbe = SbeSettings(version=max(version, 5), written=version, price_exponent=-6, qty_exponent=-3)
    venue = Venue(behaviour=Behaviour(sbe=sbe, commission_rate=Decimal("0.001")))
    plain = evolve(STATES, type="LIMIT_MAKER", price="3", stop_price=None, trailing_delta=None)
    # Only replies to queries have a place for the match in SBE.
    prevented = evolve(STATES, prevented_match_id=0)
    for number, legs in enumerate([(STATES, plain), (plain, prevented)]):
        named = [evolve(leg, client_order_id=f"leg-{number}-{n}") for n, leg in enumerate(legs)]
        venue.order_entry.place_list(
            symbol="LTCBTC",
            contingency_type="OCO",
            legs=named,
            list_client_order_id=f"list-{number}",
            now=START - 10 * SECOND,
        )
    leg = Leg(side="BUY", type="LIMIT", quantity=1, price=1, client_order_id="single")
    single = NewOrder(symbol="LTCBTC", leg=leg, account="main")
    venue.order_entry.new_order(single, now=START - SECOND)
    return venue


def placements() -> list[Any]:
    """Return a placement of each kind with each type of reply, and some with more fields."""
    every = [
        place(new_order_resp_type=detail) for detail in NewOrderRespType for place in KINDS.values()
    ]
    rich = StopLossLimit(
        stop_price="0.95",
        price="0.9",
        time_in_force=GTC,
        iceberg_qty="1.5",
        strategy_id=0,
        strategy_type=1_000_000,
    )
    pegged = Limit(
        price=None,
        time_in_force=GTC,
        peg_price_type=PegPriceType.PRIMARY_PEG,
    )
    return [*every, oco(below=rich), otoco(working=pegged), oto(pending=Market())]


def prices() -> Iterator[str]:
    """Return prices that fill, release, trigger and leave alone."""
    return cycle(["2.5", "1.9", "2", "0.9", "3.1", "2.2"])


def told(pair: ClientAndVenue, protocol: str) -> Iterator[tuple[str, object]]:
    """Tell the story, and yield each request, with its result or error."""
    numbers = count()

    def send(request: Any) -> tuple[str, object]:
        named = request.completed(recv_window=5000, new_id=lambda: f"id-{next(numbers)}")
        try:
            return str(named), pair.client.send(named)
        except OrderListsError as error:
            return str(named), (type(error), vars(error).get("code"), vars(error).get("message"))

    def states() -> Iterator[tuple[str, object]]:
        orders = [order.order_id for each in pair.venue.lists for order in each.orders]
        yield from [send(GetOrder(symbol="LTCBTC", order_id=order_id)) for order_id in orders]

    yield send(GetServerTime())
    yield send(GetUnfilledOrderCount())
    yield from states()
    for request, price in zip(placements(), prices(), strict=False):
        pair.venue.set_price("LTCBTC", price, now=pair.clock.now())
        yield send(request)
    pair.venue.fill(0, 0, quantity="0.5", now=pair.clock.now())
    pair.venue.expire(1, now=pair.clock.now())
    yield from [send(GetOrderList(order_list_id=number)) for number in range(len(placements()))]
    yield from [send(GetAllOrderLists()), send(GetOpenOrderLists())]
    if protocol == "REST":
        # Its reply has no layout.
        yield send(AmendOrder(symbol="LTCBTC", client_order_id="single", new_qty="0.5"))
    cancel = CancelOrderList(symbol="LTCBTC", order_list_id=0)
    yield from [send(cancel), send(cancel)]
    yield send(CancelOrderList(symbol="NONE", order_list_id=0))
    yield send(GetOrderList(list_client_order_id="none"))
    opened = pair.client.send(GetOpenOrderLists())
    yield send(CancelOrder(symbol="LTCBTC", order_id=opened[0].orders[0].order_id))
    yield send(CancelOpenOrders(symbol="LTCBTC"))
    yield send(CancelOpenOrders(symbol="LTCBTC"))
    yield from states()


def retold(protocol: str, format_name: str, version: int) -> tuple[list[Any], list[Any]]:
    """Return the requests with their results and errors, and the events, in a format."""
    spoken = PROTOCOLS[protocol](**FORMATS[format_name])
    venue = venue_with_everything(version)
    with client_and_venue(protocol, "sync", protocol=spoken, venue=venue) as pair:
        if protocol == "REST":
            return list(told(pair, protocol)), []
        with pair.client.events(buffer=100_000) as stream:
            results = list(told(pair, protocol))
            events = list(iter(lambda: stream.wait(1), None))
    return results, [each for each in events if isinstance(each, ListStatus | ExecutionReport)]


def is_tuple(value: object) -> bool:
    return type(value) is tuple


def comparable(value: Any, version: int) -> Any:
    """Return a value without unknown fields, and without what a later version has added."""
    if not isinstance(value, Result):
        parts: Any = value
        return tuple(comparable(each, version) for each in parts) if is_tuple(value) else value
    changed: dict[str, Any] = {"unknown_fields": {}}
    for name, part in vars(value).items():
        if isinstance(part, tuple):
            changed[name] = comparable(part, version)
        elif ADDED.get(type(value), {}).get(name, 0) > version:
            changed[name] = None
    return evolve(value, **changed)


@pytest.mark.filterwarnings("ignore::orderlists.SbeSchemaWarning")
@pytest.mark.parametrize(("protocol", "version"), CASES)
def test_sbe_and_json_decode_to_equal_values(protocol: str, version: int) -> None:
    wanted, wanted_events = retold(protocol, "JSON", version)
    found, found_events = retold(protocol, "SBE", version)

    for (request, in_json), (_, in_sbe) in zip(wanted, found, strict=True):
        assert comparable(in_sbe, version) == comparable(in_json, version), request
    for in_json, in_sbe in zip(wanted_events, found_events, strict=True):
        assert comparable(in_sbe, version) == comparable(in_json, version)
    assert bool(found_events) == (protocol == "WebSocket")
