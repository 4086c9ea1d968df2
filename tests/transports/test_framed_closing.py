"""Clients that keep connections, of both colours: interrupts, waiting and closing."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from client_and_venue import START
from clients import CLIENTS, key_of
from hooked_transport import (
    CANCEL,
    LOOK,
    HookedTransport,
    OpenClient,
    SlowTransport,
    hooked,
    once,
)
from hooked_transport import framed as over_frames
from orderlists import (
    GetServerTime,
    Policy,
    TransportError,
    WebSocketApi,
)
from orderlists._protocols.websocket_session import WebSocketSession
from orderlists_simulator import EXAMPLE_KEY, Simulator, VenueTransport, example_venue
from orderlists_simulator import faults as f
from orderlists_transports import AsyncClient, Client
from orderlists_transports.websockets import WebsocketsTransport

AT_ONCE = Policy(reconcile=False, max_resends=0, wait_for_rate_limits=False)


@pytest.fixture(params=CLIENTS)
def framed(request: pytest.FixtureRequest) -> OpenClient:
    return over_frames(request.param)


# Interrupts.


def test_a_keyboard_interrupt_passes_and_the_connection_stays() -> None:
    interrupt = once(KeyboardInterrupt())
    with hooked(over_frames("sync"), receiving=interrupt) as pair:
        with pytest.raises(KeyboardInterrupt):
            pair.client.send(CANCEL)
        pair.client.send(LOOK)

    assert len(pair.transport.opened) == 1


def test_a_keyboard_interrupt_while_connecting_leaves_no_connection_open() -> None:
    closed: list[int] = []
    interrupt = once(KeyboardInterrupt())
    with hooked(over_frames("sync"), sending=interrupt, closing=lambda: closed.append(1)) as pair:
        # The log-on is the first frame.
        pair.channel.manager.protocol = _LogsOn()
        with pytest.raises(KeyboardInterrupt):
            pair.client.send(LOOK)

        assert closed == [1]


class _LogsOn:
    """The WebSocket API, with a log-on of any key."""

    def __init__(self) -> None:
        self._api = WebSocketApi()

    def session(self, *, key: Any) -> Any:
        return WebSocketSession(self._api, key=key, logs_on=True)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)


def test_a_canceled_task_leaves_the_connection_to_the_others() -> None:
    async def impatient(client: AsyncClient) -> None:
        await client.send(LOOK)
        for _ in range(5):
            task = asyncio.create_task(client.send(CANCEL))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        await client.send(LOOK)

    faults = [f.NORMAL, *[f.delayed(3)] * 5]
    with over_frames("async")(faults=faults) as pair:
        pair.run(impatient)

    assert len(pair.transport.opened) == 1


# Waiting for another.


def test_a_thread_that_waits_for_another_to_connect_times_out() -> None:
    connecting, enough = threading.Event(), threading.Event()

    def linger() -> None:
        connecting.set()
        enough.wait(30)

    transport = HookedTransport(VenueTransport(example_venue(now=0)), before_connecting=linger)
    with (
        Client(key_of(EXAMPLE_KEY), transport=transport, protocol=WebSocketApi()) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        first = pool.submit(client.send, GetServerTime())
        connecting.wait(30)
        with pytest.raises(TransportError, match="in time") as caught:
            client.send(GetServerTime(), policy=Policy(deadline=0.5, max_resends=0))
        enough.set()
        first.result(30)

    assert caught.value.sent is False


def test_a_task_that_waits_for_another_to_connect_times_out() -> None:
    async def two(client: AsyncClient) -> None:
        first = asyncio.create_task(client.send(GetServerTime()))
        await asyncio.sleep(0)
        with pytest.raises(TransportError, match="in time"):
            await client.send(GetServerTime(), policy=Policy(deadline=0.5, max_resends=0))
        await first

    with over_frames("async")(wrap_transport=SlowTransport) as pair:
        pair.run(two)

    assert len(pair.transport.opened) == 1


def test_a_connection_that_a_canceled_task_waited_for_serves_the_next() -> None:
    async def cancel_and_send(client: AsyncClient) -> None:
        first = asyncio.create_task(client.send(GetServerTime()))
        await asyncio.sleep(0.5)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        await asyncio.sleep(1)
        await client.send(GetServerTime())

    with over_frames("async")(wrap_transport=SlowTransport) as pair:
        pair.run(cancel_and_send)

    assert len(pair.transport.opened) == 1


def test_a_keyboard_interrupt_in_connect_passes_and_the_next_send_connects_again() -> None:
    interrupt = once(KeyboardInterrupt())
    with hooked(over_frames("sync"), before_connecting=interrupt) as pair:
        with pytest.raises(KeyboardInterrupt):
            pair.client.send(LOOK)
        assert pair.client.send(LOOK).order_list_id == 0


def test_a_slow_signature_does_not_block_other_threads() -> None:
    signing, enough = threading.Event(), threading.Event()
    key = key_of(EXAMPLE_KEY)

    class Slow:
        api_key = key.api_key

        def sign(self, message: bytes) -> str:
            signing.set()
            enough.wait(30)
            return key.sign(message)

    transport = VenueTransport(example_venue(now=0))
    with (
        Client(Slow(), transport=transport, protocol=WebSocketApi()) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        first = pool.submit(client.send, LOOK)
        signing.wait(30)
        client.send(GetServerTime(), policy=Policy(deadline=20))
        enough.set()
        first.result(30)


# Closing.


def test_a_client_that_is_closed_while_it_connects_sends_nothing(framed: OpenClient) -> None:
    closed: list[int] = []
    managers: list[Any] = []

    def close() -> None:
        # The state that closing leaves, without the event loop that runs at the moment.
        managers[0].is_closed = True

    hooks: dict[str, Callable[[], object]] = {
        "after_connecting": close,
        "closing": lambda: closed.append(1),
    }
    with hooked(framed, **hooks) as pair:
        managers.append(pair.channel.manager)
        with pytest.raises(TransportError, match="closed") as caught:
            pair.client.send(CANCEL, policy=Policy(max_resends=0))
        assert closed == [1]

    assert caught.value.sent is False
    assert pair.cancels == []


def test_closing_a_client_ends_a_wait_for_the_backoff(framed: OpenClient) -> None:
    broken = once(TransportError("no route", sent=False))
    with hooked(framed, before_connecting=broken) as pair:
        with pytest.raises(TransportError, match="no route"):
            pair.client.send(CANCEL, policy=AT_ONCE)
        driver = pair.channel._driver  # noqa: SLF001
        # The back-off is 0.1 s; another thread, or task, closes the client in between.
        driver.loop.call_later(0.05, driver.close)
        with pytest.raises(TransportError, match="closed") as caught:
            pair.client.send(CANCEL, policy=AT_ONCE)
        assert pair.clock.now() - START == pytest.approx(50_000_000, abs=1)

    assert caught.value.sent is False


def test_a_client_whose_transport_was_closed_before_it_raises_at_every_send() -> None:
    with Simulator(example_venue(now=0)) as simulator:
        transport = WebsocketsTransport(simulator.url)
        with Client(simulator.key, transport=transport, protocol=WebSocketApi()) as client:
            client.send(GetServerTime())
            transport.close()
            # From the second on there is a back-off, which a timer ends.
            for _ in range(3):
                with pytest.raises(TransportError, match="closed") as caught:
                    client.send(CANCEL, policy=AT_ONCE)
                assert caught.value.sent is False


def test_closing_an_async_client_waits_until_its_connections_are_closed() -> None:
    closed: list[int] = []

    class Lingering(HookedTransport):
        async def aconnect(self, target: str, /, *, timeout: float) -> Any:  # noqa: ASYNC109 - the contract
            connection = await super().aconnect(target, timeout=timeout)
            connection.aclose = linger
            return connection

    delays = [9, 1]

    async def linger() -> None:
        await asyncio.sleep(delays.pop(0))
        closed.append(1)

    async def close(client: AsyncClient) -> int:
        await client.send(LOOK)
        await client.aclose()
        return len(closed)

    # The first connection is lost, and still being closed when the client is.
    broken = once(TransportError("reset", sent=None))
    lingering = partial(Lingering, receiving=broken)
    with over_frames("async")(wrap_transport=lingering) as pair:
        assert pair.run(close) == 2


def test_the_tasks_of_a_connection_end_when_it_is_replaced() -> None:
    async def count_tasks(client: AsyncClient) -> list[str]:
        for _ in range(3):
            await client.send(LOOK)
            await asyncio.sleep(2)
        return sorted(task.get_name() for task in asyncio.all_tasks())

    with over_frames("async")(events=[(1, f.ShutDown(60))]) as pair:
        names = pair.run(count_tasks)

    assert len(pair.transport.opened) == 2
    ours = [name for name in names if name.startswith("orderlists")]
    assert ours == ["orderlists-reader"]
