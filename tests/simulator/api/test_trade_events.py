"""User data events of lists that are placed and trade."""

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from markets import BUY_MAKER, BUY_STOP, IOC, LIMIT, MAKER, STOP, STOP_LIMIT, TAKER, oco, opo, oto
from orderlists.extending import HttpRequest
from orderlists_simulator import Behaviour, RestServerProtocol, Venue, VirtualClock
from orderlists_simulator._api.events import account_position, execution_reports, list_statuses
from orderlists_simulator._engine.time import TimeUnit
from placement_parameters import OPOCO, OTOCO
from venue_clients import Listener

Signed = Callable[..., str]
Written = Callable[..., HttpRequest]

NOW = 1_688_005_070_874_123_456
MILLISECONDS = NOW // 10**6


@pytest.fixture
def behaviour() -> Behaviour:
    return Behaviour()


@pytest.fixture
def venue(behaviour: Behaviour) -> Venue:
    made = Venue(behaviour=behaviour)
    made.set_price("LTCBTC", "1.9", now=0)
    made.balances.deposit("main", "BTC", "100")
    return made


@pytest.fixture
def virtual() -> VirtualClock:
    return VirtualClock(NOW)


def brief(messages: Sequence[Any]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for each in messages:
        event = each.get("event")
        if event is None:
            found.append(("reply", each["status"]))
        elif event["e"] == "executionReport":
            found.append((event["i"], event["x"], event["X"], event["l"], event["L"], event["w"]))
        elif event["e"] == "listStatus":
            found.append(("list", event["l"], event["L"]))
        else:
            found.append(tuple((each["a"], each["f"], each["l"]) for each in event["B"]))
    return found


def trades(messages: Sequence[Any]) -> list[tuple[int, int]]:
    """Return the order and the id of each trade."""
    events = [each["event"] for each in messages]
    return [(each["i"], each["t"]) for each in events if each.get("x") == "TRADE"]


def test_an_otoco_sends_events_when_it_is_placed_and_filled_and_released(
    listener: Listener, signed: Signed
) -> None:
    messages = listener.request(signed("orderList.place.otoco", 2, **OTOCO))

    assert brief(messages) == [
        ("reply", 200),
        (0, "NEW", "NEW", "0.00000000", "0.00000000", True),
        (1, "NEW", "PENDING_NEW", "0.00000000", "0.00000000", False),
        (2, "NEW", "PENDING_NEW", "0.00000000", "0.00000000", False),
        ("list", "EXEC_STARTED", "EXECUTING"),
        # The balances are those of the moment of the placement, before the fill.
        (("LTC", "0.00000000", "0.00000000"), ("BTC", "90.00000000", "10.00000000")),
        (0, "TRADE", "FILLED", "5.00000000", "1.90000000", False),
        (1, "NEW", "NEW", "0.00000000", "0.00000000", False),
        (2, "NEW", "NEW", "0.00000000", "0.00000000", True),
        ("list", "EXEC_STARTED", "EXECUTING"),
        (("LTC", "0.00000000", "5.00000000"), ("BTC", "90.50000000", "0.00000000")),
    ]


@pytest.mark.parametrize("behaviour", [Behaviour(commission_rate=Decimal("0.001"))])
def test_the_orders_that_an_opoco_releases_are_reported_with_their_quantity(
    listener: Listener, signed: Signed, venue: Venue
) -> None:
    reply, *messages = listener.request(signed("orderList.place.opoco", 2, **OPOCO))

    assert [each.get("origQty") for each in reply["result"]["orderReports"]] == [
        "5.00000000",
        None,
        None,
    ]
    reports = [each["event"] for each in messages if each["event"]["e"] == "executionReport"]
    assert [(each["i"], each["x"], each["X"], each["q"]) for each in reports] == [
        (0, "NEW", "NEW", "5.00000000"),
        (1, "NEW", "PENDING_NEW", "0.00000000"),
        (2, "NEW", "PENDING_NEW", "0.00000000"),
        (0, "TRADE", "FILLED", "5.00000000"),
        (1, "NEW", "NEW", "4.99500000"),
        (2, "NEW", "NEW", "4.99500000"),
    ]
    assert brief(messages)[-1] == (
        ("LTC", "0.00000000", "4.99500000"),
        ("BTC", "90.50000000", "0.00000000"),
    )
    # The first fill of the working order takes it off again.
    assert venue.order_count.used("main", now=NOW) == (2, 2)


def test_a_stop_loss_is_reported_as_triggered_and_then_as_filled(
    listener: Listener, signed: Signed, venue: Venue
) -> None:
    listener.request(signed("orderList.place.otoco", 2, **OTOCO))

    venue.set_price("LTCBTC", "1", now=NOW)

    assert brief(listener.received())[:7] == [
        (1, "NEW", "NEW", "0.00000000", "0.00000000", True),
        (2, "EXPIRED", "EXPIRED", "0.00000000", "0.00000000", False),
        ("list", "EXEC_STARTED", "EXECUTING"),
        (("LTC", "0.00000000", "5.00000000"), ("BTC", "90.50000000", "0.00000000")),
        (1, "TRADE", "FILLED", "5.00000000", "1.00000000", False),
        ("list", "ALL_DONE", "ALL_DONE"),
        (("LTC", "0.00000000", "0.00000000"), ("BTC", "95.50000000", "0.00000000")),
    ]


@pytest.mark.parametrize(("price", "is_maker"), [("1.9", False), ("2.2", True)])
def test_a_trade_is_reported_as_a_makers_if_the_limit_order_rested(
    listener: Listener, signed: Signed, venue: Venue, price: str, *, is_maker: bool
) -> None:
    venue.set_price("LTCBTC", price, now=0)
    placed = listener.request(signed("orderList.place.otoco", 2, **OTOCO))
    venue.set_price("LTCBTC", "1.9", now=NOW)

    events = [each["event"] for each in (*placed, *listener.received()) if "event" in each]
    assert [each["m"] for each in events if each.get("x") == "TRADE"] == [is_maker]


def test_the_fill_within_a_placement_is_in_its_reply(venue: Venue, written: Written) -> None:
    sent = written("POST", "/api/v3/orderList/otoco", **OTOCO)

    placed = json.loads(RestServerProtocol(venue).respond(sent, now=NOW).body)

    working, *pending = placed["orderReports"]
    assert working["status"] == "FILLED"
    assert working["cummulativeQuoteQty"] == "9.50000000"
    assert working["fills"] == [
        {
            "price": "1.90000000",
            "qty": "5.00000000",
            "commission": "0.00000000",
            "commissionAsset": "LTC",
            "tradeId": 1,
        }
    ]
    assert [(each["status"], each["fills"]) for each in pending] == [("PENDING_NEW", [])] * 2


def test_a_trade_has_the_same_id_in_the_reply_and_in_its_event(
    listener: Listener, signed: Signed, venue: Venue
) -> None:
    venue.balances.deposit("main", "LTC", "10")
    oco(venue, STOP, MAKER)
    venue.fill(0, 1, quantity=4, now=NOW)
    venue.fill(0, 1, now=NOW)
    before = trades(listener.received())

    reply, *events = listener.request(signed("orderList.place.otoco", 2, **OTOCO))

    (fill,) = reply["result"]["orderReports"][0]["fills"]
    assert before == [(1, 1), (1, 2)]
    assert trades(events) == [(2, fill["tradeId"])] == [(2, 3)]


def test_each_trade_of_an_order_is_reported_with_its_own_price(
    listener: Listener, venue: Venue
) -> None:
    venue.set_price("LTCBTC", "1.9", available="4", now=0)
    oto(venue, TAKER, MAKER)
    venue.set_price("LTCBTC", "1.5", now=NOW)

    reports = [each["event"] for each in listener.received() if each["event"].get("x") == "TRADE"]
    assert [(each["t"], each["l"], each["L"]) for each in reports] == [
        (1, "4.00000000", "1.90000000"),
        (2, "6.00000000", "2.00000000"),
    ]


@pytest.mark.parametrize("behaviour", [Behaviour(commission_rate=Decimal("0.001"))])
def test_a_trade_has_the_same_commission_in_the_reply_and_in_its_event(
    listener: Listener, signed: Signed
) -> None:
    reply, *events = listener.request(signed("orderList.place.otoco", 2, **OTOCO))

    (fill,) = reply["result"]["orderReports"][0]["fills"]
    assert (fill["commission"], fill["commissionAsset"]) == ("0.00500000", "LTC")
    reports = [each["event"] for each in events if each["event"]["e"] == "executionReport"]
    assert [(each["x"], each["n"], each["N"]) for each in reports] == [
        ("NEW", "0", None),
        ("NEW", "0", None),
        ("NEW", "0", None),
        ("TRADE", "0.00500000", "LTC"),
        ("EXPIRED", "0", None),
        ("EXPIRED", "0", None),
    ]


def test_a_list_that_ends_within_its_placement_has_no_client_id(
    venue: Venue, written: Written
) -> None:
    ioc = {**OTOCO, "workingTimeInForce": "IOC", "workingPrice": "1.5"}
    sent = written("POST", "/api/v3/orderList/otoco", **ioc)

    placed = json.loads(RestServerProtocol(venue).respond(sent, now=NOW).body)

    assert placed["listOrderStatus"] == placed["listStatusType"] == "ALL_DONE"
    assert placed["listClientOrderId"] is None
    assert [each["expiryReason"] for each in placed["orderReports"]] == [
        "UNFILLED_IOC_QUANTITY_EXPIRED",
        "OTO_PHASE_ONE_EXPIRED",
        "OTO_PHASE_ONE_EXPIRED",
    ]


PRICES = st.lists(st.sampled_from(["0.8", "1", "1.5", "1.9", "2.3", "3"]), max_size=6)


class Replay:
    """The state of the orders and the account, from events alone."""

    def __init__(self) -> None:
        self.orders: dict[int, tuple[str, Decimal]] = {}
        self.lists: dict[int, str] = {}
        self.balances: dict[str, tuple[Decimal, Decimal]] = {}

    def read(self, event: Any) -> None:
        if event["e"] == "executionReport":
            self.orders[event["i"]] = event["X"], Decimal(event["z"])
        elif event["e"] == "listStatus":
            self.lists[event["g"]] = event["L"]
        else:
            self.balances.update(
                (each["a"], (Decimal(each["f"]), Decimal(each["l"]))) for each in event["B"]
            )


class Recorder:
    """A connection that replays the events of every update."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay

    def publish(self, update: Any, *, first: str) -> None:
        del first
        unit = TimeUnit.MILLISECOND
        for event in [*execution_reports(update, unit), *list_statuses(update, unit)]:
            self._replay.read(event)
        self._replay.read(account_position(update, unit))


@given(PRICES, st.sampled_from([IOC, LIMIT, TAKER]))
def test_events_replay_to_the_state(prices: list[str], working: Any) -> None:
    venue, replay = Venue(), Replay()
    recorder: Any = Recorder(replay)
    venue.connections.add(recorder)
    venue.balances.deposit("main", "LTC", "100")
    venue.balances.deposit("main", "BTC", "100")
    venue.set_price("LTCBTC", "2", now=0)
    oco(venue, STOP, MAKER)
    oco(venue, STOP_LIMIT, MAKER)
    oco(venue, BUY_STOP, BUY_MAKER, side="BUY")
    oto(venue, working, STOP, MAKER)
    opo(venue, working, STOP, MAKER)
    for number, price in enumerate(prices, start=2):
        venue.set_price("LTCBTC", price, available="15", now=number * 10**9)
    venue.finish()

    orders = [order for each in venue.lists for order in each.orders]
    assert replay.orders == {each.order_id: (each.status, each.executed_qty) for each in orders}
    assert replay.lists == {each.order_list_id: each.list_order_status for each in venue.lists}
    for asset in ("LTC", "BTC"):
        balance = venue.balances.balance("main", asset)
        assert replay.balances[asset] == (balance.free, balance.locked)
