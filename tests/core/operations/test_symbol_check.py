"""The check of a placement: each rule fails, passes, or cannot be known, leg by leg."""

import decimal
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlists import GetServerTime, InvalidInput
from orderlists.enums import PegPriceType, SelfTradePreventionMode, Side
from orderlists.legs import (
    Limit,
    LimitMaker,
    Market,
    StopLoss,
    StopLossLimit,
    TakeProfit,
    TakeProfitLimit,
)
from orderlists.markets import Finding
from placements import GTC, KINDS, LIMIT, oco, opo, opoco, oto, otoco
from symbol_rules import (
    FLAGS,
    LOT,
    MARKET_LOT,
    MIN_NOTIONAL,
    NOTIONAL,
    ORDER_TYPES,
    PARTS,
    PRICE,
    TRAILING,
    symbol_info,
)

ACCOUNT = "MAX_ASSET: needs the asset filters of the account"
RECEIVED = "needs the quantity that the working order receives, less commission"
BOOK = "needs the price that the exchange takes from the order book"
MARKET = "needs the average or last price that stands for that of a market order"
PEGGED = LimitMaker(peg_price_type=PegPriceType.PRIMARY_PEG)
PEGGED_WITH_0 = LimitMaker(price=0, peg_price_type=PegPriceType.PRIMARY_PEG)
PEGGED_WITH_PRICE = LimitMaker(price="3.005", peg_price_type=PegPriceType.PRIMARY_PEG)
Texts = dict[str, list[str]]


def findings(request: Any, *filters: Any, **facts: Any) -> Texts:
    """Return what a check finds by these filters, as text."""
    checked = symbol_info(*filters, **facts).check(request)
    return {
        name: [str(each) for each in getattr(checked, name)]
        for name in ("fails", "passes", "unknown")
    }


def about(rule: Any, request: Any) -> Texts:
    """Return what a check finds by one filter, without its name."""
    start = f"{rule['filterType']}: "
    return {
        name: [each.removeprefix(start) for each in texts if each.startswith(start)]
        for name, texts in findings(request, rule).items()
        if any(each.startswith(start) for each in texts)
    }


def stop_limit(price: Any, stop: Any, **more: Any) -> StopLossLimit:
    return StopLossLimit(price=price, stop_price=stop, time_in_force=GTC, **more)


RANGE = "minPrice=0.5, maxPrice=10, tickSize=0.01"
SIZES = "minQty=0.1, maxQty=100, stepSize=0.1"


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (
            oco(above=LimitMaker(price="3.005"), below=stop_limit("0.49", "1.00")),
            {
                "fails": [
                    "above.price=3.005: must be a multiple of tickSize=0.01",
                    "below.price=0.49: must be at least minPrice=0.5",
                ],
                "passes": [f"below.stop_price=1.00: {RANGE}"],
            },
        ),
        (
            oco(above=LimitMaker(price="10.001"), below=stop_limit("0.5", "0.499")),
            {
                "fails": [
                    (
                        "above.price=10.001: must be at most maxPrice=10 and "
                        "must be a multiple of tickSize=0.01"
                    ),
                    (
                        "below.stop_price=0.499: must be at least minPrice=0.5 and "
                        "must be a multiple of tickSize=0.01"
                    ),
                ],
                "passes": [f"below.price=0.5: {RANGE}"],
            },
        ),
        (
            oco(above=PEGGED, below=StopLoss(trailing_delta=100)),
            {"unknown": [f"above: {BOOK}"]},
        ),
        (
            oco(above=PEGGED_WITH_0, below=StopLoss(trailing_delta=100)),
            {"unknown": [f"above: {BOOK}"]},
        ),
        (
            oco(above=PEGGED_WITH_PRICE, below=StopLoss(trailing_delta=100)),
            {
                "fails": ["above.price=3.005: must be a multiple of tickSize=0.01"],
                "unknown": [f"above: {BOOK}"],
            },
        ),
        (oto(pending=Market()), {"passes": [f"working.price=2: {RANGE}"]}),
    ],
)
def test_prices_and_stop_prices_are_judged_by_the_price_filter(
    request_: Any, expected: Texts
) -> None:
    assert about(PRICE, request_) == expected


def test_a_part_of_the_price_filter_that_is_0_is_switched_off() -> None:
    request = oco(above=LimitMaker(price="30.005"), below=StopLoss(stop_price="0.001"))
    off = {**PRICE, "minPrice": "0", "maxPrice": "0.00", "tickSize": "0.00000000"}
    assert about(off, request) == {
        "passes": ["above.price=30.005: switched off", "below.stop_price=0.001: switched off"]
    }
    assert about({**off, "minPrice": "1"}, request)["fails"] == [
        "below.stop_price=0.001: must be at least minPrice=1"
    ]


def test_the_tick_is_a_plain_modulo_that_does_not_start_at_the_lowest_price() -> None:
    request = oco(above=LimitMaker(price=4), below=StopLoss(stop_price=3))
    assert about({**PRICE, "minPrice": "1", "tickSize": "2"}, request) == {
        "fails": ["below.stop_price=3: must be a multiple of tickSize=2"],
        "passes": ["above.price=4: minPrice=1, maxPrice=10, tickSize=2"],
    }


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (
            oco(quantity="0.05", above=LimitMaker(price=3, iceberg_qty="0.15")),
            {
                "fails": [
                    (
                        "above.quantity=0.05: must be at least minQty=0.1 and "
                        "must be a multiple of stepSize=0.1"
                    ),
                    "above.iceberg_qty=0.15: must be a multiple of stepSize=0.1",
                    (
                        "below.quantity=0.05: must be at least minQty=0.1 and "
                        "must be a multiple of stepSize=0.1"
                    ),
                ]
            },
        ),
        (
            oto(working_quantity=101, pending_quantity=100),
            {
                "fails": ["working.quantity=101: must be at most maxQty=100"],
                "passes": [f"pending.quantity=100: {SIZES}"],
            },
        ),
        (
            opoco(above=LimitMaker(price=3, iceberg_qty="0.05")),
            {
                "fails": [
                    (
                        "pending_above.iceberg_qty=0.05: must be at least minQty=0.1 and "
                        "must be a multiple of stepSize=0.1"
                    )
                ],
                "passes": [f"working.quantity=5: {SIZES}"],
                "unknown": [f"pending_above: {RECEIVED}", f"pending_below: {RECEIVED}"],
            },
        ),
        (
            oto(working=Limit(price=2, time_in_force=GTC, iceberg_qty=0)),
            {"passes": [f"working.quantity=5: {SIZES}", f"pending.quantity=4: {SIZES}"]},
        ),
    ],
)
def test_quantities_and_visible_quantities_are_judged_by_the_lot_size(
    request_: Any, expected: Texts
) -> None:
    assert about(LOT, request_) == expected


def test_a_step_of_0_is_no_step() -> None:
    assert about({**LOT, "stepSize": "0.00"}, oco(quantity="0.15")) == {
        "passes": [
            "above.quantity=0.15: minQty=0.1, maxQty=100",
            "below.quantity=0.15: minQty=0.1, maxQty=100",
        ]
    }


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (
            oto(pending=Market(), pending_quantity=60),
            {"fails": ["pending.quantity=60: must be at most maxQty=50"]},
        ),
        (
            oto(pending=Market(), pending_quantity=50),
            {"passes": ["pending.quantity=50: minQty=0.1, maxQty=50, stepSize=0.1"]},
        ),
        (opo(pending=Market()), {"unknown": [f"pending: {RECEIVED}"]}),
        (
            oto(pending=StopLoss(stop_price=1)),
            {
                "unknown": [
                    (
                        "pending.quantity=4: needs to know whether the exchange applies it to the "
                        "market order of a stop"
                    )
                ]
            },
        ),
        (oto(pending=LIMIT), {}),
    ],
)
def test_market_orders_are_judged_by_the_market_lot_size(request_: Any, expected: Texts) -> None:
    assert about(MARKET_LOT, request_) == expected


@pytest.mark.parametrize(
    ("rule", "request_", "expected"),
    [
        (
            NOTIONAL,
            oco(quantity=5, above=LimitMaker(price=5), below=stop_limit("0.3", 1)),
            {
                "fails": [
                    "above.price=5: price * quantity=25: must be at most maxNotional=20",
                    "below.price=0.3: price * quantity=1.5: must be at least minNotional=2",
                ]
            },
        ),
        (
            NOTIONAL,
            oto(pending=Market()),
            {
                "passes": ["working.price=2: price * quantity=10: minNotional=2, maxNotional=20"],
                "unknown": [f"pending: {MARKET}"],
            },
        ),
        (
            {**NOTIONAL, "applyMinToMarket": False},
            oto(working_quantity=1, pending=Market()),
            {
                "passes": [
                    "working.price=2: price * quantity=2: minNotional=2, maxNotional=20",
                    "pending: does not apply to market orders",
                ]
            },
        ),
        (
            MIN_NOTIONAL,
            oco(quantity="0.5", above=LimitMaker(price=3), below=StopLoss(stop_price=1)),
            {
                "fails": ["above.price=3: price * quantity=1.5: must be at least minNotional=2"],
                "unknown": [f"below: {MARKET}"],
            },
        ),
        (
            {**MIN_NOTIONAL, "applyToMarket": True},
            oto(pending=Market()),
            {
                "passes": ["working.price=2: price * quantity=10: minNotional=2"],
                "unknown": [f"pending: {MARKET}"],
            },
        ),
        (
            MIN_NOTIONAL,
            opo(pending=PEGGED),
            {
                "passes": ["working.price=2: price * quantity=10: minNotional=2"],
                "unknown": [f"pending: {RECEIVED}"],
            },
        ),
        (
            MIN_NOTIONAL,
            oco(quantity=1, above=PEGGED_WITH_PRICE, below=stop_limit(1, 1)),
            {
                "passes": ["above.price=3.005: price * quantity=3.005: minNotional=2"],
                "fails": ["below.price=1: price * quantity=1: must be at least minNotional=2"],
                "unknown": [f"above: {BOOK}"],
            },
        ),
        (
            MIN_NOTIONAL,
            oco(above=PEGGED, below=stop_limit(1, 1)),
            {
                "passes": ["below.price=1: price * quantity=5: minNotional=2"],
                "unknown": [f"above: {BOOK}"],
            },
        ),
    ],
)
def test_price_times_quantity_is_judged_where_both_are_known(
    rule: Any, request_: Any, expected: Texts
) -> None:
    assert about(rule, request_) == expected


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (
            oco(quantity="10.1", above=LimitMaker(price=3, iceberg_qty=1)),
            {"fails": ["above.iceberg_qty=1: parts=11: must be at most limit=10"]},
        ),
        (
            oco(quantity=10, above=LimitMaker(price=3, iceberg_qty=1)),
            {"passes": ["above.iceberg_qty=1: parts=10: limit=10"]},
        ),
        (
            opo(pending=LimitMaker(price=3, iceberg_qty=1)),
            {"unknown": [f"pending.iceberg_qty=1: {RECEIVED}"]},
        ),
        (oco(above=LimitMaker(price=3, iceberg_qty=0)), {}),
    ],
)
def test_the_parts_of_an_iceberg_are_counted_with_the_last_one(
    request_: Any, expected: Texts
) -> None:
    assert about(PARTS, request_) == expected


ABOVE = {"passes": ["minTrailingAboveDelta=10, maxTrailingAboveDelta=200"]}
BELOW = {"fails": ["must be at least minTrailingBelowDelta=20"]}


@pytest.mark.parametrize(
    ("kind", "side", "expected"),
    [
        (StopLoss, Side.BUY, ABOVE),
        (StopLossLimit, Side.BUY, ABOVE),
        (TakeProfit, Side.SELL, ABOVE),
        (TakeProfitLimit, Side.SELL, ABOVE),
        (StopLoss, Side.SELL, BELOW),
        (StopLossLimit, Side.SELL, BELOW),
        (TakeProfit, Side.BUY, BELOW),
        (TakeProfitLimit, Side.BUY, BELOW),
    ],
)
def test_a_trailing_delta_is_judged_by_type_and_side(
    kind: Any, side: Side, expected: Texts
) -> None:
    is_limit = kind in {StopLossLimit, TakeProfitLimit}
    limit: dict[str, Any] = {"price": 1, "time_in_force": GTC} if is_limit else {}
    pending = kind(trailing_delta=10, **limit)
    place = "pending.trailing_delta=10: "
    found = about(TRAILING, oto(pending=pending, pending_side=side))
    assert found == {name: [place + text for text in texts] for name, texts in expected.items()}


@pytest.mark.parametrize(
    ("delta", "text"),
    [(200, "fails"), (20, "fails"), (21, "passes"), (99, "passes"), (101, "fails")],
)
def test_both_ends_of_the_range_of_trailing_deltas_count(delta: int, text: str) -> None:
    rule = {**TRAILING, "minTrailingBelowDelta": 21, "maxTrailingBelowDelta": 100}
    assert list(about(rule, oto(pending=StopLoss(trailing_delta=delta)))) == [text]


def test_a_stop_without_a_trailing_delta_is_no_matter_of_that_filter() -> None:
    assert about(TRAILING, oco()) == {}


PERCENT = {"filterType": "PERCENT_PRICE", "multiplierUp": "2", "multiplierDown": "1"}
BY_SIDE = {
    "filterType": "PERCENT_PRICE_BY_SIDE",
    "bidMultiplierUp": "1",
    "bidMultiplierDown": "1",
    "askMultiplierUp": "1",
    "askMultiplierDown": "1",
}


@pytest.mark.parametrize("rule", [PERCENT, BY_SIDE])
def test_an_average_price_cannot_be_known(rule: dict[str, Any]) -> None:
    assert about({**rule, "avgPriceMins": 5}, oco()) == {
        "unknown": [f"{leg}: needs the average price of 5 minutes" for leg in ("above", "below")]
    }
    assert about({**rule, "avgPriceMins": 0}, oto(pending=Market())) == {
        "unknown": ["working: needs the last price"]
    }


@pytest.mark.parametrize(
    ("rule", "request_", "text"),
    [
        ({"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 5}, oco(), "open orders"),
        ({"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": 5}, oco(), "open order lists"),
        ({"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": 5}, oco(), "open stop and"),
        ({"filterType": "MAX_POSITION", "maxPosition": "5"}, otoco(), "balances"),
        ({"filterType": "BRAND_NEW", "limit": 5}, oco(), "needs to know what this filter allows"),
        ({"filterType": "PRICE_FILTER"}, oco(), "needs to know what this filter allows"),
        (
            {"filterType": "MAX_NUM_ICEBERG_ORDERS", "maxNumIcebergOrders": 5},
            oco(above=LimitMaker(price=3, iceberg_qty=1)),
            "open iceberg orders",
        ),
    ],
)
def test_a_filter_of_the_account_or_of_an_unknown_type_is_unknown_and_named(
    rule: Any, request_: Any, text: str
) -> None:
    (found,) = about(rule, request_)["unknown"]
    assert text in found


@pytest.mark.parametrize(
    ("rule", "request_"),
    [
        ({"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": 5}, oto(pending=Market())),
        ({"filterType": "MAX_NUM_ICEBERG_ORDERS", "maxNumIcebergOrders": 5}, oco()),
        ({"filterType": "MAX_POSITION", "maxPosition": "5"}, oco(side=Side.SELL)),
        ({"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": 5}, oco()),
    ],
)
def test_a_filter_of_other_orders_is_not_listed(rule: Any, request_: Any) -> None:
    assert about(rule, request_) == {}


ALLOWED = {
    "oco": ["ocoAllowed"],
    "oto": ["otoAllowed"],
    "otoco": ["otoAllowed", "ocoAllowed"],
    "opo": ["otoAllowed", "opoAllowed"],
    "opoco": ["otoAllowed", "opoAllowed", "ocoAllowed"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_list_needs_the_permissions_of_its_parts(kind: str) -> None:
    flags = [each for each in FLAGS if each not in {"icebergAllowed", "allowTrailingStop"}]
    refused = findings(KINDS[kind](), **dict.fromkeys(flags, False))
    assert refused["fails"] == [f"{flag}: must be true" for flag in ALLOWED[kind]]
    passed = findings(KINDS[kind]())
    assert [f"{flag}: is true" for flag in ALLOWED[kind]] == passed["passes"][
        1 : len(ALLOWED[kind]) + 1
    ]
    silent = findings(KINDS[kind](), **dict.fromkeys(flags))
    assert silent["fails"] == []
    assert silent["unknown"][:-1] == [
        f"{flag}: needs what the exchange did not send" for flag in ALLOWED[kind]
    ]


@pytest.mark.parametrize(
    ("flag", "above", "place"),
    [
        ("icebergAllowed", LimitMaker(price=3, iceberg_qty=1), "above.iceberg_qty=1"),
        ("allowTrailingStop", TakeProfit(trailing_delta=0), "above.trailing_delta=0"),
        ("pegInstructionsAllowed", PEGGED, "above.peg_price_type=PRIMARY_PEG"),
    ],
)
def test_what_a_leg_uses_must_be_allowed(flag: str, above: Any, place: str) -> None:
    assert findings(oco(above=above), **{flag: False})["fails"] == [
        f"{flag}: {place}: must be true"
    ]
    assert f"{flag}: {place}: is true" in findings(oco(above=above))["passes"]
    assert findings(oco(), **{flag: False})["fails"] == []


def test_the_type_of_each_leg_must_be_one_of_the_symbol() -> None:
    types = [each for each in ORDER_TYPES if each not in {"STOP_LOSS", "MARKET"}]
    assert findings(oco(), orderTypes=types)["fails"] == [
        f"orderTypes: below.type=STOP_LOSS: must be one of {', '.join(types)}"
    ]


def test_the_mode_of_self_trade_prevention_must_be_allowed() -> None:
    rule = "allowedSelfTradePreventionModes: self_trade_prevention_mode"
    decrement = oco(self_trade_prevention_mode=SelfTradePreventionMode.DECREMENT)
    assert findings(decrement)["fails"] == [f"{rule}=DECREMENT: must be one of NONE, EXPIRE_TAKER"]
    silent = findings(decrement, allowedSelfTradePreventionModes=None)
    assert silent["unknown"] == [
        f"{rule}=DECREMENT: needs what the exchange did not send",
        ACCOUNT,
    ]
    taker = oco(self_trade_prevention_mode=SelfTradePreventionMode.EXPIRE_TAKER)
    assert f"{rule}=EXPIRE_TAKER: one of NONE, EXPIRE_TAKER" in findings(taker)["passes"]


@pytest.mark.parametrize(
    ("status", "group", "text"),
    [
        ("TRADING", "passes", "is TRADING"),
        ("HALT", "fails", "must be TRADING, and is HALT"),
        ("HIBERNATING", "unknown", "needs to know what HIBERNATING allows"),
    ],
)
def test_a_symbol_that_is_not_traded_takes_no_orders(status: str, group: str, text: str) -> None:
    assert findings(oco(), status=status)[group][0] == f"status: {text}"


def test_the_permissions_of_an_account_cannot_be_known() -> None:
    assert findings(oco(), permissionSets=[["SPOT"]])["unknown"] == [
        "permissionSets: needs the permissions of the account",
        ACCOUNT,
    ]


def test_a_finding_has_what_its_text_says_as_values() -> None:
    (found,) = symbol_info(PRICE).check(oco(above=LimitMaker(price="3.005"))).fails
    assert found == Finding(
        judgement="fails",
        rule="PRICE_FILTER",
        leg="above",
        field="price",
        value=Decimal("3.005"),
        text="must be a multiple of tickSize=0.01",
    )


@pytest.mark.parametrize("request_", [GetServerTime(), None, "oco"])
def test_what_is_no_placement_cannot_be_checked(request_: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        symbol_info().check(request_)
    assert caught.value.field == "request"


def test_a_placement_on_another_symbol_cannot_be_checked() -> None:
    with pytest.raises(InvalidInput) as caught:
        symbol_info(symbol="BTCUSDT").check(oco())
    assert (caught.value.field, caught.value.value) == ("symbol", "LTCBTC")


wide = st.decimals("0.00000000000000000001", 10**19, places=20)


@given(price=wide, tick=wide, quantity=wide, least=wide, digits=st.integers(1, 5))
def test_every_comparison_is_exact_whatever_the_context(
    price: Decimal, tick: Decimal, quantity: Decimal, least: Decimal, digits: int
) -> None:
    rules = (
        {"filterType": "PRICE_FILTER", "minPrice": "0", "maxPrice": "0", "tickSize": f"{tick:f}"},
        {**MIN_NOTIONAL, "minNotional": f"{least:f}"},
        {**PARTS, "limit": 7},
    )
    symbol = symbol_info(*rules)
    above = LimitMaker(price=price, iceberg_qty=tick)
    request = otoco(working=above, working_quantity=quantity)
    user = decimal.Context(prec=digits, rounding=decimal.ROUND_UP, traps=[decimal.Inexact])
    with decimal.localcontext(user):
        found = {each.rule for each in symbol.check(request).fails if each.leg == "working"}
    whole = decimal.Context(prec=99)
    price_, tick_, quantity_, least_ = (
        int(each.scaleb(20, whole)) for each in (price, tick, quantity, least)
    )
    assert ("PRICE_FILTER" in found) == (price_ % tick_ != 0)
    assert ("MIN_NOTIONAL" in found) == (price_ * quantity_ < least_ * 10**20)
    assert ("ICEBERG_PARTS" in found) == (quantity_ > 7 * tick_)
