"""Event streams of both colours: polling, closing, storms and bugs."""

import asyncio
from typing import Any

import pytest

from cells import SECOND, START
from clients import CLIENTS
from hooked_transport import CANCEL, Meet, hooked
from hooked_transport import framed as over_frames
from orderlists import (
    Banned,
    Gap,
    GapReason,
    Json,
    OtherEvent,
    Policy,
    TransportError,
    WebSocketApi,
)
from orderlists.extending import exact_json
from orderlists_simulator import faults as f
from orderlists_transports import AsyncClient

BALANCE = f.UnsolicitedFrame(
    '{"subscriptionId":0,"event":{"e":"balanceUpdate","E":1,"a":"BTC","d":"1"}}'
)


@pytest.fixture(params=CLIENTS)
def framed(request: pytest.FixtureRequest) -> Meet:
    return over_frames(request.param)


# Polling and closing.


def test_wait_0_returns_what_has_arrived(framed: Meet) -> None:
    with framed() as meeting, meeting.client.events() as events:
        assert events.wait(0) is None
        meeting.client.send(CANCEL)
        polled = [events.wait(0) for _ in range(4)]

    assert [event is None for event in polled] == [False, False, False, True]
    assert meeting.clock.now() == START


def test_wait_0_reads_an_event_that_no_request_has_read(framed: Meet) -> None:
    with framed(events=[(1, BALANCE)]) as meeting, meeting.client.events() as events:
        meeting.clock.sleep(2)
        polled = [events.wait(0) for _ in range(5)]

    assert any(isinstance(event, OtherEvent) for event in polled)


def test_polling_with_wait_0_does_not_keep_other_tasks_from_reading() -> None:
    async def poll(client: AsyncClient) -> int:
        async with client.events() as events:
            clocks[0].sleep(2)
            polls = 1
            while await events.wait(0) is None:
                polls += 1
                assert polls < 100
            return polls

    clocks: list[Any] = []
    with over_frames("async")(events=[(1, BALANCE)]) as meeting:
        clocks.append(meeting.clock)
        assert meeting.run(poll) > 0


def test_an_event_stream_that_another_task_closes_ends_at_once() -> None:
    async def close_while_waiting(client: AsyncClient) -> Any:
        events = client.events()
        async with events:
            waiting = asyncio.create_task(events.wait())
            await asyncio.sleep(1)
            await events.aclose()
            return await waiting

    with over_frames("async")() as meeting:
        assert meeting.run(close_while_waiting) is None

    assert meeting.clock.now() == START + SECOND


def test_an_event_stream_that_another_thread_closes_ends_soon() -> None:
    streams: list[Any] = []

    def close() -> None:
        for stream in streams:
            stream.close()

    with hooked(over_frames("sync"), receiving=close) as meeting:
        events = meeting.client.events()
        with events:
            streams.append(events)
            assert events.wait(1000) is None

    assert meeting.clock.now() <= START + SECOND


def test_closing_the_client_ends_an_event_stream_that_waits() -> None:
    async def close_while_waiting(client: AsyncClient) -> Any:
        async with client.events() as events:
            waiting = asyncio.create_task(events.wait())
            await asyncio.sleep(1)
            await client.aclose()
            return await waiting

    with over_frames("async")() as meeting:
        assert meeting.run(close_while_waiting) is None

    assert meeting.clock.now() == START + SECOND


# No storm.


def test_a_subscription_answered_429_is_not_repeated_before_the_gate_opens(framed: Meet) -> None:
    limited = f.not_executed(answer=f.json_error(-1003, status=429))
    with framed(fates=[limited] * 99) as meeting:
        assert meeting.client.events().wait(59) is None

    assert len(meeting.venue.log.entries) == 1
    assert len(meeting.transport.opened) == 1


def test_a_subscription_answered_500_is_repeated_ever_later_on_one_connection(
    framed: Meet,
) -> None:
    failed = f.not_executed(answer=f.bare(500))
    with framed(fates=[failed] * 99) as meeting:
        assert meeting.client.events().wait(5) is None

    assert len(meeting.venue.log.entries) == 6
    assert len(meeting.transport.opened) == 1


def test_a_ban_does_not_stop_an_event_stream_from_reading(framed: Meet) -> None:
    fates = [f.NORMAL, f.not_executed(answer=f.json_error(-1003, status=418))]
    with framed(fates=fates, events=[(100, BALANCE)]) as meeting, meeting.client.events() as events:
        with pytest.raises(Banned):
            meeting.client.send(CANCEL, policy=Policy(wait_for_rate_limits=False))
        sent = len(meeting.venue.log.entries)
        event = events.wait(110)
        assert len(meeting.venue.log.entries) == sent

    assert isinstance(event, OtherEvent)
    assert len(meeting.transport.opened) == 1


# Bugs.


def test_a_bug_in_a_parser_is_raised_to_an_event_stream_once(framed: Meet) -> None:
    def parse(body: bytes) -> Any:
        if b"balanceUpdate" in body:
            raise KeyError("balanceUpdate")
        return exact_json(body)

    speaks = WebSocketApi(format=Json(parser=parse))
    with (
        framed(speaks=speaks, events=[(1, BALANCE)]) as meeting,
        meeting.client.events() as events,
    ):
        with pytest.raises(KeyError, match="balanceUpdate"):
            events.wait(5)
        assert events.wait(5) == Gap(reason=GapReason.CONNECTION)

    assert len(meeting.transport.opened) == 2


def test_a_bug_in_a_transport_is_raised_to_an_event_stream() -> None:
    bugs: list[Exception] = []

    def receive() -> None:
        if bugs:
            raise bugs.pop()

    with (
        hooked(over_frames("sync"), receiving=receive) as meeting,
        meeting.client.events() as events,
    ):
        bugs.append(OSError("no such thing"))
        with pytest.raises(OSError, match="no such thing"):
            events.wait(1)


def test_a_keepalive_that_cannot_be_written_replaces_the_connection(framed: Meet) -> None:
    failures: list[Exception] = []

    def send() -> None:
        if failures:
            raise failures.pop()

    with hooked(framed, sending=send) as meeting, meeting.client.events() as events:
        failures.append(TransportError("reset", sent=None))
        assert events.wait(60) == Gap(reason=GapReason.CONNECTION)

    assert meeting.clock.now() < START + 31 * SECOND
    assert len(meeting.transport.opened) == 2
