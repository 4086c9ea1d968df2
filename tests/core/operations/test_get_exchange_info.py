"""GetExchangeInfo: its parameters, its result, and the rounding by the filters of a symbol."""

import decimal
import json
import os
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import orderlists
from orderlists import (
    GetExchangeInfo,
    HmacKey,
    InvalidInput,
    InvalidRequest,
    Json,
    Rest,
    TimeUnit,
    WebSocketApi,
)
from orderlists.enums import OrderType, SelfTradePreventionMode, SymbolStatus
from orderlists.extending import One, Unreadable
from orderlists.markets import ExchangeInfo, Filter, PriceFilter, SymbolInfo
from replies import http_reply
from symbol_rules import LOT, PRICE, SYMBOL, symbol_info

KEY = HmacKey(api_key="k" * 64, secret="not-a-real-one")
BRAND_NEW = {"filterType": "BRAND_NEW", "limit": 5}
REPLY: dict[str, Any] = {
    "timezone": "UTC",
    "serverTime": 1565246363776,
    "rateLimits": [
        {"rateLimitType": "ORDERS", "interval": "DAY", "intervalNum": 1, "limit": 160000}
    ],
    "exchangeFilters": [{"filterType": "EXCHANGE_MAX_NUM_ORDERS", "maxNumOrders": 1000}],
    "symbols": [{**SYMBOL, "filters": [PRICE, BRAND_NEW], "permissionSets": [["SPOT", "MARGIN"]]}],
    "sors": [{"baseAsset": "BTC", "symbols": ["BTCUSDT"]}],
}


def decode(tree: object) -> ExchangeInfo:
    return Json().decode(http_reply(json.dumps(tree)), One(ExchangeInfo), TimeUnit.MILLISECOND)


def test_the_rules_of_symbols_are_imported_when_they_are_first_used() -> None:
    code = (
        "import sys, orderlists as o\n"
        "loaded = lambda: 'orderlists._models.filters' in sys.modules\n"
        "print(loaded(), hasattr(o, 'Nothing'), o.GetExchangeInfo.__name__, loaded())"
    )
    path = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["False", "False", "GetExchangeInfo", "True"]


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    name = "Nothing"
    with pytest.raises(AttributeError, match="module 'orderlists' has no attribute 'Nothing'"):
        getattr(orderlists, name)


def test_all_symbols_are_the_default() -> None:
    assert GetExchangeInfo().parameters() == []


@pytest.mark.parametrize("symbols", ["LTCBTC", 5, [], [5], ["ltcbtc"], ["LTCBTC", ""]])
def test_what_is_no_list_of_symbols_is_refused(symbols: Any) -> None:
    with pytest.raises(InvalidRequest) as caught:
        GetExchangeInfo(symbols=symbols)
    assert caught.value.field == "symbols"


def test_symbols_are_an_array_in_the_query() -> None:
    request = GetExchangeInfo(symbols=["LTCBTC", "币安BTC"])
    assert Rest().encode(request, key=KEY, timestamp=1).target == (
        "/api/v3/exchangeInfo?symbols=%5B%22LTCBTC%22%2C%22%E5%B8%81%E5%AE%89BTC%22%5D"
    )


def test_symbols_are_an_array_in_a_frame() -> None:
    request = GetExchangeInfo(symbols=["LTCBTC", "BTCUSDT"])
    frame = WebSocketApi().encode(request, request_id=7, key=KEY, timestamp=1)
    assert json.loads(frame) == {
        "id": 7,
        "method": "exchangeInfo",
        "params": {"symbols": ["LTCBTC", "BTCUSDT"]},
    }


def test_the_reply_becomes_typed_rules() -> None:
    info = decode(REPLY)
    symbol = info.symbol("LTCBTC")
    assert symbol.status is SymbolStatus.TRADING
    assert symbol.order_types == tuple(OrderType)
    assert symbol.filters == (
        PriceFilter(min_price=Decimal("0.5"), max_price=Decimal(10), tick_size=Decimal("0.01")),
        Filter(filter_type="BRAND_NEW", unknown_fields={"limit": 5}),
    )
    assert symbol.oco_allowed is symbol.peg_instructions_allowed is True
    assert symbol.amend_allowed is None
    assert symbol.permission_sets == (("SPOT", "MARGIN"),)
    assert symbol.allowed_self_trade_prevention_modes[1] is SelfTradePreventionMode.EXPIRE_TAKER
    assert info.exchange_filters[0].filter_type == "EXCHANGE_MAX_NUM_ORDERS"
    assert (info.rate_limits[0].interval, info.rate_limits[0].limit) == ("DAY", 160000)
    assert info.unknown_fields == {"sors": REPLY["sors"]}
    assert repr(info) == "<ExchangeInfo 1 symbols>"
    assert repr(symbol) == "<SymbolInfo LTCBTC TRADING 2 filters>"


def test_the_json_form_keeps_the_class_of_each_filter() -> None:
    info = decode(REPLY)
    assert ExchangeInfo.from_json(info.to_json()) == info


@pytest.mark.parametrize("name", ["symbol", "status", "orderTypes", "filters"])
def test_a_symbol_without_what_a_check_needs_is_unreadable(name: str) -> None:
    symbol = {each: value for each, value in SYMBOL.items() if each != name}
    with pytest.raises(Unreadable, match=f"'{name}' is missing"):
        decode({**REPLY, "symbols": [symbol]})


def test_a_symbol_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        decode(REPLY).symbol("BTCUSDT")
    assert caught.value.value == "BTCUSDT"


def test_a_reply_about_other_symbols_is_a_mismatch() -> None:
    info = decode(REPLY)
    assert GetExchangeInfo(symbols=["LTCBTC"]).mismatch(info) is None
    assert GetExchangeInfo().mismatch(info) is None
    for symbols in (["BTCUSDT"], ["LTCBTC", "BTCUSDT"]):
        assert GetExchangeInfo(symbols=symbols).mismatch(info) == "it is about other symbols"


RULES = symbol_info(PRICE, LOT)


@pytest.mark.parametrize(
    ("price", "rounding", "expected"),
    [
        ("3.005", "down", "3.00"),
        ("3.005", "up", "3.01"),
        ("3.01", "down", "3.01"),
        ("3.01", "up", "3.01"),
        (3, "up", "3.00"),
        (Decimal("0.001"), "down", "0.00"),
        ("99999999999999999999.00000000000000000001", "up", "99999999999999999999.01"),
    ],
)
def test_a_price_is_rounded_to_the_tick_in_the_direction_that_is_said(
    price: Any, rounding: Any, expected: str
) -> None:
    assert str(RULES.round_price(price, rounding)) == expected


def test_a_quantity_is_rounded_to_the_step() -> None:
    assert str(RULES.round_quantity("3.05", "down")) == "3.0"
    assert str(RULES.round_quantity("3.05", "up")) == "3.1"
    hundreds = symbol_info({**LOT, "stepSize": "100.00"})
    assert str(hundreds.round_quantity("250", "up")) == "300"


@pytest.mark.parametrize("filters", [[], [{**PRICE, "tickSize": "0.00"}]])
def test_without_a_tick_nothing_is_rounded(filters: list[Any]) -> None:
    assert str(symbol_info(*filters).round_price("3.0050", "up")) == "3.0050"


@pytest.mark.parametrize(
    ("value", "rounding", "field"),
    [
        (3.005, "up", "price"),
        (None, "up", "price"),
        ("dear", "up", "price"),
        (-1, "up", "price"),
        (True, "up", "price"),
        (3, "nearest", "rounding"),
        (3, None, "rounding"),
    ],
)
def test_what_cannot_be_rounded_is_refused(value: Any, rounding: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        RULES.round_price(value, rounding)
    assert caught.value.field == field


amounts = st.decimals(0, 10**12, places=8)


@given(value=amounts, step=st.decimals("0.00000001", 1000, places=8), digits=st.integers(1, 5))
def test_a_rounded_price_is_the_nearest_multiple_whatever_the_context(
    value: Decimal, step: Decimal, digits: int
) -> None:
    symbol = SymbolInfo(
        symbol="LTCBTC",
        status=SymbolStatus.TRADING,
        order_types=(),
        filters=(PriceFilter(min_price=Decimal(0), max_price=Decimal(0), tick_size=step),),
    )
    user = decimal.Context(prec=digits, rounding=decimal.ROUND_UP, traps=[decimal.Inexact])
    with decimal.localcontext(user):
        down, up = symbol.round_price(value, "down"), symbol.round_price(value, "up")
    # In units of the eighth decimal, as whole numbers.
    low, exact, high, unit = (int(each.scaleb(8)) for each in (down, value, up, step))
    assert low % unit == high % unit == 0
    assert low <= exact <= high
    assert high - low == (0 if exact % unit == 0 else unit)
