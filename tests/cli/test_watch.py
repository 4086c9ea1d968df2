"""The open lists as they change: as lines, as objects, and as a table in a terminal."""

import http.client
import io
import json
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from attrs import evolve

from command_lines import CommandLine
from orderlists import (
    CancelOrderList,
    ExecutionReport,
    Gap,
    GapReason,
    GetOrderList,
    ListStatus,
    OrderList,
    OtherEvent,
    WebSocketApi,
)
from orderlists_cli import _texts
from orderlists_cli._open_lists import OpenLists
from orderlists_cli._output import HumanOutput
from orderlists_cli._tables import watched
from orderlists_simulator import Simulator, example_venue
from orderlists_transports import Client

Step = tuple[str, Callable[[], object]]


class Steps(io.StringIO):
    """A standard output that takes a step when it has received a text."""

    def __init__(self, *steps: Step) -> None:
        super().__init__()
        self._steps = [*steps]

    def flush(self) -> None:
        while self._steps and self._steps[0][0] in self.getvalue():
            _, act = self._steps.pop(0)
            act()


class Exchange:
    """A simulated exchange with the lists 0 and 1, and what happens on it."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self.url = simulator.url

    def price(self, price: str) -> None:
        self._control("price", {"symbol": "LTCBTC", "price": price})

    def disconnect(self) -> None:
        self._control("plan", {"events": ["disconnect"]})

    def cancel(self, number: int) -> None:
        with Client(self._simulator.key, exchange=self.url) as client:
            client.send(CancelOrderList(symbol="LTCBTC", order_list_id=number))

    def _control(self, what: str, body: dict[str, object]) -> None:
        address = urlsplit(self.url).netloc
        with closing(http.client.HTTPConnection(address, timeout=10)) as connection:
            connection.request("POST", f"/control/{what}", json.dumps(body))
            assert connection.getresponse().status == 200


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    with Simulator(lambda now: example_venue(now=now, lists=2)) as simulator:
        yield Exchange(simulator)


@pytest.fixture
def watch(
    command: CommandLine, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """Return a function that watches until no list is open, and returns what was printed."""

    def run(*steps: Step, options: tuple[str, ...] = ()) -> str:
        out = Steps(*steps)
        monkeypatch.setattr(sys, "stdout", out)
        assert command("watch", "--until-none", "--url", exchange.url, *options).code == 0
        return out.getvalue()

    return run


Watch = Callable[..., str]


def test_watch_prints_the_open_lists_and_a_line_for_each_event(
    watch: Watch, exchange: Exchange
) -> None:
    printed = watch(
        ("list 1", lambda: exchange.price("3.2")),
        ("list 0 LTCBTC OCO:", lambda: exchange.cancel(1)),
    )

    lines = printed.splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.rstrip() for line in lines] == [
        "list 0 LTCBTC OCO",
        "      ORDER  SIDE  TYPE                    PRICE        STOP  STATUS",
        "          2  SELL  STOP_LOSS_LIMIT             1           1  NEW",
        "          3  SELL  LIMIT_MAKER                 3           -  NEW",
        "list 1 LTCBTC OCO",
        "          4  SELL  STOP_LOSS                   -         0.9  NEW",
        "          5  SELL  LIMIT_MAKER               3.5           -  NEW",
        "order 2 LTCBTC SELL STOP_LOSS_LIMIT: EXPIRED, EXPIRED",
        "order 3 LTCBTC SELL LIMIT_MAKER: TRADE, FILLED",
        "list 0 LTCBTC OCO: ALL_DONE, ALL_DONE",
        "order 4 LTCBTC SELL STOP_LOSS: CANCELED, CANCELED",
        "order 5 LTCBTC SELL LIMIT_MAKER: CANCELED, CANCELED",
        "list 1 LTCBTC OCO: ALL_DONE, ALL_DONE",
    ]


def cancel_both(exchange: Exchange) -> None:
    exchange.cancel(0)
    exchange.cancel(1)


def test_watch_with_json_prints_lists_orders_and_events(watch: Watch, exchange: Exchange) -> None:
    printed = watch(('"order_id": 5', lambda: cancel_both(exchange)), options=("--json",))

    kinds = [json.loads(line)["kind"] for line in printed.splitlines()]
    assert kinds[:6] == ["OrderList"] * 2 + ["OrderReport"] * 4
    assert kinds[6:].count("ExecutionReport") == 4
    assert kinds[6:].count("ListStatus") == 2


def test_in_a_terminal_watch_keeps_the_table_up_to_date(
    watch: Watch, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")

    printed = watch(
        ("list 1", lambda: exchange.cancel(0)), ("CANCELED", lambda: exchange.cancel(1))
    )

    assert "LIMIT_MAKER" in printed
    assert "No open order lists." in printed


def test_after_a_gap_watch_reads_the_open_lists_again(watch: Watch, exchange: Exchange) -> None:
    def drop_and_cancel() -> None:
        exchange.disconnect()
        exchange.cancel(0)

    printed = watch(
        ("list 1", drop_and_cancel),
        ("again\nlist 1", lambda: exchange.cancel(1)),
    )

    assert "events are missing (CONNECTION): the open lists are read again\nlist 1 LTC" in printed


def test_watch_is_refused_over_rest_which_has_no_events(
    command: CommandLine, exchange: Exchange
) -> None:
    ended = command("watch", "--protocol", "rest", "--url", exchange.url)

    assert ended.code == 2
    assert ended.err == (
        "--protocol='rest': must be websocket, which alone has events; nothing was sent\n"
    )


def test_watch_ends_by_itself_only_if_it_is_asked_to(
    command: CommandLine, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdout", Steps(("list 1", interrupt)))

    ended = command("watch", "--url", exchange.url)

    assert (ended.code, ended.err) == (130, "interrupted\n")


def list_0(simulator: Simulator) -> OrderList:
    with Client(simulator.key, exchange=simulator.url) as client:
        return client.send(GetOrderList(order_list_id=0))


def test_a_list_that_is_over_stays_over_even_if_a_query_lags(simulator: Simulator) -> None:
    before = list_0(simulator)
    Exchange(simulator).cancel(0)
    lists = OpenLists()
    lists.read([list_0(simulator)], [])

    lists.read([before], [])

    assert not lists


@pytest.mark.parametrize("order_list_id", [0, -1], ids=["a list that is over", "no list"])
def test_reports_that_belong_to_no_open_list_are_not_kept(
    simulator: Simulator, order_list_id: int
) -> None:
    lists = OpenLists()
    client = Client(simulator.key, exchange=simulator.url, protocol=WebSocketApi())
    with client, client.events() as events:
        client.send(CancelOrderList(symbol="LTCBTC", order_list_id=0))
        report, *others = [next(events) for _ in range(3)]
    for each in (report, *others):
        assert isinstance(each, ExecutionReport | ListStatus)
        lists.apply(each)
    size = len(pickle.dumps(lists))

    for number in range(100):
        assert isinstance(report, ExecutionReport)
        lists.apply(evolve(report, order_list_id=order_list_id, order_id=number))

    assert len(pickle.dumps(lists)) == size


def test_an_order_of_which_nothing_is_known_has_a_row(
    simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    lists = OpenLists()
    lists.read([list_0(simulator)], [])

    assert [orders for _, orders in lists] == [[(2, None), (3, None)]]
    HumanOutput().table([], lambda: watched(lists))
    assert "          2  -     -                           -           -  -\n" in [
        f"{line.rstrip()}\n" for line in capsys.readouterr().out.splitlines()
    ]


def test_an_event_that_is_not_about_orders_has_no_line() -> None:
    assert _texts.event(OtherEvent(event_type="outboundAccountPosition", fields={})) == ""
    assert "BUFFER" in _texts.event(Gap(reason=GapReason.BUFFER, count=1))
