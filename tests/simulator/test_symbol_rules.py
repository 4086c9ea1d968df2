"""What a check finds by the rules of a symbol is what the exchange does with the placement."""

import json
from decimal import Decimal
from typing import Any

import pytest
from attrs import fields
from hypothesis import assume, given
from hypothesis import strategies as st

from orderlists import GetExchangeInfo, HmacKey, InvalidRequest, Rest
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
from orderlists.markets import SymbolInfo
from orderlists_simulator import EXAMPLE_KEY, RestServerProtocol, Symbol, Venue
from placements import GTC, KINDS, oco, opo, oto, otoco
from symbol_rules import LOT, MARKET_LOT, MIN_NOTIONAL, NOTIONAL, PARTS, PRICE, TRAILING

NOW = 1_688_005_070_874_000_000
KEY = HmacKey(api_key=EXAMPLE_KEY.api_key, secret=EXAMPLE_KEY.secret)
FLAGS = {
    "OCO": "ocoAllowed",
    "OTO": "otoAllowed",
    "OPO": "opoAllowed",
    "Iceberg": "icebergAllowed",
    "Trailing stop": "allowTrailingStop",
    "Pegged": "pegInstructionsAllowed",
}
SUPPORTED = " orders are not supported for this symbol."


def send(venue: Venue, request: Any) -> Any:
    sent = Rest().encode(request, key=KEY, timestamp=NOW // 1_000_000)
    return RestServerProtocol(venue).respond(sent, now=NOW)


def rules_of(venue: Venue) -> SymbolInfo:
    """Return the rules as a client reads them."""
    request = GetExchangeInfo(symbols=["LTCBTC"])
    return Rest().decode(request, send(venue, request)).symbol("LTCBTC")


def refusal(venue: Venue, request: Any) -> str | None:
    """Place a list, and return the rule of the symbol by which it is refused, if any."""
    text: str = json.loads(send(venue, request).body).get("msg", "")
    if text.startswith("Filter failure: "):
        return text.removeprefix("Filter failure: ")
    if text.endswith(SUPPORTED):
        return FLAGS.get(text.removesuffix(SUPPORTED), "orderTypes")
    others = {
        "Market is closed.": "status",
        "This symbol does not allow the specified self-trade prevention mode.": (
            "allowedSelfTradePreventionModes"
        ),
    }
    return others.get(text)


prices = st.decimals("0.005", 12, places=3)
figures = st.just("0.00") | st.decimals(0, 10, places=2).map(str)
deltas = st.integers(0, 400)


LOT_FIGURES = {"minQty": figures, "maxQty": st.just("11"), "stepSize": figures}
FILTERS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "PRICE_FILTER": {"minPrice": figures, "maxPrice": figures, "tickSize": figures},
    "LOT_SIZE": LOT_FIGURES,
    "MARKET_LOT_SIZE": LOT_FIGURES,
    "MIN_NOTIONAL": {
        "minNotional": figures,
        "applyToMarket": st.booleans(),
        "avgPriceMins": st.just(0),
    },
    "NOTIONAL": {
        "minNotional": figures,
        "applyMinToMarket": st.booleans(),
        "maxNotional": st.integers(1, 60).map(str),
        "applyMaxToMarket": st.booleans(),
        "avgPriceMins": st.just(0),
    },
    "ICEBERG_PARTS": {"limit": st.integers(1, 12)},
    "TRAILING_DELTA": dict.fromkeys(sorted(TRAILING.keys() - {"filterType"}), deltas),
    "PERCENT_PRICE": {
        "multiplierUp": figures,
        "multiplierDown": figures,
        "avgPriceMins": st.just(5),
    },
    "BRAND_NEW": {"limit": st.integers(0, 9)},
}


def filters(name: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"filterType": st.just(name), **FILTERS[name]})


STATUSES: list[Any] = [*["TRADING"] * 9, "HALT"]
mostly = st.sampled_from([True, True, True, False])
MODES: list[Any] = list(SelfTradePreventionMode)


@st.composite
def symbols(draw: st.DrawFn) -> Symbol:
    types: Any = draw(st.just(None) | st.sets(st.sampled_from(TYPES), min_size=5))
    facts: dict[str, Any] = {} if types is None else {"order_types": sorted(types)}
    return Symbol(
        "LTCBTC",
        status=draw(st.sampled_from(STATUSES)),
        oco_allowed=draw(mostly),
        oto_allowed=draw(mostly),
        opo_allowed=draw(mostly),
        iceberg_allowed=draw(mostly),
        allow_trailing_stop=draw(mostly),
        peg_instructions_allowed=draw(mostly),
        allowed_self_trade_prevention_modes=draw(st.sampled_from([MODES, MODES[:2]])),
        filters=draw(st.lists(st.sampled_from(sorted(FILTERS)).flatmap(filters), max_size=2)),
        **facts,
    )


LIMITS: list[Any] = [Limit, LimitMaker]
STOPS: list[Any] = [StopLoss, StopLossLimit]
PROFITS: list[Any] = [LimitMaker, TakeProfit, TakeProfitLimit]
ANY: list[Any] = [*LIMITS, Market, *STOPS, *PROFITS[1:]]
TYPES = [
    str(each().type) if each is Market else str(each.__attrs_attrs__.type.default) for each in ANY
]


@st.composite
def legs(draw: st.DrawFn, kinds: list[Any]) -> Any:
    kind = draw(st.sampled_from(kinds))
    takes = {each.name for each in fields(kind)}
    values: dict[str, Any] = {}
    if "price" in takes:
        values |= {"price": draw(prices)}
        values |= {"iceberg_qty": draw(st.none() | st.just(0) | prices)}
        if draw(st.integers(0, 9)) == 0:
            values |= {"peg_price_type": PegPriceType.PRIMARY_PEG}
            values |= {"price": draw(st.none() | st.just(0) | prices)}
    if "stop_price" in takes:
        values |= {"stop_price": draw(prices), "trailing_delta": draw(st.none() | deltas)}
    if "time_in_force" in takes:
        values |= {"time_in_force": GTC}
    return kind(**values)


@st.composite
def requests(draw: st.DrawFn) -> Any:
    kind = draw(st.sampled_from(sorted(KINDS)))
    side = draw(st.sampled_from([Side.SELL, Side.BUY])) if kind in {"oco", "otoco"} else Side.SELL
    facts: dict[str, Any] = {"self_trade_prevention_mode": draw(st.none() | st.sampled_from(MODES))}
    if kind in {"oto", "opo"}:
        facts["pending"] = draw(legs(ANY))
    else:
        above, below = (PROFITS, STOPS) if side is Side.SELL else (STOPS, PROFITS)
        facts |= {"above": draw(legs(above)), "below": draw(legs(below))}
    if kind == "oco":
        facts |= {"side": side, "quantity": draw(prices)}
    else:
        facts |= {"working": draw(legs(LIMITS)), "working_quantity": draw(prices)}
    if kind in {"oto", "otoco"}:
        facts |= {"pending_side": side, "pending_quantity": draw(prices)}
    try:
        return KINDS[kind](**facts)
    except InvalidRequest:
        assume(condition=False)  # The prices of a pair are not in order.
        raise


def assert_agreement(symbol: Symbol, request: Any, last: Decimal | None) -> None:
    venue = Venue(symbols=[symbol])
    if last is not None:
        venue.set_price("LTCBTC", last, now=NOW)
    checked = rules_of(venue).check(request)
    by = refusal(venue, request)
    if checked.fails:
        assert by in {each.rule for each in checked.fails}
    else:
        assert by is None or by in {each.rule for each in checked.unknown}


@given(symbol=symbols(), request_=requests(), last=st.none() | prices)
def test_a_check_and_the_exchange_agree(
    symbol: Symbol, request_: Any, last: Decimal | None
) -> None:
    assert_agreement(symbol, request_, last)


@pytest.mark.parametrize("name", FILTERS)
@given(data=st.data(), request_=requests(), last=st.none() | prices)
def test_a_check_and_the_exchange_agree_about_a_filter_alone(
    name: str, data: st.DataObject, request_: Any, last: Decimal | None
) -> None:
    assert_agreement(Symbol("LTCBTC", filters=[data.draw(filters(name))]), request_, last)


PEGGED = LimitMaker(peg_price_type=PegPriceType.PRIMARY_PEG)


# The rule, the symbol, the placement, and what the check says of it.
@pytest.mark.parametrize(
    ("rule", "facts", "request_", "text"),
    [
        (
            "PRICE_FILTER",
            {"filters": [PRICE]},
            oco(above=LimitMaker(price="3.005")),
            "above.price=3.005: must be a multiple of tickSize=0.01",
        ),
        (
            "LOT_SIZE",
            {"filters": [LOT]},
            oco(above=LimitMaker(price=3, iceberg_qty="0.05")),
            (
                "above.iceberg_qty=0.05: must be at least minQty=0.1 and "
                "must be a multiple of stepSize=0.1"
            ),
        ),
        (
            "MARKET_LOT_SIZE",
            {"filters": [LOT, MARKET_LOT]},
            oto(pending=Market(), pending_quantity=60),
            "pending.quantity=60: must be at most maxQty=50",
        ),
        (
            "NOTIONAL",
            {"filters": [NOTIONAL]},
            oco(quantity=7),
            "above.price=3: price * quantity=21: must be at most maxNotional=20",
        ),
        (
            "MIN_NOTIONAL",
            {"filters": [MIN_NOTIONAL]},
            opo(working_quantity="0.9"),
            "working.price=2: price * quantity=1.8: must be at least minNotional=2",
        ),
        (
            "ICEBERG_PARTS",
            {"filters": [PARTS]},
            oco(quantity="10.1", above=LimitMaker(price=3, iceberg_qty=1)),
            "above.iceberg_qty=1: parts=11: must be at most limit=10",
        ),
        (
            "TRAILING_DELTA",
            {"filters": [TRAILING]},
            oco(below=StopLoss(trailing_delta=301)),
            "below.trailing_delta=301: must be at most maxTrailingBelowDelta=300",
        ),
        ("ocoAllowed", {"oco_allowed": False}, otoco(), "must be true"),
        ("otoAllowed", {"oto_allowed": False}, opo(), "must be true"),
        ("opoAllowed", {"opo_allowed": False}, opo(), "must be true"),
        (
            "pegInstructionsAllowed",
            {"peg_instructions_allowed": False},
            oco(above=PEGGED),
            "above.peg_price_type=PRIMARY_PEG: must be true",
        ),
        (
            "orderTypes",
            {"order_types": ["LIMIT_MAKER", "STOP_LOSS_LIMIT"]},
            oco(),
            "below.type=STOP_LOSS: must be one of LIMIT_MAKER, STOP_LOSS_LIMIT",
        ),
        (
            "allowedSelfTradePreventionModes",
            {"allowed_self_trade_prevention_modes": ["NONE"]},
            oco(self_trade_prevention_mode=SelfTradePreventionMode.DECREMENT),
            "self_trade_prevention_mode=DECREMENT: must be one of NONE",
        ),
        ("status", {"status": "BREAK"}, oco(), "must be TRADING, and is BREAK"),
    ],
)
def test_what_a_check_names_with_its_figures_is_refused_alike(
    rule: str, facts: dict[str, Any], request_: Any, text: str
) -> None:
    venue = Venue(symbols=[Symbol("LTCBTC", **facts)])
    (found,) = rules_of(venue).check(request_).fails
    assert str(found) == f"{rule}: {text}"
    assert refusal(venue, request_) == rule
    assert venue.lists == ()


def test_by_default_a_symbol_refuses_nothing_by_its_rules() -> None:
    for kind, make in KINDS.items():
        venue = Venue()
        assert rules_of(venue).check(make()).fails == (), kind
        assert send(venue, make()).status == 200, kind


def test_a_filter_of_an_unknown_type_or_of_another_order_refuses_nothing() -> None:
    venue = Venue(symbols=[Symbol("LTCBTC", filters=[{"filterType": "BRAND_NEW"}, TRAILING])])
    assert send(venue, oco(below=StopLoss(stop_price=1))).status == 200


def test_a_market_order_has_the_notional_of_the_last_price() -> None:
    venue = Venue(symbols=[Symbol("LTCBTC", filters=[NOTIONAL])])
    request = oto(working=LimitMaker(price=1), pending=Market(), pending_quantity=1)
    venue.set_price("LTCBTC", "1.9", now=NOW)
    (found,) = (each for each in rules_of(venue).check(request).unknown if each.leg == "pending")
    assert found.rule == refusal(venue, request) == "NOTIONAL"
    venue.set_price("LTCBTC", "2", now=NOW)
    assert refusal(venue, request) is None
