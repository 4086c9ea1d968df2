"""Queries of the account, its orders and the prices, and tests of orders, over both protocols."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from orderlists.extending import HttpRequest
from orderlists_simulator import (
    Behaviour,
    Leg,
    QueryLag,
    RestServerProtocol,
    Venue,
    WebSocketServerProtocol,
    example_venue,
)
from orderlists_simulator._engine.orders import NewOrder

CANCELED = 1_688_005_070_874
PLACED = 1_574_040_868_128
MILLISECOND = 10**6
DAY = 24 * 3600 * 1000
Ask = Callable[..., Any]

LIMIT: Mapping[str, object] = {
    "symbol": "LTCBTC",
    "side": "BUY",
    "type": "LIMIT",
    "quantity": "5",
    "price": "1.5",
    "timeInForce": "GTC",
}


def ids(found: Any) -> list[int]:
    return [each["orderId"] for each in found.body]


def place_single(venue: Venue, symbol: str = "BTCUSDT") -> None:
    """Place an order of another symbol, which belongs to no list."""
    leg = Leg(side="BUY", type="LIMIT", quantity=1, price=5)
    venue.placement.place_order(
        NewOrder(symbol=symbol, leg=leg, account="main"), now=CANCELED * MILLISECOND
    )


class TestAccount:
    def test_every_field_of_an_account_is_returned_in_the_documented_order(
        self, ask: Ask, venue: Venue
    ) -> None:
        venue.balances.deposit("main", "LTC", "11")

        found = ask("account.status", omitZeroBalances="true")

        assert found.weight == 20
        assert list(found.body.items()) == [
            ("makerCommission", 0),
            ("takerCommission", 0),
            ("buyerCommission", 0),
            ("sellerCommission", 0),
            (
                "commissionRates",
                {
                    "maker": "0.00000000",
                    "taker": "0.00000000",
                    "buyer": "0.00000000",
                    "seller": "0.00000000",
                },
            ),
            ("canTrade", True),
            ("canWithdraw", True),
            ("canDeposit", True),
            ("brokered", False),
            ("requireSelfTradePrevention", False),
            ("preventSor", False),
            ("updateTime", PLACED),
            ("accountType", "SPOT"),
            ("balances", [{"asset": "LTC", "free": "1.00000000", "locked": "10.00000000"}]),
            ("permissions", ["SPOT"]),
            ("uid", found.body["uid"]),
        ]

    @pytest.mark.parametrize("parameters", [{}, {"omitZeroBalances": "false"}])
    def test_balances_of_zero_are_returned_by_default(
        self, ask: Ask, parameters: Mapping[str, object]
    ) -> None:
        found = ask("account.status", **parameters).body["balances"]

        assert found == [
            {"asset": each, "free": "0.00000000", "locked": "0.00000000"}
            for each in ("BTC", "LTC", "USDT")
        ]

    def test_a_deposit_of_an_asset_without_a_symbol_is_returned(
        self, ask: Ask, venue: Venue
    ) -> None:
        venue.balances.deposit("main", "BNB", "1")
        venue.balances.deposit("another", "ETH", "1")

        found = ask("account.status").body["balances"]

        assert [each["asset"] for each in found] == ["BNB", "BTC", "LTC", "USDT"]

    def test_an_account_is_of_the_present_during_a_lag_of_queries(
        self, ask: Ask, venue: Venue
    ) -> None:
        place_single(venue)
        venue.lags = (QueryLag(3600.0),)

        assert ask("account.status").body["updateTime"] == CANCELED


class TestCommissionRate:
    @pytest.fixture
    def venue(self) -> Venue:
        return Venue(behaviour=Behaviour(commission_rate="0.0015"))

    def test_the_commission_rate_is_that_of_maker_and_taker(self, ask: Ask) -> None:
        found = ask("account.status").body

        assert (found["makerCommission"], found["takerCommission"]) == (15, 15)
        assert found["commissionRates"]["maker"] == "0.00150000"
        assert found["commissionRates"]["seller"] == "0.00000000"

    def test_an_account_without_orders_was_never_updated(self, ask: Ask) -> None:
        assert ask("account.status").body["updateTime"] == 0

    def test_a_test_order_returns_the_commission_rates_if_asked_for(self, ask: Ask) -> None:
        found = ask("order.test", **LIMIT, computeCommissionRates="true")

        assert found.weight == 20
        assert list(found.body.items()) == [
            ("standardCommissionForOrder", {"maker": "0.00150000", "taker": "0.00150000"}),
            ("specialCommissionForOrder", {"maker": "0.00000000", "taker": "0.00000000"}),
            ("taxCommissionForOrder", {"maker": "0.00000000", "taker": "0.00000000"}),
            (
                "discount",
                {
                    "enabledForAccount": False,
                    "enabledForSymbol": False,
                    "discountAsset": "BNB",
                    "discount": "0.00000000",
                },
            ),
        ]


class TestOpenOrders:
    def test_open_orders_are_those_of_lists_and_single_orders_as_a_query_shows_them(
        self, ask: Ask, venue: Venue
    ) -> None:
        place_single(venue)

        found = ask("openOrders.status")

        assert (found.weight, ids(found)) == (80, [2, 3, 4])
        assert found.body[0] == ask("order.status", symbol="LTCBTC", orderId=2).body
        assert [each["orderListId"] for each in found.body] == [0, 0, -1]

    def test_open_orders_of_a_symbol_weigh_less(self, ask: Ask, venue: Venue) -> None:
        place_single(venue)

        found = ask("openOrders.status", symbol="BTCUSDT")

        assert (found.weight, ids(found)) == (6, [4])

    def test_open_orders_end_with_a_cancel_and_a_lag_shows_them_longer(
        self, ask: Ask, venue: Venue
    ) -> None:
        venue.order_entry.cancel(symbol="LTCBTC", order_list_id=0, now=CANCELED * MILLISECOND)

        assert ask("openOrders.status").body == []
        venue.lags = (QueryLag(1),)
        assert ids(ask("openOrders.status")) == [2, 3]

    def test_open_orders_of_an_unknown_symbol_are_refused(self, ask: Ask) -> None:
        found = ask("openOrders.status", symbol="XYZ")

        assert (found.status, found.body["code"]) == (400, -1121)


class TestAllOrders:
    @pytest.fixture
    def venue(self) -> Venue:
        """Place two lists, a second apart, and cancel the first of them last."""
        made = Venue()
        for number in range(2):
            made.order_entry.place_oco(
                symbol="LTCBTC",
                side="SELL",
                quantity=1,
                price=3,
                stop_price=1,
                now=(PLACED + number * 1000) * MILLISECOND,
            )
        made.order_entry.cancel(symbol="LTCBTC", order_list_id=0, now=(PLACED + 5000) * MILLISECOND)
        place_single(made)
        return made

    @pytest.mark.parametrize(
        ("parameters", "expected"),
        [
            ({}, [0, 1, 2, 3]),
            ({"limit": 1}, [3]),
            ({"orderId": 1}, [1, 2, 3]),
            ({"orderId": 1, "limit": 2}, [1, 2]),
            ({"startTime": PLACED + 1000}, [2, 3, 0, 1]),
            ({"startTime": PLACED + 1000, "limit": 1}, [2]),
            ({"endTime": PLACED + 1000}, [2, 3]),
            ({"orderId": 3, "startTime": PLACED, "endTime": PLACED + 5000}, [2, 3, 0, 1]),
        ],
    )
    def test_all_orders_of_a_symbol_by_id_and_by_the_time_of_their_last_change(
        self, ask: Ask, parameters: Mapping[str, int], expected: list[int]
    ) -> None:
        found = ask("allOrders", symbol="LTCBTC", **parameters)

        assert (found.weight, ids(found)) == (20, expected)

    def test_all_orders_show_open_and_finished_ones_as_a_query_does(self, ask: Ask) -> None:
        found = ask("allOrders", symbol="LTCBTC").body

        assert [each["status"] for each in found] == ["CANCELED", "CANCELED", "NEW", "NEW"]
        assert found[1] == ask("order.status", symbol="LTCBTC", orderId=1).body

    @pytest.mark.parametrize(
        ("parameters", "code"),
        [
            ({}, -1102),
            ({"symbol": "XYZ"}, -1121),
            ({"symbol": "LTCBTC", "limit": 0}, -1102),
            ({"symbol": "LTCBTC", "startTime": PLACED, "endTime": PLACED + DAY + 1}, -1127),
        ],
    )
    def test_a_wrong_range_of_all_orders_is_refused(
        self, ask: Ask, parameters: Mapping[str, object], code: int
    ) -> None:
        found = ask("allOrders", **parameters)

        assert (found.status, found.body["code"]) == (400, code)


class TestPrices:
    @pytest.fixture
    def venue(self) -> Venue:
        return example_venue(now=0)

    def test_the_price_of_a_symbol(self, ask: Ask) -> None:
        found = ask("ticker.price", symbol="LTCBTC")

        assert (found.weight, found.body) == (2, {"symbol": "LTCBTC", "price": "2.00000000"})

    @pytest.mark.parametrize("parameters", [{}, {"symbols": '["LTCBTC","BTCUSDT"]'}])
    def test_the_prices_of_several_symbols_are_an_array_and_0_without_a_market(
        self, ask: Ask, parameters: Mapping[str, object]
    ) -> None:
        found = ask("ticker.price", **parameters)

        assert found.weight == 4
        assert found.body == [
            {"symbol": "LTCBTC", "price": "2.00000000"},
            {"symbol": "BTCUSDT", "price": "0.00000000"},
        ]

    @pytest.mark.parametrize(
        ("parameters", "code"),
        [
            ({"symbol": "XYZ"}, -1121),
            ({"symbols": '["LTCBTC","XYZ"]'}, -1121),
            ({"symbol": "LTCBTC", "symbols": '["LTCBTC"]'}, -1128),
            ({"symbols": "LTCBTC"}, -1100),
            ({"symbols": '["LTCBTC", "BTCUSDT"]'}, -1100),
            ({"symbols": '["ltcbtc"]'}, -1100),
            ({"symbols": '[""]'}, -1100),
            ({"symbols": '["]'}, -1100),
        ],
    )
    def test_wrong_symbols_of_prices_are_refused(
        self, ask: Ask, parameters: Mapping[str, object], code: int
    ) -> None:
        found = ask("ticker.price", **parameters)

        assert (found.status, found.body["code"]) == (400, code)

    def test_symbols_of_prices_may_be_an_array_over_websocket(self, venue: Venue) -> None:
        protocol = WebSocketServerProtocol(venue)
        session = protocol.open("/ws-api/v3", now=0)
        frame = {"id": 1, "method": "ticker.price", "params": {"symbols": ["LTCBTC"]}}

        reply = json.loads(protocol.respond(session, json.dumps(frame), now=0))

        assert reply["result"] == [{"symbol": "LTCBTC", "price": "2.00000000"}]


class TestTestOrder:
    @pytest.mark.parametrize("parameters", [{}, {"computeCommissionRates": "false"}])
    def test_a_test_order_is_checked_and_not_placed(
        self, ask: Ask, venue: Venue, parameters: Mapping[str, object]
    ) -> None:
        found = ask("order.test", **LIMIT, **parameters)

        assert (found.status, found.body, found.weight) == (200, {}, 1)
        assert venue.single_orders == ()
        assert venue.order_count.used("main", now=CANCELED * MILLISECOND) == (0, 0)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"symbol": "XYZ"}, -1121),
            ({"quantity": "0"}, -1013),
            ({"type": "MARKET"}, -1106),
            ({"computeCommissionRates": "yes"}, -1100),
        ],
    )
    def test_a_wrong_test_order_is_refused(
        self, ask: Ask, changes: Mapping[str, object], code: int
    ) -> None:
        found = ask("order.test", **{**LIMIT, **changes})

        assert (found.status, found.body["code"]) == (400, code)

    def test_a_parameter_in_query_and_form_weighs_as_it_is_read(self, venue: Venue) -> None:
        request = HttpRequest(
            "POST",
            "/api/v3/order/test?computeCommissionRates=false",
            (("Content-Type", "application/x-www-form-urlencoded"),),
            b"computeCommissionRates=true",
        )

        response = RestServerProtocol(venue).respond(request, now=0)

        assert dict(response.headers)["X-MBX-USED-WEIGHT-1M"] == "1"

    def test_a_test_order_does_not_reach_balances_and_market(self, ask: Ask, venue: Venue) -> None:
        venue.balances.deposit("main", "LTC", "10")
        order = {**LIMIT, "quantity": "1000"}

        assert ask("order.place", **order).body["code"] == -2010
        assert ask("order.test", **order).status == 200
