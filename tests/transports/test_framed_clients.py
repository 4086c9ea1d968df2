"""Clients that keep connections, of both colours: requests in flight, and connections."""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from client_and_venue import client_and_venue, venue_with_lists
from clients import CLIENTS, key_of
from hooked_transport import CANCEL, LOOK, OpenClient, hooked, numbered
from hooked_transport import framed as over_frames
from orderlists import (
    CanceledOrderList,
    Evidence,
    GetServerTime,
    OutcomeUnknown,
    Policy,
    RateLimited,
    TransportError,
    WebSocketApi,
)
from orderlists_simulator import EXAMPLE_KEY, Behaviour, Plan, Simulator, Venue
from orderlists_simulator import faults as f
from orderlists_transports import AsyncClient, Client


@pytest.fixture(params=CLIENTS)
def framed(request: pytest.FixtureRequest) -> OpenClient:
    return over_frames(request.param)


def got_its_own(number: int, result: CanceledOrderList) -> bool:
    (cancel_id,) = {report.client_order_id for report in result.order_reports}
    return (result.order_list_id, cancel_id) == (number, f"cancel-{number}")


def shuffled(count: int) -> Callable[[int, Any], f.Fault]:
    held = f.held(count, shuffle=Random(7).shuffle)  # noqa: S311 - the same order every time
    return lambda _, __: held


def test_a_thousand_requests_in_flight_each_get_their_own_reply() -> None:
    many = 1000
    venue = venue_with_lists(many)

    async def all_at_once(simulator: Simulator) -> list[CanceledOrderList]:
        async with AsyncClient(
            simulator.key,
            exchange=simulator.url,
            protocol=WebSocketApi(),
            timeout=60,
            policy=Policy(recv_window=60_000),
            max_in_flight=many,
        ) as client:
            return await asyncio.gather(*[client.send(numbered(n)) for n in range(many)])

    with Simulator(venue, plan=Plan(shuffled(many))) as simulator:
        results = asyncio.run(all_at_once(simulator))

    assert all(got_its_own(number, result) for number, result in enumerate(results))
    assert {result.evidence for result in results} == {Evidence.REPLY}
    assert len(venue.log.entries) == many


def test_ten_threads_on_one_connection_each_get_their_own_reply() -> None:
    threads, each = 10, 30
    venue = venue_with_lists(threads * each)
    with (
        Simulator(venue, plan=Plan(shuffled(threads))) as simulator,
        Client(simulator.key, exchange=simulator.url, protocol=WebSocketApi()) as client,
        ThreadPoolExecutor(threads) as pool,
    ):
        # All begin each round together, so that as many are in flight as the venue holds back.
        together = threading.Barrier(threads)

        def work(thread: int) -> bool:
            fine = True
            for turn in range(each):
                together.wait(timeout=30)
                number = turn * threads + thread
                fine &= got_its_own(number, client.send(numbered(number)))
            return fine

        assert all(pool.map(work, range(threads)))

    assert len(venue.log.entries) == threads * each


def test_one_connection_serves_all_requests(framed: OpenClient) -> None:
    with framed() as pair:
        for _ in range(5):
            pair.client.send(LOOK)

    assert len(pair.transport.opened) == 1


def test_a_cancel_in_flight_on_a_lost_connection_is_reconciled_on_the_next(
    framed: OpenClient,
) -> None:
    with framed(faults=[f.executed(answer=f.DROPPED)]) as pair:
        done = pair.client.send(CANCEL)

    assert done.evidence is Evidence.QUERY
    assert len(pair.transport.opened) == 2


def test_reconnecting_backs_off_exponentially(framed: OpenClient) -> None:
    policy = Policy(max_resends=9, deadline=600)
    dropped = [f.not_executed(answer=f.DROPPED)] * 12
    with framed(faults=dropped) as pair, pytest.raises(TransportError):
        pair.client.send(LOOK, policy=policy)

    opened = pair.transport.opened
    pauses = [later - earlier for earlier, later in pairwise(opened)]
    assert pauses == sorted(pauses)
    assert pauses[0] >= 0.1
    assert pauses[-1] >= 10


def test_a_rate_limited_handshake_says_that_nothing_was_sent(framed: OpenClient) -> None:
    venue = Venue(behaviour=Behaviour(connection_limit=1))
    with framed(venue=venue, faults=[f.not_executed(answer=f.DROPPED)]) as pair:
        with pytest.raises(OutcomeUnknown):
            pair.client.send(CANCEL, policy=Policy(deadline=5))
        with pytest.raises(RateLimited):
            pair.client.send(CANCEL, policy=Policy(wait_for_rate_limits=False))

    assert len(pair.cancels) == 1


def test_a_server_shutdown_opens_a_new_connection_before_the_old_one_ends(
    framed: OpenClient,
) -> None:
    with framed(events=[(1, f.ShutDown(5))]) as pair:
        pair.client.send(LOOK)
        pair.clock.sleep(2)
        pair.client.send(LOOK)
        pair.client.send(LOOK)
        assert len(pair.transport.opened) == 2
        pair.clock.sleep(10)
        pair.client.send(LOOK)

    assert len(pair.transport.opened) == 2


def test_a_request_in_flight_at_a_server_shutdown_is_answered_while_draining(
    framed: OpenClient,
) -> None:
    closed: list[int] = []
    shutting_down = partial(framed, faults=[f.delayed(3)], events=[(1, f.ShutDown(5))])
    with hooked(shutting_down, closing=lambda: closed.append(1)) as pair:
        done = pair.client.send(CANCEL)
        if hasattr(pair.client, "run"):
            # The task that closes it has its turn after that of the request.
            pair.run(lambda _: asyncio.sleep(0))
        assert closed == [1]

    assert done.evidence is Evidence.REPLY
    assert len(pair.cancels) == 1


def test_a_connection_is_replaced_before_the_exchange_ends_it(framed: OpenClient) -> None:
    with framed() as pair:
        pair.client.send(LOOK)
        pair.clock.sleep(23 * 3600 + 51 * 60)
        pair.client.send(LOOK)

    assert len(pair.transport.opened) == 2


def test_a_quiet_connection_has_to_answer_a_keepalive_before_it_is_used(framed: OpenClient) -> None:
    with framed() as pair:
        pair.client.send(LOOK)
        pair.clock.sleep(600)
        pair.client.send(LOOK)

    assert len(pair.transport.opened) == 1
    assert "ping" in [entry.method for entry in pair.venue.log.entries]


def test_a_connection_that_does_not_answer_a_keepalive_is_replaced(framed: OpenClient) -> None:
    faults = [f.NORMAL, *[f.not_executed(answer=f.SILENT)] * 2]
    with framed(faults=faults) as pair:
        pair.client.send(LOOK)
        pair.clock.sleep(600)
        pair.client.send(LOOK)

    assert len(pair.transport.opened) == 2


def test_a_timeout_on_a_silent_connection_makes_the_next_request_use_another(
    framed: OpenClient,
) -> None:
    with framed(faults=[f.executed(answer=f.SILENT)]) as pair:
        with pytest.raises(OutcomeUnknown) as caught:
            pair.client.send(CANCEL, policy=Policy(reconcile=False))
        done = pair.client.reconcile(caught.value.request, attempts=caught.value.attempts)

    assert done.evidence is Evidence.QUERY
    assert len(pair.transport.opened) == 2


def test_an_error_with_a_null_id_makes_the_request_in_flight_unknown(framed: OpenClient) -> None:
    with framed(faults=[f.executed(answer=f.null_id_error(-1008, status=503))]) as pair:
        done = pair.client.send(CANCEL)

    assert done.evidence is Evidence.QUERY


def test_a_forked_child_opens_a_connection_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with client_and_venue("WebSocket", "sync") as pair:
        pair.client.send(LOOK)
        monkeypatch.setattr(os, "getpid", lambda: -1)
        pair.client.send(LOOK)

    assert len(pair.transport.opened) == 2


def test_the_event_loop_after_a_closed_one_opens_a_connection_of_its_own() -> None:
    with client_and_venue("WebSocket", "sync") as pair:
        transport = pair.transport
        client = AsyncClient(key_of(EXAMPLE_KEY), transport=transport, protocol=WebSocketApi())
        first = asyncio.run(client.send(GetServerTime()))
        second = asyncio.run(client.send(GetServerTime()))
        asyncio.run(client.aclose())

    assert first == second
    assert len(transport.opened) == 2
