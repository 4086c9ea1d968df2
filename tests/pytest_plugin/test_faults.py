"""Faults by name: what the next requests of a client get, over both protocols."""

from collections.abc import Iterator
from typing import Any

import pytest
from attrs import frozen

from orderlists import (
    CancelOrderList,
    Evidence,
    GetOrderList,
    GetServerTime,
    InvalidSetting,
    OutcomeUnknown,
    PlaceOco,
    Policy,
    Rejected,
    ServerError,
)
from orderlists.enums import Side
from orderlists.extending import HttpResponse
from orderlists.legs import LimitMaker, StopLoss
from orderlists_pytest._clients import Clients
from orderlists_pytest._settings import START, Settings
from orderlists_pytest.faults import FAULTS, Faults, lost_reply, partial_fill
from orderlists_simulator import Execution, ReceivedRequest, VirtualClock
from orderlists_simulator import faults as f
from orderlists_transports import Client

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)
PLACE = PlaceOco(
    symbol="LTCBTC",
    side=Side.SELL,
    quantity="8",
    above=LimitMaker(price="3.00"),
    below=StopLoss(stop_price="1.00"),
)


@frozen
class Test:
    """A client, and what a test with it looks at."""

    __test__ = False

    client: Client
    clients: Clients

    @property
    def faults(self) -> Faults:
        return self.clients.faults

    @property
    def seconds(self) -> float:
        """What the test took, by its clock."""
        return (self.clients.clock.now() - START) / 10**9

    def sent(self, effect: str | None) -> list[object]:
        """Return how the requests of an effect were answered."""
        return [each.answered for each in self.clients.venue.log.entries if each.effect == effect]

    def orders(self, order_list_id: int) -> list[tuple[str, str]]:
        """Return the status and the executed quantity of the orders of a list."""
        found = self.clients.venue.order_list(order_list_id).orders
        return [(each.status, f"{each.executed_qty.normalize():f}") for each in found]


def clients_of(**given: Any) -> Clients:
    settings = Settings.merged(given)
    clock = VirtualClock(settings.start)
    return Clients(
        settings=settings, venue=settings.make_venue(clock.now()), clock=clock, faults=Faults()
    )


@pytest.fixture(params=["rest", "websocket"])
def test(request: pytest.FixtureRequest) -> Iterator[Test]:
    clients = clients_of(protocol=request.param)
    with clients.open_client() as client:
        yield Test(client, clients)


def test_after_a_lost_reply_the_client_finds_the_evidence_of_its_cancel(test: Test) -> None:
    test.faults.add("lost_reply")

    assert test.client.send(CANCEL).evidence is Evidence.QUERY
    assert test.sent("cancel")[0] == "dropped"
    assert len(test.clients.venue.log.done("cancel")) == 1


def test_a_lost_request_is_not_executed_and_is_sent_again(test: Test) -> None:
    test.faults.add("lost_request")

    assert test.client.send(CANCEL).evidence is Evidence.REPLY
    assert test.sent("cancel") == ["dropped", 200]


def test_a_request_that_timed_out_was_executed_and_takes_the_timeout_of_the_client(
    test: Test,
) -> None:
    test.faults.add("timed_out")

    assert test.client.send(CANCEL).evidence is Evidence.QUERY
    assert test.seconds >= 15


@pytest.mark.parametrize("name", ["rate_limited", "banned"])
def test_a_rate_limit_is_waited_for_in_virtual_time(test: Test, name: str) -> None:
    test.faults.add(name, retry_after=30)

    assert test.client.send(CANCEL).evidence is Evidence.REPLY
    assert 30 <= test.seconds < 31
    assert test.sent("cancel") == [429 if name == "rate_limited" else 418, 200]


def test_after_a_bad_timestamp_the_client_measures_the_clock_and_sends_again(test: Test) -> None:
    test.faults.add("bad_timestamp")

    assert test.client.send(CANCEL).evidence is Evidence.REPLY
    assert test.sent("cancel") == [400, 200]
    assert test.sent(None) != []


def test_in_an_outage_every_request_fails_until_its_seconds_have_passed(test: Test) -> None:
    test.faults.add("outage", seconds=2, status=503)

    test.client.send(GetServerTime())

    assert test.seconds >= 2
    assert set(test.sent(None)[:-1]) == {503}
    assert test.sent(None)[-1] == 200


def test_an_outage_ends_exactly_after_its_seconds(test: Test) -> None:
    once = Policy(max_resends=0)
    test.faults.add("outage", seconds=2, status=503)

    for pause in (0, 1.999):
        test.clients.clock.sleep(pause)
        with pytest.raises(ServerError):
            test.client.send(GetServerTime(), policy=once)
    assert test.seconds == 1.999
    test.clients.clock.sleep(0.001)
    test.client.send(GetServerTime(), policy=once)
    assert test.sent(None) == [503, 503, 200]


def test_in_an_outage_without_a_status_no_connection_is_made(test: Test) -> None:
    test.faults.add("outage", seconds=2)

    test.client.send(GetServerTime())

    assert test.seconds >= 2
    assert test.sent(None)[0] == "refused"


def test_an_outage_that_is_longer_than_the_deadline_leaves_the_outcome_unknown(test: Test) -> None:
    test.faults.add("outage", seconds=100, status=503)

    with pytest.raises(OutcomeUnknown):
        test.client.send(CANCEL, policy=Policy(deadline=30))
    assert test.faults.unused == ()


def test_a_partial_fill_happens_before_the_cancel_of_the_list(test: Test) -> None:
    test.faults.add("partial_fill")

    canceled = test.client.send(CANCEL)

    assert test.orders(0) == [("EXPIRED", "0"), ("CANCELED", "5")]
    assert canceled.evidence is Evidence.REPLY


@pytest.mark.parametrize(
    "request_", [GetOrderList(list_client_order_id="example-1"), GetOrderList(order_list_id=1)]
)
def test_a_partial_fill_finds_the_list_by_either_id(test: Test, request_: GetOrderList) -> None:
    test.faults.add("partial_fill", part="1")

    test.client.send(request_)

    assert test.orders(1) == [("EXPIRED", "0"), ("FILLED", "1")]


def test_a_partial_fill_happens_after_the_placement_of_the_list_and_once(test: Test) -> None:
    test.faults.add("partial_fill", on="place", part="0.25")

    placed = test.client.send(PLACE)
    other = test.client.send(PLACE)

    # In the order of the reply: the stop, and the limit order, which traded.
    assert test.orders(placed.order_list_id) == [("EXPIRED", "0"), ("PARTIALLY_FILLED", "2")]
    assert test.orders(other.order_list_id) == [("NEW", "0"), ("NEW", "0")]


def test_a_partial_fill_stops_listening_once_the_placement_was_executed(test: Test) -> None:
    test.faults.add("partial_fill", on="place", part="0.25")
    placed = test.client.send(PLACE)

    log = test.clients.venue.log
    entry = next(each for each in log.entries if each.is_placement)
    log.add_execution(entry.number, entry.executions[0])

    assert test.orders(placed.order_list_id) == [("EXPIRED", "0"), ("PARTIALLY_FILLED", "2")]


def test_a_partial_fill_ignores_the_answers_to_other_requests(test: Test) -> None:
    venue, act = test.clients.venue, partial_fill().act
    assert act is not None
    request = ReceivedRequest(
        protocol="REST", method="POST", path="", parameters=(), effect="place", message="placement"
    )
    act(venue, request, START)
    test.client.send(GetServerTime())
    before = test.orders(0)

    number = venue.log.add(request, arrived=START, fault=f.NORMAL)
    executed = Execution(at=START, code=None, order_list_id=0, response=HttpResponse(200, ()))
    venue.log.add_execution(number, executed)
    venue.log.set_answer(number, 200)

    assert before == [("NEW", "0"), ("NEW", "0")]
    assert test.orders(0) == [("EXPIRED", "0"), ("PARTIALLY_FILLED", "5")]


def test_a_partial_fill_of_a_refused_placement_is_none(test: Test) -> None:
    test.faults.add("partial_fill")
    wrong = PlaceOco(
        symbol="LTCBTC",
        side=Side.SELL,
        quantity="8",
        above=LimitMaker(price="1.50"),
        below=StopLoss(stop_price="1.00"),
    )

    with pytest.raises(Rejected):
        test.client.send(wrong)
    assert len(test.clients.venue.lists) == 5


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (GetServerTime(), "the request names no list of the venue"),
        (GetOrderList(order_list_id=0), "list 0 has no open order"),
    ],
)
def test_a_partial_fill_that_cannot_happen_fails_the_test(request_: Any, message: str) -> None:
    clients = clients_of()
    with clients.open_client() as client:
        client.send(CANCEL)
        clients.faults.add("partial_fill")

        with pytest.raises(AssertionError, match=f"partial_fill: {message}"):
            client.send(request_)


def test_faults_are_taken_in_their_order_by_requests_of_their_kind(test: Test) -> None:
    test.faults.add("rate_limited", on="cancel")
    test.faults.add("lost_request", "rate_limited", on="query")

    test.client.send(CANCEL)
    test.client.send(GetServerTime())

    assert test.sent(None) == ["dropped", 429, 200]
    assert test.sent("cancel") == [429, 200]


def is_a_cancel(request: f.ReceivedRequest) -> bool:
    return request.effect == "cancel"


@pytest.mark.parametrize("on", ["change", is_a_cancel])
def test_a_fault_is_for_the_requests_that_a_kind_or_a_function_chooses(test: Test, on: Any) -> None:
    test.faults.add(lost_reply(), on=on)

    test.client.send(GetServerTime())

    assert test.sent(None) == [200]
    assert test.client.send(CANCEL).evidence is Evidence.QUERY


def test_a_fault_of_the_simulator_is_taken_as_often_as_it_is_for(test: Test) -> None:
    test.faults.add(f.not_executed(answer=f.html(502)), times=2)

    test.client.send(GetServerTime())

    assert test.sent(None) == [502, 502, 200]


def test_faults_that_are_removed_are_taken_by_no_request(test: Test) -> None:
    test.faults.add("lost_reply")
    test.faults.clear()

    test.client.send(GetServerTime())

    assert test.sent(None) == [200]
    assert test.faults.unused == ()


def test_faults_that_no_request_took_have_their_names_and_kinds() -> None:
    faults = Faults()
    faults.add("outage")
    faults.add("lost_reply", on="cancel")
    faults.add(f.firewall(), on=is_a_cancel)

    assert faults.unused == ("outage", "lost_reply on cancel", "Fault on is_a_cancel")


@pytest.mark.parametrize(
    ("faults", "named", "message"),
    [
        ([], {}, r"fault=\(\): must be given: one of lost_reply"),
        (["lost"], {}, f"fault='lost': must be one of {', '.join(FAULTS)}"),
        ([7], {}, "fault=7: must be one of lost_reply"),
        ([lost_reply()], {"retry_after": 3}, "or a Fault without arguments"),
        (["lost_reply", "banned"], {"retry_after": 3}, "must be one name where"),
        (["banned"], {"after": 3}, "after=3: banned takes on, times, retry_after"),
        (["banned"], {"on": "read"}, "on='read': must be one of any, place, cancel"),
        (["banned"], {"times": 0}, "times=0: must be at least 1"),
        (["banned"], {"times": True}, "times=True: must be at least 1"),
        (["banned"], {"times": 1.5}, r"times=1\.5: must be at least 1, as an int"),
        (["outage"], {"seconds": 0}, r"seconds=0: must be at least 0\.001"),
        (["outage"], {"seconds": "5"}, r"seconds='5': must be at least 0\.001"),
        (["partial_fill"], {"part": 0.5}, r"part=0\.5: .* never as float"),
        (["partial_fill"], {"part": "1.5"}, r"part='1\.5': must be more than 0 and"),
        (["partial_fill"], {"part": 0}, "part=0: must be more than 0 and"),
    ],
)
def test_an_invalid_fault_is_refused_with_what_is_known(
    faults: list[Any], named: dict[str, Any], message: str
) -> None:
    queue = Faults()

    with pytest.raises(InvalidSetting, match=message):
        queue.add(*faults, **named)
    assert queue.unused == ()
