"""Asynchronous clients that keep connections: event loops."""

import asyncio
from typing import Any

import pytest

from client_and_venue import SECOND, START
from clients import CLIENTS, key_of, times_of
from hooked_transport import (
    HookedTransport,
    OpenClient,
)
from hooked_transport import framed as over_frames
from orderlists import (
    GetServerTime,
    HmacKey,
    Policy,
    TransportError,
    WebSocketApi,
)
from orderlists_simulator import EXAMPLE_KEY, VenueTransport, VirtualClock, example_venue
from orderlists_transports import AsyncClient

AT_ONCE = Policy(reconcile=False, max_resends=0, wait_for_rate_limits=False)


@pytest.fixture(params=CLIENTS)
def framed(request: pytest.FixtureRequest) -> OpenClient:
    return over_frames(request.param)


# Event loops.


def test_two_live_event_loops_cannot_share_an_async_client() -> None:
    transport = VenueTransport(example_venue(now=0))
    client = AsyncClient(key_of(EXAMPLE_KEY), transport=transport, protocol=WebSocketApi())
    with asyncio.Runner() as one, asyncio.Runner() as other:
        one.run(client.send(GetServerTime()))
        with pytest.raises(RuntimeError, match="one AsyncClient for each event loop"):
            other.run(client.send(GetServerTime()))
        one.run(client.send(GetServerTime()))
        one.run(client.aclose())


def test_tasks_of_a_later_event_loop_wait_for_each_other_as_those_of_the_first() -> None:
    async def all_at_once(client: AsyncClient) -> None:
        await asyncio.gather(*[client.send(GetServerTime()) for _ in range(3)])

    class Yielding(HookedTransport):
        async def aconnect(self, target: str, /, *, timeout: float) -> Any:  # noqa: ASYNC109 - the contract
            await asyncio.sleep(0)
            opened.append(1)
            return await super().aconnect(target, timeout=timeout)

    opened: list[int] = []
    transport = Yielding(VenueTransport(example_venue(now=0)))
    client = AsyncClient(key_of(EXAMPLE_KEY), transport=transport, protocol=WebSocketApi())
    for _ in range(2):
        asyncio.run(all_at_once(client))
    asyncio.run(client.aclose())

    assert len(opened) == 2


def test_the_backoff_outlives_an_event_loop() -> None:
    opened: list[float] = []

    def refuse() -> None:
        opened.append((clock.now() - START) / SECOND)
        raise TransportError("no route", sent=False)

    clock = VirtualClock(START)
    venue = VenueTransport(example_venue(now=START), clock=clock)
    client = AsyncClient(
        key_of(EXAMPLE_KEY),
        transport=HookedTransport(venue, before_connecting=refuse),
        protocol=WebSocketApi(),
        clocks=times_of(clock, 0),
    )
    for _ in range(3):
        with (
            asyncio.Runner(loop_factory=clock.event_loop) as runner,
            pytest.raises(TransportError, match="no route"),
        ):
            runner.run(client.send(GetServerTime(), policy=AT_ONCE))
    with asyncio.Runner(loop_factory=clock.event_loop) as runner:
        runner.run(client.aclose())

    assert opened == pytest.approx([0, 0.1, 0.3])


def test_without_an_event_loop_nothing_is_sent() -> None:
    client = AsyncClient(
        HmacKey(api_key="k" * 64, secret="s"),
        transport=VenueTransport(example_venue(now=0)),
        protocol=WebSocketApi(),
    )
    sending = client.send(GetServerTime())

    with pytest.raises(RuntimeError, match="no running event loop"):
        sending.send(None)
