"""Event streams of both colours."""

from typing import Any

import pytest

from client_and_venue import client_and_venue
from clients import CLIENTS
from hooked_transport import CANCEL, OpenClient
from hooked_transport import framed as over_frames
from orderlists import (
    AlreadyDone,
    CancelOrderList,
    Evidence,
    ExecutionReport,
    Gap,
    GapReason,
    GetServerTime,
    InvalidSetting,
    ListStatus,
    OtherEvent,
    TransportError,
    Unauthorized,
)
from orderlists_simulator import faults as f
from orderlists_transports import AsyncClient


@pytest.fixture(params=CLIENTS)
def framed(request: pytest.FixtureRequest) -> OpenClient:
    return over_frames(request.param)


def test_an_event_stream_delivers_the_events_of_a_cancel(framed: OpenClient) -> None:
    with framed() as pair, pair.client.events() as events:
        pair.client.send(CANCEL)
        seen = [events.wait(5) for _ in range(3)]
        nothing = events.wait(5)

    assert [type(event) for event in seen] == [ExecutionReport, ExecutionReport, ListStatus]
    assert {event.status for event in seen[:2]} == {"CANCELED"}
    assert seen[2].list_order_status == "ALL_DONE"
    assert nothing is None


@pytest.mark.parametrize("closed", ["stream", "client"])
def test_the_repr_of_an_event_stream_shows_the_key_masked_and_whether_it_is_closed(
    framed: OpenClient, closed: str
) -> None:
    with framed() as pair:
        watching = pair.client.events()
        stream = getattr(watching, "_stream", watching)
        open_client = repr(getattr(pair.client, "inner", pair.client))
        assert repr(stream) == open_client.replace("Client", "EventStream")
        (watching if closed == "stream" else pair.client).close()
        assert repr(stream).endswith(", closed>")


def test_two_event_streams_deliver_the_same_events(framed: OpenClient) -> None:
    with framed() as pair, pair.client.events() as one, pair.client.events() as other:
        pair.client.send(CANCEL)
        assert [one.wait(5) for _ in range(3)] == [other.wait(5) for _ in range(3)]


def test_an_event_reconciles_a_cancel_before_any_query(framed: OpenClient) -> None:
    # The subscription is a request as well.
    faults = [f.NORMAL, f.executed(answer=f.bare(503))]
    with framed(faults=faults) as pair, pair.client.events():
        done = pair.client.send(CANCEL)

    assert done.evidence is Evidence.EVENT
    assert [report.status for report in done.order_reports] == ["CANCELED", "CANCELED"]
    assert (done.order_list_id, done.list_client_order_id) == (0, "list-0")
    assert len(pair.venue.log.entries) == 2


def test_an_event_reconciles_a_cancel_whose_reply_never_comes(framed: OpenClient) -> None:
    faults = [f.NORMAL, f.executed(answer=f.SILENT)]
    with framed(faults=faults) as pair, pair.client.events():
        done = pair.client.send(CANCEL)

    assert done.evidence is Evidence.EVENT


def test_events_of_another_cancel_reconcile_nothing(framed: OpenClient) -> None:
    faults = [f.NORMAL, f.not_executed(answer=f.bare(503))]
    theirs = [(0, f.Cancel(0, by="theirs"))]
    with (
        framed(faults=faults, events=theirs) as pair,
        pair.client.events(),
        pytest.raises(AlreadyDone),
    ):
        pair.client.send(CANCEL)


def test_a_full_buffer_drops_the_oldest_events_and_leaves_a_gap(framed: OpenClient) -> None:
    with framed() as pair, pair.client.events(buffer=2) as events:
        pair.client.send(CANCEL)
        pair.client.send(CancelOrderList(symbol="LTCBTC", order_list_id=1))
        pair.client.send(GetServerTime())
        first, second = events.wait(1), events.wait(1)

    assert first == Gap(reason=GapReason.BUFFER, count=4)
    assert isinstance(second, ExecutionReport)


def test_events_of_unknown_kinds_are_delivered_undecoded(framed: OpenClient) -> None:
    noise = '{"subscriptionId":0,"event":{"e":"balanceUpdate","E":1,"a":"BTC","d":"1"}}'
    with (
        framed(events=[(1, f.UnsolicitedFrame(noise))]) as pair,
        pair.client.events() as events,
    ):
        event = events.wait(5)

    assert isinstance(event, OtherEvent)
    assert event.fields["a"] == "BTC"


def test_closing_the_client_ends_its_event_streams(framed: OpenClient) -> None:
    with framed() as pair, pair.client.events() as events:
        pair.client.close()
        assert list(events) == []
        with pytest.raises(TransportError, match="no more events") as caught:
            events.wait(5)
    assert not caught.value.is_retryable


def test_a_closed_event_stream_delivers_no_more_events(framed: OpenClient) -> None:
    with framed() as pair:
        with pair.client.events() as events:
            pass
        pair.client.send(CANCEL)
        assert list(events) == []
        with pytest.raises(TransportError, match="no more events"):
            events.wait(5)


def test_a_key_that_may_not_subscribe_is_refused(framed: OpenClient) -> None:
    refused = f.not_executed(answer=f.json_error(-2015, status=401))
    with framed(faults=[refused] * 9) as pair, pytest.raises(Unauthorized):
        pair.client.events().wait(5)


@pytest.mark.parametrize("buffer", [0, -1, True, 1.5, "many"])
def test_the_buffer_must_be_an_int_of_at_least_1(framed: OpenClient, buffer: Any) -> None:
    with framed() as pair, pytest.raises(InvalidSetting, match="buffer"):
        pair.client.events(buffer=buffer)


@pytest.mark.parametrize("colour", CLIENTS)
def test_rest_has_no_events(colour: str) -> None:
    with (
        client_and_venue("REST", colour) as pair,
        pytest.raises(InvalidSetting, match="WebSocketApi"),
    ):
        pair.client.events()


def test_an_event_reconciles_a_cancel_by_name(framed: OpenClient) -> None:
    by_name = CancelOrderList(symbol="LTCBTC", list_client_order_id="list-0")
    faults = [f.NORMAL, f.executed(answer=f.bare(503))]
    with framed(faults=faults) as pair, pair.client.events():
        done = pair.client.send(by_name)

    assert done.evidence is Evidence.EVENT


def test_an_event_of_an_older_cancel_under_the_same_id_proves_nothing(framed: OpenClient) -> None:
    again = CancelOrderList(
        symbol="LTCBTC", list_client_order_id="list-0", new_client_order_id="same"
    )
    faults = [f.NORMAL, f.NORMAL, *[f.not_executed(answer=f.DROPPED)] * 2]
    place_again = [(5, f.PlaceAgain(0))]
    with framed(faults=faults, events=place_again) as pair, pair.client.events():
        first = pair.client.send(again)
        pair.clock.sleep(10)
        second = pair.client.send(again)

    assert (first.order_list_id, second.order_list_id) == (0, 2)


def test_events_that_arrive_together_are_all_delivered(framed: OpenClient) -> None:
    noise = '{"subscriptionId":0,"event":{"e":"balanceUpdate","E":%d}}'
    events_ = [(1, f.UnsolicitedFrame(noise % number)) for number in range(3)]
    with framed(events=events_) as pair, pair.client.events() as events:
        seen = [events.wait(5) for _ in range(4)]

    assert [event is None for event in seen] == [False, False, False, True]


def test_an_async_event_stream_can_be_iterated_over() -> None:
    async def watch(client: AsyncClient) -> list[Any]:
        seen: list[Any] = []
        async with client.events() as events:
            await client.send(CANCEL)
            async for event in events:
                seen.append(event)
                if isinstance(event, ListStatus):
                    break
        return seen

    with client_and_venue("WebSocket", "async") as pair:
        seen = pair.run(watch)

    assert len(seen) == 3


def test_an_event_stream_can_be_iterated_over(framed: OpenClient) -> None:
    with framed() as pair, pair.client.events() as events:
        pair.client.send(CANCEL)
        seen: list[Any] = []
        for event in events:
            seen.append(event)
            if isinstance(event, ListStatus):
                events.close()

    assert len(seen) == 3


@pytest.mark.parametrize("seconds", ["1", True, -1, float("nan"), [1]])
def test_the_seconds_to_wait_must_be_a_number_of_at_least_0(
    framed: OpenClient, seconds: Any
) -> None:
    with framed() as pair, pytest.raises(InvalidSetting, match="seconds"):
        pair.client.events().wait(seconds)


def test_timeout_inf_waits_forever(framed: OpenClient) -> None:
    with framed() as pair, pair.client.events() as events:
        pair.client.send(CANCEL)
        assert isinstance(events.wait(float("inf")), ExecutionReport)


def test_a_closed_client_has_no_events(framed: OpenClient) -> None:
    with framed() as pair:
        pair.client.close()
        with pytest.raises(TransportError, match="there are no events: this client is closed"):
            pair.client.events()
