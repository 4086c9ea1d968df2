"""Commands that change nothing, and what they print."""

import re
from decimal import Decimal

import pytest

from command_lines import CommandLine
from orderlists import GetServerTime, OrderReport
from orderlists.enums import OrderStatus, OrderType, Side
from orderlists_cli import _tables
from orderlists_cli._output import HumanOutput
from orderlists_simulator import Simulator, Symbol, Venue

WIDTH = 80


def lines_of(text: str) -> list[str]:
    """Return the lines of a table, which must fit into 80 columns."""
    lines = text.splitlines()
    assert max(map(len, lines)) <= WIDTH
    return [line.rstrip() for line in lines]


def test_open_lists_the_open_order_lists(orderlists: CommandLine) -> None:
    ended = orderlists("open")

    assert (ended.code, ended.err) == (0, "")
    lines = lines_of(ended.out)
    assert lines[0] == "LIST  SYMBOL  KIND  CLIENT ID               ORDERS  LAST CHANGE"
    row = r"   0  LTCBTC  OCO   C3wyj4WVEktd7u9aVBRXcN  2 3     \d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
    assert re.fullmatch(row, lines[1])
    assert len(lines) == 6


def test_open_says_that_no_order_list_is_open(command: CommandLine) -> None:
    with Simulator(Venue()) as simulator:
        ended = command("open", "--url", simulator.url)

    assert ended == (0, "No open order lists.\n", "")


def test_open_with_json_prints_an_object_for_each_list(orderlists: CommandLine) -> None:
    records = orderlists("open", "--json").records

    assert [each["order_list_id"] for each in records] == [0, 1, 2, 3, 4]
    assert records[0]["kind"] == "OrderList"


def test_show_prints_a_list_by_the_id_0_with_its_orders(orderlists: CommandLine) -> None:
    ended = orderlists("show", "0")

    assert lines_of(ended.out) == [
        "list 0 LTCBTC OCO EXECUTING",
        "ORDER  SIDE  TYPE             PRICE  STOP  QTY  FILLED  STATUS",
        "    2  SELL  STOP_LOSS_LIMIT      1     1   10       0  NEW",
        "    3  SELL  LIMIT_MAKER          3     -   10       0  NEW",
    ]


def test_show_finds_a_list_by_its_client_id_over_websocket(orderlists: CommandLine) -> None:
    ended = orderlists("show", "--client-id", "example-1", "--protocol", "websocket", "--json")

    kinds = [(each["kind"], each["order_list_id"]) for each in ended.records]
    assert kinds == [("OrderList", 1), ("OrderReport", 1), ("OrderReport", 1)]


def test_a_list_that_does_not_exist_is_refused_with_exit_code_3(orderlists: CommandLine) -> None:
    ended = orderlists("show", "99", "--json")

    assert ended.code == 3
    assert [each["kind"] for each in ended.records] == ["UnknownOrderList"]
    assert ended.records[0]["code"] == -2018
    assert ended.err.startswith("UnknownOrderList: HTTP 400, code -2018")


def test_time_prints_the_clock_of_the_exchange_without_a_key(
    orderlists: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ORDERLISTS_API_KEY")

    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z\n", orderlists("time").out)
    (record,) = orderlists("time", "--json").records
    assert record["kind"] == "ServerTime"


def test_limits_prints_what_is_used_of_the_rate_limits(orderlists: CommandLine) -> None:
    ended = orderlists("limits")

    lines = lines_of(ended.out)
    assert lines[0] == "LIMITER         SECONDS  USED   LIMIT"
    assert re.fullmatch(r"REQUEST_WEIGHT       60   +\d+    6000", lines[1])
    assert lines[2:] == [
        "ORDERS               10     0     100",
        "ORDERS            86400     0  200000",
    ]


def test_limits_with_json_prints_an_object_for_each_window(orderlists: CommandLine) -> None:
    records = orderlists("limits", "--json").records

    assert [(each["limiter"], each["seconds"]) for each in records] == [
        ("REQUEST_WEIGHT", 60),
        ("ORDERS", 10),
        ("ORDERS", 86400),
    ]


PRICE_FILTER = {
    "filterType": "PRICE_FILTER",
    "minPrice": "0.01000000",
    "maxPrice": "1000.00000000",
    "tickSize": "0.01000000",
}


def test_rules_prints_what_a_symbol_allows_and_its_filters(command: CommandLine) -> None:
    venue = Venue(symbols=[Symbol("LTCBTC", filters=[PRICE_FILTER], opo_allowed=False)])
    with Simulator(venue) as simulator:
        ended = command("rules", "LTCBTC", "--url", simulator.url)
        records = command("rules", "LTCBTC", "--url", simulator.url, "--json").records

    lines = lines_of(ended.out)
    assert "symbol                          LTCBTC TRADING" in lines
    assert "oco_allowed                     yes" in lines
    assert "opo_allowed                     no" in lines
    assert "PRICE_FILTER                    min_price=0.01 max_price=1000 tick_size=0.01" in lines
    assert [each["kind"] for each in records] == ["SymbolInfo"]


def test_a_result_of_another_kind_is_printed_as_its_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    HumanOutput().table([], lambda: _tables.results([GetServerTime()]))

    assert capsys.readouterr().out == "GetServerTime()\n"


def test_the_rules_of_an_invalid_symbol_are_refused_under_its_argument(
    orderlists: CommandLine,
) -> None:
    ended = orderlists("rules", "ltcbtc")

    assert ended.code == 2
    assert ended.err.startswith("SYMBOL='ltcbtc': must be in upper case")


def test_the_rules_of_an_unknown_symbol_are_refused(orderlists: CommandLine) -> None:
    assert orderlists("rules", "XYZ").code == 3


def test_an_order_with_the_figures_of_a_live_exchange_is_folded_and_not_cut(
    command: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    del command
    report = OrderReport(
        symbol="BTCUSDT",
        order_id=32480912345,
        order_list_id=1234567,
        client_order_id="a",
        side=Side.SELL,
        type=OrderType.TAKE_PROFIT_LIMIT,
        price=Decimal("97123.45000000"),
        stop_price=Decimal("97000.10000000"),
        orig_qty=Decimal("0.12345000"),
        executed_qty=Decimal("0.00100000"),
        status=OrderStatus.PARTIALLY_FILLED,
    )

    HumanOutput().table([], lambda: _tables.results([report]))

    lines = lines_of(capsys.readouterr().out)
    assert lines[1:] == [
        "32480912345  SELL  TAKE_PROFIT  97123.45  97000.1  0.12345   0.001  PARTIALLY_FI",
        "                   _LIMIT                                           LLED",
    ]
