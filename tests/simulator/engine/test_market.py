"""Life cycles of order lists in a market, a row for each rule."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from markets import (
    BUY_MAKER,
    BUY_STOP,
    FAR_IOC,
    FOK,
    IOC,
    LIMIT,
    MAKER,
    MARKET,
    PROFIT,
    PROFIT_LIMIT,
    SECOND,
    STOP,
    STOP_LIMIT,
    TAKER,
    Move,
    Terms,
    described,
    market,
    moved,
    oco,
    oto,
)
from orderlists import InvalidSetting
from orderlists_simulator import ApiError, Venue
from orderlists_simulator._engine.trailing import Trail, trigger_price

UNFILLED = "NEW 0"
GONE = "EXPIRED 0 OCO_TRIGGER"


@pytest.mark.parametrize(
    ("stop", "other", "moves", "expected"),
    [
        (STOP, MAKER, [("2.9", None), ("1.1", None)], [UNFILLED, UNFILLED]),
        (STOP, MAKER, [("3", None)], [GONE, "FILLED 10"]),
        (STOP, MAKER, [("3", "4")], [GONE, "PARTIALLY_FILLED 4"]),
        (STOP, MAKER, [("3", "4"), ("1", None)], [GONE, "PARTIALLY_FILLED 4"]),
        (STOP, MAKER, [("3", "4"), ("3", "7")], [GONE, "FILLED 10"]),
        (STOP, MAKER, [("1", None)], ["FILLED 10", GONE]),
        (STOP, MAKER, [("1", "4")], ["EXPIRED 4 INSUFFICIENT_LIQUIDITY", GONE]),
        (STOP, MAKER, [("1", "0")], ["EXPIRED 0 INSUFFICIENT_LIQUIDITY", GONE]),
        (STOP_LIMIT, MAKER, [("1", None)], ["FILLED 10", GONE]),
        (STOP_LIMIT, MAKER, [("0.8", None)], [UNFILLED, GONE]),
        (STOP_LIMIT, MAKER, [("0.8", None), ("0.9", "3")], ["PARTIALLY_FILLED 3", GONE]),
        (STOP, PROFIT, [("3", None)], [GONE, "FILLED 10"]),
        (STOP, PROFIT_LIMIT, [("2.5", None)], [GONE, UNFILLED]),
        (STOP, PROFIT_LIMIT, [("2.5", None), ("1", None)], [GONE, UNFILLED]),
        (STOP, PROFIT_LIMIT, [("2.5", None), ("3", None)], [GONE, "FILLED 10"]),
    ],
)
def test_an_oco_in_a_market(
    stop: Terms, other: Terms, moves: Sequence[Move], expected: list[str]
) -> None:
    venue = market()
    oco(venue, stop, other)

    assert moved(venue, moves) == expected


def test_the_stop_loss_of_a_buy_oco_is_triggered_by_a_rise() -> None:
    venue = market()
    oco(venue, BUY_STOP, BUY_MAKER, side="BUY")

    assert moved(venue, [("3", None)]) == ["FILLED 10", GONE]


WAITING = "PENDING_NEW 0"
ENDED = "EXPIRED 0 OTO_PHASE_ONE_EXPIRED"
REFUSED = "EXPIRED 0 REJECTED"


@pytest.mark.parametrize(
    ("working", "pending", "moves", "expected"),
    [
        (LIMIT, [MAKER], [("1.6", None)], [UNFILLED, WAITING]),
        (LIMIT, [MAKER], [("1.5", "4")], ["PARTIALLY_FILLED 4", WAITING]),
        (LIMIT, [MAKER], [("1.5", None)], ["FILLED 10", UNFILLED]),
        (LIMIT, [MAKER], [("1.5", None), ("3", None)], ["FILLED 10", "FILLED 10"]),
        (LIMIT, [MARKET], [("1.5", None)], ["FILLED 10", "FILLED 10"]),
        (LIMIT, [MARKET], [("1.5", "10")], ["FILLED 10", "EXPIRED 0 INSUFFICIENT_LIQUIDITY"]),
        (LIMIT, [STOP], [("1.5", None)], ["FILLED 10", UNFILLED]),
        (LIMIT, [STOP], [("0.9", None)], ["FILLED 10", REFUSED]),
        (LIMIT, [("LIMIT_MAKER", {"price": "1.4"})], [("1.5", None)], ["FILLED 10", REFUSED]),
        (LIMIT, [STOP, MAKER], [("1.5", None)], ["FILLED 10", UNFILLED, UNFILLED]),
        (LIMIT, [STOP, MAKER], [("1.5", None), ("3", None)], ["FILLED 10", GONE, "FILLED 10"]),
        (LIMIT, [STOP, MAKER], [("1.5", None), ("1", None)], ["FILLED 10", "FILLED 10", GONE]),
        (LIMIT, [STOP, MAKER], [("0.9", None)], ["FILLED 10", REFUSED, REFUSED]),
        (TAKER, [STOP, MAKER], [], ["FILLED 10", UNFILLED, UNFILLED]),
        (IOC, [STOP, MAKER], [], ["FILLED 10", UNFILLED, UNFILLED]),
        (FAR_IOC, [MAKER], [], ["EXPIRED 0 UNFILLED_IOC_QUANTITY_EXPIRED", ENDED]),
        (FOK, [MAKER], [], ["FILLED 10", UNFILLED]),
    ],
)
def test_an_oto_or_otoco_in_a_market(
    working: Terms, pending: Sequence[Terms], moves: Sequence[Move], expected: list[str]
) -> None:
    venue = market()
    oto(venue, working, *pending)

    assert moved(venue, moves) == expected


@pytest.mark.parametrize(
    ("working", "expected"),
    [
        (IOC, "EXPIRED 4 UNFILLED_IOC_QUANTITY_EXPIRED"),
        (FOK, "EXPIRED 0 UNFILLED_FOK_ORDER_EXPIRED"),
    ],
)
def test_a_working_order_without_enough_liquidity_expires_with_its_pending_orders(
    working: Terms, expected: str
) -> None:
    venue = market(available="4")

    placed = oto(venue, working, STOP, MAKER)

    assert described(placed.orders) == [expected, ENDED, ENDED]
    assert placed.list_order_status == "ALL_DONE"


def test_a_gtc_working_order_takes_what_there_is_and_rests() -> None:
    placed = oto(market(available="4"), TAKER, MAKER)

    assert described(placed.orders) == ["PARTIALLY_FILLED 4", WAITING]


def test_pending_orders_are_shown_as_pending_where_the_working_order_fills_at_once() -> None:
    venue = market()

    placed = oto(venue, TAKER, STOP, MAKER)

    assert described(placed.orders) == ["FILLED 10", WAITING, WAITING]
    assert {each.status for each in venue.order_list(0).orders[1:]} == {"NEW"}


def test_a_taker_fills_at_the_last_price_and_a_maker_at_its_own() -> None:
    venue = market(price="1.4", available="4")
    oto(venue, LIMIT, MARKET)

    moved(venue, [("1", None)])

    working, pending = venue.order_list(0).orders
    assert working.quote_qty == Decimal("1.4") * 4 + Decimal("1.5") * 6
    assert pending.quote_qty == 10


def test_an_order_that_rested_is_the_maker_of_a_trade_and_any_other_the_taker() -> None:
    venue = market(price="1.4", available="4")
    oto(venue, LIMIT, STOP_LIMIT)
    moved(venue, [("1.4", None), ("1", None)])

    working, stop = venue.order_list(0).orders
    assert [each.is_maker for each in working.trades] == [False, True]
    assert [each.is_maker for each in stop.trades] == [False]


@pytest.mark.parametrize(
    ("terms", "is_maker"),
    [(LIMIT, True), (STOP_LIMIT, False), (STOP, False), (MARKET, False)],
)
def test_an_order_that_is_filled_without_a_market_is_a_maker_if_it_rests(
    terms: Terms, *, is_maker: bool
) -> None:
    venue = Venue()
    placed = oto(venue, LIMIT, terms)
    for each in placed.orders:
        venue.fill(placed.order_list_id, each.order_id, now=SECOND)

    (trade,) = venue.order_list(0).orders[1].trades
    assert trade.is_maker is is_maker


def test_a_resting_order_fills_at_its_own_price_if_the_next_price_is_at_the_same_time() -> None:
    venue = market(price="3")
    oto(venue, ("LIMIT", {"price": "2.2"}), MAKER)

    venue.set_price("LTCBTC", "0.8", now=SECOND)

    working, _ = venue.order_list(0).orders
    assert working.quote_qty == Decimal("2.2") * 10


def test_a_stop_limit_that_is_triggered_fills_at_its_own_price_at_the_next_price() -> None:
    venue = market()
    oco(venue, STOP_LIMIT, MAKER)
    venue.set_price("LTCBTC", "0.8", now=2 * SECOND)

    venue.set_price("LTCBTC", "1.5", now=2 * SECOND)

    stop, _ = venue.order_list(0).orders
    assert stop.quote_qty == Decimal("0.9") * 10


def test_a_price_does_not_trade_on_another_symbol() -> None:
    venue = market()
    oco(venue, STOP, MAKER)

    venue.set_price("BTCUSDT", "3", now=2 * SECOND)

    assert described(venue.order_list(0).orders) == [UNFILLED, UNFILLED]


def test_orders_share_the_quantity_that_is_available_oldest_list_first() -> None:
    venue = market()
    oco(venue, STOP, MAKER)
    oco(venue, STOP, MAKER)

    moved(venue, [("3", "15")])

    assert described(venue.order_list(1).orders) == [GONE, "PARTIALLY_FILLED 5"]


@pytest.mark.parametrize(
    ("terms", "moves", "status"),
    [
        ({"trailing_delta": 1000}, ["2.5", "2.26"], "NEW"),
        ({"trailing_delta": 1000}, ["2.5", "2.25"], "FILLED"),
        ({"trailing_delta": 1000}, ["1.8"], "FILLED"),
        ({"trailing_delta": 1000, "stop_price": "1.5"}, ["1.6"], "NEW"),
        ({"trailing_delta": 1000, "stop_price": "1.5"}, ["1.5"], "NEW"),
        ({"trailing_delta": 1000, "stop_price": "1.5"}, ["1.5", "1.8", "1.6"], "FILLED"),
    ],
)
def test_a_trailing_stop_follows_the_price(
    terms: dict[str, Any], moves: list[str], status: str
) -> None:
    venue = market()
    oco(venue, ("STOP_LOSS", terms), MAKER)

    moved(venue, [(each, None) for each in moves])

    assert venue.order_list(0).orders[0].status == status


def test_trailing_time_is_when_a_trailing_stop_becomes_active() -> None:
    venue = market()
    oco(venue, ("STOP_LOSS", {"trailing_delta": 100, "stop_price": "1.5"}), MAKER)
    assert venue.order_list(0).orders[0].trailing_time is None

    moved(venue, [("1.5", None)])

    assert venue.order_list(0).orders[0].trailing_time == 2 * SECOND


def test_a_trailing_stop_that_is_triggered_by_a_rise_trails_the_lowest_price() -> None:
    venue = Venue()
    oco(venue, ("STOP_LOSS", {"trailing_delta": 1000}), BUY_MAKER, side="BUY")
    order, trail = venue.order_list(0).orders[0], Trail()
    assert trigger_price(order, trail, rising=True) is None

    trail.follow(order.order_id, Decimal(2), rising=True)

    assert trigger_price(order, trail, rising=True) == Decimal("2.2")


def test_an_order_with_a_peg_rests() -> None:
    venue = market()
    pegged = ("LIMIT", {"price": "2", "peg_price_type": "PRIMARY_PEG"})
    oto(venue, pegged, MAKER)

    assert moved(venue, [("1", None)]) == [UNFILLED, WAITING]


WRONG_PRICES = "The relationship of the prices for the orders is not correct."
TRIGGERS = "Order would trigger immediately."
MATCHES = "Order would immediately match and take."


@pytest.mark.parametrize(
    ("last", "first", "second", "side", "message"),
    [
        ("3", STOP, MAKER, "SELL", WRONG_PRICES),
        ("1", STOP, MAKER, "SELL", WRONG_PRICES),
        ("3", STOP, PROFIT, "SELL", WRONG_PRICES),
        ("2.7", STOP, PROFIT_LIMIT, "SELL", TRIGGERS),
        ("3", BUY_STOP, BUY_MAKER, "BUY", WRONG_PRICES),
        ("1", BUY_STOP, BUY_MAKER, "BUY", WRONG_PRICES),
        (None, ("STOP_LOSS", {"stop_price": "3"}), MAKER, "SELL", WRONG_PRICES),
    ],
)
def test_an_oco_whose_prices_do_not_fit_is_refused(
    last: str | None, first: Terms, second: Terms, side: Any, message: str
) -> None:
    venue = Venue() if last is None else market(last)

    with pytest.raises(ApiError, match=f"-2010: {message}"):
        oco(venue, first, second, side=side)

    assert venue.lists == ()


def test_a_pegged_limit_is_not_compared_with_the_last_price() -> None:
    pegged = ("LIMIT_MAKER", {"price": "1.5", "peg_price_type": "PRIMARY_PEG"})

    assert oco(market(), STOP, pegged).is_open


def test_a_working_limit_maker_that_would_match_is_refused() -> None:
    working = ("LIMIT_MAKER", {"price": "2"})
    with pytest.raises(ApiError, match=f"-2010: {MATCHES}"):
        oto(market(), working, MARKET)

    assert oto(Venue(), working, MARKET).is_open
    assert oto(market("2.1"), working, MARKET).is_open


def test_the_first_fill_of_an_order_reduces_the_unfilled_order_count() -> None:
    venue = market(available="4")
    oto(venue, TAKER, MARKET)
    assert venue.order_count.used("main", now=SECOND) == (1, 1)

    moved(venue, [("2", "1")])

    assert venue.order_count.used("main", now=SECOND) == (1, 1)


def test_a_walk_sets_each_price_at_its_time() -> None:
    venue = Venue()
    venue.walk("LTCBTC", ["2", "1.5"], every=10, now=0)
    assert venue.market.last_price("LTCBTC") == 2
    assert venue.next_time == 10 * SECOND

    venue.run_until(10 * SECOND)

    assert venue.market.last_price("LTCBTC") == Decimal("1.5")
    assert venue.market.last_price("BTCUSDT") is None


@pytest.mark.parametrize("move", ["set_price", "walk"])
def test_a_price_is_exact_and_of_a_known_symbol(move: str) -> None:
    venue = Venue()
    price: Any = 2.0

    with pytest.raises(InvalidSetting, match="never as float"):
        getattr(venue, move)("LTCBTC", [price] if move == "walk" else price, now=0)
    rule = "must be a symbol of the venue, which trades LTCBTC, BTCUSDT"
    with pytest.raises(InvalidSetting, match=f"^symbol='XYZ': {rule}"):
        getattr(venue, move)("XYZ", "2", now=0)


def test_a_walk_has_a_price() -> None:
    with pytest.raises(InvalidSetting, match=r"^prices=\[\]: must be at least one price"):
        Venue().walk("LTCBTC", [], now=0)
