"""What the client refuses before sending is what the exchange refuses, with the same code."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from attrs import fields
from hypothesis import given
from hypothesis import strategies as st

from orderlists import CancelOrder, GetAllOrderLists, InvalidRequest
from orderlists._models.fields import camel_case
from orderlists._operations.rules import Provenance, Rule
from orderlists.enums import PegOffsetType, PegPriceType, Side, TimeInForce
from orderlists.extending import HttpRequest
from orderlists.legs import (
    Limit,
    LimitMaker,
    Market,
    StopLoss,
    StopLossLimit,
    TakeProfit,
    TakeProfitLimit,
)
from orderlists_simulator import RestServerProtocol, Venue
from placement_parameters import BUY_OCO, KINDS, OTO
from placements import GTC, LIMIT, LOW, oco, opo, opoco, oto, otoco
from placements import KINDS as MAKERS

NOW = 1_688_005_070_874_000_000
IOC = TimeInForce.IOC
PRIMARY, MARKET = PegPriceType.PRIMARY_PEG, PegPriceType.MARKET_PEG
LEVEL = PegOffsetType.PRICE_LEVEL
DAY = 24 * 60 * 60 * 1000
Written = Callable[..., HttpRequest]
Post = Callable[[str, Mapping[str, object]], int | None]


@pytest.fixture
def post(written: Written) -> Post:
    """Return a function that sends parameters, and returns the code of the refusal."""
    methods = {"order": "DELETE", "allOrderList": "GET"}

    def post(kind: str, parameters: Mapping[str, object]) -> int | None:
        venue = Venue()
        path = f"/api/v3/{kind}" if kind in methods else f"/api/v3/orderList/{kind}"
        sent = written(methods.get(kind, "POST"), path, timestamp=NOW // 1_000_000, **parameters)
        response = RestServerProtocol(venue).respond(sent, now=NOW)
        return None if response.status == 200 else json.loads(response.body)["code"]

    return post


def untyped(make: Any, **values: Any) -> Any:
    """Make what the type checkers refuse."""
    return make(**values)


# The rule, the field that the error names, what breaks the rule here, and there.
BROKEN: list[tuple[Rule, str, Any, str, dict[str, object]]] = [
    (Rule.AMOUNT, "quantity", lambda: oco(quantity=0.5), "oco", {"quantity": "5e-1"}),
    (Rule.AMOUNT, "quantity", lambda: oco(quantity=True), "oco", {"quantity": "true"}),
    (Rule.AMOUNT, "quantity", lambda: oco(quantity="1e3"), "oco", {"quantity": "1e3"}),
    (Rule.AMOUNT, "quantity", lambda: oco(quantity=Decimal(-1)), "oco", {"quantity": "-1"}),
    (Rule.AMOUNT, "quantity", lambda: oco(quantity=Decimal("NaN")), "oco", {"quantity": "NaN"}),
    (Rule.AMOUNT, "quantity", lambda: oco(quantity="1" * 21), "oco", {"quantity": "1" * 21}),
    (
        Rule.AMOUNT,
        "quantity",
        lambda: oco(quantity=Decimal("1E+999999999")),
        "oco",
        {"quantity": "1E+999999999"},
    ),
    (
        Rule.AMOUNT,
        "quantity",
        lambda: oco(quantity=Decimal("1E-999999999")),
        "oco",
        {"quantity": "1E-999999999"},
    ),
    (
        Rule.AMOUNT,
        "price",
        lambda: untyped(LimitMaker, price=3.0),
        "oco",
        {"abovePrice": "3e0"},
    ),
    (Rule.GIVEN, "quantity", lambda: oco(quantity=None), "oco", {"quantity": None}),
    (
        Rule.GIVEN,
        "working_quantity",
        lambda: opo(working_quantity=None),
        "opo",
        {"workingQuantity": None},
    ),
    (Rule.GIVEN, "below", lambda: oco(below=None), "oco", {"belowType": None}),
    (Rule.GIVEN, "working", lambda: oto(working=None), "oto", {"workingType": None}),
    (Rule.GIVEN, "pending", lambda: oto(pending=None), "oto", {"pendingType": None}),
    (
        Rule.GIVEN,
        "time_in_force",
        lambda: untyped(StopLossLimit, price=1, stop_price=1),
        "oco",
        {"belowTimeInForce": None},
    ),
    (
        Rule.GIVEN,
        "time_in_force",
        lambda: untyped(Limit, price=1, time_in_force=None),
        "oto",
        {"workingTimeInForce": None},
    ),
    (Rule.PRICE, "price", lambda: Limit(time_in_force=GTC), "oto", {"workingPrice": None}),
    (
        Rule.PRICE,
        "price",
        lambda: StopLossLimit(stop_price=1, time_in_force=GTC),
        "oco",
        {"belowPrice": None},
    ),
    (Rule.TRIGGER, "stop_price", StopLoss, "oco", {"belowStopPrice": None}),
    (
        Rule.TRIGGER,
        "stop_price",
        lambda: TakeProfitLimit(price=1, time_in_force=GTC),
        "oco",
        {"aboveType": "TAKE_PROFIT_LIMIT", "aboveTimeInForce": "GTC"},
    ),
    (Rule.LEG, "pending", lambda: opo(pending=1), "opo", {"pendingType": "1"}),
    (Rule.LEG, "above", lambda: oco(above="LIMIT"), "oco", {"aboveType": "ANY"}),
    (Rule.SIDE, "side", lambda: oco(side="HOLD"), "oco", {"side": "HOLD"}),
    (Rule.SIDE, "side", lambda: oco(side=1), "oco", {"side": "1"}),
    (
        Rule.TIME_IN_FORCE,
        "time_in_force",
        lambda: untyped(Limit, price=1, time_in_force=1),
        "oto",
        {"workingTimeInForce": "1"},
    ),
    (
        Rule.RESPONSE_TYPE,
        "new_order_resp_type",
        lambda: oco(new_order_resp_type=1),
        "oco",
        {"newOrderRespType": "1"},
    ),
    (
        Rule.STP_MODE,
        "self_trade_prevention_mode",
        lambda: oco(self_trade_prevention_mode=1),
        "oco",
        {"selfTradePreventionMode": "1"},
    ),
    (
        Rule.ICEBERG,
        "iceberg_qty",
        lambda: Limit(price=1, time_in_force=IOC, iceberg_qty=1),
        "oto",
        {"workingTimeInForce": "IOC", "workingIcebergQty": 1},
    ),
    (
        Rule.ICEBERG,
        "iceberg_qty",
        lambda: StopLossLimit(price=1, stop_price=1, time_in_force=IOC, iceberg_qty=1),
        "oco",
        {"belowTimeInForce": "IOC", "belowIcebergQty": 1},
    ),
    (
        Rule.STRATEGY_ID,
        "strategy_id",
        lambda: LimitMaker(price=1, strategy_id=-1),
        "oco",
        {"aboveStrategyId": -1},
    ),
    (
        Rule.STRATEGY_TYPE,
        "strategy_type",
        lambda: LimitMaker(price=1, strategy_type=999_999),
        "oco",
        {"aboveStrategyType": 999_999},
    ),
    (
        Rule.TRAILING_DELTA,
        "trailing_delta",
        lambda: StopLoss(trailing_delta=True),
        "oco",
        {"belowTrailingDelta": "true"},
    ),
    (
        Rule.PEG,
        "peg_price_type",
        lambda: untyped(LimitMaker, peg_price_type=1),
        "oco",
        {"abovePegPriceType": "1"},
    ),
    (
        Rule.PEG_OF_MAKER,
        "peg_price_type",
        lambda: LimitMaker(peg_price_type=MARKET),
        "oco",
        {"abovePegPriceType": "MARKET_PEG"},
    ),
    (
        Rule.OFFSET_TYPE,
        "peg_offset_type",
        lambda: untyped(LimitMaker, peg_price_type=PRIMARY, peg_offset_type=1, peg_offset_value=1),
        "oco",
        {
            "abovePegPriceType": "PRIMARY_PEG",
            "abovePegOffsetType": "1",
            "abovePegOffsetValue": 1,
        },
    ),
    (
        Rule.OFFSET_VALUE,
        "peg_offset_value",
        lambda: LimitMaker(peg_price_type=PRIMARY, peg_offset_type=LEVEL, peg_offset_value=101),
        "oco",
        {
            "abovePegPriceType": "PRIMARY_PEG",
            "abovePegOffsetType": "PRICE_LEVEL",
            "abovePegOffsetValue": 101,
        },
    ),
    (
        Rule.OFFSET_ALONE,
        "peg_offset_value",
        lambda: LimitMaker(price=1, peg_offset_value=1),
        "oco",
        {"abovePegOffsetValue": 1},
    ),
    (
        Rule.OFFSET_HALF,
        "peg_offset_type",
        lambda: LimitMaker(peg_price_type=PRIMARY, peg_offset_value=1),
        "oco",
        {"abovePegPriceType": "PRIMARY_PEG", "abovePegOffsetValue": 1},
    ),
    (
        Rule.WORKING,
        "working",
        lambda: oto(working=Market()),
        "oto",
        {"workingType": "MARKET", "workingPrice": None, "workingTimeInForce": None},
    ),
    (
        Rule.WORKING,
        "working",
        lambda: opoco(working=LOW),
        "opoco",
        {
            "workingType": "STOP_LOSS",
            "workingPrice": None,
            "workingTimeInForce": None,
            "workingStopPrice": 1,
        },
    ),
    (
        Rule.PAIR_TYPE,
        "above",
        lambda: oco(above=LIMIT),
        "oco",
        {"aboveType": "LIMIT", "aboveTimeInForce": "GTC"},
    ),
    (
        Rule.PAIR_TYPE,
        "pending_above",
        lambda: otoco(above=Market()),
        "otoco",
        {"pendingAboveType": "MARKET", "pendingAbovePrice": None},
    ),
    (
        Rule.PAIR_OF_MAKERS,
        "below",
        lambda: oco(below=LimitMaker(price=1)),
        "oco",
        {"belowType": "LIMIT_MAKER", "belowStopPrice": None, "belowTimeInForce": None},
    ),
    (
        Rule.BUY_MAKER,
        "above",
        lambda: oco(Side.BUY, above=LimitMaker(price=3), below=TakeProfit(stop_price=1)),
        "oco",
        {
            "side": "BUY",
            "belowType": "TAKE_PROFIT",
            "belowPrice": None,
            "belowTimeInForce": None,
        },
    ),
    (
        Rule.SELL_MAKER,
        "below",
        lambda: oco(above=TakeProfit(stop_price=3), below=LimitMaker(price=1)),
        "oco",
        {
            "aboveType": "TAKE_PROFIT",
            "abovePrice": None,
            "aboveStopPrice": 3,
            "belowType": "LIMIT_MAKER",
            "belowStopPrice": None,
            "belowTimeInForce": None,
        },
    ),
    (
        Rule.BUY_STOP,
        "below",
        lambda: oco(Side.BUY, above=StopLoss(stop_price=3), below=LOW),
        "oco",
        {"side": "BUY", "aboveType": "STOP_LOSS", "abovePrice": None, "aboveStopPrice": 3},
    ),
    (
        Rule.SELL_STOP,
        "pending_above",
        lambda: otoco(above=LOW),
        "otoco",
        {"pendingAboveType": "STOP_LOSS", "pendingAbovePrice": None, "pendingAboveStopPrice": 1},
    ),
    (
        Rule.BUY_PROFIT,
        "above",
        lambda: oco(Side.BUY, above=TakeProfit(stop_price=3), below=LimitMaker(price=1)),
        "oco",
        {
            **BUY_OCO,
            "aboveType": "TAKE_PROFIT",
            "abovePrice": None,
            "belowStopPrice": None,
            "belowTimeInForce": None,
        },
    ),
    (
        Rule.SELL_PROFIT,
        "below",
        lambda: oco(below=TakeProfit(stop_price=1)),
        "oco",
        {"belowType": "TAKE_PROFIT", "belowPrice": None, "belowTimeInForce": None},
    ),
    (
        Rule.PRICES,
        "above",
        lambda: oco(above=LimitMaker(price=1)),
        "oco",
        {"abovePrice": 1},
    ),
    (
        Rule.PRICES,
        "above",
        lambda: oco(above=TakeProfit(stop_price=1)),
        "oco",
        {"aboveType": "TAKE_PROFIT", "abovePrice": None, "aboveStopPrice": 1},
    ),
    (
        Rule.DISTINCT_IDS,
        "client_order_id",
        lambda: oco(
            above=LimitMaker(price=3, client_order_id="x"),
            below=StopLoss(stop_price=1, client_order_id="x"),
        ),
        "oco",
        {"aboveClientOrderId": "x", "belowClientOrderId": "x"},
    ),
    (
        Rule.RESTRICTIONS,
        "cancel_restrictions",
        lambda: untyped(CancelOrder, symbol="LTCBTC", order_id=0, cancel_restrictions=1),
        "order",
        {"symbol": "LTCBTC", "orderId": 0, "cancelRestrictions": "1"},
    ),
    (
        Rule.LIMIT,
        "limit",
        lambda: GetAllOrderLists(limit=-1),
        "allOrderList",
        {"limit": -1},
    ),
    (
        Rule.ID_OR_TIMES,
        "from_id",
        lambda: GetAllOrderLists(from_id=0, start_time=0),
        "allOrderList",
        {"fromId": 0, "startTime": 0},
    ),
    (
        Rule.ONE_DAY,
        "end_time",
        lambda: GetAllOrderLists(start_time=0, end_time=DAY + 1),
        "allOrderList",
        {"startTime": 0, "endTime": DAY + 1},
    ),
]
BASES: Mapping[str, Mapping[str, object]] = {**KINDS, "order": {}, "allOrderList": {}}


@pytest.mark.parametrize(("rule", "field", "make", "kind", "sent"), BROKEN)
def test_a_broken_rule_is_refused_here_and_by_the_exchange_with_the_same_code(
    rule: Rule, field: str, make: Any, kind: str, sent: dict[str, object], post: Post
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        make()
    assert str(caught.value).startswith(f"{field}=")
    assert str(caught.value).endswith(f" ({rule.code})")
    assert (caught.value.field, caught.value.rule, caught.value.code) == (
        field,
        rule.text,
        rule.code,
    )
    refused = post(kind, {**BASES[kind], **sent})
    assert refused is not None
    if rule.provenance is not Provenance.ASSUMED:
        assert refused == rule.code


def test_every_rule_is_in_the_table() -> None:
    assert {rule for rule, *_ in BROKEN} == set(Rule)


@pytest.mark.parametrize(("kind", "parameters"), [*KINDS.items(), ("oco", BUY_OCO), ("oto", OTO)])
def test_the_table_breaks_what_is_taken_otherwise(
    kind: str, parameters: Mapping[str, object], post: Post
) -> None:
    assert post(kind, parameters) is None


def allowed(make: Any, **values: Any) -> tuple[Any, dict[str, Any]]:
    return make, values


# What may look wrong, and the exchange may take.
@pytest.mark.parametrize(
    ("make", "values"),
    [
        allowed(oco, side=Side.BUY, above=StopLoss(stop_price=3), below=TakeProfit(stop_price=1)),
        allowed(oco, above=TakeProfitLimit(price=3, stop_price=1, time_in_force=GTC)),
        allowed(oco, above=LimitMaker(price=1), below=StopLoss(trailing_delta=100)),
        allowed(oco, above=LimitMaker(peg_price_type=PRIMARY)),
        allowed(otoco, above=LimitMaker(price=1), below=StopLoss(stop_price=3)),
        allowed(opoco, above=LimitMaker(price=1), below=StopLoss(stop_price=3)),
        allowed(oto, pending=Market()),
        allowed(oto, pending=LIMIT),
        allowed(opo, pending=TakeProfit(trailing_delta=0)),
        allowed(oco, side="SELL", new_order_resp_type="ACK", self_trade_prevention_mode="NONE"),
        allowed(oco, quantity=Decimal("0.00000001")),
        allowed(oco, quantity=Decimal("1E+3")),
    ],
)
def test_what_the_exchange_may_take_is_not_refused(make: Any, values: dict[str, Any]) -> None:
    assert make(**values).parameters()


# Any leg in any slot, with values of which many break a rule.
LEGS = [Limit, LimitMaker, Market, StopLoss, StopLossLimit, TakeProfit, TakeProfitLimit]
amounts = st.sampled_from(["0.5", "1", "2", "3", Decimal("2.50")])
FIELDS: Mapping[str, st.SearchStrategy[Any]] = {
    "price": amounts,
    "stop_price": amounts,
    "trailing_delta": st.sampled_from([0, 100]),
    "time_in_force": st.sampled_from(list(TimeInForce)),
    "iceberg_qty": st.just("1"),
    "strategy_type": st.sampled_from([0, 1_000_000]),
    "peg_price_type": st.sampled_from(list(PegPriceType)),
    "peg_offset_type": st.just(LEVEL),
    "peg_offset_value": st.sampled_from([1, 101]),
    "client_order_id": st.sampled_from(["a", "b", "no id"]),
}


@st.composite
def drawn_legs(draw: st.DrawFn) -> tuple[Any, dict[str, Any]]:
    """Return a class of legs and the arguments to make one."""
    kind: Any = draw(st.sampled_from(LEGS))
    takes = {each.name for each in fields(kind) if each.init}
    usual = {"price", "stop_price", "time_in_force"}
    names = draw(st.sets(st.sampled_from(sorted(takes & FIELDS.keys())), max_size=5))
    chosen = (usual & takes) - names if draw(st.booleans()) else names
    return kind, {name: draw(FIELDS[name]) for name in sorted(chosen)}


def sent_as(slot: str, kind: Any, values: dict[str, Any]) -> dict[str, str]:
    """Write a leg as the exchange names it, without the code that is tested."""
    type_ = fields(kind).type.default
    return {camel_case(f"{slot}_type"): str(type_)} | {
        camel_case(f"{slot}_{name}"): str(value) for name, value in values.items()
    }


@given(
    kind=st.sampled_from(sorted(MAKERS)),
    legs=st.lists(drawn_legs(), min_size=3, max_size=3),
    side=st.sampled_from(["BUY", "SELL"]),
)
def test_the_client_refuses_nothing_that_the_exchange_takes(
    written: Written, kind: str, legs: list[Any], side: str
) -> None:
    make = MAKERS[kind]
    slots = make().slots
    sent: dict[str, object] = {
        name: value
        for name, value in KINDS[kind].items()
        if not name.startswith(tuple(camel_case(slot) for slot in slots))
        or name.endswith(("Side", "Quantity"))
    }
    sides = {} if kind in {"opo", "opoco"} else {"side" if kind == "oco" else "pending_side": side}
    sent |= {camel_case(name): value for name, value in sides.items()}
    for slot, (leg, values) in zip(slots, legs, strict=False):
        sent |= sent_as(slot, leg, values)
    try:
        made = {slot: leg(**values) for slot, (leg, values) in zip(slots, legs, strict=False)}
        make(
            **{
                slot.removeprefix("pending_") if len(slots) == 3 else slot: leg
                for slot, leg in made.items()
            },
            **sides,
        )
    except InvalidRequest as error:
        refused: str | None = str(error)
    else:
        refused = None
    request = written("POST", f"/api/v3/orderList/{kind}", timestamp=NOW // 1_000_000, **sent)
    response = RestServerProtocol(Venue()).respond(request, now=NOW)
    is_taken = response.status == 200
    assert not (is_taken and refused), refused
    if refused is None and not is_taken:
        # What only the exchange can know.
        assert json.loads(response.body)["code"] in {-2010, -1013}, response.body
