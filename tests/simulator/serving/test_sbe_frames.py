"""SBE over a connection: in process, synchronous and asynchronous, and over sockets."""

from collections.abc import Callable
from typing import Any

import pytest

from orderlists_simulator import (
    Behaviour,
    Fault,
    Plan,
    SbeSettings,
    Venue,
    VenueTransport,
    VirtualClock,
)
from orderlists_simulator.faults import (
    Answer,
    CannedResponse,
    ShutDown,
    bare,
    duplicated,
    executed,
    held,
    html,
    json_error,
    non_representable,
    not_executed,
    null_id_error,
    truncated,
    unknown_enum,
    unknown_template,
)
from sbe_frames import read_reply, template_of
from venue_clients import FrameConnection, canceled_by

Signed = Callable[..., str]
OpenConnector = Callable[[Plan], Any]
Connect = Callable[..., FrameConnection]

SECOND = 10**9
SBE = "?responseFormat=sbe&sbeSchemaId=3&sbeSchemaVersion=5"
BROKEN = ["over", "dropped", "reset", "cut short"]


@pytest.fixture
def cancel(signed: Signed) -> str:
    return signed("orderList.cancel", "c", symbol="LTCBTC", orderListId=0, newClientOrderId="mine")


@pytest.fixture
def connect(open_connector: OpenConnector) -> Connect:
    def connect(*faults: Fault) -> FrameConnection:
        found: FrameConnection = open_connector(Plan(faults)).connect(SBE)
        return found

    return connect


def test_replies_and_events_are_binary_frames(
    connect: Connect, signed: Signed, cancel: str, venue: Venue
) -> None:
    venue.balances.deposit("main", "LTC", "10")
    connection = connect()

    subscribed = connection.request(signed("userDataStream.subscribe.signature"))
    reply = connection.request(cancel)
    events = [connection.receive() for _ in range(4)]

    assert template_of(read_reply(subscribed).result) == 503
    assert (read_reply(reply).id, template_of(read_reply(reply).result)) == ("c", 312)
    assert [template_of(each) for each in events[:3]] == [603, 603, 606]
    # The position of the account has no layout.
    assert events[3]["event"]["e"] == "outboundAccountPosition"


def test_the_end_of_a_subscription_and_a_shutdown_are_events(
    open_connector: OpenConnector, signed: Signed, virtual: VirtualClock
) -> None:
    plan = Plan(events=[(virtual.now() + SECOND, ShutDown(5))])
    connection = open_connector(plan).connect(SBE)
    connection.request(signed("userDataStream.subscribe.signature"))

    reply = connection.request('{"id": 1, "method": "userDataStream.unsubscribe"}')
    ended = connection.receive()
    virtual.sleep(1)
    connection.send('{"id": 2, "method": "ping"}')
    later = {template_of(connection.receive()) for _ in range(2)}

    assert template_of(read_reply(reply).result) == 504
    assert template_of(ended) == 602
    assert later == {610, 50}


@pytest.mark.parametrize("kept", [0, 0.5])
def test_a_binary_frame_is_cut_short(
    connect: Connect, cancel: str, venue: Venue, kept: float
) -> None:
    connection = connect(executed(answer=truncated(kept=kept)))

    assert connection.request(cancel) in BROKEN
    assert canceled_by(venue) == "mine"
    assert venue.log.entries[0].answered == "cut short"


def test_replies_are_duplicated_and_reordered(connect: Connect) -> None:
    connection = connect(duplicated(2), held(2), held(2))
    for number in (1, 2, 3):
        connection.send(f'{{"id": {number}, "method": "ping"}}')

    assert [read_reply(connection.receive()).id for _ in range(4)] == ["1", "1", "3", "2"]


@pytest.mark.parametrize(
    ("answer", "text", "status", "template"),
    [
        (json_error(-1007), "1", 500, 100),
        (null_id_error(-1008, status=503), "", 503, 100),
        (CannedResponse(status=200, body=b'{"serverTime": 5}'), "1", 200, 102),
        (CannedResponse(status=200, body=b'{"serverTime": 9223372036854775808}'), "1", 200, 999),
    ],
)
def test_an_answer_in_the_place_of_a_reply_is_binary(
    connect: Connect, answer: Answer, text: str, status: int, template: int
) -> None:
    reply = read_reply(connect(not_executed(answer=answer)).request('{"id": 1, "method": "time"}'))

    assert (reply.id, reply.status, template_of(reply.result)) == (text, status, template)


@pytest.mark.parametrize("answer", [html(502), bare(504)], ids=["html", "bare"])
def test_an_answer_without_an_error_is_a_reply_without_a_result(
    connect: Connect, answer: Answer
) -> None:
    reply = read_reply(connect(not_executed(answer=answer)).request('{"id": 1, "method": "time"}'))

    assert (reply.status, reply.result) == (answer.status, b"")  # type: ignore[attr-defined]


def test_a_page_with_the_status_200_is_text(connect: Connect) -> None:
    reply = connect(not_executed(answer=html(200))).request('{"id": 1, "method": "time"}')

    assert reply["result"].startswith("<html>")


@pytest.mark.parametrize(
    ("answer", "template"),
    [(non_representable(), 999), (unknown_template(), 9999), (unknown_enum("orderStatus"), 312)],
    ids=repr,
)
def test_an_executed_cancel_is_answered_by_another_result(
    connect: Connect, cancel: str, venue: Venue, answer: Answer, template: int
) -> None:
    reply = read_reply(connect(executed(answer=answer)).request(cancel))

    assert (reply.id, reply.status, template_of(reply.result)) == ("c", 200, template)
    assert canceled_by(venue) == "mine"


def test_an_event_is_replaced_by_the_settings(
    documented: Callable[[Behaviour], Venue], signed: Signed, virtual: VirtualClock, cancel: str
) -> None:
    templates = {"ListStatusEvent": 999, "ExecutionReportEvent": 7777}
    venue = documented(Behaviour(sbe=SbeSettings(templates=templates)))
    connection = VenueTransport(venue, clock=virtual).connect(f"/ws-api/v3{SBE}", timeout=1.0)
    for frame in (signed("userDataStream.subscribe.signature"), cancel):
        connection.send(frame, timeout=1.0)

    frames = [connection.receive(timeout=1.0) for _ in range(5)]

    assert [template_of(each) for each in frames] == [50, 50, 7777, 7777, 999]
