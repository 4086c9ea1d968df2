"""Event streams of both colours: polling, closing, storms and bugs."""

import asyncio
from typing import Any

import pytest

from client_and_venue import SECOND, START
from clients import CLIENTS
from hooked_transport import CANCEL, OpenClient, hooked
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
def framed(request: pytest.FixtureRequest) -> OpenClient:
    return over_frames(request.param)


# Polling and closing.


def test_wait_0_returns_what_has_arrived(framed: OpenClient) -> None:
    with framed() as pair, pair.client.events() as events:
        assert events.wait(0) is None
        pair.client.send(CANCEL)
        polled = [events.wait(0) for _ in range(4)]

    assert [event is None for event in polled] == [False, False, False, True]
    assert pair.clock.now() == START


def test_wait_0_reads_an_event_that_no_request_has_read(framed: OpenClient) -> None:
    with framed(events=[(1, BALANCE)]) as pair, pair.client.events() as events:
        pair.clock.sleep(2)
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
    with over_frames("async")(events=[(1, BALANCE)]) as pair:
        clocks.append(pair.clock)
        assert pair.run(poll) > 0


def test_an_event_stream_that_another_task_closes_ends_at_once() -> None:
    async def close_while_waiting(client: AsyncClient) -> Any:
        events = client.events()
        async with events:
            waiting = asyncio.create_task(events.wait())
            await asyncio.sleep(1)
            await events.aclose()
            return await waiting

    with over_frames("async")() as pair, pytest.raises(TransportError, match="no more events"):
        pair.run(close_while_waiting)

    assert pair.clock.now() == START + SECOND


def test_an_event_stream_that_another_thread_closes_ends_soon() -> None:
    streams: list[Any] = []

    def close() -> None:
        for stream in streams:
            stream.close()

    with hooked(over_frames("sync"), receiving=close) as pair:
        events = pair.client.events()
        with events:
            streams.append(events)
            with pytest.raises(TransportError, match="no more events"):
                events.wait(1000)

    assert pair.clock.now() <= START + SECOND


def test_closing_the_client_ends_an_event_stream_that_waits() -> None:
    async def close_while_waiting(client: AsyncClient) -> Any:
        async with client.events() as events:
            waiting = asyncio.create_task(events.wait())
            await asyncio.sleep(1)
            await client.aclose()
            return await waiting

    with over_frames("async")() as pair, pytest.raises(TransportError, match="no more events"):
        pair.run(close_while_waiting)

    assert pair.clock.now() == START + SECOND


# No storm.


def test_a_subscription_answered_429_is_not_repeated_before_the_gate_opens(
    framed: OpenClient,
) -> None:
    limited = f.not_executed(answer=f.json_error(-1003, status=429))
    with framed(faults=[limited] * 99) as pair:
        assert pair.client.events().wait(59) is None

    assert len(pair.venue.log.entries) == 1
    assert len(pair.transport.opened) == 1


def test_a_subscription_answered_500_is_repeated_ever_later_on_one_connection(
    framed: OpenClient,
) -> None:
    failed = f.not_executed(answer=f.bare(500))
    with framed(faults=[failed] * 99) as pair:
        assert pair.client.events().wait(5) is None

    assert len(pair.venue.log.entries) == 6
    assert len(pair.transport.opened) == 1


def test_a_ban_does_not_stop_an_event_stream_from_reading(framed: OpenClient) -> None:
    faults = [f.NORMAL, f.not_executed(answer=f.json_error(-1003, status=418))]
    with framed(faults=faults, events=[(100, BALANCE)]) as pair, pair.client.events() as events:
        with pytest.raises(Banned):
            pair.client.send(CANCEL, policy=Policy(wait_for_rate_limits=False))
        sent = len(pair.venue.log.entries)
        event = events.wait(110)
        assert len(pair.venue.log.entries) == sent

    assert isinstance(event, OtherEvent)
    assert len(pair.transport.opened) == 1


# Bugs.


def test_a_bug_in_a_parser_is_raised_to_an_event_stream_once(framed: OpenClient) -> None:
    def parse(body: bytes) -> Any:
        if b"balanceUpdate" in body:
            raise KeyError("balanceUpdate")
        return exact_json(body)

    protocol = WebSocketApi(format=Json(parser=parse))
    with (
        framed(protocol=protocol, events=[(1, BALANCE)]) as pair,
        pair.client.events() as events,
    ):
        with pytest.raises(KeyError, match="balanceUpdate"):
            events.wait(5)
        assert events.wait(5) == Gap(reason=GapReason.CONNECTION)

    assert len(pair.transport.opened) == 2


def test_a_bug_in_a_transport_is_raised_to_an_event_stream() -> None:
    bugs: list[Exception] = []

    def receive() -> None:
        if bugs:
            raise bugs.pop()

    with (
        hooked(over_frames("sync"), receiving=receive) as pair,
        pair.client.events() as events,
    ):
        bugs.append(OSError("no such thing"))
        with pytest.raises(OSError, match="no such thing"):
            events.wait(1)


def test_a_keepalive_that_cannot_be_written_replaces_the_connection(framed: OpenClient) -> None:
    failures: list[Exception] = []

    def send() -> None:
        if failures:
            raise failures.pop()

    with hooked(framed, sending=send) as pair, pair.client.events() as events:
        failures.append(TransportError("reset", sent=None))
        assert events.wait(60) == Gap(reason=GapReason.CONNECTION)

    assert pair.clock.now() < START + 31 * SECOND
    assert len(pair.transport.opened) == 2
