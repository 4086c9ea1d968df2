"""Event streams of both colours: lost, draining and refused connections."""

import asyncio
import os
from functools import partial
from typing import Any

import pytest

from client_and_venue import SECOND, START, client_and_venue
from clients import CLIENTS, key_of
from hooked_transport import CANCEL, HookedTransport, OpenClient, hooked, once
from hooked_transport import framed as over_frames
from orderlists import (
    Banned,
    ExecutionReport,
    Gap,
    GapReason,
    GetServerTime,
    HandshakeRefused,
    Policy,
    TransportError,
    WebSocketApi,
)
from orderlists.extending import HttpResponse
from orderlists_simulator import EXAMPLE_KEY
from orderlists_simulator import faults as f
from orderlists_transports import AsyncClient


@pytest.fixture(params=CLIENTS)
def framed(request: pytest.FixtureRequest) -> OpenClient:
    return over_frames(request.param)


def test_a_lost_connection_leaves_a_gap_and_is_replaced(framed: OpenClient) -> None:
    with framed(events=[(1, f.Disconnect())]) as pair, pair.client.events() as events:
        pair.clock.sleep(2)
        gap = events.wait(5)
        pair.client.send(CANCEL)
        after = events.wait(5)

    assert gap == Gap(reason=GapReason.CONNECTION)
    assert isinstance(after, ExecutionReport)
    assert len(pair.transport.opened) == 2


def test_is_flowing_is_false_while_a_lost_connection_is_replaced(framed: OpenClient) -> None:
    opened: list[int] = []

    def only_the_first_and_the_last() -> None:
        opened.append(1)
        if len(opened) in {2, 3}:
            raise TransportError("no route", sent=False)

    breaks = [(1, f.Disconnect())]
    with (
        hooked(partial(framed, events=breaks), before_connecting=only_the_first_and_the_last) as (
            pair
        ),
        pair.client.events() as events,
    ):
        seen = [events.is_flowing]
        pair.clock.sleep(2)
        seen += [events.wait(0.1) or events.is_flowing, isinstance(events.wait(9), Gap)]
        seen += [events.is_flowing]
        events.close()
        seen += [events.is_flowing]

    assert seen == [True, False, True, True, False]


def test_a_server_shutdown_leaves_no_gap_and_no_duplicate_event(framed: OpenClient) -> None:
    with (
        framed(events=[(1, f.ShutDown(5))]) as pair,
        pair.client.events() as events,
    ):
        pair.clock.sleep(2)
        pair.client.send(CANCEL)
        seen = [events.wait(3) for _ in range(4)]
        pair.clock.sleep(10)
        later = events.wait(1)

    assert [type(event).__name__ for event in seen] == [
        "ExecutionReport",
        "ExecutionReport",
        "ListStatus",
        "NoneType",
    ]
    assert later is None


def test_a_silent_connection_leaves_a_gap_after_a_keepalive(framed: OpenClient) -> None:
    faults = [f.NORMAL, f.not_executed(answer=f.SILENT)]
    with framed(faults=faults) as pair, pair.client.events() as events:
        gap = events.wait(100)

    assert gap == Gap(reason=GapReason.CONNECTION)
    assert len(pair.transport.opened) == 2


def test_an_event_stream_moves_to_another_connection_at_a_server_shutdown(
    framed: OpenClient,
) -> None:
    with framed(events=[(1, f.ShutDown(5))]) as pair, pair.client.events() as events:
        nothing = events.wait(20)

    assert nothing is None
    assert len(pair.transport.opened) == 2


def test_a_subscription_without_a_reply_is_repeated_on_another_connection(
    framed: OpenClient,
) -> None:
    lost = f.executed(answer=f.SILENT)
    with framed(faults=[lost], timeout=5) as pair:
        events = pair.client.events()
        assert events.wait(20) is None
        pair.client.send(CANCEL)
        seen = [events.wait(5) for _ in range(4)]

    assert [event is None for event in seen] == [False, False, False, True]
    assert len(pair.transport.opened) == 2


def test_entering_an_event_stream_retries_within_the_timeout(framed: OpenClient) -> None:
    def refuse() -> None:
        raise TransportError("no route", sent=False)

    with (
        hooked(framed, before_connecting=refuse) as pair,
        pytest.raises(TransportError),
        pair.client.events(),
    ):
        pass

    # The last attempt is made after 12.7 s; the next one would be made after 25.5 s.
    assert START + 12 * SECOND < pair.clock.now() < START + 15 * SECOND


def test_entering_an_event_stream_ends_by_the_deadline_of_the_policy(framed: OpenClient) -> None:
    def refuse() -> None:
        raise TransportError("no route", sent=False)

    refusing = partial(HookedTransport, before_connecting=refuse)
    with (
        framed(wrap_transport=refusing, policy=Policy(deadline=5.0)) as pair,
        pytest.raises(TransportError, match="no route"),
        pair.client.events(),
    ):
        pass

    # The last attempt is made after 3.1 s; the next one would be made after 6.3 s.
    assert START + 3 * SECOND < pair.clock.now() < START + 5 * SECOND


def test_an_attempt_to_connect_an_event_stream_ends_by_the_deadline_of_the_policy(
    framed: OpenClient,
) -> None:
    allowed: list[float] = []

    class Recording(HookedTransport):
        def connect(self, target: str, /, *, timeout: float) -> Any:
            allowed.append(timeout)
            return super().connect(target, timeout=timeout)

    policy = Policy(deadline=5.0)
    with framed(wrap_transport=Recording, policy=policy) as pair, pair.client.events():
        pass

    assert allowed == [5.0]


def test_an_event_stream_reconnects_while_it_waits(framed: OpenClient) -> None:
    broken = once(TransportError("no route", sent=False))
    with hooked(framed, before_connecting=broken) as pair:
        events = pair.client.events()
        assert events.wait(5) is None
        pair.client.send(CANCEL)
        assert isinstance(events.wait(5), ExecutionReport)
        events.close()


def test_entering_an_event_stream_raises_a_ban(framed: OpenClient) -> None:
    body = b'{"code":-1003,"msg":"x"}'
    refused = HandshakeRefused(HttpResponse(418, (("Retry-After", "60"),), body))
    with (
        hooked(framed, before_connecting=once(refused)) as pair,
        pytest.raises(Banned),
        pair.client.events(),
    ):
        pass


def test_a_terminated_event_stream_leaves_a_gap_and_is_subscribed_again(framed: OpenClient) -> None:
    ended = '{"subscriptionId":0,"event":{"e":"eventStreamTerminated","E":1}}'
    with (
        framed(events=[(1, f.UnsolicitedFrame(ended))]) as pair,
        pair.client.events() as events,
    ):
        gap = events.wait(5)
        pair.client.send(CANCEL)
        after = events.wait(5)

    assert gap == Gap(reason=GapReason.CONNECTION)
    assert isinstance(after, ExecutionReport)


def test_an_event_stream_in_a_forked_child_has_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    with client_and_venue("WebSocket", "sync") as pair, pair.client.events() as events:
        monkeypatch.setattr(os, "getpid", lambda: -1)
        assert events.wait(1) == Gap(reason=GapReason.CONNECTION)
        pair.client.send(CANCEL)
        assert isinstance(events.wait(1), ExecutionReport)

    assert len(pair.transport.opened) == 2


def test_entering_an_event_stream_raises_why_there_is_no_connection(framed: OpenClient) -> None:
    def refuse() -> None:
        raise TransportError("no route to the exchange", sent=False)

    with (
        hooked(framed, before_connecting=refuse) as pair,
        pytest.raises(TransportError, match="no route to the exchange"),
        pair.client.events(),
    ):
        pass


def test_an_event_stream_begins_without_a_gap_in_another_event_loop() -> None:
    async def watch(client: AsyncClient) -> Any:
        async with client.events() as events:
            await client.send(CANCEL)
            return await events.wait(5)

    with client_and_venue("WebSocket", "sync") as pair:
        transport = pair.transport
        client = AsyncClient(key_of(EXAMPLE_KEY), transport=transport, protocol=WebSocketApi())
        asyncio.run(client.send(GetServerTime()))
        event = asyncio.run(watch(client))
        asyncio.run(client.aclose())

    assert not isinstance(event, Gap)
