"""Trades are read strictly, and replayed at their distances in time."""

import json

import pytest

from orderlists import InvalidSetting
from orderlists_simulator import Venue, example_venue
from orderlists_simulator._serving.replay import read_trades, replay

SECOND = 10**9
NOW = 1_700_000_000 * SECOND
HEADER = "time,symbol,price,quantity"


def csv_of(*lines: str, header: str = HEADER, end: str = "\n") -> bytes:
    return end.join([header, *lines, ""]).encode()


def json_of(*trades: object) -> bytes:
    return "".join(f"{json.dumps(each)}\n" for each in trades).encode()


TRADES = [
    csv_of("5000,LTCBTC,2.5,4", "5000.5,BTCUSDT,60000,1", "65000,LTCBTC,3.2,4"),
    csv_of("5000,LTCBTC,2.5,4", "5000.5,BTCUSDT,60000,1", '65000,"LTCBTC",3.2,4', end="\r\n"),
    b"\xef\xbb\xbf" + csv_of("5000,LTCBTC,2.5,4", "5000.5,BTCUSDT,60000,1", "65000,LTCBTC,3.2,4"),
    json_of(
        {"time": 5000, "symbol": "LTCBTC", "price": "2.5", "quantity": "4"},
        {"time": 5000.5, "symbol": "BTCUSDT", "price": 60000, "quantity": 1},
        {"quantity": "4", "time": "65000", "symbol": "LTCBTC", "price": 3.2},
    ),
]


@pytest.mark.parametrize("data", TRADES, ids=["CSV", "CRLF", "BOM", "JSON"])
def test_trades_are_the_prices_of_a_venue_at_their_distances_in_time(data: bytes) -> None:
    venue = example_venue(now=NOW)

    replay(read_trades(data, "trades"), venue, now=NOW)

    seen: list[list[str]] = []
    for after in (0, 500_000, 60 * SECOND - 1, 60 * SECOND):
        venue.run_until(NOW + after)
        seen.append([str(each) for each in venue.market.last_prices().values()])
    assert seen == [["2.5"], ["2.5", "60000"], ["2.5", "60000"], ["3.2", "60000"]]
    assert [str(each.executed_qty) for each in venue.order_list(0).orders] == ["0", "4"]


@pytest.mark.parametrize(
    ("data", "place", "rule"),
    [
        (b"", "t", "must have at least one trade"),
        (csv_of(), "t", "must have at least one trade"),
        (b"\xff", "t", "must be UTF-8"),
        (csv_of("1,LTCBTC,2,1", header="id,price"), "t:1", "must be time,symbol,price,quantity"),
        (csv_of("1,LTCBTC,2"), "t:2", "must have 4 values"),
        (csv_of("1,LTCBTC,2,1", ""), "t:3", "must have 4 values"),
        (csv_of('1,"LTCBTC"x,2,1'), "t:2", "must be CSV"),
        (csv_of("x,LTCBTC,2,1"), "t:2.time", "must be a plain number"),
        (csv_of("1e15,LTCBTC,2,1"), "t:2.time", "must be milliseconds below"),
        (csv_of("1e999999,LTCBTC,2,1"), "t:2.time", "must be milliseconds below"),
        (csv_of("1,LTCBTC,2,1", "1,LTCBTC,-2,1"), "t:3.price", "must be a plain number"),
        (csv_of("1,LTCBTC,0,1"), "t:2.price", "must be more than 0"),
        (csv_of("1,LTCBTC,2,0.0"), "t:2.quantity", "must be more than 0"),
        (csv_of("2,LTCBTC,2,1", "1,LTCBTC,2,1"), "t:3.time", "must not be before"),
        (b"{}", "t:1.time", "must be given"),
        (b'{"time": 1', "t:1", "must be JSON"),
        (json_of({"time": 1, "symbol": 2, "price": 3, "quantity": 4}), "t:1.symbol", "text"),
        (json_of({"time": 1, "symbol": "X", "price": 3, "quantity": 4}, 5), "t:2", "an object"),
        (json_of({"time": 1, "symbol": "X", "price": 3, "quantity": 4, "id": 5}), "t:1.id", "one"),
    ],
)
def test_an_invalid_trade_is_refused_with_its_line(data: bytes, place: str, rule: str) -> None:
    with pytest.raises(InvalidSetting, match=rule) as refused:
        read_trades(data, "t")

    assert refused.value.field == place


def test_a_trade_of_an_unknown_symbol_is_refused_with_its_line() -> None:
    trades = read_trades(csv_of("1,LTCBTC,2,1", "1,XYZ,2,1"), "t")

    with pytest.raises(InvalidSetting, match="must be a symbol of the venue") as refused:
        replay(trades, Venue(), now=NOW)

    assert refused.value.field == "t:3.symbol"
